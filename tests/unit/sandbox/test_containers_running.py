"""A task's containers as processes: their order, their health, their end."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from sandbox.containers.running import Running
from tests.integration.place import until


def container(name="shop", script="", **more):
    return {
        "name": name,
        "image": "i",
        "digest": "sha256:1",
        "layers": [],
        "essential": True,
        "command": [sys.executable, "-c", script],
        "directory": "/app",
        "environment": {"PATH": os.environ["PATH"], "TOKEN": "hidden"},
        "health": None,
        "stop_timeout": 5,
        "depends_on": [],
        **more,
    }


@pytest.fixture
def run(tmp_path: Path):
    """A function that runs a task to its end and gives what it reported; `stop_when` says when it is stopped."""
    (tmp_path / "app").mkdir()

    async def unpack(digest, layers):
        return tmp_path

    async def to_its_end(containers, stop_when, speed):
        said = []

        def report(one):
            said.append(one)
            if stop_when and stop_when(one):
                task.stop()

        task = Running("1", {"address": "127.0.0.1", "containers": containers}, unpack, report, speed)
        await asyncio.wait_for(task.run(None), 30)
        return said

    return lambda *containers, stop_when=None, speed=100: asyncio.run(to_its_end(list(containers), stop_when, speed))


def exits(said):
    return said[-1]["exits"]


def lines(said):
    return [text for one in said for _, text in one.get("lines", ())]


def test_a_task_ends_with_its_essential_container_and_tells_its_code_and_lines(run):
    said = run(container(script="import sys; print('one'); print('two', file=sys.stderr); sys.exit(3)"))
    assert sorted(lines(said)) == ["one", "two"]
    assert exits(said) == {"shop": 3}
    assert said[-1]["gone"] and said[-1]["problem"] == ""


def test_the_others_are_ended_with_it(run):
    said = run(container(script="import time; time.sleep(.2)"), container("side", "import time; time.sleep(60)"))
    assert exits(said) == {"shop": 0, "side": 143}


def test_one_that_is_not_essential_may_end(run):
    said = run(container(script="import time; time.sleep(.5)"), container("side", "import sys; sys.exit(1)", essential=False))
    assert exits(said) == {"shop": 0, "side": 1}


def test_who_does_not_end_when_asked_to_is_killed_after_the_stop_timeout(run):
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    said = run(container(script=deaf, stop_timeout=0.3), stop_when=lambda one: "lines" in one)
    assert exits(said) == {"shop": 137}


def test_what_a_container_has_started_ends_with_it(run):
    script = "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print(child.pid)"
    [pid] = lines(run(container(script=script)))
    until(lambda: not Path(f"/proc/{pid}").exists() or " Z " in Path(f"/proc/{pid}/stat").read_text(), "the child is gone", 10)


def test_a_program_that_is_not_there_is_told(run):
    said = run(container() | {"command": ["no-such-program"]})
    assert exits(said) == {"shop": 127}
    assert any("CannotStartContainerError" in one.get("reason", "") for one in said)
    assert not any(one.get("running") for one in said)


def test_a_health_check_makes_a_container_healthy_and_unhealthy(run):
    check = {"command": ["CMD-SHELL", "test ! -e sick"], "interval": 10, "timeout": 5, "retries": 2, "start_period": 0}
    script = "import time, pathlib; time.sleep(1); pathlib.Path('sick').touch(); time.sleep(60)"
    said = run(container(script=script, health=check), stop_when=lambda one: one.get("health") == "UNHEALTHY")
    assert [one["health"] for one in said if "health" in one] == ["HEALTHY", "UNHEALTHY"]


def test_a_container_waits_for_what_it_depends_on(run):
    first = container("first", "import time; time.sleep(.3); print('first')", essential=False)
    then = container(script="print('then')", depends_on=[("first", "SUCCESS")])
    assert lines(run(then, first)) == ["first", "then"]


def test_a_dependency_that_fails_ends_the_task(run):
    first = container("first", "import sys; sys.exit(1)", essential=False)
    said = run(container(script="print('then')", depends_on=[("first", "SUCCESS")]), first)
    assert "did not reach SUCCESS: first" in said[-1]["problem"]
    assert lines(said) == []
