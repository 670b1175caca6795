"""Metric alarms: put, describe, delete, state, history.

moto starts an alarm as OK (AWS: INSUFFICIENT_DATA), resets an updated one (AWS keeps its state), takes nearly any
parameter, returns all in one page (AWS: 50, at most 100), never evaluates and never notifies.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
What alarms become is in sandbox/watch/evaluator.py. Not emulated: warm-up, PromQL and log alarms, actions but SNS's and Auto Scaling's.
"""

from __future__ import annotations

import functools
import json
from typing import Any

import botocore.session
from moto.cloudwatch.exceptions import CloudWatchException, InvalidFormat, ResourceNotFound, ValidationError
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.cloudwatch.utils import make_arn_for_alarm
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from sandbox.watch import evaluator
from sandbox.watch.alarm import ACTIONS, Alarm
from sandbox.watch.alarm_rule import parse
from sandbox.watch.alarm_validation import check_metric_alarm
from sandbox.watch.backend import alarms, history
from sandbox.watch.paging import page

MOST_DELETED = 100


class InvalidNextToken(CloudWatchException):
    code = "InvalidNextToken"


def put(backend: CloudWatchBackend, asked: dict[str, Any]) -> Alarm:
    """A request becomes an alarm; one that exists keeps its state and its tags."""
    definition = {name: value for name, value in asked.items() if name != "Tags" and value is not None}
    definition["ActionsEnabled"] = definition.get("ActionsEnabled", True)
    for name in ACTIONS.values():
        definition[name] = list(definition.get(name) or ())
    name, now, known = asked["AlarmName"], utcnow(), alarms(backend)
    with evaluator.lock:
        alarm = known.get(name)
        if alarm:
            alarm.definition, alarm.updated = definition, now
            verb, data = "updated", {"type": "Update", "updatedAlarm": definition}
        else:
            arn = make_arn_for_alarm(backend.region_name, backend.account_id, name)
            known[name] = alarm = Alarm(name, arn, definition, now, now, now)
            backend.tagger.tag_resource(arn, asked.get("Tags") or [])
            verb, data = "created", {"type": "Create", "createdAlarm": definition}
        evaluator.record(backend, alarm, "ConfigurationUpdate", f'Alarm "{name}" {verb}', data)
    evaluator.changed(backend, name)
    return alarm


def put_metric_alarm(self: CloudWatchResponse) -> ActionResult:
    asked = dict(self._get_params())
    check_metric_alarm(asked, self.region)
    known = alarms(self.cloudwatch_backend).get(asked["AlarmName"])
    if known and known.type != "MetricAlarm":
        raise ValidationError(f"Alarm {known.name} is a composite alarm: its type cannot be changed.")
    if not asked.get("Metrics"):
        asked.setdefault("Dimensions", [])
    put(self.cloudwatch_backend, asked)
    return EmptyResult()


@functools.cache
def _request_members() -> tuple[str, ...]:
    model = botocore.session.get_session().get_service_model("cloudwatch")
    return tuple(model.operation_model("PutMetricAlarm").input_shape.members)


def put_by_service(self: CloudWatchBackend, **given: Any) -> Alarm:
    """Application Auto Scaling makes its alarms inside moto, in Python's spelling."""
    spelled = {name.replace("_", "").lower(): value for name, value in given.items()}
    asked = {name: spelled[name.lower()] for name in _request_members() if spelled.get(name.lower()) is not None}
    return put(self, {**asked, "AlarmName": given["name"], "AlarmDescription": given["description"]})


def describe_alarms(self: CloudWatchResponse) -> ActionResult:
    asked, known = self._get_params(), alarms(self.cloudwatch_backend)
    if asked.get("AlarmNames") and asked.get("AlarmNamePrefix"):
        raise ValidationError("AlarmNamePrefix and AlarmNames are mutually exclusive")
    if parent := asked.get("ChildrenOfAlarmName"):
        family = _children(known, parent)
        return ActionResult(_described(family, None, names_only=True))
    if child := asked.get("ParentsOfAlarmName"):
        return ActionResult(_described([a for a in _sorted(known) if child in _named(a)], None, names_only=True))
    types = asked.get("AlarmTypes") or ["MetricAlarm"]
    found = [
        alarm
        for alarm in _sorted(known)
        if alarm.type in types
        and (not asked.get("AlarmNames") or alarm.name in asked["AlarmNames"])
        and alarm.name.startswith(asked.get("AlarmNamePrefix") or "")
        and asked.get("StateValue") in (None, alarm.state)
        and _acts(alarm, asked.get("ActionPrefix"))
    ]
    default = 100 if asked.get("AlarmNames") else 50
    shown, token = page(found, int(asked.get("MaxRecords") or default), asked.get("NextToken"), InvalidNextToken)
    return ActionResult(_described(list(shown), token))


def _sorted(known: dict[str, Alarm]) -> list[Alarm]:
    return sorted(known.values(), key=lambda alarm: alarm.name)


def _named(alarm: Alarm) -> set[str]:
    return parse(alarm.definition["AlarmRule"]).alarms() if alarm.type == "CompositeAlarm" else set()


def _children(known: dict[str, Alarm], parent: str) -> list[Alarm]:
    return [known[name] for name in sorted(_named(known[parent])) if name in known] if parent in known else []


def _acts(alarm: Alarm, prefix: str | None) -> bool:
    return not prefix or any(action.startswith(prefix) for name in ACTIONS.values() for action in alarm.definition[name])


def _described(alarms: list[Alarm], token: str | None, names_only: bool = False) -> dict[str, Any]:
    """Of parents and children AWS returns no more than name, ARN and state."""
    brief = ("AlarmName", "AlarmArn", "StateValue", "StateUpdatedTimestamp")
    found = [(alarm.type, alarm.describe()) for alarm in alarms]
    if names_only:
        found = [(kind, {name: alarm[name] for name in brief}) for kind, alarm in found]
    return {
        "MetricAlarms": [alarm for kind, alarm in found if kind == "MetricAlarm"],
        "CompositeAlarms": [alarm for kind, alarm in found if kind == "CompositeAlarm"],
        "NextToken": token,
    }


def describe_alarms_for_metric(self: CloudWatchResponse) -> ActionResult:
    asked = self._get_params()
    same = ("Namespace", "MetricName", "Statistic", "ExtendedStatistic", "Period", "Unit")
    dimensions = sorted((pair["Name"], pair["Value"]) for pair in asked.get("Dimensions") or ())
    found = [
        alarm
        for alarm in _sorted(alarms(self.cloudwatch_backend))
        if all(asked.get(name) in (None, alarm.definition.get(name)) for name in same)
        and sorted((pair["Name"], pair["Value"]) for pair in alarm.definition.get("Dimensions", ())) == dimensions
    ]
    return ActionResult({"MetricAlarms": _described(found, None)["MetricAlarms"]})


def delete_alarms(self: CloudWatchResponse) -> ActionResult:
    names = self._get_params()["AlarmNames"]
    known = alarms(self.cloudwatch_backend)
    if len(names) > MOST_DELETED:
        raise ValidationError(f"You can delete up to {MOST_DELETED} alarms in one operation.")
    if sum(known[name].type == "CompositeAlarm" for name in names if name in known) > 1:
        raise ValidationError("Only one composite alarm can be deleted in one operation.")
    for name in names:
        if parents := [alarm.name for alarm in _sorted(known) if name in _named(alarm)]:
            raise ValidationError(f"Cannot delete {name} as there are composite alarm(s) depending on it: {parents}")
    self.cloudwatch_backend.delete_alarms(names)
    return EmptyResult()


def delete_from_backend(self: CloudWatchBackend, alarm_names: list[str]) -> None:
    with evaluator.lock:
        for name in alarm_names:
            alarm = alarms(self).pop(name, None)
            if alarm:
                self.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
                data = {"type": "Delete", "deletedAlarm": alarm.definition}
                evaluator.record(self, alarm, "ConfigurationUpdate", f'Alarm "{name}" deleted', data)


def _enable(enabled: bool) -> Any:
    def operation(self: CloudWatchResponse) -> ActionResult:
        known = alarms(self.cloudwatch_backend)
        for name in self._get_params()["AlarmNames"]:
            if alarm := known.get(name):
                alarm.definition = {**alarm.definition, "ActionsEnabled": enabled}
                alarm.updated = utcnow()
        return EmptyResult()

    return operation


def set_alarm_state(self: CloudWatchResponse) -> ActionResult:
    asked = self._get_params()
    alarm = alarms(self.cloudwatch_backend).get(asked["AlarmName"])
    if not alarm:
        raise ResourceNotFound("The named resource does not exist.")
    if asked["StateValue"] not in ACTIONS:
        raise ValidationError(
            f"1 validation error detected: Value '{asked['StateValue']}' at 'stateValue' failed to satisfy "
            "constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]"
        )
    try:
        json.loads(asked.get("StateReasonData") or "{}")
    except ValueError as error:
        raise InvalidFormat("StateReasonData is not valid JSON") from error
    backend = self.cloudwatch_backend
    evaluator.move(backend, alarm, asked["StateValue"], asked["StateReason"], asked.get("StateReasonData"))
    return EmptyResult()


def describe_alarm_history(self: CloudWatchResponse) -> ActionResult:
    asked = self._get_params()
    types = asked.get("AlarmTypes") or ["MetricAlarm", "CompositeAlarm"]
    found = [
        item
        for item in history(self.cloudwatch_backend)
        if asked.get("AlarmName") in (None, item.alarm)
        and asked.get("HistoryItemType") in (None, item.kind)
        and item.alarm_type in types
        and (not asked.get("StartDate") or item.at >= asked["StartDate"])
        and (not asked.get("EndDate") or item.at <= asked["EndDate"])
    ]
    if asked.get("ScanBy") != "TimestampAscending":
        found.reverse()
    shown, token = page(found, int(asked.get("MaxRecords") or 100), asked.get("NextToken"), InvalidNextToken)
    return ActionResult({"AlarmHistoryItems": [item.describe() for item in shown], "NextToken": token})


def apply() -> None:
    CloudWatchBackend.put_metric_alarm = put_by_service
    CloudWatchBackend.delete_alarms = delete_from_backend
    CloudWatchResponse.enable_alarm_actions = _enable(True)
    CloudWatchResponse.disable_alarm_actions = _enable(False)
    for operation in (
        put_metric_alarm,
        describe_alarms,
        describe_alarms_for_metric,
        delete_alarms,
        set_alarm_state,
        describe_alarm_history,
    ):
        setattr(CloudWatchResponse, operation.__name__, operation)
    evaluator.start()
