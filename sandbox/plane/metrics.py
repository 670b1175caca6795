"""What Elastic Load Balancing reports to CloudWatch of a request.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.plane.requests import Request
from sandbox.watch.metrics import Metric

Measure = tuple[Metric, str, float]

NAMESPACE = "AWS/ApplicationELB"
COUNTED_APART = (500, 502, 503, 504)


def balancer_name(arn: str) -> str:
    """app/shop/50dc6c495c0c9188"""
    return arn.partition(":loadbalancer/")[2]


def group_name(arn: str) -> str:
    """targetgroup/shop/73e2d6bc24d8a067"""
    return arn.rpartition(":")[2]


def measures(request: Request) -> Iterator[Measure]:
    balancer = {"LoadBalancer": balancer_name(request.balancer.arn)}
    both = balancer | {"TargetGroup": group_name(request.group)}
    own = request.target_status is None
    hundreds = f"{request.status // 100}XX_Count"
    yield _measure("ProcessedBytes", (request.entry["received"] or 0) + (request.entry["sent"] or 0), "Bytes", balancer)
    if request.target:
        yield from (_measure("RequestCount", 1, "Count", where) for where in (balancer, both))
        group = {"TargetGroup": both["TargetGroup"]}
        yield from (_measure("RequestCountPerTarget", 1 / request.targets, "Count", where) for where in (group, both))
    if not own:
        for where in (balancer, both):
            yield _measure(f"HTTPCode_Target_{hundreds}", 1, "Count", where)
            yield _measure("TargetResponseTime", request.seconds("target") or 0, "Seconds", where)
    elif request.status >= 300:
        yield _measure(f"HTTPCode_ELB_{hundreds}", 1, "Count", balancer)
        if request.status in COUNTED_APART:
            yield _measure(f"HTTPCode_ELB_{request.status}_Count", 1, "Count", balancer)
    if "UF" in request.flags:
        yield from (_measure("TargetConnectionErrorCount", 1, "Count", where) for where in (balancer, both))
    name = {"redirect": "HTTP_Redirect_Count", "fixed-response": "HTTP_Fixed_Response_Count"}.get(request.entry["action"] or "")
    if name and own and not request.was_refused_by_waf:
        yield _measure(name, 1, "Count", balancer)
    if request.entry["dropped_headers"]:
        yield _measure("DroppedInvalidHeaderRequestCount", 1, "Count", balancer)


def no_requests(balancer_arn: str, group_arn: str) -> Iterator[Measure]:
    """Requests per target are told of every minute in which there are targets, also when there were none."""
    group = {"TargetGroup": group_name(group_arn)}
    yield from (
        _measure("RequestCountPerTarget", 0, "Count", where) for where in (group, group | {"LoadBalancer": balancer_name(balancer_arn)})
    )


def health(balancer_arn: str, group_arn: str, healthy: int, unhealthy: int) -> Iterator[Measure]:
    where = {"LoadBalancer": balancer_name(balancer_arn), "TargetGroup": group_name(group_arn)}
    yield _measure("HealthyHostCount", healthy, "Count", where)
    yield _measure("UnHealthyHostCount", unhealthy, "Count", where)


def _measure(name: str, value: float, unit: str, dimensions: dict[str, str]) -> Measure:
    return Metric(NAMESPACE, name, frozenset(dimensions.items())), unit, value
