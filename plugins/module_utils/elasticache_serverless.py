# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Serverless caches of ElastiCache in their normal form, and the requests that a change takes. No limit is 0, as in AWS's requests.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ServerlessCache.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import elasticache, tag_rules
from .elasticache import BUSY, SERVICE
from .plan import Call, Calls, Change, State, Wait
from .tags import as_list

if TYPE_CHECKING:
    from .aws import Aws
    from .elasticache_network import Network

MODIFIED = {
    "description": "Description",
    "user_group": "UserGroupId",
    "snapshot_retention_days": "SnapshotRetentionLimit",
    "daily_snapshot_time": "DailySnapshotTime",
}
VERSION = {"engine": "Engine", "major_engine_version": "MajorEngineVersion"}
LIMITS = {
    "data_storage_max_gb": ("DataStorage", "Maximum"),
    "data_storage_min_gb": ("DataStorage", "Minimum"),
    "ecpus_per_second_max": ("ECPUPerSecond", "Maximum"),
    "ecpus_per_second_min": ("ECPUPerSecond", "Minimum"),
}
OTHER = ("kms_key", "subnets", "security_groups")
MISSING = ("ServerlessCacheNotFoundFault",)


def want(one: Mapping[str, Any], ownership: Mapping[str, str]) -> State:
    state = {key: one[key] for key in (*MODIFIED, *VERSION, *LIMITS, *OTHER) if one[key] is not None}
    return {**state, "tags": {**tag_rules.as_text(one["tags"]), **ownership}}


def state_of(cache: Mapping[str, Any]) -> dict[str, Any]:
    """One of DescribeServerlessCaches; its ids of subnets and security groups are as AWS has them."""
    limits, days = cache.get("CacheUsageLimits") or {}, cache.get("SnapshotRetentionLimit") or 0
    return {
        "description": (cache.get("Description") or "").strip(),
        "engine": cache["Engine"],
        "major_engine_version": cache.get("MajorEngineVersion") or "",
        **{key: (limits.get(kind) or {}).get(end) or 0 for key, (kind, end) in LIMITS.items()},
        "user_group": cache.get("UserGroupId") or "",
        "snapshot_retention_days": days,
        # A time without days has no meaning, and AWS takes none back.
        "daily_snapshot_time": cache.get("DailySnapshotTime") or "" if days else "",
        "kms_key": cache.get("KmsKeyId") or "",
        "subnets": sorted(cache.get("SubnetIds") or []),
        "security_groups": sorted(cache.get("SecurityGroupIds") or []),
    }


def there(aws: Aws) -> dict[str, dict[str, Any]]:
    return {one["ServerlessCacheName"]: one for one in aws.pages(SERVICE, "describe_serverless_caches", "ServerlessCaches")}


def awaited(aws: Aws, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The serverless caches of these names, once AWS is not at work on them; nobody is asked where there are no names."""
    names = list(names)
    return elasticache.at_rest(aws, names, there, available, gone) if names else {}


def endpoints_of(found: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {"host": at["Address"], "port": at["Port"]} for name, cache in found.items() if (at := cache.get("Endpoint"))}


def available(name: str) -> Wait:
    return Wait(
        "serverless_cache_available",
        {"ServerlessCacheName": name},
        until=f"serverless cache {name} is available",
        look="ServerlessCaches[0].Status",
    )


def gone(name: str) -> Wait:
    return Wait("serverless_cache_gone", {"ServerlessCacheName": name}, until=f"serverless cache {name} is gone")


def usage_limits(state: State, keys: Iterable[str]) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for key in keys:
        kind, end = LIMITS[key]
        limits.setdefault(kind, {"Unit": "GB"} if kind == "DataStorage" else {})[end] = state.get(key, 0)
    return limits


def creation(name: str, state: State, subnets: list[str], security_groups: list[str]) -> dict[str, Any]:
    """The parameters of CreateServerlessCache."""
    optional = {
        **{field: state.get(key) for key, field in {**VERSION, **MODIFIED, "kms_key": "KmsKeyId"}.items()},
        "CacheUsageLimits": usage_limits(state, [key for key in LIMITS if state.get(key)]),
        "SubnetIds": subnets,
        "SecurityGroupIds": security_groups,
    }
    return {"ServerlessCacheName": name, **{field: value for field, value in optional.items() if value}, "Tags": as_list(state["tags"])}


def modifications(change: Change, security_groups: list[str]) -> Iterator[dict[str, Any]]:
    """The parameters of each ModifyServerlessCache, which takes one field a request: engine and version are one, and so are all limits."""
    before, after = change.before or {}, change.after or {}
    if change.differs(*VERSION):
        engine = {"Engine": after["engine"]} if change.differs("engine") else {}
        yield {**engine, "MajorEngineVersion": after["major_engine_version"]}
    if change.differs(*LIMITS):
        yield {"CacheUsageLimits": usage_limits(after, [key for key in LIMITS if after.get(key) or before.get(key)])}
    if change.differs("security_groups"):
        yield {"SecurityGroupIds": security_groups}
    for key, field in MODIFIED.items():
        if change.differs(key) and (after[key] or key != "daily_snapshot_time"):
            yield {"RemoveUserGroup": True} if key == "user_group" and not after[key] else {field: after[key]}


def calls(aws: Aws, network: Network, final_snapshot: str, change: Change) -> Calls:
    state, cache = change.after, {"ServerlessCacheName": change.name}
    if state is None:
        snapshot = {"FinalSnapshotName": final_snapshot} if final_snapshot else {}
        yield Call("delete_serverless_cache", {**cache, **snapshot}, missing=MISSING, again=BUSY)
        yield gone(change.name)
        return
    subnets = list(map(network.subnets.id_of, state.get("subnets") or [])) if change.before is None else []
    security_groups: list[str] = []
    if state.get("security_groups") and change.differs("security_groups"):
        security_groups = list(map(network.security_groups_beside(state.get("subnets")).id_of, state["security_groups"]))
    if change.before is None:
        yield Call("create_serverless_cache", creation(change.name, state, subnets, security_groups))
        yield available(change.name)
        return
    for params in modifications(change, security_groups):
        yield Call("modify_serverless_cache", {**cache, **params}, again=BUSY)
        yield available(change.name)
    yield from elasticache.tag_calls(change, elasticache.arn(aws, "serverlesscache", change.name))
