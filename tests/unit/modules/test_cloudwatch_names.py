"""cloudwatch_names: names of load balancers become what CloudWatch knows them by, and what does not exist yet is waited for."""

from __future__ import annotations

from ansible_collections.prodready.aws.plugins.module_utils.metric_names import (
    health_check_ids,
    known,
    resolved,
    unknown,
    with_health_checks,
)
from ansible_collections.prodready.aws.plugins.modules.cloudwatch_names import foreseen, waiting

BASE = "arn:aws:elasticloadbalancing:eu-central-1:123456789012"
NAMES = {"LoadBalancer": {"shop": "app/shop/01"}, "TargetGroup": {"shop": "targetgroup/shop/02"}}
COUNT = {
    "namespace": "AWS/ApplicationELB",
    "metric_name": "UnHealthyHostCount",
    "dimensions": {"LoadBalancer": "shop", "TargetGroup": "shop"},
}
LATE = {**COUNT, "dimensions": {"LoadBalancer": "stall"}}
OTHER = {"namespace": "Shop", "metric_name": "Errors", "dimensions": {"LoadBalancer": "stall"}}


def test_names_are_written_as_cloudwatch_knows_them(fake_aws):
    aws = fake_aws(
        describe_load_balancers={"LoadBalancers": [{"LoadBalancerName": "shop", "LoadBalancerArn": f"{BASE}:loadbalancer/app/shop/01"}]},
        describe_target_groups={"TargetGroups": [{"TargetGroupName": "shop", "TargetGroupArn": f"{BASE}:targetgroup/shop/02"}]},
    )
    assert known(aws) == NAMES
    wanted = {"LoadBalancer": "app/shop/01", "TargetGroup": "targetgroup/shop/02"}
    assert resolved({"name": "a", **COUNT}, NAMES) == {"name": "a", **COUNT, "dimensions": wanted}
    math = {"name": "b", "metrics": [{"id": "m", **COUNT}, {"id": "e", "expression": "m * 2"}]}
    assert resolved(math, NAMES)["metrics"] == [{"id": "m", **COUNT, "dimensions": wanted}, {"id": "e", "expression": "m * 2"}]


def test_what_has_no_name_of_a_load_balancer_stays_as_it_is():
    full = {**COUNT, "dimensions": {"LoadBalancer": "app/other/03"}}
    names_of_metrics = {"namespace": "AWS/ApplicationELB", "metrics": ["RequestCount"], "dimensions": {"LoadBalancer": "*"}}
    for item in (OTHER, full, names_of_metrics, {"markdown": "# Shop"}, {"rule": "ALARM(a)"}):
        assert unknown(item, NAMES) == []
        assert resolved(item, NAMES) == item


def test_emitted_metrics_are_resolved_too():
    emitted = {"namespace": "AWS/ApplicationELB", "metrics": ["RequestCount"], "dimensions": {"LoadBalancer": "shop"}}
    assert resolved(emitted, NAMES) == {**emitted, "dimensions": {"LoadBalancer": "app/shop/01"}}


def test_alarms_wait_for_what_is_not_there_and_so_do_those_whose_rules_name_them():
    alarms = [
        {"name": "ready", **COUNT},
        {"name": "late", "metrics": [{"id": "m", **LATE}]},
        {"name": "above", "rule": 'ALARM("late") OR ALARM("ready")'},
        {"name": "top", "rule": "ALARM(above)"},
    ]
    assert waiting(alarms, NAMES) == {"late": ["load balancer stall"], "above": ["alarm late"], "top": ["alarm above"]}


def test_in_a_plan_what_the_playbook_makes_before_is_there_and_aws_part_of_its_name_is_known_after_apply():
    names = foreseen({"LoadBalancer": {"shop": "app/shop/01"}, "TargetGroup": {}}, {"LoadBalancer": ["shop", "stall"], "TargetGroup": []})
    assert names == {"LoadBalancer": {"shop": "app/shop/01", "stall": "app/stall/(known after apply)"}, "TargetGroup": {}}
    assert unknown({"name": "a", **LATE}, names) == []


def test_health_checks_are_named_by_what_route_53_calls_them(fake_aws):
    status = {"namespace": "AWS/Route53", "metric_name": "HealthCheckStatus", "dimensions": {"HealthCheckId": "shop"}}
    aws = fake_aws(
        list_health_checks={"HealthChecks": [{"Id": "abc", "CallerReference": "x"}, {"Id": "def", "CallerReference": "y"}]},
        list_tags_for_resources={"ResourceTagSets": [{"ResourceId": "def", "Tags": [{"Key": "Name", "Value": "shop"}]}]},
    )
    ids = health_check_ids(aws, [status, COUNT])
    assert ids == {"shop": "def"}
    assert with_health_checks(status, ids)["dimensions"] == {"HealthCheckId": "def"}
    assert with_health_checks(status, {}) == status
    assert with_health_checks(COUNT, ids) == COUNT
