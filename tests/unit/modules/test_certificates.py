"""certificates: found by what they cover, requested, proven in DNS, and awaited."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.acm import chosen, covers, zone_of
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, Wait, plan
from ansible_collections.prodready.aws.plugins.modules.certificates import CERTIFICATE_SPEC, Certificates, calls, problems, unprovable, want

OURS = {"prodready:managed": "true"}
ARN = "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555"
ZONES = [
    {"Id": "/hostedzone/ZCOM", "Name": "example.com."},
    {"Id": "/hostedzone/ZSHOP", "Name": "shop.example.com.", "Config": {"PrivateZone": False}},
    {"Id": "/hostedzone/ZIN", "Name": "www.shop.example.com.", "Config": {"PrivateZone": True}},
]
RECORD = {"Name": "_1.shop.example.com.", "Type": "CNAME", "Value": "_2.acm-validations.aws."}
OTHER = {"Name": "_3.example.com.", "Type": "CNAME", "Value": "_4.acm-validations.aws."}


def item(*domains, **given):
    return {**{name: option.get("default") for name, option in CERTIFICATE_SPEC.items()}, "domains": list(domains), **given}


def summary(*domains, status="ISSUED", **more):
    return {"CertificateArn": ARN, "DomainName": domains[0], "SubjectAlternativeNameSummaries": list(domains), "Status": status, **more}


def test_a_certificate_covers_its_domains_and_one_label_below_its_wildcards():
    found = summary("shop.example.com", "*.shop.example.com")
    assert covers(found, ["shop.example.com", "WWW.shop.example.com"])
    assert not covers(found, ["a.b.shop.example.com"])
    assert not covers(found, ["shop.example.com", "example.com"])


def test_of_the_issued_ones_the_longest_lasting_is_used_and_a_pending_one_only_for_exactly_the_domains():
    old, new = (summary("shop.example.com", NotAfter=datetime(2027, month, 1, tzinfo=UTC)) for month in (1, 5))
    assert chosen([old, new], ["shop.example.com"]) is new
    pending = summary("shop.example.com", "www.shop.example.com", status="PENDING_VALIDATION")
    assert chosen([pending], ["shop.example.com"]) is None
    assert chosen([pending], ["www.shop.example.com", "shop.example.com"]) is pending
    assert chosen([pending, old], ["shop.example.com"]) is old


def test_a_key_of_another_kind_is_another_certificate():
    assert chosen([summary("a.example.com", KeyAlgorithm="RSA-2048")], ["a.example.com"], "EC_prime256v1") is None
    assert chosen([summary("a.example.com", KeyAlgorithm="RSA-2048")], ["a.example.com"], "RSA_2048")


def test_the_zone_of_a_domain_is_the_closest_public_one():
    assert zone_of("shop.example.com", ZONES)["Id"] == "/hostedzone/ZSHOP"
    assert zone_of("*.www.shop.example.com", ZONES)["Id"] == "/hostedzone/ZSHOP"
    assert zone_of("pay.example.com", ZONES)["Id"] == "/hostedzone/ZCOM"
    assert zone_of("notexample.com", ZONES) is None


def test_an_issued_certificate_that_covers_the_domains_is_what_was_wanted(fake_aws):
    wanted = {"shop.example.com": want(item("shop.example.com"), OURS)}
    aws = fake_aws(
        list_certificates={"CertificateSummaryList": [summary("*.example.com", "shop.example.com", KeyAlgorithm="RSA_2048")]},
        list_tags_for_certificate={"Tags": [{"Key": "prodready:managed", "Value": "true"}]},
    )
    assert plan(wanted, Certificates(aws).read(wanted)) == []
    # Certificates with other keys than RSA are listed only when asked for.
    assert "EC_prime256v1" in aws.asked[0][1]["Includes"]["keyTypes"]


def test_a_new_one_is_requested_proven_in_each_zone_and_awaited(requests_of):
    (change,) = plan({"shop.example.com": want(item("shop.example.com", "*.shop.example.com", "example.com"), OURS)}, {})
    certificate = {"CertificateArn": ARN}
    options = [{"DomainName": name, "ResourceRecord": one} for name, one in (("shop", RECORD), ("*.shop", RECORD), ("com", OTHER))]
    answers = [certificate, None, {"Certificate": {"DomainValidationOptions": options}}]
    sent = requests_of("acm", calls(None, ZONES, change), answers)

    def put(zone, record):
        values = {"TTL": 300, "ResourceRecords": [{"Value": record["Value"]}]}
        change = {"Action": "UPSERT", "ResourceRecordSet": {"Name": record["Name"], "Type": "CNAME", **values}}
        return Call("change_resource_record_sets", {"HostedZoneId": zone, "ChangeBatch": {"Changes": [change]}}, service="route53")

    assert sent == [
        Call(
            "request_certificate",
            {
                "DomainName": "shop.example.com",
                "SubjectAlternativeNames": ["*.shop.example.com", "example.com"],
                "ValidationMethod": "DNS",
                "Tags": [{"Key": "prodready:managed", "Value": "true"}],
                "KeyAlgorithm": "EC_prime256v1",
            },
        ),
        Wait("validation_known", certificate, until="ACM has said which DNS records prove the domains of certificate shop.example.com"),
        Call("describe_certificate", certificate),
        put("ZSHOP", RECORD),
        put("ZCOM", OTHER),
        Wait(
            "certificate_issued",
            certificate,
            until="certificate shop.example.com is issued, which takes these records in the public DNS of its domains: "
            "_1.shop.example.com. CNAME _2.acm-validations.aws.; _3.example.com. CNAME _4.acm-validations.aws.",
            look="Certificate.[Status, FailureReason]",
        ),
    ]


def test_a_request_that_was_left_is_carried_on_with_and_not_repeated(requests_of):
    state = want(item("shop.example.com"), OURS)
    change = Change("shop.example.com", {**state, "status": "PENDING_VALIDATION"}, state)
    answers = [None, {"Certificate": {"DomainValidationOptions": [{"DomainName": "shop", "ResourceRecord": RECORD}]}}]
    sent = requests_of("acm", calls(ARN, ZONES, change), answers)
    assert [getattr(step, "operation", None) or step.waiter for step in sent] == [
        *("validation_known", "describe_certificate", "change_resource_record_sets", "certificate_issued")
    ]


def test_where_dns_is_elsewhere_nothing_is_put_into_route_53(requests_of):
    state = want(item("shop.example.com", dns="others"), OURS)
    answers = [{"CertificateArn": ARN}, None, {"Certificate": {"DomainValidationOptions": [{"DomainName": "x", "ResourceRecord": RECORD}]}}]
    sent = requests_of("acm", calls(None, [], Change("shop.example.com", None, state)), answers)
    assert not any(step.service == "route53" for step in sent)
    assert "_1.shop.example.com. CNAME" in sent[-1].until
    assert list(unprovable([Change("shop.example.com", None, state)], [])) == []


def test_a_domain_without_a_hosted_zone_is_named_before_anything_is_touched():
    state = want(item("shop.example.net", "shop.example.com"), OURS)
    (found,) = unprovable([Change("shop.example.net", None, state)], ZONES)
    assert "no public hosted zone in Route 53 for shop.example.net." in found
    assert list(unprovable([Change("shop.example.net", state, {**state, "tags": {}})], ZONES)) == []


def test_tags_are_taken_away_by_key_and_value(requests_of):
    state = want(item("shop.example.com"), OURS)
    change = Change("shop.example.com", {**state, "tags": {"old": "1"}}, state)
    assert requests_of("acm", calls(ARN, [], change)) == [
        Call("remove_tags_from_certificate", {"CertificateArn": ARN, "Tags": [{"Key": "old", "Value": "1"}]}),
        Call("add_tags_to_certificate", {"CertificateArn": ARN, "Tags": [{"Key": "prodready:managed", "Value": "true"}]}),
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (item("shop"), "'shop' is no domain"),
        (item("-a.example.com"), "is no domain"),
        (item("a.*.example.com"), "is no domain"),
        (item(), "domains must be 1 to 100 different ones"),
        (item("a.example.com", "a.example.com"), "different ones"),
        (item("a.example.com", tags={"aws:x": "1"}), "tag key"),
    ],
)
def test_what_aws_would_refuse_is_named(wrong, said):
    assert any(said in problem for problem in problems([wrong]))
    assert list(problems([item("shop.example.com", "*.shop.example.com")])) == []


def test_a_certificate_that_is_declared_twice_is_named():
    assert "a.example.com: the certificate is declared twice" in list(
        problems([item("a.example.com"), item("a.example.com", "b.example.com")])
    )
