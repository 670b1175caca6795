"""An account as what the daemon is to do (sandbox/cache/__init__.py says what is in it). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.cache import acl, endpoints, node_types, parameters
from sandbox.cache.account import Account, Group


def order(accounts: Iterable[Account], authority: str) -> dict[str, Any]:
    made: dict[str, Any] = {"groups": {}, "snapshots": {}}
    for account in accounts:
        for group in account.groups.values():
            if group.block is not None and (group.status != "deleting" or group.final_snapshot):
                made["groups"][group.uid] = of(account, group, authority)
        for snapshot in account.snapshots.values():
            asked = {"group": snapshot.group, "node": snapshot.node} if snapshot.status == "creating" else None
            made["snapshots"][snapshot.uid] = asked
    return made


def of(account: Account, group: Group, authority: str) -> dict[str, Any]:
    values = parameters.in_force(account, group.parameter_group)
    return {
        "name": group.name,
        "revision": group.revision,
        "primary": group.primary,
        "nodes": {node.name: endpoints.address(group, endpoints.FIRST_NODE + node.number - 1) for node in group.nodes},
        "primary_address": endpoints.address(group, endpoints.PRIMARY),
        "reader_address": endpoints.address(group, endpoints.READER),
        "port": group.port,
        "tls": group.tls,
        "authority": authority,
        "certificate": group.certificate,
        "key": group.key,
        "users": users(account, group),
        "parameters": parameters.of_redis(values),
        "databases": int(values["databases"]),
        "maxmemory": node_types.usable_bytes(group.node_type, int(values["reserved-memory-percent"])),
        "automatic_failover": group.automatic_failover,
        "failovers": group.failovers,
        "promote": group.promote,
        "restore": group.restore,
    }


def users(account: Account, group: Group) -> dict[str, list[str]]:
    """The users of its user group, else `default` with the AUTH tokens, else `default` for everybody."""
    if not group.user_groups:
        return {"default": acl.rules(acl.EVERYTHING, group.tokens, group.without_token)}
    found = {}
    for name in account.user_groups[group.user_groups[0]].users:
        user = account.users[name]
        words = acl.words(user.access)
        access = words if "off" in words or "on" in words else ["off", *words]
        found[user.name] = acl.rules(access, user.digests, user.kind == "no-password")
    return found
