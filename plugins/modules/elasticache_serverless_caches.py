#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_serverless_caches
short_description: Keep a set of ElastiCache's serverless caches as desired
version_added: 0.1.0
description:
  - Creates serverless caches of Valkey and Redis OSS that are missing and sets what is given; what is not given stays as it is.
  - They have no nodes, scale by themselves up to their limits, and are always encrypted, on disk and on their way. They know no AUTH
    token; who may connect is said by a user group.
  - To clients each is a cluster of one shard. A command with several keys needs them in one slot.
  - What AWS cannot change (key, subnets, an earlier version, Valkey back to Redis OSS) is refused before anything is touched, with what
    to do.
  - AWS takes one change a request, so the module waits between them. Raise O(deadline_seconds) where many change at once.
  - See U(https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateServerlessCache.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  serverless_caches:
    description: The serverless caches. When there are none, AWS is asked nothing.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Its name, 1 to 40 lower-case letters, digits and hyphens.
        type: str
        required: true
      state:
        description: Whether it is there. V(absent) deletes it with all its data.
        type: str
        choices: [present, absent]
        default: present
      final_snapshot:
        description: The snapshot that is made before it is deleted. An empty text gives the data up.
        type: str
      description:
        description: What it is for. Its name for a new one.
        type: str
      engine:
        description: The engine. Redis OSS can become Valkey, never the other way.
        type: str
        choices: [valkey, redis]
      major_engine_version:
        description: The first number of the version, such as V(8). It can only rise. AWS's newest for a new one.
        type: str
      data_storage_max_gb:
        description: How many gigabytes it may hold, 1 to 5000; then it evicts keys, or takes no more. No limit with V(0).
        type: int
      data_storage_min_gb:
        description: How many gigabytes it is ready for, and paid for, from the start. None with V(0).
        type: int
      ecpus_per_second_max:
        description: How many ElastiCache Processing Units a second it may use, 1000 to 15000000; then it is throttled. No limit with V(0).
        type: int
      ecpus_per_second_min:
        description: How many units a second it is ready for, and paid for, from the start. None with V(0).
        type: int
      user_group:
        description: The user group that may connect. An empty text for none, which lets in everybody whom the security groups do.
        type: str
      subnets:
        description:
          - The subnets it is reached in, of one VPC, as id, tag C(Name), or the zone that they are the default subnet of.
          - For a new one only.
          - AWS chooses subnets of the default VPC when not given.
        type: list
        elements: str
      security_groups:
        description: Exactly its security groups, as id, name or tag C(Name). They let clients in at its ports, 6379 and 6380 for readers.
        type: list
        elements: str
      kms_key:
        description: The key that encrypts it at rest, as ARN. AWS's own when not given. For a new one only.
        type: str
      snapshot_retention_days:
        description: For how many days daily snapshots are kept, 0 to 35. With 0 none is made.
        type: int
      daily_snapshot_time:
        description: When the daily snapshot is made, in UTC, such as V(01:00).
        type: str
      tags:
        description: Tags to have; others are kept.
        type: dict
        default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's cache scales by itself, up to what it may cost
  prodready.aws.elasticache_serverless_caches:
    serverless_caches:
      - name: shop
        engine: valkey
        major_engine_version: "8"
        data_storage_max_gb: 10
        ecpus_per_second_max: 10000
        user_group: shop
        subnets: [shop-a, shop-b]
        security_groups: [shop-cache]
        snapshot_retention_days: 7
        daily_snapshot_time: "01:00"
"""

RETURN = r"""
plan:
  description: What is changed, or would be in check mode.
  type: list
  elements: dict
  returned: always
endpoints:
  description: Where clients connect, by name, as C(host) and C(port); in check mode of those caches that are there.
  type: dict
  returned: always
  sample: {shop: {host: shop-abc123.serverless.euc1.cache.amazonaws.com, port: 6379}}
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils import elasticache
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.elasticache import SERVICE
from ..module_utils.elasticache_data import serverless_holds
from ..module_utils.elasticache_network import Network
from ..module_utils.elasticache_serverless import awaited, calls, endpoints_of, state_of, there, want
from ..module_utils.elasticache_serverless_rules import change_problems, immutable, problems
from ..module_utils.plan import Calls, Change, State
from ..module_utils.undo import Undo

CACHE_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    **{key: {"type": "str"} for key in ("final_snapshot", "description", "major_engine_version", "user_group", "daily_snapshot_time")},
    "engine": {"type": "str", "choices": ["valkey", "redis"]},
    **{key: {"type": "int"} for key in ("data_storage_max_gb", "data_storage_min_gb", "snapshot_retention_days")},
    **{key: {"type": "int"} for key in ("ecpus_per_second_max", "ecpus_per_second_min")},
    **{key: {"type": "list", "elements": "str"} for key in ("subnets", "security_groups")},
    "kms_key": {"type": "str", "no_log": False},
    "tags": {"type": "dict", "default": {}},
}


def read(aws: Aws, asked: Mapping[str, State | None], network: Network) -> dict[str, State]:
    return states(aws, awaited(aws, asked), asked, network)


def states(aws: Aws, found: Mapping[str, Mapping[str, Any]], asked: Mapping[str, State | None], network: Network) -> dict[str, State]:
    tags = elasticache.tags_of(aws, "serverlesscache", found)

    def state(name: str, cache: Mapping[str, Any]) -> State:
        wanted = asked[name] or {}
        state = state_of(cache)
        subnets, groups = state.pop("subnets"), state.pop("security_groups")
        # Their names are asked for only where somebody speaks of them.
        if wanted.keys() & {"subnets", "security_groups"}:
            state["subnets"] = sorted(map(network.subnets.label, subnets))
        if "security_groups" in wanted:
            state["security_groups"] = sorted(map(network.security_groups_beside(state["subnets"]).label, groups))
        if (wanted.get("kms_key") or "").rpartition("/")[2] == state["kms_key"].rpartition("/")[2]:
            state["kms_key"] = wanted.get("kms_key", state["kms_key"])
        return {**state, "tags": tags[name]}

    return {name: state(name, cache) for name, cache in found.items()}


def named(name: str, state: State, before: State | None, network: Network) -> State:
    """With what a new one has, and with subnets and security groups as they are called here."""
    state = {"description": name, **state} if before is None else dict(state)
    if "subnets" in state:
        state["subnets"] = sorted(map(network.subnets.canonical, state["subnets"]))
    if "security_groups" in state:
        groups = network.security_groups_beside({**(before or {}), **state}.get("subnets"))
        state["security_groups"] = sorted(map(groups.canonical, state["security_groups"]))
    return state


def kept(aws: Aws, change: Change) -> str | None:
    if change.before is None:
        return "was deleted with its data: make it anew from its snapshot"
    if change.after is None:
        return serverless_holds(aws, change.name) if change.name in there(aws) else None
    return f"cannot be put back: {'; '.join(found)}" if (found := list(immutable(change))) else None


UNDO = Undo(
    SERVICE,
    lambda aws, known: read(aws, known, Network(aws)),
    lambda module, change: calls(module.aws, Network(module.aws), "", change),
    kept,
)


def unknown(caches: list[Mapping[str, Any]], network: Network) -> list[str]:
    """What is given and is not in the account."""
    return [f"{one['name']}: {problem}" for one in caches if one["subnets"] for problem in network.subnets.unknown(one["subnets"])]


def forbidden(changes: list[Change], network: Network) -> list[str]:
    """What only the account can tell is wrong."""
    return [f"{change.name}: {problem}" for change in changes for problem in [*change_problems(change), *network.unfit_serverless(change)]]


def main() -> None:
    module = AwsModule({"serverless_caches": {"type": "list", "elements": "dict", "required": True, "options": CACHE_SPEC}})
    caches, aws = module.params["serverless_caches"], module.aws
    if wrong := list(problems(caches)):
        module.fail("; ".join(wrong))
    network = Network(aws)
    if wrong := module.ask("subnets", unknown, caches, network):
        module.fail("; ".join(wrong))
    wanted = {one["name"]: None if one["state"] == "absent" else want(one, module.ownership) for one in caches}
    last = {one["name"]: one["final_snapshot"] or "" for one in caches}
    found = module.ask(f"serverless caches {', '.join(wanted)}", awaited, aws, wanted)
    current = module.ask(f"serverless caches {', '.join(wanted)}", states, aws, found, wanted, network)
    endpoints = endpoints_of(found)

    def changed(change: Change) -> Calls:
        yield from calls(aws, network, last[change.name], change)
        endpoints.update(endpoints_of({change.name: there(aws).get(change.name, {})}))

    module.ensure(
        SERVICE,
        module.ask(
            "security groups",
            lambda: {name: state and named(name, state, current.get(name), network) for name, state in wanted.items()},
        ),
        lambda *_: current,
        changed,
        check=lambda changes: module.ask("what they stand in", forbidden, changes, network),
        endpoints=endpoints,
    )


if __name__ == "__main__":
    main()
