from __future__ import annotations

import base64

import pytest

from tests.unit.sandbox.scaling import Scaling, refused


@pytest.fixture
def scaling(client):
    return Scaling(client)


def test_a_group_has_as_many_instances_as_desired_over_its_zones(scaling):
    scaling.make()
    found = scaling.group()
    assert scaling.states() == ["InService", "InService"]
    assert len({one["AvailabilityZone"] for one in found["Instances"]}) == 2
    assert {one["LaunchTemplate"]["Version"] for one in found["Instances"]} == {"1"}
    told = scaling.causes()
    assert "a user request created an AutoScalingGroup changing the desired capacity from 0 to 2." in told
    assert "increasing the capacity from 1 to 2." in told
    assert {one["StatusCode"] for one in scaling.activities()} == {"Successful"}


def test_instances_have_the_tags_of_the_group_and_where_they_come_from(scaling):
    tags = [{"Key": "app", "Value": "shop", "PropagateAtLaunch": True}, {"Key": "own", "Value": "x", "PropagateAtLaunch": False}]
    scaling.make(Tags=tags)
    found = scaling.ec2.describe_instances(InstanceIds=scaling.ids())["Reservations"][0]["Instances"][0]
    assert {tag["Key"]: tag["Value"] for tag in found["Tags"]} == {
        "app": "shop",
        "aws:autoscaling:groupName": "shop",
        "aws:ec2launchtemplate:id": scaling.template,
        "aws:ec2launchtemplate:version": "1",
    }


def test_the_capacity_follows_what_is_desired(scaling):
    scaling.make()
    scaling.set_desired_capacity(AutoScalingGroupName="shop", DesiredCapacity=4)
    assert scaling.states() == ["InService"] * 4
    scaling.update_auto_scaling_group(AutoScalingGroupName="shop", MaxSize=1)
    assert scaling.group()["DesiredCapacity"] == 1 and len(scaling.ids()) == 1
    assert sorted(scaling.ec2_states().values()) == ["running", "terminated", "terminated", "terminated"]
    assert "shrinking the capacity from 2 to 1" in scaling.causes()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"MinSize": 5}, "ValidationError: Max bound, 4, must be greater than or equal to min bound, 5"),
        ({"DesiredCapacity": 5}, "ValidationError: Desired capacity:5 must be between the specified min size:1 and max size:4"),
        ({"LaunchTemplate": {"LaunchTemplateName": "none"}}, "ValidationError: You must use a valid fully-formed launch template."),
        ({"LaunchTemplate": {"LaunchTemplateName": "shop", "Version": "7"}}, "ValidationError: You must use a valid fully-formed"),
        ({"VPCZoneIdentifier": "subnet-1"}, "ValidationError: The subnet ID 'subnet-1' does not exist"),
        ({"VPCZoneIdentifier": None}, "ValidationError: At least one Availability Zone or VPC Subnet"),
        ({"TerminationPolicies": ["Best"]}, "ValidationError: Termination policy Best is not valid"),
        ({"HealthCheckType": "DNS"}, "ValidationError: Invalid health check type: DNS"),
        ({"LaunchTemplate": None}, "ValidationError: Valid requests must contain either LaunchTemplate"),
        (
            {"TargetGroupARNs": ["arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/a/1"]},
            "ValidationError: Provided Target",
        ),
        ({"LoadBalancerNames": ["classic"]}, "NotImplemented: "),
    ],
)
def test_what_does_not_fit_is_refused(scaling, changed, message):
    assert refused(scaling.create_auto_scaling_group, **scaling.settings(**changed)).startswith(message)
    assert scaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []


def test_a_desired_capacity_out_of_bounds_is_refused(scaling):
    scaling.make()
    asked = {"AutoScalingGroupName": "shop", "DesiredCapacity": 5}
    what = "ValidationError: New SetDesiredCapacity value 5 is above max value 4 for the AutoScalingGroup."
    assert refused(scaling.set_desired_capacity, **asked) == what
    assert "must be between" in refused(scaling.update_auto_scaling_group, **asked)
    assert "AlreadyExists" in refused(scaling.create_auto_scaling_group, **scaling.settings())


def test_a_group_with_instances_is_deleted_by_force_only(scaling):
    scaling.make()
    assert refused(scaling.delete_auto_scaling_group, AutoScalingGroupName="shop").startswith("ResourceInUse")
    scaling.delete_auto_scaling_group(AutoScalingGroupName="shop", ForceDelete=True)
    assert scaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []
    assert set(scaling.ec2_states().values()) == {"terminated"}
    assert len(scaling.activities(IncludeDeletedGroups=True)) == 4
    assert refused(scaling.activities).startswith("ValidationError")


def test_what_was_terminated_behind_the_group_is_replaced(scaling):
    scaling.make()
    before = scaling.ids()
    scaling.ec2.terminate_instances(InstanceIds=before[:1])
    assert before[0] not in scaling.ids() and scaling.states() == ["InService"] * 2
    assert "EC2 health check indicating it has been terminated or stopped" in scaling.causes()


def test_an_unhealthy_instance_is_replaced_unless_the_process_is_suspended(scaling):
    scaling.make()
    scaling.suspend_processes(AutoScalingGroupName="shop", ScalingProcesses=["ReplaceUnhealthy"])
    one = scaling.ids()[0]
    scaling.set_instance_health(InstanceId=one, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False)
    assert one in scaling.ids()
    scaling.resume_processes(AutoScalingGroupName="shop")
    assert one not in scaling.ids() and "a user health-check" in scaling.causes()
    assert refused(scaling.set_instance_health, InstanceId="i-1", HealthStatus="Healthy").startswith("ValidationError")


def test_metrics_of_an_enabled_group_are_in_cloudwatch(scaling):
    scaling.make()
    scaling.enable_metrics_collection(AutoScalingGroupName="shop", Granularity="1Minute", Metrics=["GroupInServiceInstances"])
    scaling.group()
    found = scaling.client("cloudwatch").list_metrics(Namespace="AWS/AutoScaling")["Metrics"]
    assert [one["MetricName"] for one in found] == ["GroupInServiceInstances"]
    scaling.disable_metrics_collection(AutoScalingGroupName="shop")
    assert scaling.group()["EnabledMetrics"] == []


def test_instances_are_what_the_launch_template_says(client, scaling):
    iam, ec2 = client("iam"), scaling.ec2
    iam.create_instance_profile(InstanceProfileName="shop")
    security = ec2.create_security_group(GroupName="shop", Description="d", VpcId=scaling.vpc)["GroupId"]
    script = base64.b64encode(b"#!/bin/bash\nexit").decode()
    scaling.version(
        SecurityGroupIds=[security],
        IamInstanceProfile={"Name": "shop"},
        MetadataOptions={"HttpTokens": "required"},
        UserData=script,
        InstanceType="t3.small",
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "shop"}]}],
    )
    scaling.make(LaunchTemplate={"LaunchTemplateName": "shop", "Version": "$Latest"}, DesiredCapacity=1)
    [one] = ec2.describe_instances(InstanceIds=scaling.ids())["Reservations"][0]["Instances"]
    assert [group["GroupId"] for group in one["SecurityGroups"]] == [security]
    assert one["IamInstanceProfile"]["Arn"].endswith("instance-profile/shop")
    assert (one["MetadataOptions"]["HttpTokens"], one["InstanceType"]) == ("required", "t3.small")
    assert {"Key": "Name", "Value": "shop"} in one["Tags"]
    found = ec2.describe_instance_attribute(InstanceId=one["InstanceId"], Attribute="userData")["UserData"]["Value"]
    assert found == script
    assert scaling.group()["Instances"][0]["LaunchTemplate"]["Version"] == "2"
    ec2.create_launch_template(LaunchTemplateName="first", LaunchTemplateData={**scaling.data, "UserData": script})
    scaling.create_auto_scaling_group(
        **scaling.settings(AutoScalingGroupName="first", DesiredCapacity=1, LaunchTemplate={"LaunchTemplateName": "first"})
    )
    assert len(scaling.group("first")["Instances"]) == 1
    assert scaling.group()["LaunchTemplate"]["Version"] == "$Latest"


def test_a_launch_that_fails_is_told_and_tried_again_later(clock, scaling):
    scaling.version(IamInstanceProfile={"Name": "none"})
    scaling.make(LaunchTemplate={"LaunchTemplateName": "shop", "Version": "2"}, DesiredCapacity=1)
    [told] = scaling.activities()
    assert told["StatusCode"] == "Failed" and "none" in told["StatusMessage"]
    assert scaling.ids() == [] and len(scaling.activities()) == 1
    scaling.client("iam").create_instance_profile(InstanceProfileName="none")
    clock.shift(31)
    assert scaling.states() == ["InService"] and list(scaling.ec2_states().values()) == ["running"]


def test_a_group_without_its_launch_template_says_so_and_launch_configurations_are_refused(scaling):
    scaling.make()
    scaling.ec2.delete_launch_template(LaunchTemplateName="shop")
    scaling.set_desired_capacity(AutoScalingGroupName="shop", DesiredCapacity=3)
    scaling.group()
    assert scaling.activities()[0]["StatusCode"] == "Failed" and "does not exist" in scaling.activities()[0]["StatusMessage"]
    asked = {"AutoScalingGroupName": "shop", "Preferences": {"SkipMatching": True}}
    assert refused(scaling.start_instance_refresh, **asked).startswith("ValidationError")
    assert scaling.describe_instance_refreshes(AutoScalingGroupName="shop")["InstanceRefreshes"] == []
    asked = {"LaunchConfigurationName": "old", "ImageId": "ami-1", "InstanceType": "t3.micro"}
    assert refused(scaling.create_launch_configuration, **asked).startswith("UnsupportedOperation")
