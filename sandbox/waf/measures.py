"""What AWS WAF reports of a request to CloudWatch.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.waf.records import Record

Rule = dict[str, Any]
# Name and dimensions of a metric in AWS/WAFV2, for which the request counts once.
Measure = tuple[str, frozenset[tuple[str, str]]]

_NAMES = {
    "ALLOW": "AllowedRequests",
    "BLOCK": "BlockedRequests",
    "COUNT": "CountedRequests",
    "EXCLUDED_AS_COUNT": "CountedRequests",
    "CAPTCHA": "CaptchaRequests",
    "CHALLENGE": "ChallengeRequests",
}


def measures(record: Record, web_acl: dict[str, Any], region: str) -> Iterator[Measure]:
    visibility = web_acl["VisibilityConfig"]
    rules = {rule["Name"]: rule for rule in web_acl.get("Rules", [])}
    place = {"Region": region, "WebACL": visibility["MetricName"]}
    counted = [rule["ruleId"] for rule in record["nonTerminatingMatchingRules"]]
    if visibility["CloudWatchMetricsEnabled"]:
        yield _measure(record["action"], **place, Rule="ALL")
        if counted:
            yield _measure("COUNT", **place, Rule="ALL")
        if record["terminatingRuleId"] == "Default_Action":
            yield _measure(record["action"], **place, Rule="Default_Action")
    for action, name in [("COUNT", name) for name in counted] + [(record["action"], record["terminatingRuleId"])]:
        if metric := _metric(rules.get(name)):
            yield _measure(action, **place, Rule=metric)
    for group in record["ruleGroupList"]:
        yield from _group(group, place)
    for label in record["labels"][:100]:
        namespace, _, name = label["name"].rpartition(":")
        yield _measure(record["action"], **place, LabelNamespace=f"{namespace}:", Label=name)


def _group(group: Record, place: dict[str, str]) -> Iterator[Measure]:
    managed = group["ruleGroupId"].startswith("AWS#")
    name = group["ruleGroupId"].split("#")[1] if managed else group["ruleGroupId"].split("/")[-2]
    dimensions = ("ManagedRuleGroup", "ManagedRuleGroupRule") if managed else ("RuleGroup", "Rule")
    matched = [*group["nonTerminatingMatchingRules"], *([group["terminatingRule"]] if group["terminatingRule"] else [])]
    matched += [{"ruleId": entry["ruleId"], "action": "COUNT"} for entry in group["excludedRules"] or []]
    for rule in matched:
        yield _measure(rule["action"], **place, **dict(zip(dimensions, (name, rule["ruleId"]), strict=True)))
    if not matched:
        yield "PassedRequests", frozenset((place | {dimensions[0]: name, dimensions[1]: "ALL"}).items())


def _metric(rule: Rule | None) -> str:
    return rule["VisibilityConfig"]["MetricName"] if rule and rule["VisibilityConfig"]["CloudWatchMetricsEnabled"] else ""


def _measure(action: str, **dimensions: str) -> Measure:
    return _NAMES[action], frozenset(dimensions.items())
