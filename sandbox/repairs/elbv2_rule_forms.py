"""Actions and conditions are told in full, whatever short form they were given in.

A forward to one target group has both TargetGroupArn and ForwardConfig, a redirect all its parts, and a host or path
condition both Values and its own configuration.
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html

moto tells them as they came.
"""

from __future__ import annotations

from typing import Any

from moto.elbv2.models import FakeAction, FakeListenerRule

from sandbox.plane.actions import REDIRECT_DEFAULTS
from sandbox.repairs.elbv2_rules import CONFIGS

NOT_STICKY = {"Enabled": False}


def in_full(action: dict[str, Any]) -> dict[str, Any]:
    if action.get("Type") == "forward":
        return action | forward(action)
    if action.get("Type") == "redirect":
        given = {key: value for key, value in (action.get("RedirectConfig") or {}).items() if value is not None}
        return action | {"RedirectConfig": REDIRECT_DEFAULTS | given}
    return action


def forward(action: dict[str, Any]) -> dict[str, Any]:
    config = action.get("ForwardConfig") or {}
    given = config.get("TargetGroups") or [{"TargetGroupArn": action["TargetGroupArn"]}]
    groups = [{"Weight": 1, **group} for group in given]
    one = {"TargetGroupArn": groups[0]["TargetGroupArn"]} if len(groups) == 1 else {}
    sticky = config.get("TargetGroupStickinessConfig") or NOT_STICKY
    return one | {"ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": sticky}}


def condition_in_full(condition: dict[str, Any]) -> dict[str, Any]:
    field = condition.get("Field")
    if field not in ("host-header", "path-pattern"):
        return condition
    config = condition.get(CONFIGS[field]) or {"Values": condition["Values"]}
    return condition | {CONFIGS[field]: config} | ({"Values": config["Values"]} if config.get("Values") else {})


def apply() -> None:
    init = FakeAction.__init__

    def init_in_full(self: FakeAction, data: dict[str, Any]) -> None:
        init(self, in_full(data))

    FakeAction.__init__ = init_in_full
    FakeListenerRule.conditions = property(
        lambda self: self._conditions, lambda self, value: setattr(self, "_conditions", list(map(condition_in_full, value)))
    )
