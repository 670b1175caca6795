"""scaling_targets: normal form, the requests of a change, what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import elb
from ansible_collections.prodready.aws.plugins.module_utils.app_scaling import POLICY_SPEC, SCHEDULE_SPEC
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, plan
from ansible_collections.prodready.aws.plugins.modules.scaling_targets import TARGET_SPEC, calls, forbidden, name_of, problems, read, want

NAME = "service/shop/web ecs:service:DesiredCount"
WHERE = {"ServiceNamespace": "ecs", "ResourceId": "service/shop/web", "ScalableDimension": "ecs:service:DesiredCount"}
BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/0123456789abcdef"
GROUP = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/web/fedcba9876543210"
LABEL = "app/shop/0123456789abcdef/targetgroup/web/fedcba9876543210"
BALANCING = {
    "describe_load_balancers": {"LoadBalancers": [{"LoadBalancerName": "shop", "LoadBalancerArn": BALANCER}]},
    "describe_target_groups": {"TargetGroups": [{"TargetGroupName": "web", "TargetGroupArn": GROUP}]},
}
REQUESTS = {"metric": "ALBRequestCountPerTarget", "label": {"load_balancer": "shop", "target_group": "web"}, "target": 600.0}
CONFIG = {
    "TargetValue": 600.0,
    "DisableScaleIn": False,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": LABEL},
}


def tracking(name="requests", **given):
    options = POLICY_SPEC["target_tracking"]["options"]
    return {"name": name, "step": None, "target_tracking": {**{key: one.get("default") for key, one in options.items()}, **given}}


def step(*steps, name="steps", **given):
    options = POLICY_SPEC["step"]["options"]
    found = [{"lower": None, "upper": None, **one} for one in steps]
    return {
        "name": name,
        "target_tracking": None,
        "step": {**{key: one.get("default") for key, one in options.items()}, "steps": found, **given},
    }


def schedule(**given):
    return {**{key: one.get("default") for key, one in SCHEDULE_SPEC.items()}, "name": "morning", "schedule": "rate(1 day)", **given}


def item(**given):
    return {**dict.fromkeys(TARGET_SPEC), "service": "shop/web", **given}


def account(fake_aws, policies=(), actions=(), suspended=None):
    described = {"MinCapacity": 2, "MaxCapacity": 4, "SuspendedState": suspended or {}, **WHERE}
    return fake_aws(
        describe_scalable_targets={"ScalableTargets": [described]},
        describe_scaling_policies={"ScalingPolicies": list(policies)},
        describe_scheduled_actions={"ScheduledActions": list(actions)},
        describe_clusters={"clusters": [{"clusterName": "shop", "status": "ACTIVE"}]},
        describe_services={"services": [{"serviceName": "web", "status": "ACTIVE"}]},
        **BALANCING,
    )


def test_a_new_target_is_registered_and_then_gets_its_policies_and_actions(requests_of, fake_aws):
    wanted = want(item(min=2, max=4, policies=[tracking(**REQUESTS)], schedules=[schedule(min=3)]))
    (change,) = plan({NAME: wanted}, {})
    assert requests_of("application-autoscaling", calls(elb.Elb(account(fake_aws)), change)) == [
        Call("register_scalable_target", {**WHERE, "MinCapacity": 2, "MaxCapacity": 4}),
        Call(
            "put_scaling_policy",
            {
                **WHERE,
                "PolicyName": "requests",
                "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": CONFIG,
            },
        ),
        Call(
            "put_scheduled_action",
            {
                **WHERE,
                "ScheduledActionName": "morning",
                "Schedule": "rate(1 day)",
                "Timezone": "UTC",
                "ScalableTargetAction": {"MinCapacity": 3},
            },
        ),
    ]


def test_what_is_read_is_what_was_wanted(fake_aws):
    policies = [
        {"PolicyName": "requests", "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": CONFIG},
        {
            "PolicyName": "steps",
            "PolicyType": "StepScaling",
            "StepScalingPolicyConfiguration": {
                "AdjustmentType": "ChangeInCapacity",
                "MetricAggregationType": "Average",
                "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
            },
        },
        {
            "PolicyName": "queue",
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 5,
                "ScaleInCooldown": 60,
                "CustomizedMetricSpecification": {
                    "Namespace": "Shop",
                    "MetricName": "Queue",
                    "Statistic": "Average",
                    "Dimensions": [{"Name": "Stage", "Value": "1"}],
                },
            },
        },
    ]
    actions = [{"ScheduledActionName": "morning", "Schedule": "rate(1 day)", "ScalableTargetAction": {"MaxCapacity": 9}}]
    custom = {"namespace": "Shop", "metric": "Queue", "statistic": "Average", "unit": None, "dimensions": {"Stage": 1}}
    wanted = want(
        item(
            min=2,
            max=4,
            suspended=["out"],
            policies=[
                tracking(**REQUESTS),
                step({"lower": 0.0, "adjustment": 1}),
                tracking("queue", customized=custom, target=5.0, scale_in_cooldown_seconds=60),
            ],
            schedules=[schedule(max=9)],
        )
    )
    current = read(account(fake_aws, policies, actions, {"DynamicScalingOutSuspended": True}), {NAME: wanted})
    assert plan({NAME: wanted}, current) == []


def test_what_is_not_given_is_not_asked_for_and_not_touched(fake_aws):
    aws = account(fake_aws)
    wanted = want(item(max=4))
    assert plan({NAME: wanted}, read(aws, {NAME: wanted})) == []
    assert [operation for operation, _ in aws.asked] == ["describe_scalable_targets"]


def test_policies_that_are_given_are_all_that_there_are(requests_of, fake_aws):
    old = {"PolicyName": "old", "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": CONFIG}
    wanted = want(item(policies=[]))
    aws = account(fake_aws, [old])
    (change,) = plan({NAME: wanted}, read(aws, {NAME: wanted}))
    sent = requests_of("application-autoscaling", calls(elb.Elb(aws), change))
    assert [(call.operation, call.params["PolicyName"]) for call in sent] == [("delete_scaling_policy", "old")]


def test_another_resource_is_named_with_its_dimension():
    given = item(service=None, resource="table/shop-products", dimension="dynamodb:table:ReadCapacityUnits")
    assert name_of(given) == "table/shop-products dynamodb:table:ReadCapacityUnits"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"service": "web"}, "must be cluster/service"),
        ({"resource": "table/x"}, "either service is given, or resource and dimension"),
        ({"service": None, "resource": "table/x"}, "either service is given"),
        ({"min": 3, "max": 2}, "min 3 is more than max 2"),
        ({"min": -1}, "must not be negative"),
        ({"policies": [tracking(target=1.0)]}, "one of metric and customized"),
        ({"policies": [tracking(metric="ECSServiceAverageCPUUtilization", target=0.0)]}, "more than 0"),
        ({"policies": [tracking(metric="ALBRequestCountPerTarget", target=1.0)]}, "label is given with"),
        ({"policies": [{**tracking(**REQUESTS), "step": step()["step"]}]}, "one of target_tracking and step"),
        ({"policies": [tracking(**REQUESTS), tracking(**REQUESTS)]}, "the policy is declared twice"),
        ({"policies": [step({"lower": 5.0, "upper": 1.0, "adjustment": 1})]}, "is not less than upper"),
        ({"schedules": [schedule(schedule="cron(0 8 * * *)", min=1)]}, "six fields"),
        ({"schedules": [schedule(min=1, time_zone="Mars/Crater")]}, "Europe/Berlin"),
        ({"schedules": [schedule()]}, "min or max is needed"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_asked(given, words):
    assert words in "; ".join(problems([item(**given)]))


def test_nothing_is_wrong_with_what_is_right():
    given = [item(min=1, max=2, policies=[tracking(**REQUESTS)], schedules=[schedule(min=1, schedule="cron(0 8 ? * MON-FRI *)")])]
    assert list(problems(given)) == []


def test_only_the_account_tells_what_is_not_there(fake_aws):
    aws = account(fake_aws)
    label = {"load_balancer": "none", "target_group": "none"}
    wanted = {
        "service/shop/none ecs:service:DesiredCount": want(item(min=1, max=2)),
        NAME: want(item(min=5, policies=[tracking(**{**REQUESTS, "label": label})])),
    }
    text = "; ".join(forbidden(plan(wanted, read(aws, wanted)), aws, elb.Elb(aws)))
    assert "there is no active service shop/none in ECS" in text
    assert "min 5 would be more than max 4" in text
    assert "there is no load balancer none" in text and "there is no target group none" in text
