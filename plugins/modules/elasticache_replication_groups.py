#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_replication_groups
short_description: Keep a set of ElastiCache's replication groups as desired
version_added: 0.1.0
description:
  - Creates replication groups of Valkey and Redis OSS that are missing and sets what is given; what is not given stays as it is.
  - What AWS cannot change (encryption at rest, subnet group, port, an earlier engine version, encryption in transit in one step) is
    refused before anything is touched, with what to do.
  - Replicas and shards grow before a group is modified, and shrink after. Between the steps the module waits until AWS is not at
    work on the group. That takes many minutes; raise O(deadline_seconds) to 3600 for a new group, an upgrade or another node type.
  - The AUTH token is taken for a new group only, and is in no plan, diff or journal. M(prodready.aws.elasticache_auth_tokens) changes it.
  - See U(https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  replication_groups:
    description: The replication groups.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Its id, 1 to 40 lower-case letters, digits and hyphens.
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
      engine_version:
        description: The version, such as V(8.0) or V(7.1), which stands for each of its patches. It can only rise.
        type: str
      node_type:
        description: The type of its nodes, such as V(cache.t4g.small).
        type: str
      replicas:
        description: How many replicas each shard has, 0 to 5. None for a new one.
        type: int
      shards:
        description: How many shards it has. More than 1 are for O(replication_groups[].cluster_mode=enabled).
        type: int
      cluster_mode:
        description: Whether keys are spread over shards. One that is V(disabled) becomes V(enabled) by way of V(compatible).
        type: str
        choices: [disabled, compatible, enabled]
      multi_az:
        description: Whether its nodes are in several zones.
        type: bool
      automatic_failover:
        description: Whether a replica takes over when the primary fails.
        type: bool
      at_rest_encryption:
        description: Whether snapshots and disks are encrypted. For a new one only.
        type: bool
      kms_key:
        description: The key that encrypts it at rest, as id or ARN. AWS's own when not given. For a new one only.
        type: str
      transit_encryption:
        description: Whether connections are encrypted.
        type: bool
      transit_encryption_mode:
        description: Whether connections without TLS are refused, V(required), or still taken, V(preferred).
        type: str
        choices: [preferred, required]
      auth_token:
        description: The AUTH token of a new one. One that exists keeps its own.
        type: str
      user_groups:
        description: Exactly its user groups, in place of an AUTH token. A token that it has is given up.
        type: list
        elements: str
      parameter_group:
        description: Its cache parameter group.
        type: str
      subnet_group:
        description: Its cache subnet group. For a new one only.
        type: str
      security_groups:
        description: Exactly its security groups, as id, name or tag C(Name).
        type: list
        elements: str
      port:
        description: The port. For a new one only.
        type: int
      maintenance_window:
        description: When AWS may maintain it, in UTC, such as V(sun:03:00-sun:04:00).
        type: str
      snapshot_window:
        description: When the daily snapshot is made, in UTC, such as V(01:00-02:00).
        type: str
      snapshot_retention_days:
        description: For how many days snapshots are kept, 0 to 35. With 0 none is made.
        type: int
      auto_minor_version_upgrade:
        description: Whether AWS installs minor versions of the engine by itself.
        type: bool
      notification_topic:
        description: The topic that events are sent to, by name, or by ARN where it is another region's. An empty text for none.
        type: str
      log_deliveries:
        description: Where its logs go. Kinds of log that are not given stay as they are.
        type: list
        elements: dict
        suboptions:
          log_type: {description: Which log., type: str, choices: [slow-log, engine-log], required: true}
          log_group: {description: The log group of CloudWatch Logs., type: str}
          format: {description: The format., type: str, choices: [json, text], default: json}
          enabled: {description: Whether it is delivered., type: bool, default: true}
      apply_immediately:
        description:
          - Whether changes are made at once, or in the next maintenance window.
          - Replicas, shards, logs and the way from a token to users are always changed at once.
        type: bool
        default: true
      tags:
        description: Tags to have; others are kept.
        type: dict
        default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's cache is encrypted, has a replica in another zone, and tells what is slow
  prodready.aws.elasticache_replication_groups:
    deadline_seconds: 3600
    replication_groups:
      - name: shop
        engine: valkey
        engine_version: "8.0"
        node_type: cache.t4g.small
        replicas: 1
        multi_az: true
        automatic_failover: true
        at_rest_encryption: true
        transit_encryption: true
        auth_token: "{{ shop_variables.REDIS_AUTH_TOKEN }}"
        subnet_group: shop
        security_groups: [shop-cache]
        parameter_group: shop
        snapshot_retention_days: 7
        log_deliveries:
          - {log_type: slow-log, log_group: /shop/cache/slow}
          - {log_type: engine-log, log_group: /shop/cache/engine}
        notification_topic: shop-alarms
"""

RETURN = r"""
plan:
  description: What is changed, or would be in check mode.
  type: list
  elements: dict
  returned: always
endpoints:
  description: Where clients write, by name, as C(host) and C(port); in check mode of those groups that are there.
  type: dict
  returned: always
  sample: {shop: {host: master.shop.abc123.euc1.cache.amazonaws.com, port: 6379}}
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
from ..module_utils.elasticache_data import holds
from ..module_utils.elasticache_group_calls import How, calls
from ..module_utils.elasticache_group_changes import change_problems, immutable
from ..module_utils.elasticache_group_rules import problems
from ..module_utils.elasticache_groups import endpoint, settled, state_of, want
from ..module_utils.elasticache_network import Network
from ..module_utils.plan import Calls, Change, State
from ..module_utils.undo import Undo

LOG_SPEC = {
    "log_type": {"type": "str", "choices": ["slow-log", "engine-log"], "required": True},
    "log_group": {"type": "str"},
    "format": {"type": "str", "choices": ["json", "text"], "default": "json"},
    "enabled": {"type": "bool", "default": True},
}
TEXTS = ("final_snapshot", "description", "engine_version", "node_type", "parameter_group", "subnet_group")
GROUP_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    **{key: {"type": "str"} for key in (*TEXTS, "maintenance_window", "snapshot_window", "notification_topic")},
    "engine": {"type": "str", "choices": ["valkey", "redis"]},
    **{key: {"type": "int"} for key in ("replicas", "shards", "port", "snapshot_retention_days")},
    "cluster_mode": {"type": "str", "choices": ["disabled", "compatible", "enabled"]},
    **{key: {"type": "bool"} for key in ("multi_az", "automatic_failover", "at_rest_encryption", "transit_encryption")},
    "kms_key": {"type": "str", "no_log": False},
    "transit_encryption_mode": {"type": "str", "choices": ["preferred", "required"]},
    "auth_token": {"type": "str", "no_log": True},
    **{key: {"type": "list", "elements": "str"} for key in ("user_groups", "security_groups")},
    "auto_minor_version_upgrade": {"type": "bool"},
    "log_deliveries": {
        "type": "list",
        "elements": "dict",
        "options": LOG_SPEC,
        "required_if": [("enabled", True, ["log_group"])],
    },
    "apply_immediately": {"type": "bool", "default": True},
    "tags": {"type": "dict", "default": {}},
}


def read(aws: Aws, asked: Mapping[str, State | None], network: Network, how: Mapping[str, How]) -> dict[str, State]:
    return states(aws, elasticache.awaited(aws, asked), asked, network, how)


def states(
    aws: Aws,
    found: Mapping[str, Mapping[str, Any]],
    asked: Mapping[str, State | None],
    network: Network,
    how: Mapping[str, How],
) -> dict[str, State]:
    one_of = elasticache.members(aws) if asked else {}
    tags = elasticache.tags_of(aws, "replicationgroup", found)

    def state(name: str, group: Mapping[str, Any]) -> State:
        wanted = asked[name] or {}
        state = state_of(group, one_of.get(name, {}), wanted, how.get(name, How()).immediately)
        ids = state.pop("security_groups")
        if "security_groups" in wanted:
            state["security_groups"] = sorted(map(network.security_groups(state["subnet_group"]).label, ids))
        if (wanted.get("kms_key") or "").rpartition("/")[2] == (state["kms_key"] or "").rpartition("/")[2]:
            state["kms_key"] = wanted.get("kms_key")
        return {**state, "notification_topic": short(aws, state["notification_topic"]), "tags": tags[name]}

    return {name: state(name, group) for name, group in found.items()}


def endpoints_of(found: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {"host": at["Address"], "port": at["Port"]} for name, group in found.items() if (at := endpoint(group))}


def short(aws: Aws, topic: str) -> str:
    return topic.removeprefix(aws.arn("sns", ""))


def named(aws: Aws, state: State, before: State | None, network: Network) -> State:
    """With topic and security groups as they are called here."""
    state = dict(state)
    if "notification_topic" in state:
        state["notification_topic"] = short(aws, state["notification_topic"])
    if "security_groups" in state:
        groups = network.security_groups({**(before or {}), **state}.get("subnet_group"))
        state["security_groups"] = sorted(map(groups.canonical, state["security_groups"]))
    return state


def kept(aws: Aws, change: Change) -> str | None:
    if change.before is None:
        return "was deleted with its data and its AUTH token: make it anew from its snapshot"
    if change.after is None:
        group = elasticache.replication_groups(aws).get(change.name)
        return holds(aws, change.name, group) if group else None
    return f"cannot be put back: {'; '.join(found)}" if (found := list(immutable(change))) else None


UNDO = Undo(
    SERVICE,
    lambda aws, known: read(aws, known, Network(aws), {}),
    lambda module, change: calls(module.aws, Network(module.aws), How(), change),
    kept,
)


def forbidden(changes: list[Change], network: Network, planning: bool) -> list[str]:
    """What only the account can tell is wrong."""
    return [f"{change.name}: {problem}" for change in changes for problem in [*change_problems(change), *network.unfit(change, planning)]]


def main() -> None:
    module = AwsModule({"replication_groups": {"type": "list", "elements": "dict", "required": True, "options": GROUP_SPEC}})
    groups, aws = module.params["replication_groups"], module.aws
    if wrong := list(problems(groups)):
        module.fail("; ".join(wrong))
    network = Network(aws)
    wanted = {one["name"]: None if one["state"] == "absent" else want(one, module.ownership) for one in groups}
    how = {one["name"]: How(one["auth_token"], one["apply_immediately"], one["final_snapshot"] or "") for one in groups}
    found = module.ask(f"replication groups {', '.join(wanted)}", elasticache.awaited, aws, wanted)
    current = module.ask(f"replication groups {', '.join(wanted)}", states, aws, found, wanted, network, how)

    endpoints = endpoints_of(found)

    def changed(change: Change) -> Calls:
        yield from calls(aws, network, how[change.name], change)
        there = elasticache.replication_groups(aws)
        endpoints.update(endpoints_of({change.name: there.get(change.name, {})}))

    def desired(name: str, state: State) -> State:
        return named(aws, settled(name, state, current.get(name)), current.get(name), network)

    module.ensure(
        SERVICE,
        module.ask("security groups", lambda: {name: state and desired(name, state) for name, state in wanted.items()}),
        lambda *_: current,
        changed,
        check=lambda changes: module.ask("what they stand in", forbidden, changes, network, module.check_mode),
        endpoints=endpoints,
    )


if __name__ == "__main__":
    main()
