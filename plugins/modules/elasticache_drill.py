#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_drill
short_description: Let a cache fail over to its replica, while a client sends requests to the application
version_added: 0.1.0
description:
  - Sends requests to a site at a constant rate, asks AWS to replace the primary of a replication group, and waits until a replica has
    taken over and the group is whole again. What became of the requests says what losing the cache costs.
  - AWS allows 15 of these in 24 hours for an account, and none while it is at work on the group.
  - See U(https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_TestFailover.html).
extends_documentation_fragment:
  - prodready.aws.aws
  - prodready.aws.client
options:
  name:
    description: The replication group.
    type: str
    required: true
  shard:
    description: Its shard (node group).
    type: str
    default: "0001"
  rate:
    description: How many requests a second are sent.
    type: int
    default: 50
  before_seconds:
    description: How long the client asks before and after.
    type: int
    default: 5
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's cache fails over, and nobody notices
  prodready.aws.elasticache_drill:
    name: shop
    url: https://shop.example.com/products
    deadline_seconds: 1200
  register: drill
"""

RETURN = r"""
client:
  description: How many C(requests) were sent and C(not_sent) in time, how many C(failed), how they ended, and how long they took in ms.
  type: dict
  returned: outside check mode
before:
  description: The cluster that was primary.
  type: str
  returned: always
after:
  description: The cluster that is.
  type: str
  returned: outside check mode
failover_seconds:
  description: How long it took until another cluster was primary; nothing when none was within the deadline.
  type: float
  returned: outside check mode
whole_seconds:
  description: How long it took until the group was available with all its clusters; nothing when it was not within the deadline.
  type: float
  returned: outside check mode
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from ..module_utils import elasticache, progress
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.elasticache import SERVICE
from ..module_utils.load import CLIENT_SPEC, Load, aiohttp, rate_problem, summary

LOOK_SECONDS = 1


def primary(group: Mapping[str, Any] | None, shard: str) -> str | None:
    """The cluster that has the role, in a shard."""
    shards = (group or {}).get("NodeGroups") or []
    nodes = next((one.get("NodeGroupMembers") or [] for one in shards if one["NodeGroupId"] == shard), [])
    return next((one["CacheClusterId"] for one in nodes if one.get("CurrentRole") == "primary"), None)


def problem(group: Mapping[str, Any] | None, name: str, shard: str) -> str | None:
    """Why it is not made to fail over."""
    if group is None:
        return f"there is no replication group {name}: make it first (role elasticache)"
    if group["Status"] != "available":
        return f"{name} is {group['Status']}: wait until AWS has ended its work on it"
    if group.get("AutomaticFailover") != "enabled":
        return f"{name} has no automatic_failover, so that nobody would take over"
    if primary(group, shard) is None:
        return f"{name} tells no primary of shard {shard}; with cluster_mode another node is asked each time, and AWS does not tell"
    return None


class Watch:
    """Looks at the group until what is awaited is there, or the time is over."""

    def __init__(self, aws: Aws, name: str, seconds: float) -> None:
        self.aws, self.name = aws, name
        self.begun = time.monotonic()
        self.end = self.begun + seconds

    def until(self, what: str, is_so: Callable[[Mapping[str, Any]], bool]) -> float | None:
        while (now := time.monotonic()) < self.end:
            group = elasticache.replication_groups(self.aws).get(self.name)
            if group and is_so(group):
                return round(time.monotonic() - self.begun, 1)
            progress.say(f"{self.name}: {now - self.begun:.0f} of at most {self.end - self.begun:.0f} s, waiting until {what}")
            time.sleep(LOOK_SECONDS)
        return None


def drill(aws: Aws, params: Mapping[str, Any], before: str) -> dict[str, Any]:
    name, shard = params["name"], params["shard"]
    with Load(params["url"], params["rate"], params["connect_to"], params["ca_path"], connections=500) as load:
        time.sleep(params["before_seconds"])
        aws.call(SERVICE, "test_failover", ReplicationGroupId=name, NodeGroupId=shard)
        watch = Watch(aws, name, params["deadline_seconds"])
        moved = watch.until(f"another than {before} is primary", lambda group: primary(group, shard) not in (None, before))
        whole = watch.until("it is available again", lambda group: group["Status"] == "available")
        time.sleep(params["before_seconds"])
    after = primary(elasticache.replication_groups(aws)[name], shard)
    return {"client": summary(load.samples), "after": after, "failover_seconds": moved, "whole_seconds": whole}


def main() -> None:
    module = AwsModule(
        {
            "name": {"type": "str", "required": True},
            "shard": {"type": "str", "default": "0001"},
            "rate": {"type": "int", "default": 50},
            "before_seconds": {"type": "int", "default": 5},
            **CLIENT_SPEC,
        }
    )
    if aiohttp is None:
        module.fail_json(msg=missing_required_lib("aiohttp"))
    params, name = module.params, module.params["name"]
    if wrong := rate_problem(params["rate"]):
        module.fail(f"{wrong}.")
    group = module.ask(name, elasticache.replication_groups, module.aws).get(name)
    if why := problem(group, name, params["shard"]):
        module.fail(f"{why}.")
    before = primary(group, params["shard"]) or ""
    if module.check_mode:
        module.done(changed=False, before=before)
    module.done(changed=True, before=before, **module.ask(name, drill, module.aws, params, before))


if __name__ == "__main__":
    main()
