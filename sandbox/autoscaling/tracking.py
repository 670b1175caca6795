"""The two alarms of a target tracking policy: AlarmHigh, which scales out, and AlarmLow, which scales in.

* Above the target for 3 minutes, below 90 percent of it for 15; whoever has the policy has them, and they go with it.
  https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
* A minute of theirs is as many times as short as health checks are fast (sandbox/watch/paced.py); what they say of themselves is AWS's.
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.elbv2.models import elbv2_backends

from sandbox.autoscaling import pace
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.errors import invalid
from sandbox.autoscaling.instance import new_id
from sandbox.autoscaling.policy import Policy
from sandbox.repairs import cloudwatch_alarms
from sandbox.watch.alarm import Alarm
from sandbox.watch.backend import alarms

LOW_SHARE = 0.9
_PREDEFINED = {
    "ASGAverageCPUUtilization": "CPUUtilization",
    "ASGAverageNetworkIn": "NetworkIn",
    "ASGAverageNetworkOut": "NetworkOut",
}
NAMES = ("MetricName", "Namespace", "Statistic")
REQUESTS = "ALBRequestCountPerTarget"


def watch(account: Account) -> CloudWatchBackend:
    return cloudwatch_backends[account.number][account.region]


def check(account: Account, group: Group, tracking: dict[str, Any]) -> None:
    predefined, customized = tracking.get("PredefinedMetricSpecification"), tracking.get("CustomizedMetricSpecification")
    if bool(predefined) == bool(customized):
        raise invalid("Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified")
    if tracking["TargetValue"] <= 0:
        raise invalid("TargetValue must be greater than 0")
    if predefined:
        kind, label = predefined["PredefinedMetricType"], predefined.get("ResourceLabel")
        if kind not in (*_PREDEFINED, REQUESTS):
            raise NotImplementedError(f"the predefined metric {kind}")
        if bool(label) != (kind == REQUESTS):
            raise invalid(f"ResourceLabel must be specified for {REQUESTS}, and for no other predefined metric")
        if label:
            _check_label(account, group, label)
    elif (
        customized and not customized.get("Metrics") and not all(customized.get(name) for name in ("MetricName", "Namespace", "Statistic"))
    ):
        raise invalid("A customized metric needs MetricName, Namespace and Statistic, or Metrics")


def _check_label(account: Account, group: Group, label: str) -> None:
    """app/<load balancer>/<id>/targetgroup/<target group>/<id>"""
    balancer, _, rest = label.partition("/targetgroup/")
    elb = elbv2_backends[account.number][account.region]
    arn = next((one for one in group.targets if one.endswith(f":targetgroup/{rest}")), None)
    found = elb.target_groups.get(arn) if arn and rest else None
    if not found:
        raise invalid(f"The resource label {label} is not valid: it must name a target group that the Auto Scaling group is attached to")
    if not any(one.endswith(f":loadbalancer/{balancer}") for one in found.load_balancer_arns):
        raise invalid(f"The load balancer of {label} does not route traffic to the target group")


def queries(group: Group, tracking: dict[str, Any]) -> dict[str, Any]:
    """What its alarms watch, in the form of PutMetricAlarm."""
    customized = tracking.get("CustomizedMetricSpecification") or {}
    if customized:
        return customized_queries(customized)
    given = tracking["PredefinedMetricSpecification"]
    if given["PredefinedMetricType"] == REQUESTS:
        return request_queries(given["ResourceLabel"])
    return query("AWS/EC2", _PREDEFINED[given["PredefinedMetricType"]], "Average", {"AutoScalingGroupName": group.name})


def customized_queries(customized: dict[str, Any]) -> dict[str, Any]:
    if customized.get("Metrics"):
        return {"Metrics": [_query(one) for one in customized["Metrics"]]}
    names = ("MetricName", "Namespace", "Statistic", "Unit")
    found = {name: customized[name] for name in names if customized.get(name)}
    return {**found, "Dimensions": customized.get("Dimensions") or [], "Period": customized.get("Period") or 60}


def request_queries(label: str) -> dict[str, Any]:
    balancer, _, rest = label.partition("/targetgroup/")
    pairs = {"TargetGroup": f"targetgroup/{rest}", "LoadBalancer": balancer}
    return query("AWS/ApplicationELB", "RequestCountPerTarget", "Sum", pairs)


def query(namespace: str, metric: str, statistic: str, pairs: dict[str, str]) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in pairs.items()]
    return {"Namespace": namespace, "MetricName": metric, "Statistic": statistic, "Dimensions": dimensions, "Period": 60}


def _query(given: dict[str, Any]) -> dict[str, Any]:
    query = dict(given)
    query["ReturnData"] = given.get("ReturnData", True)
    if stat := given.get("MetricStat"):
        query["MetricStat"] = {**stat, "Period": stat.get("Period") or 60}
    return query


def put(account: Account, group: Group, policy: Policy) -> None:
    """Anew, as AWS makes them when the policy is put again."""
    remove(account, policy)
    assert policy.tracking
    policy.alarms = [alarm.name for alarm in make(watch(account), group.name, policy.arn, policy.tracking, queries(group, policy.tracking))]


def make(watching: CloudWatchBackend, name: str, arn: str, tracking: dict[str, Any], watched: dict[str, Any]) -> list[Alarm]:
    """Of a policy with this ARN, for what has this name; Application Auto Scaling's are the same."""
    target = tracking["TargetValue"]
    kinds = [("AlarmHigh", "GreaterThanThreshold", 3, target)]
    if not tracking.get("DisableScaleIn"):
        kinds.append(("AlarmLow", "LessThanThreshold", 15, target * LOW_SHARE))
    made = []
    for kind, comparison, periods, threshold in kinds:
        asked = {
            **watched,
            "AlarmName": f"TargetTracking-{name}-{kind}-{new_id()}",
            "AlarmDescription": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {arn}."[:255],
            "AlarmActions": [arn],
            "ComparisonOperator": comparison,
            "EvaluationPeriods": periods,
            "Threshold": threshold,
        }
        made.append(cloudwatch_alarms.put(watching, asked))
        made[-1].pace = pace.speed()
    return made


def remove(account: Account, policy: Policy) -> None:
    watch(account).delete_alarms([name for name in policy.alarms if name in alarms(watch(account))])
    policy.alarms = []
