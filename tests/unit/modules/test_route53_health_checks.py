"""route53_health_checks: normal form, which health check is meant, the requests of a change, what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import waiters
from ansible_collections.prodready.aws.plugins.module_utils.health_check_rules import forbidden, problems
from ansible_collections.prodready.aws.plugins.module_utils.health_checks import REGIONS, HealthChecks, reference
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, Wait, plan
from ansible_collections.prodready.aws.plugins.modules.route53_health_checks import CHECK_SPEC, calls, healthy, main, settled, want

UID = "02ec8401-9879-4259-91fa-04e66d094674"
OWNED = {"prodready:managed": "true"}
ABOUT = {"app": "shop", "nonce": "a run", "wait": True}
CONFIG = {
    "Type": "HTTPS",
    "FullyQualifiedDomainName": "shop.example.com",
    "Port": 443,
    "ResourcePath": "/health",
    "RequestInterval": 30,
    "FailureThreshold": 3,
    "MeasureLatency": False,
    "Inverted": False,
    "Disabled": False,
    "EnableSNI": True,
}
WAIT = healthy(UID, "shop")


def item(**given):
    return {**{key: one.get("default") for key, one in CHECK_SPEC.items()}, "name": "shop", **given}


def wanted(**given):
    return want(item(fqdn="shop.example.com", path="/health", **given), OWNED)


def check(uid=UID, caller="somebody", version=4, **config):
    return {"Id": uid, "CallerReference": caller, "HealthCheckVersion": version, "HealthCheckConfig": {**CONFIG, **config}}


def account(fake_aws, *checks, names=("shop",), **tags):
    """Health checks, and the tags of each by its ID."""
    sets = [{"ResourceId": uid, "Tags": [{"Key": key, "Value": value} for key, value in found.items()]} for uid, found in tags.items()]
    aws = fake_aws(list_health_checks={"HealthChecks": list(checks)}, list_tags_for_resources={"ResourceTagSets": sets})
    return HealthChecks(aws, dict.fromkeys(names, "shop"))


def there(fake_aws, **config):
    return account(fake_aws, check(**config), **{UID: {"Name": "shop", **OWNED}})


def changes(known, **given):
    desired = {"shop": settled(wanted(**given), known.states.get("shop"))}
    return plan(desired, known.states)


def test_a_new_one_is_created_and_then_named_and_awaited(requests_of, fake_aws):
    known = account(fake_aws)
    (change,) = changes(known)
    made = {"HealthCheck": check()}
    assert requests_of("route53", calls(known, ABOUT, change), [made]) == [
        Call(
            "create_health_check",
            {"CallerReference": reference("shop", "shop", "a run"), "HealthCheckConfig": {**CONFIG, "Regions": sorted(REGIONS)}},
        ),
        Call(
            "change_tags_for_resource",
            {
                "ResourceType": "healthcheck",
                "ResourceId": UID,
                "AddTags": [{"Key": "Name", "Value": "shop"}, {"Key": "prodready:managed", "Value": "true"}],
            },
        ),
        Wait(
            "endpoint_healthy",
            {"HealthCheckId": UID},
            until="most checkers of Route 53 see the endpoint of health check shop healthy",
            look="HealthCheckObservations[].StatusReport.Status",
        ),
    ]


def test_one_that_a_killed_run_has_created_gets_its_tags_and_no_second_one_is_made(requests_of, fake_aws):
    known = account(fake_aws, check(caller=reference("shop", "shop", "the run before")))
    (change,) = changes(known)
    assert (change.action, change.before["tags"]) == ("update", {})
    sent = requests_of("route53", calls(known, ABOUT, change))
    assert [one.operation for one in sent[:-1]] == ["change_tags_for_resource"] and sent[-1] == WAIT


def test_two_attempts_of_one_run_have_the_same_reference_and_other_runs_names_and_applications_another():
    references = {reference(app, name, run) for app in ("shop", None) for name in ("shop", "api") for run in ("1", "2")}
    assert len(references) == 8 and all(len(one) <= 64 for one in references)
    assert reference("shop", "api", "1") == reference("shop", "api", "1")


def test_one_that_has_another_name_by_now_is_not_taken_for_its_first(fake_aws):
    caller = reference("shop", "shop", "a run")
    assert account(fake_aws, check(caller=caller), **{UID: {"Name": "renamed"}}).found == {}


def test_two_of_the_same_name_are_neither(fake_aws):
    known = account(fake_aws, check("a"), check("b"), a={"Name": "shop"}, b={"Name": "shop"})
    assert (known.twice, known.found) == (["shop"], {})


def test_tags_are_asked_for_of_ten_at_once(fake_aws):
    aws = fake_aws(
        list_health_checks={"HealthChecks": [check(f"id-{n}") for n in range(23)]}, list_tags_for_resources={"ResourceTagSets": []}
    )
    HealthChecks(aws, {"shop": "shop"})
    assert [len(params.get("ResourceIds", ())) for _, params in aws.asked] == [0, 10, 10, 3]


def test_what_is_as_declared_is_not_touched(fake_aws):
    assert changes(there(fake_aws)) == []
    assert changes(there(fake_aws), type="HTTPS", regions=[*REGIONS], enable_sni=True, request_interval_seconds=30) == []


def test_only_what_differs_is_sent_with_the_version_that_was_read(requests_of, fake_aws):
    known = there(fake_aws, Regions=["us-east-1", "us-west-1", "us-west-2"])
    (change,) = changes(known, port=8443, failure_threshold=5, regions=["eu-west-1", "us-east-1", "sa-east-1"])
    assert requests_of("route53", calls(known, ABOUT, change)) == [
        Call(
            "update_health_check",
            {
                "HealthCheckId": UID,
                "HealthCheckVersion": 4,
                "Port": 8443,
                "FailureThreshold": 5,
                "Regions": ["eu-west-1", "sa-east-1", "us-east-1"],
            },
        ),
        WAIT,
    ]


def test_more_tags_than_a_request_takes_are_several(requests_of, fake_aws):
    known = there(fake_aws)
    (change,) = changes(known, tags={f"t{n:02}": "x" for n in range(12)})
    sent = requests_of("route53", calls(known, {**ABOUT, "wait": False}, change))
    assert [len(one.params["AddTags"]) for one in sent] == [10, 2]


@pytest.mark.parametrize("given", [{"disabled": True}, {"inverted": True}])
def test_what_is_disabled_or_inverted_is_not_awaited(requests_of, fake_aws, given):
    known = there(fake_aws)
    (change,) = changes(known, **given)
    assert [one.operation for one in requests_of("route53", calls(known, ABOUT, change))] == ["update_health_check"]


def test_undoing_the_creation_deletes_it(requests_of, fake_aws):
    known = there(fake_aws)
    change = Change("shop", known.states["shop"], None)
    assert requests_of("route53", calls(known, ABOUT, change)) == [
        Call("delete_health_check", {"HealthCheckId": UID}, missing=("NoSuchHealthCheck",))
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"type": "HTTP", "port": 443}, "type of a health check cannot be changed (there: HTTPS, wanted: HTTP)"),
        ({"request_interval_seconds": 10}, "request_interval_seconds of a health check cannot be changed (there: 30, wanted: 10)"),
        ({"measure_latency": True}, "measure_latency of a health check cannot be changed"),
        ({"search_string": "ok"}, "search_string is for HTTP_STR_MATCH, HTTPS_STR_MATCH, and type is HTTPS"),
    ],
)
def test_what_aws_cannot_change_is_an_error_that_says_so(fake_aws, given, words):
    (found,) = forbidden(changes(there(fake_aws), **given))
    assert found.startswith(f"shop: {words}")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "there is no health check of this name; a new one needs fqdn"),
        ({"fqdn": "a.example", "type": "TCP"}, "type TCP needs port"),
        ({"fqdn": "a.example", "type": "TCP", "port": 22, "path": "/"}, "path is for HTTP, HTTPS, HTTP_STR_MATCH, HTTPS_STR_MATCH"),
        ({"fqdn": "a.example", "type": "HTTP", "enable_sni": True}, "enable_sni is for HTTPS, HTTPS_STR_MATCH"),
        ({"fqdn": "a.example", "type": "HTTP_STR_MATCH"}, "type HTTP_STR_MATCH needs search_string"),
    ],
)
def test_a_new_one_that_does_not_fit_together_is_an_error_that_says_so(given, words):
    (found,) = forbidden(plan({"shop": settled(want(item(**given), OWNED), None)}, {}))
    assert words in found


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"port": 0}, "port is 0, allowed are 1 to 65535"),
        ({"failure_threshold": 11}, "failure_threshold is 11, allowed are 1 to 10"),
        ({"path": "health"}, "path is 'health', allowed is a path that begins with /"),
        ({"fqdn": "https://shop"}, "fqdn is 'https://shop', allowed is a domain name"),
        ({"search_string": "x" * 256}, "of at most 255 characters"),
        ({"regions": ["us-east-1", "eu-west-1", "us-east-1"]}, "at least 3 different ones"),
        ({"tags": {"Name": "other"}}, "leave it out of tags"),
    ],
)
def test_bad_input_is_an_error_that_says_what_is_allowed(given, words):
    (found,) = problems([item(**given)])
    assert found.startswith("shop: ") and words in found


def test_a_name_is_declared_once():
    assert list(problems([item(), item()])) == ["shop: the health check is declared twice"]


def test_bad_input_is_said_before_anything_is_asked(run):
    place = {"account": "123456789012", "region": "eu-central-1"}
    result = run(main, health_checks=[{"name": "shop", "port": 70000}], **place)
    assert result["failed"] and "allowed are 1 to 65535" in result["msg"] and result["requests"] == {}


@pytest.mark.parametrize(
    ("texts", "state"),
    [
        ([], "waiting"),
        (["Success: HTTP Status Code 200, OK"], "success"),
        (["Success", "Failure: DNS resolution failed"], "waiting"),
        (["Success", "Success", "Failure"], "success"),
    ],
)
def test_the_endpoint_is_healthy_when_more_than_half_of_the_checkers_say_so(texts, state):
    (acceptor,) = waiters.WAITERS["route53", "endpoint_healthy"]["acceptors"]
    observations = [{"StatusReport": {"Status": text}} for text in texts]
    jmespath = pytest.importorskip("jmespath")
    found = jmespath.search(acceptor["argument"], {"HealthCheckObservations": observations})
    assert (found is True) == (state == "success")
