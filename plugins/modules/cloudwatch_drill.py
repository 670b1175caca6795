#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudwatch_drill
short_description: Set alarms off and show that their notifications arrive
version_added: 0.1.0
description:
  - Subscribes a queue of its own to the topics of the alarms, sets every alarm that notifies to ALARM, waits for what the topics
    are told, sets the alarms back and removes the queue and its subscriptions.
  - The topics' other subscribers are told as well; the notification says that it is a drill.
  - Metric alarms go first. A composite alarm that does not follow them by itself is set to ALARM too.
  - A queue that a killed drill left behind is found by its name and used again, so only one drill of an O(app) may run at a time.
  - See U(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  alarms:
    description: The names of the alarms.
    type: list
    elements: str
    required: true
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The alarms notify within a minute
  prodready.aws.cloudwatch_drill:
    alarms: [shop-latency, shop-unhealthy]
    deadline_seconds: 60
  register: drill
"""

RETURN = r"""
alarms:
  description: What became of each alarm.
  type: list
  elements: dict
  returned: always
  contains:
    alarm:
      description: Its name.
      type: str
    topics:
      description: The topics of this account and region that it notifies.
      type: list
      elements: str
    state:
      description: The state that it was in, and was set back to.
      type: str
    outcome:
      description: C(notified), C(silent) when a topic did not tell in time, C(would be driven) in check mode, or why it was not driven.
      type: str
    seconds:
      description: How long the notification took.
      type: float
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

import secrets
from collections.abc import Mapping
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.drill import Drill, Subscriber, why_not
from ..module_utils.lists import batches

PAGE = 100


def describe(aws: Aws, names: list[str]) -> dict[str, dict[str, Any]]:
    types = ["MetricAlarm", "CompositeAlarm"]
    found = aws.each(
        lambda page: aws.call("cloudwatch", "describe_alarms", AlarmNames=page, AlarmTypes=types, MaxRecords=PAGE), batches(names, PAGE)
    )
    alarms = [alarm for page in found for kind in ("MetricAlarms", "CompositeAlarms") for alarm in page.get(kind, [])]
    return {alarm["AlarmName"]: alarm for alarm in alarms}


def drive(module: AwsModule, alarms: Mapping[str, Mapping[str, Any]], topics: Mapping[str, list[str]]) -> Drill:
    run = secrets.token_hex(4)
    reason = f"Drill {run}: shows that this alarm notifies; nothing is wrong and nothing needs to be done."
    every = sorted({topic for name in alarms for topic in topics[name]})
    with Subscriber(module.aws, module.params["app"] or "any", run, every, module.ownership) as subscriber:
        drill = Drill(module.aws, alarms, topics, reason, module.params["deadline_seconds"])
        try:
            drill.run(subscriber)
        finally:
            drill.restore()
    return drill


def main() -> None:
    module = AwsModule({"alarms": {"type": "list", "elements": "str", "required": True}})
    names = list(dict.fromkeys(module.params["alarms"]))
    alarms = module.ask("alarms", describe, module.aws, names)
    if missing := [name for name in names if name not in alarms]:
        module.fail(f"There are no alarms {', '.join(missing)}; make them first (role cloudwatch), or correct the names.")

    here = module.aws.arn("sns", "")
    topics = {name: [arn for arn in alarms[name].get("AlarmActions", []) if arn.startswith(here)] for name in names}
    left = {name: reason for name in names if (reason := why_not(alarms[name], topics[name]))}
    driven = {name: alarms[name] for name in names if name not in left}
    drill = module.ask("drill", drive, module, driven, topics) if driven and not module.check_mode else None

    records = []
    for name in names:
        seconds = drill.seconds(name) if drill and name in driven else None
        outcome = left.get(name) or ("would be driven" if module.check_mode else "silent" if seconds is None else "notified")
        told = [arn.removeprefix(here) for arn in topics[name]]
        records.append({"alarm": name, "topics": told, "state": alarms[name]["StateValue"], "outcome": outcome, "seconds": seconds})
    module.done(changed=bool(driven), alarms=records)


if __name__ == "__main__":
    main()
