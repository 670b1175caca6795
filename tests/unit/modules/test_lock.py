"""Who may take a lock, and with which requests."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import locks
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, Wait
from ansible_collections.prodready.aws.plugins.modules import lock
from botocore.exceptions import ClientError

NOW = 1_763_900_000.0
HELD = {
    "lock_name": "immediate",
    "who": "ops@bastion",
    "run": f"20261123T114512Z-{os.getpid()}-3f2a9c",
    "machine": "bastion",
    "since": NOW - 60,
    "expires": NOW + 60,
}
MINE = {**HELD, "run": f"20261123T120000Z-{os.getpid()}-000000", "since": NOW, "expires": NOW + 600}


@pytest.fixture(scope="module")
def dead() -> str:
    """A run of this machine whose process has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return f"20261123T114512Z-{process.pid}-3f2a9c"


@pytest.fixture
def table(fake_aws):
    """AWS with these locks in the table, one after the other, each in the way of a request to write another one."""

    def made(*there):
        answers = iter(there)

        def put_item(**params):
            held = next(answers, None)
            if held is None:
                return {}
            error = {"Error": {"Code": "ConditionalCheckFailedException", "Message": "no"}, "Item": locks.typed(held)}
            raise ClientError(error, "PutItem")

        return fake_aws(put_item=put_item)

    return made


def test_the_lock_of_a_process_that_ended_on_this_machine_is_a_dead_runs(dead):
    assert not locks.alive({**HELD, "machine": locks.machine(), "run": dead})


def test_the_lock_of_a_living_process_is_not(dead):
    assert locks.alive({**HELD, "machine": locks.machine()})


def test_a_process_id_says_nothing_about_another_machine_of_the_same_name(dead):
    assert locks.alive({**HELD, "run": dead, "machine": f"{locks.platform.node()} another-boot pid:[1]"})


def test_a_run_without_a_process_id_counts_as_alive():
    assert locks.alive({**HELD, "machine": locks.machine(), "run": "by hand"})


def test_a_lock_is_taken_with_one_request_that_fails_unless_it_is_free_or_expired(table):
    aws = table()

    assert locks.take(aws, "shop-locks", MINE) == MINE
    ((_, request),) = aws.asked
    assert request["ConditionExpression"] == "attribute_not_exists(lock_name) OR expires < :now"
    assert request["ExpressionAttributeValues"] == {":now": {"N": str(NOW)}}
    assert request["Item"] == locks.typed(MINE)


def test_who_holds_it_is_in_the_answer_to_the_same_request(table):
    aws = table(HELD)

    assert locks.take(aws, "shop-locks", MINE) == HELD
    assert [(operation, request["ReturnValuesOnConditionCheckFailure"]) for operation, request in aws.asked] == [("put_item", "ALL_OLD")]


def test_that_of_a_dead_run_is_taken_over_only_as_it_was_seen(table, dead):
    held = {**HELD, "machine": locks.machine(), "run": dead}
    aws = table(held)

    assert locks.take(aws, "shop-locks", MINE) == MINE
    _, (_, request) = aws.asked
    assert request["ConditionExpression"] == "run = :run AND since = :since"
    assert request["ExpressionAttributeValues"] == {":run": {"S": dead}, ":since": {"N": str(HELD["since"])}}


def test_another_run_may_be_faster_to_take_over_that_of_a_dead_one(table, dead):
    assert locks.take(table({**HELD, "machine": locks.machine(), "run": dead}, HELD), "shop-locks", MINE) == HELD


def test_a_run_that_holds_it_already_is_told_so_and_nothing_is_written(table):
    earlier = {**MINE, "since": NOW - 5}

    assert locks.take(table(earlier), "shop-locks", MINE) == earlier


def test_a_missing_table_is_told(fake_aws):
    assert locks.take(fake_aws(put_item=None), "shop-locks", MINE) is None


def test_prolonging_keeps_the_moment_it_was_taken_and_writes_only_over_its_own(table):
    aws = table()

    assert locks.prolong(aws, "shop-locks", [MINE], 600) == ""
    ((_, request),) = aws.asked
    assert request["ConditionExpression"] == "run = :run AND since = :since"
    assert locks.plain(request["Item"])["since"] == MINE["since"]
    assert locks.plain(request["Item"])["expires"] > MINE["expires"]


@pytest.mark.parametrize(("there", "told"), [(HELD, "immediate is locked by ops@bastion"), ({}, "Somebody has released it.")])
def test_a_lock_that_somebody_else_has_taken_is_told(table, there, told):
    problem = locks.prolong(table(there), "shop-locks", [MINE], 600)

    assert problem.startswith("This run was interrupted, for it no longer holds the lock immediate.")
    assert told in problem


def test_a_lock_that_could_not_be_prolonged_this_time_is_not_lost(fake_aws):
    def put_item(**params):
        raise ClientError({"Error": {"Code": "InternalServerError", "Message": "later"}}, "PutItem")

    assert locks.prolong(fake_aws(put_item=put_item), "shop-locks", [MINE], 600) == ""


@pytest.mark.parametrize(("answer", "released"), [({}, True), (None, False)])
def test_a_lock_is_released_only_as_it_was_seen(fake_aws, answer, released):
    aws = fake_aws(delete_item=answer)

    assert locks.release(aws, "shop-locks", HELD) is released
    assert aws.asked[0][1]["ConditionExpression"] == "run = :run AND since = :since"
    assert aws.asked[0][1]["Key"] == {"lock_name": {"S": "immediate"}}


def test_a_lock_that_cannot_be_released_is_told_with_the_way_to_do_it(fake_aws):
    def delete_item(**params):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DeleteItem")

    with pytest.raises(RuntimeError, match=r"lock immediate: dynamodb:delete_item failed .* playbooks/unlock.yml -e lock=immediate"):
        locks.release_all(fake_aws(delete_item=delete_item), "shop-locks", [MINE])


def test_who_holds_a_lock_is_read_consistently(fake_aws):
    aws = fake_aws(get_item={"Item": locks.typed(HELD)})

    assert locks.current(aws, "shop-locks", "immediate") == HELD
    assert aws.asked[0][1]["ConsistentRead"] is True


def test_a_missing_table_and_a_missing_lock_are_told_apart(fake_aws):
    assert locks.current(fake_aws(get_item=None), "shop-locks", "immediate") is None
    assert locks.current(fake_aws(get_item={}), "shop-locks", "immediate") == {}


def test_the_table_is_billed_by_request_and_waited_for(requests_of):
    create, wait = requests_of("dynamodb", lock.calls("shop-locks", {"prodready:managed": "true"}))

    assert isinstance(create, Call)
    assert isinstance(wait, Wait)
    assert create.params["BillingMode"] == "PAY_PER_REQUEST"
    assert create.params["Tags"] == [{"Key": "prodready:managed", "Value": "true"}]
    assert create.missing == ("ResourceInUseException",)


def test_undo_keeps_the_table_for_others_work_with_it(fake_aws):
    assert lock.UNDO.read(fake_aws(describe_table=None), {"shop-locks": lock.MADE}) == {}
    assert lock.UNDO.read(fake_aws(describe_table={"Table": {}}), {"shop-locks": lock.MADE}) == {"shop-locks": lock.MADE}
    assert "keeps the locks of all who work here" in lock.UNDO.kept(fake_aws(), Change("shop-locks", lock.MADE, None))
