"""The doctor: what it finds without AWS, what it makes of AWS's answers, and what it says."""

from __future__ import annotations

import time
from email.utils import formatdate
from pathlib import Path

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import doctor_machine as machine
from ansible_collections.prodready.aws.plugins.module_utils.doctor import finding, text
from ansible_collections.prodready.aws.plugins.module_utils.doctor_account import clock, region
from ansible_collections.prodready.aws.plugins.module_utils.doctor_permissions import attach, context, questions, refused, source
from ansible_collections.prodready.aws.plugins.module_utils.doctor_quotas import QUOTAS, needed, quotas

ROLE = "arn:aws:iam::123456789012:role/team/deployer"
VALUES = {"account": "123456789012", "region": "eu-central-1", "app": "shop", "environment": "production", "partition": "aws"}


def states(findings) -> dict[str, str]:
    return {one["id"]: one["state"] for one in findings}


def checkout(folder: Path, requirements: str, ansible: str = ">=2.19.0") -> Path:
    (folder / "meta").mkdir()
    (folder / "meta/runtime.yml").write_text(f'requires_ansible: "{ansible}"\n')
    (folder / "requirements.txt").write_text(requirements)
    return folder


def test_packages_that_are_as_demanded_hold(tmp_path):
    assert set(states(machine.packages(checkout(tmp_path, "# why\nboto3>=1.35\njmespath\n"))).values()) == {"holds"}


def test_a_package_that_is_missing_or_too_old_and_an_old_ansible_fail(tmp_path):
    found = list(machine.packages(checkout(tmp_path, "boto3>=999\nno-such-package\n", ">=999")))
    assert states(found) == {"doctor.machine.ansible": "fails", "doctor.machine.boto3": "fails", "doctor.machine.no-such-package": "fails"}
    assert found[2]["observed"] is None
    assert found[2]["mend"] == f"pip install -r {tmp_path / 'requirements.txt'}"


def test_a_host_that_is_away_one_that_lacks_a_program_and_one_that_was_not_asked():
    answers = {
        "away": {"results": [{"item": "node", "unreachable": True, "msg": "no route"}], "unreachable": True, "msg": "All items completed"},
        "bare": {"results": [{"item": "node", "rc": 0, "stdout": "v22.1.0"}, {"item": "npm", "rc": 2, "msg": "not found"}]},
        "limited": {},
    }
    found = list(machine.hosts(answers))
    assert states(found) == {
        "doctor.hosts.reached.away": "fails",
        "doctor.hosts.reached.bare": "holds",
        "doctor.hosts.programs.bare": "fails",
        "doctor.hosts.reached.limited": "unproven",
    }
    assert [found[0]["observed"], found[2]["observed"]] == ["no route", ["npm"]]


def inventories(folder: Path, own: str) -> tuple[Path, Path]:
    for name, content in (("example", "account: <twelve digits>\n"), ("own", own)):
        (folder / name / "group_vars/all").mkdir(parents=True)
        (folder / name / "group_vars/all/main.yml").write_text(content)
    return folder / "own", folder / "example"


def test_a_placeholder_of_the_example_is_named_with_its_line(tmp_path):
    own, example = inventories(tmp_path, "# <twelve digits>\napp: shop  # <twelve digits>\naccount: <twelve digits>\n")
    (found,) = machine.placeholders([str(own)], example)
    assert (found["state"], found["observed"]) == ("fails", ["line 3 <twelve digits>"])


def test_what_only_looks_like_a_placeholder_is_none(tmp_path):
    own, example = inventories(tmp_path, "attack: <script>alert(1)</script>\npattern: (?P<name>x)\n")
    assert set(states(machine.placeholders([str(own), "host1,"], example)).values()) == {"holds"}


@pytest.mark.parametrize(("seconds", "state"), [(0, "holds"), (50, "holds"), (120, "fails"), (-120, "fails")])
def test_the_clock_is_told_by_the_date_of_any_answer(seconds, state):
    date = formatdate(time.time() - seconds, usegmt=True)
    assert [one["state"] for one in clock({"ResponseMetadata": {"HTTPHeaders": {"date": date}}}, 60)] == [state]


def test_a_clock_that_aws_says_nothing_about_is_not_known():
    assert [one["state"] for one in clock({}, 60)] == ["unproven"]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"Regions": [{"OptInStatus": "opt-in-not-required"}]}, "holds"),
        ({"Regions": [{"OptInStatus": "opted-in"}]}, "holds"),
        ({"Regions": [{"OptInStatus": "not-opted-in"}]}, "fails"),
        ({"Regions": []}, "fails"),
    ],
)
def test_a_region_is_there_and_switched_on_or_not(fake_aws, answer, state):
    aws = fake_aws(describe_regions=answer)
    assert region(aws, "me-south-1")["state"] == state
    assert aws.asked == [("describe_regions", {"RegionNames": ["me-south-1"], "AllRegions": True})]


STATEMENT = {
    "Action": ["s3:PutObject"],
    "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
    "Condition": {"StringEquals": {"s3:ResourceAccount": "123456789012"}},
}


def test_each_resource_is_asked_for_alone_under_the_conditions_of_its_statement():
    entries = [{"ContextKeyName": "s3:ResourceAccount", "ContextKeyValues": ["123456789012"], "ContextKeyType": "string"}]
    assert context(STATEMENT) == entries
    assert list(questions(STATEMENT)) == [
        {"ActionNames": ["s3:PutObject"], "ResourceArns": [resource], "ContextEntries": entries} for resource in STATEMENT["Resource"]
    ]


@pytest.mark.parametrize(
    ("result", "word"),
    [
        ({"EvalDecision": "allowed"}, None),
        ({"EvalDecision": "implicitDeny"}, "s3:PutObject"),
        ({"EvalDecision": "explicitDeny"}, "s3:PutObject (denied)"),
        (
            {"EvalDecision": "implicitDeny", "OrganizationsDecisionDetail": {"AllowedByOrganizations": False}},
            "s3:PutObject (by the organization)",
        ),
        (
            {"EvalDecision": "implicitDeny", "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False}},
            "s3:PutObject (by the permissions boundary)",
        ),
    ],
)
def test_an_action_that_is_not_allowed_is_named_with_who_forbids_it(result, word):
    assert refused({"EvalActionName": "s3:PutObject", **result}) == word


def test_a_session_has_the_policies_of_its_role(fake_aws):
    aws = fake_aws(get_role={"Role": {"Arn": ROLE}})
    assert source(aws, "arn:aws:sts::123456789012:assumed-role/deployer/me") == ROLE
    assert aws.asked == [("get_role", {"RoleName": "deployer"})]
    assert source(aws, "arn:aws:iam::123456789012:user/me") == "arn:aws:iam::123456789012:user/me"


def test_a_policy_is_attached_to_the_role_by_its_name_and_to_a_permission_set_where_that_is():
    assert attach(ROLE, ["immediate"], VALUES).endswith(
        "aws iam attach-role-policy --role-name deployer --policy-arn arn:aws:iam::123456789012:policy/prodready-immediate"
    )
    sso = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_admin_1"
    assert "permission set" in attach(sso, ["immediate"], VALUES)


def test_what_is_there_and_declared_is_needed_once_and_the_larger_of_both():
    assert needed({"shop": 6, "new": 2}, {"shop": 2, "other": 5}) == 13


NOTHING = {kind: [] for kind in ("tables", "load_balancers", "target_groups", "replication_groups", "launch_templates", "groups")}


def test_only_what_is_declared_is_asked_about(fake_aws):
    aws = fake_aws()
    assert list(quotas(aws, NOTHING)) == []
    assert aws.asked == []


def test_a_group_at_its_largest_that_is_beyond_the_quota_fails_with_the_command_that_raises_it(fake_aws):
    aws = fake_aws(
        describe_instance_types={"InstanceTypes": [{"InstanceType": "t3.small", "VCpuInfo": {"DefaultVCpus": 2}}]},
        describe_instances={"Reservations": [{"Instances": [{"InstanceType": "t3.small", "InstanceId": "i-1"}]}]},
        describe_auto_scaling_groups={"AutoScalingGroups": []},
        get_service_quota=lambda ServiceCode, QuotaCode: {"Quota": {"Value": 5}},
    )
    declared = {
        **NOTHING,
        "launch_templates": [{"name": "shop", "instance_type": "t3.small"}],
        "groups": [{"name": "shop", "launch_template": "shop", "max_size": 6}],
    }
    groups, cores = quotas(aws, declared)
    assert (groups["state"], cores["state"], cores["observed"]) == ("holds", "fails", "14 of 5")
    assert "--service-code ec2 --quota-code L-1216C47A --desired-value 14" in cores["mend"]


def test_a_quota_of_which_there_is_only_the_default_counts_by_that(fake_aws):
    aws = fake_aws(list_tables={"TableNames": ["a"]}, get_service_quota=None, get_aws_default_service_quota={"Quota": {"Value": 2500}})
    (found,) = quotas(aws, {**NOTHING, "tables": [{"name": "orders"}]})
    assert (found["state"], found["observed"]) == ("holds", "2 of 2500")


def test_no_two_quotas_have_one_code():
    assert len({quota.code for quota in QUOTAS}) == len(QUOTAS)


def test_what_is_to_do_and_what_is_not_known_is_listed_under_the_table_with_what_mends_it():
    shown = text(
        [
            finding("machine.boto3", "boto3 is installed", False, None, "pip install boto3"),
            finding("locks.immediate", "Nobody is at work", None, "not allowed", "Attach it"),
            finding("account.right", "It is the account", True, "123456789012", ""),
        ]
    )
    assert "  ✘ boto3 is installed" in shown
    assert "To do:\n  1. boto3 is installed: saw nothing\n     pip install boto3" in shown
    assert "Not known:\n  1. Nobody is at work: saw not allowed\n     Attach it" in shown
    assert shown.index("(machine)") < shown.index("(account)") < shown.index("(locks)")
