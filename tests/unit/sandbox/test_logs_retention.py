"""PutRetentionPolicy."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError


def test_retention_is_one_of_awss_numbers(client):
    logs = client("logs")
    logs.create_log_group(logGroupName="/shop/app")
    logs.put_retention_policy(logGroupName="/shop/app", retentionInDays=30)
    with pytest.raises(ClientError, match="InvalidParameterException"):
        logs.put_retention_policy(logGroupName="/shop/app", retentionInDays=31)
    assert logs.describe_log_groups()["logGroups"][0]["retentionInDays"] == 30
