"""Composite alarms.

moto has no PutCompositeAlarm. AWS evaluates the rule whenever an alarm that it names changes state: ALARM when it is
true, OK when not. A rule may form a cycle: AWS takes it, and stops evaluating there.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
An ActionsSuppressor in ALARM suppresses the actions; its wait and extension periods are kept but not waited for.
"""

from __future__ import annotations

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from sandbox.repairs.cloudwatch_alarms import put
from sandbox.watch.alarm_rule import parse
from sandbox.watch.alarm_validation import check_actions
from sandbox.watch.backend import alarms
from sandbox.watch.tokens import Malformed

MOST_CHILDREN = 100


def put_composite_alarm(self: CloudWatchResponse) -> ActionResult:
    asked = dict(self._get_params())
    existing = alarms(self.cloudwatch_backend)
    check_actions(asked, self.region)
    try:
        named = parse(asked["AlarmRule"]).alarms()
    except Malformed as error:
        raise ValidationError(f"AlarmRule is invalid: {error}") from error
    if len(named) > MOST_CHILDREN:
        raise ValidationError(f"AlarmRule must not name more than {MOST_CHILDREN} alarms")
    if missing := sorted(named - existing.keys()):
        raise ValidationError(f"AlarmRule names alarms that do not exist: {', '.join(missing)}")
    known = existing.get(asked["AlarmName"])
    if known and known.type != "CompositeAlarm":
        raise ValidationError(f"Alarm {known.name} is a metric alarm: its type cannot be changed.")
    suppressor = asked.get("ActionsSuppressor")
    if suppressor:
        if suppressor.split(":alarm:")[-1] not in existing:
            raise ValidationError(f"ActionsSuppressor {suppressor} does not exist")
        for required in ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"):
            if asked.get(required) is None:
                raise ValidationError(f"{required} is required when ActionsSuppressor is specified")
    put(self.cloudwatch_backend, asked)
    return EmptyResult()


def apply() -> None:
    CloudWatchResponse.put_composite_alarm = put_composite_alarm  # type: ignore[attr-defined]
