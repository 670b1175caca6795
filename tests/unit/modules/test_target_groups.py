"""target_groups: normal form, the requests of a change, what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, plan
from ansible_collections.prodready.aws.plugins.module_utils.vpc import Named
from ansible_collections.prodready.aws.plugins.modules.target_groups import GROUP_SPEC, calls, forbidden, problems, read, settled, want

OURS = {"prodready:managed": "true"}
ARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/0123456789abcdef"
GROUP = {"TargetGroupArn": ARN}
FOUND = {"TargetGroups": [GROUP]}
VPCS = Named("VPC", {"vpc-1": {}, "vpc-2": {}}, {"vpc-1": ("shop", "default"), "vpc-2": (None, None)})
DESCRIBED = {
    **GROUP,
    "TargetGroupName": "shop",
    "Protocol": "HTTP",
    "Port": 3000,
    "VpcId": "vpc-1",
    "HealthCheckProtocol": "HTTP",
    "HealthCheckPort": "traffic-port",
    "HealthCheckIntervalSeconds": 30,
    "HealthCheckTimeoutSeconds": 5,
    "HealthyThresholdCount": 5,
    "UnhealthyThresholdCount": 2,
    "HealthCheckPath": "/",
    "Matcher": {"HttpCode": "200"},
    "TargetType": "ip",
    "ProtocolVersion": "HTTP1",
}


def item(**given):
    group = {**{name: option.get("default") for name, option in GROUP_SPEC.items()}, "name": "shop", **given}
    if group["health_check"]:
        group["health_check"] = {**dict.fromkeys(GROUP_SPEC["health_check"]["options"]), **group["health_check"]}
    if group["stickiness"]:
        group["stickiness"] = {"type": "lb_cookie", "seconds": 86400, "cookie": None, **group["stickiness"]}
    return group


def found(fake_aws, **attributes):
    return fake_aws(
        describe_target_groups={"TargetGroups": [DESCRIBED]},
        describe_target_group_attributes={"Attributes": [{"Key": key, "Value": value} for key, value in attributes.items()]},
        describe_tags={"TagDescriptions": [{"ResourceArn": ARN, "Tags": [{"Key": "prodready:managed", "Value": "true"}]}]},
    )


def test_a_new_one_is_created_with_its_health_check_and_then_gets_its_attributes(requests_of):
    wanted = want(item(port=3000, health_check={"path": "/health", "matcher": "200-299"}, deregistration_delay_seconds=30), OURS)
    (change,) = plan({"shop": settled(wanted, None, VPCS)}, {})
    assert requests_of("elbv2", calls(VPCS, change), [FOUND]) == [
        Call(
            "create_target_group",
            {
                "Name": "shop",
                "Protocol": "HTTP",
                "Port": 3000,
                "VpcId": "vpc-1",
                "TargetType": "ip",
                "ProtocolVersion": "HTTP1",
                "HealthCheckPath": "/health",
                "Matcher": {"HttpCode": "200-299"},
                "Tags": [{"Key": "prodready:managed", "Value": "true"}],
            },
        ),
        Call("modify_target_group_attributes", {**GROUP, "Attributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]}),
    ]


def test_what_is_read_is_what_was_wanted(fake_aws):
    wanted = want(item(port=3000, vpc="vpc-1", health_check={"path": "/"}, stickiness={"enabled": False}), OURS)
    current = read(found(fake_aws, **{"stickiness.enabled": "false", "slow_start.duration_seconds": "0"}), {"shop": wanted}, VPCS)
    assert plan({"shop": settled(wanted, current["shop"], VPCS)}, current) == []


def test_attributes_are_asked_for_only_where_one_is_given_and_tags_of_twenty_at_once(fake_aws):
    groups = [{**DESCRIBED, "TargetGroupName": f"shop-{n}", "TargetGroupArn": ARN.replace("/shop/", f"/shop-{n}/")} for n in range(25)]
    aws = fake_aws(
        describe_target_groups={"TargetGroups": groups},
        describe_tags=lambda ResourceArns: {"TagDescriptions": [{"ResourceArn": arn, "Tags": []} for arn in ResourceArns]},
    )
    wanted = {f"shop-{n}": want(item(name=f"shop-{n}"), OURS) for n in range(25)}
    assert len(read(aws, wanted, VPCS)) == 25
    assert [operation for operation, _ in aws.asked] == ["describe_target_groups", "describe_tags", "describe_tags"]


def test_only_what_differs_of_attributes_is_set_and_others_stay(fake_aws, requests_of):
    wanted = want(item(slow_start_seconds=30, stickiness={"enabled": False}), OURS)
    current = read(
        found(fake_aws, **{"stickiness.enabled": "true", "slow_start.duration_seconds": "30", "x.y": "z"}), {"shop": wanted}, VPCS
    )
    (change,) = plan({"shop": settled(wanted, current["shop"], VPCS)}, current)
    assert change.after["x.y"] == "z"
    assert requests_of("elbv2", calls(VPCS, change), [FOUND]) == [
        Call("describe_target_groups", {"Names": ["shop"]}),
        Call("modify_target_group_attributes", {**GROUP, "Attributes": [{"Key": "stickiness.enabled", "Value": "false"}]}),
    ]


def test_a_part_of_the_health_check_is_changed_and_the_rest_stays(fake_aws, requests_of):
    wanted = want(item(health_check={"path": "/health"}), OURS)
    current = read(found(fake_aws), {"shop": wanted}, VPCS)
    (change,) = plan({"shop": settled(wanted, current["shop"], VPCS)}, current)
    assert change.after == {**current["shop"], "health_check.path": "/health"}
    _, modify = requests_of("elbv2", calls(VPCS, change), [FOUND])
    assert (modify.operation, modify.params["HealthCheckPath"], modify.params["HealthCheckIntervalSeconds"]) == (
        *("modify_target_group", "/health", 30),
    )


def test_stickiness_by_the_applications_cookie_in_aws_terms():
    sticky = {"enabled": True, "type": "app_cookie", "seconds": 60, "cookie": "session"}
    assert want(item(stickiness=sticky, anomaly_mitigation=True), {}) == {
        "tags": {},
        "load_balancing.algorithm.anomaly_mitigation": "on",
        "stickiness.enabled": "true",
        "stickiness.type": "app_cookie",
        "stickiness.app_cookie.duration_seconds": "60",
        "stickiness.app_cookie.cookie_name": "session",
    }


def test_a_change_is_undone_by_the_opposite_requests(requests_of):
    state = settled(want(item(port=3000), OURS), None, VPCS)
    assert requests_of("elbv2", calls(VPCS, Change("shop", state, None)), [FOUND]) == [
        Call("describe_target_groups", {"Names": ["shop"]}),
        Call("delete_target_group", GROUP),
    ]


def test_what_cannot_be_changed_and_what_is_missing_is_named(fake_aws):
    current = read(found(fake_aws), {"shop": {}}, VPCS)
    wanted = settled(want(item(port=3001, vpc="vpc-2"), OURS), current["shop"], VPCS)
    refused = list(forbidden(plan({"shop": wanted}, current), VPCS))
    assert ["port of a target group" in refused[0], "vpc of a target group" in refused[1], len(refused)] == [True, True, 2]
    new = settled(want(item(vpc="vpc-3"), OURS), None, VPCS)
    assert list(forbidden([Change("shop", None, new)], VPCS)) == [
        "shop: there is no target group of this name; a new one needs port",
        "shop: there is no VPC vpc-3, only shop, vpc-2",
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "-shop"}, "name must have 1 to 32"),
        ({"name": "s" * 33}, "name must have 1 to 32"),
        ({"port": 0}, "port is 0"),
        ({"health_check": {"interval_seconds": 4}}, "interval_seconds is 4, allowed are 5 to 300"),
        ({"health_check": {"interval_seconds": 5, "timeout_seconds": 5}}, "must be less than interval_seconds"),
        ({"health_check": {"path": "health"}}, "must begin with /"),
        ({"health_check": {"matcher": "ok"}}, "matcher is 'ok'"),
        ({"deregistration_delay_seconds": 3601}, "allowed are 0 to 3600"),
        ({"slow_start_seconds": 10}, "allowed are 30 to 900"),
        ({"slow_start_seconds": 30, "algorithm": "least_outstanding_requests"}, "slow_start_seconds is not for"),
        ({"anomaly_mitigation": True}, "anomaly_mitigation is for"),
        ({"stickiness": {"enabled": True, "type": "app_cookie"}}, "stickiness.cookie is given with type app_cookie"),
        ({"stickiness": {"enabled": True, "type": "app_cookie", "cookie": "AWSALBTG"}}, "may not begin with AWSALB"),
        ({"stickiness": {"enabled": True, "seconds": 0}}, "stickiness.seconds is 0"),
    ],
)
def test_what_aws_would_refuse_is_named(wrong, said):
    assert any(said in problem for problem in problems([item(**wrong)]))


def test_a_good_one_is_not_refused():
    good = item(port=80, health_check={"path": "/", "interval_seconds": 10, "timeout_seconds": 5}, slow_start_seconds=30)
    assert list(problems([good])) == []
    assert list(problems([good, good])) == ["shop: the target group is declared twice"]
