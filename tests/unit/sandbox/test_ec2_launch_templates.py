"""Launch templates: versions, aliases, what is warned of and what is refused."""

from __future__ import annotations

import base64

import pytest

from tests.unit.sandbox.elb import refused

ALIAS = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
SCRIPT = base64.b64encode(b"#!/bin/bash\necho hello\n").decode()


@pytest.fixture
def ec2(client):
    return client("ec2")


@pytest.fixture
def template(ec2):
    data = {"ImageId": ALIAS, "InstanceType": "t3.small", "UserData": SCRIPT, "MetadataOptions": {"HttpTokens": "required"}}
    tags = [{"ResourceType": "launch-template", "Tags": [{"Key": "app", "Value": "shop"}]}]
    return ec2.create_launch_template(LaunchTemplateName="shop", LaunchTemplateData=data, TagSpecifications=tags)


def versions(ec2, **asked):
    found = ec2.describe_launch_template_versions(LaunchTemplateName="shop", **asked)["LaunchTemplateVersions"]
    return {version["VersionNumber"]: version["LaunchTemplateData"] for version in found}


def test_a_templates_data_are_told_as_given_without_its_own_tags(ec2, template):
    assert "Warning" not in template
    assert template["LaunchTemplate"]["Tags"] == [{"Key": "app", "Value": "shop"}]
    assert versions(ec2)[1] == {
        "ImageId": ALIAS, "InstanceType": "t3.small", "UserData": SCRIPT, "MetadataOptions": {"HttpTokens": "required"}
    }  # fmt: skip


def test_a_version_has_its_sources_parameters_where_it_has_none(ec2, template):
    newer = base64.b64encode(b"#!/bin/bash\necho newer\n").decode()
    ec2.create_launch_template_version(LaunchTemplateName="shop", SourceVersion="1", LaunchTemplateData={"UserData": newer})
    ec2.create_launch_template_version(LaunchTemplateName="shop", LaunchTemplateData={"InstanceType": "t3.large"})
    found = versions(ec2)
    assert list(found) == [3, 2, 1]
    assert (found[2]["UserData"], found[2]["ImageId"]) == (newer, ALIAS)
    assert found[3] == {"InstanceType": "t3.large"}


def test_versions_have_aliases(ec2, template):
    ec2.create_launch_template_version(LaunchTemplateName="shop", SourceVersion="$Latest", LaunchTemplateData={"InstanceType": "t3.large"})
    assert (list(versions(ec2, Versions=["$Latest"])), list(versions(ec2, Versions=["$Default"]))) == ([2], [1])
    ec2.modify_launch_template(LaunchTemplateName="shop", DefaultVersion="2")
    assert list(versions(ec2, Versions=["$Default"])) == [2]
    with refused("InvalidLaunchTemplateId.VersionNotFound"):
        ec2.modify_launch_template(LaunchTemplateName="shop", DefaultVersion="7")
    with refused("InvalidLaunchTemplateId.VersionNotFound"):
        versions(ec2, Versions=["7"])


def test_an_image_that_a_parameter_names_is_resolved_when_asked(ec2, template):
    image = versions(ec2, ResolveAlias=True)[1]["ImageId"]
    assert image.startswith("ami-") and ec2.describe_images(ImageIds=[image])["Images"]


def test_the_default_version_stays_and_no_number_is_given_twice(ec2, template):
    for _ in range(2):
        ec2.create_launch_template_version(LaunchTemplateName="shop", SourceVersion="1", LaunchTemplateData={"EbsOptimized": True})
    answer = ec2.delete_launch_template_versions(LaunchTemplateName="shop", Versions=["1", "3", "9"])
    assert [version["VersionNumber"] for version in answer["SuccessfullyDeletedLaunchTemplateVersions"]] == [3]
    failed = answer["UnsuccessfullyDeletedLaunchTemplateVersions"]
    assert [(one["VersionNumber"], one["ResponseError"]["Code"]) for one in failed] == [
        (1, "unexpectedError"),
        (9, "launchTemplateVersionDoesNotExist"),
    ]
    made = ec2.create_launch_template_version(LaunchTemplateName="shop", SourceVersion="$Latest", LaunchTemplateData={"EbsOptimized": True})
    assert made["LaunchTemplateVersion"]["VersionNumber"] == 4


def test_what_cannot_be_launched_is_kept_with_a_warning(ec2):
    data = {
        "ImageId": "ami-0123456789abcdef0",
        "InstanceType": "t9.huge",
        "SecurityGroupIds": ["sg-0123456789abcdef0"],
        "IamInstanceProfile": {"Name": "nobody"},
    }
    answer = ec2.create_launch_template(LaunchTemplateName="shop", LaunchTemplateData=data)
    codes = [error["Code"] for error in answer["Warning"]["Errors"]]
    assert codes == ["InvalidAMIID.NotFound", "InvalidParameterValue", "InvalidParameterValue", "InvalidGroup.NotFound"]
    assert versions(ec2)[1] == data


@pytest.mark.parametrize(("user_data", "words"), [("no base64!", "BASE64"), (base64.b64encode(b"#" * 16385).decode(), "16384 bytes")])
def test_user_data_that_cannot_be_is_refused(ec2, template, user_data, words):
    with refused("InvalidUserData.Malformed", words):
        ec2.create_launch_template_version(LaunchTemplateName="shop", LaunchTemplateData={"UserData": user_data})
    assert list(versions(ec2)) == [1]
