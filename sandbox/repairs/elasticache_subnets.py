"""Subnet groups of ElastiCache.

Their subnets exist and are of one VPC; a group, and a subnet of it, that a replication group is in cannot be removed. The name is kept in
lower case.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SubnetGroups.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheSubnetGroup.html

moto takes subnets that do not exist, and can neither modify nor delete a group.
"""

from __future__ import annotations

import re
from typing import Any

from moto.ec2.models import ec2_backends

from sandbox.cache import tags
from sandbox.cache.account import Account, SubnetGroup
from sandbox.cache.faults import fault, value
from sandbox.cache.serving import Asked, serve

NAME = re.compile(r"[a-z0-9._ -]{1,255}", re.IGNORECASE)
IPV4 = ["ipv4"]


def found(account: Account, name: str) -> SubnetGroup:
    group = account.subnet_groups.get(name.lower())
    if not group:
        raise fault("CacheSubnetGroupNotFoundFault", f"Cache Subnet Group {name} does not exist.")
    return group


def subnets(account: Account, names: list[str]) -> tuple[str, dict[str, str]]:
    """Their VPC, and the zone of each."""
    known = {subnet.id: subnet for zones in ec2_backends[account.number][account.region].subnets.values() for subnet in zones.values()}
    if missing := [name for name in names if name not in known]:
        raise fault("InvalidSubnet", f"Subnets: {missing} not found")
    networks = {known[name].vpc_id for name in names}
    if len(networks) != 1:
        raise fault("InvalidSubnet", f"The subnets must be of one VPC, and are of {len(networks)}: {', '.join(names) or 'none was given'}")
    return networks.pop(), {name: known[name].availability_zone for name in names}


def told(account: Account, group: SubnetGroup) -> dict[str, Any]:
    rows = [
        {"SubnetIdentifier": name, "SubnetAvailabilityZone": {"Name": zone}, "SupportedNetworkTypes": IPV4}
        for name, zone in group.subnets.items()
    ]
    return {
        "CacheSubnetGroupName": group.name,
        "CacheSubnetGroupDescription": group.description,
        "VpcId": group.vpc,
        "Subnets": rows,
        "ARN": account.arn("subnetgroup", group.name),
        "SupportedNetworkTypes": IPV4,
    }


def create(account: Account, asked: Asked) -> dict[str, Any]:
    name = asked["CacheSubnetGroupName"].lower()
    if not NAME.fullmatch(name) or name == "default":
        raise value("The parameter CacheSubnetGroupName must have 1 to 255 letters, digits, spaces, dots, underscores or hyphens.")
    if name in account.subnet_groups:
        raise fault("CacheSubnetGroupAlreadyExists", f"Cache subnet group {name} already exists.")
    group = SubnetGroup(name, asked["CacheSubnetGroupDescription"], *subnets(account, asked["SubnetIds"]))
    account.subnet_groups[name] = group
    tags.put(account, account.arn("subnetgroup", name), asked.get("Tags"))
    return {"CacheSubnetGroup": told(account, group)}


def modify(account: Account, asked: Asked) -> dict[str, Any]:
    group = found(account, asked["CacheSubnetGroupName"])
    if asked.get("SubnetIds"):
        network, zones = subnets(account, asked["SubnetIds"])
        if network != group.vpc:
            raise fault("InvalidSubnet", f"The new subnets are of {network}, the group {group.name} is of {group.vpc}")
        used = {node.zone for one in account.groups.values() if one.subnet_group == group.name for node in one.nodes}
        if lost := used - set(zones.values()):
            raise fault("SubnetInUse", f"Nodes of the group {group.name} are in {', '.join(sorted(lost))}: its subnet cannot be removed")
        group.subnets = zones
    group.description = asked.get("CacheSubnetGroupDescription") or group.description
    return {"CacheSubnetGroup": told(account, group)}


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    name = asked.get("CacheSubnetGroupName")
    listed = [found(account, name)] if name else account.subnet_groups.values()
    return {"CacheSubnetGroups": [told(account, group) for group in listed]}


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    group = found(account, asked["CacheSubnetGroupName"])
    if user := next((one.name for one in account.groups.values() if one.subnet_group == group.name), None):
        raise fault("CacheSubnetGroupInUse", f"Cache subnet group {group.name} is currently in use by a cache cluster: {user}")
    del account.subnet_groups[group.name]
    tags.drop(account, account.arn("subnetgroup", group.name))
    return {}


def apply() -> None:
    serve(create_cache_subnet_group=create, modify_cache_subnet_group=modify, delete_cache_subnet_group=delete)
    serve(paged=True, describe_cache_subnet_groups=describe)
