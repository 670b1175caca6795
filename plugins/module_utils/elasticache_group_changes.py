# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What ElastiCache cannot make of the replication group that is there, and what to do instead. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from .plan import Change

NEW_NEEDS = ("engine", "node_type")
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/modify-cluster-mode.html
CLUSTER_MODES = {"disabled": ("compatible",), "compatible": ("disabled", "enabled"), "enabled": ()}
ANEW = "Make a new one of another name, move the clients and delete this one"


def change_problems(change: Change) -> Iterator[str]:
    """What only the group that is there can tell is wrong."""
    before, after = change.before, change.after
    if after is None:
        return
    if before is None:
        if lacking := [key for key in NEW_NEEDS if not after.get(key)]:
            yield f"there is no replication group of this name; a new one needs {' and '.join(lacking)}"
        if after.get("user_groups") and not after.get("transit_encryption"):
            yield "user_groups need transit_encryption, or passwords would be sent in clear"
        if after.get("auth_token_enabled") and not after.get("transit_encryption"):
            yield "auth_token needs transit_encryption, or it would be sent in clear"
    else:
        yield from immutable(change)
    if after.get("multi_az") and not after.get("automatic_failover"):
        yield "multi_az needs automatic_failover"
    if after.get("automatic_failover") and after["cluster_mode"] == "disabled" and not after["replicas"]:
        yield "automatic_failover needs replicas, at least 1, to fail over to"
    if after.get("multi_az") and not after["replicas"]:
        yield "multi_az needs replicas, at least 1, in another zone"
    if after["shards"] > 1 and after["cluster_mode"] != "enabled":
        yield f"shards is {after['shards']}, which needs cluster_mode enabled; it is {after['cluster_mode']}"


def immutable(change: Change) -> Iterator[str]:
    """What AWS cannot change on a replication group that exists, and what to do."""
    before, after = change.before or {}, change.after or {}
    for key in ("at_rest_encryption", "kms_key", "subnet_group", "port"):
        if change.differs(key):
            yield f"{key} of a replication group cannot be changed (there: {before.get(key)}, wanted: {after.get(key)}). {ANEW}"
    yield from version_problems(change)
    yield from transit_problems(change)
    if change.differs("cluster_mode") and after["cluster_mode"] not in CLUSTER_MODES[before["cluster_mode"]]:
        ways = CLUSTER_MODES[before["cluster_mode"]]
        how = f"it can become {' or '.join(ways)}, once all clients fit" if ways else ANEW
        yield f"cluster_mode {before['cluster_mode']} cannot become {after['cluster_mode']}: {how}"
    if after.get("auth_token_enabled") and not before.get("auth_token_enabled"):
        yield "it has no AUTH token, and auth_token is for a new one: add one with prodready.aws.elasticache_auth_tokens, step add"


def version_problems(change: Change) -> Iterator[str]:
    before, after = change.before or {}, change.after or {}
    if change.differs("engine"):
        if after["engine"] == "redis":
            yield f"engine {before['engine']} cannot become redis. Restore a snapshot into a new replication group"
        elif not change.differs("engine_version"):
            yield f"engine becomes {after['engine']} with an engine_version only: give it, and a parameter_group of its family"
    elif change.differs("engine_version") and older(after["engine_version"], before["engine_version"]):
        yield (
            f"engine_version {before['engine_version']} cannot go back to {after['engine_version']}: AWS only upgrades. "
            "Correct it, or restore a snapshot into a new replication group"
        )


def older(one: str, other: str) -> bool:
    return numbers(one) < numbers(other)[: len(numbers(one))]


def numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]


def transit_problems(change: Change) -> Iterator[str]:
    """Encryption in transit comes and goes in two steps, so that clients can follow.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption-enable.html
    """
    before, after = change.before or {}, change.after or {}
    if not change.differs("transit_encryption"):
        return
    if after["transit_encryption"]:
        if after.get("transit_encryption_mode") != "preferred":
            yield (
                "transit_encryption of a replication group is switched on in two steps: run with transit_encryption_mode preferred, and "
                "once all clients use TLS with required"
            )
        if numbers(after["engine_version"]) < [7]:
            yield f"transit_encryption can be switched on from engine_version 7.0; it is {after['engine_version']}: upgrade first"
    elif before.get("transit_encryption_mode") != "preferred":
        yield (
            "transit_encryption is switched off in two steps: run with transit_encryption_mode preferred, and once no client uses TLS "
            "with transit_encryption false"
        )
    elif before.get("auth_token_enabled") or before.get("user_groups"):
        yield "transit_encryption cannot be switched off while an AUTH token or user_groups keep clients out"
