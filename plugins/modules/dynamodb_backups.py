#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: dynamodb_backups
short_description: Take on-demand backups of DynamoDB tables as named restore points
version_added: 0.1.0
description:
  - Takes a backup of each table under the given name, unless there is one of that name, and waits until it can be restored.
  - Asks ListBackups for every table.
  - See U(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateBackup.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  backups:
    description: The restore points.
    type: list
    elements: dict
    required: true
    suboptions:
      table:
        description: The name of the table.
        type: str
        required: true
      name:
        description: The name of the restore point, 3 to 255 characters of C(a-z A-Z 0-9 _ . -).
        type: str
        required: true
      prefix:
        description: What the names of O(backups[].keep)'s restore points begin with.
        type: str
      keep:
        description:
          - How many restore points of the table whose names begin with O(backups[].prefix) stay, this one among them. Older ones
            are deleted.
          - Without it none is deleted.
        type: int
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: A restore point of the orders is taken before the migration, and the last five stay
  prodready.aws.dynamodb_backups:
    backups:
      - table: orders
        name: before-1.4.0
        prefix: before-
        keep: 5
"""

RETURN = r"""
plan:
  description: What had to change, one entry a restore point, named C(table/restore point); empty when all was as desired.
  type: list
  elements: dict
  returned: always
  sample: [{action: create, name: orders/before-1.4.0}]
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.guard import Refused
from ..module_utils.lists import declared_twice
from ..module_utils.plan import Call, Calls, Change, State, Wait
from ..module_utils.undo import Undo

NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
BACKUP_SPEC = {
    "table": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "prefix": {"type": "str"},
    "keep": {"type": "int"},
}


def read(aws: Aws, tables: Iterable[str]) -> list[dict[str, Any]]:
    """All on-demand backups of the tables that can be restored now or soon, newest first."""
    pages = aws.each(lambda table: aws.pages("dynamodb", "list_backups", "BackupSummaries", TableName=table, BackupType="USER"), tables)
    found = [backup for page in pages for backup in page if backup["BackupStatus"] != "DELETED"]
    return sorted(found, key=lambda backup: backup["BackupCreationDateTime"], reverse=True)


def states(found: Iterable[Mapping[str, Any]]) -> dict[str, State]:
    """Backups by name; AWS allows several of one name, and the newest of them is the restore point."""
    named: dict[str, State] = {}
    for backup in found:
        name = f"{backup['TableName']}/{backup['BackupName']}"
        state = {"status": backup["BackupStatus"], "arn": backup["BackupArn"]}
        named[name if name not in named else backup["BackupArn"]] = state
    return named


def want(backups: Iterable[Mapping[str, Any]], found: Iterable[Mapping[str, Any]]) -> dict[str, State | None]:
    """The restore points that are to be, and (as None) those that are more than their table keeps."""
    found = list(found)
    names = {state["arn"]: name for name, state in states(found).items()}
    desired: dict[str, State | None] = {}
    for backup in backups:
        name = f"{backup['table']}/{backup['name']}"
        desired[name] = {"status": "AVAILABLE"}
        if backup["keep"]:
            older = [
                names[one["BackupArn"]]
                for one in found
                if one["TableName"] == backup["table"] and one["BackupName"].startswith(backup["prefix"])
            ]
            gone = [one for one in older if one != name][backup["keep"] - 1 :]
            desired = {**dict.fromkeys(gone), **desired}
    return desired


def available(name: str, arn: str) -> Wait:
    return Wait("backup_available", {"BackupArn": arn}, until=f"restore point {name} is AVAILABLE")


def calls(change: Change) -> Calls:
    before, after = change.before or {}, change.after
    if after is None:
        yield Call("delete_backup", {"BackupArn": before["arn"]}, missing=("BackupNotFoundException",))
        return
    if not before and "arn" in after:
        raise Refused(f"{change.name} was deleted, and a restore point that was deleted cannot come back.")
    if "arn" in before:
        yield available(change.name, before["arn"])
        return
    table, __, name = change.name.partition("/")
    arn = (yield Call("create_backup", {"TableName": table, "BackupName": name}))["BackupDetails"]["BackupArn"]
    yield available(change.name, arn)
    # A request whose answer was lost is sent again, and then it has made two.
    for other in (yield Call("list_backups", {"TableName": table, "BackupType": "USER"})).get("BackupSummaries", []):
        if other["BackupName"] == name and other["BackupArn"] != arn:
            yield available(change.name, other["BackupArn"])
            yield Call("delete_backup", {"BackupArn": other["BackupArn"]}, missing=("BackupNotFoundException",))


def kept(aws: Aws, change: Change) -> str:
    if change.before is None:
        return "was deleted, and a restore point that was deleted cannot come back"
    command = f"aws dynamodb delete-backup --region {aws.region} --backup-arn {change.before['arn']}"
    return f"is a restore point: delete it yourself when nothing needs it: {command}"


def current(aws: Aws, known: Mapping[str, State]) -> Mapping[str, State]:
    return states(read(aws, sorted({name.partition("/")[0] for name in known if not name.startswith("arn:")})))


UNDO = Undo("dynamodb", current, kept=kept)


def problems(backups: list[Mapping[str, Any]]) -> Iterator[str]:
    names = [f"{backup['table']}/{backup['name']}" for backup in backups]
    yield from declared_twice("restore point", names)
    for name, backup in zip(names, backups, strict=True):
        for key in ("table", "name"):
            if not NAME.fullmatch(backup[key]):
                yield f"{name}: {key} must have 3 to 255 characters of a-z A-Z 0-9 _ . -"
        if (backup["keep"] is None) != (not backup["prefix"]):
            yield f"{name}: keep and prefix are given together"
        elif backup["keep"] is not None and backup["keep"] < 1:
            yield f"{name}: keep must be at least 1"
        elif backup["prefix"] and not backup["name"].startswith(backup["prefix"]):
            yield f"{name}: the name must begin with the prefix {backup['prefix']}"


def main() -> None:
    module = AwsModule({"backups": {"type": "list", "elements": "dict", "required": True, "options": BACKUP_SPEC}})
    backups = module.params["backups"]
    if found := list(problems(backups)):
        module.fail("; ".join(found))
    tables = sorted({backup["table"] for backup in backups})
    there = module.ask(", ".join(tables), read, module.aws, tables)
    # Old restore points go when the new ones are there.
    module.ensure("dynamodb", want(backups, there), lambda *_: states(there), calls, order=lambda change: change.action == "delete")


if __name__ == "__main__":
    main()
