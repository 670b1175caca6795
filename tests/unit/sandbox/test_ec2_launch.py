"""RunInstances: from a template, in a subnet with a free address, and refused where something is not there."""

from __future__ import annotations

import base64

import pytest

from tests.unit.sandbox.elb import refused

ALIAS = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


@pytest.fixture
def ec2(client):
    return client("ec2")


@pytest.fixture
def subnet(ec2):
    return ec2.describe_subnets(Filters=[{"Name": "availability-zone", "Values": ["eu-central-1b"]}])["Subnets"][0]["SubnetId"]


def launch(ec2, count=1, **asked):
    return ec2.run_instances(**{"ImageId": ALIAS, "InstanceType": "t3.micro"} | asked, MinCount=count, MaxCount=count)["Instances"]


def described(ec2, instance):
    return ec2.describe_instances(InstanceIds=[instance["InstanceId"]])["Reservations"][0]["Instances"][0]


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        ({"ImageId": "ami-0123456789abcdef0"}, "InvalidAMIID.NotFound", "ami-0123456789abcdef0"),
        ({"ImageId": "al2023"}, "InvalidAMIID.Malformed", "al2023"),
        ({"ImageId": "resolve:ssm:/no/such"}, "InvalidParameterValue", "/no/such"),
        ({"InstanceType": "t9.huge"}, "InvalidParameterValue", "Invalid value 't9.huge' for InstanceType"),
        ({"SecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound", "sg-0123456789abcdef0"),
        ({"IamInstanceProfile": {"Name": "nobody"}}, "InvalidParameterValue", "Invalid IAM Instance Profile name"),
        ({"UserData": "#" * 16385}, "InvalidUserData.Malformed", "16384 bytes"),
    ],
)
def test_what_is_not_there_launches_nothing(ec2, asked, code, words):
    with refused(code, words):
        launch(ec2, **asked)
    assert ec2.describe_instances()["Reservations"] == []


def test_a_template_says_what_the_request_does_not(client, ec2, subnet):
    iam = client("iam")
    iam.create_instance_profile(InstanceProfileName="shop")
    group = ec2.create_security_group(GroupName="shop", Description="of the shop")["GroupId"]
    data = {
        "ImageId": ALIAS,
        "InstanceType": "t3.small",
        "IamInstanceProfile": {"Name": "shop"},
        "SecurityGroupIds": [group],
        "MetadataOptions": {"HttpTokens": "required"},
        "Monitoring": {"Enabled": True},
        "UserData": base64.b64encode(b"#!/bin/sh\n").decode(),
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "VolumeSize": 10}}],
    }
    ec2.create_launch_template(LaunchTemplateName="shop", LaunchTemplateData=data)
    template = {"LaunchTemplateName": "shop", "Version": "$Default"}
    made = ec2.run_instances(LaunchTemplate=template, InstanceType="t3.large", SubnetId=subnet, MinCount=2, MaxCount=2)["Instances"]
    for instance in (described(ec2, one) for one in made):
        assert instance["InstanceType"] == "t3.large" and instance["SubnetId"] == subnet
        assert instance["IamInstanceProfile"]["Arn"].endswith(":instance-profile/shop")
        assert [one["GroupId"] for one in instance["SecurityGroups"]] == [group]
        assert (instance["MetadataOptions"]["HttpTokens"], instance["Monitoring"]["State"]) == ("required", "enabled")
        assert instance["ImageId"].startswith("ami-")
        (volume,) = ec2.describe_volumes(VolumeIds=[instance["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]])["Volumes"]
        assert (volume["Encrypted"], volume["Size"]) == (True, 10)
        told = ec2.describe_instance_attribute(InstanceId=instance["InstanceId"], Attribute="userData")["UserData"]["Value"]
        assert base64.b64decode(told) == b"#!/bin/sh\n"


def test_as_many_are_launched_as_may_be(ec2):
    assert len(ec2.run_instances(ImageId=ALIAS, InstanceType="t3.micro", MinCount=1, MaxCount=3)["Instances"]) == 3


def test_without_a_subnet_and_a_group_they_are_the_default_ones(ec2):
    instance = described(ec2, launch(ec2)[0])
    found = ec2.describe_subnets(SubnetIds=[instance["SubnetId"]])["Subnets"][0]
    assert found["DefaultForAz"] and instance["PrivateIpAddress"].startswith("172.31.")
    assert [group["GroupName"] for group in instance["SecurityGroups"]] == ["default"]


def test_addresses_are_free_and_come_back_when_an_instance_is_gone(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/24")["Vpc"]["VpcId"]
    small = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/28")["Subnet"]["SubnetId"]
    ec2.create_network_interface(SubnetId=small, PrivateIpAddress="10.9.0.5")
    first = launch(ec2, count=10, SubnetId=small)
    addresses = {instance["PrivateIpAddress"] for instance in first}
    assert addresses == {f"10.9.0.{number}" for number in range(4, 15)} - {"10.9.0.5"}
    with refused("InsufficientFreeAddressesInSubnet", small):
        launch(ec2, SubnetId=small)
    with refused("InvalidIPAddress.InUse", "10.9.0.7"):
        launch(ec2, SubnetId=small, PrivateIpAddress="10.9.0.7")
    gone = next(instance for instance in first if instance["PrivateIpAddress"] == "10.9.0.9")
    ec2.terminate_instances(InstanceIds=[gone["InstanceId"]])
    assert "PrivateIpAddress" not in described(ec2, gone)
    assert launch(ec2, SubnetId=small)[0]["PrivateIpAddress"] == "10.9.0.9"
