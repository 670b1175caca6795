"""AWS by its real host names, and nothing else."""

from __future__ import annotations

import socket

import boto3
import pytest
import requests
from botocore.config import Config

from sandbox.proxy import Asked, Proxy

KEYS = {"aws_access_key_id": "AKIASANDBOX0000000", "aws_secret_access_key": "sandbox-secret-key-sandbox"}


@pytest.fixture
def proxy(tmp_path, endpoint_url, client):
    with Proxy(tmp_path / "proxy", endpoint_url) as made:
        yield made


@pytest.fixture
def aws(proxy, monkeypatch):
    """Clients that are told nothing but what a run is told."""
    for name, value in proxy.environment.items():
        monkeypatch.setenv(name, value)
    return lambda service, region="eu-central-1": boto3.client(service, region_name=region, **KEYS)


def test_a_service_is_reached_by_its_regional_name(aws, proxy, client):
    aws("dynamodb").create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )

    assert client("dynamodb").list_tables()["TableNames"] == ["orders"]
    assert proxy.asked == [Asked("dynamodb.eu-central-1.amazonaws.com", True)]


def test_regions_are_apart(aws, proxy):
    aws("sns", "eu-west-1").create_topic(Name="alerts")

    assert aws("sns").list_topics()["Topics"] == []
    assert proxy.asked[0] == Asked("sns.eu-west-1.amazonaws.com", True)


def test_a_bucket_is_reached_by_a_name_of_its_own(aws, proxy, client):
    bucket = "shop-images-123456789012"
    s3 = aws("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    body = b"a picture" * 100_000
    s3.put_object(Bucket=bucket, Key="a/b.png", Body=body)

    assert s3.get_object(Bucket=bucket, Key="a/b.png")["Body"].read() == body
    assert [one["Key"] for one in client("s3").list_objects_v2(Bucket=bucket)["Contents"]] == ["a/b.png"]
    assert {one.host for one in proxy.asked} == {f"{bucket}.s3.eu-central-1.amazonaws.com"}


def test_the_request_log_names_the_operation_as_without_the_proxy(aws, endpoint_url):
    requests.delete(f"{endpoint_url}/_sandbox/requests", timeout=10)
    s3 = aws("s3")
    s3.create_bucket(Bucket="shop-images", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.get_bucket_location(Bucket="shop-images")
    s3.list_buckets()
    aws("sts").get_caller_identity()
    found = requests.get(f"{endpoint_url}/_sandbox/requests", timeout=10).json()["requests"]

    assert [one["operation"] for one in found] == ["CreateBucket", "GetBucketLocation", "ListBuckets", "GetCallerIdentity"]
    assert [one["params"].get("Bucket") for one in found] == ["shop-images", "shop-images", None, None]


def connect(proxy, target):
    """What a client is answered that wants a tunnel."""
    with socket.create_connection(proxy.server_address, timeout=10) as client:
        client.sendall(f"{target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        return client.recv(4096).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    ("target", "noted"),
    [
        ("CONNECT example.org:443", "example.org"),
        ("CONNECT amazonaws.com.example.org:443", "amazonaws.com.example.org"),
        ("CONNECT 169.254.169.254:443", "169.254.169.254"),
        ("CONNECT s3.amazonaws.com:8443", "s3.amazonaws.com"),
        ("GET http://s3.amazonaws.com/", "http://s3.amazonaws.com/"),
    ],
)
def test_whatever_else_is_refused_and_noted(proxy, target, noted):
    assert connect(proxy, target) == b"HTTP/1.1 403 Only AWS is here"
    assert proxy.asked == [Asked(noted, False)]


def test_who_does_not_trust_the_authority_is_not_served(proxy):
    client = boto3.client("sts", region_name="eu-central-1", **KEYS, config=Config(proxies={"https": proxy.environment["HTTPS_PROXY"]}))
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        client.get_caller_identity()
