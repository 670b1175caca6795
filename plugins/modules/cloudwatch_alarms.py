#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudwatch_alarms
short_description: Keep a set of CloudWatch alarms as desired
version_added: 0.1.0
description:
  - Keeps metric, metric math, anomaly and composite alarms. What an alarm is follows from the options given.
  - All alarms are read at once, one DescribeAlarms and one GetResources (for the tags) for 100 of them.
  - What is not given stays as it is, among it whether an alarm's actions are enabled. What an alarm watches is replaced whole.
  - Composite alarms are written after the alarms they name, and deleted before them.
  - A new alarm on a metric's expected band gets its anomaly detector too, unless it has one; deleting the alarm keeps the detector.
  - See U(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html) and
    U(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  alarms:
    description: The alarms.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The alarm's name.
        type: str
        required: true
      description:
        description: What it means when it goes off, and what to do then.
        type: str
      namespace:
        description: The namespace of the single metric.
        type: str
      metric_name:
        description: The single metric that is watched. One of O(alarms[].metric_name), O(alarms[].metrics) and O(alarms[].rule).
        type: str
      dimensions:
        description: All dimensions of the single metric.
        type: dict
      statistic:
        description: Its statistic, V(Sum) as well as V(p95).
        type: str
      period:
        description: Its period in seconds, and that of the entries of O(alarms[].metrics) that have none. 60 when not given.
        type: int
      unit:
        description: The unit of the data points that count; all count when not given.
        type: str
      metrics:
        description: Metrics and the expressions on them, for an alarm on metric math.
        type: list
        elements: dict
        suboptions:
          id:
            description: The name that expressions use.
            type: str
            required: true
          expression:
            description: Metric math on other ids.
            type: str
          namespace:
            description: The metric's namespace.
            type: str
          metric_name:
            description: The metric.
            type: str
          dimensions:
            description: All of its dimensions.
            type: dict
          statistic:
            description: Its statistic.
            type: str
          period:
            description: Its period in seconds.
            type: int
          unit:
            description: The unit of the data points that count.
            type: str
          label:
            description: What graphs call it.
            type: str
          account_id:
            description: The account that the metric is in, if another.
            type: str
          return_data:
            description: Whether this is what the alarm compares; the last entry when none says so.
            type: bool
      anomaly_deviations:
        description: Makes an alarm on the single metric's expected band, this many standard deviations wide.
        type: float
      threshold_metric_id:
        description: The id of the band among O(alarms[].metrics), for an anomaly alarm that is written out.
        type: str
      threshold:
        description: What the metric is compared with, unless it is an anomaly alarm.
        type: float
      comparison_operator:
        description: How it is compared.
        type: str
        choices:
          - GreaterThanOrEqualToThreshold
          - GreaterThanThreshold
          - LessThanThreshold
          - LessThanOrEqualToThreshold
          - LessThanLowerOrGreaterThanUpperThreshold
          - LessThanLowerThreshold
          - GreaterThanUpperThreshold
      evaluation_periods:
        description: How many of the last periods are looked at.
        type: int
      datapoints_to_alarm:
        description: How many of them must be breaching; all when not given.
        type: int
      treat_missing_data:
        description: What a period without data counts as; C(missing) when not given. Metrics of AWS/DynamoDB always ignore it.
        type: str
        choices: [breaching, notBreaching, ignore, missing]
      evaluate_low_sample_count_percentile:
        description: What a percentile of too few samples counts as; C(evaluate) when not given.
        type: str
        choices: [evaluate, ignore]
      rule:
        description: The rule of a composite alarm, such as C(ALARM("a") OR ALARM("b")).
        type: str
      actions_suppressor:
        description: The alarm that keeps a composite alarm quiet while it is in ALARM.
        type: str
      actions_suppressor_wait_period:
        description: How long, in seconds, to wait for the suppressor.
        type: int
      actions_suppressor_extension_period:
        description: How long, in seconds, to stay quiet after the suppressor.
        type: int
      actions_enabled:
        description: Whether it notifies. A muted alarm stays muted when this is not given; a new one is not muted.
        type: bool
      alarm_actions:
        description: What is notified when it goes into ALARM. SNS topics of this account and region by name, all else by ARN.
        type: list
        elements: str
      ok_actions:
        description: What is notified when it goes into OK.
        type: list
        elements: str
      insufficient_data_actions:
        description: What is notified when it goes into INSUFFICIENT_DATA.
        type: list
        elements: str
      tags:
        description: Tags to have; others are kept.
        type: dict
  emitted_metrics:
    description:
      - Metrics that are emitted though CloudWatch may not list them yet, as those of an application that has not started.
      - An alarm on a metric that is neither listed by CloudWatch nor here is an error. Without this option nothing is looked up.
    type: list
    elements: dict
    suboptions:
      namespace:
        description: Their namespace.
        type: str
        required: true
      metrics:
        description: Their names.
        type: list
        elements: str
        required: true
      dimensions:
        description: All of their dimensions. A value is one, a list of several, or V(*) for any.
        type: dict
        default: {}
  purge:
    description: Whether to delete alarms of O(app) that carry our ownership tags and are not in O(alarms). Needs O(app).
    type: bool
    default: false
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: Alarms watch the shop
  prodready.aws.cloudwatch_alarms:
    alarms:
      - name: shop-latency
        namespace: Shop
        metric_name: Latency
        dimensions: {Service: shop}
        statistic: p95
        threshold: 500
        comparison_operator: GreaterThanThreshold
        evaluation_periods: 5
        datapoints_to_alarm: 3
        alarm_actions: [shop-alerts]
      - name: shop-error-rate
        metrics:
          - {id: errors, namespace: Shop, metric_name: Errors, dimensions: {Service: shop}, statistic: Sum}
          - {id: requests, namespace: Shop, metric_name: Requests, dimensions: {Service: shop}, statistic: Sum}
          - {id: rate, expression: 100 * errors / requests, label: Errors in percent}
        threshold: 5
        comparison_operator: GreaterThanThreshold
        evaluation_periods: 3
      - name: shop-unhealthy
        rule: ALARM("shop-latency") OR ALARM("shop-error-rate")
        alarm_actions: [shop-alerts]
"""

RETURN = r"""
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

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..module_utils.alarm_problems import problems
from ..module_utils.alarms import by_name, children, detector_of, metrics_of, request, state_of, want
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.lists import batches
from ..module_utils.metrics import EMITTED_SPEC, Metric, unknown
from ..module_utils.plan import Call, Calls, Change, State
from ..module_utils.tags import as_dict, as_list, lacks, listed_tags, tag_calls
from ..module_utils.undo import Undo

QUERY_SPEC: dict[str, Any] = {
    **{key: {"type": "str"} for key in ("expression", "namespace", "metric_name", "statistic", "unit", "label", "account_id")},
    "id": {"type": "str", "required": True},
    "dimensions": {"type": "dict"},
    "period": {"type": "int"},
    "return_data": {"type": "bool"},
}
COMPARISONS = (
    *("GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"),
    *("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"),
)
ALARM_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    **{key: {"type": "str"} for key in ("description", "namespace", "metric_name", "statistic", "unit")},
    **{key: {"type": "str"} for key in ("threshold_metric_id", "rule", "actions_suppressor")},
    **{key: {"type": "int"} for key in ("period", "evaluation_periods", "datapoints_to_alarm")},
    **{key: {"type": "int"} for key in ("actions_suppressor_wait_period", "actions_suppressor_extension_period")},
    **{key: {"type": "float"} for key in ("threshold", "anomaly_deviations")},
    **{key: {"type": "list", "elements": "str"} for key in ("alarm_actions", "ok_actions", "insufficient_data_actions")},
    **{key: {"type": "dict"} for key in ("dimensions", "tags")},
    "metrics": {"type": "list", "elements": "dict", "options": QUERY_SPEC},
    "comparison_operator": {"type": "str", "choices": list(COMPARISONS)},
    "treat_missing_data": {"type": "str", "choices": ["breaching", "notBreaching", "ignore", "missing"]},
    "evaluate_low_sample_count_percentile": {"type": "str", "choices": ["evaluate", "ignore"]},
    "actions_enabled": {"type": "bool"},
}
TYPES = ["MetricAlarm", "CompositeAlarm"]
PAGE = 100  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html


def describe(aws: Aws, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The alarms of these names; one request for 100 of them."""

    def page(some: list[str]) -> list[dict[str, Any]]:
        answer = aws.call("cloudwatch", "describe_alarms", AlarmNames=some, AlarmTypes=TYPES, MaxRecords=PAGE)
        return [*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])]

    found = [alarm for answer in aws.each(page, batches(names, PAGE)) for alarm in answer]
    return {alarm["AlarmName"]: state_of(alarm, aws) for alarm in found}


def read(aws: Aws, desired: Mapping[str, State | None], names: list[str]) -> dict[str, State]:
    """The alarms and their tags, asked side by side.

    GetResources follows a change after a while only, so an alarm that seems to lack a tag is asked itself.
    """
    arns = {name: aws.arn("cloudwatch", f"alarm:{name}") for name in names}
    states: Mapping[str, State]
    states, found = aws.each(lambda ask: ask(), (lambda: describe(aws, names), lambda: listed_tags(aws, arns.values())))
    doubtful = [name for name in states if lacks(found.get(arns[name], {}), (desired.get(name) or {}).get("tags", {}))]
    asked = aws.each(lambda name: aws.call("cloudwatch", "list_tags_for_resource", ResourceARN=arns[name])["Tags"], doubtful)
    found |= {arns[name]: as_dict(tags) for name, tags in zip(doubtful, asked, strict=True)}
    return {name: {**state, "tags": found.get(arns[name], {})} for name, state in states.items()}


def calls(aws: Aws, change: Change) -> Calls:
    if change.after is None:
        yield Call("delete_alarms", {"AlarmNames": [change.name]}, missing=("ResourceNotFound",))
        return
    detector = detector_of(change.after)
    if detector and detector != detector_of(change.before):
        where = {key: detector[key] for key in ("Namespace", "MetricName", "Dimensions")}
        found = yield Call("describe_anomaly_detectors", {**where, "AnomalyDetectorTypes": ["SINGLE_METRIC"]})
        known = [one.get("SingleMetricAnomalyDetector", one) for one in (found or {}).get("AnomalyDetectors", [])]
        # An existing detector may have been trained with settings of its own, which a put would reset.
        if not any(one.get("Stat") == detector["Stat"] and one.get("Dimensions", []) == where["Dimensions"] for one in known):
            yield Call("put_anomaly_detector", {"SingleMetricAnomalyDetector": detector})
    put = "put_composite_alarm" if change.after["type"] == "composite" else "put_metric_alarm"
    params = request(change.name, change.after, aws)
    if change.before is None:
        yield Call(put, {**params, "Tags": as_list(change.after["tags"])} if change.after["tags"] else params)
        return
    if change.differs(*({*change.before, *change.after} - {"tags"})):
        yield Call(put, params)
    yield from tag_calls(change, aws.arn("cloudwatch", f"alarm:{change.name}"))


# The detector of an anomaly alarm stays: others may use it, and it costs nothing.
UNDO = Undo("cloudwatch", lambda aws, known: read(aws, known, list(known)), lambda module, change: calls(module.aws, change))


def depth(name: str, states: Mapping[str, State | None]) -> int:
    """How many composite alarms lie under this one, at most."""
    rule = (states.get(name) or {}).get("rule")
    return 1 + max((depth(child, states) for child in children(rule) if child != name), default=0) if rule else 0


def turn(change: Change, desired: Mapping[str, State | None], current: Mapping[str, State]) -> int:
    """Children are put before the composite alarms that name them, and deleted after them, and after all puts."""
    return depth(change.name, desired) if change.after else 1000 - depth(change.name, current)


def unsettled(changes: list[Change], desired: Mapping[str, State | None], outside: Iterable[str]) -> Iterator[str]:
    """What only the account can tell is wrong; `outside` are alarms that exist beside the set."""
    for change in changes:
        types = {state["type"] for state in (change.before, change.after) if state}
        if len(types) > 1 and "composite" in types:
            yield f"alarm {change.name}: a composite alarm and another kind cannot share a name: delete the old one or take another name"
        for key in ("rule", "actions_suppressor"):
            value = (change.after or {}).get(key) or ""
            for child in children(value) if key == "rule" else filter(None, [value]):
                if desired.get(child) is None and child not in outside:
                    yield f"alarm {change.name}: its {key} names the alarm {child}, which is neither in the set nor in CloudWatch"


def main() -> None:
    module = AwsModule(
        {
            "alarms": {"type": "list", "elements": "dict", "required": True, "options": ALARM_SPEC},
            "emitted_metrics": {"type": "list", "elements": "dict", "options": EMITTED_SPEC},
            "purge": {"type": "bool", "default": False},
        }
    )
    emitted, aws = module.params["emitted_metrics"], module.aws
    alarms = [by_name(aws, alarm) for alarm in module.params["alarms"]]
    found = problems(alarms) + (["purge needs app"] if module.params["purge"] and not module.params["app"] else [])
    if found:
        module.fail("; ".join(found))

    desired: dict[str, State | None] = {alarm["name"]: want(alarm, module.ownership) for alarm in alarms}
    if emitted is not None:
        uses = [(f"alarm {name}", Metric.of(metric)) for name, state in desired.items() for metric in metrics_of(state or {})]
        if found := module.ask("metrics", unknown, aws, uses, emitted):
            module.fail("; ".join(found))
    if module.params["purge"]:
        owned = module.ask("alarms of ours", module.owned, "cloudwatch:alarm")
        desired |= {name: None for arn in owned if (name := arn.partition(":alarm:")[2]) not in desired}

    rules = {name: state["rule"] for name, state in desired.items() if state and "rule" in state}
    named = {child for rule in rules.values() for child in children(rule)} | {alarm["actions_suppressor"] for alarm in alarms} - {None, ""}
    outside = module.ask("alarms that rules name", describe, aws, sorted(named - {name for name, state in desired.items() if state}))
    current = module.ask("alarms", read, aws, desired, list(desired))
    module.ensure(
        "cloudwatch",
        desired,
        lambda aws, names: current,
        functools.partial(calls, aws),
        check=lambda changes: unsettled(changes, desired, outside),
        order=lambda change: turn(change, desired, current),
    )


if __name__ == "__main__":
    main()
