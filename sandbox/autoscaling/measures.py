"""What a group with enabled metrics reports to CloudWatch: a datum a minute, that of the running minute brought up to date.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html
"""

from __future__ import annotations

from datetime import datetime

from moto.cloudwatch.models import cloudwatch_backends

from sandbox.autoscaling import warm
from sandbox.autoscaling.account import Account, Group
from sandbox.watch import evaluator
from sandbox.watch.backend import stored
from sandbox.watch.metrics import Metric
from sandbox.watch.statistics import Datum

NAMESPACE = "AWS/AutoScaling"
_KINDS = ("InService", "Pending", "Standby", "Terminating", "Total")
METRICS = (
    *("GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity"),
    *(f"Group{kind}{what}" for what in ("Instances", "Capacity") for kind in _KINDS),
    *("WarmPoolDesiredCapacity", "WarmPoolWarmedCapacity", "WarmPoolPendingCapacity", "WarmPoolTerminatingCapacity"),
    *("WarmPoolTotalCapacity", "GroupAndWarmPoolDesiredCapacity", "GroupAndWarmPoolTotalCapacity"),
)


def values(group: Group) -> dict[str, float]:
    found: dict[str, float] = {
        "GroupMinSize": group.minimum,
        "GroupMaxSize": group.maximum,
        "GroupDesiredCapacity": group.desired,
    }
    live, pool = group.live, [one for one in group.instances if one.is_warm]
    for kind in _KINDS:
        of = [one for one in live if kind == "Total" or one.state.startswith(kind)]
        found |= {f"Group{kind}Instances": len(of), f"Group{kind}Capacity": sum(one.weight for one in of)}
    leaving, coming = (sum(part in one.state for one in pool) for part in ("Terminating", "Pending"))
    found["WarmPoolDesiredCapacity"] = warm.wanted(group)
    found["WarmPoolPendingCapacity"], found["WarmPoolTerminatingCapacity"] = coming, leaving
    found["WarmPoolWarmedCapacity"], found["WarmPoolTotalCapacity"] = len(pool) - leaving - coming, len(pool)
    found["GroupAndWarmPoolDesiredCapacity"] = group.desired + warm.wanted(group)
    found["GroupAndWarmPoolTotalCapacity"] = found["GroupTotalCapacity"] + len(pool)
    return found


def put(account: Account, group: Group, now: datetime) -> None:
    if not group.metrics:
        return
    minute, found = now.replace(second=0, microsecond=0), values(group)
    told = (minute, *(found[name] for name in group.metrics))
    if told == group.measured:
        return
    group.measured = told
    watch = cloudwatch_backends[account.number][account.region]
    for name in group.metrics:
        metric = Metric(NAMESPACE, name, frozenset({("AutoScalingGroupName", group.name)}))
        stored(watch).replace(metric, Datum.of(minute, "None", float(found[name])))
        evaluator.changed(watch, metric)
