"""targets: who is registered, who drains, and what is waited for."""

from __future__ import annotations

from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Wait, plan
from ansible_collections.prodready.aws.plugins.module_utils.targets import Targets, name_of
from ansible_collections.prodready.aws.plugins.modules.targets import calls

ARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/01"
HOST = {"target_group": "shop", "id": "172.31.1.11", "port": None}
NAME = "shop 172.31.1.11:3000"
PARAMS = {"TargetGroupArn": ARN, "Targets": [{"Id": "172.31.1.11", "Port": 3000}]}
LOOK = "TargetHealthDescriptions[].TargetHealth.[State, Reason, Description]"
HEALTHY = Wait("target_in_service", PARAMS, until="target 172.31.1.11:3000 of shop is healthy", look=LOOK)


def targets(fake_aws, used=("arn",), **health):
    described = [
        {"Target": {"Id": address.replace("_", "."), "Port": 3000}, "TargetHealth": {"State": state}} for address, state in health.items()
    ]
    aws = fake_aws(
        describe_target_groups={
            "TargetGroups": [{"TargetGroupName": "shop", "TargetGroupArn": ARN, "Port": 3000, "LoadBalancerArns": used}]
        },
        describe_target_health={"TargetHealthDescriptions": described},
    )
    return Targets(aws, {"shop"})


def test_a_new_target_is_registered_and_awaited_healthy(fake_aws, requests_of):
    found = targets(fake_aws)
    (change,) = plan({NAME: found.want(HOST)}, found.states())
    assert requests_of("elbv2", calls(found, True, change)) == [Call("register_targets", PARAMS), HEALTHY]
    assert requests_of("elbv2", calls(found, False, change)) == [Call("register_targets", PARAMS)]


def test_where_no_load_balancer_looks_nothing_is_awaited(fake_aws, requests_of):
    found = targets(fake_aws, used=())
    (change,) = plan({NAME: found.want(HOST)}, found.states())
    assert requests_of("elbv2", calls(found, True, change)) == [Call("register_targets", PARAMS)]


def test_a_registered_target_is_as_wanted_whatever_its_health(fake_aws):
    for state in ("healthy", "unhealthy", "initial"):
        found = targets(fake_aws, **{"172.31.1.11": state})
        assert plan({NAME: found.want(HOST)}, found.states()) == []


def test_a_target_leaves_and_its_requests_in_flight_are_awaited(fake_aws, requests_of):
    found = targets(fake_aws, **{"172.31.1.11": "healthy", "172.31.1.12": "healthy"})
    (change,) = plan({NAME: None}, found.states())
    assert requests_of("elbv2", calls(found, True, change)) == [
        Call("deregister_targets", PARAMS),
        Wait("target_deregistered", PARAMS, until="target 172.31.1.11:3000 of shop has drained", look=LOOK),
    ]


def test_one_that_drains_already_is_awaited_or_registered_anew(fake_aws):
    found = targets(fake_aws, **{"172.31.1.11": "draining"})
    (back,) = plan({NAME: found.want(HOST)}, found.states())
    (away,) = plan({NAME: None}, found.states())
    assert (back.action, away.action) == ("update", "delete")


def test_one_that_aws_does_not_know_is_not_registered(fake_aws):
    unknown = {"Target": {"Id": "172.31.1.11", "Port": 3000}, "TargetHealth": {"State": "unused", "Reason": "Target.NotRegistered"}}
    found = targets(fake_aws)
    found.aws.answers["describe_target_health"] = {"TargetHealthDescriptions": [unknown]}
    assert Targets(found.aws, {"shop"}).states() == {}


def test_a_target_group_that_is_missing_is_known_as_such(fake_aws):
    found = Targets(targets(fake_aws).aws, {"shop", "stall"})
    assert (sorted(found.groups), found.missing) == (["shop"], ["stall"])


def test_a_target_is_named_by_its_group_address_and_port():
    assert name_of({"target_group": "shop", "id": "i-1", "port": 80}) == "shop i-1:80"
