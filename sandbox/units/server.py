"""The process that serves one host: its lock, its control socket, its end."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import shlex
import signal
import sys
import time
from pathlib import Path

from sandbox.units import systemctl
from sandbox.units.manager import Manager
from sandbox.units.processes import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, Invocations, fork_undertaker, prctl

PACKAGE = Path(__file__).resolve().parent
LOCK_PATIENCE_S = 2.0
_FOLDERS = ("etc/systemd/system", "run", "var/log/journal", "bin")


class CannotServe(Exception):
    """Said to the caller as it is."""


def serve(root: Path, address: str = "") -> None:
    if sys.platform != "linux":
        raise CannotServe(f"The service manager needs Linux (/proc, prctl); this is {sys.platform}.")
    parent = os.getppid()
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    for folder in _FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    # The descriptors are kept open as long as this process lives.
    lock = _lock(root)
    _write_executables(root)
    invocations = Invocations(root)
    invocations.kill_left_over()
    alive = fork_undertaker(invocations)
    try:
        asyncio.run(_serve(root, invocations, address))
    finally:
        os.close(alive)
        os.close(lock)


def _lock(root: Path) -> int:
    path = root / "run/units.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    # The undertaker of a manager that was killed keeps the lock until the services are gone.
    deadline = time.monotonic() + LOCK_PATIENCE_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise CannotServe(f"{root} has a service manager already, process {path.read_text().strip()}.") from None
            time.sleep(0.02)
    os.ftruncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())
    return lock


def _write_executables(root: Path) -> None:
    client = [sys.executable, "-IS", str(PACKAGE / "client.py"), str(root)]
    reader = [
        "env",
        f"PYTHONPATH={PACKAGE.parents[1]}",
        sys.executable,
        "-S",
        "-m",
        "sandbox.units.journalctl",
        str(root),
    ]
    for name, command in (("systemctl", client), ("journalctl", reader)):
        path = root / "bin" / name
        # Replaced whole: another process may be about to run it.
        new = path.with_name(f".{name}.new")
        new.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        new.chmod(0o755)
        new.replace(path)


async def _serve(root: Path, invocations: Invocations, address: str) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, ended.set)
    manager = Manager(root, invocations, address)
    # A relative path: one of a socket is at most 107 bytes long.
    os.chdir(root / "run")
    Path("units.sock").unlink(missing_ok=True)
    mask = os.umask(0o077)
    server = await asyncio.start_unix_server(lambda *streams: _answer(manager, *streams), "units.sock")
    os.umask(mask)
    boot = asyncio.create_task(manager.boot())
    await ended.wait()
    boot.cancel()
    await manager.shutdown()
    server.close()
    Path("units.sock").unlink(missing_ok=True)


async def _answer(manager: Manager, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        line = await reader.readline()
        if line:
            try:
                answer = await systemctl.run(manager, json.loads(line))
            except Exception as error:
                answer = ("", f"The service manager failed on {line.decode().strip()}: {error!r}\n", 1)
            writer.write(json.dumps(answer).encode())
            await writer.drain()
    writer.close()
