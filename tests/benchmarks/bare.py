"""What boto3 alone takes for the same work: one read for all, then writes on as many threads as the modules use."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

THREADS = 8


def client(service: str):
    return boto3.client(
        service,
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        region_name="eu-central-1",
        aws_access_key_id="AKIASANDBOX000000000",
        aws_secret_access_key="the-sandbox-checks-no-signature-at-all",
        config=Config(max_pool_connections=THREADS),
    )


def alarms(count: int, prefix: str) -> None:
    cloudwatch = client("cloudwatch")
    names = [f"{prefix}-{number}" for number in range(count)]
    wanted = {
        name: {
            "AlarmName": name,
            "Namespace": "Shop",
            "MetricName": "Errors",
            "Dimensions": [{"Name": "Service", "Value": "shop"}],
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 5,
            "Threshold": 10.0,
            "ComparisonOperator": "GreaterThanThreshold",
        }
        for name in names
    }
    found = {}
    for start in range(0, count, 100):
        answer = cloudwatch.describe_alarms(AlarmNames=names[start : start + 100], MaxRecords=100)
        found |= {alarm["AlarmName"]: alarm for alarm in answer["MetricAlarms"]}
    changed = [alarm for name, alarm in wanted.items() if any(found.get(name, {}).get(key) != value for key, value in alarm.items())]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda alarm: cloudwatch.put_metric_alarm(**alarm), changed))
    print(len(changed))


if __name__ == "__main__":
    alarms(int(sys.argv[1]), sys.argv[2])
