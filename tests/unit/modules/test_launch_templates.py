"""launch_templates: normal form, one new version for a change, user data that nobody sees, what is refused."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.launch_template_rules import forbidden, problems
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, plan
from ansible_collections.prodready.aws.plugins.module_utils.vpc import security_groups
from ansible_collections.prodready.aws.plugins.modules.launch_templates import (
    DISK_SPEC,
    METADATA_SPEC,
    TEMPLATE_SPEC,
    UNDO,
    How,
    calls,
    described,
    grouped,
    looked_up,
    read,
    scripts_of,
    settled,
    want,
)

OURS = {"prodready:managed": "true"}
TAGS = [{"Key": "prodready:managed", "Value": "true"}]
NAMED = {"LaunchTemplateName": "shop"}
SCRIPT = "#!/bin/bash\necho shop\n"
ENCODED = base64.b64encode(SCRIPT.encode()).decode()
KNOWN = {"sha256": hashlib.sha256(SCRIPT.encode()).hexdigest(), "bytes": len(SCRIPT)}
GROUPS = security_groups(
    [
        {"GroupId": "sg-1", "GroupName": "app", "VpcId": "vpc-1"},
        {"GroupId": "sg-2", "GroupName": "default", "VpcId": "vpc-1"},
        {"GroupId": "sg-3", "GroupName": "default", "VpcId": "vpc-2"},
    ]
)
PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
DATA = {
    "ImageId": f"resolve:ssm:{PARAMETER}",
    "InstanceType": "t4g.small",
    "IamInstanceProfile": {"Arn": "arn:aws:iam::123456789012:instance-profile/app/shop"},
    "SecurityGroupIds": ["sg-1"],
    "UserData": ENCODED,
    "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 16, "VolumeType": "gp3", "Encrypted": True}}],
    "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled"},
    "TagSpecifications": [{"ResourceType": kind, "Tags": TAGS} for kind in ("instance", "volume")],
    "CpuOptions": {"CoreCount": 2},
}
DISK = {"device": "/dev/xvda", "size_gib": 16, "type": "gp3", "encrypted": True}


def item(**given):
    one = {**{name: option.get("default") for name, option in TEMPLATE_SPEC.items()}, "name": "shop", **given}
    if one["disks"]:
        one["disks"] = [{**dict.fromkeys(DISK_SPEC), **disk} for disk in one["disks"]]
    if one["metadata"]:
        one["metadata"] = {**dict.fromkeys(METADATA_SPEC), **one["metadata"]}
    return one


def account(fake_aws, data=DATA, **more):
    template = {**NAMED, "LaunchTemplateId": "lt-1", "DefaultVersionNumber": 3, "LatestVersionNumber": 4, "Tags": TAGS}
    version = {"VersionNumber": 3, "DefaultVersion": True, "LaunchTemplateData": data}
    return fake_aws(
        describe_launch_templates={"LaunchTemplates": [template] if data else []},
        describe_launch_template_versions={"LaunchTemplateVersions": [version]},
        describe_vpcs={"Vpcs": [{"VpcId": "vpc-1", "IsDefault": True}, {"VpcId": "vpc-2"}]},
        **more,
    )


def planned(aws, scripts, **given):
    current = read(aws, described(aws, ["shop"]), GROUPS, scripts)
    one = item(**given)
    scripts |= scripts_of([{"LaunchTemplateData": {"UserData": base64.b64encode((one["user_data"] or "").encode()).decode()}}])
    wanted = settled({**want(one, OURS), **grouped(aws, one, GROUPS)[0]}, current.get("shop"))
    return plan({"shop": wanted}, current)


def test_a_new_one_asks_for_tokens_and_tags_what_is_launched(fake_aws, requests_of):
    scripts = {}
    given = {"image": f"ssm:{PARAMETER}", "instance_type": "t4g.small", "user_data": SCRIPT, "disks": [DISK], "security_groups": ["app"]}
    (change,) = planned(account(fake_aws, None), scripts, **given, instance_profile="shop", metadata={"tags": True}, monitoring=True)
    how = How(scripts)
    assert requests_of("ec2", calls(GROUPS, how, change)) == [
        Call(
            "create_launch_template",
            {
                **NAMED,
                "LaunchTemplateData": {
                    "ImageId": f"resolve:ssm:{PARAMETER}",
                    "InstanceType": "t4g.small",
                    "IamInstanceProfile": {"Name": "shop"},
                    "SecurityGroupIds": ["sg-1"],
                    "UserData": ENCODED,
                    "BlockDeviceMappings": DATA["BlockDeviceMappings"],
                    "MetadataOptions": {"HttpTokens": "required", "InstanceMetadataTags": "enabled"},
                    "Monitoring": {"Enabled": True},
                    "TagSpecifications": DATA["TagSpecifications"],
                },
                "TagSpecifications": [{"ResourceType": "launch-template", "Tags": TAGS}],
            },
        )
    ]
    assert how.versions == {"shop": 1}


def test_what_is_read_is_what_was_wanted_and_what_is_not_given_stays(fake_aws):
    given = {"image": f"ssm:{PARAMETER}", "user_data": SCRIPT, "disks": [DISK], "security_groups": ["sg-1"], "instance_profile": "shop"}
    assert planned(account(fake_aws), {}, **given, metadata={"tokens": "required", "hop_limit": 1}, instance_tags={}) == []
    assert planned(account(fake_aws), {}) == []


def test_a_change_is_a_new_version_with_all_else_as_it_was_which_becomes_the_default(fake_aws, requests_of):
    scripts = {}
    (change,) = planned(account(fake_aws), scripts, instance_type="t4g.medium")
    how = How(scripts)
    data = {**DATA, "InstanceType": "t4g.medium", "IamInstanceProfile": {"Name": "shop"}}
    assert requests_of("ec2", calls(GROUPS, how, change), [{"LaunchTemplateVersion": {"VersionNumber": 5}}]) == [
        Call("create_launch_template_version", {**NAMED, "LaunchTemplateData": data}),
        Call("modify_launch_template", {**NAMED, "DefaultVersion": "5"}),
    ]
    assert how.versions == {"shop": 5}


def test_tags_alone_are_no_new_version(fake_aws, requests_of):
    (change,) = planned(account(fake_aws), {}, tags={"team": "a"})
    answer = {"LaunchTemplates": [{"LaunchTemplateId": "lt-1"}]}
    assert requests_of("ec2", calls(GROUPS, How(), change), [answer]) == [
        Call("describe_launch_templates", {"LaunchTemplateNames": ["shop"]}),
        Call("create_tags", {"Resources": ["lt-1"], "Tags": [{"Key": "team", "Value": "a"}]}),
    ]


def test_old_versions_go_but_for_so_many(fake_aws, requests_of):
    scripts = {}
    (change,) = planned(account(fake_aws), scripts, monitoring=True)
    versions = {"LaunchTemplateVersions": [{"VersionNumber": n, "DefaultVersion": n == 12} for n in (2, 12, 9, 11, 3)]}
    steps = requests_of(
        "ec2", calls(GROUPS, How(scripts, keep=2), change), [{"LaunchTemplateVersion": {"VersionNumber": 12}}, {}, versions]
    )
    assert steps[2:] == [
        Call("describe_launch_template_versions", NAMED),
        Call("delete_launch_template_versions", {**NAMED, "Versions": ["2", "3"]}),
    ]


def test_user_data_is_in_no_plan_and_no_state(fake_aws):
    (change,) = planned(account(fake_aws), {}, user_data="#!/bin/bash\necho another\n")
    assert change.before["user_data"] == KNOWN
    assert "echo" not in json.dumps([change.before, change.after])
    assert "echo" not in repr(How({"x": "echo"}))


def test_undo_makes_a_version_like_before_with_the_user_data_of_an_old_one(fake_aws, requests_of):
    before = read(account(fake_aws), {"shop": {"LaunchTemplateId": "lt-1", "Tags": TAGS}}, GROUPS, {})["shop"]
    back = Change("shop", {**before, "user_data": {"sha256": "other", "bytes": 1}}, before)
    aws = account(fake_aws)
    assert UNDO.kept(aws, back) is None
    made, default = requests_of(
        "ec2", calls(GROUPS, How({KNOWN["sha256"]: ENCODED}), back), [{"LaunchTemplateVersion": {"VersionNumber": 6}}]
    )
    assert made.params["LaunchTemplateData"] == {**DATA, "IamInstanceProfile": {"Name": "shop"}}
    assert default.params["DefaultVersion"] == "6"
    gone = account(fake_aws, {**DATA, "UserData": base64.b64encode(b"other").decode()})
    assert "no version of it has any more" in UNDO.kept(gone, back)
    assert [step.operation for step in requests_of("ec2", calls(GROUPS, How(), Change("shop", before, None)))] == ["delete_launch_template"]


def test_an_image_that_is_looked_up_with_a_change_is_no_change_by_itself(fake_aws):
    aws = account(fake_aws, get_parameter={"Parameter": {"Value": "ami-0123456789abcdef0"}})
    one = {"image_lookup": "change"}
    wanted, before = {"image": f"ssm:{PARAMETER}", "monitoring": True, "tags": {"a": "b"}}, {"image": "ami-1", "monitoring": True}
    assert looked_up(aws, one, wanted, before)["image"] == "ami-1"
    assert looked_up(aws, one, wanted, {**before, "monitoring": False})["image"] == "ami-0123456789abcdef0"
    assert looked_up(aws, one, wanted, {**before, "image": f"ssm:{PARAMETER}"})["image"] == "ami-0123456789abcdef0"
    assert looked_up(aws, one, wanted, None)["image"] == "ami-0123456789abcdef0"
    assert looked_up(aws, {"image_lookup": "launch"}, wanted, None) == wanted


def test_a_security_group_that_two_vpcs_have_is_found_in_the_vpc_that_is_given(fake_aws):
    aws = account(fake_aws)
    assert grouped(aws, item(security_groups=["default"], vpc="vpc-2"), GROUPS) == ({"security_groups": ["sg-3"]}, [])
    assert "2 security groups are called default" in grouped(aws, item(security_groups=["default"]), GROUPS)[1][0]
    assert "there is no VPC nowhere" in grouped(aws, item(security_groups=["default"], vpc="nowhere"), GROUPS)[1][0]


def test_what_the_account_has_not_is_named(fake_aws):
    nothing = dict.fromkeys(("describe_instance_types", "describe_key_pairs", "get_parameter", "get_instance_profile", "describe_images"))
    aws = account(fake_aws, None, **nothing)
    (change,) = planned(aws, {}, image="ssm:/none", instance_type="x9.tiny", key_name="k", instance_profile="p")
    assert forbidden(aws, [change], planning=False) == [
        "shop: there is no instance_type x9.tiny in eu-central-1",
        "shop: there is no key_name k in eu-central-1",
        "shop: there is no image ssm:/none in eu-central-1",
        "shop: there is no instance profile p: make it first (prodready.aws.instance_profiles)",
    ]
    assert len(forbidden(aws, [change], planning=True)) == 3
    (change,) = planned(aws, {})
    assert forbidden(aws, [change], planning=True) == ["shop: it has no image: give one"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "a"}, "name must have 3 to 128"),
        ({"image": "al2023"}, "image is 'al2023'"),
        ({"user_data": "x" * 16385}, "has 16385 bytes, at most 16384"),
        ({"user_data": "-----BEGIN RSA PRIVATE KEY-----"}, "holds a private key"),
        ({"user_data": "export X=AKIAIOSFODNN7EXAMPLE"}, "holds an access key of AWS"),
        ({"user_data": "AWS_SECRET_ACCESS_KEY='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'"}, "holds a secret key of AWS"),
        ({"security_groups": ["a", "a"]}, "security_groups has a twice"),
        ({"disks": [DISK, DISK]}, "disks has /dev/xvda twice"),
        ({"disks": [{**DISK, "size_gib": 0}]}, "size_gib is 0"),
        ({"disks": [{**DISK, "type": "gp2", "iops": 3000}]}, "iops is for type gp3, io1, io2"),
        ({"disks": [{"device": "a", "kms_key": "k"}]}, "kms_key needs encrypted"),
        ({"metadata": {"hop_limit": 65}}, "hop_limit is 65"),
        ({"keep_versions": 0}, "keep_versions is 0"),
        ({"instance_tags": {"aws:x": "y"}}, "tag key"),
    ],
)
def test_what_aws_would_refuse_and_what_is_secret_is_named(wrong, said):
    assert any(said in problem for problem in problems([item(**wrong)]))
    commit = "git checkout 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"
    assert list(problems([item(image="ami-0123456789abcdef0", user_data=commit, disks=[DISK])])) == []
