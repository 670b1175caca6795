"""What a daemon is told, and what is heard of it."""

from __future__ import annotations

import json
import queue
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from sandbox.link import Link


class Of(Link):
    lock = threading.RLock()

    def __init__(self, path: Path) -> None:
        super().__init__(path, "test")
        self.wanted: dict[str, Any] = {}
        self.said: queue.Queue[Any] = queue.Queue()

    def order(self) -> dict[str, Any]:
        return dict(self.wanted)

    def heard(self, said: dict[str, Any]) -> None:
        self.said.put(said)


class Daemon:
    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.listener.settimeout(10)

    def accept(self) -> Any:
        self.client, _ = self.listener.accept()
        self.client.settimeout(10)
        return self.client.makefile()

    def close(self) -> None:
        self.client.close()
        self.listener.close()


@pytest.fixture
def link(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = Of(Path("daemon.sock"))
    made.start()
    return made


def test_a_daemon_is_told_what_has_changed_once_and_is_heard(link):
    daemon = Daemon(Path("daemon.sock"))
    link.wanted = {"things": {"a": 1}}
    link.wake()
    lines = daemon.accept()
    assert json.loads(lines.readline()) == {"things": {"a": 1}}
    link.wake()
    link.wanted = {"things": {}}
    link.wake()
    assert json.loads(lines.readline()) == {"things": {}}
    daemon.client.sendall(b'{"thing": "a", "gone": tr')
    daemon.client.sendall(b'ue}\n{"thing": "b"}\n')
    assert [link.said.get(timeout=10) for _ in range(2)] == [{"thing": "a", "gone": True}, {"thing": "b"}]
    lines.close()
    daemon.close()


def test_one_that_was_restarted_is_told_everything(link):
    first = Daemon(Path("daemon.sock"))
    link.wanted = {"things": {"a": 1}}
    link.wake()
    lines = first.accept()
    lines.readline()
    second = Daemon(Path("daemon.sock"))
    lines.close()
    first.close()
    with second.accept() as again:
        assert json.loads(again.readline()) == {"things": {"a": 1}}
    second.close()
