"""A container: a process in a group of its own, what it prints, and its health check."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)
_CHUNK = 1 << 16
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html, without the 26 bytes of an event's own
LONGEST_LINE = 256 * 1024 - 26
_FLUSH_SECONDS = 0.2
# Who has left the process group may hold the pipe.
_LAST_WORDS_SECONDS = 2.0
# https://docs.docker.com/engine/containers/run/#exit-status
NOT_FOUND, NOT_EXECUTABLE = 127, 126

Report = Callable[[dict[str, Any]], None]


class Container:
    def __init__(self, task: str, order: dict[str, Any], root: Path, report: Report, speed: float) -> None:
        self.name: str = order["name"]
        self.essential: bool = order["essential"]
        self.order = order
        self.health = "UNKNOWN"
        self.exit_code: int | None = None
        self.reason = ""
        self.started = asyncio.Event()
        self.ended = asyncio.Event()
        self.changed = asyncio.Event()
        self.process: asyncio.subprocess.Process | None = None
        self._task = task
        self._directory = root / order["directory"].lstrip("/")
        self._say = report
        self._speed = speed
        self._helpers: list[asyncio.Task[None]] = []

    def report(self, **said: Any) -> None:
        self._say({"task": self._task, "container": self.name, **said})

    async def start(self) -> None:
        # A pipe of asyncio's own would have waiting for the process wait for all that it has started, too.
        output, given = os.pipe()
        try:
            self.process = await self._run(self.order["command"], given)
        except OSError as error:
            os.close(output)
            self.exit_code = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
            self.reason = f"CannotStartContainerError: {self.order['command'][:1]}: {error.strerror}"
            self._end()
            return
        finally:
            os.close(given)
        log.info("%s/%s has pid %s", self._task, self.name, self.process.pid)
        self.report(state="RUNNING", pid=self.process.pid)
        self.started.set()
        self._helpers = [asyncio.ensure_future(self._wait(asyncio.ensure_future(self._read(output))))]
        if self.order["health"]:
            self._helpers.append(asyncio.ensure_future(self._check()))

    async def _run(self, command: list[str], output: int) -> asyncio.subprocess.Process:
        environment = {"PATH": os.environ.get("PATH", os.defpath), **self.order["environment"]}
        found = shutil.which(command[0], path=environment["PATH"]) if command and "/" not in command[0] else None
        program = found or str(self._directory / command[0]) if command else ""
        return await asyncio.create_subprocess_exec(
            program,
            *command[1:],
            cwd=self._directory,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )

    async def _read(self, output: int) -> None:
        """Line by line, as the driver awslogs has it."""
        stream = asyncio.StreamReader()
        reader, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(output, "rb", 0)
        )
        try:
            await self._tell(stream)
        finally:
            reader.close()

    async def _tell(self, stream: asyncio.StreamReader) -> None:
        rest, lines, due = b"", list[tuple[int, str]](), 0.0
        while True:
            try:
                data = await asyncio.wait_for(stream.read(_CHUNK), max(0.0, due - time.monotonic()) if lines else None)
            except TimeoutError:
                self.report(lines=lines)
                lines = []
                continue
            due = due if lines else time.monotonic() + _FLUSH_SECONDS
            *whole, rest = (rest + data).split(b"\n")
            if len(rest) > LONGEST_LINE or not data:
                whole, rest = [*whole, rest], b""
            now = int(time.time() * 1000)
            lines += [(now, line.decode(errors="replace")) for line in whole if line]
            if not data:
                break
        if lines:
            self.report(lines=lines)

    async def _wait(self, reading: asyncio.Task[None]) -> None:
        assert self.process
        await self.process.wait()
        # Whatever it has started ends with it, as with a container.
        self._kill_group(signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reading, _LAST_WORDS_SECONDS)
        code = self.process.returncode or 0
        self.exit_code = 128 - code if code < 0 else code
        log.info("%s/%s (pid %s) ended with %s", self._task, self.name, self.process.pid, self.exit_code)
        self._end()

    def _end(self) -> None:
        self.report(state="STOPPED", exit=self.exit_code, reason=self.reason)
        self.ended.set()
        self.changed.set()

    async def _check(self) -> None:
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html"""
        check, failures, begin = self.order["health"], 0, time.monotonic()
        kind, *words = check["command"]
        command = ["/bin/sh", "-c", *words] if kind == "CMD-SHELL" else words
        while not self.ended.is_set():
            await asyncio.sleep(check["interval"] / self._speed)
            if await self._answers(command, check["timeout"]):
                failures, state = 0, "HEALTHY"
            else:
                in_start = time.monotonic() - begin < check["start_period"] / self._speed
                failures += 0 if in_start and self.health == "UNKNOWN" else 1
                state = "UNHEALTHY" if failures >= check["retries"] else self.health
            if state != self.health and not self.ended.is_set():
                self.health = state
                self.changed.set()
                self.report(health=state)

    async def _answers(self, command: list[str], seconds: float) -> bool:
        try:
            process = await self._run(command, asyncio.subprocess.DEVNULL)
        except OSError:
            return False
        try:
            return await asyncio.wait_for(process.wait(), seconds) == 0
        except TimeoutError:
            return False
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """As AWS does: asked to end, and killed when it has not after the stop timeout."""
        if not self.process or self.ended.is_set():
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        try:
            await asyncio.wait_for(self.ended.wait(), self.order["stop_timeout"])
        except TimeoutError:
            log.info("%s/%s did not end in %s s and is killed", self._task, self.name, self.order["stop_timeout"])
            self._kill_group(signal.SIGKILL)
            await self.ended.wait()

    def close(self) -> None:
        self._kill_group(signal.SIGKILL)
        for helper in self._helpers:
            helper.cancel()

    def _kill_group(self, number: signal.Signals) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
