"""Whether a plan told the truth: what it said against the journal, the account, the hosts and the requests. Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.prodready.aws.plugins.module_utils.plan_view import entries

from tests.integration.place import Run
from tests.proofs.account import without_ids
from tests.proofs.members import described, fields_of, subject
from tests.proofs.policies import role_of

OURS = "prodready.aws."
Fields = dict[str, Any]
# What each step of a deployment changes on its host.
STEPS = {"install": "releases", "units": "units", "switch": "current", "restart": "process"}
# Both are about values of one secret.
SAME = {"secret_rotations": "secrets"}
# A lock is taken and given back, a host is drained and registered again; that nothing of it stays is seen in the account.
LOCKING = (("lock", "PutItem"), ("lock", "DeleteItem"))
DRAINING = (("targets", "DeregisterTargets"), ("targets", "RegisterTargets"))
# They come and go with what they are of, and are changed alone.
OF_OTHERS = ("elasticache_auth_tokens", "autoscaling_refreshes")
ON_HOSTS = ("deployment", "environment_file", "release_archive")


@dataclass(frozen=True, eq=False)
class Said:
    """One resource, and what a plan or a journal says of it."""

    role: str
    kind: str
    name: str
    action: str
    before: Fields
    after: Fields

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.role, self.kind, self.name, self.action

    @property
    def fields(self) -> set[str]:
        return self.before.keys() | self.after.keys()

    def then(self, other: Said) -> Said:
        """What both change, one after the other."""
        return replace(self, before={**other.before, **self.before}, after={**self.after, **other.after})

    def __str__(self) -> str:
        return f"{self.kind}: {self.name} ({self.action})"


def said(role: str | None, kind: str, name: str, action: str, before: Any, after: Any) -> Said:
    sides = [without_ids(dict(side)) if isinstance(side, Mapping) else {} for side in (before, after)]
    if kind in ("secrets", "secret_rotations"):
        sides = list(_values(kind, *sides))
    if kind == "listeners" and " rule " in name:
        kind = "listener_rules"
    return Said((role or "").removeprefix(OURS), SAME.get(kind, kind), name, action, *sides)


def _values(kind: str, before: Fields, after: Fields) -> Iterator[Fields]:
    """The variables one by one; an id of a version and a time are made up anew by each run."""
    old, new = (side.get("variables", {}) if kind == "secrets" else side for side in (before, after))
    for side, mine, others in ((before, old, new), (after, new, old)):
        about = {key: value for key, value in side.items() if key not in ("version", "variables")} if kind == "secrets" else {}
        yield about | {f"variables.{name}": "a value" for name, time in mine.items() if others.get(name) != time}


def planned(run: Run) -> list[Said]:
    """What a run in check mode says, as tools/plan shows it."""
    found: dict[tuple[str, str, str, str], Said] = {}
    for task in run.tasks:
        kind = task["action"].removeprefix(OURS)
        for entry in entries(kind, task["task"], task["result"]) if task["state"] == "ok" else ():
            # Undo names the module of each resource.
            module, _, name = entry.name.partition(": ") if kind == "undo" else (kind, "", entry.name)
            role = f"{task['host']} {task['role']}" if kind in ON_HOSTS else task["role"]
            one = said(role, module, name, entry.action, entry.before, entry.after)
            found[one.key] = found[one.key].then(one) if one.key in found else one
    return list(found.values())


def journalled(lines: Iterable[Mapping[str, Any]]) -> list[Said]:
    """What a journal says that was done: of each resource the first state and the last, where they differ."""
    first: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    last: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for line in lines:
        key = (line["role"] or "", line["module"].removeprefix(OURS), line["name"])
        first.setdefault(key, line)
        last[key] = line
    return [_done(*key, first[key], last[key]) for key in first if first[key]["before"] != last[key]["after"] or "variables" in first[key]]


def _done(role: str, kind: str, name: str, first: Mapping[str, Any], last: Mapping[str, Any]) -> Said:
    before, after = first["before"], last["after"]
    action = "create" if before is None else "delete" if after is None else "update"
    if kind == "secret_rotations":
        return said(role, kind, name, action, {}, dict.fromkeys(first["variables"], "new value"))
    return said(role, kind, name, action, _only(before, after), _only(after, before))


def _only(state: Fields | None, other: Fields | None) -> Fields:
    return {key: value for key, value in (state or {}).items() if other is None or key not in other or other[key] != value}


def matching(plan: Iterable[Said], kind: str, pattern: str) -> list[Said]:
    return [one for one in plan if one.kind == kind and fnmatchcase(one.name, pattern)]


def against_journal(plan: list[Said], journal: list[Said]) -> Iterator[str]:
    """Role, resource, action and the fields' values are the same on both sides."""
    # A lock that is taken away from a dead run is no state of the account that anybody would want back.
    told = {one.key: one for one in plan if one.kind not in ON_HOSTS and (one.kind, one.action) != ("lock", "delete")}
    done = {one.key: one for one in journal}
    for key in told.keys() - done.keys():
        yield f"planned and not done: {told[key]}"
    for key in done.keys() - told.keys():
        yield f"done and not planned: {done[key]}"
    for key in told.keys() & done.keys():
        for side in ("before", "after"):
            was, is_ = getattr(told[key], side), getattr(done[key], side)
            for name in sorted(was.keys() | is_.keys()):
                if was.get(name) != is_.get(name):
                    yield f"{told[key]}: {name} {side}: planned {was.get(name)!r}, done {is_.get(name)!r}"


def against_account(plan: list[Said], before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Whatever differs in the account was planned, field by field, and whatever was planned differs."""
    old, new = described(before), described(after)
    seen: dict[Said, set[str]] = defaultdict(set)
    for kind, pattern in sorted(old.keys() | new.keys()):
        was, is_ = old.get((kind, pattern)), new.get((kind, pattern))
        if was == is_:
            continue
        action = "create" if was is None else "delete" if is_ is None else "update"
        mine = [one for one in matching(plan, kind, pattern) if one.action == action]
        if not mine and not (kind in OF_OTHERS and action != "update"):
            yield f"in the account and not planned: {kind}: {pattern} ({action})"
        for one in mine:
            seen[one] |= {name for name in {**(was or {}), **(is_ or {})} if (was or {}).get(name) != (is_ or {}).get(name)}
    for one in plan:
        if one.kind in ON_HOSTS:
            continue
        if one not in seen:
            yield f"planned and not in the account: {one}"
        elif one.action == "update" and seen[one] != one.fields:
            yield f"{one}: planned are the fields {sorted(one.fields)}, in the account differ {sorted(seen[one])}"


def against_requests(plan: list[Said], requests: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Each request that changes something belongs to a planned change of its role, and says no field that was not planned."""
    asked: set[Said] = set()
    for request in requests:
        kind, pattern = subject(request)
        role = role_of(request)
        mine = [one for one in matching(plan, kind, pattern) if role == one.role]
        if not mine and (kind, request["operation"]) not in (*LOCKING, *(DRAINING if role == "app_deploy" else ())):
            yield f"asked and not planned: {request['operation']} of {kind}: {pattern} by the role {role or 'none'}"
        asked |= set(mine)
        made = [one for one in mine if one.action == "create"]
        told = {part for one in mine for name in one.fields for part in (name, name.partition(".")[0])}
        if made and (more := fields_of(request) - told):
            yield f"{made[0]}: {request['operation']} says {sorted(more)}, which was not planned"
    for one in plan:
        if one.kind not in ON_HOSTS and one not in asked:
            yield f"planned and not asked: {one}"


def against_hosts(plan: list[Said], before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Whatever differs on the hosts was planned, and whatever was planned differs."""
    for host in sorted(before.keys() | after.keys()):
        mine = {one.kind: one for one in plan if one.role.partition(" ")[0] == host}
        told = {"environment"} if "environment_file" in mine else set()
        if one := mine.get("deployment"):
            told |= {STEPS[step] for step in one.after["steps"] if step in STEPS}
            told |= {"environment"} if one.action == "create" else set()  # a host that runs nothing yet gets all it needs
            told |= {"releases"} if one.before["releases"] != one.after["releases"] else set()
            if one.after["releases"] != after[host]["releases"]:
                yield f"{host}: planned are the releases {one.after['releases']}, there are {after[host]['releases']}"
        seen = {name for name in before[host] if before[host][name] != after[host][name]}
        if seen != told:
            yield f"{host}: planned is a change of {sorted(told)}, changed are {sorted(seen)}"
