from __future__ import annotations

import pytest

from tests.unit.sandbox.elb import Elb, refused


@pytest.fixture
def elb(client, clock):
    return Elb(client)


@pytest.fixture
def group(elb):
    return elb.group()


def health(elb: Elb, group: str, *asked: dict) -> list[tuple[str, int, str, str]]:
    found = elb.describe_target_health(TargetGroupArn=group, **({"Targets": list(asked)} if asked else {}))["TargetHealthDescriptions"]
    return [
        (item["Target"]["Id"], item["Target"]["Port"], item["TargetHealth"]["State"], item["TargetHealth"].get("Reason", ""))
        for item in found
    ]


def register(elb: Elb, group: str, *targets: dict) -> None:
    elb.register_targets(TargetGroupArn=group, Targets=list(targets))


def test_a_target_is_an_address_and_a_port(elb, group):
    register(elb, group, {"Id": "172.31.1.11"}, {"Id": "172.31.1.11", "Port": 9000})
    assert {(address, port) for address, port, *_ in health(elb, group)} == {("172.31.1.11", 8080), ("172.31.1.11", 9000)}
    elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": "172.31.1.11", "Port": 9000}])
    states = {port: state for _, port, state, _ in health(elb, group)}
    assert states == {8080: "healthy", 9000: "draining"}


@pytest.mark.parametrize(
    ("target", "code", "words"),
    [
        ({"Id": "i-0123456789abcdef0"}, "ValidationError", "not a valid IPv4"),
        ({"Id": "8.8.8.8", "AvailabilityZone": "all"}, "InvalidTarget", "8.8.8.8"),
        ({"Id": "10.1.2.3"}, "ValidationError", "The Availability Zone is required for IP address '10.1.2.3' because it is not in the VPC"),
        ({"Id": "10.1.2.3", "AvailabilityZone": "eu-central-1a"}, "ValidationError", "must be 'all'"),
        ({"Id": "172.31.1.11", "AvailabilityZone": "all"}, "ValidationError", "cannot have its Availability Zone overridden to 'all'"),
    ],
)
def test_an_address_is_in_the_vpc_or_a_private_one_outside(elb, group, target, code, words):
    with refused(code, words):
        register(elb, group, {"Id": "172.31.1.12"}, target)
    assert health(elb, group) == []
    register(elb, group, {"Id": "10.1.2.3", "AvailabilityZone": "all"})


def test_an_instance_must_run(elb):
    group = elb.group(TargetType="instance")
    with refused("InvalidTarget", "i-0123456789abcdef0"):
        register(elb, group, {"Id": "i-0123456789abcdef0"})
    image = elb.ec2.describe_images()["Images"][0]["ImageId"]
    instance = elb.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    register(elb, group, {"Id": instance})
    assert health(elb, group) == [(instance, 8080, "healthy", "")]
    elb.ec2.stop_instances(InstanceIds=[instance])
    assert health(elb, group) == [(instance, 8080, "unused", "Target.InvalidState")]


def test_a_deregistered_target_is_draining_until_its_delay_is_over(elb, group, clock):
    delay = [{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]
    elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=delay)
    target = {"Id": "172.31.1.11", "Port": 8080}
    register(elb, group, target)
    elb.deregister_targets(TargetGroupArn=group, Targets=[target])
    clock.shift(29)
    assert health(elb, group) == [("172.31.1.11", 8080, "draining", "Target.DeregistrationInProgress")]
    clock.shift(2)
    assert health(elb, group) == []
    assert health(elb, group, target) == [("172.31.1.11", 8080, "unused", "Target.NotRegistered")]


def test_it_can_come_back_while_it_drains_and_one_that_is_not_there_can_leave(elb, group):
    target = {"Id": "172.31.1.11", "Port": 8080}
    register(elb, group, target)
    elb.deregister_targets(TargetGroupArn=group, Targets=[target, {"Id": "172.31.9.9"}])
    register(elb, group, target)
    assert health(elb, group) == [("172.31.1.11", 8080, "healthy", "")]


def test_the_same_group_again_is_the_same_and_anything_else_is_a_duplicate(elb, group):
    assert elb.group() == group
    with refused("DuplicateTargetGroupName", "'shop' exists, but with different settings"):
        elb.group(Port=9090)
    assert len(elb.describe_target_groups()["TargetGroups"]) == 1


def test_a_check_takes_less_time_than_its_interval_and_expects_possible_codes(elb, group):
    with refused("ValidationError", "must be smaller than the interval"):
        elb.modify_target_group(TargetGroupArn=group, HealthCheckIntervalSeconds=5)
    with refused("ValidationError", "'200-599'"):
        elb.modify_target_group(TargetGroupArn=group, Matcher={"HttpCode": "200-599"})
    elb.modify_target_group(TargetGroupArn=group, HealthCheckIntervalSeconds=10, Matcher={"HttpCode": "200,204"})
    (changed,) = elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"]
    assert (changed["HealthCheckIntervalSeconds"], changed["Matcher"]) == (10, {"HttpCode": "200,204"})


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ({"slow_start.duration_seconds": "29"}, "ValidationError"),
        ({"deregistration_delay.timeout_seconds": "3601"}, "ValidationError"),
        ({"stickiness.type": "source_ip"}, "ValidationError"),
        ({"stickiness.app_cookie.cookie_name": "AWSALBX"}, "ValidationError"),
        ({"no.such.attribute": "1"}, "ValidationError"),
        ({"stickiness.type": "app_cookie"}, "InvalidConfigurationRequest"),
        (
            {"slow_start.duration_seconds": "30", "load_balancing.algorithm.type": "least_outstanding_requests"},
            "InvalidConfigurationRequest",
        ),
    ],
)
def test_attributes_that_aws_refuses_change_nothing(elb, group, pairs, code):
    before = elb.describe_target_group_attributes(TargetGroupArn=group)
    with refused(code):
        wanted = [{"Key": key, "Value": value} for key, value in pairs.items()]
        elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=wanted)
    assert elb.describe_target_group_attributes(TargetGroupArn=group)["Attributes"] == before["Attributes"]


def test_an_attribute_that_is_set_is_told_among_all(elb, group):
    wanted = [{"Key": "deregistration_delay.timeout_seconds", "Value": "0"}]
    answer = elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=wanted)["Attributes"]
    assert {"Key": "deregistration_delay.timeout_seconds", "Value": "0"} in answer
    assert {"Key": "stickiness.enabled", "Value": "false"} in answer
