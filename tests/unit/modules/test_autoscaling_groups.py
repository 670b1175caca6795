"""autoscaling_groups: normal form, the requests of a change, the wait until all serve, what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import autoscaling, progress, vpc
from ansible_collections.prodready.aws.plugins.module_utils.autoscaling_group_calls import calls
from ansible_collections.prodready.aws.plugins.module_utils.autoscaling_group_parts import Around
from ansible_collections.prodready.aws.plugins.module_utils.autoscaling_group_rules import forbidden, problems
from ansible_collections.prodready.aws.plugins.module_utils.autoscaling_groups import METRICS, want
from ansible_collections.prodready.aws.plugins.module_utils.elb import Elb
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, Wait, merged, plan
from ansible_collections.prodready.aws.plugins.modules.autoscaling_groups import (
    GROUP_SPEC,
    HOOK_SPEC,
    MIXED_SPEC,
    POOL_SPEC,
    default_versions,
    kept_version,
    read,
    settled,
)

OURS = {"prodready:managed": "true"}
NAMED = {"AutoScalingGroupName": "shop"}
SUBNETS = [
    {"SubnetId": "subnet-a", "AvailabilityZone": "eu-central-1a", "VpcId": "vpc-1", "DefaultForAz": True},
    {"SubnetId": "subnet-b", "AvailabilityZone": "eu-central-1b", "VpcId": "vpc-1", "DefaultForAz": True},
    {"SubnetId": "subnet-o", "AvailabilityZone": "eu-central-1a", "VpcId": "vpc-2"},
]
ARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop-scaled/0123"
TOPICS = "arn:aws:sns:eu-central-1:123456789012:"
TARGETS = {"TargetGroupName": "shop-scaled", "TargetGroupArn": ARN, "TargetType": "instance", "VpcId": "vpc-1", "LoadBalancerArns": ["lb"]}
BUSY = ("ScalingActivityInProgress", "ResourceContention", "ResourceInUse")
EARLY = ("ValidationError: Invalid IAM Instance Profile",)


def tag(key, value, propagated=False):
    return {"ResourceId": "shop", "ResourceType": "auto-scaling-group", "Key": key, "Value": value, "PropagateAtLaunch": propagated}


def instance(number, state="InService", health="Healthy"):
    return {"InstanceId": f"i-{number}", "LifecycleState": state, "HealthStatus": health}


DESCRIBED = {
    **NAMED,
    "LaunchTemplate": {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "shop", "Version": "3"},
    **{"MinSize": 2, "MaxSize": 4, "DesiredCapacity": 2, "DefaultCooldown": 300, "HealthCheckType": "EC2", "HealthCheckGracePeriod": 0},
    **{"VPCZoneIdentifier": "subnet-b,subnet-a", "TargetGroupARNs": [ARN], "TerminationPolicies": ["Default"]},
    **{"NewInstancesProtectedFromScaleIn": False, "CapacityRebalance": False, "Instances": [instance(1), instance(2)]},
    **{"EnabledMetrics": [{"Metric": name, "Granularity": "1Minute"} for name in METRICS], "SuspendedProcesses": []},
    "Tags": [tag("prodready:managed", "true")],
}
HOOK = {"LifecycleHookName": "drain", "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING", **NAMED}
GIVEN = {"launch_template": "shop", "min_size": 2, "max_size": 4, "vpc": "default", "target_groups": ["shop-scaled"]}


def item(**given):
    one = {**{name: option.get("default") for name, option in GROUP_SPEC.items()}, "name": "shop", **given}
    for key, spec in (("mixed", MIXED_SPEC), ("warm_pool", POOL_SPEC)):
        if one[key] is not None:
            one[key] = {**{name: option.get("default") for name, option in spec.items()}, **one[key]}
    if one["mixed"] and one["mixed"]["overrides"]:
        one["mixed"]["overrides"] = [{"weight": None, **override} for override in one["mixed"]["overrides"]]
    if one["hooks"] is not None:
        one["hooks"] = [{**{name: option.get("default") for name, option in HOOK_SPEC.items()}, **hook} for hook in one["hooks"]]
    return one


def account(fake_aws, group=DESCRIBED, **more):
    answers = {
        "describe_subnets": {"Subnets": SUBNETS},
        "describe_vpcs": {"Vpcs": [{"VpcId": "vpc-1", "IsDefault": True}, {"VpcId": "vpc-2"}]},
        "describe_auto_scaling_groups": {"AutoScalingGroups": [group] if group else []},
        "describe_target_groups": {"TargetGroups": [TARGETS]},
        "describe_launch_templates": {"LaunchTemplates": [{"LaunchTemplateName": "shop", "DefaultVersionNumber": 3}]},
        "describe_lifecycle_hooks": {
            "LifecycleHooks": [{**HOOK, "HeartbeatTimeout": 60, "DefaultResult": "CONTINUE", "GlobalTimeout": 6000}]
        },
        "describe_notification_configurations": {
            "NotificationConfigurations": [
                {**NAMED, "TopicARN": f"{TOPICS}alarms", "NotificationType": f"autoscaling:{kind}"}
                for kind in ("EC2_INSTANCE_TERMINATE", "EC2_INSTANCE_LAUNCH", "TEST_NOTIFICATION")
            ]
        },
        "describe_launch_template_versions": {"LaunchTemplateVersions": [{}]},
        "describe_scaling_activities": {"Activities": []},
        "get_topic_attributes": {},
    }
    return fake_aws(**{**answers, **more})


def around_of(aws):
    return Around(vpc.Places(aws), Elb(aws))


def planned(aws, **given):
    around, one = around_of(aws), item(**given)
    wanted = {"shop": settled(around, one, want(one, OURS), default_versions(aws, {"shop"}))}
    return plan(wanted, read(around, wanted))


def requests(requests_of, aws, change, desired=None):
    return requests_of("autoscaling", calls(around_of(aws), desired, change))


def test_a_new_one_has_all_that_its_first_instances_need_when_it_is_made(fake_aws, requests_of):
    aws = account(fake_aws, None)
    hook = {"name": "drain", "transition": "terminate", "timeout_seconds": 60, "topic": "alarms", "role": "teller"}
    told = [{"topic": "alarms", "types": ["EC2_INSTANCE_LAUNCH"]}]
    (change,) = planned(aws, **GIVEN, health_check="ELB", hooks=[hook], metrics=["GroupMinSize"], notifications=told)
    topic = {"TopicARN": f"{TOPICS}alarms"}
    assert requests(requests_of, aws, change, 3) == [
        Call(
            "create_auto_scaling_group",
            {
                **NAMED,
                **{"MinSize": 2, "MaxSize": 4, "DesiredCapacity": 3, "HealthCheckType": "ELB", "VPCZoneIdentifier": "subnet-a,subnet-b"},
                "LaunchTemplate": {"LaunchTemplateName": "shop", "Version": "3"},
                "Tags": [tag("prodready:managed", "true")],
                "TargetGroupARNs": [ARN],
                "LifecycleHookSpecificationList": [
                    {
                        "LifecycleHookName": "drain",
                        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
                        "HeartbeatTimeout": 60,
                        "DefaultResult": "ABANDON",
                        "NotificationTargetARN": f"{TOPICS}alarms",
                        "RoleARN": "arn:aws:iam::123456789012:role/teller",
                    }
                ],
            },
            again=EARLY,
        ),
        Call("enable_metrics_collection", {**NAMED, "Granularity": "1Minute", "Metrics": ["GroupMinSize"]}),
        Call("put_notification_configuration", {**NAMED, **topic, "NotificationTypes": ["autoscaling:EC2_INSTANCE_LAUNCH"]}),
    ]


def test_what_is_read_is_what_was_wanted_and_what_is_not_given_stays(fake_aws):
    told = [{"topic": f"{TOPICS}alarms", "types": ["EC2_INSTANCE_TERMINATE", "EC2_INSTANCE_LAUNCH"]}]
    hooks = [{"name": "drain", "transition": "terminate", "timeout_seconds": 60, "default_result": "CONTINUE"}]
    none = {"warm_pool": {}, "mixed": {}, "maintenance": {}, "max_lifetime_seconds": None, "metrics": ["all"], "suspended_processes": []}
    assert planned(account(fake_aws), **GIVEN, **none, hooks=hooks, notifications=told) == []
    assert planned(account(fake_aws)) == []


def test_how_many_are_wanted_now_is_nobodys_change(fake_aws):
    assert planned(account(fake_aws, {**DESCRIBED, "DesiredCapacity": 4}), **GIVEN, desired=2) == []


def test_a_group_follows_its_template_to_the_version_that_is_given_or_its_default(fake_aws, requests_of):
    aws = account(fake_aws, {**DESCRIBED, "LaunchTemplate": {"LaunchTemplateName": "shop", "Version": "2"}})
    (change,) = planned(aws, launch_template="shop")
    assert requests(requests_of, aws, change) == [
        Call(
            "update_auto_scaling_group", {**NAMED, "LaunchTemplate": {"LaunchTemplateName": "shop", "Version": "3"}}, again=(*BUSY, *EARLY)
        )
    ]
    (change,) = planned(aws, launch_template="shop", version=4)
    assert (change.before["version"], change.after["version"]) == (2, 4)
    nothing = account(fake_aws, None, describe_launch_templates={"LaunchTemplates": []})
    assert planned(nothing, **GIVEN)[0].after["version"] == 1


def test_each_part_is_changed_by_its_own_request_and_back_by_the_opposite(fake_aws, requests_of):
    aws = account(fake_aws)
    given = {"suspended_processes": ["AZRebalance"], "metrics": [], "target_groups": [], "hooks": [], "notifications": []}
    more = {"maintenance": {"min_healthy_percent": 100, "max_healthy_percent": 150}, "warm_pool": {"min_size": 1}, "max_size": 5}
    (change,) = planned(aws, **given, **more, default_warmup_seconds=30, max_lifetime_seconds=86400, propagated_tags={"a": "b"})
    changed = {
        **{"MaxSize": 5, "DefaultInstanceWarmup": 30, "MaxInstanceLifetime": 86400},
        "InstanceMaintenancePolicy": {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150},
    }
    pool = {"MaxGroupPreparedCapacity": -1, "MinSize": 1, "PoolState": "Stopped", "InstanceReusePolicy": {"ReuseOnScaleIn": False}}
    topic = {"TopicARN": f"{TOPICS}alarms"}
    assert requests(requests_of, aws, change) == [
        Call("create_or_update_tags", {"Tags": [tag("a", "b", True)]}),
        Call("delete_lifecycle_hook", {**NAMED, "LifecycleHookName": "drain"}),
        Call("update_auto_scaling_group", {**NAMED, **changed}, again=(*BUSY, *EARLY)),
        Call("detach_load_balancer_target_groups", {**NAMED, "TargetGroupARNs": [ARN]}, again=BUSY),
        Call("suspend_processes", {**NAMED, "ScalingProcesses": ["AZRebalance"]}, again=BUSY),
        Call("disable_metrics_collection", {**NAMED, "Metrics": sorted(METRICS)}),
        Call("delete_notification_configuration", {**NAMED, **topic}),
        Call("put_warm_pool", {**NAMED, **pool}, again=BUSY),
    ]
    back = requests(requests_of, aws, Change("shop", change.after, change.before))
    undone = {
        **{"MaxSize": 4, "DefaultInstanceWarmup": -1, "MaxInstanceLifetime": 0},
        "InstanceMaintenancePolicy": {"MinHealthyPercentage": -1, "MaxHealthyPercentage": -1},
    }
    gone = {"ResourceId": "shop", "ResourceType": "auto-scaling-group", "Key": "a"}
    assert [step.operation if isinstance(step, Call) else step.waiter for step in back] == [
        *("delete_tags", "put_lifecycle_hook", "update_auto_scaling_group", "attach_load_balancer_target_groups", "resume_processes"),
        *("enable_metrics_collection", "put_notification_configuration", "delete_warm_pool", "warm_pool_gone"),
    ]
    assert (back[0].params, back[2].params) == ({"Tags": [gone]}, {**NAMED, **undone})


def test_several_types_and_spot_instances_and_back_to_one(fake_aws, requests_of):
    aws = account(fake_aws)
    overrides = [{"instance_type": "t4g.small", "weight": 1}, {"instance_type": "t4g.medium", "weight": 2}]
    (change,) = planned(aws, mixed={"overrides": overrides, "on_demand_base": 1, "on_demand_percent": 50})
    template = {"LaunchTemplateName": "shop", "Version": "3"}
    policy = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": template,
            "Overrides": [
                {"InstanceType": "t4g.small", "WeightedCapacity": "1"},
                {"InstanceType": "t4g.medium", "WeightedCapacity": "2"},
            ],
        },
        "InstancesDistribution": {
            "OnDemandBaseCapacity": 1,
            "OnDemandPercentageAboveBaseCapacity": 50,
            "SpotAllocationStrategy": "price-capacity-optimized",
        },
    }
    (call,) = requests(requests_of, aws, change)
    assert call.params == {**NAMED, "MixedInstancesPolicy": policy}
    told = {**policy, "InstancesDistribution": {**policy["InstancesDistribution"], "OnDemandAllocationStrategy": "prioritized"}}
    there = account(fake_aws, {**{key: value for key, value in DESCRIBED.items() if key != "LaunchTemplate"}, "MixedInstancesPolicy": told})
    assert planned(there, launch_template="shop", mixed={"overrides": overrides, "on_demand_base": 1, "on_demand_percent": 50}) == []
    (back,) = planned(there, mixed={})
    assert requests(requests_of, there, back)[0].params == {**NAMED, "LaunchTemplate": template}


def test_undo_of_a_new_one_lets_its_instances_leave_and_then_deletes_it(fake_aws, requests_of):
    aws = account(fake_aws)
    state = merged(None, read(around_of(aws), {"shop": {}})["shop"])
    found = {"AutoScalingGroupNames": ["shop"]}
    assert requests(requests_of, aws, Change("shop", state, None)) == [
        Call("update_auto_scaling_group", {**NAMED, "MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}, again=BUSY),
        Wait("group_empty", found, "group shop has no instance", look="AutoScalingGroups[0].Instances[].LifecycleState"),
        Call("delete_auto_scaling_group", NAMED, again=BUSY),
        Wait("group_gone", found, "group shop is gone", look="AutoScalingGroups[0].Status"),
    ]
    steps = requests(requests_of, aws, Change("shop", {**state, "protect_from_scale_in": True, "suspended_processes": ["Terminate"]}, None))
    assert [step.operation for step in steps[:3]] == ["resume_processes", "update_auto_scaling_group", "delete_auto_scaling_group"]
    assert steps[2].params == {**NAMED, "ForceDelete": True}


def looking(fake_aws, groups, healths, **more):
    groups, healths = iter(groups), iter(healths)
    aws = account(
        fake_aws,
        describe_auto_scaling_groups=lambda **_: {"AutoScalingGroups": [next(groups)]},
        describe_target_health=lambda **_: {
            "TargetHealthDescriptions": [
                {"Target": {"Id": name, "Port": 3000}, "TargetHealth": {"State": state}} for name, state in next(healths).items()
            ]
        },
        **more,
    )
    aws.params = {"deadline_seconds": 5}
    return aws


def test_it_waits_until_as_many_as_are_wanted_serve_and_says_what_it_waits_for(fake_aws, monkeypatch):
    monkeypatch.setattr(autoscaling, "LOOK_SECONDS", 0)
    said = []
    monkeypatch.setattr(progress, "listener", said.append)
    starting = {**DESCRIBED, "Instances": [instance(1), instance(2, "Pending")]}
    aws = looking(fake_aws, [starting, DESCRIBED, DESCRIBED], [{"i-1": "healthy", "i-2": "initial"}, {"i-1": "healthy", "i-2": "healthy"}])
    assert autoscaling.settled(aws, "shop") == DESCRIBED
    assert [line.partition(" s, ")[2] for line in said] == [
        "1 of 2 in service (1 InService, 1 Pending)",
        "1 of 2 not healthy behind the load balancer (initial)",
    ]


def test_a_wait_in_vain_says_why_the_last_launch_failed(fake_aws, monkeypatch):
    monkeypatch.setattr(autoscaling, "LOOK_SECONDS", 0)
    failed = {"Activities": [{"StatusCode": "Failed", "StatusMessage": "We have no more t4g.small"}]}
    aws = looking(fake_aws, iter(lambda: {**DESCRIBED, "Instances": []}, None), [], describe_scaling_activities=failed)
    aws.params = {"deadline_seconds": 0}
    with pytest.raises(TimeoutError, match="0 of 2 in service .none yet.. Last failure: We have no more t4g.small"):
        autoscaling.settled(aws, "shop")


def test_capacity_is_counted_in_units_where_types_have_weights(fake_aws):
    weighted = [{**instance(1), "WeightedCapacity": "2"}, {**instance(2), "WeightedCapacity": "1"}]
    group = {**DESCRIBED, "DesiredCapacity": 3, "Instances": weighted, "TargetGroupARNs": []}
    assert autoscaling.lacking(account(fake_aws), group) is None
    assert autoscaling.lacking(account(fake_aws), {**group, "DesiredCapacity": 4}) == "3 of 4 in service (2 InService)"


def test_what_the_account_has_not_is_named_and_may_yet_be_made_while_it_is_planned(fake_aws):
    nothing = {"describe_launch_template_versions": None, "get_topic_attributes": None, "describe_target_groups": {"TargetGroups": []}}
    aws = account(fake_aws, None, **nothing)
    changes = planned(aws, **GIVEN, notifications=[{"topic": "alarms", "types": ["EC2_INSTANCE_LAUNCH"]}])
    assert forbidden(around_of(aws), changes, {}, planning=False) == [
        "shop: there is no version 3 of launch template shop: make it first",
        "shop: there is no target group shop-scaled: make it first (role alb)",
        "shop: there is no topic alarms: make it first",
    ]
    assert forbidden(around_of(aws), changes, {}, planning=True) == []


def test_what_does_not_fit_the_account_is_named(fake_aws):
    aws = account(fake_aws, None)
    (lacks,) = forbidden(around_of(aws), planned(aws, launch_template="shop"), {}, planning=True)
    assert lacks == "shop: there is no Auto Scaling group of this name; a new one needs min_size, max_size, subnets"
    other = account(fake_aws, describe_target_groups={"TargetGroups": [{**TARGETS, "TargetType": "ip", "TargetGroupName": "ips"}]})
    (kind,) = forbidden(around_of(other), planned(other, target_groups=["ips"]), {}, planning=True)
    assert kind == "shop: target group ips is of target_type ip, instances need one of instance"
    (two,) = forbidden(around_of(aws), planned(aws, **{**GIVEN, "vpc": None, "subnets": ["subnet-a", "subnet-o"]}), {}, planning=True)
    assert "must be of one VPC, these are of vpc-1, vpc-2" in two
    there = account(fake_aws)
    (sizes,) = forbidden(around_of(there), planned(there, min_size=5), {}, planning=True)
    assert sizes == "shop: min_size is 5, more than max_size, which is 4"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "a:b"}, "without space and colon"),
        ({"min_size": -1}, "min_size is -1"),
        ({"min_size": 3, "max_size": 2}, "more than max_size"),
        ({"min_size": 1, "max_size": 2, "desired": 3}, "desired is 3"),
        ({"max_lifetime_seconds": 60}, "max_lifetime_seconds is 60"),
        ({"metrics": ["GroupSize"]}, "metrics has GroupSize, allowed are"),
        ({"suspended_processes": ["Sleep"]}, "suspended_processes has Sleep"),
        ({"termination_policies": ["Oldest"]}, "termination_policies has Oldest"),
        ({"target_groups": ["a", "a"]}, "target_groups has a twice"),
        ({"subnets": []}, "at least one"),
        ({"vpc": "default", "zones": 0}, "zones is 0"),
        ({"maintenance": {"min_healthy_percent": 90, "max_healthy_percent": None}}, "or neither"),
        ({"maintenance": {"min_healthy_percent": 0, "max_healthy_percent": 150}}, "at most 100 between them"),
        ({"mixed": {"overrides": [{"instance_type": "a"}, {"instance_type": "a"}]}}, "mixed has a twice"),
        ({"mixed": {"overrides": [{"instance_type": "a", "weight": 1}, {"instance_type": "b"}]}}, "weights for all"),
        ({"mixed": {"overrides": [{"instance_type": "a", "weight": 0}]}}, "weight of a is 0"),
        ({"mixed": {"on_demand_percent": 101}}, "on_demand_percent is 101"),
        ({"warm_pool": {"min_size": -1}}, "warm_pool.min_size is -1"),
        ({"hooks": [{"name": "a b", "transition": "launch"}]}, "hook 'a b' must have"),
        ({"hooks": [{"name": "a", "transition": "launch", "timeout_seconds": 5}]}, "timeout_seconds is 5"),
        ({"hooks": [{"name": "a", "transition": "launch", "topic": "t"}]}, "topic and role are given together"),
        ({"tags": {"a": "1"}, "propagated_tags": {"a": "2"}}, "the tag a is in tags and in propagated_tags"),
    ],
)
def test_what_aws_would_refuse_is_named(wrong, said):
    assert any(said in problem for problem in problems([item(**wrong)]))
    assert list(problems([item(**GIVEN, desired=2)])) == []


def test_a_target_group_that_was_made_anew_takes_the_place_of_the_one_that_is_gone(fake_aws, requests_of):
    gone = ARN.replace("0123", "gone")
    aws = account(fake_aws, {**DESCRIBED, "TargetGroupARNs": [gone]})
    (change,) = planned(aws, target_groups=["shop-scaled"])
    assert change.before["target_groups"] == [gone]
    assert [(one.operation, one.params["TargetGroupARNs"]) for one in requests(requests_of, aws, change) if isinstance(one, Call)] == [
        ("attach_load_balancer_target_groups", [ARN]),
        ("detach_load_balancer_target_groups", [gone]),
    ]


def test_a_version_that_a_refresh_is_to_bring_is_no_part_of_a_change_unless_a_request_names_the_template():
    there = {"version": 1, "mixed": None, "max_size": 4}
    assert kept_version({"version": 2, "max_size": 3}, there) == ({"max_size": 3}, {"mixed": None, "max_size": 4})
    mixed = {"overrides": [{"instance_type": "t3.small"}]}
    assert kept_version({"version": 2, "mixed": mixed}, there) == ({"version": 1, "mixed": mixed}, there)
