"""Who may take a lock, and with which requests."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from ansible_collections.prodready.aws.plugins.modules import lock

NOW = 1_763_900_000.0
HELD = {
    "who": "ops@bastion",
    "run": f"20261123T114512Z-{os.getpid()}-3f2a9c",
    "machine": "bastion",
    "since": NOW - 60,
    "expires": NOW + 60,
}
FAILED = "ConditionalCheckFailedException"


@pytest.fixture(scope="module")
def dead() -> str:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return str(process.pid)


def test_a_lock_that_nobody_holds_is_free():
    assert lock.free(None, "mine", NOW)
    assert lock.free({}, "mine", NOW)


def test_a_lock_that_another_run_holds_is_not_free():
    assert not lock.free(HELD, "mine", NOW)


def test_a_run_may_take_its_own_lock_again():
    assert lock.free(HELD, HELD["run"], NOW)


def test_an_expired_lock_is_free():
    assert lock.free({**HELD, "expires": NOW - 0.001}, "mine", NOW)


def test_the_lock_of_a_process_that_ended_on_this_machine_is_free(dead):
    assert lock.free({**HELD, "machine": lock.machine(), "run": f"20261123T114512Z-{dead}-3f2a9c"}, "mine", NOW)


def test_the_lock_of_a_living_process_on_this_machine_is_not_free():
    assert not lock.free({**HELD, "machine": lock.machine()}, "mine", NOW)


def test_a_process_id_says_nothing_about_another_machine_of_the_same_name(dead):
    held = {**HELD, "who": f"ops@{lock.platform.node()}", "run": f"20261123T114512Z-{dead}-3f2a9c"}

    assert not lock.free({**held, "machine": f"{lock.platform.node()} another-boot pid:[1]"}, "mine", NOW)


def test_a_run_without_a_process_id_counts_as_alive():
    assert not lock.free({**HELD, "machine": lock.machine(), "run": "by hand"}, "mine", NOW)


@pytest.mark.parametrize(("answer", "taken"), [({}, True), (None, False)])
def test_a_free_lock_is_taken_only_while_it_is_free(fake_aws, answer, taken):
    aws = fake_aws(put_item=answer)

    assert lock.take(aws, "shop-locks", "deploy", {}, HELD) is taken
    ((_, request),) = aws.asked
    assert request["ConditionExpression"] == "attribute_not_exists(lock_name)"
    assert request["Item"]["lock_name"] == {"S": "deploy"}
    assert request["Item"]["expires"] == {"N": str(HELD["expires"])}


def test_a_lock_is_taken_over_only_as_it_was_seen(fake_aws):
    aws = fake_aws(put_item={})
    lock.take(aws, "shop-locks", "deploy", HELD, {**HELD, "run": "mine"})

    ((_, request),) = aws.asked
    assert request["ConditionExpression"] == "#run = :run AND expires = :expires"
    assert request["ExpressionAttributeValues"] == {":run": {"S": HELD["run"]}, ":expires": {"N": str(HELD["expires"])}}


def test_who_holds_a_lock_is_read_consistently(fake_aws):
    aws = fake_aws(get_item={"Item": {"lock_name": {"S": "deploy"}, "run": {"S": "mine"}, "expires": {"N": "1.5"}}})

    assert lock.current(aws, "shop-locks", "deploy") == {"lock_name": "deploy", "run": "mine", "expires": 1.5}
    assert aws.asked[0][1]["ConsistentRead"] is True


def test_a_missing_table_and_a_missing_lock_are_told_apart(fake_aws):
    assert lock.current(fake_aws(get_item=None), "shop-locks", "deploy") is None
    assert lock.current(fake_aws(get_item={}), "shop-locks", "deploy") == {}
