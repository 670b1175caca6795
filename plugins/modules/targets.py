#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: targets
short_description: Register targets of load balancers and wait until they are healthy, or take them out and wait until they have drained
version_added: 0.1.0
description:
  - V(registered) targets are registered where they are not, and awaited healthy, also those that were registered before.
  - V(deregistered) targets get no new requests any more, and those in flight are awaited, at most for the target group's deregistration
    delay.
  - Targets that are not given are left alone.
  - Asks ListTargetGroups of the region once and DescribeTargetHealth for each target group.
  - See U(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  targets:
    description: The targets.
    type: list
    elements: dict
    required: true
    suboptions:
      target_group: {description: The name of the target group., type: str, required: true}
      id: {description: "The instance, or the address.", type: str, required: true}
      port: {description: The port that it listens on. The target group's when not given., type: int}
  state:
    description: Whether the targets get requests.
    type: str
    choices: [registered, deregistered]
    default: registered
  wait:
    description: Whether registered targets are awaited healthy. Deregistered ones are awaited always.
    type: bool
    default: true
  optional:
    description:
      - Whether a target group may be missing. Its targets are then left out, with a warning.
      - Otherwise it is an error, in check mode a warning, since a task before may make it.
    type: bool
    default: false
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The first host gets no more requests
  prodready.aws.targets:
    targets: [{target_group: shop, id: 10.0.1.11, port: 3000}]
    state: deregistered

- name: The first host gets requests again
  prodready.aws.targets:
    targets: [{target_group: shop, id: 10.0.1.11, port: 3000}]
"""

RETURN = r"""
states:
  description: Of each target that was given, its health before anything was done, or C(absent); nothing of one whose group is missing.
  type: dict
  returned: always
  sample: {"shop 10.0.1.11:3000": healthy}
health:
  description: The health of every target of the target groups, before anything was done; by its name, C(<target group> <id>:<port>).
  type: dict
  returned: always
  sample: {"shop 10.0.1.11:3000": healthy}
plan:
  description: What is changed, or would be in check mode.
  type: list
  elements: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

from collections.abc import Mapping

from ..module_utils.aws import AwsModule
from ..module_utils.plan import Call, Calls, Change, State, Wait
from ..module_utils.targets import TARGET_SPEC, Targets, name_of
from ..module_utils.undo import Undo

LOOK = "TargetHealthDescriptions[].TargetHealth.[State, Reason, Description]"


def healthy(targets: Targets, state: State) -> Wait:
    until = f"target {state['id']}:{state['port']} of {state['target_group']} is healthy"
    return Wait("target_in_service", targets.params(state), until=until, look=LOOK)


def calls(targets: Targets, wait: bool, change: Change) -> Calls:
    state = change.after or change.before or {}
    params = targets.params(state)
    if change.after is None:
        yield Call("deregister_targets", params)
        until = f"target {state['id']}:{state['port']} of {state['target_group']} has drained"
        yield Wait("target_deregistered", params, until=until, look=LOOK)
        return
    yield Call("register_targets", params)
    if wait and targets.used(state):
        yield healthy(targets, state)


def groups_of(known: Mapping[str, State]) -> set[str]:
    return {state["target_group"] for state in known.values()}


def undo_calls(module: AwsModule, change: Change) -> Calls:
    return calls(Targets(module.aws, groups_of({change.name: change.after or change.before or {}})), True, change)


UNDO = Undo("elbv2", lambda aws, known: Targets(aws, groups_of(known)).states(), undo_calls)


def main() -> None:
    module = AwsModule(
        {
            "targets": {"type": "list", "elements": "dict", "required": True, "options": TARGET_SPEC},
            "state": {"type": "str", "choices": ["registered", "deregistered"], "default": "registered"},
            "wait": {"type": "bool", "default": True},
            "optional": {"type": "bool", "default": False},
        }
    )
    given, aws = module.params["targets"], module.aws
    if wrong := [f"{one['id']}: port is {one['port']}, allowed are 1 to 65535" for one in given if not 1 <= (one["port"] or 1) <= 65535]:
        module.fail("; ".join(wrong))
    targets = module.ask("targets", Targets, aws, {one["target_group"] for one in given})
    if targets.missing:
        says = f"There is no target group {', '.join(targets.missing)} yet"
        if module.params["optional"]:
            module.warn(f"{says}: its targets are left out.")
            given = [one for one in given if one["target_group"] in targets.groups]
        elif module.check_mode:
            module.warn(f"{says}.")
        else:
            module.fail(f"{says}: make it first (role alb), or correct the name.")
    wanted = list(map(targets.want, given))
    names = {name_of(state): state for state in wanted}
    current, registered = targets.states(), module.params["state"] == "registered"
    waiting = [
        state
        for name, state in names.items()
        if current.get(name) == state and targets.health[name]["status"] != "healthy" and targets.used(state)
    ]
    if registered and module.params["wait"] and not module.check_mode:
        module.ask("targets", lambda: aws.each(lambda state: aws.send("elbv2", healthy(targets, state)), waiting))
    module.ensure(
        "elbv2",
        {name: state if registered else None for name, state in names.items()},
        lambda *_: current,
        lambda change: calls(targets, module.params["wait"], change),
        states={name: targets.health.get(name, {}).get("status", "absent") for name in names},
        health={name: one["status"] for name, one in targets.health.items()},
    )


if __name__ == "__main__":
    main()
