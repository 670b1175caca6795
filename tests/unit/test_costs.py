"""List prices: which product is meant, what a month of it costs, and what is not priced."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.costs import Price, Use, filters, line, month, product, tiers
from ansible_collections.prodready.aws.plugins.module_utils.readiness_views import markdown, text

from tests import decisions

INFINITE = float("inf")
BALANCER = Price("AWSELB", "LoadBalancerUsage", (("operation", "LoadBalancing:Application"),))


def listed(usage: str, *dimensions: tuple[str, str, str]) -> dict[str, Any]:
    found = {
        f"{number}": {"beginRange": begin, "endRange": end, "unit": "GB-Mo", "pricePerUnit": {"USD": price}}
        for number, (begin, end, price) in enumerate(dimensions)
    }
    terms = {"OnDemand": {"sku.term": {"priceDimensions": found}}}
    product = {"attributes": {"usagetype": usage}}
    return {"serviceCode": "AmazonDynamoDB", "product": product, "terms": terms, "publicationDate": "2026-08-15T00:00:00Z"}


STORAGE = listed("EUC1-TimedStorage-ByteHrs", ("0", "25", "0.0000000000"), ("25", "Inf", "0.3060000000"))


def test_a_product_is_asked_for_in_its_region_and_one_that_is_the_same_everywhere_in_none():
    assert filters(BALANCER, "eu-central-1") == [
        {"Type": "CONTAINS", "Field": "usagetype", "Value": "LoadBalancerUsage"},
        {"Type": "EQUALS", "Field": "operation", "Value": "LoadBalancing:Application"},
        {"Type": "EQUALS", "Field": "regionCode", "Value": "eu-central-1"},
    ]
    assert filters(Price("AmazonCloudWatch", "DashboardsUsageHour", everywhere=True), "eu-central-1") == [
        {"Type": "EQUALS", "Field": "usagetype", "Value": "DashboardsUsageHour"}
    ]


def test_a_variant_is_not_taken_for_the_product():
    variant = listed("EUC1-IA-TimedStorage-ByteHrs", ("0", "Inf", "0.1224"))
    assert product([json.dumps(variant), json.dumps(STORAGE)]) == STORAGE
    assert product([]) is None


def test_what_is_reserved_is_listed_for_nothing_and_is_not_the_price():
    assert tiers(listed("NodeUsage", ("0", "Inf", "0.036"), ("0", "Inf", "0")))[1] == [(0, INFINITE, 0.036)]


@pytest.mark.parametrize(("quantity", "usd"), [(0, 0), (25, 0), (26, 0.306), (125, 30.6)])
def test_each_tier_counts_for_its_part(quantity, usd):
    assert month(quantity, tiers(STORAGE)[1]) == pytest.approx(usd)


def test_a_line_says_quantity_unit_price_and_source_of_what_is_priced():
    found = line(Use("Storage", 30, Price("AmazonDynamoDB", "TimedStorage-ByteHrs")), STORAGE)
    assert (found["quantity"], found["unit"], found["unit_price"], found["usd"]) == (30, "GB-Mo", 0.306, 1.53)
    assert found["source"] == "AWS Price List, AmazonDynamoDB EUC1-TimedStorage-ByteHrs, 2026-08-15"


@pytest.mark.parametrize(
    ("use", "one", "note"),
    [
        (Use("nodes", 1460, BALANCER), None, "the Price List has no such product"),
        (Use("logs", None, BALANCER, "CloudWatch has not counted it yet"), STORAGE, "CloudWatch has not counted it yet"),
        (Use("serverless", None, None, "paid for by use"), None, "paid for by use"),
    ],
)
def test_what_cannot_be_priced_says_why_and_costs_nothing_known(use, one, note):
    found = line(use, one)
    assert (found["usd"], found["unit_price"], found["note"]) == (None, None, note)


def test_the_estimate_is_said_in_the_terminal_and_in_markdown():
    made = decisions.failing()
    assert "· primary costs about 19.71 USD a month in eu-central-1 at list prices, 1 not priced" in text(made)
    assert "| 1 Application Load Balancer plain | 730 Hrs | 0.027 | 19.71 | AWS Price List, AWSELB" in markdown(made)
    assert "| 2 nodes |  |  | not priced | no product plain |" in markdown(made)
