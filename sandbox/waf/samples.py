"""Sampled requests, and the addresses that a rate-based rule limits, from the log's records.

https://docs.aws.amazon.com/waf/latest/APIReference/API_GetSampledRequests.html
https://docs.aws.amazon.com/waf/latest/APIReference/API_GetRateBasedStatementManagedKeys.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.waf.rates import DEFAULT_WINDOW_SECONDS
from sandbox.waf.records import Record

Sample = dict[str, Any]
# AWS samples from the first 5,000 requests of a time window.
MOST = 5000


def sampled(records: Iterable[Record], web_acl: dict[str, Any], metric: str) -> list[Sample]:
    """Of the requests that the rule with this metric name matched, or that the default action was for."""
    visibility = web_acl["VisibilityConfig"]
    if metric in (visibility["MetricName"], "Default_Action"):
        wanted = [found for found in records if found["terminatingRuleId"] == "Default_Action"]
        return [_sample(found, found["action"]) for found in wanted] if visibility["SampledRequestsEnabled"] else []
    rules = [rule for rule in web_acl.get("Rules", []) if rule["VisibilityConfig"]["MetricName"] == metric]
    seen = [rule for rule in rules if rule["VisibilityConfig"]["SampledRequestsEnabled"]]
    return [sample for found in records for rule in seen for sample in _of_rule(found, rule)]


def _of_rule(found: Record, rule: dict[str, Any]) -> Iterator[Sample]:
    group = _group_id(rule["Statement"])
    if not group:
        if found["terminatingRuleId"] == rule["Name"]:
            yield _sample(found, found["action"])
        for match in found["nonTerminatingMatchingRules"]:
            if match["ruleId"] == rule["Name"]:
                yield _sample(found, match["action"])
        return
    for entry in found["ruleGroupList"]:
        if entry["ruleGroupId"] != group:
            continue
        ended = entry["terminatingRule"]
        counts = ended and found["terminatingRuleId"] != rule["Name"]
        inner = [*([ended | {"action": "COUNT"} if counts else ended] if ended else []), *entry["nonTerminatingMatchingRules"]]
        inner += [{"ruleId": excluded["ruleId"], "action": "EXCLUDED_AS_COUNT"} for excluded in entry["excludedRules"] or []]
        for match in inner:
            within = f"{'#'.join(group.split('#')[:2])}#{match['ruleId']}" if group.startswith("AWS#") else match["ruleId"]
            more = {"OverriddenAction": match["overriddenAction"]} if "overriddenAction" in match else {}
            yield _sample(found, match["action"]) | {"RuleNameWithinRuleGroup": within} | more


def _group_id(statement: dict[str, Any]) -> str:
    ((kind, options),) = statement.items()
    if kind == "ManagedRuleGroupStatement":
        return f"AWS#{options['Name']}" + (f"#{options['Version']}" if options.get("Version") else "")
    return options["ARN"] if kind == "RuleGroupReferenceStatement" else ""


def _sample(found: Record, action: str) -> Sample:
    request = found["httpRequest"]
    made: Sample = {
        "Request": {
            "ClientIP": request["clientIp"],
            "Country": request["country"],
            "URI": request["uri"],
            "Method": request["httpMethod"],
            "HTTPVersion": request["httpVersion"],
            "Headers": [{"Name": header["name"], "Value": header["value"]} for header in request["headers"]],
        },
        "Weight": 1,
        "Timestamp": found["timestamp"] / 1000,
        "Action": action,
        "Labels": [{"Name": label["name"]} for label in found["labels"]],
    }
    if found["responseCodeSent"]:
        made["ResponseCodeSent"] = found["responseCodeSent"]
    if found["requestHeadersInserted"]:
        made["RequestHeadersInserted"] = [{"Name": header["name"], "Value": header["value"]} for header in found["requestHeadersInserted"]]
    return made


def limited_addresses(records: Iterable[Record], rule: str, now: float) -> dict[str, list[str]]:
    """The addresses, by version, of which a request was limited within the rule's window."""
    found: dict[str, dict[str, None]] = {"IPV4": {}, "IPV6": {}}
    for record in records:
        for entry in record["rateBasedRuleList"]:
            window = int(entry.get("evaluationWindowSec", DEFAULT_WINDOW_SECONDS))
            if entry["rateBasedRuleName"] == rule and "limitValue" in entry and record["timestamp"] / 1000 > now - window:
                address = ipaddress.ip_address(entry["limitValue"])
                found[f"IPV{address.version}"][f"{address}/{address.max_prefixlen}"] = None
    return {version: list(addresses) for version, addresses in found.items()}
