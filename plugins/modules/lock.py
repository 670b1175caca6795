#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: lock
short_description: Hold or release a lock that everybody who works on the account can see
version_added: 0.1.0
description:
  - A lock is one item of a DynamoDB table, taken with a conditional write, so that two runs never hold it at once.
  - It belongs to a run of ansible-playbook, which may take it again; it expires, and that of a run that died on this
    machine is taken over at once.
  - See U(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  name:
    description: What is locked.
    type: str
    required: true
  table:
    description: The table that keeps locks; it is made when missing, billed by request.
    type: str
    required: true
  state:
    description: Whether this run holds the lock.
    type: str
    choices: [held, released]
    default: held
  ttl_seconds:
    description: When the lock of a run that died expires, in seconds.
    type: int
    default: 1800
  force:
    description: Release the lock whoever holds it.
    type: bool
    default: false
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: Nobody else deploys the shop
  prodready.aws.lock:
    name: deploy
    table: shop-locks
"""

RETURN = r"""
holder:
  description: Who holds the lock, since when and until when; empty when nobody does.
  type: dict
  returned: always
  sample: {who: ops@bastion, run: 20261123T114512Z-4711-3f2a9c, since: "2026-11-23T11:45:12+00:00", expires: "2026-11-23T12:15:12+00:00"}
"""

import getpass
import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.plan import Wait

KEY = "lock_name"


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def current(aws: Aws, table: str, name: str) -> dict[str, Any] | None:
    """Who holds the lock; None when there is no table yet."""
    missing = ("ResourceNotFoundException",)
    answer = aws.call("dynamodb", "get_item", missing, TableName=table, Key={KEY: {"S": name}}, ConsistentRead=True)
    if answer is None:
        return None
    return {key: value.get("S") or float(value["N"]) for key, value in answer.get("Item", {}).items()}


def machine() -> str:
    """Where a process id means the same process; machines and containers may share a host name.

    https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{platform.node()} {boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return platform.node()


def alive(run: str, where: str) -> bool:
    """Whether the run may still be at work; of another machine's nobody can tell."""
    if where != machine():
        return True
    try:
        os.kill(int(run.split("-")[1]), 0)
    except ProcessLookupError:
        return False
    except (IndexError, ValueError, PermissionError):
        return True
    return True


def free(held: dict[str, Any] | None, run: str, now: float) -> bool:
    """Whether the run may take the lock."""
    return not held or held["run"] == run or held["expires"] < now or not alive(held["run"], held["machine"])


def shown(held: dict[str, Any] | None) -> dict[str, str]:
    if not held:
        return {}
    return {"who": held["who"], "run": held["run"], "since": moment(held["since"]), "expires": moment(held["expires"])}


def make_table(aws: Aws, table: str, tags: dict[str, str]) -> None:
    aws.call(
        "dynamodb",
        "create_table",
        ("ResourceInUseException",),
        TableName=table,
        AttributeDefinitions=[{"AttributeName": KEY, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": KEY, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    aws.send("dynamodb", Wait("table_exists", {"TableName": table}, f"table {table} is ACTIVE"))


def take(aws: Aws, table: str, name: str, held: dict[str, Any] | None, item: dict[str, Any]) -> bool:
    """Take the lock if it still is as it was seen; its own run may have prolonged it since."""
    typed = {key: {"S": value} if isinstance(value, str) else {"N": str(value)} for key, value in item.items()}
    condition: dict[str, Any] = {"ConditionExpression": f"attribute_not_exists({KEY})"}
    if held:
        condition = {
            "ConditionExpression": "#run = :run AND expires = :expires",
            "ExpressionAttributeNames": {"#run": "run"},
            "ExpressionAttributeValues": {":run": {"S": held["run"]}, ":expires": {"N": str(held["expires"])}},
        }
    failed = ("ConditionalCheckFailedException",)
    return aws.call("dynamodb", "put_item", failed, TableName=table, Item={KEY: {"S": name}, **typed}, **condition) is not None


def release(aws: Aws, table: str, name: str, run: str) -> bool:
    """Release the lock if the run still holds it."""
    answer = aws.call(
        "dynamodb",
        "delete_item",
        ("ConditionalCheckFailedException",),
        TableName=table,
        Key={KEY: {"S": name}},
        ConditionExpression="#run = :run",
        ExpressionAttributeNames={"#run": "run"},
        ExpressionAttributeValues={":run": {"S": run}},
    )
    return answer is not None


def main() -> None:
    module = AwsModule(
        {
            "name": {"type": "str", "required": True},
            "table": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["held", "released"], "default": "held"},
            "ttl_seconds": {"type": "int", "default": 1800},
            "force": {"type": "bool", "default": False},
        }
    )
    if module.params["ttl_seconds"] < 1:
        module.fail(f"ttl_seconds: a lock lasts at least 1 second, not {module.params['ttl_seconds']}.")
    name, table, now = module.params["name"], module.params["table"], time.time()
    run = (module.params["journal"] or {}).get("run") or f"once-{os.getpid()}"
    what = f"lock {name} in table {table}"
    held = module.ask(what, current, module.aws, table, name)

    if module.params["state"] == "released":
        if not held or (held["run"] != run and not module.params["force"]):
            module.done(changed=False, holder=shown(held))
        if not module.check_mode and not module.ask(what, release, module.aws, table, name, held["run"]):
            module.done(changed=False, holder=shown(module.ask(what, current, module.aws, table, name)))
        module.done(changed=True, holder={})

    def refuse(held: dict[str, Any] | None) -> None:
        if not held:
            module.fail(f"{name} was locked and released by another run at this moment. Run again.")
        module.fail(
            f"{name} is locked by {held['who']} (run {held['run']}) since {moment(held['since'])}. Wait for that run; if it died, "
            f"the lock expires at {moment(held['expires'])}, or release it: ansible-playbook playbooks/unlock.yml -e lock={name}",
            holder=shown(held),
        )

    if not free(held, run, now):
        refuse(held)
    item = {
        "who": f"{getpass.getuser()}@{platform.node()}",
        "run": run,
        "machine": machine(),
        "since": held["since"] if held and held["run"] == run else round(now, 3),
        "expires": round(now + module.params["ttl_seconds"], 3),
    }
    if not module.check_mode:
        if held is None:
            module.ask(what, make_table, module.aws, table, module.ownership)
        if not module.ask(what, take, module.aws, table, name, held, item):
            refuse(module.ask(what, current, module.aws, table, name))
    module.done(changed=not held or held["run"] != run, holder=shown(item))


if __name__ == "__main__":
    main()
