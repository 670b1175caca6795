"""A thread in the emulator that tells a daemon what is to be, in JSON lines on a socket, and hears what became of it.

It sleeps while there is nothing to be. Whenever what is to be has changed, the daemon is told all of it; a daemon that was restarted too.
"""

from __future__ import annotations

import json
import logging
import os
import select
import socket
import threading
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

_RETRY_SECONDS = 0.2
_CHUNK = 1 << 16


class Link:
    # Held while the account is read, and while it is changed by what was heard.
    lock: threading.RLock

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        self._socket: socket.socket | None = None
        self._rest = b""
        self._sent: dict[str, Any] = {}

    def order(self) -> dict[str, Any]:
        """All that is to be."""
        raise NotImplementedError

    def connected(self) -> None:
        """The daemon is a new one, which knows of nothing."""

    def told(self) -> None:
        """The last order was sent."""

    def heard(self, said: dict[str, Any]) -> None:
        raise NotImplementedError

    @property
    def is_connected(self) -> bool:
        return self._socket is not None

    def start(self) -> None:
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def wake(self) -> None:
        os.write(self._wake, b"!")

    def _run(self) -> None:
        while True:
            try:
                self._turn()
            except Exception:
                log.exception("%s was not brought up to date", self._name)
                self._close()

    def _turn(self) -> None:
        """Wait for the account to change or the daemon to speak, and be quick about it where the daemon is not there yet."""
        with self.lock:
            order = self.order()
        there = any(order.values())
        if there and not self._socket:
            self._connect()
        if self._socket and order != self._sent:
            self._socket.sendall(json.dumps(order).encode() + b"\n")
            self._sent = order
            self.told()
        waiting: list[Any] = [self._woken, *([self._socket] if self._socket else [])]
        ready, _, _ = select.select(waiting, [], [], _RETRY_SECONDS if there and not self._socket else None)
        if self._woken in ready:
            os.read(self._woken, _CHUNK)
        if self._socket in ready:
            self._take()

    def _connect(self) -> None:
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(str(self._path))
        except OSError:
            client.close()
            return
        self._socket, self._sent, self._rest = client, {}, b""
        self.connected()

    def _close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None

    def _take(self) -> None:
        assert self._socket
        data = self._socket.recv(_CHUNK)
        if not data:  # the daemon is gone; the next one is told everything
            self._close()
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        with self.lock:
            for line in lines:
                self.heard(json.loads(line))
