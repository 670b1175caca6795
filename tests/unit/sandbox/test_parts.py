"""The life of one part."""

import os
import sys
import time

import pytest

from sandbox import ports
from sandbox.parts import Part
from sandbox.supervisor import Child


@pytest.fixture
def make(tmp_path):
    """A function that starts a child which runs a line of Python."""
    children = []

    def child(code, is_ready=lambda: True, deadline_seconds=60):
        part = Part("part", (sys.executable, "-c", code), "", is_ready, deadline_seconds)
        children.append(Child(part, tmp_path / "part.log"))
        children[-1].start()
        return children[-1]

    yield child
    for item in children:
        item.stop()


def step_until(child, state):
    deadline = time.monotonic() + 10
    while child.state != state:
        assert time.monotonic() < deadline, f"{child.state} instead of {state}"
        child.step()
        time.sleep(0.01)


def test_a_part_that_dies_is_started_again_with_growing_pauses(make):
    child = make("print('why it died'); exit(1)", is_ready=lambda: False)
    step_until(child, "restarting")
    first = child.restart_at - time.monotonic()
    step_until(child, "starting")
    step_until(child, "restarting")
    assert child.restarts == 1
    assert child.restart_at - time.monotonic() > first
    assert child.log.read_text() == "why it died\n" * 2


def test_a_part_that_does_not_get_ready_in_time_is_ended(make):
    child = make("import time; time.sleep(60)", is_ready=lambda: False, deadline_seconds=0.1)
    process = child.process
    step_until(child, "restarting")
    assert process.poll() is not None


def test_stopping_a_part_ends_what_it_started_too(make, tmp_path):
    code = "import subprocess, time; subprocess.Popen(['sleep', '60']); print('up', flush=True); time.sleep(60)"
    child = make(code, is_ready=lambda: "up" in (tmp_path / "part.log").read_text())
    step_until(child, "ready")
    group = child.process.pid
    child.stop()
    with pytest.raises(ProcessLookupError):
        _wait_for_group(group)


def _wait_for_group(group):
    for _ in range(200):
        os.killpg(group, 0)
        time.sleep(0.01)


def test_ports_of_two_checkouts_are_searched_in_different_places(tmp_path):
    assert ports.derived(tmp_path / "one") != ports.derived(tmp_path / "two")


def test_a_port_that_a_user_may_not_have_is_one_clear_error():
    with pytest.raises(ports.PortTaken, match="Port 80 cannot be used: give one from 1024 to 65000"):
        ports.chosen(80)
