"""Apply, undo, and the account equals what it was: on an account that had something before."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.place import Place, Run
from tests.proofs import account
from tests.proofs.broken import Edit, broken
from tests.proofs.drift import BUCKETS, others_at_work

pytestmark = pytest.mark.timeout(300)
ROLES = ("--tags", "dynamodb,s3,cloudwatch")
THEIRS = {"log group /shop/application", "log group /shop/application tags"}


def read(place: Place) -> dict[str, Any]:
    """The account without the table of the locks, which undo leaves: it holds that of the undo itself."""
    return {name: found for name, found in account.read(place.client).items() if not name.startswith("table shop-locks")}


@pytest.fixture
def used(place: Place) -> Place:
    """An account where others have been at work."""
    others_at_work(place)
    # From a bucket that keeps versions, or has, there is no way back to one that never did.
    place.client("s3").put_bucket_versioning(Bucket=BUCKETS[1], VersioningConfiguration={"Status": "Suspended"})
    return place


def test_what_a_phase_changed_is_undone_resource_by_resource_and_comes_back_when_that_is_undone(used: Place) -> None:
    before = read(used)
    applied = used.playbook("immediate", *ROLES)
    assert len(applied.planned()) > 20
    made = read(used)
    changed = account.differences(before, made)
    assert len(changed) > 30

    used.control("DELETE", "requests")
    shown = used.playbook("undo", "--check")
    assert (shown.code, used.writes()) == (0, [])
    undone = used.playbook("undo")
    assert undone.code == 0, undone.error
    assert shown.planned() == undone.planned()
    assert account.differences(before, read(used)) == {}

    twice = used.playbook("undo")
    assert (twice.code, twice.changed) == (0, 0)

    (run,) = {line["run"] for line in used.journal() if "undoes" in line}
    again = used.playbook("undo", run=run)
    assert again.code == 0, again.error
    assert account.differences(made, read(used)) == {}


def undone_after_somebody_else(place: Place) -> tuple[Run, dict[str, Any]]:
    """The undo of a run after which others have changed a log group, and what then is not as it was before the run."""
    before = read(place)
    assert place.playbook("immediate", "--tags", "cloudwatch,s3").planned()
    place.client("logs").put_retention_policy(logGroupName="/shop/application", retentionInDays=5)
    undone = place.playbook("undo")
    return undone, account.differences(before, read(place))


def test_a_change_by_somebody_else_is_left_and_seen_by_this_proof(used: Place) -> None:
    undone, differing = undone_after_somebody_else(used)
    assert undone.code != 0
    assert "log_groups: /shop/application is neither as the run left it nor as it was before (retention_days)" in undone.error
    assert set(differing) == THEIRS


def test_this_proof_notices_an_undo_that_skips_a_resource(used: Place) -> None:
    with broken(used, Edit("plugins/modules/undo.py", "module.check_mode else todo, 1)", "module.check_mode else todo[1:], 1)")):
        _, differing = undone_after_somebody_else(used)
    assert set(differing) > THEIRS


def test_this_proof_notices_an_undo_that_touches_what_somebody_else_changed(used: Place) -> None:
    with broken(used, Edit("plugins/module_utils/undo.py", "if key not in as_before(one, current)]", "if False]")):
        undone, differing = undone_after_somebody_else(used)
    assert undone.code == 0, undone.error
    assert differing == {}


@pytest.mark.parametrize("undo", [False, True])
def test_a_phase_whose_proof_fails_says_what_undo_would_do_or_does_it(used: Place, undo: bool) -> None:
    before = read(used)
    claim = {"id": "never", "item": "immediate.infrastructure", "says": "Two is one", "observed": 2, "expect": {"equals": 1}}
    failed = used.playbook("immediate", *ROLES, __cloudwatch_claims=[claim], runbook_undo_on_failure=undo)
    assert failed.code != 0
    assert "Two is one" in failed.error
    assert "dynamodb_tables: shop-orders" in failed.error
    run = used.journal()[0]["run"]
    assert (f"ansible-playbook playbooks/undo.yml -e run={run}" in failed.error) is not undo
    assert (account.differences(before, read(used)) == {}) is undo
