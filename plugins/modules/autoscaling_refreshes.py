#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: autoscaling_refreshes
short_description: Replace the outdated instances of Auto Scaling groups
version_added: 0.1.0
description:
  - An instance is outdated when it does not stand on the version of the launch template that its group is to have, or was launched before a
    secret got its current value. Where one is, the module starts an instance refresh, and waits until it has ended.
  - The refresh brings the group its new version, so that AWS can roll both back. AWS rolls nothing back where the group has the version
    already, or where the image of the launch template is looked up at each launch (V(ssm:)).
  - One that is under way to the same version, as a killed run leaves it, is joined.
  - Undo brings the group back to the version before, by another refresh.
  - See U(https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  refreshes:
    description: The groups.
    type: list
    elements: dict
    required: true
    suboptions:
      group:
        description: The Auto Scaling group. While it is only planned, one that is not there has no instance.
        type: str
        required: true
      version:
        description: The number of the version that it is to have, as M(prodready.aws.launch_templates) returns it. Its own when not given.
        type: int
      secret:
        description: The secret that instances read when they start.
        type: str
      pending:
        description:
          - In check mode, that something which instances read when they start is about to change, so that all are going to be outdated.
          - Means nothing outside of check mode, where it has changed by then.
        type: bool
        default: false
      min_healthy_percent: {description: "How many serve at least, in percent. The group's own, or 90, when not given.", type: int}
      max_healthy_percent: {description: "How many there are at most, in percent. The group's own, or 100, when not given.", type: int}
      warmup_seconds: {description: After what time a new instance counts. The group's own when not given., type: int}
      bake_seconds: {description: "For how long alarms are still watched at the end.", type: int}
      skip_matching: {description: Whether instances that stand on the version already stay., type: bool, default: true}
      auto_rollback: {description: "Whether AWS brings the version before back when the refresh fails.", type: bool, default: false}
      alarms:
        description: Alarms of CloudWatch that make it fail.
        type: list
        elements: str
      checkpoints:
        description: "At how many percent replaced it pauses, in rising order; V(100) is the last."
        type: list
        elements: int
      checkpoint_delay_seconds: {description: How long it pauses. An hour when not given., type: int}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's instances run the release and know the secret that there is
  prodready.aws.autoscaling_refreshes:
    deadline_seconds: 1800
    refreshes:
      - group: shop
        version: 4
        secret: shop
        min_healthy_percent: 100
        max_healthy_percent: 150
        auto_rollback: true
        alarms: [shop-errors]
"""

RETURN = r"""
outdated:
  description: The outdated instances of each group, and why they are.
  type: dict
  returned: always
  sample: {shop: {i-0123456789abcdef0: stands on version 3 of shop}}
refreshes:
  description: How each refresh ended, C(seconds) after it began; none in check mode.
  type: dict
  returned: always
  sample: {shop: {id: 08b91cf7, status: Successful, seconds: 94}}
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

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ..module_utils import autoscaling
from ..module_utils.autoscaling import BUSY, SERVICE, Group
from ..module_utils.autoscaling_group_rules import NO_TEMPLATE
from ..module_utils.autoscaling_refresh import PENDING, ended, failure, outdated, request, running, state, template_of
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.lists import declared_twice
from ..module_utils.plan import Call, Calls, Change, State, Unmet
from ..module_utils.undo import Undo

NUMBERS = {
    **{"min_healthy_percent": (0, 100), "max_healthy_percent": (100, 200), "warmup_seconds": (0, 86400)},
    **{"bake_seconds": (0, 172800), "checkpoint_delay_seconds": (0, 172800)},
}
REFRESH_SPEC: dict[str, Any] = {
    "group": {"type": "str", "required": True},
    "version": {"type": "int"},
    "secret": {"type": "str", "no_log": False},
    "pending": {"type": "bool", "default": False},
    **{key: {"type": "int"} for key in NUMBERS},
    "skip_matching": {"type": "bool", "default": True},
    "auto_rollback": {"type": "bool", "default": False},
    "alarms": {"type": "list", "elements": "str"},
    "checkpoints": {"type": "list", "elements": "int"},
}
DEFAULTS = {key: option.get("default") for key, option in REFRESH_SPEC.items()}


def changed_at(aws: Aws, secret: str | None) -> datetime | None:
    """When the current version of a secret was made."""
    answer = aws.call("secretsmanager", "list_secret_version_ids", ("ResourceNotFoundException",), SecretId=secret) if secret else None
    current = [one["CreatedDate"] for one in (answer or {}).get("Versions", []) if "AWSCURRENT" in one.get("VersionStages", [])]
    return current[0] if current else None


def launched(aws: Aws, group: Group) -> dict[str, datetime]:
    ids = [one["InstanceId"] for one in group["Instances"]]
    found = aws.pages("ec2", "describe_instances", "Reservations", Filters=[{"Name": "instance-id", "Values": ids}]) if ids else []
    return {one["InstanceId"]: one["LaunchTime"] for some in found for one in some["Instances"]}


def look(aws: Aws, group: Group, one: Mapping[str, Any]) -> dict[str, str]:
    """The outdated instances of a group, and why they are."""
    own = state(group, {})["version"]
    changed = changed_at(aws, one["secret"])
    return outdated(group, one["version"] or own, launched(aws, group) if changed else {}, one["secret"], changed)


def calls(aws: Aws, one: Mapping[str, Any], done: dict[str, Any], change: Change) -> Calls:
    """Replaces what is outdated; what a refresh that was joined has left is replaced by one of its own."""
    name, wanted = change.name, (change.after or {})["version"]
    joined = running(aws, name, wanted)
    if joined:
        finish(aws, name, joined["InstanceRefreshId"], done)
    group = autoscaling.groups(aws, [name])[name]
    why = look(aws, group, {**one, "version": wanted})
    if joined and not why and state(group, {})["version"] == wanted:
        return
    # AWS compares the launch template only, and would keep what is outdated for another reason.
    matching = one["skip_matching"] and all(text.startswith("stands on") for text in why.values())
    made = yield Call("start_instance_refresh", request(group, one, wanted, matching), again=BUSY)
    started = made or running(aws, name, wanted) or {}
    if not started:
        raise Unmet("its instance refresh was started and is not there: run again")
    finish(aws, name, started["InstanceRefreshId"], done)


def finish(aws: Aws, name: str, refresh: str, done: dict[str, Any]) -> None:
    found = ended(aws, name, refresh)
    seconds = round((found["EndTime"] - found["StartTime"]).total_seconds()) if found.get("EndTime") else None
    done[name] = {"id": refresh, "status": found["Status"], "seconds": seconds}
    if found["Status"] != "Successful":
        raise Unmet(failure(aws, name, found))
    autoscaling.settled(aws, name)


def read(aws: Aws, known: Mapping[str, State | None]) -> dict[str, State]:
    """For undo, which brings back a version, and nothing that a secret was."""
    return {name: state(group, {}) for name, group in autoscaling.groups(aws, known).items()}


def kept(aws: Aws, change: Change) -> str | None:
    group = autoscaling.groups(aws, [change.name]).get(change.name)
    if group is None or change.after is None:
        return "is no more, so there is nothing to bring back"
    template = template_of(group).get("LaunchTemplateName", "")
    return None if there(aws, template, change.after["version"]) else f"was on a version of {template} that is no more: run the role again"


UNDO = Undo(
    SERVICE,
    read,
    lambda module, change: calls(module.aws, {**DEFAULTS, "group": change.name}, {}, change),
    kept,
    lambda before: {**before, "outdated": 0, "why": []},
)


def there(aws: Aws, template: str, number: Any) -> dict[str, Any] | None:
    """The data of a version of a launch template."""
    params = {"LaunchTemplateName": template, "Versions": [str(number)]}
    answer = aws.call("ec2", "describe_launch_template_versions", NO_TEMPLATE, **params)
    return answer["LaunchTemplateVersions"][0]["LaunchTemplateData"] if answer and answer["LaunchTemplateVersions"] else None


def problems(refreshes: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("instance refresh", (one["group"] for one in refreshes))
    for one in refreshes:
        yield from (f"{one['group']}: {problem}" for problem in refresh_problems(one))


def refresh_problems(one: Mapping[str, Any]) -> Iterator[str]:
    for key, (lowest, highest) in NUMBERS.items():
        if one[key] is not None and not lowest <= one[key] <= highest:
            yield f"{key} is {one[key]}, allowed are {lowest} to {highest}"
    least, most = one["min_healthy_percent"], one["max_healthy_percent"]
    if most is not None and (least is None or most - least > 100):
        yield "max_healthy_percent needs min_healthy_percent, at most 100 below it"
    points = one["checkpoints"]
    if points is not None and (points != sorted(set(points)) or not points or points[-1] != 100 or points[0] < 1):
        yield f"checkpoints are {points}; they must rise, from 1 at least to 100"
    if one["checkpoint_delay_seconds"] is not None and not points:
        yield "checkpoint_delay_seconds needs checkpoints"


def forbidden(aws: Aws, changes: list[Change], refreshes: Mapping[str, Mapping[str, Any]], groups: Mapping[str, Group]) -> list[str]:
    """What AWS would refuse to start."""
    found = []
    for change in changes:
        number, template = (change.after or {})["version"], template_of(groups[change.name]).get("LaunchTemplateName")
        if template is None or not isinstance(number, int):
            found.append(f"{change.name}: it stands on no version of a launch template by its number: run autoscaling_groups first")
        elif refreshes[change.name]["auto_rollback"]:
            image = (there(aws, template, number) or {}).get("ImageId", "")
            if image.startswith("resolve:ssm:"):
                found.append(
                    f"{change.name}: auto_rollback is not for a launch template whose image is looked up at each launch ({image}): "
                    "give image_lookup change to launch_templates"
                )
    return found


def main() -> None:
    module = AwsModule({"refreshes": {"type": "list", "elements": "dict", "required": True, "options": REFRESH_SPEC}})
    refreshes, aws = {one["group"]: one for one in module.params["refreshes"]}, module.aws
    if wrong := list(problems(module.params["refreshes"])):
        module.fail("; ".join(wrong))
    groups = module.ask(f"groups {', '.join(refreshes)}", autoscaling.groups, aws, refreshes)
    if (lacking := [name for name in refreshes if name not in groups]) and not module.check_mode:
        module.fail(f"There is no Auto Scaling group {', '.join(lacking)}: make it first (prodready.aws.autoscaling_groups).")
    found: dict[str, dict[str, str]] = {}
    current: dict[str, State] = {}
    wanted: dict[str, State] = {}
    done: dict[str, Any] = {}
    for name, group in groups.items():
        one = refreshes[name]
        found[name] = module.ask(f"instances of {name}", look, aws, group, one)
        if one["pending"] and module.check_mode:
            found[name] = {instance["InstanceId"]: found[name].get(instance["InstanceId"], PENDING) for instance in group["Instances"]}
        current[name] = state(group, found[name])
        wanted[name] = {"version": one["version"] or current[name]["version"], "outdated": 0, "why": []}
        if current[name] == wanted[name] and not module.check_mode:
            # A run that was killed may have left one that has replaced all and is not at its end.
            try:
                if joined := module.ask(name, running, aws, name, wanted[name]["version"]):
                    module.ask(name, finish, aws, name, joined["InstanceRefreshId"], done)
            except Unmet as error:
                module.fail(f"{name}: {error}.")
    module.ensure(
        SERVICE,
        wanted,
        lambda *_: current,
        lambda change: calls(aws, refreshes[change.name], done, change),
        check=lambda changes: module.ask("launch templates", forbidden, aws, changes, refreshes, groups),
        outdated=found,
        refreshes=done,
    )


if __name__ == "__main__":
    main()
