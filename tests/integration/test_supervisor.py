"""The sandbox as processes: up, down, status, and what goes wrong between them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 30


class Sandbox:
    """The commands on one folder, with the emulator as its only part."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.argv(command, *arguments), cwd=ROOT, capture_output=True, text=True, timeout=120)

    def argv(self, command: str, *arguments: str) -> list[str]:
        only = ["--only", "emulator"] if command == "up" else []
        return [sys.executable, "-m", "sandbox", command, "--folder", str(self.folder), *arguments, *only]

    @property
    def state(self) -> dict:
        return json.loads((self.folder / "state.json").read_text())

    @property
    def emulator(self) -> dict:
        return self.state["parts"]["emulator"]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[str], Sandbox]]:
    made = []

    def sandbox(name: str) -> Sandbox:
        made.append(Sandbox(tmp_path / name))
        return made[-1]

    yield sandbox
    for sandbox in made:
        sandbox("down")


@pytest.fixture
def sandbox(make: Callable[[str], Sandbox]) -> Sandbox:
    return make("one")


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the sandbox did not get there in time"
        time.sleep(0.05)


def test_up_starts_once_and_down_ends_all(sandbox):
    first, second = sandbox("up"), sandbox("up")
    assert (first.returncode, first.stdout.split()[0]) == (0, "started")
    assert (second.returncode, second.stdout.split()) == (0, ["already", "up", sandbox.state["endpoint"]])
    assert requests.get(f"{sandbox.state['endpoint']}/_sandbox/health", timeout=5).json()["status"] == "up"
    assert sandbox.folder.stat().st_mode & 0o777 == 0o700
    pids = [sandbox.state["pid"], sandbox.emulator["pid"]]
    assert sandbox("status").returncode == 0
    assert sandbox("down").stdout == "stopped\n"
    assert not any(map(is_alive, pids))
    assert sandbox("status").returncode == 3
    assert sandbox("down").stdout == "not running\n"


def test_ports_are_kept_and_a_taken_one_is_one_clear_error(sandbox):
    sandbox("up")
    ports = sandbox.state["ports"]
    sandbox("down")
    with socket.create_server(("127.0.0.1", ports["emulator"])):
        failed = sandbox("up")
    assert failed.returncode == 1
    assert failed.stderr.startswith(f"Port {ports['emulator']} of 127.0.0.1, the emulator port of this sandbox, is taken")
    assert "python -m sandbox up --port N" in failed.stderr
    assert sandbox("status").returncode == 3
    assert sandbox("up").returncode == 0
    assert sandbox.state["ports"] == ports


def test_another_port_can_be_chosen_when_it_is_down(sandbox):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    assert sandbox("up", "--port", str(port)).returncode == 0
    assert sandbox.state["endpoint"] == f"http://127.0.0.1:{port}"
    assert "take it down before" in sandbox("up", "--port", str(port + 7)).stderr


def test_a_killed_emulator_comes_back_and_its_loss_is_told(sandbox):
    sandbox("up")
    killed = sandbox.emulator["pid"]
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: sandbox.emulator["state"] == "ready" and sandbox.emulator["pid"] != killed)
    status = sandbox("status")
    assert status.returncode == 0
    assert f"The emulator was restarted at {sandbox.emulator['since']}, its state was lost" in status.stdout


def test_a_killed_supervisor_takes_its_children_along_and_up_starts_anew(sandbox):
    sandbox("up")
    before = sandbox.state
    os.kill(before["pid"], signal.SIGKILL)
    wait_until(lambda: not is_alive(before["parts"]["emulator"]["pid"]))
    assert sandbox("status").returncode == 3
    assert sandbox("up").stdout.startswith("started")
    assert sandbox.state["ports"] == before["ports"]


def test_a_stale_pid_of_a_foreign_process_is_left_alone(sandbox):
    sandbox.folder.mkdir()
    with subprocess.Popen(["sleep", "60"]) as foreign:
        (sandbox.folder / "running.lock").write_text(str(foreign.pid))
        assert sandbox("down").stdout == "not running\n"
        assert sandbox("up").stdout.startswith("started")
        sandbox("down")
        assert foreign.poll() is None
        foreign.kill()


def test_two_at_once_make_one_sandbox(sandbox):
    with contextlib.ExitStack() as stack:
        both = [stack.enter_context(subprocess.Popen(sandbox.argv("up"), cwd=ROOT, stdout=subprocess.PIPE, text=True)) for _ in range(2)]
        said = sorted(process.communicate(timeout=60)[0].split("  ")[0] for process in both)
    assert said == ["already up", "started"]


def test_a_second_clone_is_not_disturbed(make):
    one, two = make("one"), make("two")
    one("up")
    two("up")
    assert not set(one.state["ports"].values()) & set(two.state["ports"].values())
    one("down")
    assert requests.get(f"{two.state['endpoint']}/_sandbox/health", timeout=5).ok
    assert two("status").returncode == 0


def test_the_environment_of_the_person_does_not_reach_the_emulator(sandbox, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real-secret")
    sandbox("up")
    for pid in (sandbox.state["pid"], sandbox.emulator["pid"]):
        assert b"real-secret" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_a_leash_ends_its_program_when_the_parent_is_gone(tmp_path):
    note = tmp_path / "pid"
    program = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    leash = [sys.executable, "-m", "sandbox.leash", sys.executable, "-c", program]
    parent = subprocess.Popen([sys.executable, "-c", f"import subprocess; subprocess.run({leash!r})"], cwd=ROOT)
    wait_until(lambda: note.exists() and note.read_text() != "")
    parent.kill()
    parent.wait()
    wait_until(lambda: not is_alive(int(note.read_text())))
