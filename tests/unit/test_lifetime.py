"""What lasts as long as a run is prolonged meanwhile and released at its end, whatever way it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

COLLECTIONS = Path(__file__).parents[2] / ".collections"
# A run: it begins its lifetime, forks a task that has something kept, and goes on.
RUN = """
import os, signal, sys, time
from ansible_collections.prodready.aws.plugins.module_utils import lifetime

def note(text):
    with open(sys.argv[1], "a") as file:
        file.write(text + "\\n")

def release():
    note("released")
    {release}

# pytest may be a shell's background job, or run by nohup.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
lifetime.begin(sys.stderr.write)
task = os.fork()
if not task:
    lifetime.current().keep({seconds}, lambda: note("prolonged") or {problem!r}, release)
    os._exit(0)
os.waitpid(task, 0)
note("running")
{then}
"""


@pytest.fixture
def notes(tmp_path):
    return tmp_path / "notes"


@pytest.fixture
def run(notes):
    """A function that starts a run; `then` is what becomes of it."""

    def start(then: str, seconds: float = 60, problem: str = "", release: str = "pass") -> subprocess.Popen[str]:
        text = textwrap.dedent(RUN).format(then=then, seconds=seconds, problem=problem, release=release)
        env = {**os.environ, "PYTHONPATH": str(COLLECTIONS)}
        return subprocess.Popen([sys.executable, "-c", text, str(notes)], env=env, stderr=subprocess.PIPE, text=True)

    return start


def until(notes: Path, word: str) -> list[str]:
    deadline = time.monotonic() + 30
    while word not in (lines := notes.read_text().split() if notes.exists() else []):
        assert time.monotonic() < deadline, f"never {word}: {lines}"
        time.sleep(0.01)
    return lines


@pytest.mark.parametrize("then", ["pass", "raise SystemExit(2)", "raise KeyboardInterrupt", "1 / 0"])
def test_it_is_released_before_the_run_has_ended(run, notes, then):
    run(then).communicate(timeout=60)

    assert notes.read_text().split() == ["running", "released"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_it_is_released_when_the_run_is_killed(run, notes, number):
    started = run("time.sleep(600)")
    until(notes, "running")
    os.kill(started.pid, number)

    assert until(notes, "released") == ["running", "released"]
    started.communicate(timeout=60)


def test_a_task_that_outlives_the_run_still_has_it(run, notes):
    started = run("os.fork() or (os.close(2), time.sleep(1), note('task')); os._exit(0)")
    started.communicate(timeout=60)

    assert until(notes, "released")[-2:] == ["task", "released"]


def test_it_is_prolonged_while_the_run_lives(run, notes):
    started = run("time.sleep(600)", seconds=0.01)
    until(notes, "prolonged")
    os.kill(started.pid, signal.SIGKILL)
    started.communicate(timeout=60)

    assert until(notes, "released")[-1] == "released"


def test_a_run_that_has_lost_it_is_interrupted_and_says_why(run, notes):
    _, said = run("time.sleep(600)", seconds=0.01, problem="somebody else has it").communicate(timeout=60)

    assert "somebody else has it\n" in said
    assert "KeyboardInterrupt" in said
    assert "released" not in notes.read_text()


def test_a_run_says_what_could_not_be_released(run):
    _, said = run("pass", release="raise RuntimeError('the table is gone')").communicate(timeout=60)

    assert said == "the table is gone\n"
