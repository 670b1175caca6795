"""Snapshots of serverless caches, which moto lacks: the data of the cache in a file. The cache is available meanwhile.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateServerlessCacheSnapshot.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeServerlessCacheSnapshots.html
"""

from __future__ import annotations

from typing import Any

from sandbox.cache import tags
from sandbox.cache.account import Account, Serverless, Snapshot
from sandbox.cache.faults import fault, value
from sandbox.cache.serving import Asked, serve
from sandbox.repairs import elasticache_snapshots as of_groups


def found(account: Account, name: str) -> Snapshot:
    if name.lower() not in account.serverless_snapshots:
        raise fault("ServerlessCacheSnapshotNotFoundFault", f"Serverless cache snapshot {name} not found.")
    return account.serverless_snapshots[name.lower()]


def take(account: Account, cache: Serverless, given: str) -> Snapshot:
    name = given.lower()
    if not of_groups.NAME.fullmatch(name):
        raise value("The snapshot name must begin with a letter and have letters, digits and single hyphens.")
    if name in account.serverless_snapshots:
        raise fault("ServerlessCacheSnapshotAlreadyExistsFault", f"Serverless cache snapshot {name} already exists.")
    about = {
        "ServerlessCacheName": cache.name,
        "Engine": cache.engine,
        "MajorEngineVersion": cache.engine_version.partition(".")[0],
    }
    account.serverless_snapshots[name] = Snapshot(name, cache.uid, {shard.id: shard.primary for shard in cache.shards}, about)
    return account.serverless_snapshots[name]


def told(account: Account, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "ServerlessCacheSnapshotName": snapshot.name,
        "ARN": account.arn("serverlesscachesnapshot", snapshot.name),
        "SnapshotType": "manual",
        "Status": snapshot.status,
        "CreateTime": snapshot.created,
        "BytesUsedForCache": str(sum(snapshot.sizes.values())),
        "ServerlessCacheConfiguration": snapshot.told,
    }


def create(account: Account, asked: Asked) -> dict[str, Any]:
    name = asked["ServerlessCacheName"].lower()
    if name not in account.serverless:
        raise fault("ServerlessCacheNotFoundFault", f"Serverless cache {name} not found.")
    cache = account.serverless[name]
    if cache.status != "available":
        raise fault("InvalidServerlessCacheStateFault", f"Serverless cache {name} is not available, it is {cache.status}.")
    snapshot = take(account, cache, asked["ServerlessCacheSnapshotName"])
    tags.put(account, account.arn("serverlesscachesnapshot", snapshot.name), asked.get("Tags"))
    return {"ServerlessCacheSnapshot": told(account, snapshot)}


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    name = asked.get("ServerlessCacheSnapshotName")
    listed = [found(account, name)] if name else list(account.serverless_snapshots.values())
    if cache := asked.get("ServerlessCacheName"):
        listed = [one for one in listed if one.told["ServerlessCacheName"] == cache.lower()]
    if of_groups.SOURCES.get(asked.get("SnapshotType") or "manual") != "manual":
        listed = []
    return {"ServerlessCacheSnapshots": [told(account, snapshot) for snapshot in listed]}


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    snapshot = found(account, asked["ServerlessCacheSnapshotName"])
    if snapshot.status not in ("available", "failed"):
        raise fault("InvalidServerlessCacheSnapshotStateFault", f"Serverless cache snapshot {snapshot.name} is {snapshot.status}.")
    row = told(account, snapshot)
    del account.serverless_snapshots[snapshot.name]
    tags.drop(account, account.arn("serverlesscachesnapshot", snapshot.name))
    return {"ServerlessCacheSnapshot": {**row, "Status": "deleting"}}


def apply() -> None:
    serve(create_serverless_cache_snapshot=create, delete_serverless_cache_snapshot=delete)
    serve(paged=True, describe_serverless_cache_snapshots=describe)
