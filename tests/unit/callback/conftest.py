"""Runs of ansible-playbook on local hosts, in a terminal and without one."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).parents[3]
TAKEN_BACK = "\r\x1b[K"
COLUMNS = 70
# It says what it waits for, as our modules do where they run in the controller.
SAYS = """
import time
from ansible.plugins.action import ActionBase
from ansible_collections.prodready.aws.plugins.module_utils.progress import Said

class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        self._display.display(Said("  " + self._task.args["text"]))
        time.sleep(self._task.args.get("seconds", 1.5))
        return {"changed": False, "warnings": self._task.args.get("warnings", [])}
"""

ROLE = [
    {"name": "Every table is there", "ansible.builtin.ping": None},
    {"name": "Every table can be restored", "says": {"text": "orders", "seconds": 0, "warnings": ["No table is declared."]}},
    {"name": "Verify | All of it holds", "ansible.builtin.ping": None},
]


@dataclass
class Printed:
    code: int
    raw: str

    @property
    def text(self) -> str:
        """What stands there in the end, without colors."""
        left = [line.rpartition(TAKEN_BACK)[2] for line in self.raw.split("\n")]
        return re.sub(r"\x1b\[[\d;]*m", "", "\n".join(left))

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def live(self) -> list[str]:
        """What the live line has been."""
        drawn = [text for line in self.raw.split("\n") for text in line.split(TAKEN_BACK)[1:]]
        return [shown for text in drawn if (shown := re.sub(r"\x1b\[[\d;]*m", "", text)).startswith("    … ")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    (folder / "action_plugins").mkdir()
    (folder / "action_plugins" / "says.py").write_text(SAYS)
    (folder / "roles" / "tables" / "tasks").mkdir(parents=True)
    (folder / "roles" / "tables" / "tasks" / "main.yml").write_text(yaml.safe_dump(ROLE))
    (folder / "library").mkdir()
    (folder / "library" / "says.py").write_text("")
    return folder


@pytest.fixture(scope="module")
def started(folder: Path) -> Callable[..., tuple[list[str], dict[str, str]]]:
    """A playbook as a file, and how it is run."""

    def started(plays: object, *options: str, hosts: str = "h1,", **variables: str) -> tuple[list[str], dict[str, str]]:
        (folder / "playbook.yml").write_text(yaml.safe_dump(plays, sort_keys=False))
        tool = str(Path(sys.executable).with_name("ansible-playbook"))
        env = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "NO_COLOR"))}
        more = {"ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"), "ANSIBLE_LOCAL_TEMP": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8"}
        return [tool, "-i", hosts, "-c", "local", "playbook.yml", *options], {**env, **more, **variables}

    return started


@pytest.fixture(scope="module")
def piped(folder: Path, started: Callable[..., tuple[list[str], dict[str, str]]]) -> Callable[..., Printed]:
    def piped(*given: object, **variables: str) -> Printed:
        command, env = started(*given, **variables)
        done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100, check=False)
        return Printed(done.returncode, done.stdout.decode())

    return piped


@pytest.fixture(scope="module")
def shown(folder: Path, started: Callable[..., tuple[list[str], dict[str, str]]]) -> Callable[..., Printed]:
    """In a terminal; with `interrupt`, a key is pressed when that is seen."""

    def shown(*given: object, interrupt: str = "", **variables: str) -> Printed:
        command, env = started(*given, **variables)
        # A process of its own makes the terminal, for this one may have threads, and is not to be forked.
        near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
        code = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
        process = subprocess.Popen(
            [sys.executable, "-c", code, *command], cwd=folder, env=env, stdin=far, stdout=far, stderr=far, start_new_session=True
        )
        os.close(far)
        printed, end = b"", time.monotonic() + 100
        while time.monotonic() < end:
            try:
                printed += os.read(near, 65536)
            except OSError:  # the last process has closed it
                break
            if interrupt and interrupt.encode() in printed:
                os.write(near, b"\x03")
                interrupt = ""
        os.close(near)
        return Printed(process.wait(10), printed.decode().replace("\r\n", "\n"))

    return shown
