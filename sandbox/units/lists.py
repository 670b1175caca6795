"""`systemctl list-units` and `list-unit-files`."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

from sandbox.units import enablement
from sandbox.units.call import Call, matching
from sandbox.units.names import UnitName, is_glob


async def list_units(call: Call) -> int:
    states, types = set(call.many("state")), call.many("t", "type")
    rows = []
    for unit in matching(call.manager, call.names):
        row = {
            "unit": unit.name,
            "load": unit.config.load_state,
            "active": unit.active,
            "sub": unit.sub,
            "description": unit.config.description,
        }
        shown = states & set(row.values()) if states else call.has("a", "all") or unit.active != "inactive"
        if shown and (not types or unit.config.name.suffix in types):
            rows.append(row)
    _table(call, rows, f"{len(rows)} loaded units listed.")
    return 0


async def list_unit_files(call: Call) -> int:
    states, types, files = call.many("state"), call.many("t", "type"), call.manager.files
    patterns = [name if is_glob(name) else UnitName.parse(name).full for name in call.names]
    rows = []
    for file in files.names():
        name = UnitName.parse(file)
        if types and name.suffix not in types:
            continue
        if patterns and not any(fnmatchcase(file, pattern) for pattern in patterns):
            continue
        state = enablement.state(files, name)
        if not states or state in states:
            rows.append({"unit_file": file, "state": state, "preset": "disabled"})
    _table(call, rows, f"{len(rows)} unit files listed.")
    return 0 if rows or not call.names else 1


def _table(call: Call, rows: list[dict[str, str]], footer: str) -> None:
    if call.one("o", "output").startswith("json"):
        call.out.append(json.dumps(rows))
        return
    legend = not call.has("no-legend") and call.one("legend") not in ("false", "no", "0")
    headed = [{key: key.upper().replace("_", " ") for key in rows[0]}, *rows] if legend and rows else rows
    widths = {key: max(len(row[key]) for row in headed) for key in (rows[0] if rows else ())}
    call.out += [" ".join(row[key].ljust(widths[key]) for key in row).rstrip() for row in headed]
    call.out += ["", footer] if legend else []
