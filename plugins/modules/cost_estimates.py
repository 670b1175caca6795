#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cost_estimates
short_description: Estimate what an application costs a month by being there, at list prices
version_added: 0.1.0
description:
  - Reads what of the application is on in a region, asks the AWS Price List what that costs, and changes nothing. What the Price List
    does not have is not priced, and says so.
  - Of the application is what begins with its name, the instances of such Auto Scaling groups, and health checks with its tag.
  - It is no bill. What is paid for by use is not estimated, discounts and what is free are not known. See
    U(https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  dest:
    description: The file that the estimate is written to, as JSON, with its seal.
    type: path
attributes:
  check_mode:
    support: full
    description: Estimates in any mode; nothing is written in check mode.
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: It is known what it costs to be on
  prodready.aws.cost_estimates:
    app: shop
    dest: evidence/production/primary/costs.json
"""

RETURN = r"""
costs:
  description:
    - The C(region), the C(total) of a month in USD, what is C(not_estimated), and the C(lines), each with C(what), C(quantity), C(unit),
      C(unit_price), C(usd), C(source) and C(note). What is not priced has no C(usd).
  type: dict
  returned: always
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.costs import NOT_ESTIMATED, Price, Use, filters, line, product
from ..module_utils.costs_in_use import READERS
from ..module_utils.evidence import keep

# Where the Price List is asked. https://docs.aws.amazon.com/general/latest/gr/billing.html
ENDPOINT = "us-east-1"


def used(aws: Aws, app: str) -> list[Use]:
    found = aws.each(lambda reader: list(reader(aws, app)), READERS)
    return [use for some in found for use in some if use.quantity != 0]


def priced(aws: Aws, uses: list[Use]) -> list[dict[str, Any]]:
    catalogue = Aws({**aws.params, "region": ENDPOINT}, check_mode=True)
    prices = list(dict.fromkeys(use.price for use in uses if use.price and use.quantity is not None))

    def asked(price: Price) -> Any:
        found = catalogue.pages("pricing", "get_products", "PriceList", ServiceCode=price.service, Filters=filters(price, aws.region))
        return product(found)

    products = dict(zip(prices, catalogue.each(asked, prices), strict=True))
    return [line(use, products.get(use.price) if use.price else None) for use in uses]


def main() -> None:
    module = AwsModule({"dest": {"type": "path"}})
    dest, app = module.params["dest"], module.params["app"]
    if not app:
        module.fail("app: whose resources are looked at must be given.")
    uses = module.ask("what is on", used, module.aws, app)
    lines = module.ask("the Price List", priced, module.aws, uses)
    costs = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "region": module.aws.region,
        "total": round(sum(one["usd"] or 0 for one in lines), 2),
        "lines": lines,
        "not_estimated": list(NOT_ESTIMATED),
    }
    if dest and not module.check_mode:
        try:
            keep(Path(dest), costs)
        except OSError as error:
            module.fail(f"dest: {dest} cannot be written: {error.strerror}.")
    module.done(changed=False, costs=costs)


if __name__ == "__main__":
    main()
