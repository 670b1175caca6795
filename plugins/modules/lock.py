#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: lock
short_description: Hold locks that everybody who works on the account can see
version_added: 0.1.0
description:
  - A lock is one item of a DynamoDB table, taken with a conditional write, so that two runs never hold it at once.
  - It belongs to a run of ansible-playbook until that ends, whatever way it ends. Meanwhile it is prolonged; a run that has lost its
    lock is interrupted.
  - The lock of a run that died on this machine is taken over at once, that of one on another machine when it has expired.
  - In check mode nothing is taken. Who holds a lock is a warning then.
  - See U(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  names:
    description: What is locked.
    type: list
    elements: str
    required: true
  table:
    description: The table that keeps locks; it is made when missing, billed by request.
    type: str
    required: true
  state:
    description: Whether this run holds the locks, or nobody does whoever held them.
    type: str
    choices: [held, released]
    default: held
  ttl_seconds:
    description: After how many seconds a lock expires that is not prolonged, which is done three times as often.
    type: int
    default: 600
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: Nobody else works on the first phase
  prodready.aws.lock:
    names: [immediate]
    table: shop-locks
"""

RETURN = r"""
holders:
  description: For each lock who holds it, since when and until when; those that nobody holds are not there.
  type: dict
  returned: always
  sample:
    immediate:
      who: ops@bastion
      run: 20261123T114512Z-4711-3f2a9c
      since: "2026-11-23T11:45:12+00:00"
      expires: "2026-11-23T11:55:12+00:00"
plan:
  description: The table, when it was missing.
  type: list
  elements: dict
  returned: when O(state=held)
  sample: [{action: create, name: shop-locks}]
"""

import getpass
import os
import platform
import time
from collections.abc import Mapping
from functools import partial
from typing import Any, NoReturn

from ..module_utils import lifetime
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.locks import KEY, NO_TABLE, Lock, current, held_by, machine, moment, prolong, release, release_all, take
from ..module_utils.plan import Call, Calls, Change, State, Wait, diff
from ..module_utils.undo import Undo

MADE = {"key": KEY, "billing": "PAY_PER_REQUEST"}


def calls(table: str, tags: Mapping[str, str]) -> Calls:
    yield Call(
        "create_table",
        {
            "TableName": table,
            "AttributeDefinitions": [{"AttributeName": KEY, "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": KEY, "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        },
        missing=("ResourceInUseException",),
    )
    yield Wait("table_exists", {"TableName": table}, until=f"table {table} is ACTIVE")


def made(module: AwsModule) -> State:
    return {**MADE, "tags": module.ownership}


def read(aws: Aws, known: Mapping[str, State]) -> Mapping[str, State]:
    # It is kept whatever became of it since.
    return {name: state for name, state in known.items() if aws.call("dynamodb", "describe_table", NO_TABLE, TableName=name)}


def kept(aws: Aws, change: Change) -> str:
    return "keeps the locks of all who work here, this run's too; it costs nothing while nobody does"


UNDO = Undo("dynamodb", read, kept=kept)


def shown(found: Mapping[str, Lock | None]) -> dict[str, dict[str, str]]:
    return {
        name: {"who": lock["who"], "run": lock["run"], "since": moment(lock["since"]), "expires": moment(lock["expires"])}
        for name, lock in found.items()
        if lock
    }


def planned(changes: list[Change], found: Mapping[str, Lock | None]) -> dict[str, Any]:
    return {
        "changed": bool(changes),
        "plan": [{"action": change.action, "name": change.name} for change in changes],
        "diff": diff(changes),
        "unchanged": int(not changes),
        "holders": shown(found),
    }


def hold(module: AwsModule) -> NoReturn:
    table, now, ttl_seconds = module.params["table"], round(time.time(), 3), module.params["ttl_seconds"]
    mine = {
        "who": f"{getpass.getuser()}@{platform.node()}",
        "run": (module.params["journal"] or {}).get("run") or f"once-{os.getpid()}",
        "machine": machine(),
        "since": now,
        "expires": now + ttl_seconds,
    }
    changes: list[Change] = []
    found: dict[str, Lock | None] = {}
    taken: list[Lock] = []
    try:
        for name in module.params["names"]:
            lock, what = {KEY: name, **mine}, f"lock {name} in table {table}"
            found[name] = module.ask(what, take, module.aws, table, lock)
            if found[name] is None:
                changes = [Change(table, None, made(module))]
                if problem := module.apply("dynamodb", changes[0], calls(table, module.ownership)):
                    module.fail(problem, **planned(changes, found))
                found[name] = module.ask(what, take, module.aws, table, lock)
            if found[name] == lock:  # or the answer to the first request was lost, and this is the second one's
                taken.append(lock)
            elif (found[name] or {}).get("run") != mine["run"]:
                refuse(module, name, changes, found)
    finally:
        keep(module.aws, table, taken, ttl_seconds)
    module.done(**planned(changes, found))


def keep(aws: Aws, table: str, locks: list[Lock], ttl_seconds: int) -> None:
    """The locks are held as long as the run lives."""
    run = lifetime.current()
    if run and locks:
        aws.clients.clear()  # no connection is shared with the keeper
        run.keep(ttl_seconds / 3, partial(prolong, aws, table, locks, ttl_seconds), partial(release_all, aws, table, locks))


def refuse(module: AwsModule, name: str, changes: list[Change], found: Mapping[str, Lock | None]) -> NoReturn:
    lock = found[name]
    if not lock:
        module.fail(f"{name} was locked and released by another run at this moment. Run again.", **planned(changes, found))
    module.fail(
        f"{held_by(lock)} Wait for that run; if it died, the lock expires at {moment(lock['expires'])}, "
        f"or release it: ansible-playbook playbooks/unlock.yml -e lock={name}",
        **planned(changes, found),
    )


def main() -> None:
    module = AwsModule(
        {
            "names": {"type": "list", "elements": "str", "required": True},
            "table": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["held", "released"], "default": "held"},
            "ttl_seconds": {"type": "int", "default": 600},
        }
    )
    table, held = module.params["table"], module.params["state"] == "held"
    if module.params["ttl_seconds"] < 3:
        module.fail(f"ttl_seconds: a lock lasts at least 3 seconds, not {module.params['ttl_seconds']}.")
    if held and not module.check_mode:
        hold(module)

    found = {name: module.ask(f"lock {name} in table {table}", current, module.aws, table, name) for name in module.params["names"]}
    locks = [lock for lock in found.values() if lock]
    if held:
        for lock in locks:
            module.warn(f"{held_by(lock)} What that run changes from now on is not in this plan.")
        module.done(**planned([Change(table, None, made(module))] if None in found.values() else [], found))
    gone = [
        Change(name, holder, None)
        for name, holder in shown(found).items()
        if module.check_mode or module.ask(f"lock {name} in table {table}", release, module.aws, table, found[name])
    ]
    module.done(changed=bool(gone), diff=diff(gone), holders={})


if __name__ == "__main__":
    main()
