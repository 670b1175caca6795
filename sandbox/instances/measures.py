"""What EC2 reports to CloudWatch of each instance, from the processes that its host is.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
* CPUUtilization is a part of all vCPUs of the instance's type. It has the dimension InstanceId, and AutoScalingGroupName where a group has
  launched the instance: one datum a minute, of every instance one sample.
* On AWS basic monitoring gives a datum every five minutes, detailed monitoring every minute. Here both give one a minute; that of the
  minute which is running is brought up to date every five seconds.
* StatusCheckFailed is 1 while the host's service manager does not answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.models.instances import Instance

from sandbox.instances import account
from sandbox.watch import evaluator
from sandbox.watch.backend import stored
from sandbox.watch.metrics import Metric
from sandbox.watch.statistics import Datum

NAMESPACE = "AWS/EC2"
GROUP_TAG = "aws:autoscaling:groupName"


@dataclass
class Minute:
    """What a host had used when the minute began, or when it came, and what it has used since."""

    minute: datetime
    base: float
    base_at: float
    used: float
    at: float

    def percent(self, processors: int) -> float:
        seconds = self.at - self.base_at
        return min(100.0, 100 * max(0.0, self.used - self.base) / seconds / processors) if seconds > 0 else 0.0


class Measures:
    def __init__(self) -> None:
        self._minutes: dict[str, Minute] = {}

    def take(self, instance: Instance, used: float, at: float) -> None:
        known = self._minutes.get(instance.id)
        minute = utcnow().replace(second=0, microsecond=0)
        if not known or used < known.used:  # a manager that was started again counts from nothing
            known = Minute(minute, used, at, used, at)
        elif known.minute != minute:
            known = Minute(minute, known.used, known.at, used, at)
        known.used, known.at = used, at
        self._minutes[instance.id] = known
        if known.at > known.base_at:
            self._tell(instance, known)

    def forget(self, instance_id: str) -> None:
        self._minutes.pop(instance_id, None)

    def _tell(self, instance: Instance, known: Minute) -> None:
        failed = float(account.status(instance) == "impaired")
        _put(instance, Datum.of(known.minute, "Percent", known.percent(processors(instance))), "CPUUtilization", "InstanceId", instance.id)
        _put(instance, Datum.of(known.minute, "Count", failed), "StatusCheckFailed", "InstanceId", instance.id)
        if group := group_of(instance):
            members = [one for one in account.instances() if group_of(one) == group and one.ec2_backend is instance.ec2_backend]
            same = [(one, found) for one in members if (found := self._minutes.get(one.id)) and found.minute == known.minute]
            values = [found.percent(processors(one)) for one, found in same if found.at > found.base_at]
            datum = Datum(known.minute, "Percent", len(values), sum(values), min(values), max(values))
            _put(instance, datum, "CPUUtilization", "AutoScalingGroupName", group)


def _put(instance: Instance, datum: Datum, name: str, dimension: str, value: str) -> None:
    watch = cloudwatch_backends[instance.owner_id][instance.region_name]
    metric = Metric(NAMESPACE, name, frozenset({(dimension, value)}))
    stored(watch).replace(metric, datum)
    evaluator.changed(watch, metric)


def group_of(instance: Instance) -> str:
    return next((tag["value"] for tag in instance.get_tags() if tag["key"] == GROUP_TAG), "")


def processors(instance: Instance) -> int:
    return int(INSTANCE_TYPES.get(instance.instance_type, {}).get("VCpuInfo", {}).get("DefaultVCpus", 1))
