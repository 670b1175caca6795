from __future__ import annotations

import pytest

from tests.unit.sandbox.elb import ONCE, Elb, refused


@pytest.fixture
def route53(client):
    return client("route53", config=ONCE)


@pytest.fixture
def zone(route53):
    return route53.create_hosted_zone(Name="shop.example", CallerReference="1")["HostedZone"]["Id"]


def change(kind: str, *values: str, name: str = "www.shop.example", action: str = "CREATE", **more) -> dict:
    records = {"TTL": 60, "ResourceRecords": [{"Value": value} for value in values]} if values else {}
    return {"Action": action, "ResourceRecordSet": {"Name": name, "Type": kind, **records, **more}}


def make(route53, zone: str, *changes: dict) -> None:
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": list(changes)})


def names(route53, zone: str) -> set[tuple[str, str]]:
    found = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return {(record["Name"], record["Type"]) for record in found if record["Type"] not in ("NS", "SOA")}


def test_a_batch_is_done_whole_or_not_at_all(route53, zone):
    with refused("InvalidChangeBatch", "not-an-ip"):
        make(route53, zone, change("A", "192.0.2.1"), change("A", "not-an-ip", name="api.shop.example"))
    assert names(route53, zone) == set()
    make(route53, zone, change("A", "192.0.2.1"), change("A", "192.0.2.2", name="api.shop.example."))
    assert names(route53, zone) == {("www.shop.example.", "A"), ("api.shop.example.", "A")}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (change("A", "2001:db8::1"), "not a valid IPv4"),
        (change("AAAA", "192.0.2.1"), "not a valid IPv6"),
        (change("CNAME", "a.example", "b.example"), "one value only"),
        (change("CNAME", "a b"), "not a valid domain name"),
        (change("TXT", "without quotes"), "TXT"),
        (change("MX", "mail.example"), "MX"),
        (change("CNAME", "a.example", name="shop.example"), "not permitted at apex"),
        (change("A", "192.0.2.1", name="www.other.example"), "not permitted in zone"),
        (change("A", "192.0.2.1", action="DELETE"), "but it was not found"),
    ],
)
def test_what_aws_refuses(route53, zone, wrong, words):
    with refused("InvalidChangeBatch", words):
        make(route53, zone, wrong)


def test_a_record_needs_values_and_a_ttl_or_an_alias(route53, zone):
    with refused("InvalidInput", "AliasTarget"):
        make(route53, zone, change("A"))


def test_what_exists_is_not_created_again_and_only_what_exists_is_deleted(route53, zone):
    make(route53, zone, change("A", "192.0.2.1"))
    with refused("InvalidChangeBatch", "Tried to create resource record set [name='www.shop.example.', type='A'] but it already exists"):
        make(route53, zone, change("A", "192.0.2.1"))
    with refused("InvalidChangeBatch", "the values provided do not match the current values"):
        make(route53, zone, change("A", "192.0.2.9", action="DELETE"))
    make(route53, zone, change("A", "192.0.2.2", action="UPSERT"))
    make(route53, zone, change("A", "192.0.2.2", action="DELETE"))
    assert names(route53, zone) == set()


def test_a_cname_stands_alone_and_can_be_replaced_in_one_batch(route53, zone):
    make(route53, zone, change("CNAME", "a.example"))
    with refused("InvalidChangeBatch", "conflicts with other records"):
        make(route53, zone, change("A", "192.0.2.1"))
    make(route53, zone, change("CNAME", "a.example", action="DELETE"), change("A", "192.0.2.1"))
    assert names(route53, zone) == {("www.shop.example.", "A")}
    with refused("InvalidChangeBatch", "invalid set of changes"):
        make(route53, zone, *[change("A", "192.0.2.1", action="UPSERT")] * 2)


def test_an_alias_names_a_load_balancer_that_there_is_in_its_own_zone(client, route53, zone):
    elb = Elb(client)
    (balancer,) = elb.describe_load_balancers(LoadBalancerArns=[elb.balancer()])["LoadBalancers"]

    def alias(name, of_zone=balancer["CanonicalHostedZoneId"]):
        target = {"DNSName": name, "HostedZoneId": of_zone, "EvaluateTargetHealth": True}
        return change("A", name="shop.example", action="UPSERT", AliasTarget=target)

    with refused("InvalidChangeBatch", "was not found"):
        make(route53, zone, alias("other-1.eu-central-1.elb.amazonaws.com"))
    with refused("InvalidChangeBatch", "does not lie within the target zone"):
        make(route53, zone, alias(balancer["DNSName"], "Z32O12XQLNTSW2"))
    make(route53, zone, alias(f"dualstack.{balancer['DNSName']}"))
    assert names(route53, zone) == {("shop.example.", "A")}
