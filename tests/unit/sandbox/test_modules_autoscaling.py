"""The modules of Auto Scaling on the emulator: made, unchanged, changed, taken back."""

from __future__ import annotations

import base64
import time

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.iam_policies import document
from ansible_collections.prodready.aws.plugins.modules import (
    autoscaling_groups,
    autoscaling_policies,
    autoscaling_refreshes,
    autoscaling_schedules,
    instance_profiles,
    launch_templates,
    target_groups,
    undo,
)

READS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::releases/*"}
PROFILE = {"name": "shop", "statements": [READS], "managed_policies": ["shop-logs"]}


@pytest.fixture
def apply(run, tmp_path):
    """A function that runs a module as part of a run and has it succeed."""
    src = str(tmp_path / "journal.jsonl")

    def apply(module, run_id="r1", check_mode=False, **options):
        name = f"prodready.aws.{module.__name__.rpartition('.')[2]}"
        journal = {"path": src, "run": run_id, "host": "primary"}
        done = run(module.main, check_mode, journal=journal, _ansible_module_name=name, **options)
        assert not done.get("failed"), done
        return done

    apply.undo = lambda run_id: apply(undo, f"undo-{run_id}", src=src, run=run_id)
    return apply


def test_an_instance_profile_is_made_changed_and_taken_back(apply, client):
    iam = client("iam")
    iam.create_policy(PolicyName="shop-logs", PolicyDocument=document([READS]))
    planned = apply(instance_profiles, check_mode=True, instance_profiles=[PROFILE])["plan"]
    assert iam.list_roles()["Roles"] == []
    assert apply(instance_profiles, instance_profiles=[PROFILE])["plan"] == planned == [{"action": "create", "name": "shop"}]
    (role,) = iam.get_instance_profile(InstanceProfileName="shop")["InstanceProfile"]["Roles"]
    assert role["RoleName"] == "shop"
    assert apply(instance_profiles, instance_profiles=[PROFILE])["changed"] is False
    more = {**PROFILE, "statements": [READS, {**READS, "Action": "s3:ListBucket"}], "managed_policies": [], "tags": {"team": "a"}}
    assert apply(instance_profiles, "r2", instance_profiles=[more])["changed"] is True
    assert apply(instance_profiles, "r2", instance_profiles=[more])["changed"] is False
    apply.undo("r2")
    assert apply(instance_profiles, instance_profiles=[PROFILE])["changed"] is False
    apply.undo("r1")
    assert iam.list_roles()["Roles"] == iam.list_instance_profiles()["InstanceProfiles"] == []


SCRIPT = "#!/bin/bash\necho shop\n"
TEMPLATE = {
    "name": "shop",
    "image": "ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    "instance_type": "t3.small",
    "instance_profile": "shop",
    "security_groups": ["default"],
    "user_data": SCRIPT,
    "disks": [{"device": "/dev/xvda", "size_gib": 16, "type": "gp3", "encrypted": True}],
    "metadata": {"hop_limit": 1},
}


def test_a_launch_template_gets_a_version_for_each_change_and_undo_makes_one_like_before(apply, client):
    ec2 = client("ec2")
    planned = apply(launch_templates, check_mode=True, launch_templates=[TEMPLATE])
    assert (ec2.describe_launch_templates()["LaunchTemplates"], planned["versions"]) == ([], {"shop": 1})
    apply(instance_profiles, "r0", instance_profiles=[{"name": "shop"}])
    assert apply(launch_templates, launch_templates=[TEMPLATE])["versions"] == {"shop": 1}
    assert apply(launch_templates, launch_templates=[TEMPLATE])["changed"] is False
    more = [{**TEMPLATE, "user_data": f"{SCRIPT}echo more\n", "tags": {"team": "a"}}]
    planned = apply(launch_templates, "r2", check_mode=True, launch_templates=more)
    made = apply(launch_templates, "r2", launch_templates=more)
    assert (
        (made["plan"], made["versions"]) == (planned["plan"], planned["versions"]) == ([{"action": "update", "name": "shop"}], {"shop": 2})
    )
    apply.undo("r2")
    assert apply(launch_templates, launch_templates=[TEMPLATE])["changed"] is False
    (default,) = ec2.describe_launch_template_versions(LaunchTemplateName="shop", Versions=["$Default"])["LaunchTemplateVersions"]
    assert (default["VersionNumber"], base64.b64decode(default["LaunchTemplateData"]["UserData"]).decode()) == (3, SCRIPT)
    apply.undo("r1")
    assert ec2.describe_launch_templates()["LaunchTemplates"] == []


GROUP = {
    **{"name": "shop", "launch_template": "shop", "min_size": 2, "max_size": 4, "vpc": "default", "zones": 2},
    **{"target_groups": ["shop-scaled"], "health_check": "ELB", "grace_seconds": 60, "default_warmup_seconds": 0, "metrics": ["all"]},
    "suspended_processes": ["AZRebalance"],
}
PLAIN = {**TEMPLATE, "user_data": ""}
TARGETS = [{"name": "shop-scaled", "port": 3000, "target_type": "instance", "deregistration_delay_seconds": 0}]


@pytest.fixture
def made(apply):
    """The group and what it stands on."""
    apply(target_groups, "r0", target_groups=TARGETS)
    apply(instance_profiles, "r0", instance_profiles=[{"name": "shop"}])
    apply(launch_templates, "r0", launch_templates=[PLAIN])
    apply(autoscaling_groups, groups=[GROUP])


def group_of(client):
    return client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]


def test_check_mode_plans_a_group_on_an_empty_account_and_makes_none(apply, client):
    planned = apply(autoscaling_groups, check_mode=True, groups=[{**GROUP, "version": 1}])
    assert (planned["plan"], planned["capacity"], group_of(client)) == ([{"action": "create", "name": "shop"}], {}, [])


def test_a_group_is_made_follows_its_template_and_is_taken_back(apply, client, made):
    assert apply(autoscaling_groups, groups=[GROUP])["changed"] is False
    (there,) = group_of(client)
    assert (len(there["Instances"]), there["LaunchTemplate"]["Version"], len(there["AvailabilityZones"])) == (2, "1", 2)
    version = apply(launch_templates, "r2", launch_templates=[{**PLAIN, "monitoring": True}])["versions"]["shop"]
    done = apply(autoscaling_groups, "r2", groups=[{**GROUP, "version": version, "min_size": 3, "suspended_processes": []}])
    assert done["capacity"] == {"shop": {"desired": 3, "in_service": 3}}
    assert group_of(client)[0]["LaunchTemplate"]["Version"] == "2"
    apply.undo("r2")
    (there,) = group_of(client)
    assert (there["MinSize"], there["LaunchTemplate"]["Version"], len(there["SuspendedProcesses"])) == (2, "1", 1)
    apply.undo("r1")
    assert group_of(client) == []


POLICIES = [
    {"group": "shop", "name": "cpu", "target_tracking": {"metric": "cpu", "target": 50, "warmup_seconds": 30}},
    {"group": "shop", "name": "up", "step": {"steps": [{"from": 0, "to": 20, "adjustment": 1}, {"from": 20, "adjustment": 2}]}},
    {"group": "shop", "name": "down", "simple": {"adjustment": -1, "cooldown_seconds": 60}},
]
SCHEDULES = [{"group": "shop", "name": "evening", "recurrence": "0 18 * * *", "time_zone": "Europe/Berlin", "min_size": 3}]


@pytest.mark.parametrize(
    ("module", "option", "items", "describe"),
    [
        (autoscaling_policies, "policies", POLICIES, ("describe_policies", "ScalingPolicies")),
        (autoscaling_schedules, "schedules", SCHEDULES, ("describe_scheduled_actions", "ScheduledUpdateGroupActions")),
    ],
)
def test_policies_and_schedules_are_made_once_and_taken_back(apply, client, made, module, option, items, describe):
    operation, key = describe
    names = [{"action": "create", "name": f"shop/{one['name']}"} for one in items]
    assert apply(module, check_mode=True, **{option: items})["plan"] == names
    done = apply(module, "r2", **{option: items})
    assert done["plan"] == names
    assert sorted(done.get("arns", {})) == sorted(one["name"] for one in names if module is autoscaling_policies)
    assert not any("(known after apply)" in arn for arn in done.get("arns", {}).values())
    assert apply(module, "r2", **{option: items})["plan"] == []
    assert len(getattr(client("autoscaling"), operation)()[key]) == len(items)
    apply.undo("r2")
    assert getattr(client("autoscaling"), operation)()[key] == []


def launched_with(client):
    (there,) = group_of(client)
    return sorted(one["LaunchTemplate"]["Version"] for one in there["Instances"])


def test_a_refresh_brings_instances_and_group_the_new_version_and_undo_the_one_before(apply, client, made):
    version = apply(launch_templates, "r2", launch_templates=[{**PLAIN, "monitoring": True}])["versions"]["shop"]
    assert apply(autoscaling_groups, "r2", groups=[{**GROUP, "update_version": False}])["changed"] is False
    refreshes = [{"group": "shop", "version": version, "min_healthy_percent": 0, "max_healthy_percent": 100, "warmup_seconds": 0}]
    planned = apply(autoscaling_refreshes, "r2", check_mode=True, refreshes=refreshes)
    assert list(planned["outdated"]["shop"].values()) == ["stands on version 1 of shop"] * 2
    done = apply(autoscaling_refreshes, "r2", refreshes=refreshes)
    assert (done["plan"], done["refreshes"]["shop"]["status"]) == (planned["plan"], "Successful")
    assert (group_of(client)[0]["LaunchTemplate"]["Version"], launched_with(client)) == ("2", ["2", "2"])
    assert apply(autoscaling_refreshes, "r2", refreshes=refreshes)["changed"] is False
    apply.undo("r2")
    assert (group_of(client)[0]["LaunchTemplate"]["Version"], launched_with(client)) == ("1", ["1", "1"])


def test_a_new_value_of_a_secret_replaces_all_that_were_launched_before(apply, client, made):
    client("secretsmanager").create_secret(Name="shop", SecretString="{}")
    # EC2 tells the second of a launch, no more.
    time.sleep(1.1)
    refreshes = [{"group": "shop", "secret": "shop", "min_healthy_percent": 0, "max_healthy_percent": 100, "warmup_seconds": 0}]
    done = apply(autoscaling_refreshes, "r2", refreshes=refreshes)
    assert list(done["outdated"]["shop"].values()) == ["was launched before the secret shop changed"] * 2
    assert apply(autoscaling_refreshes, "r2", refreshes=refreshes)["changed"] is False
    assert apply(autoscaling_refreshes, check_mode=True, refreshes=[{**refreshes[0], "pending": True}])["changed"] is True


def test_an_image_that_is_looked_up_with_a_change_is_written_into_the_version(apply, client):
    once = {**PLAIN, "image_lookup": "change"}
    apply(instance_profiles, "r0", instance_profiles=[{"name": "shop"}])
    apply(launch_templates, launch_templates=[once])
    ec2, ssm = client("ec2"), client("ssm")
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateName="shop")["LaunchTemplateVersions"]
    image = ssm.get_parameter(Name=PLAIN["image"].removeprefix("ssm:"))["Parameter"]["Value"]
    assert version["LaunchTemplateData"]["ImageId"] == image
    assert apply(launch_templates, launch_templates=[once])["changed"] is False
