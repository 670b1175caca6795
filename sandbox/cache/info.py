"""INFO of a node as numbers. https://redis.io/docs/latest/commands/info/"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

# ElastiCache's families of commands, by the ACL categories that they are made of: https://redis.io/docs/latest/commands/acl-cat/
FAMILIES = {
    "String": "string",
    "Hash": "hash",
    "List": "list",
    "Set": "set",
    "SortedSet": "sortedset",
    "Stream": "stream",
    "HyperLogLog": "hyperloglog",
    "GeoSpatial": "geo",
    "PubSub": "pubsub",
    "Eval": "scripting",
    "Key": "keyspace",
}
READ, WRITE, KEYS = "read", "write", "keyspace"
_COUNTED = (
    *("keyspace_hits", "keyspace_misses", "evicted_keys", "expired_keys", "total_connections_received", "rejected_connections"),
    *("connected_clients", "used_memory", "maxmemory", "mem_fragmentation_ratio", "uptime_in_seconds", "active_defrag_hits"),
    *("used_cpu_sys_main_thread", "used_cpu_user_main_thread", "total_net_input_bytes", "total_net_output_bytes"),
    *("rdb_bgsave_in_progress", "tracking_total_keys", "mem_not_counted_for_evict", "acl_access_denied_auth", "acl_access_denied_cmd"),
    *("acl_access_denied_key", "acl_access_denied_channel", "total_net_repl_output_bytes"),
)


def fields(text: str) -> dict[str, str]:
    return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)


def numbers(found: dict[str, str], categories: dict[str, set[str]]) -> dict[str, float]:
    result = {name: float(found[name]) for name in _COUNTED if name in found}
    spaces = [_pairs(value) for name, value in found.items() if re.fullmatch(r"db\d+", name)]
    result |= {"items": sum(float(one["keys"]) for one in spaces), "volatile": sum(float(one["expires"]) for one in spaces)}
    counts: Counter[str] = Counter()
    for name, value in found.items():
        if name.startswith("cmdstat_"):
            command, pairs = name.removeprefix("cmdstat_"), _pairs(value)
            for family in _families(command, categories):
                counts.update({f"{family}_calls": float(pairs["calls"]), f"{family}_usec": float(pairs["usec"])})  # type: ignore[dict-item]
    return result | counts


def lags(found: dict[str, str]) -> dict[str, float]:
    """Of a primary: how many seconds each replica is behind, by its address."""
    replicas = [_pairs(value) for name, value in found.items() if re.fullmatch(r"slave\d+", name)]
    return {one["ip"]: float(one["lag"]) for one in replicas if one["state"] == "online"}


def _families(command: str, categories: dict[str, set[str]]) -> list[str]:
    own = {name for name, members in categories.items() if command in members or command.partition("|")[0] in members}
    found = [family for family, category in FAMILIES.items() if category in own]
    if KEYS not in own:
        found += [kind for category, kind in ((READ, "GetType"), (WRITE, "SetType")) if category in own]
    return found


def _pairs(value: str) -> dict[str, Any]:
    return dict(pair.split("=", 1) for pair in value.split(",") if "=" in pair)
