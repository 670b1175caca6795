# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What CloudWatch calls what others know by a name: load balancers and target groups by a part of their ARNs, health checks by ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .elb import Elb
from .health_checks import HealthChecks

if TYPE_CHECKING:
    from .aws import Aws

NAMESPACE = "AWS/ApplicationELB"
KINDS = {"LoadBalancer": "load balancer", "TargetGroup": "target group"}
HEALTH_CHECK = "HealthCheckId"

# For each of these dimensions what CloudWatch calls a name.
Names = Mapping[str, Mapping[str, str]]


def named(value: Any, kind: str) -> bool:
    return kind in KINDS and isinstance(value, str) and "/" not in value and value != "*"


def metrics(item: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The metrics that an alarm, a widget or an emitted metric is about."""
    yield item
    yield from item.get("metrics") or [] if all(isinstance(one, dict) for one in item.get("metrics") or []) else []


def unknown(item: Mapping[str, Any], names: Names) -> list[str]:
    """The load balancers and target groups that an item names and that are not there."""
    return [
        f"{KINDS[kind]} {value}"
        for metric in metrics(item)
        if metric.get("namespace") == NAMESPACE
        for kind, value in (metric.get("dimensions") or {}).items()
        if named(value, kind) and value not in names[kind]
    ]


def resolved(item: Mapping[str, Any], names: Names) -> dict[str, Any]:
    found = dict(item)
    if item.get("namespace") == NAMESPACE and item.get("dimensions"):
        found["dimensions"] = {
            kind: names[kind].get(value, value) if named(value, kind) else value for kind, value in item["dimensions"].items()
        }
    if all(isinstance(one, dict) for one in item.get("metrics") or [""]):
        found["metrics"] = [resolved(one, names) for one in item["metrics"]]
    return found


def known(aws: Aws) -> dict[str, dict[str, str]]:
    elb = Elb(aws)
    return {
        "LoadBalancer": {name: one["LoadBalancerArn"].partition(":loadbalancer/")[2] for name, one in elb.load_balancers.items()},
        "TargetGroup": {name: one["TargetGroupArn"].rpartition(":")[2] for name, one in elb.target_groups.items()},
    }


def health_check_ids(aws: Aws, metrics: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By name the ids of the health checks of Route 53 that metrics name and that are there."""
    names = {metric["dimensions"][HEALTH_CHECK] for metric in metrics if _is_of_health_check(metric)}
    return {name: check["Id"] for name, check in HealthChecks(aws, dict.fromkeys(names)).found.items()} if names else {}


def with_health_checks(metric: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """Of a health check that is not there CloudWatch has no data."""
    if not _is_of_health_check(metric):
        return dict(metric)
    name = metric["dimensions"][HEALTH_CHECK]
    return {**metric, "dimensions": {**metric["dimensions"], HEALTH_CHECK: ids.get(name, name)}}


def _is_of_health_check(metric: Mapping[str, Any]) -> bool:
    return metric.get("namespace") == "AWS/Route53" and HEALTH_CHECK in (metric.get("dimensions") or {})
