# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Targets of load balancers, by target group, address and port, and what AWS says of their health.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .elb import Elb
from .plan import State

if TYPE_CHECKING:
    from .aws import Aws

TARGET_SPEC = {
    "target_group": {"type": "str", "required": True},
    "id": {"type": "str", "required": True},
    "port": {"type": "int"},
}
# What AWS says of a target that it does not know.
ABSENT = ("Target.NotRegistered",)


def name_of(target: Mapping[str, Any]) -> str:
    return f"{target['target_group']} {target['id']}:{target['port']}"


class Targets:
    """The target groups of some targets, and what AWS says of the health of all their targets."""

    def __init__(self, aws: Aws, groups: Mapping[str, Any] | set[str]) -> None:
        self.aws = aws
        known = Elb(aws).target_groups
        self.groups = {name: known[name] for name in sorted(groups) if name in known}
        self.missing = sorted(set(groups) - set(self.groups))
        self.health: dict[str, dict[str, Any]] = {}
        for name, answer in zip(self.groups, aws.each(self._ask, self.groups), strict=True):
            for one in answer:
                target = {"target_group": name, "id": one["Target"]["Id"], "port": one["Target"].get("Port")}
                if one["TargetHealth"].get("Reason") not in ABSENT:
                    self.health[name_of(target)] = {**target, "status": one["TargetHealth"]["State"]}

    def _ask(self, name: str) -> list[dict[str, Any]]:
        return self.aws.call("elbv2", "describe_target_health", TargetGroupArn=self.arn(name))["TargetHealthDescriptions"]

    def arn(self, group: str) -> str:
        return self.groups[group]["TargetGroupArn"]

    def want(self, target: Mapping[str, Any]) -> State:
        group = self.groups.get(target["target_group"], {})
        return {**target, "port": target["port"] or group.get("Port"), "draining": False}

    def states(self) -> dict[str, State]:
        """A target that drains gets no request any more, and is there until it has."""
        return {
            name: {**{key: one[key] for key in ("target_group", "id", "port")}, "draining": one["status"] == "draining"}
            for name, one in self.health.items()
        }

    def used(self, state: State) -> bool:
        """Health is looked at only behind a load balancer."""
        return bool(self.groups[state["target_group"]].get("LoadBalancerArns"))

    def params(self, state: State) -> dict[str, Any]:
        return {"TargetGroupArn": self.arn(state["target_group"]), "Targets": [{"Id": state["id"], "Port": state["port"]}]}
