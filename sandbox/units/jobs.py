"""systemctl's verbs that change something (man systemctl, "Unit Commands", "Unit File Commands")."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from sandbox.units import enablement, show
from sandbox.units.call import Call, Usage, matching
from sandbox.units.manager import CannotLoad
from sandbox.units.names import UnitName
from sandbox.units.service import Service
from sandbox.units.state import JobFailed

_CHANGED = (
    "Warning: The unit file, source configuration file or drop-ins of {} changed on disk. Run 'systemctl daemon-reload' to reload units."
)
_REASONS = {
    "exit-code": "the control process exited with error code",
    "signal": "a fatal signal was delivered to the control process",
    "core-dump": "a fatal signal was delivered causing the control process to dump core",
    "timeout": "a timeout was exceeded",
    "resources": "of unavailable resources or another system error",
    "protocol": "the service did not take the steps required by its unit configuration",
    "start-limit-hit": "start of the service was attempted too often",
}


async def _each(call: Call, verb: str, job: Callable[[UnitName], Coroutine[Any, Any, object]]) -> int:
    names = [name for name in call.units() if name.suffix != "target"]
    results = await asyncio.gather(*(_one(call, verb, name, job) for name in names))
    return max(results, default=0)


async def _one(call: Call, verb: str, name: UnitName, job: Callable[[UnitName], Coroutine[Any, Any, object]]) -> int:
    unit = call.manager.loaded.get(name.full)
    if unit and call.manager.needs_reload(unit):
        call.err.append(_CHANGED.format(name.full))
    if name.is_template:
        call.err.append(f"Failed to {verb} {name.full}: Unit name {name.full} is missing the instance name.")
        return 1
    task = call.manager.spawn(job(name))
    if call.has("no-block"):
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return 0
    try:
        await asyncio.shield(task)
    except CannotLoad as error:
        call.err.append(f"Failed to {verb} {name.full}: {show.bad_unit(error.unit)}")
        return 5 if error.unit.load_state == "not-found" else 1
    except JobFailed as error:
        call.err.append(_failed_job(error))
        return 1
    return 0


def _failed_job(error: JobFailed) -> str:
    name = error.unit
    if error.result == "canceled":
        return f"Job for {name} canceled."
    if error.result == "dependency":
        return f"A dependency job for {name} failed. See 'journalctl -xe' for details."
    because = f" because {_REASONS[error.result]}" if error.result in _REASONS else ""
    text = f'Job for {name} failed{because}.\nSee "systemctl status {name}" and "journalctl -xeu {name}" for details.'
    if error.result == "start-limit-hit":
        text += f'\nTo force a start use "systemctl reset-failed {name}"\nfollowed by "systemctl start {name}" again.'
    return text


async def start(call: Call) -> int:
    return await _each(call, "start", call.manager.start)


async def stop(call: Call) -> int:
    manager = call.manager
    code, known = 0, []
    for name in call.units():
        unit = manager.get(name)
        if unit.config.load_state == "not-found" and unit.is_idle:
            call.err.append(f"Failed to stop {name.full}: Unit {name.full} not loaded.")
            code = 5
            continue
        known.append(name.full)
        own = [socket for socket in manager.sockets_triggering(unit) if socket.config.service == name.full]
        listening = [socket.name for socket in own if socket.is_up and socket.name not in call.names]
        if listening and not unit.is_idle:
            call.err.append(f"Warning: Stopping {name.full}, but it can still be activated by:\n  {' '.join(listening)}")
    job = manager.spawn(manager.stop(*known))
    if not call.has("no-block"):
        await asyncio.shield(job)
    return code


async def restart(call: Call) -> int:
    return await _each(call, "restart", call.manager.restart)


async def try_restart(call: Call) -> int:
    call.names = [name.full for name in call.units() if not call.manager.get(name).is_idle]
    return await restart(call) if call.names else 0


async def reload(call: Call) -> int:
    return await _each(call, "reload", lambda name: _reload(call, name))


async def _reload(call: Call, name: UnitName) -> None:
    unit = call.manager.get(name)
    if unit.config.load_state != "loaded":
        raise CannotLoad(unit.config)
    if not isinstance(unit, Service) or not unit.config.exec_reload:
        raise Usage(f"Failed to reload {name.full}: Job type reload is not applicable for unit {name.full}.")
    if not unit.is_up:
        raise Usage(f"{name.full} is not active, cannot reload.")
    await unit.reload()


async def reload_or_restart(call: Call) -> int:
    async def job(name: UnitName) -> None:
        unit = call.manager.get(name)
        can_reload = isinstance(unit, Service) and unit.is_up and unit.config.exec_reload
        await (_reload(call, name) if can_reload else call.manager.restart(name))

    return await _each(call, "reload-or-restart", job)


async def daemon_reload(call: Call) -> int:
    call.manager.reload()
    return 0


async def reset_failed(call: Call) -> int:
    units = call.units() if call.names else [unit.config.name for unit in matching(call.manager, [])]
    missing = [name.full for name in units if name.full not in call.manager.loaded]
    for name in units:
        if unit := call.manager.loaded.get(name.full):
            unit.reset()
    call.err += [f"Failed to reset failed state of unit {name}: Unit {name} not loaded." for name in missing]
    return 1 if missing else 0


async def enable(call: Call) -> int:
    names = call.units(globs="enable")
    call.err += enablement.enable(call.manager.files, names)
    return await start(call) if call.has("now") else 0


async def disable(call: Call) -> int:
    names = call.units(globs="disable")
    call.err += enablement.disable(call.manager.files, names)
    return await stop(call) if call.has("now") else 0
