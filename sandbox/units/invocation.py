"""One run of a service: its processes, what they print, and their end (man systemd.kill)."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.units import execution, outcome, processes
from sandbox.units.commands import Command
from sandbox.units.journal import Stream
from sandbox.units.service_config import Service as Config
from sandbox.units.spawn import Execution, Process, StepFailed, spawn
from sandbox.units.values import INFINITY

if TYPE_CHECKING:
    from sandbox.units.service import Host, Service

_SIGKILL_PATIENCE_S = 5.0
_POLL_S = 0.02


class Invocation:
    def __init__(self, service: Service, host: Host) -> None:
        self.service, self.host = service, host
        self.id = uuid.uuid4().hex
        self.main: Process | None = None
        self.control: Process | None = None
        self.main_status: int | None = None
        self.environment: dict[str, str] = {}
        self.who: execution.Credentials | None = None
        self.streams: list[Stream] = []
        host.invocations.begin(service.name, self.id)

    @property
    def config(self) -> Config:
        """As of now: `daemon-reload` reaches a running service too."""
        return self.service.config

    def prepare(self) -> None:
        self.who = execution.credentials(self.config)
        execution.make_directories(self.config, self.who)
        self.environment = execution.environment(self.config, self.id, self.who)

    def spawn(self, command: Command, sockets: Sequence[tuple[str, int]] = ()) -> Process:
        executable = command.executable
        if executable is None:
            self.service.say(f"Failed to locate executable {command.path}: No such file or directory", 3)
        near, far = socket.socketpair()
        environment = {**self.environment, **_journal_stream(far)}
        if self.main:
            environment["MAINPID"] = str(self.main.pid)
        directory, optional = execution.working_directory(self.config, self.who)
        output = execution.open_output(self.config.standard_output, far.fileno(), far.fileno())
        error = execution.open_output(self.config.standard_error, far.fileno(), output)
        process = spawn(
            Execution(
                executable=executable or command.path,
                argv=command.argv(environment),
                environment=environment,
                directory=directory,
                directory_optional=optional,
                umask=self.config.umask,
                output=output,
                error=error,
                sockets=sockets,
                credentials=self.who,
                limits=self.config.limits,
                ignore_sigpipe=self.config.ignore_sigpipe,
            ),
            self.host.reaper.watch,
        )
        for fd in {output, error} - {far.fileno()}:
            os.close(fd)
        far.close()
        self._listen(near, command, process)
        process.executed.add_done_callback(lambda done: self._say_step(done.result(), command.path))
        return process

    def _listen(self, near: socket.socket, command: Command, process: Process) -> None:
        identifier = self.config.syslog_identifier or Path(command.path).name
        write, name, prefixed = self.host.journal.output, self.service.name, self.config.syslog_level_prefix
        self.streams.append(Stream(near, lambda line: write(name, line, identifier, process.pid, self.id, prefixed)))

    def _say_step(self, failed: StepFailed | None, path: str) -> None:
        if failed:
            where = self.config.working_directory if failed.step == "CHDIR" else path
            self.service.say(f"Failed at step {failed.step} spawning {path}: {where}: {os.strerror(failed.errno)}", 3)

    def collect_main(self) -> None:
        """The main process has ended: note how, with all it printed before."""
        if self.main:
            self.main_status, self.main = self.main.exited.result(), None
            self.drain()

    def collect_control(self) -> str:
        """As `collect_main` for a command beside it, and its result."""
        assert self.control
        status, self.control = self.control.exited.result(), None
        self.drain()
        result = outcome.of_control(status)
        if result != "success":
            self.service.say(f"Control process exited, {outcome.shown(status)}", 5)
        return result

    def drain(self) -> None:
        for stream in self.streams:
            stream.drain()

    def members(self) -> set[int]:
        return processes.members({self.id}, self._own())

    def _own(self) -> set[int]:
        return {process.pid for process in (self.main, self.control) if process}

    async def kill(self, state: str) -> None:
        """KillMode= decides who is asked to end; whoever is left after TimeoutStopSec= is made to."""
        mode, whole = self.config.kill_mode, self.config.kill_mode == "control-group"
        if mode == "none" or not self.members():
            return
        self.service.become("deactivating", state)
        asked = self.members() if whole else self._own()
        processes.send(asked, self.config.kill_signal)
        # A stopped process would not see it; SIGCONT follows, as in systemd.
        processes.send(asked, signal.SIGCONT)
        if self.config.send_sighup:
            processes.send(asked, signal.SIGHUP)
        if await self._gone(whole, self.config.timeout_stop):
            if mode == "mixed":
                await self._slay(whole=True)
            return
        self.service.fail("timeout")
        if not self.config.send_sigkill:
            self.service.say(f"State '{state}' timed out. Skipping SIGKILL.", 4)
            return
        self.service.say(f"State '{state}' timed out. Killing.", 4)
        self.service.become("deactivating", "stop-sigkill")
        await self._slay(whole=mode != "process")

    async def _slay(self, *, whole: bool) -> None:
        deadline = time.monotonic() + _SIGKILL_PATIENCE_S
        while left := self.members() if whole else self._own():
            if time.monotonic() > deadline:
                self.service.say(f"Processes still around after SIGKILL. Ignoring: {sorted(left)}", 4)
                return
            for pid in sorted(left):
                self.service.say(f"Killing process {pid} with signal SIGKILL.", 5)
            processes.send(left, signal.SIGKILL)
            await self._gone(whole, 1)

    async def _gone(self, whole: bool, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while True:
            exits = {process.exited for process in (self.main, self.control) if process}
            if exits:
                timeout = None if seconds == INFINITY else max(0.0, deadline - time.monotonic())
                await asyncio.wait(exits, timeout=timeout)
            if self.main and self.main.exited.done():
                self.service.main_exited()
            if self.control and self.control.exited.done():
                self.collect_control()
            if not self._own() and not (whole and self.members()):
                return True
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(_POLL_S)

    def end(self) -> None:
        self.drain()
        execution.remove_directories(self.config)
        self.host.invocations.end(self.service.name)


def _journal_stream(end: socket.socket) -> dict[str, str]:
    status = os.fstat(end.fileno())
    return {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
