#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: waf_matches
short_description: Find out what WAF's rules matched, and which that count may block
version_added: 0.1.0
description:
  - Reads the sampled requests and metrics of web ACLs, and finds among them those of scenarios that M(prodready.aws.waf_scenarios) has
    played.
  - A rule that counts may block when it matched no benign scenario, and that is certain. Benign scenarios are played first, so once attacks
    that came later are among the samples and no more come, the benign ones would be too.
  - Changes nothing. See U(https://docs.aws.amazon.com/waf/latest/APIReference/API_GetSampledRequests.html).
extends_documentation_fragment:
  - prodready.aws.aws
  - prodready.aws.waf
options:
  web_acls:
    description: The names of the web ACLs.
    type: list
    elements: str
    required: true
  counting:
    description: The rules that are declared to block and count, each as WEB_ACL/RULE, as M(prodready.aws.waf_web_acls) returns them.
    type: list
    elements: str
    default: []
  marker:
    description: What the scenarios' requests are found by.
    type: str
  started:
    description: When the first scenario was played, as seconds since 1970.
    type: float
  records:
    description: What became of the scenarios.
    type: list
    elements: dict
    default: []
  hours:
    description: How far back the metrics are added up.
    type: int
    default: 24
  wait_seconds:
    description: How long to wait for the scenarios' requests to be among the samples.
    type: int
    default: 180
  settle_seconds:
    description: For how long no more of them must come.
    type: int
    default: 20
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: What the rules matched is known
  prodready.aws.waf_matches:
    web_acls: [shop]
    counting: [shop/sql-injection]
  register: matches
"""

RETURN = r"""
rules:
  description: Of each rule that counts how many requests it counted, what it would have blocked, and why it must not block yet.
  type: list
  elements: dict
  returned: always
promotable:
  description: The rules that may block, each as WEB_ACL/RULE.
  type: list
  elements: str
  returned: always
sampled:
  description: How many of the scenarios are among the samples.
  type: int
  returned: always
rules_missed:
  description: The scenarios that were not matched by the rule that they name, in words.
  type: list
  elements: str
  returned: always
text:
  description: What is known of the rules that count, to be read.
  type: list
  elements: str
  returned: always
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.waf import SCOPE_SPEC, at, listed, misplaced
from ..module_utils.waf_form import shape, to_plain
from ..module_utils.waf_rules import action_of
from ..module_utils.waf_samples import MOST, Rule, Sights, missed, sights, text, verdict, would_block

KEPT = timedelta(hours=3)  # https://docs.aws.amazon.com/waf/latest/APIReference/API_GetSampledRequests.html
PAUSE_SECONDS = 2


class Samples:
    """The samples of all rules of some web ACLs."""

    def __init__(self, aws: Aws, scope: str, names: list[str]) -> None:
        self.aws, self.scope = aws, scope
        found = listed(aws, "web_acl", scope)
        self.acls = aws.each(
            lambda name: aws.call("wafv2", "get_web_acl", **at(found[name], scope))["WebACL"], [n for n in names if n in found]
        )
        self.arns = {acl["Name"]: acl["ARN"] for acl in self.acls}
        self.metrics = {acl["Name"]: acl["VisibilityConfig"]["MetricName"] for acl in self.acls}
        self.rules = [_rule(acl["Name"], rule) for acl in self.acls for rule in acl.get("Rules", [])]

    def counts(self) -> set[str]:
        rules = ((acl["Name"], to_plain(shape("Rule"), rule)) for acl in self.acls for rule in acl.get("Rules", []))
        return {f"{name}/{rule['name']}" for name, rule in rules if action_of(rule) == "count"}

    def since(self, start: datetime, marker: str | None, rules: list[Rule]) -> list[Sights]:
        def ask(rule: Rule) -> Sights:
            window = {"StartTime": start, "EndTime": datetime.now(UTC)}
            asked: dict[str, Any] = {"WebAclArn": self.arns[rule.acl], "RuleMetricName": rule.metric, "Scope": self.scope}
            return sights(rule, self.aws.call("wafv2", "get_sampled_requests", TimeWindow=window, MaxItems=MOST, **asked), marker)

        return self.aws.each(ask, rules)

    def counted(self, rules: list[Rule], hours: int) -> list[int]:
        """How many requests each rule counted, by its metric."""
        if not rules:
            return []
        region = [{"Name": "Region", "Value": self.aws.region}] if self.scope == "REGIONAL" else []
        now = datetime.now(UTC)
        queries = [
            {
                "Id": f"m{number}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/WAFV2",
                        "MetricName": "CountedRequests",
                        "Dimensions": [
                            {"Name": "WebACL", "Value": self.metrics[rule.acl]},
                            {"Name": "Rule", "Value": rule.metric},
                            *region,
                        ],
                    },
                    "Period": 3600,
                    "Stat": "Sum",
                },
            }
            for number, rule in enumerate(rules)
        ]
        asked: dict[str, Any] = {
            "MetricDataQueries": queries,
            "StartTime": now - timedelta(hours=hours),
            "EndTime": now + timedelta(minutes=1),
        }
        found = {one["Id"]: sum(one["Values"]) for one in self.aws.call("cloudwatch", "get_metric_data", **asked)["MetricDataResults"]}
        return [int(found.get(f"m{number}", 0)) for number in range(len(rules))]


def _rule(acl: str, rule: Mapping[str, Any]) -> Rule:
    group = rule["Statement"].get("ManagedRuleGroupStatement", rule["Statement"].get("RuleGroupReferenceStatement", {}))
    harmless = {
        one["Name"] for one in group.get("RuleActionOverrides", []) if "Count" in one["ActionToUse"] or "Allow" in one["ActionToUse"]
    }
    return Rule(acl, rule["Name"], rule["VisibilityConfig"]["MetricName"], group.get("Name"), frozenset(harmless))


def seen(found: list[Sights]) -> set[str]:
    return {one.scenario for each in found for one in each.found if one.scenario}


def settled(samples: Samples, params: Mapping[str, Any]) -> list[Sights]:
    """The samples of the scenarios, once those that were blocked are there and no more come, or the wait is over."""
    start = datetime.fromtimestamp(params["started"], UTC) - timedelta(seconds=1)
    must = {one["id"] for one in params["records"] if one["outcome"] == "blocked"}
    end = time.monotonic() + params["wait_seconds"]
    last, quiet = set[str](), time.monotonic()
    while True:
        found = samples.since(start, params["marker"], samples.rules)
        if seen(found) != last:
            last, quiet = seen(found), time.monotonic()
        done = last and must <= last and time.monotonic() - quiet >= params["settle_seconds"]
        if done or time.monotonic() > end:
            return found
        time.sleep(PAUSE_SECONDS)


def main() -> None:
    module = AwsModule(
        {
            "web_acls": {"type": "list", "elements": "str", "required": True},
            "counting": {"type": "list", "elements": "str", "default": []},
            "marker": {"type": "str"},
            "started": {"type": "float"},
            "records": {"type": "list", "elements": "dict", "default": []},
            **{key: {"type": "int", "default": value} for key, value in (("hours", 24), ("wait_seconds", 180), ("settle_seconds", 20))},
            **SCOPE_SPEC,
        },
        required_together=[["marker", "started"]],
    )
    params, aws, records = module.params, module.aws, module.params["records"]
    if found := misplaced(params["scope"], aws.region):
        module.fail("; ".join(found))
    samples = module.ask("web ACLs", Samples, aws, params["scope"], params["web_acls"])
    played = any(one["ok"] is not None for one in records)
    mine = module.ask("samples", settled, samples, params) if played else []
    counting = samples.counts() & set(params["counting"])
    rules = [rule for rule in samples.rules if rule.at in counting]
    past = {one.rule.at: one for one in module.ask("samples", samples.since, datetime.now(UTC) - KEPT, params["marker"], rules)}
    counted = module.ask("metrics", samples.counted, rules, params["hours"])
    of = {one.rule.at: one for one in mine}
    attacks = {one["id"] for one in records if one["expect"] == "blocked"}
    about = []
    for rule, number in zip(rules, counted, strict=True):
        # Scenarios are played against one site, and tell of the web ACL before it alone.
        why = verdict(of[rule.at], records, bool(seen([one for one in mine if one.rule.acl == rule.acl]))) if played else ""
        about.append(
            {
                **{"rule": rule.at, "counted": number, "hours": params["hours"], "why": why or "", "promotable": why is None},
                "attacks": len({one.scenario for one in of[rule.at].found} & attacks) if played else 0,
                "would_block": would_block(past[rule.at].found),
            }
        )
    module.done(
        changed=False,
        rules=about,
        promotable=[one["rule"] for one in about if one["promotable"]],
        sampled=len(seen(mine)),
        rules_missed=missed(records, [one for each in mine for one in each.found]),
        text=text(about),
    )


if __name__ == "__main__":
    main()
