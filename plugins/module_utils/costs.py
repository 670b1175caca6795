# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is on, at list prices: products of the AWS Price List, their tiers, and a month of them. Pure.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# As AWS's own calculator has it. https://docs.aws.amazon.com/pricing-calculator/latest/userguide/what-is-pricing-calculator.html
HOURS = 730
GIB = 1024**3
# What a resource costs beyond being there, which only its use tells.
NOT_ESTIMATED = (
    "requests and capacity units of DynamoDB, S3, WAF and the load balancer",
    "data transfer, NAT gateways and public addresses",
    "volumes, snapshots, backups and kept logs",
    "custom metrics, and what AWS gives for free",
)


@dataclass(frozen=True)
class Price:
    """Which product of the Price List; `usage` is the usage type without the region that it begins with, but in us-east-1."""

    service: str
    usage: str
    attributes: tuple[tuple[str, str], ...] = ()
    # The same everywhere, and listed for no region.
    everywhere: bool = False


@dataclass(frozen=True)
class Use:
    """So much of a product in a month; without a quantity or a price it is not priced, and `note` says why."""

    what: str
    quantity: float | None
    price: Price | None
    note: str = ""


def so_many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def filters(price: Price, region: str) -> list[dict[str, str]]:
    """What GetProducts is asked for."""
    exact = dict(price.attributes) | ({} if price.everywhere else {"regionCode": region})
    return [
        {"Type": "EQUALS" if price.everywhere else "CONTAINS", "Field": "usagetype", "Value": price.usage},
        *({"Type": "EQUALS", "Field": key, "Value": value} for key, value in exact.items()),
    ]


def product(found: Iterable[str]) -> Mapping[str, Any] | None:
    """Of the products found the plainest: variants have something more in their usage type."""
    return min(map(json.loads, found), key=lambda one: len(one["product"]["attributes"]["usagetype"]), default=None)


def tiers(one: Mapping[str, Any]) -> tuple[str, list[tuple[float, float, float]]]:
    """A product's unit; and from and up to which quantity which price holds, in USD."""
    dimensions = [dimension for term in one["terms"]["OnDemand"].values() for dimension in term["priceDimensions"].values()]
    found: dict[float, tuple[float, float, float]] = {}
    for dimension in dimensions:
        begin, end = (float(dimension[key]) for key in ("beginRange", "endRange"))
        price = float(dimension["pricePerUnit"]["USD"])
        # What is reserved is listed beside it, for nothing.
        if begin not in found or price > found[begin][2]:
            found[begin] = (begin, end, price)
    return dimensions[0]["unit"], [found[begin] for begin in sorted(found)]


def month(quantity: float, steps: Sequence[tuple[float, float, float]]) -> float:
    return sum((min(quantity, end) - begin) * price for begin, end, price in steps if quantity > begin)


def line(use: Use, one: Mapping[str, Any] | None) -> dict[str, Any]:
    """A use with its product of the Price List, if there is one."""
    made = {"what": use.what, "quantity": use.quantity, "unit": "", "unit_price": None, "usd": None, "source": "", "note": use.note}
    if use.quantity is None or one is None:
        return {**made, "note": use.note if use.quantity is None else "the Price List has no such product"}
    unit, steps = tiers(one)
    return {
        **made,
        "quantity": round(use.quantity, 4),
        "unit": unit,
        # Of the last tier that counts; what is free comes first.
        "unit_price": next(price for begin, __, price in reversed(steps) if use.quantity > begin or begin == 0),
        "usd": round(month(use.quantity, steps), 4),
        "source": f"AWS Price List, {one['serviceCode']} {one['product']['attributes']['usagetype']}, {one['publicationDate'][:10]}",
    }
