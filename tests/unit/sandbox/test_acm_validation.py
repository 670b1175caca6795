from __future__ import annotations

import datetime

import pytest
import requests
from botocore.exceptions import ClientError
from cryptography import x509

from sandbox import certificates
from tests.unit.sandbox.test_certificates import verify

DAY = datetime.timedelta(days=1)


@pytest.fixture
def acm(client, clock):
    return client("acm")


@pytest.fixture
def route53(client):
    return client("route53")


def request(acm, clock, *names: str, method: str = "DNS", **more) -> str:
    more |= {"SubjectAlternativeNames": list(names[1:])} if names[1:] else {}
    arn = acm.request_certificate(DomainName=names[0], ValidationMethod=method, **more)["CertificateArn"]
    clock.shift(1)
    return arn


def described(acm, arn: str) -> dict:
    return acm.describe_certificate(CertificateArn=arn)["Certificate"]


def records(acm, arn: str) -> list[dict]:
    return [option["ResourceRecord"] for option in described(acm, arn)["DomainValidationOptions"]]


def zone(route53, name: str = "shop.example", **more) -> str:
    return route53.create_hosted_zone(Name=name, CallerReference=name, **more)["HostedZone"]["Id"]


def publish(route53, zone_id: str, record: dict, action: str = "UPSERT") -> None:
    entry = {
        "Name": record["Name"],
        "Type": record["Type"],
        "TTL": 300,
        "ResourceRecords": [{"Value": record["Value"]}],
    }
    change = {"Action": action, "ResourceRecordSet": entry}
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": [change]})


def test_a_certificate_is_issued_when_its_record_is_published_and_not_before(acm, route53, clock):
    zone_id, arn = zone(route53), request(acm, clock, "shop.example")
    clock.shift(DAY)
    assert described(acm, arn)["Status"] == "PENDING_VALIDATION"
    with pytest.raises(ClientError, match="RequestInProgressException"):
        acm.get_certificate(CertificateArn=arn)
    (record,) = records(acm, arn)
    publish(route53, zone_id, record | {"Value": "wrong.acm-validations.aws."})
    assert described(acm, arn)["Status"] == "PENDING_VALIDATION"
    publish(route53, zone_id, record)
    certificate = described(acm, arn)
    assert certificate["Status"] == "ISSUED"
    assert certificate["DomainValidationOptions"][0]["ValidationStatus"] == "SUCCESS"
    assert certificate["NotAfter"] - certificate["NotBefore"] == 198 * DAY
    assert certificate["NotBefore"] - certificate["CreatedAt"] >= DAY


def test_the_record_is_not_known_right_after_the_request(acm):
    arn = acm.request_certificate(DomainName="shop.example", ValidationMethod="DNS")["CertificateArn"]
    assert "ResourceRecord" not in described(acm, arn)["DomainValidationOptions"][0]
    assert not {"NotAfter", "IssuedAt", "Serial"} & described(acm, arn).keys()


def test_every_name_has_to_be_validated(acm, route53, clock):
    zone_id, arn = zone(route53), request(acm, clock, "shop.example", "*.shop.example", "api.shop.example")
    assert described(acm, arn)["SubjectAlternativeNames"] == ["shop.example", "*.shop.example", "api.shop.example"]
    own, wildcard, other = records(acm, arn)
    assert own == wildcard != other
    publish(route53, zone_id, own)
    statuses = [option["ValidationStatus"] for option in described(acm, arn)["DomainValidationOptions"]]
    assert statuses == ["SUCCESS", "SUCCESS", "PENDING_VALIDATION"]
    publish(route53, zone_id, other)
    assert described(acm, arn)["Status"] == "ISSUED"


def test_a_private_zone_does_not_validate(client, acm, route53, clock):
    vpc = client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    private = {"HostedZoneConfig": {"PrivateZone": True}, "VPC": {"VPCRegion": "eu-central-1", "VPCId": vpc}}
    zone_id = zone(route53, **private)
    arn = request(acm, clock, "shop.example")
    publish(route53, zone_id, records(acm, arn)[0])
    assert described(acm, arn)["Status"] == "PENDING_VALIDATION"


def test_a_client_verifies_an_issued_certificate(acm, route53, clock):
    arn = request(acm, clock, "shop.example", "www.shop.example", KeyAlgorithm="EC_prime256v1")
    zone_id = zone(route53)
    for record in records(acm, arn):
        publish(route53, zone_id, record)
    answer = acm.get_certificate(CertificateArn=arn)
    assert answer["CertificateChain"] == certificates.ca_pem()
    moment = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) + DAY
    verify(answer["Certificate"].encode(), certificates.ca_pem(), "www.shop.example", moment)
    assert described(acm, arn)["KeyAlgorithm"] == "EC_prime256v1"


def test_a_request_times_out_after_72_hours(acm, route53, clock):
    arn = request(acm, clock, "shop.example")
    (record,) = records(acm, arn)
    clock.shift(3 * DAY + DAY / 24)
    assert described(acm, arn)["Status"] == "VALIDATION_TIMED_OUT"
    publish(route53, zone(route53), record)
    assert described(acm, arn)["Status"] == "VALIDATION_TIMED_OUT"


def test_a_certificate_in_use_is_renewed_and_one_that_is_not_expires(client, acm, route53, clock):
    zone_id, arn = zone(route53), request(acm, clock, "shop.example")
    publish(route53, zone_id, records(acm, arn)[0])
    first = described(acm, arn)["NotAfter"]
    clock.shift(160 * DAY)
    assert described(acm, arn)["NotAfter"] == first
    balance(client, arn)
    assert described(acm, arn)["NotAfter"] - first == 160 * DAY
    assert described(acm, arn)["RenewalEligibility"] == "ELIGIBLE"
    unused = request(acm, clock, "api.shop.example")
    publish(route53, zone_id, records(acm, unused)[0])
    described(acm, unused)
    clock.shift(199 * DAY)
    assert described(acm, unused)["Status"] == "EXPIRED"


def balance(client, arn: str) -> tuple[str, str]:
    ec2, elbv2 = client("ec2"), client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-central-1{zone}")["Subnet"]
        for n, zone in enumerate("ab")
    ]
    balancer = elbv2.create_load_balancer(Name="shop", Subnets=[subnet["SubnetId"] for subnet in subnets])
    balancer_arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    listener = elbv2.create_listener(
        LoadBalancerArn=balancer_arn,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
    )
    return balancer_arn, listener["Listeners"][0]["ListenerArn"]


def test_a_certificate_in_use_is_not_deleted(client, acm, route53, clock):
    arn = request(acm, clock, "shop.example")
    publish(route53, zone(route53), records(acm, arn)[0])
    balancer, listener = balance(client, arn)
    assert described(acm, arn)["InUseBy"] == [balancer]
    with pytest.raises(ClientError, match="ResourceInUseException"):
        acm.delete_certificate(CertificateArn=arn)
    client("elbv2").delete_listener(ListenerArn=listener)
    assert described(acm, arn)["InUseBy"] == []
    acm.delete_certificate(CertificateArn=arn)


def test_the_authority_survives_a_reset(client, endpoint_url):
    before = certificates.ca_pem()
    requests.post(f"{endpoint_url}/moto-api/reset", timeout=10)
    assert certificates.ca_pem() == before


def test_an_imported_certificate_has_its_own_chain(acm):
    key, other = (certificates.new_key("EC_prime256v1") for _ in range(2))
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None, microsecond=0)
    leaf = certificates.sign(key, ["shop.example"], now, days=90)
    material = {"Certificate": leaf, "PrivateKey": certificates.key_pem(key)}
    chain = certificates.ca_pem()
    arn = acm.import_certificate(**material, CertificateChain=chain.encode())["CertificateArn"]
    assert acm.get_certificate(CertificateArn=arn)["CertificateChain"] == chain
    alone = acm.import_certificate(**material)["CertificateArn"]
    assert "CertificateChain" not in acm.get_certificate(CertificateArn=alone)
    assert x509.load_pem_x509_certificate(leaf).serial_number == int(described(acm, arn)["Serial"].replace(":", ""), 16)
    for wrong in ({"PrivateKey": certificates.key_pem(other)}, {"CertificateChain": certificates.new_authority().pem}):
        with pytest.raises(ClientError, match="ValidationException"):
            acm.import_certificate(**material | wrong)


@pytest.mark.parametrize("name", ["not a domain", "localhost", "-shop.example"])
def test_what_is_not_a_domain_is_refused(acm, name):
    with pytest.raises(ClientError, match="ValidationException"):
        acm.request_certificate(DomainName=name, ValidationMethod="DNS")
