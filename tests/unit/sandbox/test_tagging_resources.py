"""Tags of many resources, asked by their ARNs."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def arns(client):
    sns = client("sns")
    return [sns.create_topic(Name=f"topic-{number}", Tags=[{"Key": "a", "Value": "b"}])["TopicArn"] for number in range(60)]


def test_all_asked_for_come_at_once_and_what_is_not_there_is_left_out(client, arns):
    answer = client("resourcegroupstaggingapi").get_resources(ResourceARNList=[*arns, f"{arns[0]}-not"])
    assert sorted(found["ResourceARN"] for found in answer["ResourceTagMappingList"]) == sorted(arns)
    assert not answer.get("PaginationToken")


@pytest.mark.parametrize("beside", [{"ResourcesPerPage": 10}, {"TagFilters": [{"Key": "a"}]}, {"ResourceTypeFilters": ["sns:topic"]}])
def test_arns_stand_alone(client, arns, beside):
    with pytest.raises(ClientError) as error:
        client("resourcegroupstaggingapi").get_resources(ResourceARNList=arns[:2], **beside)
    assert error.value.response["Error"]["Code"] == "InvalidParameterException"


def test_without_arns_there_are_pages(client, arns):
    answer = client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["sns:topic"])
    assert len(answer["ResourceTagMappingList"]) == 50
    assert answer["PaginationToken"]
