"""A service's process, made as systemd makes it: fork, set up, tell the parent what failed, exec (man systemd.exec)."""

from __future__ import annotations

import asyncio
import fcntl
import os
import resource
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

# https://www.freedesktop.org/software/systemd/man/systemd.exec.html#Process%20Exit%20Codes
STEPS = {"CHDIR": 200, "FDS": 202, "EXEC": 203, "LIMITS": 205, "SIGNAL_MASK": 207, "STDIN": 208, "STDOUT": 209,
         "SETSID": 220, "GROUP": 216, "USER": 217}  # fmt: skip
_FIRST_FD = 3


@dataclass(frozen=True)
class Credentials:
    user: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Execution:
    executable: str
    argv: Sequence[str]
    environment: dict[str, str]
    directory: str
    directory_optional: bool
    umask: int
    output: int
    error: int
    sockets: Sequence[tuple[str, int]] = ()
    credentials: Credentials | None = None
    limits: dict[int, tuple[int, int]] = field(default_factory=dict)
    ignore_sigpipe: bool = True


@dataclass(frozen=True)
class StepFailed:
    step: str
    errno: int


@dataclass(frozen=True)
class Process:
    pid: int
    exited: asyncio.Future[int]
    executed: asyncio.Future[StepFailed | None]


def spawn(execution: Execution, watch: Callable[[int], asyncio.Future[int]]) -> Process:
    report, reported = os.pipe()
    manager = os.getpid()
    # A signal that came between fork and exec would be swallowed by the manager's own handlers.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        pid = os.fork()
        if not pid:
            _child(execution, reported, manager)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    os.close(reported)
    return Process(pid, watch(pid), _read_report(report))


def _read_report(report: int) -> asyncio.Future[StepFailed | None]:
    """The pipe is closed by a successful exec."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[StepFailed | None] = loop.create_future()

    def readable() -> None:
        data = os.read(report, 64).decode()
        loop.remove_reader(report)
        os.close(report)
        if not future.done():
            future.set_result(StepFailed(data.split()[0], int(data.split()[1])) if data else None)

    loop.add_reader(report, readable)
    return future


def _child(execution: Execution, reported: int, manager: int) -> None:
    step = "SIGNAL_MASK"
    try:
        reported = _above(reported, execution)
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_DFL)
        if execution.ignore_sigpipe:
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if os.getppid() != manager:
            os._exit(0)
        step = "SETSID"
        os.setsid()
        step = "STDIN"
        _redirect(execution)
        step = "FDS"
        environment = {**execution.environment, **_pass_sockets(execution)}
        step = "LIMITS"
        for which, pair in execution.limits.items():
            resource.setrlimit(which, pair)
        os.umask(execution.umask)
        if execution.credentials and os.geteuid() == 0:
            step = "GROUP"
            os.setgid(execution.credentials.gid)
            os.initgroups(execution.credentials.user, execution.credentials.gid)
            step = "USER"
            os.setuid(execution.credentials.uid)
        step = "CHDIR"
        try:
            os.chdir(execution.directory)
        except OSError:
            if not execution.directory_optional:
                raise
        step = "EXEC"
        environment["SYSTEMD_EXEC_PID"] = str(os.getpid())
        os.execve(execution.executable, list(execution.argv), environment)
    except OSError as error:
        os.write(reported, f"{step} {error.errno}".encode())
    except BaseException:
        os.write(reported, f"{step} 22".encode())
    finally:
        os._exit(STEPS[step])


def _above(fd: int, execution: Execution) -> int:
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _FIRST_FD + len(execution.sockets))


def _redirect(execution: Execution) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(execution.output, 1)
    os.dup2(execution.error, 2)


def _pass_sockets(execution: Execution) -> dict[str, str]:
    """Socket activation (man sd_listen_fds). First out of the way: a source may itself be one of the targets."""
    if not execution.sockets:
        return {}
    sources = [_above(fd, execution) for _, fd in execution.sockets]
    for number, fd in enumerate(sources):
        os.dup2(fd, _FIRST_FD + number)
    return {
        "LISTEN_PID": str(os.getpid()),
        "LISTEN_FDS": str(len(sources)),
        "LISTEN_FDNAMES": ":".join(name for name, _ in execution.sockets),
    }
