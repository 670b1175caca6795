"""`systemctl show` and `systemctl status`: a unit as properties and for people (man org.freedesktop.systemd1)."""

from __future__ import annotations

import time
from pathlib import Path

from sandbox.units import enablement, journal, outcome, values
from sandbox.units.commands import Command
from sandbox.units.config import Unit
from sandbox.units.manager import Loaded, Manager
from sandbox.units.names import UnitName
from sandbox.units.service import Service
from sandbox.units.service_config import Service as ServiceConfig
from sandbox.units.sockets import Socket

_LOAD_ERRORS = {
    "not-found": "NoSuchUnit",
    "bad-setting": "BadUnitSetting",
    "masked": "UnitMasked",
    "error": "LoadFailed",
}
_DOTS = {"active": "●", "reloading": "●", "failed": "×"}
_EXECS = ("exec_start_pre", "exec_start", "exec_start_post", "exec_reload", "exec_stop", "exec_stop_post")


def properties(manager: Manager, unit: Loaded) -> dict[str, str]:
    config = unit.config
    result = {
        "Id": unit.name,
        "Names": unit.name,
        "Requires": " ".join(config.requires),
        "Wants": " ".join(config.wants),
        "BindsTo": " ".join(config.binds_to),
        "PartOf": " ".join(config.part_of),
        "WantedBy": " ".join(config.wanted_by),
        "Before": " ".join(config.before),
        "After": " ".join(config.after),
        "Description": config.description,
        "LoadState": config.load_state,
        "ActiveState": unit.active,
        "SubState": unit.sub,
        "FragmentPath": str(config.fragment or ""),
        "DropInPaths": " ".join(map(str, config.drop_ins)),
        "UnitFileState": _file_state(manager, config.name),
        "NeedDaemonReload": _yes(manager.needs_reload(unit)),
        "StartLimitIntervalUSec": values.show_timespan(config.start_limit_interval),
        "StartLimitBurst": str(config.start_limit_burst),
        "Result": unit.result,
        **{f"{name}Timestamp": values.show_timestamp(moment) for name, moment in unit.entered.items()},
    }
    if config.load_state in _LOAD_ERRORS:
        result["LoadError"] = f'org.freedesktop.systemd1.{_LOAD_ERRORS[config.load_state]} "{_load_error(config)}"'
    if config.load_state == "loaded":
        result |= _service_properties(manager, unit) if isinstance(unit, Service) else _socket_properties(unit)
    return result


def _service_properties(manager: Manager, unit: Service) -> dict[str, str]:
    config, running = unit.config, unit.invocation
    main = running.main.pid if running and running.main else 0
    control = running.control.pid if running and running.control else 0
    status = unit.main_status
    return {
        "Type": config.type,
        "Restart": config.restart,
        "RestartUSec": values.show_timespan(config.restart_sec),
        "TimeoutStartUSec": values.show_timespan(config.timeout_start or values.INFINITY),
        "TimeoutStopUSec": values.show_timespan(config.timeout_stop),
        "RemainAfterExit": _yes(config.remain_after_exit),
        "MainPID": str(main),
        "ControlPID": str(control),
        "NRestarts": str(unit.restarts),
        "ExecMainStartTimestamp": values.show_timestamp(unit.main_started),
        "ExecMainExitTimestamp": values.show_timestamp(unit.main_ended),
        "ExecMainPID": str(unit.main_pid),
        # CLD_EXITED, CLD_KILLED, CLD_DUMPED (man sigaction)
        "ExecMainCode": "0" if status is None else "1" if status >= 0 else "3" if "dumped" in outcome.shown(status) else "2",
        "ExecMainStatus": str(abs(status or 0)),
        **{_property_of(name): _commands(getattr(config, name), unit) for name in _EXECS if getattr(config, name)},
        "Environment": " ".join(f"{name}={value}" for name, value in config.environment.items()),
        "EnvironmentFiles": " ".join(
            f"{path.removeprefix('-')} (ignore_errors={_yes(path.startswith('-'))})" for path in config.environment_files
        ),
        "WorkingDirectory": config.working_directory,
        "User": config.user,
        "Group": config.group,
        "UMask": f"{config.umask:04o}",
        "LimitNOFILE": _limit_nofile(config),
        "KillMode": config.kill_mode,
        "KillSignal": str(int(config.kill_signal)),
        "StandardOutput": config.standard_output,
        "StandardError": config.standard_error,
        "InvocationID": running.id if running else "",
        "TriggeredBy": " ".join(socket.name for socket in manager.sockets_triggering(unit)),
        "CanReload": _yes(bool(config.exec_reload)),
    }


def _socket_properties(unit: Socket) -> dict[str, str]:
    return {
        "Listen": " ".join(f"{address.shown} (Stream)" for address in unit.config.listen_stream),
        "Backlog": str(unit.config.backlog),
        "FileDescriptorName": unit.config.file_descriptor_name,
        "ReusePort": _yes(unit.config.reuse_port),
        "Triggers": unit.config.service,
    }


def status(manager: Manager, unit: Loaded, lines: int, output: str) -> str:
    config = unit.config
    enabled = _file_state(manager, config.name)
    loaded = f"loaded ({config.fragment}; {enabled})" if config.load_state == "loaded" else (
        f"{config.load_state} (Reason: {_load_error(config)})")  # fmt: skip
    text = [f"{_DOTS.get(unit.active, '○')} {unit.name} - {config.description}", f"     Loaded: {loaded}"]
    if config.drop_ins:
        text.append(f"    Drop-In: {' '.join(map(str, config.drop_ins))}")
    moment = unit.entered["ActiveEnter" if unit.is_up else "StateChange"]
    since = f" since {values.show_timestamp(moment)}; {_ago(moment)} ago" if moment else ""
    result = f" (Result: {unit.result})" if unit.active == "failed" or unit.sub == "auto-restart" else f" ({unit.sub})"
    text.append(f"     Active: {unit.active}{result}{since}")
    if isinstance(unit, Service):
        triggering = [socket.name for socket in manager.sockets_triggering(unit)]
        if triggering:
            text.append(f"TriggeredBy: {' '.join(triggering)}")
        if unit.invocation and unit.invocation.main:
            pid = unit.invocation.main.pid
            text.append(f"   Main PID: {pid} ({_command_name(pid)})")
        elif unit.main_status is not None:
            text.append(f"   Main PID: {unit.main_pid} ({outcome.shown(unit.main_status)})")
    else:
        text.append(f"   Triggers: {unit.config.service}")
        text += [f"     Listen: {address.shown} (Stream)" for address in unit.config.listen_stream]
    if config.not_emulated:
        text.append(f"Not emulated: {', '.join(config.not_emulated)}")
    entries = journal.tail(manager.journal.folder, unit.name, lines)
    shown = [entry["MESSAGE"] if output == "cat" else journal.short(entry) for entry in entries]
    return "\n".join([*text, *(["", *shown] if shown else [])])


def bad_unit(config: Unit) -> str:
    """Why a unit cannot be started, in systemctl's words."""
    if config.load_state == "bad-setting":
        return (f"Unit {config.name.full} has a bad unit file setting.\n({config.load_error})\n"
                f"See system logs and 'systemctl status {config.name.full}' for details.")  # fmt: skip
    return config.load_error


def _load_error(config: Unit) -> str:
    bad = f"Unit {config.name.full} has a bad unit file setting. "
    return (bad if config.load_state == "bad-setting" else "") + config.load_error.replace('"', "'")


def _file_state(manager: Manager, name: UnitName) -> str:
    state = enablement.state(manager.files, name)
    return "" if state == "not-found" else state


def _commands(commands: list[Command], unit: Service) -> str:
    return " ; ".join(
        f"{{ path={command.path} ; argv[]={' '.join(command.arguments)} ; "
        f"ignore_errors={_yes(command.ignore_failure)} ; pid={unit.main_pid} }}".replace("\n", "\\n")
        for command in commands
    )


def _property_of(attribute: str) -> str:
    return "".join(part.capitalize() for part in attribute.split("_"))


def _limit_nofile(config: ServiceConfig) -> str:
    import resource

    return str(config.limits.get(resource.RLIMIT_NOFILE, resource.getrlimit(resource.RLIMIT_NOFILE))[1])


def _command_name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return "n/a"


def _ago(moment: float) -> str:
    return values.show_timespan(float(int(time.time() - moment)))


def _yes(value: bool) -> str:
    return "yes" if value else "no"
