"""The health of targets as DescribeTargetHealth tells it, from what Envoy found.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/check-target-health.html
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable
from typing import Any, NamedTuple

from sandbox.plane.account import Group, Target
from sandbox.plane.clusters import AGENT, LEAST_TIMEOUT_SECONDS, codes


class Health(NamedTuple):
    state: str
    reason: str = ""
    description: str = ""


HEALTHY = Health("healthy")
REGISTERING = Health("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
CHECKING = Health("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
NOT_IN_USE = Health("unused", "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer")
NOT_REGISTERED = Health("unused", "Target.NotRegistered", "Target is not registered to the target group")
STOPPED = Health("unused", "Target.InvalidState", "Target is in the stopped state")
DRAINING = Health("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
UNKNOWN = Health("unavailable", "Elb.InternalError", "Target health is unavailable due to an internal error")
TIMEOUT = Health("unhealthy", "Target.Timeout", "Request timed out")
FAILED = Health("unhealthy", "Target.FailedHealthChecks", "Health checks failed")

# Envoy's health status of a host; None where it does not have the target.
Status = dict[str, Any] | None


def of(status: Status, answered: Callable[[], Health]) -> Health:
    """`answered` says why a target is unhealthy that did answer in time, or not at all."""
    if status is None:
        return REGISTERING
    if not status.get("failed_active_health_check"):
        return HEALTHY
    if status.get("pending_active_hc"):
        return CHECKING
    return TIMEOUT if status.get("active_hc_timeout") else answered()


def probe(group: Group, target: Target, real: Callable[[str], str]) -> Health:
    """Envoy does not say which code it got, so the target is asked once more."""
    port = target.port if group.check.port == "traffic-port" else int(group.check.port)
    where, context = (real(target.address), port), ssl._create_unverified_context()
    connection = (
        http.client.HTTPSConnection(*where, timeout=LEAST_TIMEOUT_SECONDS, context=context)
        if group.check.protocol == "HTTPS"
        else http.client.HTTPConnection(*where, timeout=LEAST_TIMEOUT_SECONDS)
    )
    try:
        connection.request("GET", group.check.path, headers={"host": str(target), "user-agent": AGENT})
        code = connection.getresponse().status
    except TimeoutError:
        return TIMEOUT
    except (OSError, http.client.HTTPException):
        return FAILED
    finally:
        connection.close()
    if any(first <= code <= last for first, last in codes(group.check.matcher)):
        return FAILED
    return Health("unhealthy", "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{code}]")
