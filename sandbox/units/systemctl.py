"""systemctl (man systemctl): a call's arguments into what it prints and its exit code."""

from __future__ import annotations

import getopt
from collections.abc import Awaitable, Callable

from sandbox.units import jobs, lists, questions
from sandbox.units.call import Call, Usage
from sandbox.units.enablement import CannotEnable
from sandbox.units.manager import Manager

_SHORT = "alqp:P:t:n:o:"
_LONG = """
all full quiet property= type= state= lines= output= value now no-block no-pager no-legend legend= plain no-ask-password
system wait force version no-reload no-warn
"""
_SILENCED_BY_QUIET = ("is-active", "is-failed", "is-enabled", "is-system-running", "enable", "disable")
VERBS: dict[str, Callable[[Call], Awaitable[int]]] = {
    "start": jobs.start,
    "stop": jobs.stop,
    "restart": jobs.restart,
    "try-restart": jobs.try_restart,
    "reload": jobs.reload,
    "reload-or-restart": jobs.reload_or_restart,
    "daemon-reload": jobs.daemon_reload,
    "daemon-reexec": jobs.daemon_reload,
    "reset-failed": jobs.reset_failed,
    "enable": jobs.enable,
    "disable": jobs.disable,
    "is-enabled": questions.is_enabled,
    "is-active": questions.is_active,
    "is-failed": questions.is_failed,
    "is-system-running": questions.is_system_running,
    "status": questions.status,
    "show": questions.show_properties,
    "cat": questions.cat,
    "list-units": lists.list_units,
    "list-unit-files": lists.list_unit_files,
}


async def run(manager: Manager, arguments: list[str]) -> tuple[str, str, int]:
    """Standard output, standard error, exit code."""
    call = Call(manager)
    verb = "list-units"
    try:
        pairs, rest = getopt.gnu_getopt(arguments, _SHORT, _LONG.split())
        for option, value in pairs:
            call.options.setdefault(option.lstrip("-"), []).append(value)
        if call.has("version"):
            return f"{questions.VERSION}\n", "", 0
        verb, *call.names = rest or [verb]
        if verb not in VERBS:
            raise Usage(f"Unknown command verb {verb}. This host's manager has: {', '.join(sorted(VERBS))}.")
        code = await VERBS[verb](call)
    except (Usage, CannotEnable, ValueError, getopt.GetoptError) as error:
        call.err.append(str(error))
        code = 1
    if call.has("q", "quiet") and verb in _SILENCED_BY_QUIET:
        call.out.clear()
    return _text(call.out), _text(call.err), code


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
