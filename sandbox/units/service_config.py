"""[Service] (man systemd.service, systemd.exec, systemd.kill)."""

from __future__ import annotations

import os
import pwd
import resource
import signal
from dataclasses import dataclass, field

from sandbox.units import commands, config, values, words
from sandbox.units.config import Fatal, Unit, choice, listed, parsed, text
from sandbox.units.envfile import NAME
from sandbox.units.values import ExitStatuses

RESTARTS = ("no", "always", "on-success", "on-failure", "on-abnormal", "on-abort", "on-watchdog")
KILL_MODES = ("control-group", "mixed", "process", "none")
TYPES = ("simple", "exec", "oneshot")
OTHER_TYPES = ("forking", "dbus", "notify", "notify-reload", "idle")
LIMITS = {
    f"Limit{name}": getattr(resource, f"RLIMIT_{name}")
    for name in ("CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NOFILE", "AS", "NPROC", "MEMLOCK", "SIGPENDING",
                 "MSGQUEUE", "NICE", "RTPRIO", "RTTIME")
    if hasattr(resource, f"RLIMIT_{name}")
}  # fmt: skip
DIRECTORIES = {
    "RuntimeDirectory": "run",
    "StateDirectory": "var/lib",
    "CacheDirectory": "var/cache",
    "LogsDirectory": "var/log",
    "ConfigurationDirectory": "etc",
}


@dataclass
class Service(Unit):
    type: str = "simple"
    exec_start: list[commands.Command] = field(default_factory=list)
    exec_start_pre: list[commands.Command] = field(default_factory=list)
    exec_start_post: list[commands.Command] = field(default_factory=list)
    exec_reload: list[commands.Command] = field(default_factory=list)
    exec_stop: list[commands.Command] = field(default_factory=list)
    exec_stop_post: list[commands.Command] = field(default_factory=list)
    working_directory: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    environment_files: list[str] = field(default_factory=list)
    unset_environment: list[str] = field(default_factory=list)
    user: str = ""
    group: str = ""
    umask: int = 0o022
    limits: dict[int, tuple[int, int]] = field(default_factory=dict)
    directories: dict[str, list[str]] = field(default_factory=dict)
    directory_modes: dict[str, int] = field(default_factory=dict)
    standard_output: str = "journal"
    standard_error: str = "inherit"
    syslog_identifier: str = ""
    syslog_level_prefix: bool = True
    ignore_sigpipe: bool = True
    sockets: list[str] = field(default_factory=list)
    non_blocking: bool = False
    restart: str = "no"
    restart_sec: float = 0.1
    remain_after_exit: bool = False
    success_exit_status: ExitStatuses = field(default_factory=ExitStatuses)
    restart_prevent_exit_status: ExitStatuses = field(default_factory=ExitStatuses)
    restart_force_exit_status: ExitStatuses = field(default_factory=ExitStatuses)
    timeout_start: float | None = None
    timeout_stop: float = 90.0
    kill_signal: int = signal.SIGTERM
    kill_mode: str = "control-group"
    send_sighup: bool = False
    send_sigkill: bool = True

    def verify(self) -> None:
        """systemd's own checks of a whole service, and this manager's one: it cannot become another user."""
        if not self.exec_start and not self.exec_stop:
            self.bad("Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing.")
        elif self.type != "oneshot" and not self.exec_start:
            self.bad("Service has no ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.")
        elif self.type != "oneshot" and len(self.exec_start) > 1:
            self.bad("Service has more than one ExecStart= setting, which is only allowed for Type=oneshot services. "
                     "Refusing.")  # fmt: skip
        elif self.type == "oneshot" and self.restart in ("always", "on-success"):
            self.bad("Service has Restart= set to either always or on-success, which isn't allowed for Type=oneshot "
                     "services. Refusing.")  # fmt: skip
        if self.user and os.geteuid() and self.user not in _names_of_this_user():
            self.bad(f"User={self.user}: this manager runs as {_names_of_this_user()[0]}, not as root, and cannot "
                     "start a service as another user")  # fmt: skip
        if self.timeout_start is None:
            self.timeout_start = values.INFINITY if self.type == "oneshot" else 90.0
        self.wants += [name for name in self.sockets if name not in self.wants]
        self.after += [name for name in self.sockets if name not in self.after]


def _names_of_this_user() -> tuple[str, str]:
    return pwd.getpwuid(os.geteuid()).pw_name, str(os.geteuid())


def _commands(attribute: str) -> config.Reader:
    def read(unit: Service, value: str) -> None:
        if not value:
            setattr(unit, attribute, [])
            return
        try:
            getattr(unit, attribute).extend(commands.parse(value, unit.name, unit.root))
        except ValueError as error:
            raise Fatal(str(error)) from None

    return read


def _type(unit: Service, value: str) -> None:
    if value in OTHER_TYPES:
        raise Fatal(f"Type={value} is known to systemd and not emulated by this host's manager: {', '.join(TYPES)} are")
    choice("type", "service type", TYPES)(unit, value)


def _working_directory(unit: Service, value: str) -> None:
    path = unit.expand(value)
    if path.lstrip("-") not in ("", "~") and not path.removeprefix("-").startswith("/"):
        raise Fatal(f"WorkingDirectory= path is not absolute: {path}")
    unit.working_directory = path


def _environment(unit: Service, value: str) -> None:
    if not value:
        unit.environment = {}
        return
    try:
        assignments = [unit.expand(word) for word in words.split(value)]
    except words.UnbalancedQuoting:
        raise ValueError("Invalid syntax") from None
    bad = []
    for assignment in assignments:
        name, equals, content = assignment.partition("=")
        if equals and NAME.fullmatch(name):
            unit.environment[name] = content
        else:
            bad.append(assignment)
    if bad:
        raise ValueError(f"Invalid environment assignment, ignoring: {bad[0].partition('=')[0]}")


def _environment_file(unit: Service, value: str) -> None:
    path = unit.expand(value)
    if not path:
        unit.environment_files = []
    elif not path.removeprefix("-").startswith("/"):
        raise ValueError("EnvironmentFile= path is not absolute")
    else:
        unit.environment_files.append(path)


def _output(attribute: str) -> config.Reader:
    def read(unit: Service, value: str) -> None:
        if value.partition(":")[0] not in ("inherit", "null", "journal", "file", "append", "truncate"):
            raise Fatal(f"output '{value}' is not emulated by this host's manager: journal, null, inherit, file:, "
                        "append: and truncate: are")  # fmt: skip
        setattr(unit, attribute, unit.expand(value))

    return read


def _statuses(attribute: str) -> config.Reader:
    def read(unit: Service, value: str) -> None:
        new = values.exit_statuses(value.split())
        setattr(unit, attribute, getattr(unit, attribute) | new if value else ExitStatuses())

    return read


def _directories(kind: str) -> config.Reader:
    def read(unit: Service, value: str) -> None:
        names = [unit.expand(word) for word in words.split(value)]
        if any(name.startswith("/") or ".." in name.split("/") for name in names):
            raise ValueError(f"{kind}= path is not valid")
        unit.directories[kind] = unit.directories.get(kind, []) + names if value else []

    return read


def _timeout(unit: Service, value: str) -> None:
    unit.timeout_start = unit.timeout_stop = values.timespan(value) or values.INFINITY


def _span(attribute: str) -> config.Reader:
    """A timeout, where 0 means none."""
    return parsed(attribute, lambda value: values.timespan(value) or values.INFINITY)


def _limit(number: int) -> config.Reader:
    return lambda unit, value: unit.limits.__setitem__(number, values.limit(value))


def _mode(kind: str) -> config.Reader:
    return lambda unit, value: unit.directory_modes.__setitem__(kind, values.mode(value))


SERVICE: dict[str, config.Reader] = {
    **{key: _commands(attribute) for key, attribute in (
        ("ExecStart", "exec_start"), ("ExecStartPre", "exec_start_pre"), ("ExecStartPost", "exec_start_post"),
        ("ExecReload", "exec_reload"), ("ExecStop", "exec_stop"), ("ExecStopPost", "exec_stop_post"))},
    **{key: _limit(number) for key, number in LIMITS.items()},
    **{kind: _directories(kind) for kind in DIRECTORIES},
    **{f"{kind}Mode": _mode(kind) for kind in DIRECTORIES},
    "Type": _type,
    "WorkingDirectory": _working_directory,
    "Environment": _environment,
    "EnvironmentFile": _environment_file,
    "UnsetEnvironment": listed("unset_environment"),
    "User": text("user"),
    "Group": text("group"),
    "UMask": parsed("umask", values.mode),
    "StandardOutput": _output("standard_output"),
    "StandardError": _output("standard_error"),
    "SyslogIdentifier": text("syslog_identifier"),
    "SyslogLevelPrefix": parsed("syslog_level_prefix", values.boolean),
    "IgnoreSIGPIPE": parsed("ignore_sigpipe", values.boolean),
    "Sockets": listed("sockets"),
    "NonBlocking": parsed("non_blocking", values.boolean),
    "Restart": choice("restart", "service restart specifier", RESTARTS),
    "RestartSec": parsed("restart_sec", values.timespan),
    "RemainAfterExit": parsed("remain_after_exit", values.boolean),
    "SuccessExitStatus": _statuses("success_exit_status"),
    "RestartPreventExitStatus": _statuses("restart_prevent_exit_status"),
    "RestartForceExitStatus": _statuses("restart_force_exit_status"),
    "TimeoutSec": _timeout,
    "TimeoutStartSec": _span("timeout_start"),
    "TimeoutStopSec": _span("timeout_stop"),
    "KillSignal": parsed("kill_signal", values.signal_number),
    "KillMode": choice("kill_mode", "kill mode specification", KILL_MODES),
    "SendSIGHUP": parsed("send_sighup", values.boolean),
    "SendSIGKILL": parsed("send_sigkill", values.boolean),
    "StartLimitBurst": config.UNIT["StartLimitBurst"],
    "StartLimitInterval": config.UNIT["StartLimitInterval"],
}  # fmt: skip
