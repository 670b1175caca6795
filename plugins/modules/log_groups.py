#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: log_groups
short_description: Keep a set of CloudWatch log groups and their metric filters as desired
version_added: 0.1.0
description:
  - Creates log groups that are missing and sets what is given; what is not given stays as it is. Never deletes a log group.
  - Metric filters are found by their exact names.
  - See U(https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html) and
    U(https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  log_groups:
    description: The log groups.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The log group's name.
        type: str
        required: true
      retention_days:
        description: After how many days log events expire; V(0) keeps them for ever.
        type: int
        choices: [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
      kms_key:
        description: The ARN of the KMS key that log events are encrypted with from now on; empty for AWS's own.
        type: str
      log_class:
        description: The class of a log group; it cannot be changed later.
        type: str
        choices: [STANDARD, INFREQUENT_ACCESS, DELIVERY]
      deletion_protection:
        description: Whether nobody can delete the log group before this is switched off.
        type: bool
      tags:
        description: Tags to have; others are kept.
        type: dict
      metric_filters:
        description: What is counted in the log group's events.
        type: list
        elements: dict
        suboptions:
          name:
            description: The filter's name.
            type: str
            required: true
          pattern:
            description: Which log events match; empty for all.
            type: str
            required: true
          namespace:
            description: The namespace of the metric that is emitted.
            type: str
            required: true
          metric_name:
            description: The metric that is emitted.
            type: str
            required: true
          value:
            description: What a matching event counts, a number or a field of the event such as C($.milliseconds).
            type: str
            default: "1"
          default_value:
            description:
              - What is emitted in a minute with log events none of which matches.
              - Not together with O(log_groups[].metric_filters[].dimensions).
            type: float
          unit:
            description: The metric's unit.
            type: str
            default: None
          dimensions:
            description: Names of dimensions and the event's field that each takes its value from.
            type: dict
  purge_metric_filters:
    description: Whether to delete metric filters of these log groups that are not listed.
    type: bool
    default: false
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: Logs are kept for a month and errors are counted
  prodready.aws.log_groups:
    log_groups:
      - name: /shop/application
        retention_days: 30
        metric_filters:
          - name: errors
            pattern: '{ $.level = "error" }'
            namespace: Shop
            metric_name: LogErrors
            default_value: 0
"""

RETURN = r"""
plan:
  description: What is changed, or would be in check mode. A metric filter is named by its log group and its own name.
  type: list
  elements: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.lists import used_twice
from ..module_utils.metrics import UNITS
from ..module_utils.plan import Call, Calls, Change, State
from ..module_utils.tags import tag_changes
from ..module_utils.undo import Undo

RETENTION_DAYS = (0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
FILTER_SPEC: dict[str, Any] = {
    **{key: {"type": "str", "required": True} for key in ("name", "pattern", "namespace", "metric_name")},
    "value": {"type": "str", "default": "1"},
    "default_value": {"type": "float"},
    "unit": {"type": "str", "default": "None"},
    "dimensions": {"type": "dict"},
}
GROUP_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "retention_days": {"type": "int", "choices": list(RETENTION_DAYS)},
    "kms_key": {"type": "str", "no_log": False},
    "log_class": {"type": "str", "choices": ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"]},
    "deletion_protection": {"type": "bool"},
    "tags": {"type": "dict"},
    "metric_filters": {"type": "list", "elements": "dict", "options": FILTER_SPEC},
}
GIVEN = ("retention_days", "kms_key", "log_class", "deletion_protection")
MISSING = ("ResourceNotFoundException",)


def problems(groups: list[Mapping[str, Any]]) -> list[str]:
    found = used_twice("log group", (group["name"] for group in groups))
    for group in groups:
        found += [f"log group {group['name']}: {problem}" for problem in _of(group)]
    return found


def _of(group: Mapping[str, Any]) -> Iterator[str]:
    if not re.fullmatch(r"[.\-_/#A-Za-z0-9]{1,512}", group["name"]) or group["name"].startswith("aws/"):
        yield "name must be 1 to 512 of letters, digits and . - _ / #, and not begin with aws/"
    filters = group.get("metric_filters") or []
    if filters and group.get("log_class") not in (None, "STANDARD"):
        yield "metric_filters need the log_class STANDARD"
    yield from used_twice("metric filter", (one["name"] for one in filters))
    for one in filters:
        at = f"metric filter {one['name']}"
        if not re.fullmatch(r"[^:*]{1,512}", one["name"]):
            yield f"{at}: name must have 1 to 512 characters and neither : nor *"
        if len(one["pattern"]) > 1024:
            yield f"{at}: pattern must have at most 1024 characters"
        for key in ("namespace", "metric_name"):
            if not re.fullmatch(r"[^:*$]{1,255}", one[key]):
                yield f"{at}: {key} must have 1 to 255 characters and none of : * $"
        # A field is $.name in a pattern for JSON, and name in one for columns.
        for value in map(str, [one.get("value") or "1", *(one.get("dimensions") or {}).values()]):
            if value.startswith("$") and not re.search(rf"(?<!\w){re.escape(value.lstrip('$.'))}(?!\w)", one["pattern"]):
                yield f"{at}: {value} must be a field that its pattern has; the pattern is {one['pattern']!r}"
        if one.get("dimensions") and one.get("default_value") is not None:
            yield f"{at}: give either dimensions or default_value"
        if len(one.get("dimensions") or {}) > 3:
            yield f"{at}: dimensions must be at most 3"
        if one["unit"] not in UNITS:
            yield f"{at}: unit {one['unit']} is not one of {', '.join(UNITS)}"


def want(group: Mapping[str, Any], ownership: Mapping[str, str]) -> dict[str, State]:
    """A log group, and each of its filters as a resource of its own."""
    name = group["name"]
    state: dict[str, Any] = {"tags": {**(group.get("tags") or {}), **ownership}}
    wanted: dict[str, State] = {name: {**state, **{key: group[key] for key in GIVEN if group.get(key) is not None}}}
    for one in group.get("metric_filters") or []:
        keys = ("pattern", "namespace", "metric_name", "value", "default_value", "unit")
        wanted[f"{name} filter {one['name']}"] = {
            **{key: one.get(key) for key in keys},
            **{"group": name, "filter": one["name"], "dimensions": one.get("dimensions") or {}},
        }
    return wanted


def read(aws: Aws, groups: list[str], filtered: list[str]) -> dict[str, State]:
    """Log groups, and all filters of the groups in `filtered`."""

    def group(name: str) -> dict[str, State]:
        # Groups come sorted, so the one of exactly this name is the first with this prefix.
        found = aws.call("logs", "describe_log_groups", logGroupNamePrefix=name, limit=1)["logGroups"]
        if not found or found[0]["logGroupName"] != name:
            return {}
        tags = aws.call("logs", "list_tags_for_resource", resourceArn=arn(aws, name)).get("tags", {})
        state = {
            "retention_days": found[0].get("retentionInDays") or 0,
            "kms_key": found[0].get("kmsKeyId") or "",
            "log_class": found[0].get("logGroupClass") or "STANDARD",
            "deletion_protection": found[0].get("deletionProtectionEnabled", False),
            "tags": tags,
        }
        if name not in filtered:
            return {name: state}
        filters = aws.pages("logs", "describe_metric_filters", "metricFilters", logGroupName=name)
        return {name: state} | {f"{name} filter {one['filterName']}": filter_state(name, one) for one in filters}

    return {key: value for one in aws.each(group, groups) for key, value in one.items()}


def filter_state(group: str, one: Mapping[str, Any]) -> State:
    to = one["metricTransformations"][0]
    other = {key: one[key] for key in ("applyOnTransformedLogs", "fieldSelectionCriteria", "emitSystemFieldDimensions") if one.get(key)}
    return {
        "group": group,
        "filter": one["filterName"],
        "pattern": one.get("filterPattern", ""),
        "namespace": to["metricNamespace"],
        "metric_name": to["metricName"],
        "value": to["metricValue"],
        "default_value": to.get("defaultValue"),
        "unit": to.get("unit") or "None",
        "dimensions": to.get("dimensions") or {},
        **({"other": other} if other else {}),
    }


def arn(aws: Aws, name: str) -> str:
    return aws.arn("logs", f"log-group:{name}")


def calls(aws: Aws, change: Change) -> Calls:
    state = change.after or change.before or {}
    yield from filter_calls(change, state) if "filter" in state else group_calls(aws, change)


def filter_calls(change: Change, state: State) -> Calls:
    at = {"logGroupName": state["group"], "filterName": state["filter"]}
    if change.after is None:
        yield Call("delete_metric_filter", at, missing=MISSING)
        return
    to = {"metricNamespace": state["namespace"], "metricName": state["metric_name"], "metricValue": state["value"], "unit": state["unit"]}
    if state["default_value"] is not None:
        to["defaultValue"] = state["default_value"]
    if state["dimensions"]:
        to["dimensions"] = state["dimensions"]
    yield Call("put_metric_filter", {**at, "filterPattern": state["pattern"], "metricTransformations": [to], **state.get("other", {})})


def group_calls(aws: Aws, change: Change) -> Calls:
    name, state = change.name, change.after
    at = {"logGroupName": name}
    if state is None:
        if (change.before or {}).get("deletion_protection"):
            yield Call("put_log_group_deletion_protection", {"logGroupIdentifier": name, "deletionProtectionEnabled": False})
        yield Call("delete_log_group", at, missing=MISSING)
        return
    if change.before is None:
        params = {"kmsKeyId": state.get("kms_key"), "logGroupClass": state.get("log_class"), "tags": state["tags"]}
        params |= {"deletionProtectionEnabled": state.get("deletion_protection")}
        yield Call("create_log_group", {**at, **{key: value for key, value in params.items() if value}})
    elif change.differs("kms_key"):
        key = {"kmsKeyId": state["kms_key"]} if state["kms_key"] else {}
        yield Call("associate_kms_key" if key else "disassociate_kms_key", {**at, **key})
    if change.differs("retention_days") and state["retention_days"]:
        yield Call("put_retention_policy", {**at, "retentionInDays": state["retention_days"]})
    elif change.before and change.differs("retention_days"):
        yield Call("delete_retention_policy", at)
    if change.before is None:
        return
    if change.differs("deletion_protection"):
        params = {"logGroupIdentifier": name, "deletionProtectionEnabled": state["deletion_protection"]}
        yield Call("put_log_group_deletion_protection", params)
    gone, new = tag_changes(change)
    if gone:
        yield Call("untag_resource", {"resourceArn": arn(aws, name), "tagKeys": sorted(gone)})
    if new:
        yield Call("tag_resource", {"resourceArn": arn(aws, name), "tags": new})


def current(aws: Aws, known: Mapping[str, State]) -> Mapping[str, State]:
    filtered = {state["group"] for state in known.values() if "filter" in state}
    return read(aws, sorted(filtered | {name for name, state in known.items() if "filter" not in state}), sorted(filtered))


def kept(aws: Aws, change: Change) -> str | None:
    if change.after or "filter" in (change.before or {}):
        return None
    if not aws.call("logs", "describe_log_streams", logGroupName=change.name, limit=1)["logStreams"]:
        return None
    command = f"aws logs delete-log-group --region {aws.region} --log-group-name {change.name}"
    return f"was made by this run and holds logs: delete it yourself when nobody needs them: {command}"


UNDO = Undo("logs", current, lambda module, change: calls(module.aws, change), kept)


def forbidden(changes: list[Change]) -> Iterator[str]:
    for change in changes:
        if change.before and change.after and change.differs("log_class"):
            was, to_be = change.before["log_class"], change.after["log_class"]
            yield f"log group {change.name}: its log_class is {was} and cannot become {to_be}; give {was}, or take a new log group"


def main() -> None:
    module = AwsModule(
        {
            "log_groups": {"type": "list", "elements": "dict", "required": True, "options": GROUP_SPEC},
            "purge_metric_filters": {"type": "bool", "default": False},
        }
    )
    groups, purge = module.params["log_groups"], module.params["purge_metric_filters"]
    if found := problems(groups):
        module.fail("; ".join(found))
    desired: dict[str, State | None] = {name: state for group in groups for name, state in want(group, module.ownership).items()}
    filtered = [group["name"] for group in groups if purge or group["metric_filters"]]
    current = module.ask("log groups", read, module.aws, [group["name"] for group in groups], filtered)
    if purge:
        desired |= {name: None for name in current if name not in desired}
    module.ensure(
        "logs",
        desired,
        lambda aws, names: current,
        functools.partial(calls, module.aws),
        check=forbidden,
        order=lambda change: int("filter" in (change.after or change.before or {})),
    )


if __name__ == "__main__":
    main()
