"""An account as what the daemon is to do (sandbox/cache/__init__.py says what is in it). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.cache import acl, endpoints, node_types, parameters, slots
from sandbox.cache.account import Account, Cache, Group, Serverless, Shard


def order(accounts: Iterable[Account], authority: str) -> dict[str, Any]:
    made: dict[str, Any] = {"groups": {}, "snapshots": {}}
    for account in accounts:
        for cache in account.caches:
            if cache.block is not None and (cache.status != "deleting" or cache.final_snapshot):
                made["groups"][cache.uid] = of(account, cache, authority)
        for snapshot in account.every_snapshot:
            asked = {"group": snapshot.group, "nodes": snapshot.nodes} if snapshot.status == "creating" else None
            made["snapshots"][snapshot.uid] = asked
    return made


def of(account: Account, cache: Cache, authority: str) -> dict[str, Any]:
    made = {
        "name": cache.name,
        "revision": cache.revision,
        "cluster": cache.is_cluster,
        "port": cache.port,
        "authority": authority,
        "certificate": cache.certificate,
        "key": cache.key,
    }
    if isinstance(cache, Serverless):
        return made | serverless(account, cache)
    assert isinstance(cache, Group)
    return made | group(account, cache)


def group(account: Account, found: Group) -> dict[str, Any]:
    values = parameters.in_force(account, found.parameter_group)
    return {
        "shards": {one.id: shard(found, one) for one in found.shards},
        "configuration_address": endpoints.address(found, found.block, endpoints.CONFIGURATION) if found.is_cluster else "",
        "reader_port": found.port,
        "tls": found.tls,
        "users": users(account, found),
        "parameters": parameters.of_redis(values),
        "databases": 1 if found.is_cluster else int(values["databases"]),
        "maxmemory": node_types.usable_bytes(found.node_type, int(values["reserved-memory-percent"])),
        "automatic_failover": found.automatic_failover,
    }


def shard(group: Group, found: Shard) -> dict[str, Any]:
    """Each of a cluster's nodes is known by its own address; what others are there for follows the roles."""
    by_role = group.cluster_mode != "enabled"
    return {
        "nodes": endpoints.of_nodes(group, found),
        "primary": found.primary,
        "primary_address": endpoints.address(group, found.block, endpoints.PRIMARY) if by_role else "",
        "reader_address": endpoints.address(group, found.block, endpoints.READER) if by_role else "",
        "slots": found.slots,
        "failovers": found.failovers,
        "promote": found.promote,
        "restore": found.restore,
    }


def serverless(account: Account, cache: Serverless) -> dict[str, Any]:
    """One node, the one shard of a cluster, at the one address. Nobody chooses its parameters."""
    at = endpoints.address(cache, cache.block, endpoints.PRIMARY)
    only = {"nodes": {cache.name: at}, "primary": cache.name, "primary_address": "", "reader_address": at}
    values = parameters.in_force(account, f"default.{parameters.family_of(cache.engine, cache.engine_version)}")
    return {
        "shards": {one.id: {**only, "slots": slots.ALL, "failovers": 0, "promote": "", "restore": ""} for one in cache.shards},
        "configuration_address": "",
        "reader_port": cache.port + 1,
        "tls": True,
        "users": users(account, cache),
        "parameters": parameters.of_redis(values),
        "databases": 1,
        "maxmemory": node_types.LARGEST_BYTES,
        "automatic_failover": False,
    }


def users(account: Account, cache: Cache) -> dict[str, list[str]]:
    """The users of its user group, else `default` with the AUTH tokens, else `default` for everybody."""
    lacking = (*acl.RESTRICTED, *acl.RESHARDING) if cache.is_cluster else acl.RESTRICTED
    if not cache.user_groups:
        tokens, without_token = (cache.tokens, cache.without_token) if isinstance(cache, Group) else ([], True)
        return {"default": acl.rules(acl.EVERYTHING, tokens, without_token, lacking)}
    found = {}
    for name in account.user_groups[cache.user_groups[0]].users:
        user = account.users[name]
        words = acl.words(user.access)
        access = words if "off" in words or "on" in words else ["off", *words]
        found[user.name] = acl.rules(access, user.digests, user.kind == "no-password", lacking)
    return found
