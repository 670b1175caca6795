"""A target group as a cluster of Envoy: how its targets are checked and chosen."""

from __future__ import annotations

import re

from sandbox.plane.account import Group, HealthCheck, identifier
from sandbox.plane.bootstrap import WAFD, source
from sandbox.plane.envoy import Config, extension, seconds, typed

CONNECT_SECONDS = 10
LEAST_TIMEOUT_SECONDS = 1
AGENT = "ELB-HealthChecker/2.0"
LIMITS = ("max_connections", "max_pending_requests", "max_requests")
POLICIES = {"round_robin": "ROUND_ROBIN", "least_outstanding_requests": "LEAST_REQUEST", "weighted_random": "RANDOM"}


def cluster(group: Group, speed: float, idle_seconds: float = 60) -> Config:
    algorithm = group.attributes.get("load_balancing.algorithm.type", "round_robin")
    made: Config = {
        "name": group.arn,
        "type": "EDS",
        "eds_cluster_config": {"eds_config": source(f"endpoints/{identifier(group.arn)}"), "service_name": group.arn},
        "connect_timeout": seconds(CONNECT_SECONDS),
        "lb_policy": POLICIES[algorithm],
        # A load balancer has no such limits.
        "circuit_breakers": {"thresholds": [dict.fromkeys(LIMITS, 1_000_000)]},
        # A target that is deregistered gets no new request, whatever its health.
        "ignore_health_on_host_removal": True,
        "common_lb_config": {"healthy_panic_threshold": {"value": fail_open_percent(group)}},
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": _protocol(group.version, idle_seconds)
        },
    }
    slow = float(group.attributes.get("slow_start.duration_seconds") or 0)
    if slow and algorithm == "round_robin":
        made["round_robin_lb_config"] = {"slow_start_config": {"slow_start_window": seconds(slow)}}
    if algorithm == "least_outstanding_requests":
        made["least_request_lb_config"] = {"selection_method": "FULL_SCAN"}
    if group.check.enabled:
        made["health_checks"] = [check(group.check, group.version, speed)]
    if group.protocol == "HTTPS":
        # Any certificate of a target is accepted.
        made["transport_socket"] = extension("tls", "extensions.transport_sockets.tls.v3.UpstreamTlsContext")
    return made


def fail_open_percent(group: Group) -> float:
    """Below this part of healthy targets all get traffic: with the defaults when none is healthy.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health.html
    """
    name = "target_group_health.unhealthy_state_routing.minimum_healthy_targets"
    percent = group.attributes.get(f"{name}.percentage", "off")
    count = int(group.attributes.get(f"{name}.count", 1))
    # Envoy compares with whole percents; half a target less than the count is still fewer.
    by_count = 100 * (count - 0.5) / max(len(group.targets), 1)
    return max(1, int(min(by_count, 100)), 0 if percent == "off" else int(percent))


def check(asked: HealthCheck, version: str, speed: float) -> Config:
    interval = seconds(asked.interval / speed)
    ranges = [{"start": first, "end": last + 1} for first, last in codes(asked.matcher)]
    return {
        "interval": interval,
        "no_traffic_interval": interval,
        "timeout": seconds(max(asked.timeout / speed, LEAST_TIMEOUT_SECONDS)),
        "healthy_threshold": asked.healthy,
        "unhealthy_threshold": asked.unhealthy,
        "http_health_check": {
            "path": asked.path,
            "expected_statuses": ranges,
            # Without them one wrong answer would be enough.
            "retriable_statuses": [{"start": 100, "end": 600}],
            "codec_client_type": "HTTP1" if version == "HTTP1" else "HTTP2",
            "request_headers_to_add": [{"header": {"key": "user-agent", "value": AGENT}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}],
        },
    }


def codes(matcher: str) -> list[tuple[int, int]]:
    """The ranges of "200,202" or "200-299"."""
    found = [re.split("-", part) for part in matcher.split(",")]
    return [(int(part[0]), int(part[-1])) for part in found]


def wafd() -> Config:
    address = {"pipe": {"path": WAFD}}
    return {
        "name": "wafd",
        "type": "STATIC",
        "connect_timeout": "1s",
        # Less than wafd's own, lest a request goes to a connection that is being closed.
        "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": _protocol("HTTP1", 60)},
        "load_assignment": {"cluster_name": "wafd", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}]},
    }


def _protocol(version: str, idle_seconds: float) -> Config:
    kind = "http_protocol_options" if version == "HTTP1" else "http2_protocol_options"
    options = typed("extensions.upstreams.http.v3.HttpProtocolOptions", explicit_http_config={kind: {}})
    return options | {"common_http_protocol_options": {"idle_timeout": seconds(idle_seconds)}}
