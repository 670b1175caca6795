"""What the proofs of test_kill_anywhere.py and test_faults.py notice, each broken on purpose."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.integration.place import Place, Run
from tests.proofs.broken import Edit, broken
from tests.proofs.disturbed import ROWS, Disturbance, Row, untidy
from tests.proofs.drift import held_lock
from tests.proofs.stage import MOMENTS, Stage
from tests.proofs.test_faults import IMAGES, Fault, busy, closed, ended, one
from tests.proofs.test_kill_anywhere import BEFORE, survived

pytestmark = pytest.mark.timeout(600)
BUCKETS = next(row for row in ROWS if row.name == "s3 on empty")
SECRET = Row("environment", "a secret", "immediate", ("--tags", "environment", "--skip-tags", "always"))
UNLOCK = Row("unlock", "a lock", "unlock", ("-e", "lock=immediate"))
PLAN = "plugins/module_utils/plan.py"
AWS = "plugins/module_utils/aws.py"
NEXT = 'f" Next: {remedy.format(action=_missing(service, operation, said))}."'


def _lock(stage: Stage) -> None:
    stage.at("empty")
    client = stage.place.client("dynamodb")
    client.create_table(
        TableName="shop-locks",
        AttributeDefinitions=[{"AttributeName": "lock_name", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "lock_name", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.get_waiter("table_exists").wait(TableName="shop-locks", WaiterConfig={"Delay": 1})
    held_lock(stage.place)


def _secret(stage: Stage) -> None:
    stage.at("empty")
    stage.run(SECRET.playbook, *SECRET.arguments)


@pytest.fixture(scope="module")
def disturbance(shared_place: Place) -> Iterator[Disturbance]:
    before = dict(MOMENTS)
    MOMENTS.update({"a lock": _lock, "a secret": _secret})
    yield Disturbance(Stage(shared_place))
    MOMENTS.clear()
    MOMENTS.update(before)


def seen(wounds: Iterator[str] | list[str], words: str) -> bool:
    return any(words in wound for wound in wounds)


# Kill anywhere


def test_a_resource_that_is_left_half_made_because_it_is_there_is_seen(disturbance):
    last = len(disturbance.reference(BUCKETS).writes)  # whichever bucket's it is, that one is there by then
    with broken(disturbance.place, Edit(PLAN, "if before != after:", "if before is None:")):
        assert seen(survived(disturbance, BUCKETS, last, BEFORE), "bucket shop-")


def test_a_third_run_that_changes_something_is_seen(disturbance):
    disturbance.reference(BUCKETS)
    disturbance.begin(BUCKETS)
    disturbance.run(BUCKETS)
    with broken(disturbance.place, Edit(PLAN, "if before != after:", "if before != after or name:")):
        assert seen(disturbance.wounds(BUCKETS), "the third run changed")


def test_a_lock_that_stays_held_is_seen(disturbance):
    disturbance.reference(UNLOCK)
    with broken(disturbance.place, Edit("plugins/modules/lock.py", "in shown(found).items()", "in list(shown(found).items())[1:]")):
        disturbance.begin(UNLOCK)
        disturbance.run(UNLOCK)
        assert seen(disturbance.wounds(UNLOCK), "lock immediate is held")


def test_a_version_of_a_secret_that_is_lost_is_seen(disturbance):
    disturbance.reference(SECRET)
    disturbance.begin(SECRET)
    for number in range(2):
        disturbance.place.client("secretsmanager").put_secret_value(SecretId="shop/sandbox", SecretString=f'{{"A": "{number}"}}')
    assert seen(disturbance.wounds(SECRET), "is lost")


def test_a_half_made_release_that_is_current_is_seen(disturbance):
    disturbance.reference(SECRET)
    disturbance.begin(SECRET)
    shop = disturbance.place.root("app1") / "srv/shop"
    (shop / "releases/.1.0.0-half").mkdir(parents=True)
    (shop / "current").symlink_to("releases/.1.0.0-half")
    assert seen(disturbance.wounds(SECRET), "host app1: {'current': (None, '.1.0.0-half')")


def test_an_application_that_does_not_serve_is_seen(disturbance):
    disturbance.begin(SECRET)
    with disturbance.visited(Row("anything", "a secret", "verify", serves=True)) as complaints:
        disturbance.run(SECRET)
    assert seen(complaints, disturbance.place.address("app1"))


# Faults


def befallen(disturbance: Disturbance, fault: Fault) -> list[str]:
    disturbance.begin(BUCKETS)
    disturbance.faults(*fault.rules)
    try:
        return ended(disturbance.run(BUCKETS), fault)
    finally:
        disturbance.faults()


def test_a_run_that_gives_up_on_a_busy_service_is_seen(disturbance):
    with broken(disturbance.place, Edit(AWS, '"max_attempts": 10', '"max_attempts": 1')):
        assert seen(befallen(disturbance, busy(BUCKETS.name, 1)), "it did not converge")


def test_an_item_that_is_passed_over_is_seen(disturbance):
    edit = Edit(AWS, "        if errors:\n", "        if errors and not desired:\n")
    with broken(disturbance.place, edit):
        assert befallen(disturbance, one(BUCKETS.name, "PutBucketVersioning", {"Bucket": IMAGES}, "s3"))


def test_an_error_without_a_remedy_is_seen(disturbance):
    with broken(disturbance.place, Edit("plugins/module_utils/errors.py", NEXT, '""')):
        assert seen(befallen(disturbance, closed(BUCKETS.name, "s3", "s3:ListBuckets", IMAGES)), "no remedy in")


def test_a_crash_is_seen(disturbance):
    edit = Edit("plugins/module_utils/errors.py", 'getattr(error, "response", None) or {}', 'getattr(error, "response", {})')
    with socket.socket() as listener, broken(disturbance.place, edit):
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        nowhere = f"http://127.0.0.1:{listener.getsockname()[1]}"
        run = disturbance.run(BUCKETS, runbook_aws={**disturbance.place.aws, "endpoint_url": nowhere, "unanswered_seconds": 1})
    assert run.code != 0
    assert seen(untidy(run), "no remedy in")


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("app1 : ok=1 changed=0 unreachable=0 failed=1\napp2 : ok=1 changed=0 unreachable=0 failed=1", "2 errors"),
        ("app1 : ok=1 changed=0 unreachable=0 failed=0", "0 errors"),
        ("Traceback (most recent call last)\napp1 : ok=1 changed=0 unreachable=0 failed=1", "a traceback"),
    ],
)
def test_more_or_less_than_one_error_is_seen(output, words):
    failed = {"state": "failed", "result": {"msg": "Next: look."}}
    assert seen(untidy(Run(2, output, [failed])), words)
