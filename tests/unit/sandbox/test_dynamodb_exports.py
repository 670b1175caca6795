from __future__ import annotations

import datetime
import gzip
import json
import time

import pytest
from botocore.exceptions import ClientError

from tests.unit.sandbox.dynamodb_table import create, put


@pytest.fixture
def dynamodb(client, clock):
    dynamodb = client("dynamodb")
    create(dynamodb, clock)
    client("s3").create_bucket(Bucket="exports", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return dynamodb


@pytest.fixture
def arn(dynamodb) -> str:
    return dynamodb.describe_table(TableName="orders")["Table"]["TableArn"]


def enable_recovery(dynamodb) -> None:
    dynamodb.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})


def finished(dynamodb, arn: str) -> dict:
    for _ in range(200):
        description = dynamodb.describe_export(ExportArn=arn)["ExportDescription"]
        if description["ExportStatus"] != "IN_PROGRESS":
            return description
        time.sleep(0.01)
    raise AssertionError(f"{arn} does not end")


def export(dynamodb, arn: str, bucket: str = "exports", **more) -> dict:
    answer = dynamodb.export_table_to_point_in_time(TableArn=arn, S3Bucket=bucket, **more)
    return finished(dynamodb, answer["ExportDescription"]["ExportArn"])


def exported(client, prefix: str) -> list[str]:
    s3 = client("s3")
    (key,) = [entry["Key"] for entry in s3.list_objects_v2(Bucket="exports", Prefix=prefix)["Contents"]]
    lines = gzip.decompress(s3.get_object(Bucket="exports", Key=key)["Body"].read()).splitlines()
    return [json.loads(line)["Item"]["id"]["S"] for line in lines]


def test_an_export_has_the_items_of_its_time(client, dynamodb, arn, clock):
    enable_recovery(dynamodb)
    put(dynamodb, "a")
    clock.shift(5)
    moment = datetime.datetime.now(datetime.UTC)
    clock.shift(5)
    put(dynamodb, "b")
    now, then = export(dynamodb, arn), export(dynamodb, arn, ExportTime=moment, S3Prefix="then")
    assert now["ExportArn"].startswith(f"{arn}/export/")
    assert exported(client, f"AWSDynamoDB/{now['ExportArn'].rpartition('/')[2]}/data/") == ["a", "b"]
    assert exported(client, "then/AWSDynamoDB/") == ["a"]
    assert (then["ExportStatus"], then["ItemCount"]) == ("COMPLETED", 1)
    assert len(dynamodb.list_exports()["ExportSummaries"]) == len(dynamodb.list_exports(TableArn=arn)["ExportSummaries"])


def test_an_export_without_recovery_or_bucket_says_so(dynamodb, arn):
    with pytest.raises(ClientError, match="PointInTimeRecoveryUnavailableException"):
        export(dynamodb, arn)
    enable_recovery(dynamodb)
    failed = export(dynamodb, arn, bucket="missing")
    assert (failed["ExportStatus"], failed["FailureCode"]) == ("FAILED", "S3NoSuchBucket")
