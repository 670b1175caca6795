from __future__ import annotations

import json

import pytest
import requests

from sandbox.plane.health import FAILED, HEALTHY
from sandbox.repairs import elbv2_targets
from tests.unit.sandbox.elb import Elb
from tests.unit.sandbox.scaling import Scaling, refused
from tests.unit.sandbox.waiting import eventually

NAME = {"AutoScalingGroupName": "shop"}
LAUNCHING, TERMINATING = "autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"


@pytest.fixture
def scaling(client):
    return Scaling(client)


def targets(elb, arn):
    found = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    return {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in found}


def test_instances_in_service_are_targets_and_drain_before_they_are_terminated(clock, client, scaling):
    elb = Elb(client)
    arn = elb.group(TargetType="instance")
    attributes = [{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]
    elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=attributes)
    scaling.make(TargetGroupARNs=[arn])
    assert targets(elb, arn) == dict.fromkeys(scaling.ids(), "healthy")
    scaling.set_desired_capacity(**NAME, DesiredCapacity=1)
    assert scaling.states() == ["InService", "Terminating"]
    assert sorted(targets(elb, arn).values()) == ["draining", "healthy"]
    assert "WaitingForELBConnectionDraining" in scaling.causes() and set(scaling.ec2_states().values()) == {"running"}
    clock.shift(31)
    assert scaling.states() == ["InService"] and sorted(scaling.ec2_states().values()) == ["running", "terminated"]


def test_target_groups_of_other_types_are_refused_and_others_attached_later(client, scaling):
    elb = Elb(client)
    arn, addresses = elb.group(TargetType="instance"), elb.group("addresses", TargetType="ip")
    scaling.make()
    asked = {**NAME, "TargetGroupARNs": [addresses]}
    assert "target type ip" in refused(scaling.attach_load_balancer_target_groups, **asked)
    scaling.attach_load_balancer_target_groups(**NAME, TargetGroupARNs=[arn])
    assert set(targets(elb, arn)) == set(scaling.ids())
    scaling.detach_load_balancer_target_groups(**NAME, TargetGroupARNs=[arn])
    assert set(targets(elb, arn).values()) == {"draining"} and scaling.group()["TargetGroupARNs"] == []


def test_a_target_that_a_load_balancer_finds_unhealthy_is_replaced_when_the_group_checks_so(client, scaling, monkeypatch):
    elb = Elb(client)
    arn = elb.group(TargetType="instance")
    scaling.make(TargetGroupARNs=[arn], HealthCheckType="ELB")
    sick = scaling.ids()[0]
    health = lambda group: {key: FAILED if key.startswith(sick) else HEALTHY for key in group.targets}  # noqa: E731
    monkeypatch.setattr(elbv2_targets, "observers", [health])
    eventually(lambda: "ELB system health check failure" in scaling.causes(), True)
    assert sick not in [one["InstanceId"] for one in scaling.group()["Instances"] if one["LifecycleState"] == "InService"]


def hook(scaling, transition, **more):
    scaling.put_lifecycle_hook(**NAME, LifecycleHookName="h", LifecycleTransition=transition, **more)


def test_a_launch_waits_for_its_hook_which_is_continued_or_runs_out(clock, scaling):
    scaling.make(DesiredCapacity=1)
    hook(scaling, LAUNCHING, HeartbeatTimeout=60, DefaultResult="ABANDON")
    scaling.set_desired_capacity(**NAME, DesiredCapacity=2)
    assert scaling.states() == ["InService", "Pending:Wait"] and "MidLifecycleAction" in scaling.causes()
    waiting = next(one["InstanceId"] for one in scaling.group()["Instances"] if one["LifecycleState"] != "InService")
    action = {**NAME, "LifecycleHookName": "h", "InstanceId": waiting}
    clock.shift(50)
    scaling.record_lifecycle_action_heartbeat(**action)
    clock.shift(50)
    assert scaling.states() == ["InService", "Pending:Wait"]
    scaling.complete_lifecycle_action(**action, LifecycleActionResult="CONTINUE")
    assert scaling.states() == ["InService", "InService"]
    assert "No active Lifecycle Action" in refused(scaling.complete_lifecycle_action, **action, LifecycleActionResult="CONTINUE")
    scaling.set_desired_capacity(**NAME, DesiredCapacity=3)
    before = scaling.ids()
    clock.shift(61)
    assert scaling.states() == ["InService", "InService", "Pending:Wait"] and scaling.ids() != before
    assert "abandoned lifecycle action" in scaling.causes()


def test_a_termination_waits_too_and_a_topic_hears_of_both(client, scaling):
    sns, sqs = client("sns"), client("sqs")
    topic, queue = sns.create_topic(Name="t")["TopicArn"], sqs.create_queue(QueueName="q")["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-central-1:123456789012:q")
    scaling.make()
    kinds = ["autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_TERMINATE"]
    scaling.put_notification_configuration(**NAME, TopicARN=topic, NotificationTypes=kinds)
    role = "arn:aws:iam::123456789012:role/hooks"
    hook(scaling, TERMINATING, NotificationTargetARN=topic, RoleARN=role, NotificationMetadata="why")
    scaling.set_desired_capacity(**NAME, DesiredCapacity=1)
    assert scaling.states() == ["InService", "Terminating:Wait"]
    leaving = next(one["InstanceId"] for one in scaling.group()["Instances"] if one["LifecycleState"] != "InService")
    scaling.complete_lifecycle_action(**NAME, LifecycleHookName="h", InstanceId=leaving, LifecycleActionResult="CONTINUE")
    assert scaling.states() == ["InService"]
    bodies = [json.loads(one["Body"]) for one in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]]
    said = [json.loads(one["Message"]) for one in bodies]
    assert [one.get("Event") or one["LifecycleTransition"] for one in said] == [
        "autoscaling:TEST_NOTIFICATION",
        "autoscaling:TEST_NOTIFICATION",
        TERMINATING,
        "autoscaling:EC2_INSTANCE_TERMINATE",
    ]
    assert said[2]["NotificationMetadata"] == "why" and said[3]["EC2InstanceId"] == leaving


def test_standby_is_outside_of_the_capacity_and_comes_back(scaling):
    scaling.make()
    one = scaling.ids()[0]
    scaling.enter_standby(**NAME, InstanceIds=[one], ShouldDecrementDesiredCapacity=True)
    assert scaling.states() == ["InService", "Standby"] and scaling.group()["DesiredCapacity"] == 1
    scaling.exit_standby(**NAME, InstanceIds=[one])
    assert scaling.states() == ["InService", "InService"] and scaling.group()["DesiredCapacity"] == 2
    scaling.enter_standby(**NAME, InstanceIds=[one], ShouldDecrementDesiredCapacity=False)
    assert scaling.states() == ["InService", "InService", "Standby"]


def test_one_is_terminated_with_or_without_a_replacement(scaling):
    scaling.make()
    first, second = scaling.ids()
    scaling.terminate_instance_in_auto_scaling_group(InstanceId=first, ShouldDecrementDesiredCapacity=False)
    assert len(scaling.ids()) == 2 and first not in scaling.ids()
    scaling.terminate_instance_in_auto_scaling_group(InstanceId=second, ShouldDecrementDesiredCapacity=True)
    assert len(scaling.ids()) == 1
    asked = {"InstanceId": scaling.ids()[0], "ShouldDecrementDesiredCapacity": True}
    assert "min size" in refused(scaling.terminate_instance_in_auto_scaling_group, **asked)


def test_a_detached_instance_lives_on_and_can_be_attached(scaling):
    scaling.make()
    one = scaling.ids()[0]
    scaling.detach_instances(**NAME, InstanceIds=[one], ShouldDecrementDesiredCapacity=True)
    assert one not in scaling.ids() and scaling.ec2_states()[one] == "running"
    scaling.attach_instances(**NAME, InstanceIds=[one])
    assert one in scaling.ids() and scaling.group()["DesiredCapacity"] == 2


def test_a_mixed_group_has_the_wanted_number_by_type_and_market(scaling):
    spec = {"LaunchTemplateId": scaling.template, "Version": "$Latest"}
    policy = {
        "LaunchTemplate": {"LaunchTemplateSpecification": spec, "Overrides": [{"InstanceType": "t3.small"}, {"InstanceType": "t3.large"}]},
        "InstancesDistribution": {"OnDemandBaseCapacity": 1, "OnDemandPercentageAboveBaseCapacity": 50},
    }
    scaling.make(LaunchTemplate=None, MixedInstancesPolicy=policy, DesiredCapacity=3)
    assert [one["InstanceType"] for one in scaling.group()["Instances"]] == ["t3.small"] * 3
    found = [one for page in scaling.ec2.describe_instances()["Reservations"] for one in page["Instances"]]
    assert sorted(one.get("InstanceLifecycle", "on demand") for one in found) == ["on demand", "on demand", "spot"]


def test_a_warm_pool_is_stopped_beside_the_group_and_is_taken_from(scaling):
    scaling.make()
    scaling.put_warm_pool(**NAME, MaxGroupPreparedCapacity=3)
    pool = lambda: scaling.describe_warm_pool(**NAME)["Instances"]  # noqa: E731
    assert [one["LifecycleState"] for one in pool()] == ["Warmed:Stopped"]
    warm = pool()[0]["InstanceId"]
    assert scaling.ec2_states()[warm] == "stopped" and scaling.group()["WarmPoolSize"] == 1
    scaling.set_desired_capacity(**NAME, DesiredCapacity=3)
    assert warm in scaling.ids() and scaling.states() == ["InService"] * 3 and pool() == []
    assert "from warm pool" in scaling.causes()
    scaling.set_desired_capacity(**NAME, DesiredCapacity=2)
    assert len(pool()) == 1
    scaling.delete_warm_pool(**NAME, ForceDelete=True)
    assert "WarmPoolConfiguration" not in scaling.group()


def test_the_account_goes_back_with_its_groups(client, scaling, endpoint_url):
    scaling.make()
    before = scaling.ids()
    requests.put(f"{endpoint_url}/_sandbox/snapshot", json={"name": "a"}, timeout=30).raise_for_status()
    scaling.update_auto_scaling_group(**NAME, MinSize=0, DesiredCapacity=0)
    assert scaling.ids() == []
    requests.post(f"{endpoint_url}/_sandbox/snapshot", json={"name": "a"}, timeout=30).raise_for_status()
    assert scaling.ids() == before and scaling.states() == ["InService", "InService"]
