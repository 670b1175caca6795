"""Restore points: which are taken, which go, and what cannot come back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.guard import Refused
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, Wait
from ansible_collections.prodready.aws.plugins.modules.dynamodb_backups import calls, problems, read, states, want

ARN = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/backup/1"


def found(*names, status="AVAILABLE", table="orders"):
    """Backups as `read` gives them, newest first."""
    return [
        {"TableName": table, "BackupName": name, "BackupArn": f"{table}-{name}-{place}", "BackupStatus": status}
        for place, name in enumerate(names)
    ]


def point(name="before-9", table="orders", prefix=None, keep=None):
    return {"table": table, "name": name, "prefix": prefix, "keep": keep}


def test_backups_are_read_of_each_table_newest_first_without_deleted_ones(fake_aws):
    def summaries(TableName, BackupType):
        times = {"orders": [(1, "AVAILABLE"), (3, "DELETED")], "users": [(2, "CREATING")]}[TableName]
        return {
            "BackupSummaries": [
                {"BackupName": str(day), "BackupStatus": status, "BackupCreationDateTime": datetime(2030, 1, day, tzinfo=UTC)}
                for day, status in times
            ]
        }

    assert [one["BackupName"] for one in read(fake_aws(list_backups=summaries), ["orders", "users"])] == ["2", "1"]


def test_without_keep_nothing_goes():
    assert want([point()], found("before-8", "before-7")) == {"orders/before-9": {"status": "AVAILABLE"}}


@pytest.mark.parametrize(
    ("there", "gone"),
    [
        (["before-8", "before-7", "before-6"], ["orders/before-7", "orders/before-6"]),
        (["before-9", "before-8", "before-7"], ["orders/before-7"]),
        (["before-8", "by-hand", "before-7"], ["orders/before-7"]),
        (["before-8"], []),
    ],
)
def test_the_newest_of_the_prefix_stay_the_wanted_one_among_them(there, gone):
    desired = want([point(prefix="before-", keep=2)], found(*there))

    assert [name for name, state in desired.items() if state is None] == gone
    assert desired["orders/before-9"] == {"status": "AVAILABLE"}


def test_restore_points_of_other_tables_do_not_count():
    desired = want([point(prefix="before-", keep=1)], [*found("before-8", table="users"), *found("before-7")])

    assert [name for name, state in desired.items() if state is None] == ["orders/before-7"]


def test_of_one_name_the_newest_is_the_restore_point():
    assert states(found("daily", "daily")) == {
        "orders/daily": {"status": "AVAILABLE", "arn": "orders-daily-0"},
        "orders-daily-1": {"status": "AVAILABLE", "arn": "orders-daily-1"},
    }


def test_a_restore_point_is_taken_and_awaited(requests_of):
    change = Change("orders/before-9", None, {"status": "AVAILABLE"})

    assert requests_of("dynamodb", calls(change), [{"BackupDetails": {"BackupArn": ARN}}]) == [
        Call("create_backup", {"TableName": "orders", "BackupName": "before-9"}),
        Wait("backup_available", {"BackupArn": ARN}, until="restore point orders/before-9 is AVAILABLE"),
        Call("list_backups", {"TableName": "orders", "BackupType": "USER"}),
    ]


def test_what_a_request_made_whose_answer_was_lost_is_deleted(requests_of):
    change = Change("orders/before-9", None, {"status": "AVAILABLE"})
    other = f"{ARN}0"
    listed = [{"BackupName": name, "BackupArn": arn} for name, arn in (("before-9", ARN), ("before-9", other), ("before-8", f"{ARN}1"))]

    steps = requests_of("dynamodb", calls(change), [{"BackupDetails": {"BackupArn": ARN}}, {}, {"BackupSummaries": listed}])
    assert steps[3:] == [
        Wait("backup_available", {"BackupArn": other}, until="restore point orders/before-9 is AVAILABLE"),
        Call("delete_backup", {"BackupArn": other}, missing=("BackupNotFoundException",)),
    ]


def test_one_that_an_earlier_run_began_is_awaited(requests_of):
    change = Change("orders/before-9", {"status": "CREATING", "arn": ARN}, {"status": "AVAILABLE", "arn": ARN})

    assert [type(step) for step in requests_of("dynamodb", calls(change))] == [Wait]


def test_an_old_one_is_deleted_once(requests_of):
    (call,) = requests_of("dynamodb", calls(Change("orders/before-1", {"status": "AVAILABLE", "arn": ARN}, None)))

    assert call == Call("delete_backup", {"BackupArn": ARN}, missing=("BackupNotFoundException",))


def test_one_that_was_deleted_cannot_come_back(requests_of):
    with pytest.raises(Refused, match="orders/before-1 was deleted, and a restore point that was deleted cannot come back"):
        requests_of("dynamodb", calls(Change("orders/before-1", None, {"status": "AVAILABLE", "arn": ARN})))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (point("a b"), "orders/a b: name must have 3 to 255 characters"),
        (point(table="x"), "x/before-9: table must have 3 to 255 characters"),
        (point(keep=3), "orders/before-9: keep and prefix are given together"),
        (point(prefix="before-"), "orders/before-9: keep and prefix are given together"),
        (point(prefix="before-", keep=0), "orders/before-9: keep must be at least 1"),
        (point(prefix="daily-", keep=3), "orders/before-9: the name must begin with the prefix daily-"),
    ],
)
def test_bad_input_is_named(given, problem):
    (text,) = problems([given])

    assert text.startswith(problem)


def test_one_name_twice_is_refused():
    assert list(problems([point(), point()])) == ["orders/before-9: the restore point is declared twice"]
