# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The definition of a DynamoDB table: our normal form, AWS's requests, and AWS's limits. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from . import tag_rules
from .lists import declared_twice, repeated
from .plan import State
from .tags import as_list

NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
KMS_KEY = re.compile(r"alias/[a-zA-Z0-9/_-]{1,250}|arn:[^:]+:kms:[^:]+:\d{12}:key/.+")
AWS_OWNED, AWS_MANAGED, AWS_MANAGED_ALIAS = "AWS_OWNED", "AWS_MANAGED", "alias/aws/dynamodb"
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
MOST_GLOBAL, MOST_LOCAL, MOST_PROJECTED, LONGEST_RECOVERY = 20, 5, 100, 35


def keys(item: Mapping[str, Any]) -> list[dict[str, str]]:
    """The key attributes of a table or index, in AWS's order."""
    return [{"role": role, **item[option]} for role, option in (("HASH", "hash_key"), ("RANGE", "range_key")) if item.get(option)]


def want_index(index: Mapping[str, Any], table_keys: list[dict[str, str]] | None = None) -> State:
    """A local index has its table's hash key."""
    return {
        "keys": [*(table_keys or [])[:1], *keys(index)],
        "projection": index["projection"],
        "attributes": sorted(index.get("attributes") or []),
        **({"capacity": index["capacity"]} if index.get("capacity") else {}),
    }


def definition(table: Mapping[str, Any]) -> State:
    """The definition as DescribeTable gives it, in normal form."""
    types = {attribute["AttributeName"]: attribute["AttributeType"] for attribute in table["AttributeDefinitions"]}
    on_demand = table.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST"

    def key_attributes(schema: list[dict[str, str]]) -> list[dict[str, str]]:
        return [{"role": key["KeyType"], "name": key["AttributeName"], "type": types[key["AttributeName"]]} for key in schema]

    def capacity(described: Mapping[str, Any]) -> dict[str, int] | None:
        if on_demand:
            return None
        throughput = described["ProvisionedThroughput"]
        return {"read": throughput["ReadCapacityUnits"], "write": throughput["WriteCapacityUnits"]}

    def index(described: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "keys": key_attributes(described["KeySchema"]),
            "projection": described["Projection"]["ProjectionType"],
            "attributes": sorted(described["Projection"].get("NonKeyAttributes", [])),
        }

    local, everywhere = (table.get(kind) or [] for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"))
    stream = table.get("StreamSpecification", {})
    return {
        "keys": key_attributes(table["KeySchema"]),
        "capacity": capacity(table),
        "local_indexes": {one["IndexName"]: index(one) for one in local},
        "global_indexes": {
            one["IndexName"]: {**index(one), "capacity": capacity(one)} for one in everywhere if one.get("IndexStatus") != "DELETING"
        },
        "stream": stream["StreamViewType"] if stream.get("StreamEnabled") else "OFF",
        "table_class": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "deletion_protection": table.get("DeletionProtectionEnabled", False),
    }


def encryption(table: Mapping[str, Any], wanted: str, aliases: list[Mapping[str, Any]]) -> str:
    """What the table is encrypted with, by the name that was asked for if that is it."""
    described = table.get("SSEDescription", {})
    if described.get("Status", "DISABLED") in ("DISABLED", "DISABLING"):
        return AWS_OWNED
    arn = described["KMSMasterKeyArn"]
    names = sorted(alias["AliasName"] for alias in aliases if alias.get("TargetKeyId") == arn.rpartition("/")[2])
    if AWS_MANAGED_ALIAS in names or arn.endswith(AWS_MANAGED_ALIAS):
        return AWS_MANAGED
    return wanted if wanted in (arn, *names) else (*names, arn)[0]


def sse(name: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSESpecification.html"""
    if name == AWS_OWNED:
        return {"Enabled": False}
    return {"Enabled": True, "SSEType": "KMS", **({} if name == AWS_MANAGED else {"KMSMasterKeyId": name})}


def stream(view: str) -> dict[str, Any]:
    return {"StreamEnabled": False} if view == "OFF" else {"StreamEnabled": True, "StreamViewType": view}


def throughput(capacity: Mapping[str, int]) -> dict[str, int]:
    return {"ReadCapacityUnits": capacity["read"], "WriteCapacityUnits": capacity["write"]}


def schema(key_attributes: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"AttributeName": key["name"], "KeyType": key["role"]} for key in key_attributes]


def attribute_definitions(*owners: State) -> list[dict[str, str]]:
    """Exactly the attributes that the keys of the table and its indexes use; AWS refuses more and fewer."""
    types = {key["name"]: key["type"] for owner in owners for key in owner["keys"]}
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in sorted(types.items())]


def index_request(name: str, index: State) -> dict[str, Any]:
    attributes = {"NonKeyAttributes": index["attributes"]} if index["attributes"] else {}
    return {
        "IndexName": name,
        "KeySchema": schema(index["keys"]),
        "Projection": {"ProjectionType": index["projection"], **attributes},
        **({"ProvisionedThroughput": throughput(index["capacity"])} if index.get("capacity") else {}),
    }


def creation(name: str, state: State) -> dict[str, Any]:
    """The parameters of CreateTable."""
    local, everywhere = state.get("local_indexes", {}), state.get("global_indexes", {})
    optional = {
        "ProvisionedThroughput": throughput(state["capacity"]) if state["capacity"] else None,
        "LocalSecondaryIndexes": [index_request(*one) for one in local.items()],
        "GlobalSecondaryIndexes": [index_request(*one) for one in everywhere.items()],
        "StreamSpecification": stream(state["stream"]) if state.get("stream", "OFF") != "OFF" else None,
        "SSESpecification": sse(state["encryption"]) if state.get("encryption", AWS_OWNED) != AWS_OWNED else None,
        "TableClass": state.get("table_class"),
        "DeletionProtectionEnabled": state.get("deletion_protection"),
        "Tags": as_list(state["tags"]),
    }
    return {
        "TableName": name,
        "KeySchema": schema(state["keys"]),
        "AttributeDefinitions": attribute_definitions(state, *local.values(), *everywhere.values()),
        "BillingMode": "PROVISIONED" if state["capacity"] else "PAY_PER_REQUEST",
        **{key: value for key, value in optional.items() if value not in (None, [])},
    }


def updates(before: State, after: State) -> Iterator[dict[str, Any]]:
    """The parameters of each UpdateTable, in order; AWS takes one kind of change at a time, and one index at a time."""

    def differs(key: str) -> bool:
        return before.get(key) != after.get(key)

    if differs("deletion_protection"):
        yield {"DeletionProtectionEnabled": after["deletion_protection"]}
    if differs("encryption"):
        yield {"SSESpecification": sse(after["encryption"])}
    if differs("table_class"):
        yield {"TableClass": after["table_class"]}
    if differs("stream"):
        # The view of a stream cannot be changed, only a new stream be made.
        if "OFF" not in (before["stream"], after["stream"]):
            yield {"StreamSpecification": stream("OFF")}
        yield {"StreamSpecification": stream(after["stream"])}

    old, new = before["global_indexes"], after["global_indexes"]
    for name in old.keys() - new.keys():
        yield {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]}
    yield from capacity_updates(before, after)
    present = [before, *before["local_indexes"].values(), *(old[name] for name in old.keys() & new.keys())]
    for name in sorted(new.keys() - old.keys()):
        present.append(new[name])
        yield {
            "AttributeDefinitions": attribute_definitions(*present),
            "GlobalSecondaryIndexUpdates": [{"Create": index_request(name, new[name])}],
        }


def capacity_updates(before: State, after: State) -> Iterator[dict[str, Any]]:
    """A capacity that stays as it is must not be in the request; AWS refuses it."""
    capacity, old, new = after["capacity"], before["global_indexes"], after["global_indexes"]
    if capacity is None:
        if before["capacity"] is not None:
            yield {"BillingMode": "PAY_PER_REQUEST"}
        return
    indexes = [
        {"Update": {"IndexName": name, "ProvisionedThroughput": throughput(new[name]["capacity"])}}
        for name in sorted(old.keys() & new.keys())
        if old[name]["capacity"] != new[name]["capacity"]
    ]
    request = {
        **({"BillingMode": "PROVISIONED"} if before["capacity"] is None else {}),
        **({"ProvisionedThroughput": throughput(capacity)} if before["capacity"] != capacity else {}),
        **({"GlobalSecondaryIndexUpdates": indexes} if indexes else {}),
    }
    if request:
        yield request


def immutable(name: str, before: State, after: State) -> Iterator[str]:
    """What AWS cannot change on a table that exists."""
    for key, what in (("keys", "hash_key and range_key"), ("local_indexes", "local_indexes")):
        if before[key] != after[key]:
            yield (
                f"{name}: {what} of a table cannot be changed (there: {before[key]}, wanted: {after[key]}). "
                "Correct the definition, or make a table of another name and move the data"
            )
    for index in before["global_indexes"].keys() & after["global_indexes"].keys():
        old, new = before["global_indexes"][index], after["global_indexes"][index]
        if any(old[key] != new[key] for key in ("keys", "projection", "attributes")):
            yield (
                f"{name}: the keys and the projection of index {index} cannot be changed. "
                "Declare a new index of another name, use it, then remove this one"
            )
    old_ttl, new_ttl = before.get("ttl"), after.get("ttl")
    if old_ttl and new_ttl and old_ttl != new_ttl:
        yield (
            f"{name}: ttl is on attribute {old_ttl}, and AWS moves it to {new_ttl} only after an hour without. "
            "Run with ttl: '' first, and an hour later with the new attribute"
        )


def problems(tables: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the given tables, before any request."""
    found = declared_twice("table", (table["name"] for table in tables))
    for table in tables:
        found += [f"{table['name']}: {problem}" for problem in table_problems(table)]
    return found


def table_problems(table: dict[str, Any]) -> Iterator[str]:
    if not NAME.fullmatch(table["name"]):
        yield "name must have 3 to 255 characters of a-z A-Z 0-9 _ . -"
    days = table["recovery_days"]
    if days is not None and not 0 <= days <= LONGEST_RECOVERY:
        yield f"recovery_days is {days}, allowed are 1 to {LONGEST_RECOVERY}, and 0 for no point-in-time recovery"
    if table["ttl"] is not None and len(table["ttl"]) > 255:
        yield "ttl must be the name of an attribute, of at most 255 characters"
    key = table["encryption"]
    if key is not None and key not in (AWS_OWNED, AWS_MANAGED) and not KMS_KEY.fullmatch(key):
        yield f"encryption is {key!r}, allowed are {AWS_OWNED}, {AWS_MANAGED}, alias/<name> and the ARN of a KMS key"
    if (table["billing_mode"] == "PROVISIONED") != bool(table["capacity"]):
        yield "capacity is given with billing_mode PROVISIONED, and with it only"
    yield from tag_rules.problems(tag_rules.as_text(table["tags"]))
    yield from index_problems(table)


def index_problems(table: dict[str, Any]) -> Iterator[str]:
    local, everywhere = table["local_indexes"] or [], table["global_indexes"] or []
    if not table["hash_key"] and (table["range_key"] or local):
        yield "range_key and local_indexes need hash_key"
    if local and not table["range_key"]:
        yield "local_indexes need a table with a range_key"
    for kind, indexes, most in (("local_indexes", local, MOST_LOCAL), ("global_indexes", everywhere, MOST_GLOBAL)):
        if len(indexes) > most:
            yield f"{len(indexes)} {kind}, at most {most} are allowed"
    indexes = [*local, *everywhere]
    for name in repeated(index["name"] for index in indexes):
        yield f"index {name} is declared twice"
    for index in indexes:
        if not NAME.fullmatch(index["name"]):
            yield f"index {index['name']!r}: name must have 3 to 255 characters of a-z A-Z 0-9 _ . -"
        if (index["projection"] == "INCLUDE") != bool(index["attributes"]):
            yield f"index {index['name']}: attributes are given with projection INCLUDE, and with it only"
        if index.get("capacity") and table["billing_mode"] == "PAY_PER_REQUEST":
            yield f"index {index['name']}: capacity is not for billing_mode PAY_PER_REQUEST"
    if (projected := sum(len(index["attributes"] or []) for index in indexes)) > MOST_PROJECTED:
        yield f"{projected} projected attributes in all indexes, at most {MOST_PROJECTED} are allowed"
    yield from type_problems([table, *indexes])


def type_problems(owners: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    types: dict[str, str] = {}
    for key in (key for owner in owners for key in keys(owner)):
        if not 1 <= len(key["name"]) <= 255:
            yield f"the key attribute {key['name']!r} must have 1 to 255 characters"
        if types.setdefault(key["name"], key["type"]) != key["type"]:
            yield f"the attribute {key['name']} is declared with the types {types[key['name']]} and {key['type']}"
