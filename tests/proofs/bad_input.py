"""Runs with bad input, and what a proof finds wrong with them.

Cases of the roles that keep an account are the hosts of one inventory, each with variables of its own, so that one run takes
many; what the others type is typed for each.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integration.place import Place, shop

# As many runs at once as a small machine carries.
AT_ONCE = 2


@dataclass(frozen=True)
class Case:
    """What is wrong, and what the error must say: what, where, and what is allowed."""

    id: str
    says: tuple[str, ...]
    variables: dict[str, Any] = field(default_factory=dict)
    # Or what becomes of a file that is right: the .env file, or one of the application's source.
    env: Callable[[str], bytes] | None = None
    source: Callable[[Path], object] | None = None
    aws: dict[str, Any] = field(default_factory=dict)
    playbook: str = "immediate"
    tags: str = ""
    # Of an inventory with other places; else typed on the command line.
    place: bool = True


@dataclass
class Result:
    """What one case came to."""

    code: int
    output: str
    tasks: list[dict[str, Any]]
    asked: list[dict[str, Any]]

    def faults(self, case: Case) -> list[str]:
        """What the proof finds wrong."""
        errors = [str(task["result"].get("msg")) for task in self.tasks if task["state"] in ("failed", "unreachable")]
        found = [] if self.code and errors else ["it was let through"]
        if len(set(errors)) > 1:
            found.append(f"there are {len(errors)} errors: {errors}")
        found += [f"the error does not say {words!r}: {error}" for error in errors[:1] for words in case.says if words not in error]
        if "Traceback" in self.output:
            found.append("there is a traceback")
        # The table of the locks, which playbooks other than those of phases take first, is nobody's data.
        written = [one for one in self.asked if one["mutates"] and not one["params"].get("TableName", "").endswith("-locks")]
        found += [f"{request['service']}:{request['operation']} was asked for" for request in written]
        return found + [f"{task['task']!r} changed something" for task in self.tasks if task["result"].get("changed")]


def run(place: Place, cases: Iterable[Case], folder: Path, at_once: int = AT_ONCE) -> dict[str, Result]:
    """Every case's result, by id; each asks AWS under a key of its own."""
    numbers = {case.id: number for number, case in enumerate(cases)}
    keys = {id: f"AKIABADINPUT{number:08}" for id, number in numbers.items()}
    right = (place.folder / "shop.env").read_text()

    def variables(case: Case) -> dict[str, Any]:
        given = {"runbook_aws": {**place.aws, "access_key": keys[case.id], **case.aws}, **case.variables}
        given["runbook_aws"] = {name: value for name, value in given["runbook_aws"].items() if value is not None}
        if case.env:
            given["environment_src"] = str(folder / f"{keys[case.id]}.env")
            Path(given["environment_src"]).write_bytes(case.env(right))
        if case.source:
            given["app_deploy_source"] = str(shop(folder / keys[case.id], "9.9.9"))
            case.source(Path(given["app_deploy_source"]))
        return given

    def together(playbook: str, tags: str, some: list[Case]) -> dict[str, Result]:
        hosts = {f"bad-{numbers[case.id]:03}": case for case in some}
        file = folder / f"{next(iter(hosts))}.json"
        # The sandbox is up, and its inventory is not where this one is.
        started = folder / "started.yml"
        started.write_text("[{name: The place is ready, ansible.builtin.meta: noop}]")
        own = {host: {**variables(case), "runbook_start": str(started)} for host, case in hosts.items()}
        for host, given in own.items():
            given["place_aws"] = given.pop("runbook_aws")
            given["runbook_evidence_dir"] = str(folder / "evidence" / host)
        file.write_text(json.dumps({"aws": {"hosts": own}}))
        arguments = ("--inventory", "inventories/sandbox", "--inventory", str(file), "--limit", ",".join(hosts), *tagged(tags))
        done = place.playbook(playbook, *arguments, runbook_aws="{{ place_aws }}")
        return {
            case.id: Result(done.code, done.output, [task for task in done.tasks if task["host"] == host], [])
            for host, case in hosts.items()
        }

    def alone(case: Case) -> dict[str, Result]:
        done = place.playbook(case.playbook, *tagged(case.tags), **variables(case))
        return {case.id: Result(done.code, done.output, done.tasks, [])}

    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        groups[(case.playbook, case.tags) if case.place else ("", case.id)].append(case)
    with ThreadPoolExecutor(at_once) as pool:
        started = [
            pool.submit(together, playbook, tags, some) if playbook else pool.submit(alone, some[0])
            for (playbook, tags), some in groups.items()
        ]
        found = {id: result for one in started for id, result in one.result().items()}
    for request in place.control("GET", "requests")["requests"]:
        for id, key in keys.items():
            if request["access_key"] == key:
                found[id].asked.append(request)
    return found


def tagged(tags: str) -> tuple[str, ...]:
    return ("--tags", tags) if tags else ()
