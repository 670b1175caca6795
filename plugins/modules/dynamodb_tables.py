#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: dynamodb_tables
short_description: Keep a set of DynamoDB tables recoverable, protected and as defined
version_added: 0.1.0
description:
  - Adopts tables by name. What is not given is not touched; what is given is made exactly so.
  - A table that is missing is created when O(tables[].hash_key) is given. Otherwise the module fails before anything is touched,
    and names all tables that are missing.
  - Tables are never deleted.
  - Asks DescribeTable and ListTagsOfResource for every table, DescribeContinuousBackups where O(tables[].recovery_days) and
    DescribeTimeToLive where O(tables[].ttl) is given.
  - See U(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html) and
    U(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContinuousBackups.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  tables:
    description: The tables.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name of the table.
        type: str
        required: true
      recovery_days:
        description:
          - To any second of how many last days the table can be restored, 1 to 35.
          - V(0) turns point-in-time recovery off, and gives up all that could be restored.
        type: int
      deletion_protection:
        description: Whether AWS refuses to delete the table.
        type: bool
      ttl:
        description:
          - The attribute with the second at which an item expires. An empty text turns expiry off.
          - AWS moves it to another attribute only after an hour without.
        type: str
      encryption:
        description:
          - The key that encrypts the table, V(AWS_OWNED) (free of charge), V(AWS_MANAGED), or a customer's own as C(alias/<name>)
            or ARN.
        type: str
      table_class:
        description: The table class.
        type: str
        choices: [STANDARD, STANDARD_INFREQUENT_ACCESS]
      stream:
        description: What the table's stream carries. A change makes a new stream.
        type: str
        choices: ["OFF", KEYS_ONLY, NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES]
      billing_mode:
        description: How the table is paid for. A table that is created without is V(PAY_PER_REQUEST).
        type: str
        choices: [PAY_PER_REQUEST, PROVISIONED]
      capacity:
        description: The provisioned capacity. Leave it and O(tables[].billing_mode) out where auto scaling decides.
        type: dict
        suboptions:
          read: {description: Read capacity units., type: int, required: true}
          write: {description: Write capacity units., type: int, required: true}
      hash_key:
        description: The partition key. Given for a table that exists, it must be the one that is there.
        type: dict
        suboptions: &key
          name: {description: The attribute., type: str, required: true}
          type: {description: 'Its type: string, number or binary.', type: str, choices: [S, N, B], default: S}
      range_key:
        description: The sort key.
        type: dict
        suboptions: *key
      global_indexes:
        description:
          - Global secondary indexes, built and removed one at a time.
          - Their keys and projection cannot be changed once they exist.
        type: list
        elements: dict
        suboptions:
          name: {description: The name of the index., type: str, required: true}
          hash_key:
            description: The partition key.
            type: dict
            required: true
            suboptions: *key
          range_key:
            description: The sort key.
            type: dict
            suboptions: *key
          projection:
            description: Which attributes the index carries.
            type: str
            choices: [ALL, KEYS_ONLY, INCLUDE]
            default: ALL
          attributes: {description: The attributes of projection V(INCLUDE)., type: list, elements: str}
          capacity:
            description: The provisioned capacity, where the table has one. Without it an index gets its table's.
            type: dict
            suboptions:
              read: {description: Read capacity units., type: int, required: true}
              write: {description: Write capacity units., type: int, required: true}
      purge_indexes:
        description: Whether global indexes that are not in O(tables[].global_indexes) are removed.
        type: bool
        default: false
      local_indexes:
        description: Local secondary indexes, made with the table and never changed.
        type: list
        elements: dict
        suboptions:
          name: {description: The name of the index., type: str, required: true}
          range_key:
            description: The sort key.
            type: dict
            required: true
            suboptions: *key
          projection:
            description: Which attributes the index carries.
            type: str
            choices: [ALL, KEYS_ONLY, INCLUDE]
            default: ALL
          attributes: {description: The attributes of projection V(INCLUDE)., type: list, elements: str}
      tags:
        description: Tags that the table carries; others on it stay.
        type: dict
        default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The tables can be restored to any second of the last 35 days
  prodready.aws.dynamodb_tables:
    tables:
      - name: orders
        recovery_days: 35
        deletion_protection: true
      - name: sessions
        recovery_days: 7
        ttl: expires_at
        hash_key: {name: id}
"""

RETURN = r"""
plan:
  description: What had to change, one entry a table; empty when all was as desired.
  type: list
  elements: dict
  returned: always
  sample: [{action: update, name: orders}]
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.dynamodb import (
    AWS_OWNED,
    creation,
    definition,
    encryption,
    immutable,
    keys,
    problems,
    updates,
    want_index,
)
from ..module_utils.plan import Call, Calls, Change, State, Wait
from ..module_utils.tag_rules import as_text
from ..module_utils.tags import as_dict, tag_calls
from ..module_utils.undo import Undo

KEY_SPEC = {"name": {"type": "str", "required": True}, "type": {"type": "str", "choices": ["S", "N", "B"], "default": "S"}}
KEY = {"type": "dict", "options": KEY_SPEC, "no_log": False}
CAPACITY = {"type": "dict", "options": {unit: {"type": "int", "required": True} for unit in ("read", "write")}}
INDEX_SPEC = {
    "name": {"type": "str", "required": True},
    "range_key": KEY,
    "projection": {"type": "str", "choices": ["ALL", "KEYS_ONLY", "INCLUDE"], "default": "ALL"},
    "attributes": {"type": "list", "elements": "str"},
}
TABLE_SPEC = {
    "name": {"type": "str", "required": True},
    "recovery_days": {"type": "int"},
    "deletion_protection": {"type": "bool"},
    "ttl": {"type": "str"},
    "encryption": {"type": "str"},
    "table_class": {"type": "str", "choices": ["STANDARD", "STANDARD_INFREQUENT_ACCESS"]},
    "stream": {"type": "str", "choices": ["OFF", "KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]},
    "billing_mode": {"type": "str", "choices": ["PAY_PER_REQUEST", "PROVISIONED"]},
    "capacity": CAPACITY,
    "hash_key": KEY,
    "range_key": KEY,
    "global_indexes": {
        "type": "list",
        "elements": "dict",
        "options": {**INDEX_SPEC, "hash_key": {**KEY, "required": True}, "capacity": CAPACITY},
    },
    "purge_indexes": {"type": "bool", "default": False},
    "local_indexes": {"type": "list", "elements": "dict", "options": {**INDEX_SPEC, "range_key": {**KEY, "required": True}}},
    "tags": {"type": "dict", "default": {}},
}
AS_GIVEN = ("recovery_days", "deletion_protection", "ttl", "encryption", "table_class", "stream")


def want(table: Mapping[str, Any], ownership: Mapping[str, str]) -> State:
    state = {key: table[key] for key in AS_GIVEN if table[key] is not None}
    if table["hash_key"]:
        state["keys"] = keys(table)
    if table["billing_mode"]:
        state["capacity"] = table["capacity"]
    if table["global_indexes"] is not None:
        state["global_indexes"] = {index["name"]: want_index(index) for index in table["global_indexes"]}
    if table["local_indexes"] is not None:
        state["local_indexes"] = {index["name"]: want_index(index, keys(table)) for index in table["local_indexes"]}
    return {**state, "tags": {**as_text(table["tags"]), **ownership}}


def settled(wanted: State, before: State | None, purge_indexes: bool) -> State:
    """With the indexes that stay, and every index of a table with capacity having one."""
    before = before or {}
    capacity = wanted.get("capacity", before.get("capacity"))
    there, given = before.get("global_indexes", {}), wanted.get("global_indexes", {})
    stay = given if purge_indexes and "global_indexes" in wanted else {**there, **given}
    indexes = {name: {**there.get(name, {}), **given.get(name, {})} for name in stay}
    for index in indexes.values():
        index["capacity"] = None if capacity is None else index.get("capacity") or capacity
    return {**wanted, "capacity": capacity, "global_indexes": indexes}


def read(aws: Aws, asked: Mapping[str, State]) -> Mapping[str, State]:
    """The tables, with what costs a request of its own only where it is asked for."""

    def describe(name: str) -> Any:
        return aws.call("dynamodb", "describe_table", missing=("ResourceNotFoundException",), TableName=name)

    described = {name: answer["Table"] for name, answer in zip(asked, aws.each(describe, asked), strict=True) if answer is not None}
    aliases = []
    if any("SSEDescription" in table and "encryption" in asked[name] for name, table in described.items()):
        aliases = aws.pages("kms", "list_aliases", "Aliases")
    states: dict[str, dict[str, Any]] = {
        name: {**definition(table), "encryption": encryption(table, asked[name].get("encryption", AWS_OWNED), aliases)}
        for name, table in described.items()
    }
    questions = [(name, key) for name in described for key in QUESTIONS if key in asked[name]]
    for (name, key), answer in zip(questions, aws.each(lambda one: QUESTIONS[one[1]](aws, one[0]), questions), strict=True):
        states[name][key] = answer
    return states


def read_tags(aws: Aws, name: str) -> dict[str, str]:
    arn = aws.arn("dynamodb", f"table/{name}")
    return as_dict(aws.pages("dynamodb", "list_tags_of_resource", "Tags", ResourceArn=arn))


def read_recovery_days(aws: Aws, name: str) -> int:
    answer = aws.call("dynamodb", "describe_continuous_backups", TableName=name)["ContinuousBackupsDescription"]
    recovery = answer.get("PointInTimeRecoveryDescription", {})
    return recovery.get("RecoveryPeriodInDays", 35) if recovery.get("PointInTimeRecoveryStatus") == "ENABLED" else 0


def read_ttl(aws: Aws, name: str) -> str:
    expiry = aws.call("dynamodb", "describe_time_to_live", TableName=name)["TimeToLiveDescription"]
    return expiry["AttributeName"] if expiry["TimeToLiveStatus"] in ("ENABLED", "ENABLING") else ""


QUESTIONS: dict[str, Callable[[Aws, str], Any]] = {
    "tags": read_tags,
    "recovery_days": read_recovery_days,
    "ttl": read_ttl,
}


def calls(change: Change) -> Calls:
    table, after = {"TableName": change.name}, change.after
    active = Wait("table_active", table, until=f"table {change.name} and its indexes are ACTIVE")
    if after is None:
        if (change.before or {}).get("deletion_protection"):
            yield Call("update_table", {**table, "DeletionProtectionEnabled": False})
            yield active
        yield Call("delete_table", table)
        yield Wait("table_not_exists", table, until=f"table {change.name} is gone")
        return
    if change.before is None:
        yield Call("create_table", creation(change.name, after))
        # What a new table has without asking, and what CreateTable took along.
        before: State = {"recovery_days": 0, "ttl": "", "tags": after["tags"]}
    else:
        before = change.before
    yield active
    if after.get("recovery_days", 0) != before.get("recovery_days", 0):
        yield from recover(table, after["recovery_days"])
    if after["tags"] != before["tags"]:
        arn = (yield Call("describe_table", table))["Table"]["TableArn"]
        yield from tag_calls(change, arn, "ResourceArn")
    if change.before is not None:
        for request in updates(change.before, after):
            yield Call("update_table", {**table, **request})
            yield active
    # Last, for it is what AWS refuses: for an hour after a change.
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
    if after.get("ttl", "") != before.get("ttl", ""):
        expiry = {"Enabled": bool(after["ttl"]), "AttributeName": after["ttl"] or before["ttl"]}
        yield Call("update_time_to_live", {**table, "TimeToLiveSpecification": expiry})


def recover(table: dict[str, str], days: int) -> Calls:
    specification = {"PointInTimeRecoveryEnabled": days > 0, **({"RecoveryPeriodInDays": days} if days else {})}
    switch = {**table, "PointInTimeRecoverySpecification": specification}
    # AWS answers so for a while after a table was made.
    done = yield Call("update_continuous_backups", switch, missing=("ContinuousBackupsUnavailableException",))
    if done is None:
        name = table["TableName"]
        yield Wait("continuous_backups_enabled", table, until=f"AWS has made table {name} ready for continuous backups")
        yield Call("update_continuous_backups", switch)


def kept(aws: Aws, change: Change) -> str | None:
    """DescribeTable's count of items is hours old."""
    if change.after is None and aws.call("dynamodb", "scan", TableName=change.name, Limit=1, ConsistentRead=True)["Items"]:
        command = f"aws dynamodb delete-table --region {aws.region} --table-name {change.name}"
        return f"was made by this run and holds data: delete it yourself when nothing needs it: {command}"
    return None


UNDO = Undo("dynamodb", read, lambda module, change: calls(change), kept)


def forbidden(changes: Iterable[Change], place: str) -> Iterator[str]:
    """What AWS cannot do, or what is not asked for."""
    missing = [change.name for change in changes if change.before is None and change.after and "keys" not in change.after]
    if missing:
        yield (
            f"These tables do not exist in {place}: {', '.join(missing)}. "
            "Correct their names, or give their definition (hash_key and what else they need) to have them created"
        )
    for change in changes:
        if change.before is not None and change.after is not None:
            yield from immutable(change.name, change.before, change.after)


def main() -> None:
    module = AwsModule({"tables": {"type": "list", "elements": "dict", "required": True, "options": TABLE_SPEC}})
    tables = module.params["tables"]
    if found := problems(tables):
        module.fail("; ".join(found))
    wanted = {table["name"]: want(table, module.ownership) for table in tables}
    current = module.ask(", ".join(wanted), read, module.aws, wanted)
    desired = {table["name"]: settled(wanted[table["name"]], current.get(table["name"]), table["purge_indexes"]) for table in tables}
    place = f"{module.aws.region} of account {module.aws.account}"
    module.ensure("dynamodb", desired, lambda *_: current, calls, check=lambda changes: forbidden(changes, place))


if __name__ == "__main__":
    main()
