"""Alarms change state here, and act on it: by what their metrics say, by SetAlarmState, by the alarms of a rule."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.core.utils import utcnow
from moto.sns.models import sns_backends

from sandbox.watch import notification
from sandbox.watch.alarm import Alarm, HistoryItem, timestamp
from sandbox.watch.alarm_rule import parse
from sandbox.watch.assessment import assess, metrics
from sandbox.watch.backend import Source, alarms, history
from sandbox.watch.metrics import Metric

log = logging.getLogger(__name__)

# CloudWatch evaluates all alarms once a minute or every 10 seconds; an alarm whose data changed is evaluated at once.
EVERY = timedelta(seconds=10)
PAUSE = 0.1

# By what the ARNs of their policies have: what hands a scaling policy to its service, and says what is wrong with it; takes no lock.
scalers: dict[str, Callable[[str, str, str], str]] = {}

lock = threading.RLock()
_wake = threading.Event()
_changed: dict[tuple[str, str], set[Metric | str]] = defaultdict(set)
_started = threading.Lock()


def changed(backend: CloudWatchBackend, what: Metric | str) -> None:
    """A metric got data, or the alarm of a name was put."""
    _changed[backend.account_id, backend.region_name].add(what)
    _wake.set()


def start() -> None:
    if _started.acquire(blocking=False):
        threading.Thread(target=_run, name="alarm-evaluator", daemon=True).start()


def _run() -> None:
    complete = datetime.min
    while True:
        _wake.wait(1)
        _wake.clear()
        now = utcnow()
        everything = not timedelta(0) <= now - complete < EVERY
        if everything:
            complete = now
        if everything or _changed:
            _pass(now, everything)
            time.sleep(PAUSE)


def _pass(now: datetime, everything: bool) -> None:
    for account, regions in list(cloudwatch_backends.items()):
        for region, backend in list(regions.items()):
            what = _changed.pop((account, region), set())
            for alarm in list(alarms(backend).values()):
                if not (everything or alarm.name in what or what and _watches(alarm, what)):
                    continue
                try:
                    evaluate(backend, alarm, now)
                except Exception:  # One alarm that cannot be evaluated must not stop the others.
                    log.exception("alarm %s", alarm.name)


def _watches(alarm: Alarm, what: set[Metric | str]) -> bool:
    return alarm.type == "MetricAlarm" and bool(metrics(alarm.definition) & what)


def evaluate(backend: CloudWatchBackend, alarm: Alarm, now: datetime) -> None:
    if alarm.type == "CompositeAlarm":
        _evaluate_rule(backend, alarm, (alarm.name,))
        return
    verdict = assess(alarm, Source(backend), now)
    with lock:
        if verdict.state != alarm.state and alarms(backend).get(alarm.name) is alarm:
            move(backend, alarm, verdict.state, verdict.reason, verdict.reason_data)


def move(
    backend: CloudWatchBackend,
    alarm: Alarm,
    state: str,
    reason: str,
    reason_data: str | None,
    path: tuple[str, ...] = (),
) -> None:
    """The alarm takes a state; when it is another one, its actions and the rules that name it follow."""
    with lock:
        before, old_reason = alarm.state, alarm.reason
        alarm.state, alarm.reason, alarm.reason_data = state, reason, reason_data
        alarm.state_updated = utcnow()
        if state == before:
            return
        alarm.state_transitioned = alarm.state_updated
        states = {
            "oldState": {"stateValue": before, "stateReason": old_reason},
            "newState": {
                "stateValue": state,
                "stateReason": reason,
                "stateReasonData": json.loads(reason_data) if reason_data else None,
            },
        }
        record(backend, alarm, "StateUpdate", f"Alarm updated from {before} to {state}", states)
        _act(backend, alarm, before)
        for parent in list(alarms(backend).values()):
            if parent.type == "CompositeAlarm" and alarm.name in parse(parent.definition["AlarmRule"]).alarms():
                _evaluate_rule(backend, parent, (*path, alarm.name))


def record(backend: CloudWatchBackend, alarm: Alarm, kind: str, summary: str, data: Mapping[str, Any]) -> None:
    history(backend).append(HistoryItem(alarm.name, alarm.type, utcnow(), kind, summary, data))


def _evaluate_rule(backend: CloudWatchBackend, alarm: Alarm, path: tuple[str, ...]) -> None:
    """CloudWatch stops where the rules form a cycle."""
    if alarm.name in path[:-1]:
        return
    rule = parse(alarm.definition["AlarmRule"])
    with lock:
        known = alarms(backend)
        holds = rule.holds(lambda name: known[name].state if name in known else "INSUFFICIENT_DATA")
        state = "ALARM" if holds else "OK"
        if state == alarm.state:
            return
        child = max((known[name] for name in rule.alarms() if name in known), key=lambda c: c.state_updated, default=None)
        reason = f"The rule {alarm.definition['AlarmRule']} is {str(holds).lower()}"
        data = None
        if child:
            at = child.state_updated.strftime("%A %d %B, %Y %H:%M:%S UTC")
            reason = f"{child.alarm_arn} transitioned to {child.state} at {at}"
            triggering = [{"arn": child.alarm_arn, "state": {"value": child.state, "timestamp": timestamp(child.state_updated)}}]
            data = json.dumps({"triggeringAlarms": triggering})
        move(backend, alarm, state, reason, data, path)


def _act(backend: CloudWatchBackend, alarm: Alarm, before: str) -> None:
    """Actions of SNS and Auto Scaling are executed; those of other services are not emulated."""
    alarm.suppressed_by = None
    if not alarm.actions_enabled:
        return
    suppressor = alarms(backend).get((alarm.definition.get("ActionsSuppressor") or "").split(":alarm:")[-1])
    if suppressor and suppressor.state == "ALARM":
        alarm.suppressed_by = "Alarm"
        return
    known = alarms(backend)
    names = parse(alarm.definition["AlarmRule"]).alarms() if alarm.type == "CompositeAlarm" else set()
    children = [known[name] for name in sorted(names) if name in known]
    triggering = [child for child in children if child.state == "ALARM"] if alarm.state == "ALARM" else children
    text = notification.message(alarm, before, backend.account_id, backend.region_name, triggering)
    for action in alarm.actions():
        service = action.split(":")[2]
        if service == "sns":
            _publish(backend, alarm, action, text)
        elif service == "autoscaling":
            _scale(backend, alarm, action)


def _scale(backend: CloudWatchBackend, alarm: Alarm, policy: str) -> None:
    """The policy is run by its own service's thread, which goes on with it while the alarm stays as it is."""
    scaler = next((found for part, found in scalers.items() if part in policy), None)
    problem = scaler(backend.account_id, backend.region_name, policy) if scaler else "The scaling policy does not exist"
    data = {"actionState": "Failed" if problem else "Succeeded", "stateUpdateTimestamp": timestamp(alarm.state_updated)}
    data |= {"notificationResource": policy} | ({"error": problem} if problem else {})
    summary = f"Failed to execute AutoScaling action: {problem}" if problem else f"Successfully executed action {policy}"
    record(backend, alarm, "Action", summary, data)


def _publish(backend: CloudWatchBackend, alarm: Alarm, topic: str, text: str) -> None:
    data = {
        "actionState": "Succeeded",
        "stateUpdateTimestamp": timestamp(alarm.state_updated),
        "notificationResource": topic,
    }
    try:
        sns = sns_backends[topic.split(":")[4]][topic.split(":")[3]]
        sns.publish(text, topic, subject=notification.subject(alarm, backend.region_name))
        summary = f"Successfully executed action {topic}"
    except Exception as error:  # AWS too writes a failed action into the history and goes on.
        data |= {"actionState": "Failed", "error": str(error)}
        summary = f"Failed to execute action {topic}. Received error: {error}"
    record(backend, alarm, "Action", summary, data)
