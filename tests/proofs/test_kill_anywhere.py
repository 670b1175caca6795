"""A run is killed where it changes something, or does not hear AWS's answer: run again, all is as if nothing had been.

A seeded sample (PROOFS_SEED=n for another), with PROOFS_CASES=n so many of every row, or with PROOFS=all everywhere.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator

import pytest

from tests.integration.place import Place
from tests.proofs.disturbed import ROWS, Disturbance, Reference, Row, untidy
from tests.proofs.stage import Stage

pytestmark = pytest.mark.timeout(7200)
ALL = os.environ.get("PROOFS") == "all"
SEED = int(os.environ.get("PROOFS_SEED", "3"))
CASES = int(os.environ.get("PROOFS_CASES", "0"))
# Row -> how many of its requests.
SAMPLE = {"s3 on empty": 2, "cloudwatch on empty": 1}
BEFORE, AFTER, LOST = "killed before request", "killed after request", "answer lost to request"
HOW = (BEFORE, AFTER, LOST)
TASK = "killed after task"


@pytest.fixture(scope="module")
def disturbance(shared_place: Place) -> Disturbance:
    return Disturbance(Stage(shared_place))


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    def said(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}", end="", flush=True)

    return said


def cases(row: Row, reference: Reference) -> list[tuple[int, str]]:
    """At each request, and where hosts are changed after each task that does so."""
    found = [(number, how) for number in range(1, len(reference.writes) + 1) for how in HOW]
    found += [(number, TASK) for number in reference.tasks if row.hosts]
    return found if ALL else sorted(random.Random(f"{SEED} {row.name}").sample(found, min(CASES or SAMPLE[row.name], len(found))))


@pytest.mark.parametrize("row", [row for row in ROWS if ALL or CASES or row.name in SAMPLE], ids=lambda row: row.name)
def test_a_run_that_was_killed_anywhere_is_run_again_and_all_is_as_if_it_had_not_been(disturbance, say, row):
    chosen = cases(row, disturbance.reference(row))
    wrong = []
    for index, (number, how) in enumerate(chosen, 1):
        say(f"{row.name}, case {index} of {len(chosen)}: {how} {number}")
        wrong += [f"{how} {number}: {wound}" for wound in survived(disturbance, row, number, how)]
    assert not wrong, "\n".join(wrong)


def survived(disturbance: Disturbance, row: Row, number: int, how: str) -> Iterator[str]:
    """What was not, of one case."""
    disturbance.begin(row)
    rest = row
    with disturbance.visited(row) as complaints:
        if how == TASK:
            disturbance.killed_after_task(row, number)
        elif how == LOST:
            disturbance.faults({"mutates": True, "passes": number - 1, "times": 1, "cut": "after"})
            run = disturbance.run(row)
            disturbance.faults()
            yield from (f"the run: {word}" for word in (untidy(run) if run.code else []))
            # It heard of it when it asked again, and all is done.
            rest = row if run.code else row.settled or row
        else:
            disturbance.killed_at(row, number, {BEFORE: "before", AFTER: "after"}[how])
        again = disturbance.run(rest)
    if again.code:
        yield f"the second run: {again.error or again.output[-1000:]}"
    yield from complaints[:3]
    yield from disturbance.wounds(row)
