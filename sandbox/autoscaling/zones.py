"""Instances are balanced over the group's Availability Zones.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-availability-zone-balanced.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sandbox.autoscaling.account import Group
from sandbox.autoscaling.instance import Instance


def spare(group: Group) -> int:
    """One more than desired while instances move to another zone: the new one is in service before an old one goes."""
    there = [one for one in group.instances if one.counts]
    if not group.does("AZRebalance") or not group.does("Launch") or not group.does("Terminate") or group.refreshing:
        return 0
    comes = any(one.state != "InService" for one in there)
    if comes:
        moves = group.capacity > group.desired and not balanced(group, [one for one in there if one.state == "InService"])
    else:
        moves = group.capacity == group.desired and not balanced(group, there)
    return int(moves)


def balanced(group: Group, instances: Sequence[Instance]) -> bool:
    there = Counter(one.zone for one in instances)
    numbers = [there[zone] for zone in group.zones]
    return set(there) <= set(group.zones) and max(numbers) - min(numbers) < 2


def emptiest(group: Group) -> str:
    there = Counter(one.zone for one in group.instances if one.counts)
    return min(group.zones, key=lambda zone: there[zone])
