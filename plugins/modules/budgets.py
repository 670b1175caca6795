#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: budgets
short_description: Keep a set of cost budgets, with who is told when more is spent than planned, as desired
version_added: 0.1.0
description:
  - Budgets are of the whole account, whatever the region, and are known by their names.
  - A missing one is created; of one that is there what is given is set. What is not given stays as it is. None is deleted.
  - One that this collection did not make, which its tags tell, is an error.
  - Asks DescribeBudget, DescribeNotificationsForBudget and ListTagsForResource once for each, and who is told once for each notification.
  - See U(https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  budgets:
    description: The budgets.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name, which no other budget of the account may have.
        type: str
        required: true
      amount:
        description: What is planned to be spent in O(budgets[].time_unit). Needed for a new one.
        type: float
      unit:
        description: The currency of the account's bills. A new one has USD.
        type: str
      time_unit:
        description: After what time it begins anew. A new one is V(MONTHLY).
        type: str
        choices: [DAILY, MONTHLY, QUARTERLY, ANNUALLY]
      cost_filters:
        description:
          - Which costs count, as C(CostFilters) of AWS. A new one counts all of the account.
          - V(TagKeyValue) takes tags that are activated for cost allocation, as C(user:KEY$VALUE).
        type: dict
      notifications:
        description: When who is told. When given, there are no others.
        type: list
        elements: dict
        suboptions:
          type:
            description: Whether what was spent counts, or what AWS forecasts for the whole time.
            type: str
            required: true
            choices: [ACTUAL, FORECASTED]
          threshold_percent:
            description: At how much of O(budgets[].amount).
            type: float
            required: true
          comparison_operator:
            description: On which side of it.
            type: str
            choices: [GREATER_THAN, LESS_THAN, EQUAL_TO]
            default: GREATER_THAN
          subscribers:
            description:
              - Who is told, exactly; one SNS topic at most, by its name in this region or by its ARN, and up to ten addresses of e-mail.
              - The topic must be of this account and let AWS Budgets publish, see O(prodready.aws.sns_topics#module:topics[].publishers).
            type: list
            elements: str
            required: true
      tags:
        description: Tags to have; others are kept.
        type: dict
        default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: Who is on call hears of it when the shop will cost more than planned
  prodready.aws.budgets:
    budgets:
      - name: shop
        amount: 400
        cost_filters: {TagKeyValue: ["user:prodready:app$shop"]}
        notifications:
          - {type: FORECASTED, threshold_percent: 100, subscribers: [shop-alerts]}
          - {type: ACTUAL, threshold_percent: 80, subscribers: [shop-alerts, finance@example.com]}
"""

RETURN = r"""
plan:
  description: What is changed, or would be in check mode.
  type: list
  elements: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

import functools
from collections.abc import Mapping
from typing import Any

from ..module_utils import tag_rules
from ..module_utils.aws import AwsModule
from ..module_utils.budget_calls import calls
from ..module_utils.budget_rules import forbidden, problems
from ..module_utils.budgets import DEFAULTS, LIMIT, ordered, read
from ..module_utils.claim import listed
from ..module_utils.plan import State
from ..module_utils.undo import Undo

NOTIFICATION_SPEC: dict[str, Any] = {
    "type": {"type": "str", "required": True, "choices": ["ACTUAL", "FORECASTED"]},
    "threshold_percent": {"type": "float", "required": True},
    "comparison_operator": {"type": "str", "choices": ["GREATER_THAN", "LESS_THAN", "EQUAL_TO"], "default": "GREATER_THAN"},
    "subscribers": {"type": "list", "elements": "str", "required": True},
}
BUDGET_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "amount": {"type": "float"},
    "unit": {"type": "str"},
    "time_unit": {"type": "str", "choices": ["DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY"]},
    "cost_filters": {"type": "dict"},
    "notifications": {"type": "list", "elements": "dict", "options": NOTIFICATION_SPEC},
    "tags": {"type": "dict", "default": {}},
}


def want(budget: Mapping[str, Any], ownership: Mapping[str, str], topics: str) -> State:
    """`topics` is what the ARNs of this place's topics begin with."""
    state = {key: budget[key] for key in LIMIT if budget[key] is not None}
    if "cost_filters" in state:
        state["cost_filters"] = {key: sorted(map(str, listed(values))) for key, values in state["cost_filters"].items()}
    if budget["notifications"] is not None:
        short = [{**one, "subscribers": [each.removeprefix(topics) for each in one["subscribers"]]} for one in budget["notifications"]]
        state["notifications"] = ordered(short)
    return {**state, "tags": {**tag_rules.as_text(budget["tags"]), **ownership}}


UNDO = Undo("budgets", read, lambda module, change: calls(module.aws, change))


def main() -> None:
    module = AwsModule({"budgets": {"type": "list", "elements": "dict", "required": True, "options": BUDGET_SPEC}})
    budgets, aws = module.params["budgets"], module.aws
    if found := list(problems(budgets)):
        module.fail("; ".join(found))
    wanted = {budget["name"]: want(budget, module.ownership, aws.arn("sns", "")) for budget in budgets}
    known = module.ask(f"budgets {', '.join(wanted)}", read, aws, wanted)
    module.ensure(
        "budgets",
        {name: state if name in known else {**DEFAULTS, **state} for name, state in wanted.items()},
        lambda *_: known,
        functools.partial(calls, aws),
        check=functools.partial(forbidden, module.ownership),
    )


if __name__ == "__main__":
    main()
