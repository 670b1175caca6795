"""Serverless caches of ElastiCache, which moto lacks: one shard without nodes, at 6379 and, for those who only read, 6380.

* Always encrypted; users by a user group, or none. What nobody says is AWS's to choose: the newest version, three subnets of the default
  VPC, and its default security group.
* A change is one field of one request, engine and version together; each is refused while another is under way.
* Subnets, key and network stay as they are made. An engine or a version before the one that is there is refused.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateServerlessCache.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyServerlessCache.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from sandbox.cache import checks, endpoints, engines, link, serverless_checks, tags
from sandbox.cache.account import Account, Node, Serverless, Shard
from sandbox.cache.faults import combination, fault
from sandbox.cache.serving import Asked, serve
from sandbox.repairs import elasticache_serverless_snapshots as snapshots
from sandbox.repairs import elasticache_subnets as subnets

MOST_SUBNETS = 3
NOT_EMULATED = ("SnapshotArnsToRestore", "Integrations")


def found(account: Account, name: str) -> Serverless:
    if name.lower() not in account.serverless:
        raise fault("ServerlessCacheNotFoundFault", f"Serverless cache {name} not found.")
    return account.serverless[name.lower()]


def available(account: Account, name: str) -> Serverless:
    cache = found(account, name)
    if cache.status != "available":
        raise fault("InvalidServerlessCacheStateFault", f"Serverless cache {cache.name} is not available, it is {cache.status}.")
    return cache


def told(account: Account, cache: Serverless) -> dict[str, Any]:
    row = {
        "ServerlessCacheName": cache.name,
        "Description": cache.description,
        "CreateTime": cache.created,
        "Status": cache.status,
        "Engine": cache.engine,
        "MajorEngineVersion": cache.engine_version.partition(".")[0],
        "FullEngineVersion": cache.engine_version.rpartition(".")[0],
        "CacheUsageLimits": cache.limits or None,
        "KmsKeyId": cache.kms_key or None,
        "StorageEncryptionType": "sse-kms" if cache.kms_key else "sse-elasticache",
        "SecurityGroupIds": list(cache.security_groups),
        "ARN": account.arn("serverlesscache", cache.name),
        "UserGroupId": (cache.user_groups or [None])[0],
        "SubnetIds": list(cache.subnets),
        "SnapshotRetentionLimit": cache.snapshot_retention,
        "DailySnapshotTime": cache.snapshot_time or None,
        "NetworkType": "ipv4",
        "ConnectionType": "vpc",
        **(endpoints.serverless(account, cache) if cache.status in ("available", "modifying") else {}),
    }
    return {name: one for name, one in row.items() if one is not None}


def create(account: Account, asked: Asked) -> dict[str, Any]:
    name = serverless_checks.name(asked["ServerlessCacheName"])
    if name in account.serverless:
        raise fault("ServerlessCacheAlreadyExistsFault", f"Serverless cache {name} already exists.")
    for member in NOT_EMULATED:
        if asked.get(member):
            raise NotImplementedError(member)
    for member, usual in (("NetworkType", "ipv4"), ("ConnectionType", "vpc")):
        if asked.get(member, usual) != usual:
            raise NotImplementedError(f"{member} {asked[member]}")
    engine, version = serverless_checks.versioned(asked["Engine"].lower(), asked.get("MajorEngineVersion"))
    network, places = standing(account, asked.get("SubnetIds") or [])
    cache = Serverless(
        name=name,
        description=serverless_checks.described(asked.get("Description") or ""),
        engine=engine,
        engine_version=version,
        port=endpoints.PORT,
        block=(block := link.free_blocks(1)[0]),
        slice=link.slice_number(),
        shards=[Shard(1, name, block, [Node(name, 1, "")], name)],
        user_groups=serverless_checks.users(account, asked.get("UserGroupId"), engine),
        security_groups=checks.security_groups(account, asked.get("SecurityGroupIds") or usual_security_group(account, network)),
        snapshot_retention=checks.retention(asked.get("SnapshotRetentionLimit") or 0),
        kms_key=asked.get("KmsKeyId") or "",
        limits=serverless_checks.limited(asked.get("CacheUsageLimits") or {}, {}),
        subnets=places,
        snapshot_time=serverless_checks.daily(asked.get("DailySnapshotTime") or ""),
    )
    if cache.block is not None:
        at = endpoints.address(cache, cache.block, endpoints.PRIMARY)
        cache.port = endpoints.free_port([at], cache.port, lambda port: (port + 1, endpoints.bus_port(port)))
        names = [endpoints.serverless_name(account, cache), *endpoints.addresses(cache)]
        cache.certificate, cache.key = endpoints.certificate(names)
    account.serverless[name] = cache
    tags.put(account, account.arn("serverlesscache", name), asked.get("Tags"))
    return {"ServerlessCache": told(account, cache)}


def standing(account: Account, given: list[str]) -> tuple[str, list[str]]:
    """The VPC and the subnets."""
    backend = ec2_backends[account.number][account.region]
    if not given:
        every = [one for zones in backend.subnets.values() for one in zones.values() if one.default_for_az]
        given = [one.id for one in sorted(every, key=lambda one: one.availability_zone)][:MOST_SUBNETS]
    return subnets.subnets(account, given)[0], given


def usual_security_group(account: Account, network: str) -> list[str]:
    groups = ec2_backends[account.number][account.region].groups.get(network, {}).values()
    return [one.id for one in groups if one.name == "default"]


def modify(account: Account, asked: Asked) -> dict[str, Any]:
    cache = available(account, asked["ServerlessCacheName"])
    fields = {"Engine" if name == "MajorEngineVersion" else name for name in asked if name != "ServerlessCacheName"}
    if not fields:
        raise combination("No modifications were requested")
    if len(fields) > 1:
        raise combination("Serverless Cache modifications only support modifying one field per request.")
    for member, one in changes(account, cache, fields.pop(), asked).items():
        setattr(cache, member, one)
    cache.change()
    return {"ServerlessCache": told(account, cache)}


def changes(account: Account, cache: Serverless, name: str, asked: Asked) -> dict[str, Any]:
    """What is to be of the cache's members."""
    if name == "Engine":
        engine, version = serverless_checks.versioned((asked.get("Engine") or cache.engine).lower(), asked.get("MajorEngineVersion"))
        if cache.engine == "valkey" != engine or engine == cache.engine and engines.is_older(version, cache.engine_version):
            raise combination(f"A downgrade from {cache.engine} {cache.engine_version} to {engine} {version} is not possible.")
        return {"engine": engine, "engine_version": version}
    given = asked[name]
    made = {
        "Description": lambda: {"description": serverless_checks.described(given)},
        "CacheUsageLimits": lambda: {"limits": serverless_checks.limited(given, cache.limits)},
        "RemoveUserGroup": lambda: {"user_groups": [] if given else cache.user_groups},
        "UserGroupId": lambda: {"user_groups": serverless_checks.users(account, given, cache.engine)},
        "SecurityGroupIds": lambda: {"security_groups": checks.security_groups(account, given)},
        "SnapshotRetentionLimit": lambda: {"snapshot_retention": checks.retention(given)},
        "DailySnapshotTime": lambda: {"snapshot_time": serverless_checks.daily(given)},
    }
    return made[name]()


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    cache = found(account, asked["ServerlessCacheName"])
    if cache.status not in ("available", "create-failed"):
        raise fault("InvalidServerlessCacheStateFault", f"Serverless cache {cache.name} cannot be deleted while it is {cache.status}.")
    if final := asked.get("FinalSnapshotName"):
        cache.final_snapshot = snapshots.take(account, cache, final).name
    cache.status = "deleting"
    tags.drop(account, account.arn("serverlesscache", cache.name))
    return {"ServerlessCache": told(account, cache)}


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    name = asked.get("ServerlessCacheName")
    listed = [found(account, name)] if name else account.serverless.values()
    return {"ServerlessCaches": [told(account, cache) for cache in listed]}


def apply() -> None:
    serve(create_serverless_cache=create, modify_serverless_cache=modify, delete_serverless_cache=delete)
    serve(paged=True, describe_serverless_caches=describe)
