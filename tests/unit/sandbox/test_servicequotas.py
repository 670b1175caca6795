from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

BALANCERS = {"ServiceCode": "elasticloadbalancing", "QuotaCode": "L-53DA6B97"}
CORES = {"ServiceCode": "ec2", "QuotaCode": "L-1216C47A"}


def test_a_quota_without_a_value_of_its_own_has_awss_default(client):
    quotas = client("service-quotas")
    with pytest.raises(ClientError, match="NoSuchResourceException"):
        quotas.get_service_quota(**BALANCERS)
    assert quotas.get_aws_default_service_quota(**BALANCERS)["Quota"]["Value"] == 50


def test_what_is_raised_applies_and_the_default_stays(client):
    quotas = client("service-quotas")
    assert quotas.request_service_quota_increase(**CORES, DesiredValue=128)["RequestedQuota"]["Status"] == "APPROVED"
    assert quotas.get_service_quota(**CORES)["Quota"]["Value"] == 128
    assert quotas.get_aws_default_service_quota(**CORES)["Quota"]["Value"] == 5


def test_an_unknown_quota_is_an_error(client):
    with pytest.raises(ClientError, match="NoSuchResourceException"):
        client("service-quotas").get_aws_default_service_quota(ServiceCode="ec2", QuotaCode="L-00000000")
