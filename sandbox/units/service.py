"""A service's life: start, run, restart, stop (man systemd.service)."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sandbox.units import execution, outcome, processes
from sandbox.units.commands import Command
from sandbox.units.invocation import Invocation
from sandbox.units.journal import Journal
from sandbox.units.service_config import Service as Config
from sandbox.units.state import JobFailed, State
from sandbox.units.values import INFINITY

T = TypeVar("T")


class Failure(Exception):
    """This run of the service failed; the text is a service result."""


class Stopped(Exception):
    """A stop was asked for while the service was starting or running."""


@dataclass(frozen=True)
class Host:
    """What a service needs from its manager."""

    journal: Journal
    reaper: processes.Reaper
    invocations: processes.Invocations
    sockets_of: Callable[[Service], list[tuple[str, int]]]
    changed: Callable[[Service], None]


class Service(State):
    config: Config

    def __init__(self, config: Config, host: Host) -> None:
        super().__init__(config)
        self.host = host
        self.invocation: Invocation | None = None
        self.restarts = 0
        self.main_pid = 0
        self.main_started: float | None = None
        self.main_ended: float | None = None
        self.main_status: int | None = None
        self._life: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._started: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    # Jobs

    async def start(self) -> None:
        if self.active == "deactivating":
            await self._ended()
        if self.is_up:
            return
        if self._life is None:
            self._stop.clear()
            self.restarts = 0
            self._started = asyncio.get_running_loop().create_future()
            self._life = asyncio.create_task(self._live())
        result = await asyncio.shield(self._started)
        if result != "done":
            raise JobFailed(self.name, result)

    async def stop(self) -> None:
        self._stop.set()
        await self._ended()

    async def reload(self) -> None:
        invocation = self.invocation
        assert invocation
        self.become("reloading", "reload")
        self.tell(f"Reloading {self.config.description}...")
        try:
            await self._commands(invocation, self.config.exec_reload, self.config.timeout_start)
        except Failure as failure:
            self.tell(f"Reload failed for {self.config.description}.", 3)
            raise JobFailed(self.name, str(failure)) from None
        finally:
            if self.active == "reloading":
                self.become("active", "running" if invocation.main else "exited")
        self.tell(f"Reloaded {self.config.description}.")

    async def _ended(self) -> None:
        if self._life:
            await asyncio.wait({self._life})

    # Life

    async def _live(self) -> None:
        while True:
            if not self.may_start():
                self.say("Start request repeated too quickly.", 4)
                self.result = "start-limit-hit"
                break
            await self._run()
            if self._stop.is_set() or not outcome.restarts(self.result, self.main_status, self.config):
                break
            self._say_end()
            self.become("activating", "auto-restart")
            self._resolve("done" if self.result == "success" else self.result)
            if await self._stops_within(self.config.restart_sec):
                self.result = "success"
                break
            self.restarts += 1
            self.say(f"Scheduled restart job, restart counter is at {self.restarts}.")
            self._started = asyncio.get_running_loop().create_future()
        self._life = None
        self._say_end()
        self.become(*(("inactive", "dead") if self.result == "success" else ("failed", "failed")))
        self._resolve("canceled" if self._stop.is_set() else "done" if self.result == "success" else self.result)

    async def _run(self) -> None:
        """One invocation, from its first ExecStartPre= until nothing of it is left."""
        self.result, self.main_status = "success", None
        self.invocation = invocation = Invocation(self, self.host)
        up = False
        try:
            up = await self._start_up(invocation)
            self.tell(f"{'Finished' if self.config.type == 'oneshot' else 'Started'} {self.config.description}.")
            self._resolve("done")
            await self._stay(invocation)
        except Stopped:
            self.tell(f"Stopping {self.config.description}...")
        except Failure as failure:
            self.fail(str(failure))
        except execution.CannotPrepare as error:
            self.say(str(error), 4)
            self.fail("resources")
        await self._wind_down(invocation, up)

    async def _start_up(self, invocation: Invocation) -> bool:
        """Whether the service is up: a oneshot without RemainAfterExit= never is."""
        config, deadline = self.config, time.monotonic() + (self.config.timeout_start or INFINITY)
        self.become("activating", "start-pre" if config.exec_start_pre else "start")
        self.tell(f"Starting {config.description}...")
        invocation.prepare()
        await self._commands(invocation, config.exec_start_pre, deadline - time.monotonic(), stoppable=True)
        self.become("activating", "start")
        for command in config.exec_start:
            await self._start_main(invocation, command, deadline)
        if config.exec_start_post:
            self.become("activating", "start-post")
            await self._commands(invocation, config.exec_start_post, deadline - time.monotonic(), stoppable=True)
        if config.type == "oneshot" and not config.remain_after_exit:
            return False
        self.become("active", "running" if invocation.main else "exited")
        return True

    async def _start_main(self, invocation: Invocation, command: Command, deadline: float) -> None:
        process = invocation.main = invocation.spawn(command, self.host.sockets_of(self))
        self.main_pid, self.main_started, self.main_ended = process.pid, time.time(), None
        if self.config.type == "exec":
            if await self._unless_stopped(asyncio.shield(process.executed), deadline - time.monotonic()):
                await process.exited
                self.main_exited()
                raise Failure(self.result)
        elif self.config.type == "oneshot":
            await self._unless_stopped(asyncio.shield(process.exited), deadline - time.monotonic())
            self.main_exited(command)
            if self.result != "success":
                raise Failure(self.result)

    async def _stay(self, invocation: Invocation) -> None:
        if invocation.main:
            await self._unless_stopped(asyncio.shield(invocation.main.exited), INFINITY)
            self.main_exited()
            if self.config.remain_after_exit and self.result == "success":
                self.become("active", "exited")
        if self.sub == "exited":
            await self._unless_stopped(asyncio.get_running_loop().create_future(), INFINITY)

    async def _wind_down(self, invocation: Invocation, was_up: bool) -> None:
        try:
            if was_up and self.config.exec_stop:
                self.become("deactivating", "stop")
                await self._commands(invocation, self.config.exec_stop, self.config.timeout_stop)
        except Failure as failure:
            self.fail(str(failure))
        await invocation.kill("stop-sigterm")
        try:
            if self.config.exec_stop_post:
                self.become("deactivating", "stop-post")
                invocation.environment["SERVICE_RESULT"] = self.result
                await self._commands(invocation, self.config.exec_stop_post, self.config.timeout_stop)
        except Failure as failure:
            self.fail(str(failure))
        await invocation.kill("final-sigterm")
        invocation.end()

    def main_exited(self, command: Command | None = None) -> None:
        """The main process is gone, whoever ended it; `-` before its command forgives its exit code."""
        assert self.invocation
        self.invocation.collect_main()
        status = self.main_status = self.invocation.main_status
        self.main_ended = time.time()
        assert status is not None
        result = outcome.of_main(status, self.config)
        if result != "success":
            self.say(f"Main process exited, {outcome.shown(status)}", 5)
        if not (command or self.config.exec_start[0]).ignore_failure:
            self.fail(result)

    async def _commands(self, invocation: Invocation, commands: list[Command], seconds: float | None, *, stoppable: bool = False) -> None:
        """Run one after the other; the first that fails without a `-` ends it."""
        deadline = time.monotonic() + (INFINITY if seconds is None else seconds)
        for command in commands:
            invocation.control = process = invocation.spawn(command)
            exited, remaining = asyncio.shield(process.exited), deadline - time.monotonic()
            try:
                await self._unless_stopped(exited, remaining, stoppable=stoppable)
            except Failure:
                processes.send({process.pid}, signal.SIGKILL)
                await process.exited
                invocation.collect_control()
                raise
            result = invocation.collect_control()
            if result != "success" and not command.ignore_failure:
                raise Failure(result)

    # Waiting

    async def _unless_stopped(self, awaited: Awaitable[T], seconds: float, *, stoppable: bool = True) -> T:
        stop = asyncio.ensure_future(self._stop.wait())
        job = asyncio.ensure_future(awaited)
        try:
            timeout = None if seconds == INFINITY else max(0.0, seconds)
            waited = {stop, job} if stoppable else {job}
            await asyncio.wait(waited, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if job.done():
                return job.result()
            if stop.done() and stoppable:
                raise Stopped
            self.say(f"{self.sub} operation timed out. Terminating.", 4)
            raise Failure("timeout")
        finally:
            stop.cancel()
            job.cancel()

    async def _stops_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return False
        return True

    # Telling

    def become(self, active: str, sub: str) -> None:
        self.set(active, sub)
        self.host.changed(self)

    def fail(self, result: str) -> None:
        """The first thing that went wrong is the service's result."""
        if self.result == "success":
            self.result = result

    def _resolve(self, result: str) -> None:
        if not self._started.done():
            self._started.set_result(result)

    def say(self, message: str, priority: int = 6) -> None:
        self.tell(f"{self.name}: {message}", priority)

    def tell(self, message: str, priority: int = 6) -> None:
        invocation = self.invocation.id if self.invocation else ""
        self.host.journal.manager(self.name, message, priority, INVOCATION_ID=invocation)

    def _say_end(self) -> None:
        if self.result == "success":
            self.say("Deactivated successfully.")
        else:
            self.say(f"Failed with result '{self.result}'.", 4)
        if self._stop.is_set():
            self.tell(f"Stopped {self.config.description}.")
        elif self.result != "success" and not self._started.done():
            self.tell(f"Failed to start {self.config.description}.", 3)
