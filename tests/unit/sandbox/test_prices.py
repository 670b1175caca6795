"""The Price List of the sandbox: it answers as AWS does, from a file of dated public prices."""

from __future__ import annotations

import json
from datetime import date

import pytest
import yaml
from botocore.exceptions import ClientError

from sandbox.prices import FILE

LISTED = yaml.safe_load(FILE.read_text())


@pytest.fixture
def found(client):
    def found(service, **attributes):
        filters = [{"Type": "EQUALS", "Field": key, "Value": value} for key, value in attributes.items()]
        answer = client("pricing", region_name="us-east-1").get_products(ServiceCode=service, Filters=filters)
        return [json.loads(one) for one in answer["PriceList"]]

    return found


def test_a_product_is_found_by_its_attributes_with_its_price_and_the_date_of_the_list(found):
    (one,) = found("AWSELB", operation="LoadBalancing:Application", regionCode="eu-central-1")
    (term,) = one["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    assert (dimension["unit"], float(dimension["pricePerUnit"]["USD"]), dimension["endRange"]) == ("Hrs", 0.027, "Inf")
    assert one["publicationDate"] == "2024-09-17T00:00:00Z"


def test_what_is_not_listed_has_no_price(found):
    assert found("AWSELB", regionCode="us-east-1") == []
    assert found("AmazonElastiCache", cacheEngine="Redis") == []


def test_a_service_that_is_not_listed_is_refused_and_a_request_is_held_to_its_model(client):
    pricing = client("pricing", region_name="us-east-1")
    with pytest.raises(ClientError, match="InvalidParameterException"):
        pricing.get_products(ServiceCode="AmazonNothing")
    with pytest.raises(ClientError, match="ValidationException"):
        pricing.get_products(ServiceCode="AWSELB", Filters=[{"Type": "LIKE", "Field": "a", "Value": "b"}])


def test_every_price_has_its_date_and_its_source():
    assert {one["source"] for one in LISTED} == {"offer", "bill", "page", "package"}
    assert all(isinstance(one["published"], date) and one["tiers"] for one in LISTED)
