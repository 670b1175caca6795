"""How a process ended, and whether its service starts again (man systemd.service, Restart=, SuccessExitStatus=)."""

from __future__ import annotations

import signal

from sandbox.units.service_config import Service
from sandbox.units.spawn import STEPS
from sandbox.units.values import signal_name

_CLEAN_SIGNALS = {signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE}
_CORE_SIGNALS = {signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGQUIT, signal.SIGSEGV,
                 signal.SIGSYS, signal.SIGTRAP, signal.SIGXCPU, signal.SIGXFSZ}  # fmt: skip
_UNCLEAN = {"exit-code", "signal", "core-dump", "timeout", "resources", "protocol"}
_RESTART_ON: dict[str, set[str]] = {
    "no": set(),
    "always": _UNCLEAN | {"success"},
    "on-success": {"success"},
    "on-failure": _UNCLEAN,
    "on-abnormal": {"signal", "core-dump", "timeout"},
    "on-abort": {"signal", "core-dump"},
    "on-watchdog": set(),
}


def of_main(status: int, config: Service) -> str:
    """The service result for the exit code, or minus the signal, of its main process."""
    clean_signal = config.type != "oneshot" and -status in _CLEAN_SIGNALS
    return "success" if clean_signal or status in config.success_exit_status else of_control(status)


def of_control(status: int) -> str:
    if status >= 0:
        return "exit-code" if status else "success"
    return "core-dump" if -status in _CORE_SIGNALS else "signal"


def restarts(result: str, status: int | None, config: Service) -> bool:
    if status is not None:
        if status in config.restart_prevent_exit_status:
            return False
        if status in config.restart_force_exit_status:
            return True
    return result in _RESTART_ON[config.restart]


def shown(status: int) -> str:
    if status < 0:
        how = "dumped" if -status in _CORE_SIGNALS else "killed"
        return f"code={how}, status={-status}/{signal_name(-status)}"
    names = {number: name for name, number in STEPS.items()} | {0: "SUCCESS", 1: "FAILURE"}
    return f"code=exited, status={status}/{names.get(status, 'n/a')}"
