"""A socket unit: it holds the listening socket, hands it to services, and starts one when a client comes.

As systemd's own: https://github.com/systemd/systemd/blob/v252/src/core/socket.c. `Sockets=` in a service makes the
socket trigger it too, so several services may be given the same socket at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.units.journal import Journal
from sandbox.units.socket_config import Address
from sandbox.units.socket_config import Socket as Config
from sandbox.units.state import JobFailed, State

_SOMAXCONN = 2**31 - 1  # the kernel takes net.core.somaxconn when it is less
IP_FREEBIND = 15  # linux/in.h; the socket module has no name for it


class Socket(State):
    config: Config

    def __init__(self, config: Config, journal: Journal, service_of: Callable[[str], Any],
                 triggered: Callable[[str], list[Any]], start: Callable[[str], None], host_address: str = "") -> None:  # fmt: skip
        super().__init__(config)
        self.journal, self.service_of, self.triggered, self.start_unit = journal, service_of, triggered, start
        self.host_address = host_address
        self.listeners: list[socket.socket] = []
        self._triggers: deque[float] = deque()

    async def start(self) -> None:
        if self.is_up:
            return
        service = self.service_of(self.config.service)
        if service is None:
            self._refuse(f"Socket service {self.config.service} not loaded, refusing.")
        elif not service.is_idle and service.sub != "auto-restart":
            self._refuse(f"Socket service {self.config.service} already active, refusing.")
        if not self.may_start():
            self.say("Start request repeated too quickly.", 4)
            self._end("start-limit-hit")
            raise JobFailed(self.name, self.result)
        self.result = "success"
        try:
            for address in self.config.listen_stream:
                self.listeners.append(_listen(address.on_host(self.host_address), self.config))
        except OSError as error:
            self.say(f"Failed to create listening socket ({address.shown}): {error.strerror}", 3)
            self._end("resources")
            self.journal.manager(self.name, f"Failed to listen on {self.config.description}.", 3)
            raise JobFailed(self.name, self.result) from None
        self.journal.manager(self.name, f"Listening on {self.config.description}.")
        self._watch()

    async def stop(self) -> None:
        if not self.is_idle:
            self._end("success")
            self.journal.manager(self.name, f"Closed {self.config.description}.")

    def descriptors(self, non_blocking: bool) -> list[tuple[str, int]]:
        for listener in self.listeners:
            os.set_blocking(listener.fileno(), not non_blocking)
        return [(self.config.file_descriptor_name, listener.fileno()) for listener in self.listeners]

    def service_changed(self, service: Any) -> None:
        """A service that this socket triggers changed its state."""
        if self.sub not in ("listening", "running"):
            return
        if service.start_limit_hit:
            self.say("Its service was started too often: the socket is closed with it.", 4)
            self._end("service-start-limit-hit")
        elif service.is_idle or service.sub in ("auto-restart", "final-sigterm", "final-sigkill"):
            self._watch()
        elif service.sub == "running":
            self._unwatch()
            self.set("active", "running")

    def _watch(self) -> None:
        self.set("active", "listening")
        for listener in self.listeners:
            asyncio.get_running_loop().add_reader(listener.fileno(), self._incoming)

    def _unwatch(self) -> None:
        for listener in self.listeners:
            asyncio.get_running_loop().remove_reader(listener.fileno())

    def _incoming(self) -> None:
        now = time.monotonic()
        self._unwatch()
        self.set("active", "running")
        if any(not service.is_idle for service in self.triggered(self.name)):
            return
        while self._triggers and now - self._triggers[0] > self.config.trigger_limit_interval:
            self._triggers.popleft()
        if 0 < self.config.trigger_limit_burst <= len(self._triggers):
            self.say("Trigger limit hit, refusing further activation.", 4)
            self._end("trigger-limit-hit")
            return
        self._triggers.append(now)
        self.start_unit(self.config.service)

    def _refuse(self, message: str) -> None:
        self.say(message, 3)
        raise JobFailed(self.name, "resources")

    def _end(self, result: str) -> None:
        self._unwatch()
        for listener, address in zip(self.listeners, self.config.listen_stream, strict=False):
            listener.close()
            if self.config.remove_on_stop and address.shown.startswith("/"):
                Path(address.shown).unlink(missing_ok=True)
        self.listeners = []
        self.result = result
        self.set(*(("inactive", "dead") if result == "success" else ("failed", "failed")))
        if result != "success":
            self.say(f"Failed with result '{result}'.", 4)

    def say(self, message: str, priority: int = 6) -> None:
        self.journal.manager(self.name, f"{self.name}: {message}", priority)


def _listen(address: Address, config: Config) -> socket.socket:
    listener = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        if address.family == socket.AF_UNIX:
            _bind_path(listener, address, config)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, config.reuse_port)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, config.no_delay)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, config.keep_alive)
            listener.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, config.free_bind)
            if address.family == socket.AF_INET6 and config.bind_ipv6_only != "default":
                only = config.bind_ipv6_only == "ipv6-only"
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
            listener.bind(address.address)
        listener.setblocking(False)
        listener.listen(min(config.backlog, _SOMAXCONN))
    except OSError:
        listener.close()
        raise
    return listener


def _bind_path(listener: socket.socket, address: Address, config: Config) -> None:
    if address.shown.startswith("/"):
        Path(address.shown).parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            Path(address.shown).unlink()
    listener.bind(address.address)
    if address.shown.startswith("/"):
        Path(address.shown).chmod(config.socket_mode)
