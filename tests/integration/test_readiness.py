"""Ready, not ready, not proven: what is broken by hand turns the claims that are about it, and the decision."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from plugins.module_utils.load import Load, Request
from tests.integration.cached import nodes
from tests.integration.place import Place, Run, descendants, success_metrics, until

pytestmark = pytest.mark.timeout(1500)
HOUR = 3600
DAY = 24 * HOUR
SHOP = "https://shop.localhost"
WINDOW_SECONDS, PERIOD_SECONDS = 300, 60
METRICS = success_metrics(WINDOW_SECONDS)


def decided(place: Place, **variables: Any) -> tuple[Run, dict[str, Any]]:
    run = place.playbook("readiness", **{"readiness_metrics": METRICS, "waf_strict": False, **variables})
    return run, json.loads((place.evidence / "readiness.json").read_text())


def turned(made: Mapping[str, Any]) -> dict[str, str]:
    return {claim["id"]: claim["state"] for claim in made["claims"] if claim["state"] not in ("holds", "waived")}


def visit(place: Place, path: str, times: int, **headers: str) -> None:
    where = {"shop.localhost:443": place.state["connect_to"]["shop:443"]}
    with Load(repeat(Request(f"{SHOP}{path}", headers=headers)), times / 5, where, place.state["ca_path"], 30):
        time.sleep(5)


def visited(place: Place) -> None:
    """Enough has been asked for lately; the shop tells CloudWatch within a minute."""
    visit(place, "/products", 60)
    time.sleep(65)


def asked_lately(place: Place) -> float:
    """How many requests of the window the load balancer has counted."""
    now = datetime.now(UTC)
    (balancer,) = place.client("elbv2").describe_load_balancers(Names=["shop"])["LoadBalancers"]
    found = place.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="RequestCount",
        Dimensions=[{"Name": "LoadBalancer", "Value": balancer["LoadBalancerArn"].partition("loadbalancer/")[2]}],
        StartTime=now - timedelta(seconds=WINDOW_SECONDS + PERIOD_SECONDS),
        EndTime=now + timedelta(seconds=PERIOD_SECONDS),
        Period=PERIOD_SECONDS,
        Statistics=["Sum"],
    )
    return sum(point["Sum"] for point in found["Datapoints"])


def past_the_cache(place: Place) -> None:
    visit(place, "/products", 60, Authorization="Basic c2hvcA==")


@contextmanager
def faulty(place: Place, **rule: Any) -> Iterator[None]:
    place.control("PUT", "faults", {"rules": [rule]})
    try:
        yield
    finally:
        place.control("DELETE", "faults")


@contextmanager
def moved(place: Place, seconds: int) -> Iterator[None]:
    """AWS's clock is ahead of this machine's."""
    place.control("PUT", "clock", {"offset_seconds": seconds})
    try:
        yield
    finally:
        place.control("PUT", "clock", {"offset_seconds": 0})


# Each breaks one thing by hand; what gives back a function is mended by that, the others by the playbooks.
def no_alarm(place: Place) -> None:
    place.client("cloudwatch").delete_alarms(AlarmNames=["shop-log-errors"])


def no_recovery(place: Place) -> None:
    off = {"PointInTimeRecoveryEnabled": False}
    place.client("dynamodb").update_continuous_backups(TableName="shop-orders", PointInTimeRecoverySpecification=off)


def no_proof_of_domains(place: Place) -> None:
    route53 = place.client("route53")
    for zone in route53.list_hosted_zones()["HostedZones"]:
        found = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
        gone = [{"Action": "DELETE", "ResourceRecordSet": one} for one in found if one["Type"] == "CNAME"]
        if gone:
            route53.change_resource_record_sets(HostedZoneId=zone["Id"], ChangeBatch={"Changes": gone})


def old_certificate(place: Place) -> None:
    """ACM's certificates are valid for 198 days; this one was made 190 days ago, and is not renewed without proof of its domain."""
    acm, elbv2 = place.client("acm"), place.client("elbv2")
    names = {"DomainName": "shop.localhost", "SubjectAlternativeNames": ["*.shop.localhost"]}
    with moved(place, -190 * DAY):
        arn = acm.request_certificate(**names, ValidationMethod="DNS")["CertificateArn"]
        until(lambda: acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED", "the certificate is issued")
    no_proof_of_domains(place)
    (balancer,) = elbv2.describe_load_balancers(Names=["shop"])["LoadBalancers"]
    listeners = elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    (secure,) = (one["ListenerArn"] for one in listeners if one["Port"] == 443)
    elbv2.modify_listener(ListenerArn=secure, Certificates=[{"CertificateArn": arn}])
    more = [one for one in elbv2.describe_listener_certificates(ListenerArn=secure)["Certificates"] if not one["IsDefault"]]
    if more:
        elbv2.remove_listener_certificates(ListenerArn=secure, Certificates=[{"CertificateArn": one["CertificateArn"]} for one in more])


def counting(place: Place) -> None:
    """A rule of the web ACL that blocked."""
    wafv2 = place.client("wafv2")
    (found,) = (one for one in wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"] if one["Name"] == "shop")
    about = {"Name": "shop", "Scope": "REGIONAL", "Id": found["Id"]}
    acl = wafv2.get_web_acl(**about)
    for rule in acl["WebACL"]["Rules"]:
        if rule["Name"] == "sql-injection":
            rule["OverrideAction"] = {"Count": {}}
    taken = wafv2.meta.service_model.operation_model("UpdateWebACL").input_shape.members
    kept = {key: value for key, value in acl["WebACL"].items() if key in taken and key not in about}
    wafv2.update_web_acl(**about, LockToken=acl["LockToken"], **kept)


def no_redis(place: Place) -> Callable[[], object]:
    """Nor anybody who would start it again."""
    keepers = [pid for pid in descendants(place.state["pid"]) if "sandbox.cache" in Path(f"/proc/{pid}/cmdline").read_text()]
    stopped = [*keepers, *nodes(place)]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    return lambda: [os.kill(pid, signal.SIGCONT) for pid in stopped]


def slow(place: Place) -> None:
    with faulty(place, service="dynamodb", operation="Scan", delay_seconds=4):
        past_the_cache(place)


def wrong(place: Place) -> None:
    with faulty(place, service="dynamodb", operation="Scan", code="InternalServerError", status=500):
        past_the_cache(place)


def edited(place: Place) -> None:
    """What did not hold is said to."""
    file = place.evidence / "primary" / "s3.json"
    file.write_text(file.read_text().replace("false", "true", 1))


CONFIGURED = {
    no_alarm: {"cloudwatch.alarm.evaluated.shop-log-errors", "cloudwatch.alarm.notifies.shop-log-errors"},
    no_recovery: {"dynamodb.pitr.shop-orders", "dynamodb.restorable.shop-orders"},
    old_certificate: {"alb.tls.days.shop.localhost"},
    counting: {"waf.rule.shop.sql-injection", "waf.scenarios.attacks"},
    no_redis: {"elasticache.connection.shop", "elasticache.refused.shop"},
}
MEASURED = {slow: {"readiness.response_time"}, wrong: {"readiness.errors"}, edited: {"readiness.intact"}}


def test_it_is_ready_when_every_claim_holds_and_enough_was_measured(balanced):
    visited(balanced)
    run, made = decided(balanced)
    assert turned(made) == {}
    assert (run.code, made["decision"], made["next_steps"]) == (0, "ready", [])
    assert [(one["name"], one["state"]) for one in made["metrics"] if one["samples"] < 15] == []


# Of four minutes, for all is mended by the playbooks that are named.
@pytest.mark.long
def test_each_thing_that_was_changed_by_hand_turns_its_claims_and_what_is_said_mends_it(balanced):
    mended = [back for break_it in CONFIGURED if (back := break_it(balanced))]
    try:
        run, made = decided(balanced)
    finally:
        for back in mended:
            back()
    assert turned(made) == dict.fromkeys(sorted(set().union(*CONFIGURED.values())), "fails")
    assert (run.code, made["decision"], made["exit_code"]) == (2, "not_ready", 2)
    for step in made["next_steps"]:
        _, playbook, *arguments = step["command"].split()
        # It says that the phase is not proven until the last of them was typed.
        balanced.playbook(playbook.removeprefix("playbooks/").removesuffix(".yml"), *arguments)
    visited(balanced)
    assert turned(decided(balanced)[1]) == {}


def test_without_enough_samples_nothing_is_proven(balanced):
    many = [{**one, "minimum_samples": 10**9} for one in METRICS]
    run, made = decided(balanced, readiness_metrics=many, readiness_patience_seconds=0)
    assert turned(made) == {f"readiness.{one['name']}": "unproven" for one in many}
    assert (run.code, made["decision"], made["exit_code"]) == (2, "not_proven", 3)


def test_a_clock_that_is_wrong_is_said(balanced):
    with moved(balanced, 2 * HOUR):
        visit(balanced, "/products", 60)
        _, made = decided(balanced, readiness_patience_seconds=40)
    # The shop's own counts bear the time of this machine.
    assert turned(made) == {"readiness.clock": "fails", "readiness.hit_rate": "unproven"}
    assert made["decision"] == "not_ready"


def test_what_visitors_feel_and_evidence_that_was_edited_turn_their_claims(balanced):
    # What other tests asked for would be most of the window; what checkers of health ask for stays.
    until(lambda: asked_lately(balanced) < 600, "few requests are in the window", WINDOW_SECONDS + 120)
    visit(balanced, "/products", 60)
    for break_it in MEASURED:
        break_it(balanced)
    run, made = decided(balanced)
    assert turned(made) == dict.fromkeys(sorted(set().union(*MEASURED.values())), "fails")
    assert (run.code, made["decision"]) == (2, "not_ready")
    (intact,) = (claim for claim in made["claims"] if claim["id"] == "readiness.intact")
    assert intact["observed"] == ["primary/s3.json is not as it was written"]
