"""Sampled requests and the addresses of rate-based rules, from the traffic that wafd has seen; moto has neither.

https://docs.aws.amazon.com/waf/latest/APIReference/API_GetSampledRequests.html
https://docs.aws.amazon.com/waf/latest/APIReference/API_GetRateBasedStatementManagedKeys.html
"""

from __future__ import annotations

import json
import time
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.wafv2.exceptions import WAFNonexistentItemException, WAFv2ClientError
from moto.wafv2.responses import WAFV2Response

from sandbox.waf import samples
from sandbox.waf.intake import kept
from sandbox.wafv2_errors import InvalidParameter

OLDEST_SECONDS = 3 * 3600


class UnsupportedKeyType(WAFv2ClientError):
    def __init__(self) -> None:
        super().__init__("WAFUnsupportedAggregateKeyTypeException", "The rule doesn't aggregate solely on the IP address.")


def get_sampled_requests(self: WAFV2Response) -> TYPE_RESPONSE:
    arn, window = self._get_param("WebAclArn"), self._get_param("TimeWindow")
    start, end = window["StartTime"], window["EndTime"]
    if start > end or start < time.time() - OLDEST_SECONDS - 60:
        raise InvalidParameter(
            "Error reason: The time window is not within the last three hours., field: TIME_WINDOW, parameter: TimeWindow"
        )
    acl = self.wafv2_backend.get_web_acl(arn, None, None)
    seen = [record for record in list(kept(self.wafv2_backend, arn)) if start <= record["timestamp"] / 1000 <= end]
    found = samples.sampled(seen, acl.to_dict(), self._get_param("RuleMetricName"))
    answer = {"SampledRequests": found[: self._get_param("MaxItems")], "PopulationSize": len(found), "TimeWindow": window}
    return 200, {}, json.dumps(answer)


def get_rate_based_statement_managed_keys(self: WAFV2Response) -> TYPE_RESPONSE:
    acl = self.wafv2_backend.get_web_acl(None, self._get_param("WebACLName"), self._get_param("WebACLId"))
    rules: list[dict[str, Any]] = acl.to_dict().get("Rules", [])
    if group := self._get_param("RuleGroupRuleName"):
        reference = next((rule["Statement"] for rule in rules if rule["Name"] == group), {}).get("RuleGroupReferenceStatement")
        if not reference:
            raise WAFNonexistentItemException
        rules = self.wafv2_backend.rule_groups[reference["ARN"]].to_dict().get("Rules", [])
    name = self._get_param("RuleName")
    statement = next((rule["Statement"] for rule in rules if rule["Name"] == name), {}).get("RateBasedStatement")
    if not statement:
        raise WAFNonexistentItemException
    if statement["AggregateKeyType"] not in ("IP", "FORWARDED_IP"):
        raise UnsupportedKeyType
    limited = samples.limited_addresses(list(kept(self.wafv2_backend, acl.arn)), name, time.time())
    sets = {f"ManagedKeys{version}": {"IPAddressVersion": version, "Addresses": addresses} for version, addresses in limited.items()}
    return 200, {}, json.dumps(sets)


def apply() -> None:
    WAFV2Response.get_sampled_requests = get_sampled_requests
    WAFV2Response.get_rate_based_statement_managed_keys = get_rate_based_statement_managed_keys
