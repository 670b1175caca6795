"""The first phase: on an empty account, again, on a wrong account, and what proves it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.integration.place import CHECKOUT, is_of_lock

# Three runs of the phase are made once for all tests.
pytestmark = pytest.mark.timeout(600)
TABLES, BUCKETS, TOPICS, LOG_GROUPS, DASHBOARDS, HOSTS = 3, 3, 1, 1, 1, 2
SETS = {"environment", "dynamodb", "s3", "cloudwatch", "cost"}


def restore_point(immediate):
    (release,) = {task["result"]["release"] for task in immediate.taken.plan.of("deployment")}
    return f"before-{release}"


def short(role):
    return (role or "").rpartition(".")[2]


def test_check_mode_tells_all_that_the_run_then_does_and_writes_nothing(immediate):
    assert immediate.taken.plan.code == 0, immediate.taken.plan.error
    assert immediate.taken.planning
    assert "\n".join(immediate.taken.lies) == ""


def test_the_plan_is_of_every_role_the_lock_and_the_restore_points(immediate):
    planned = {(short(role), name, action) for role, name, action in immediate.taken.plan.planned()}
    assert {role for role, _, _ in planned} == {*SETS, "app_deploy", ""}
    assert {("", "shop-locks", "create"), ("app_deploy", f"shop-orders/{restore_point(immediate)}", "create")} <= planned


def test_check_mode_tells_the_steps_that_each_host_then_takes(immediate):
    steps = {task["host"]: task["result"]["steps"] for task in immediate.taken.plan.of("deployment")}
    assert steps == dict.fromkeys(("app1", "app2"), ["install", "units", "switch", "restart"])
    assert {task["result"]["steps"] == [] for task in immediate.again.of("deployment")} == {True}


def test_the_first_run_applies_and_proves(immediate):
    assert immediate.taken.done.code == 0, immediate.taken.done.error
    records = immediate.proven
    assert len(records) > 50
    assert {record["state"] for record in records} == {"holds"}
    assert f"{len(records)} of {len(records)} claims hold" in immediate.taken.done.output


def test_a_second_run_changes_nothing_and_only_reads(immediate):
    assert (immediate.again.code, immediate.again.changed) == (0, 0)
    assert [request for request in immediate.asked_again if request["mutates"] and not is_of_lock(request)] == []


def test_nobody_else_can_work_on_the_phase_from_its_first_change_to_its_last_request(immediate):
    for asked in (immediate.taken.doing, immediate.asked_again):
        changing = [request for request in asked if request["mutates"]]
        assert (is_of_lock(changing[0]), asked[-1]["operation"]) == (True, "DeleteItem")


def test_a_lock_takes_three_requests_and_check_mode_takes_none(immediate):
    """The third asks who this is."""
    assert [request["operation"] for request in immediate.asked_again if is_of_lock(request)] == ["PutItem", "DeleteItem"]
    assert not any(map(is_of_lock, immediate.taken.planning))


def test_an_unchanged_run_asks_once_a_page_and_once_a_resource_that_no_list_describes(immediate):
    """Twice, for what applies and what proves do not trust each other; every host reads the secret, and does so in the rehearsal too."""
    found = Counter(f"{request['service']}:{request['operation']}" for request in immediate.asked_again)
    del found["sts:GetCallerIdentity"]
    allowed = {"cloudwatch": 2 + 2 * DASHBOARDS, "dynamodb": 2 * 4 * TABLES + 2, "s3": 1 + 2 * 9 * BUCKETS}
    for service, limit in allowed.items():
        assert sum(count for name, count in found.items() if name.startswith(f"{service}:")) <= limit
    assert max(found.pop(f"secretsmanager:{name}") for name in ("DescribeSecret", "GetSecretValue")) <= 4 + 2 * HOSTS
    most = max(2 * TABLES, 2 * BUCKETS)
    assert {name: count for name, count in found.items() if count > most} == {}
    assert found.total() <= 104


def test_a_wrong_account_is_refused_before_anything_else_is_asked(applied):
    applied.control("DELETE", "requests")
    run = applied.playbook("immediate", "--tags", "dynamodb", runbook_aws={**applied.aws, "account": "999999999999"})
    assert run.code != 0
    assert "belong to account 123456789012, the inventory names 999999999999" in run.error
    assert {request["operation"] for request in applied.requests()} == {"GetCallerIdentity"}


def test_verify_fails_once_at_the_end_and_names_what_was_changed_by_hand(applied):
    dynamodb = applied.client("dynamodb")
    off = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False}}
    dynamodb.update_continuous_backups(TableName="shop-orders", **off)
    applied.control("DELETE", "requests")
    broken = applied.playbook("verify", phase="immediate")
    assert broken.code != 0
    assert applied.writes() == []
    last = broken.tasks[-1]
    assert (last["state"], last["task"]) == ("failed", "Every claim holds")
    assert "Table shop-orders can be restored to any second" in broken.error
    assert "shop-products" not in broken.error

    repaired = applied.playbook("immediate", "--tags", "dynamodb")
    assert {name for _, name, _ in repaired.planned()} == {"shop-orders"}
    whole = applied.playbook("verify", phase="immediate")
    assert (whole.code, whole.changed) == (0, 0)


def test_a_clone_under_another_name_works(tmp_path):
    clone = tmp_path / "another name"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", CHECKOUT, clone], check=True, timeout=60)
    (clone / ".venv").symlink_to(sys.prefix)
    env = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")} | {
        "PATH": f".venv/bin:{os.environ['PATH']}"
    }
    run = subprocess.run(
        ["ansible-playbook", "playbooks/immediate.yml", "--list-tasks"], cwd=clone, env=env, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    assert "prodready.aws.dynamodb : Every table is there" in run.stdout
