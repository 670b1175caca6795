# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Locks as items of a DynamoDB table: who holds one, and the conditional writes that take, prolong and release it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .aws import Aws
from .errors import AWS_ERRORS, code_of, explain

KEY = "lock_name"
NO_TABLE = ("ResourceNotFoundException",)
NOT_SO = "ConditionalCheckFailedException"
FREE = f"attribute_not_exists({KEY}) OR expires < :now"
AS_SEEN = "run = :run AND since = :since"

Lock = dict[str, Any]


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def typed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: {"S": value} if isinstance(value, str) else {"N": str(value)} for key, value in values.items()}


def plain(item: Mapping[str, Any]) -> Lock:
    return {key: value["S"] if "S" in value else float(value["N"]) for key, value in item.items()}


def seen(lock: Lock) -> dict[str, Any]:
    return typed({":run": lock["run"], ":since": lock["since"]})


def machine() -> str:
    """Where a process id means the same process; machines and containers may share a host name.

    https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{platform.node()} {boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return platform.node()


def alive(lock: Lock) -> bool:
    """Whether the run that holds the lock may still be at work; of another machine's nobody can tell."""
    if lock["machine"] != machine():
        return True
    try:
        os.kill(int(lock["run"].split("-")[1]), 0)
    except ProcessLookupError:
        return False
    except (IndexError, ValueError, PermissionError):
        return True
    return True


def held_by(lock: Lock) -> str:
    return f"{lock[KEY]} is locked by {lock['who']} (run {lock['run']}) since {moment(lock['since'])}."


def current(aws: Aws, table: str, name: str) -> Lock | None:
    """The lock, empty when nobody holds it; None when there is no table yet."""
    answer = aws.call("dynamodb", "get_item", NO_TABLE, TableName=table, Key=typed({KEY: name}), ConsistentRead=True)
    return None if answer is None else plain(answer.get("Item", {}))


def put(aws: Aws, table: str, lock: Lock, condition: str, values: dict[str, Any]) -> Lock | None:
    """Write the lock on this condition. What is there then, ours or another's; None when there is no table yet."""
    about = {"ConditionExpression": condition, "ExpressionAttributeValues": values}
    try:
        answer = aws.call(
            "dynamodb", "put_item", NO_TABLE, TableName=table, Item=typed(lock), ReturnValuesOnConditionCheckFailure="ALL_OLD", **about
        )
    except AWS_ERRORS as error:
        if code_of(error) != NOT_SO:
            raise
        return plain(error.response.get("Item", {}))  # type: ignore[union-attr]
    return None if answer is None else lock


def take(aws: Aws, table: str, lock: Lock) -> Lock | None:
    """Take the lock where it is free, expired or a dead run's; answers as `put`."""
    there = put(aws, table, lock, FREE, typed({":now": lock["since"]}))
    if there and there["run"] != lock["run"] and not alive(there):
        return put(aws, table, lock, AS_SEEN, seen(there))
    return there


def release(aws: Aws, table: str, lock: Lock) -> bool:
    """Remove the lock if it still is as it was seen."""
    about = {"ConditionExpression": AS_SEEN, "ExpressionAttributeValues": seen(lock)}
    missing = (NOT_SO, *NO_TABLE)
    return aws.call("dynamodb", "delete_item", missing, TableName=table, Key=typed({KEY: lock[KEY]}), **about) is not None


def prolong(aws: Aws, table: str, locks: Iterable[Lock], ttl_seconds: float) -> str:
    """Hold the locks longer. The answer says which one somebody else has taken meanwhile."""
    for lock in locks:
        longer = {**lock, "expires": round(time.time() + ttl_seconds, 3)}
        try:
            there = put(aws, table, longer, AS_SEEN, seen(lock))
        except AWS_ERRORS:  # the next time is soon enough
            continue
        if there != longer:
            now = held_by(there) if there else "Somebody has released it."
            return f"This run was interrupted, for it no longer holds the lock {lock[KEY]}. {now}"
    return ""


def release_all(aws: Aws, table: str, locks: Iterable[Lock]) -> None:
    for lock in locks:
        try:
            release(aws, table, lock)
        except AWS_ERRORS as error:
            told = explain(f"lock {lock[KEY]}", "dynamodb", "delete_item", error)
            raise RuntimeError(f"{told} It stays until it expires, or until playbooks/unlock.yml -e lock={lock[KEY]}") from error
