"""AWS is busy, broken, slow, closed or away: the run converges, or stops in time with one error that says what, where and what to do.

A sample, or with PROOFS=all every fault.
"""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.place import Place
from tests.proofs.disturbed import ROWS, Disturbance, untidy
from tests.proofs.stage import Stage

pytestmark = pytest.mark.timeout(3600)
ALL = os.environ.get("PROOFS") == "all"
UNANSWERED_SECONDS = 4
THROTTLED = (
    "cloudwatch",
    "dynamodb",
    "logs",
    "resourcegroupstaggingapi",
    "secretsmanager",
    "sns",
    "sqs",
    "sts",
    "acm",
    "elbv2",
    "route53",
    "budgets",
    "wafv2",
    "elasticache",
    "autoscaling",
    "ec2",
    "iam",
)
BUSY = (
    {"service": "s3", "code": "SlowDown", "status": 503},
    *({"service": service, "code": "ThrottlingException", "status": 400} for service in THROTTLED),
)


@dataclass(frozen=True)
class Fault:
    """What befalls the requests of a row's playbook; the words of its error, or none where it converges."""

    name: str
    row: str
    rules: tuple[dict[str, Any], ...]
    says: tuple[str, ...] = ()
    seconds: float = 180
    sampled: bool = False


def busy(row: str, seed: int, sampled: bool = False) -> Fault:
    return Fault("30 % throttled", row, tuple(rule | {"rate": 0.3, "seed": seed} for rule in BUSY), sampled=sampled)


def bursts(row: str) -> Fault:
    """The first rule that a request fits is its fault, so the second burst follows the first."""
    broken = {"code": "InternalFailure", "status": 500}
    away = {"code": "ServiceUnavailable", "status": 503}
    return Fault("bursts of 5xx", row, ({**broken, "passes": 3, "times": 3}, {**away, "passes": 8, "times": 3}))


def slow(row: str, service: str) -> Fault:
    return Fault(f"{service} is slow", row, ({"service": service, "delay_seconds": 1.5},))


def closed(row: str, service: str, operation: str, resource: str, sampled: bool = False) -> Fault:
    """The service answers no more than that it may not."""
    rule = {"service": service, "code": "AccessDenied", "status": 403, "message": "No."}
    return Fault(f"{service} is denied", row, (rule,), (resource, operation, "AccessDenied", "Next: grant"), sampled=sampled)


def one(row: str, operation: str, match: dict[str, str], service: str, resource: str = "", sampled: bool = False) -> Fault:
    """One item of a set cannot be done; it is called by what is matched, when no other name is given."""
    resource = resource or next(iter(match.values()))
    rule = {"operation": operation, "match": match, "code": "ConflictException", "status": 409, "message": "Not now."}
    return Fault(f"one {service} fails", row, (rule,), (f"{resource}: {service}:{operation} failed", "Not now.", "Next: "), sampled=sampled)


IMAGES = "shop-images-123456789012"
EVERYWHERE = [row.name for row in ROWS]
FAULTS = [
    *(busy(row, seed, row == "s3 on empty") for seed, row in enumerate(EVERYWHERE)),
    *map(bursts, EVERYWHERE),
    slow("environment on empty", "secretsmanager"),
    slow("dynamodb on empty", "dynamodb"),
    slow("s3 on empty", "s3"),
    slow("cloudwatch on empty", "cloudwatch"),
    slow("elasticache on applied", "elasticache"),
    slow("autoscaling on balanced", "autoscaling"),
    slow("deploy", "dynamodb"),
    closed("environment on empty", "secretsmanager", "secretsmanager:DescribeSecret", "shop/sandbox"),
    closed("dynamodb on empty", "dynamodb", "dynamodb:DescribeTable", "shop-orders"),
    closed("s3 on empty", "s3", "s3:ListBuckets", IMAGES, sampled=True),
    closed("cloudwatch on empty", "logs", "logs:DescribeLogGroups", "/shop/application"),
    closed("cloudwatch on empty", "sns", "sns:", "shop-alerts"),
    closed("cloudwatch on empty", "cloudwatch", "cloudwatch:", "shop"),
    closed("cost on account", "budgets", "budgets:DescribeBudget", "shop"),
    closed("alb on applied", "elbv2", "elasticloadbalancing:DescribeLoadBalancers", "shop"),
    closed("waf on balanced", "wafv2", "wafv2:", "shop"),
    closed("uptime on balanced", "route53", "route53:ListHealthChecks", "shop"),
    closed("elasticache on applied", "elasticache", "elasticache:", "shop"),
    closed("autoscaling on balanced", "autoscaling", "autoscaling:", "shop"),
    closed("autoscaling on balanced", "iam", "iam:", "shop-instance"),
    closed("deploy", "dynamodb", "dynamodb:GetItem", "lock deploy"),
    closed("rotate", "secretsmanager", "secretsmanager:DescribeSecret", "shop/sandbox"),
    one("dynamodb on empty", "UpdateContinuousBackups", {"TableName": "shop-products"}, "dynamodb"),
    one("s3 on empty", "PutBucketVersioning", {"Bucket": IMAGES}, "s3", sampled=True),
    one("cloudwatch on empty", "PutMetricAlarm", {"AlarmName": "shop-latency"}, "cloudwatch"),
    one("cost on account", "CreateBudget", {"AccountId": "123456789012"}, "budgets", "shop"),
    one("alb on applied", "CreateListener", {"Protocol": "HTTP"}, "elbv2", "shop:80"),
    one("waf on balanced", "CreateIPSet", {"Name": "shop-banned"}, "wafv2"),
    one("uptime on balanced", "CreateHealthCheck", {}, "route53", "shop"),
    one("elasticache on applied", "CreateReplicationGroup", {"ReplicationGroupId": "shop"}, "elasticache"),
    one("autoscaling on balanced", "CreateLaunchTemplate", {"LaunchTemplateName": "shop"}, "ec2"),
    one("undo", "PutBucketVersioning", {"Bucket": IMAGES}, "s3"),
]


@pytest.fixture(scope="module")
def disturbance(shared_place: Place) -> Disturbance:
    return Disturbance(Stage(shared_place))


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if ALL or fault.sampled], ids=lambda fault: f"{fault.row}, {fault.name}")
def test_a_run_converges_or_stops_with_one_error_and_converges_when_the_fault_is_over(disturbance, fault):
    row = next(row for row in ROWS if row.name == fault.row)
    disturbance.reference(row)
    disturbance.begin(row)
    disturbance.faults(*fault.rules)
    start = time.monotonic()
    with disturbance.visited(row) as complaints:
        run = disturbance.run(row)
        took = time.monotonic() - start
        befallen = [request for request in disturbance.place.requests() if request["error"] or request["ms"] > 1400]
        disturbance.faults()
        assert befallen, "the fault befell no request"
        assert took < fault.seconds
        assert ended(run, fault) == []
        if fault.says:
            again = disturbance.run(row)
            assert again.code == 0, again.error
    assert complaints == []
    assert disturbance.wounds(row) == []


def ended(run: Any, fault: Fault) -> list[str]:
    """What is wrong with how the run ended."""
    if not fault.says:
        return [] if run.code == 0 else [f"it did not converge: {run.error or run.output[-1000:]}"]
    if run.code == 0:
        return ["it claims to have succeeded"]
    return untidy(run) + [f"{word!r} is not said in: {run.error}" for word in fault.says if word not in run.error]


def test_when_one_item_of_a_set_fails_the_others_are_done(disturbance):
    row = next(row for row in ROWS if row.name == "s3 on empty")
    whole = disturbance.reference(row).state
    disturbance.begin(row)
    disturbance.faults(*one(row.name, "PutBucketVersioning", {"Bucket": IMAGES}, "s3").rules)
    disturbance.run(row)
    disturbance.faults()
    other = {name: found for name, found in whole.items() if "bucket" in name and IMAGES not in name}
    assert other
    assert {name: found for name, found in disturbance.state().items() if name in other} == other


@pytest.fixture(params=["refused", "silent"])
def nowhere(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of nobody: connections are refused, or are opened and never answered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "silent":
            listener.listen()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("name", EVERYWHERE if ALL else ["s3 on empty"])
def test_a_region_that_does_not_answer_ends_the_run_in_time_with_nothing_touched(disturbance, nowhere, name):
    row = next(row for row in ROWS if row.name == name)
    disturbance.begin(row)
    aws = {**disturbance.place.aws, "endpoint_url": nowhere, "unanswered_seconds": UNANSWERED_SECONDS}
    start = time.monotonic()
    run = disturbance.run(row, runbook_aws=aws)
    took = time.monotonic() - start

    assert run.code != 0
    assert untidy(run) == []
    assert re.search(r"\w+:\w+ failed with (EndpointConnectionError|ReadTimeoutError|ConnectTimeoutError)", run.error), run.error
    assert "the region and the network between here and AWS" in run.error
    # What it took to start, the last attempt and the pause before it.
    assert took < UNANSWERED_SECONDS + 90
    assert disturbance.place.requests() == []
