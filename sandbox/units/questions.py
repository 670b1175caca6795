"""systemctl's verbs that only look (man systemctl)."""

from __future__ import annotations

from sandbox.units import enablement, show
from sandbox.units.call import Call
from sandbox.units.names import UnitName

VERSION = "systemd 252 (emulated)"


async def is_enabled(call: Call) -> int:
    states = [enablement.state(call.manager.files, name) for name in call.units(globs="check")]
    for name, state in zip(call.names, states, strict=True):
        if state == "not-found":
            call.err.append(f"Failed to get unit file state for {UnitName.parse(name).full}: No such file or directory")
        else:
            call.out.append(state)
    return 0 if {"enabled", "static", "indirect", "alias"} & set(states) else 1


async def is_active(call: Call) -> int:
    units = [call.manager.get(name) for name in call.units()]
    call.out += [unit.active for unit in units]
    if any(unit.is_up for unit in units):
        return 0
    return 4 if units and all(unit.config.load_state == "not-found" for unit in units) else 3


async def is_failed(call: Call) -> int:
    units = [call.manager.get(name) for name in call.units()]
    call.out += [unit.active for unit in units]
    return 0 if any(unit.active == "failed" for unit in units) else 1


async def is_system_running(call: Call) -> int:
    if call.has("wait"):
        await call.manager.booted.wait()
    state = call.manager.system_state()
    call.out.append(state)
    return 0 if state == "running" else 1


async def status(call: Call) -> int:
    code = 0
    for name in call.units():
        unit = call.manager.get(name)
        if unit.config.load_state == "not-found" and unit.is_idle:
            call.err.append(f"Unit {name.full} could not be found.")
            code = 4
            continue
        call.out += [""] if call.out else []
        call.out.append(show.status(call.manager, unit, int(call.one("n", "lines", default="10")), call.one("o", "output")))
        if not unit.is_up:
            code = max(code, 3)
    return code


async def show_properties(call: Call) -> int:
    wanted = call.many("p", "property", "P")
    value_only = call.has("value", "P")
    if not call.names:
        found = [{"Version": VERSION.split()[1], "SystemState": call.manager.system_state()}]
    else:
        found = [show.properties(call.manager, call.manager.get(name)) for name in call.units()]
    for number, properties in enumerate(found):
        call.out += [""] if number else []
        for name in properties:
            # As systemctl: all that is asked for, but of everything only what has a value.
            if name in wanted or (not wanted and (properties[name] or call.has("a", "all"))):
                call.out.append(properties[name] if value_only else f"{name}={properties[name]}")
    return 0


async def cat(call: Call) -> int:
    code = 0
    for name in call.units():
        config = call.manager.files.load(name)
        if config.fragment is None:
            call.err.append(f"No files found for {name.full}.")
            code = 1
            continue
        for path in (config.fragment, *config.drop_ins):
            call.out += [""] if call.out else []
            call.out += [f"# {path}", path.read_text().rstrip("\n")]
    return code
