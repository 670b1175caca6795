"""What Envoy starts with: where its files and its admin interface are. Paths are relative to the sandbox's folder."""

from __future__ import annotations

from typing import Any

FOLDER = "plane"
ADMIN = f"{FOLDER}/admin.sock"
WAFD = f"{FOLDER}/wafd.sock"
ACCESS_LOG = f"{FOLDER}/access.jsonl"

# How long the connections of a changed listener may go on; each is told to close by itself before.
_DRAIN_SECONDS = 30
OPTIONS = (
    "--disable-hot-restart",
    "--concurrency",
    "2",
    "--drain-time-s",
    str(_DRAIN_SECONDS),
    "--file-flush-interval-msec",
    "500",
    "--log-level",
    "warning",
    "--log-format",
    "%Y-%m-%d %T.%e %l %n %v",
)


def source(name: str) -> dict[str, Any]:
    """Where a kind of resource is read from."""
    return {"path_config_source": {"path": f"{FOLDER}/{name}.json"}, "resource_api_version": "V3"}


def envoy() -> dict[str, Any]:
    return {
        "node": {"id": "sandbox", "cluster": "sandbox"},
        "admin": {"address": {"pipe": {"path": ADMIN, "mode": 0o600}}},
        "dynamic_resources": {"lds_config": source("listeners"), "cds_config": source("clusters")},
    }
