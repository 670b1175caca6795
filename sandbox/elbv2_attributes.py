"""The attributes of load balancers, target groups and listeners: their names, defaults and values.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Check = Callable[[str], bool]


@dataclass(frozen=True)
class Attribute:
    default: str
    is_valid: Check
    # What AWS would take, in words.
    allowed: str


def one_of(default: str, *words: str) -> Attribute:
    return Attribute(default, lambda text: text in words, f"one of [{', '.join(words)}]")


def number(default: str, least: int, most: int, *words: str) -> Attribute:
    def is_valid(text: str) -> bool:
        return text in words or text.isascii() and text.isdigit() and least <= int(text) <= most

    also = f" or {', '.join(words)}" if words else ""
    return Attribute(default, is_valid, f"between '{least}-{most}' inclusive{also}")


def text(default: str = "", pattern: str = ".*", allowed: str = "a text") -> Attribute:
    return Attribute(default, lambda value: bool(re.fullmatch(pattern, value)), allowed)


def flag(default: str = "false") -> Attribute:
    return one_of(default, "true", "false")


WEEK = 604800
MANY = 1000

BALANCER = {
    "access_logs.s3.enabled": flag(),
    "access_logs.s3.bucket": text(),
    "access_logs.s3.prefix": text(pattern="(?!.*AWSLogs).*", allowed="without the string AWSLogs"),
    "client_keep_alive.seconds": number("3600", 60, WEEK),
    "connection_logs.s3.enabled": flag(),
    "connection_logs.s3.bucket": text(),
    "connection_logs.s3.prefix": text(),
    "deletion_protection.enabled": flag(),
    "health_check_logs.s3.enabled": flag(),
    "health_check_logs.s3.bucket": text(),
    "health_check_logs.s3.prefix": text(),
    "idle_timeout.timeout_seconds": number("60", 1, 4000),
    "ipv6.deny_all_igw_traffic": flag(),
    "load_balancing.cross_zone.enabled": one_of("true", "true"),
    "routing.http.desync_mitigation_mode": one_of("defensive", "monitor", "defensive", "strictest"),
    "routing.http.drop_invalid_header_fields.enabled": flag(),
    "routing.http.preserve_host_header.enabled": flag(),
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": flag(),
    "routing.http.xff_client_port.enabled": flag(),
    "routing.http.xff_header_processing.mode": one_of("append", "append", "preserve", "remove"),
    "routing.http2.enabled": flag("true"),
    "waf.fail_open.enabled": flag(),
    "zonal_shift.config.enabled": flag(),
}

GROUP = {
    "deregistration_delay.timeout_seconds": number("300", 0, 3600),
    "load_balancing.algorithm.anomaly_mitigation": one_of("off", "on", "off"),
    "load_balancing.algorithm.type": one_of("round_robin", "round_robin", "least_outstanding_requests", "weighted_random"),
    "load_balancing.cross_zone.enabled": one_of("use_load_balancer_configuration", "true", "false", "use_load_balancer_configuration"),
    "slow_start.duration_seconds": Attribute(
        "0", lambda value: value == "0" or number("0", 30, 900).is_valid(value), "between '30-900' inclusive, or '0'"
    ),
    "stickiness.app_cookie.cookie_name": text(pattern="(?!AWSALB).*", allowed="a name that does not begin with AWSALB"),
    "stickiness.app_cookie.duration_seconds": number("86400", 1, WEEK),
    "stickiness.enabled": flag(),
    "stickiness.lb_cookie.duration_seconds": number("86400", 1, WEEK),
    "stickiness.type": one_of("lb_cookie", "lb_cookie", "app_cookie"),
    "target_group_health.dns_failover.minimum_healthy_targets.count": number("1", 1, MANY, "off"),
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": number("off", 1, 100, "off"),
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": number("1", 1, MANY),
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": number("off", 1, 100, "off"),
}

_RESPONSE = "routing.http.response."
LISTENER = {
    f"{_RESPONSE}server.enabled": flag("true"),
    f"{_RESPONSE}strict_transport_security.header_value": text(),
    f"{_RESPONSE}access_control_allow_origin.header_value": text(),
    f"{_RESPONSE}access_control_allow_methods.header_value": text(),
    f"{_RESPONSE}access_control_allow_headers.header_value": text(),
    f"{_RESPONSE}access_control_allow_credentials.header_value": text(pattern="(true)?", allowed="'true'"),
    f"{_RESPONSE}access_control_expose_headers.header_value": text(),
    f"{_RESPONSE}access_control_max_age.header_value": text(pattern=r"\d*", allowed="a number of seconds"),
    f"{_RESPONSE}content_security_policy.header_value": text(),
    f"{_RESPONSE}x_content_type_options.header_value": text(pattern="(nosniff)?", allowed="'nosniff'"),
    f"{_RESPONSE}x_frame_options.header_value": text(
        pattern="(DENY|SAMEORIGIN|ALLOW-FROM .+)?", allowed="one of [DENY, SAMEORIGIN, ALLOW-FROM uri]"
    ),
}
_TLS = ("serial_number", "issuer", "subject", "validity", "leaf")
HTTPS_LISTENER = LISTENER | {
    f"routing.http.request.{name}.header_name": text(
        name.replace("_", "-").title(), r"[A-Za-z0-9_-]{1,40}", "a header name of 1 to 40 letters, digits, hyphens and underscores"
    )
    for name in (
        *(f"x_amzn_mtls_clientcert_{part}" for part in _TLS),
        "x_amzn_mtls_clientcert",
        "x_amzn_tls_version",
        "x_amzn_tls_cipher_suite",
    )
}


def defaults(known: dict[str, Attribute]) -> dict[str, str]:
    return {key: attribute.default for key, attribute in known.items()}


def problem(known: dict[str, Attribute], noun: str, key: str, value: str) -> str:
    """What is wrong with an attribute, in AWS's words; empty when nothing is."""
    if key not in known:
        return f"{noun} attribute key '{key}' is not recognized"
    if not known[key].is_valid(value):
        return f"'{key}' value '{value}' must be {known[key].allowed}"
    return ""
