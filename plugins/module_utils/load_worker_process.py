# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A process that sends a part of a load test's requests, here or by ssh on another machine.

Its programs and what it is to send go by stdin, so that nothing is left on a machine, and no header is in a file or an argument.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from typing import IO, Any, cast

from . import lists, load, load_plan, load_worker, scenarios, web

# Each after those that it imports.
PROGRAMS = (lists, web, scenarios, load, load_plan, load_worker)
START = """
import json, sys, types
package = sys.modules["prodready"] = types.ModuleType("prodready")
package.__path__ = []
for name, text in json.loads(sys.stdin.readline()).items():
    module = sys.modules[f"prodready.{name}"] = types.ModuleType(f"prodready.{name}")
    module.__package__ = "prodready"
    exec(compile(text, f"{name}.py", "exec"), module.__dict__)
module.main()
"""
END_SECONDS = 5
SSH_OPTIONS = ("BatchMode=yes", "ConnectTimeout=10", "LogLevel=ERROR")


def command(worker: Mapping[str, Any]) -> list[str]:
    """What starts a worker's process."""
    python = worker["python"] or ("python3" if worker["connection"] == "ssh" else sys.executable)
    program = [python, "-c", START]
    if worker["connection"] == "local":
        return program
    more = shlex.split(worker["ssh_arguments"])
    port = ["-p", str(worker["port"])] if worker["port"] else []
    key = ["-i", worker["private_key"]] if worker["private_key"] else []
    place = [*(["-l", worker["user"]] if worker["user"] else []), worker["address"] or worker["name"]]
    how = [word for option in SSH_OPTIONS for word in ("-o", option)]
    return ["ssh", "-T", *how, *more, *port, *key, *place, shlex.join(program)]


class WorkerProcess:
    """A worker, from when it is started until it is ended; what it sees goes to `seen`, row by row."""

    def __init__(self, worker: Mapping[str, Any], plan: Mapping[str, Any], seen: Callable[[list[list[Any]]], None]) -> None:
        self.name, self.seen, self.error, self.under_way = worker["name"], seen, "", 0
        self.ready, self.over = threading.Event(), threading.Event()
        self.complete, self.heard = False, time.monotonic()
        self.said = tempfile.TemporaryFile("w+")  # noqa: SIM115
        try:
            # run_command waits for the end, and a worker is spoken with.
            # pylint: disable-next=ansible-bad-function
            self.process = subprocess.Popen(command(worker), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said)
        except OSError:
            self.said.close()
            raise
        pipes: tuple[IO[str], IO[str]] = cast(Any, (self.process.stdin, self.process.stdout))
        self.stdin, self.stdout = pipes
        programs = {module.__name__.rpartition(".")[2]: inspect.getsource(module) for module in PROGRAMS}
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()
        self.tell(json.dumps(programs), json.dumps(plan))

    def tell(self, *lines: str) -> None:
        # Who is gone is not told; `why` says why.
        with contextlib.suppress(OSError):
            self.stdin.writelines(f"{line}\n" for line in lines)
            self.stdin.flush()

    def _listen(self) -> None:
        for line in self.stdout:
            # Anything else is what a machine greets those with who log in, or what a killed process has half said.
            if not (line.startswith("{") and line.endswith("}\n")):
                continue
            told = json.loads(line)
            self.heard = time.monotonic()
            self.error = told.get("error", self.error)
            self.complete = told.get("over", False)
            self.under_way = told.get("under_way", 0)
            self.seen(told.get("samples", []))
            if told.get("ready"):
                self.ready.set()
        self.over.set()
        self.ready.set()

    def give_up_after(self, seconds: float) -> None:
        """End a process that is there and says nothing, such as behind a line that is cut."""
        if not self.over.is_set() and time.monotonic() - self.heard > seconds:
            self.error = f"not heard of for {seconds:g} s"
            self.process.kill()

    @property
    def why(self) -> str:
        """Why it ended, in its words or those of ssh."""
        self.said.seek(0)
        said = self.said.read().strip().splitlines()
        return self.error or (said[-1].rstrip(".") if said else "it ended without a word")

    def end(self) -> None:
        # What could not be told any more need not be.
        with contextlib.suppress(OSError):
            self.stdin.close()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.thread.join()
        self.said.close()
        self.stdout.close()
