"""Parameter groups of ElastiCache, which moto lacks.

A group of the account's own starts with its family's defaults; AWS's own (default.redis7) cannot be changed, and one that a replication
group uses cannot be deleted. A value out of range, or a parameter that cannot be modified, is refused, and nothing is changed.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyCacheParameterGroup.html
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.cache import parameters, tags
from sandbox.cache.account import Account, ParameterGroup
from sandbox.cache.faults import fault, value
from sandbox.cache.serving import Asked, serve

NAME = re.compile(r"[a-z](-?[a-z0-9])*(\.[a-z0-9]+)*", re.IGNORECASE)
LONGEST_NAME = 255
MOST_CHANGED = 20


def found(account: Account, name: str) -> ParameterGroup:
    group = parameters.groups(account).get(name.lower())
    if not group:
        raise fault("CacheParameterGroupNotFound", f"CacheParameterGroup {name} not found.")
    return group


def own(account: Account, name: str) -> ParameterGroup:
    group = found(account, name)
    if group.name not in account.parameter_groups:
        raise fault("InvalidCacheParameterGroupState", f"The parameter group {name} is a default one and cannot be modified or deleted.")
    return group


def family(name: str) -> str:
    if name not in parameters.FAMILIES:
        known = ", ".join(parameters.FAMILIES)
        raise value(f"CacheParameterGroupFamily {name} is not a valid parameter group family; the sandbox knows {known}.")
    return name


def told(account: Account, group: ParameterGroup) -> dict[str, Any]:
    return {
        "CacheParameterGroupName": group.name,
        "CacheParameterGroupFamily": group.family,
        "Description": group.description,
        "IsGlobal": False,
        "ARN": account.arn("parametergroup", group.name),
    }


def create(account: Account, asked: Asked) -> dict[str, Any]:
    name = asked["CacheParameterGroupName"].lower()
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME or name.startswith("default."):
        raise value("The parameter CacheParameterGroupName must be provided and must not contain two consecutive hyphens or end with one.")
    if name in account.parameter_groups:
        raise fault("CacheParameterGroupAlreadyExists", f"Parameter group {name} already exists")
    group = ParameterGroup(name, family(asked["CacheParameterGroupFamily"]), asked["Description"])
    account.parameter_groups[name] = group
    tags.put(account, account.arn("parametergroup", name), asked.get("Tags"))
    return {"CacheParameterGroup": told(account, group)}


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    name = asked.get("CacheParameterGroupName")
    listed = [found(account, name)] if name else parameters.groups(account).values()
    return {"CacheParameterGroups": [told(account, group) for group in listed]}


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    group = own(account, asked["CacheParameterGroupName"])
    users = [one.name for one in account.groups.values() if one.parameter_group == group.name]
    if users:
        raise fault("InvalidCacheParameterGroupState", f"The parameter group {group.name} is in use by the replication group {users[0]}.")
    del account.parameter_groups[group.name]
    tags.drop(account, account.arn("parametergroup", group.name))
    return {}


def modify(account: Account, asked: Asked) -> dict[str, Any]:
    group = own(account, asked["CacheParameterGroupName"])
    pairs = asked["ParameterNameValues"]
    if not 1 <= len(pairs) <= MOST_CHANGED:
        raise value(f"Between 1 and {MOST_CHANGED} parameters can be modified in one request.")
    known = parameters.of_family(group.family)
    changed = {}
    for pair in pairs:
        name, wanted = pair.get("ParameterName", ""), pair.get("ParameterValue", "")
        if name not in known:
            raise value(f"The parameter {name} does not exist in the family {group.family}.")
        if known[name].get("fixed"):
            raise value(f"The parameter {name} cannot be modified.")
        if not parameters.is_allowed(known[name]["allowed"], wanted):
            raise value(f"Invalid value {wanted!r} for the parameter {name}: allowed is {known[name]['allowed']}.")
        changed[name] = wanted
    keep(account, group, group.values | changed)
    return {"CacheParameterGroupName": group.name}


def reset(account: Account, asked: Asked) -> dict[str, Any]:
    group = own(account, asked["CacheParameterGroupName"])
    names = [pair.get("ParameterName", "") for pair in asked.get("ParameterNameValues") or []]
    if bool(asked.get("ResetAllParameters")) == bool(names):
        raise fault("InvalidParameterCombination", "Specify either ResetAllParameters or a list of parameters.")
    if unknown := set(names) - parameters.of_family(group.family).keys():
        raise value(f"The parameter {min(unknown)} does not exist in the family {group.family}.")
    keep(account, group, {name: kept for name, kept in group.values.items() if names and name not in names})
    return {"CacheParameterGroupName": group.name}


def keep(account: Account, group: ParameterGroup, values: dict[str, str]) -> None:
    """Nodes take them at once, but those that only a start reads."""
    group.values = values
    for one in account.groups.values():
        if one.parameter_group == group.name:
            one.revision += 1


def listed(defaults: dict[str, dict[str, Any]], own_values: dict[str, str], source: str | None) -> list[dict[str, Any]]:
    rows = []
    for name, one in defaults.items():
        origin = "user" if name in own_values else "system"
        row = {
            "ParameterName": name,
            "ParameterValue": own_values.get(name, one["default"]),
            "Description": name.replace("-", " ").capitalize(),
            "Source": origin,
            "DataType": one.get("type", "string"),
            "AllowedValues": one["allowed"].removeprefix("letters:"),
            "IsModifiable": not one.get("fixed", False),
            "MinimumEngineVersion": parameters.since(one),
            "ChangeType": "requires-reboot" if one.get("reboot") else "immediate",
        }
        if source in (None, origin):
            rows.append(row)
    return rows


def describe_parameters(account: Account, asked: Asked) -> dict[str, Any]:
    group = found(account, asked["CacheParameterGroupName"])
    rows = listed(parameters.of_family(group.family), group.values, asked.get("Source"))
    return {"Parameters": rows, "CacheNodeTypeSpecificParameters": []}


def describe_defaults(account: Account, asked: Asked) -> dict[str, Any]:
    name = family(asked["CacheParameterGroupFamily"])
    rows = [{**row, "Source": "system"} for row in listed(parameters.of_family(name), {}, None)]
    return {"EngineDefaults": {"CacheParameterGroupFamily": name, "Parameters": rows, "CacheNodeTypeSpecificParameters": []}}


def apply() -> None:
    serve(
        create_cache_parameter_group=create,
        modify_cache_parameter_group=modify,
        reset_cache_parameter_group=reset,
        delete_cache_parameter_group=delete,
    )
    serve(
        paged=True,
        describe_cache_parameter_groups=describe,
        describe_cache_parameters=describe_parameters,
        describe_engine_default_parameters=describe_defaults,
    )
