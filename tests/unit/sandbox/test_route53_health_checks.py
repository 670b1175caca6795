"""Health checks as the API has them, and the module that keeps them against it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests
from ansible_collections.prodready.aws.plugins.modules import route53_health_checks

from sandbox.checkers.link import Link
from tests.unit.sandbox.elb import ONCE, refused

HTTP = {"Type": "HTTP", "FullyQualifiedDomainName": "shop.example"}
SEEN = {"passed": True, "status": "Success: HTTP Status Code 200, OK", "milliseconds": {"ConnectionTime": 1.5}}
DECLARED = {"health_checks": [{"name": "shop", "fqdn": "shop.example", "path": "/health", "measure_latency": True}], "wait": False}


@pytest.fixture
def route53(client):
    return client("route53", config=ONCE)


@pytest.fixture
def link():
    return Link(slice_of_sandbox=7, speed=10)


def make(route53, reference="1", **config) -> str:
    return route53.create_health_check(CallerReference=reference, HealthCheckConfig={**HTTP, **config})["HealthCheck"]["Id"]


def config(route53, uid: str) -> dict:
    return route53.get_health_check(HealthCheckId=uid)["HealthCheck"]["HealthCheckConfig"]


def test_what_is_not_given_is_as_on_aws(route53):
    usual = {"RequestInterval": 30, "FailureThreshold": 3, "MeasureLatency": False, "Inverted": False, "Disabled": False}
    assert config(route53, make(route53)) == {**HTTP, **usual, "Port": 80, "EnableSNI": False}
    assert config(route53, make(route53, "2", Type="HTTPS")) == {**HTTP, **usual, "Type": "HTTPS", "Port": 443, "EnableSNI": True}


def test_a_request_that_is_sent_twice_makes_one_and_a_used_reference_makes_none(route53):
    uid = make(route53)
    assert make(route53) == uid
    with refused("HealthCheckAlreadyExists"):
        make(route53, Port=81)
    route53.delete_health_check(HealthCheckId=uid)
    with refused("HealthCheckAlreadyExists"):
        make(route53)


def test_an_update_of_an_old_version_is_refused(route53):
    uid = make(route53)
    assert route53.update_health_check(HealthCheckId=uid, HealthCheckVersion=1, Port=8080)["HealthCheck"]["HealthCheckVersion"] == 2
    with refused("HealthCheckVersionMismatch"):
        route53.update_health_check(HealthCheckId=uid, HealthCheckVersion=1, Port=8081)
    assert config(route53, uid)["Port"] == 8080


def test_what_is_reset_is_as_if_it_had_not_been_given(route53):
    uid = make(route53, ResourcePath="/health", Regions=["us-east-1", "eu-west-1", "sa-east-1"])
    found = route53.update_health_check(HealthCheckId=uid, Disabled=True, ResetElements=["ResourcePath", "Regions"])["HealthCheck"]
    assert not {"ResourcePath", "Regions"} & found["HealthCheckConfig"].keys() and found["HealthCheckConfig"]["Disabled"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"RequestInterval": 20}, "10 or 30"),
        ({"FullyQualifiedDomainName": ""}, "IPAddress or FullyQualifiedDomainName"),
        ({"IPAddress": "10.0.0.1"}, "cannot be checked"),
        ({"Type": "HTTP_STR_MATCH"}, "SearchString must be specified"),
        ({"SearchString": "ok"}, "SearchString must not be specified"),
        ({"Type": "TCP"}, "Port must be specified"),
        ({"Type": "TCP", "Port": 22, "ResourcePath": "/"}, "ResourcePath must not be specified"),
    ],
)
def test_what_aws_refuses(route53, wrong, words):
    with refused("InvalidInput", words):
        make(route53, **wrong)


def test_one_that_is_not_there(route53):
    for operation in ("get_health_check", "delete_health_check", "get_health_check_status", "get_health_check_last_failure_reason"):
        with refused("NoSuchHealthCheck"):
            getattr(route53, operation)(HealthCheckId="absent")
    with refused("NoSuchHealthCheck"):
        route53.change_tags_for_resource(ResourceType="healthcheck", ResourceId="absent", AddTags=[{"Key": "a", "Value": "b"}])
    with refused("NoSuchHealthCheck"):
        route53.list_tags_for_resources(ResourceType="healthcheck", ResourceIds=["absent"])


def test_pages_have_all_of_them_once(route53):
    made = [make(route53, str(number)) for number in range(5)]
    pages = list(route53.get_paginator("list_health_checks").paginate(PaginationConfig={"PageSize": 2}))
    assert [[one["Id"] for one in page["HealthChecks"]] for page in pages] == [made[:2], made[2:4], made[4:]]


def test_the_status_of_what_looks_at_no_endpoint_cannot_be_told(route53):
    uid = route53.create_health_check(CallerReference="1", HealthCheckConfig={"Type": "CALCULATED", "HealthThreshold": 1})["HealthCheck"][
        "Id"
    ]
    with refused("InvalidInput", "CALCULATED"):
        route53.get_health_check_status(HealthCheckId=uid)


def test_the_checkers_are_told_what_to_ask_as_often_as_it_is_sped_up(route53, link):
    uid = make(route53, Type="HTTPS", ResourcePath="/health", Regions=["us-east-1", "eu-west-1", "sa-east-1"])
    make(route53, "2", Disabled=True)
    assert link.order() == {
        "health_checks": {
            uid: {
                "type": "HTTPS",
                "host": "shop.example",
                "address": None,
                "port": 443,
                "path": "/health",
                "search": None,
                "sni": True,
                "seconds": 3.0,
                "checkers": {"us-east-1": "127.7.53.1", "eu-west-1": "127.7.53.4", "sa-east-1": "127.7.53.8"},
            }
        }
    }


def test_what_checkers_have_seen_is_told_and_what_failed_last_stays_known(route53, link):
    uid = make(route53)
    assert route53.get_health_check_status(HealthCheckId=uid)["HealthCheckObservations"] == []
    link.heard({"health_check": uid, "region": "eu-west-1", **SEEN, "passed": False, "status": "Failure: x"})
    link.heard({"health_check": uid, "region": "eu-west-1", **SEEN})
    (now,) = route53.get_health_check_status(HealthCheckId=uid)["HealthCheckObservations"]
    (failed,) = route53.get_health_check_last_failure_reason(HealthCheckId=uid)["HealthCheckObservations"]
    assert (now["Region"], now["IPAddress"], now["StatusReport"]["Status"]) == ("eu-west-1", "127.7.53.4", SEEN["status"])
    assert failed["StatusReport"]["Status"] == "Failure: x"


def test_what_comes_too_late_is_not_taken_in(route53, link):
    uid = make(route53, Regions=["us-east-1", "us-west-1", "us-west-2"])
    link.heard({"health_check": uid, "region": "eu-west-1", **SEEN})
    link.heard({"health_check": "deleted", "region": "us-east-1", **SEEN})
    assert route53.get_health_check_status(HealthCheckId=uid)["HealthCheckObservations"] == []


def statistics(client, uid: str, metric: str) -> list[tuple[float, float]]:
    """Count and mean of the metric, which is in us-east-1."""
    now = datetime.now(UTC)
    found = client("cloudwatch", region_name="us-east-1").get_metric_statistics(
        Namespace="AWS/Route53",
        MetricName=metric,
        Dimensions=[{"Name": "HealthCheckId", "Value": uid}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=7200,
        Statistics=["SampleCount", "Average"],
    )["Datapoints"]
    return [(one["SampleCount"], one["Average"]) for one in found]


def test_each_request_is_a_datum_of_the_metrics(route53, link, client):
    uid = make(route53, FailureThreshold=1, MeasureLatency=True)
    for region in ("us-east-1", "eu-west-1"):
        link.heard({"health_check": uid, "region": region, **SEEN})
    for region in ("us-east-1", "eu-west-1"):
        link.heard({"health_check": uid, "region": region, **SEEN, "passed": False, "milliseconds": {}})
    assert statistics(client, uid, "HealthCheckStatus") == [(4, 0.75)]
    assert statistics(client, uid, "HealthCheckPercentageHealthy") == [(4, 62.5)]
    assert statistics(client, uid, "ConnectionTime") == [(2, 1.5)]


def test_latency_is_told_only_when_it_is_measured(route53, link, client):
    uid = make(route53)
    link.heard({"health_check": uid, "region": "us-east-1", **SEEN})
    assert (statistics(client, uid, "HealthCheckStatus"), statistics(client, uid, "ConnectionTime")) == ([(1, 1.0)], [])


def test_what_the_module_makes_stays_as_it_is_and_costs_two_requests(run, client):
    first, again = (run(route53_health_checks.main, **DECLARED) for _ in range(2))
    assert [first["changed"], again["changed"]] == [True, False]
    assert again["requests"] == {"sts:GetCallerIdentity": 1, "route53:ListHealthChecks": 1, "route53:ListTagsForResources": 1}
    assert list(again["ids"]) == ["shop"] and first["ids"] == {}
    tags = client("route53").list_tags_for_resource(ResourceType="healthcheck", ResourceId=again["ids"]["shop"])["ResourceTagSet"]["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"Name": "shop", "prodready:managed": "true", "prodready:app": "shop"}


def test_check_mode_tells_and_does_nothing(run, client):
    planned = run(route53_health_checks.main, check_mode=True, **DECLARED)
    assert planned["plan"] == [{"action": "create", "name": "shop"}]
    assert client("route53").list_health_checks()["HealthChecks"] == []


def test_a_run_that_was_killed_before_the_tags_makes_no_second_one(run, client):
    run(route53_health_checks.main, **DECLARED)
    route53 = client("route53")
    (made,) = route53.list_health_checks()["HealthChecks"]
    place = {"ResourceType": "healthcheck", "ResourceId": made["Id"]}
    tags = route53.list_tags_for_resource(**place)["ResourceTagSet"]["Tags"]
    route53.change_tags_for_resource(**place, RemoveTagKeys=[tag["Key"] for tag in tags])
    again = run(route53_health_checks.main, **DECLARED)
    assert again["plan"] == [{"action": "update", "name": "shop"}]
    assert [one["Id"] for one in route53.list_health_checks()["HealthChecks"]] == [made["Id"]]
    assert route53.list_tags_for_resource(**place)["ResourceTagSet"]["Tags"] == tags


def test_two_of_one_name_are_an_error(run, client):
    for reference in "ab":
        uid = make(client("route53"), reference)
        tags = [{"Key": "Name", "Value": "shop"}]
        client("route53").change_tags_for_resource(ResourceType="healthcheck", ResourceId=uid, AddTags=tags)
    assert "More than one health check has the Name shop" in run(route53_health_checks.main, **DECLARED)["msg"]


def test_a_snapshot_of_the_account_has_what_checkers_have_seen(route53, link, endpoint_url):
    uid = make(route53)
    link.heard({"health_check": uid, "region": "us-east-1", **SEEN})
    assert requests.put(f"{endpoint_url}/_sandbox/snapshot", json={"name": "seen"}, timeout=30).json() == {}
    route53.delete_health_check(HealthCheckId=uid)
    requests.post(f"{endpoint_url}/_sandbox/snapshot", json={"name": "seen"}, timeout=30)
    assert len(route53.get_health_check_status(HealthCheckId=uid)["HealthCheckObservations"]) == 1
    assert list(link.order()["health_checks"]) == [uid]
