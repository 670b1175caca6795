"""The AWS Price List, which moto lacks: the layer that answers GetProducts from a small file of public list prices."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import yaml

from sandbox.aws_error import Response
from sandbox.gateway import Answer, refuse
from sandbox.operation import Call, Environ
from sandbox.validation import validation

FILE = Path(__file__).with_suffix(".yml")
REGION = "eu-central-1"
# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_Filter.html
MATCHES = {
    "TERM_MATCH": lambda value, wanted: value == wanted,
    "EQUALS": lambda value, wanted: value == wanted,
    "CONTAINS": lambda value, wanted: wanted in value,
    "ANY_OF": lambda value, wanted: value in wanted.split(","),
    "NONE_OF": lambda value, wanted: value not in wanted.split(","),
}


def prices(call: Call, environ: Environ, answer: Answer) -> Response:
    if (call.service, call.operation) != ("pricing", "GetProducts"):
        return answer(call, environ)
    return validation(call, environ, _products)


def _products(call: Call, environ: Environ) -> Response:
    listed = [one for one in products() if one["serviceCode"] == call.params["ServiceCode"]]
    if not listed:
        return refuse(call, "InvalidParameterException", f"The emulator has no prices of {call.params['ServiceCode']}", 400)
    found = [json.dumps(one) for one in listed if all(_fits(one, each) for each in call.params.get("Filters", []))]
    return Response(
        200, [("Content-Type", "application/x-amz-json-1.1")], json.dumps({"FormatVersion": "aws_v1", "PriceList": found}).encode()
    )


def _fits(one: dict[str, Any], wanted: dict[str, str]) -> bool:
    attributes = {**one["product"]["attributes"], "productFamily": one["product"]["productFamily"]}
    return wanted["Field"] in attributes and MATCHES[wanted["Type"]](attributes[wanted["Field"]], wanted["Value"])


@functools.cache
def products() -> list[dict[str, Any]]:
    return [_product(number, one) for number, one in enumerate(yaml.safe_load(FILE.read_text()))]


def _product(number: int, one: dict[str, Any]) -> dict[str, Any]:
    """As AWS writes it. https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html"""
    sku = f"SANDBOX{number:09}"
    region = {"regionCode": one.get("region", REGION)}
    dimensions = {
        f"{sku}.JRTCKXETXF.{step}": {
            "rateCode": f"{sku}.JRTCKXETXF.{step}",
            "description": f"${price:g} per {one['unit']}",
            "beginRange": f"{begin:g}",
            "endRange": "Inf" if end == float("inf") else f"{end:g}",
            "unit": one["unit"],
            "pricePerUnit": {"USD": f"{price:.10f}"},
            "appliesTo": [],
        }
        for step, (begin, end, price) in enumerate(one["tiers"])
    }
    term = {"sku": sku, "offerTermCode": "JRTCKXETXF", "priceDimensions": dimensions, "termAttributes": {}}
    attributes = {"servicecode": one["service"], "usagetype": one["usagetype"], **region, **one.get("attributes", {})}
    return {
        "serviceCode": one["service"],
        "product": {"sku": sku, "productFamily": "", "attributes": attributes},
        "terms": {"OnDemand": {f"{sku}.JRTCKXETXF": term}},
        "publicationDate": f"{one['published']}T00:00:00Z",
        "version": f"{one['published']:%Y%m%d}",
    }
