"""autoscaling_policies: three kinds in one normal form, the label of a load balancer, the requests of a change, what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.autoscaling_policies import want
from ansible_collections.prodready.aws.plugins.module_utils.elb import Elb
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, plan
from ansible_collections.prodready.aws.plugins.modules.autoscaling_policies import (
    SIMPLE_SPEC,
    STEPS_SPEC,
    TRACKING_SPEC,
    calls,
    described,
    forbidden,
    problems,
    read,
    to_be_made,
)

BASE = "arn:aws:elasticloadbalancing:eu-central-1:123456789012"
LABEL = "app/shop/50dc/targetgroup/shop-scaled/cbf4"
ARN = "arn:aws:autoscaling:eu-central-1:123456789012:scalingPolicy:0b8a:autoScalingGroupName/shop:policyName/"
BY_LOAD = {"metric": "alb_requests_per_target", "target": 600.0, "load_balancer": "shop", "target_group": "shop-scaled"}
STEPS = [{"from": 20.0, "adjustment": 2}, {"from": 0.0, "to": 20.0, "adjustment": 1}]
SPECS = {"target_tracking": TRACKING_SPEC, "step": STEPS_SPEC, "simple": SIMPLE_SPEC}


def item(kind, name="up", **given):
    about = {**{key: option.get("default") for key, option in SPECS[kind].items()}, **given}
    if kind == "step":
        about["steps"] = [{"from": None, "to": None, **step} for step in about["steps"]]
    return {"group": "shop", "name": name, "enabled": True, **dict.fromkeys(SPECS), kind: about}


def policy(kind, name="up", **given):
    return {"AutoScalingGroupName": "shop", "PolicyName": name, "PolicyARN": f"{ARN}{name}", "PolicyType": kind, "Enabled": True, **given}


def tracked(label=LABEL):
    metric = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
    tracking = {"PredefinedMetricSpecification": metric, "TargetValue": 600.0, "DisableScaleIn": False}
    return policy("TargetTrackingScaling", TargetTrackingConfiguration=tracking)


STEPPED = policy(
    "StepScaling",
    AdjustmentType="ChangeInCapacity",
    MetricAggregationType="Average",
    StepAdjustments=[
        {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 20.0, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 20.0, "ScalingAdjustment": 2},
    ],
)


def account(fake_aws, *policies, **more):
    balancer = {"LoadBalancerName": "shop", "LoadBalancerArn": f"{BASE}:loadbalancer/app/shop/50dc"}
    group = {"TargetGroupName": "shop-scaled", "TargetGroupArn": f"{BASE}:targetgroup/shop-scaled/cbf4"}
    answers = {
        "describe_policies": {"ScalingPolicies": list(policies)},
        "describe_load_balancers": {"LoadBalancers": [balancer]},
        "describe_target_groups": {"TargetGroups": [{**group, "LoadBalancerArns": [balancer["LoadBalancerArn"]]}]},
        "describe_auto_scaling_groups": {"AutoScalingGroups": [{"AutoScalingGroupName": "shop"}]},
    }
    return fake_aws(**{**answers, **more})


def planned(aws, *items):
    wanted = {f"shop/{one['name']}": want(one) for one in items}
    return plan(wanted, read(described(aws), wanted, Elb(aws)))


def test_target_tracking_by_load_names_the_target_group_of_the_load_balancer_as_aws_does(fake_aws, requests_of):
    aws, arns = account(fake_aws), {}
    (change,) = planned(aws, item("target_tracking", **BY_LOAD, warmup_seconds=30))
    assert requests_of("autoscaling", calls(Elb(aws), arns, change), [{"PolicyARN": f"{ARN}up"}]) == [
        Call(
            "put_scaling_policy",
            {
                **{"AutoScalingGroupName": "shop", "PolicyName": "up", "PolicyType": "TargetTrackingScaling", "Enabled": True},
                "EstimatedInstanceWarmup": 30,
                "TargetTrackingConfiguration": {
                    **{"TargetValue": 600.0, "DisableScaleIn": False},
                    "PredefinedMetricSpecification": {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": LABEL},
                },
            },
        )
    ]
    assert arns == {"shop/up": f"{ARN}up"}


def test_steps_and_simple_scaling_in_aws_terms(fake_aws, requests_of):
    aws = account(fake_aws)
    (steps,) = planned(aws, item("step", steps=STEPS))
    (call,) = requests_of("autoscaling", calls(Elb(aws), {}, steps))
    assert call.params == {key: value for key, value in STEPPED.items() if key != "PolicyARN"}
    (simple,) = planned(aws, item("simple", adjustment_type="percent", adjustment=-10, min_adjustment=1, cooldown_seconds=60))
    (call,) = requests_of("autoscaling", calls(Elb(aws), {}, simple))
    assert call.params == {
        **{"AutoScalingGroupName": "shop", "PolicyName": "up", "PolicyType": "SimpleScaling", "Enabled": True},
        **{"AdjustmentType": "PercentChangeInCapacity", "ScalingAdjustment": -10, "MinAdjustmentMagnitude": 1, "Cooldown": 60},
    }


def test_what_is_read_is_what_was_wanted(fake_aws):
    assert planned(account(fake_aws, tracked()), item("target_tracking", **BY_LOAD)) == []
    assert planned(account(fake_aws, STEPPED), item("step", steps=STEPS)) == []


def test_a_policy_is_put_as_a_whole_and_deleted_first_where_it_is_of_another_kind(fake_aws, requests_of):
    aws = account(fake_aws, {**tracked(), "EstimatedInstanceWarmup": 60})
    (change,) = planned(aws, item("target_tracking", **{**BY_LOAD, "target": 300.0}))
    (call,) = requests_of("autoscaling", calls(Elb(aws), {}, change))
    assert ("EstimatedInstanceWarmup" in call.params, call.params["TargetTrackingConfiguration"]["TargetValue"]) == (False, 300.0)
    (change,) = planned(aws, item("step", steps=STEPS))
    steps = requests_of("autoscaling", calls(Elb(aws), {}, change))
    assert [step.operation for step in steps] == ["delete_policy", "put_scaling_policy"]
    back = requests_of("autoscaling", calls(Elb(aws), {}, Change("shop/up", change.after, change.before)))
    assert back[1].params["EstimatedInstanceWarmup"] == 60


def test_the_label_of_a_load_balancer_that_was_made_anew_is_put_anew(fake_aws, requests_of):
    aws = account(fake_aws, tracked("app/shop/old/targetgroup/shop-scaled/cbf4"))
    (change,) = planned(aws, item("target_tracking", **BY_LOAD))
    (call,) = requests_of("autoscaling", calls(Elb(aws), {}, change))
    assert call.params["TargetTrackingConfiguration"]["PredefinedMetricSpecification"]["ResourceLabel"] == LABEL


def test_the_arn_of_a_policy_that_is_not_there_is_known_but_for_what_aws_makes_up(fake_aws):
    assert to_be_made(account(fake_aws), item("simple", adjustment=1)) == f"{ARN}up".replace("0b8a", "(known after apply)")


def test_undo_deletes_what_was_made(fake_aws, requests_of):
    aws = account(fake_aws)
    (change,) = planned(aws, item("step", steps=STEPS))
    assert requests_of("autoscaling", calls(Elb(aws), {}, Change("shop/up", change.after, None))) == [
        Call("delete_policy", {"AutoScalingGroupName": "shop", "PolicyName": "up"}, missing=("ValidationError",))
    ]


def test_what_the_account_has_not_is_named(fake_aws):
    nothing = {"describe_auto_scaling_groups": {"AutoScalingGroups": []}, "describe_load_balancers": {"LoadBalancers": []}}
    aws = account(fake_aws, **nothing)
    changes = planned(aws, item("target_tracking", **BY_LOAD))
    assert list(forbidden(aws, Elb(aws), changes, planning=False)) == [
        "shop/up: there is no Auto Scaling group shop: make it first (prodready.aws.autoscaling_groups)",
        "shop/up: there is no load balancer shop or no target group shop-scaled: make them first (role alb)",
    ]
    assert list(forbidden(aws, Elb(aws), changes, planning=True)) == []
    group = {"TargetGroupName": "shop-scaled", "TargetGroupArn": f"{BASE}:targetgroup/shop-scaled/cbf4", "LoadBalancerArns": []}
    apart = account(fake_aws, describe_target_groups={"TargetGroups": [group]})
    (one,) = forbidden(apart, Elb(apart), changes, planning=False)
    assert "no listener of load balancer shop sends requests to target group shop-scaled" in one


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (item("simple", name="a:b", adjustment=1), "without space and colon"),
        (item("target_tracking", metric="cpu", target=0), "target is 0"),
        (item("target_tracking", metric="cpu", target=50, load_balancer="a", target_group="b"), "and with it only"),
        (item("target_tracking", metric="alb_requests_per_target", target=50), "are given with metric alb_requests_per_target"),
        (item("target_tracking", metric="cpu", target=50, warmup_seconds=-1), "warmup_seconds is -1"),
        (item("simple", adjustment=1, min_adjustment=1), "min_adjustment is for adjustment_type percent"),
        (item("step", steps=[]), "at least one"),
        (item("step", steps=[{"from": 0, "to": 10, "adjustment": 1}, {"from": 20, "adjustment": 2}]), "neither overlap nor leave a gap"),
        (item("step", steps=[{"from": 0, "to": 10, "adjustment": 1}]), "leave out to of the highest"),
        (item("step", steps=[{"from": -10, "to": 0, "adjustment": -1}]), "leave out from of the lowest"),
        (item("step", steps=[{"adjustment": 1}, {"adjustment": 2}]), "is the only one"),
    ],
)
def test_what_aws_would_refuse_is_named(wrong, said):
    assert any(said in problem for problem in problems([wrong]))
    good = [item("step", steps=STEPS), item("target_tracking", "b", **BY_LOAD), item("simple", "c", adjustment=-1)]
    assert list(problems(good)) == []
    assert list(problems([good[0], good[0]])) == ["shop/up: the policy is declared twice"]
