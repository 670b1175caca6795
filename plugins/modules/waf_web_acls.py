#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: waf_web_acls
short_description: Keep a set of WAF's web ACLs, their logging and their load balancers as desired
version_added: 0.1.0
description:
  - Creates web ACLs that are missing and sets what is given; what is not given stays as it is, other people's rules too. Never deletes
    a web ACL.
  - A rule that blocks counts first. One that is new, or only counts until now, counts what it would block until it is in O(promote); the
    action that it has on AWS is the record of that. A rule that blocks already goes on blocking when its statement changes.
  - >-
    What rules say is AWS's own, name for name in snake_case, and may be written shorter. A text names the one thing that is chosen
    (C(action: block)); what has one value is that value (C(single_header: user-agent), C(and: [...])); names with one value each are a
    mapping (C(rule_action_overrides: {SizeRestrictions_BODY: count})); text transformations are a list in their order; a statement's kind
    goes without C(_statement); IP sets, regex pattern sets and rule groups go by their names.
  - Everything is held to botocore's model of the service before anything is touched, and the rules' capacity is asked of AWS.
  - An update is made of a fresh read and holds its lock token; it is made anew when somebody else was quicker.
  - See U(https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html) and
    U(https://docs.aws.amazon.com/waf/latest/APIReference/API_Statement.html).
extends_documentation_fragment:
  - prodready.aws.aws
  - prodready.aws.waf
options:
  web_acls:
    description: The web ACLs.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The web ACL's name.
        type: str
        required: true
      description:
        description: What it is for.
        type: str
      default_action:
        description: What becomes of a request that no rule decides on; V(allow) for a new web ACL when not given.
        type: raw
      rules:
        description:
          - The rules in their order, each with C(name), C(statement), and C(action), or C(override_action) where the statement is a rule
            group.
          - Also C(priority), ten times its place when not given; C(rule_labels), C(captcha_config), C(challenge_config), and
            C(visibility_config), which samples and has the rule's name as the name of its metric when not given.
        type: list
        elements: dict
      visibility_config:
        description: The web ACL's metric and sampling. A new one samples, and its metric has its name, when not given.
        type: dict
      custom_response_bodies:
        description: Bodies that a C(custom_response) can name, each with C(content_type) and C(content).
        type: dict
      captcha_config:
        description: For how long a solved CAPTCHA counts, in seconds.
        type: raw
      challenge_config:
        description: For how long a passed challenge counts, in seconds.
        type: raw
      token_domains:
        description: The domains whose tokens count.
        type: list
        elements: str
      association_config:
        description: How much of a body is inspected.
        type: raw
      data_protection_config:
        description: What is hidden in all that WAF keeps of requests.
        type: raw
      on_source_ddos_protection_config:
        description: How the load balancers' own protection acts.
        type: raw
      application_config:
        description: What is known of the application.
        type: raw
      monetization_config:
        description: How access is sold.
        type: raw
      logging:
        description:
          - Where its log goes, as C(destination) with the name of one C(log_group), C(bucket) or C(delivery_stream) that begins with
            C(aws-waf-logs-); which C(redacted_fields) it does not show; and its C(logging_filter).
        type: dict
      load_balancers:
        description: The names of application load balancers that it is put before. Others that it is before stay.
        type: list
        elements: str
      tags:
        description: Tags to have; others are kept.
        type: dict
  count_first:
    description: Whether rules that block count first.
    type: bool
    default: true
  promote:
    description: Rules that counted and block from now on, each as WEB_ACL/RULE.
    type: list
    elements: str
    default: []
  purge_rules:
    description: Whether rules of these web ACLs that are not listed are removed.
    type: bool
    default: false
  capacity_limit:
    description:
      - How many web ACL capacity units (WCU) the rules of one may take.
      - AWS's own limit is 5000, and above 1500 each request costs more, see
        U(https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html).
    type: int
    default: 1500
  made_before:
    description:
      - The sets that the same playbook makes before, so that in check mode one that rules name and that is neither there nor among them
        is an error. When not given, check mode does not look for them.
    type: dict
    suboptions:
      ip_set: {description: Names of IP sets., type: list, elements: str, default: []}
      regex_pattern_set: {description: Names of regex pattern sets., type: list, elements: str, default: []}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop is behind its web ACL
  prodready.aws.waf_web_acls:
    web_acls:
      - name: shop
        load_balancers: [shop]
        rules:
          - name: banned
            action: block
            statement: {ip_set_reference: shop-banned}
          - name: flood
            action: {block: 429}
            statement:
              rate_based: {limit: 1000, evaluation_window_sec: 60, aggregate_key_type: IP}
          - name: sql-injection
            override_action: none
            statement:
              managed_rule_group: {vendor_name: AWS, name: AWSManagedRulesSQLiRuleSet, version: Version_2.0}
          - name: no-scanners
            action: block
            statement:
              and:
                - byte_match:
                    field_to_match: {single_header: user-agent}
                    search_string: scanner
                    positional_constraint: CONTAINS
                    text_transformations: [LOWERCASE]
                - not: {ip_set_reference: shop-offices}
        logging:
          destination: {log_group: aws-waf-logs-shop}
          redacted_fields: [{single_header: authorization}, {single_header: cookie}]

- name: The rule that counted blocks
  prodready.aws.waf_web_acls:
    web_acls:
      - name: shop
        rules:
          - {name: banned, action: block, statement: {ip_set_reference: shop-banned}}
    promote: [shop/banned]
"""

RETURN = r"""
counting:
  description: The rules that are declared to block and count, or will, each as WEB_ACL/RULE.
  type: list
  elements: str
  returned: always
arns:
  description: The ARNs of the web ACLs, and of their load balancers as C(load balancer NAME), as far as they were there.
  type: dict
  returned: always
capacity:
  description: Of each web ACL whose rules change, the units that they take; null while something that they refer to is not there.
  type: dict
  returned: always
plan:
  description: What is changed, or would be in check mode. A web ACL's logging and load balancers are resources of their own.
  type: list
  elements: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.lists import names_by_kind, used_twice
from ..module_utils.plan import Change, State, merged, plan
from ..module_utils.undo import Undo
from ..module_utils.waf import SCOPE_SPEC, misplaced
from ..module_utils.waf_form import references
from ..module_utils.waf_rules import clashes, problems, rules_to_aws, settled, waiting, want, want_logging
from ..module_utils.web_acls import BALANCER, LOGGING, arns, calls, current, known, read

RAW = (
    *("default_action", "captcha_config", "challenge_config", "association_config", "data_protection_config"),
    *("on_source_ddos_protection_config", "application_config", "monetization_config"),
)
ACL_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    **{key: {"type": "raw"} for key in RAW},
    **{key: {"type": "dict"} for key in ("visibility_config", "custom_response_bodies", "logging", "tags")},
    "rules": {"type": "list", "elements": "dict"},
    "token_domains": {"type": "list", "elements": "str", "no_log": False},
    "load_balancers": {"type": "list", "elements": "str"},
}
MOST_CAPACITY = 5000


UNDO = Undo("wafv2", current, lambda module, change: calls(module.aws, change))


def capacity(aws: Aws, changes: Iterable[Change], scope: str) -> dict[str, int | None]:
    """What the rules of web ACLs that change will take."""
    found: dict[str, int | None] = {}
    for change in changes:
        if change.after and "rules" in change.after and change.differs("rules"):
            rules = change.after["rules"]
            referred = arns(aws, scope, rules)
            complete = references(rules) <= referred.keys()
            found[change.name] = 0 if complete else None
            if rules and complete:
                sent = rules_to_aws(rules, referred)
                found[change.name] = aws.call("wafv2", "check_capacity", Scope=scope, Rules=sent)["Capacity"]
    return found


def excessive(found: Mapping[str, int | None], limit: int) -> Iterator[str]:
    for name, units in found.items():
        if units is not None and units > min(limit, MOST_CAPACITY):
            yield (
                f"web ACL {name}: its rules take {units} WCU, and capacity_limit is {limit} (AWS's own limit is {MOST_CAPACITY}, and above "
                "1500 each request costs more). Take rules out, or raise capacity_limit"
            )


def absent(
    aws: Aws, changes: Iterable[Change], scope: str, there: Mapping[str, str], made_before: Mapping[str, list[str]] | None = None
) -> Iterator[str]:
    """What changes need and there is not, nor will be."""
    for change in changes:
        if change.name.startswith(BALANCER) and change.name not in there and made_before is None:
            yield f"There is no {change.name}: make it first (role alb), or correct load_balancers"
        rules = (change.after or {}).get("rules", {})
        for kind, name in sorted(references(rules) - arns(aws, scope, rules).keys()):
            if name not in (made_before or {}).get(kind, []):
                yield f"web ACL {change.name}: there is no {kind.replace('_', ' ')} {name}: declare it, or correct the name"


def main() -> None:
    module = AwsModule(
        {
            "web_acls": {"type": "list", "elements": "dict", "required": True, "options": ACL_SPEC},
            **SCOPE_SPEC,
            "count_first": {"type": "bool", "default": True},
            "promote": {"type": "list", "elements": "str", "default": []},
            "purge_rules": {"type": "bool", "default": False},
            "capacity_limit": {"type": "int", "default": 1500},
            "made_before": names_by_kind("ip_set", "regex_pattern_set"),
        }
    )
    options, aws = module.params, module.aws
    acls, scope = options["web_acls"], options["scope"]
    balancers = [name for acl in acls for name in acl["load_balancers"] or []]
    found = used_twice("web ACL", [acl["name"] for acl in acls]) + used_twice("load balancer", balancers)
    if found := misplaced(scope, aws.region) + found + problems(acls):
        module.fail("; ".join(found))

    wanted = {acl["name"]: want(acl, scope, module.ownership) for acl in acls}
    beside: dict[str, State] = {}
    for acl in acls:
        about = {"web_acl": acl["name"], "scope": scope}
        if acl["logging"]:
            beside[LOGGING + acl["name"]] = {**about, **want_logging(acl)}
        beside |= {BALANCER + name: about for name in acl["load_balancers"] or []}
    there = module.ask("web ACLs", known, aws, scope, [*wanted, *beside])
    current = module.ask("web ACLs", read, aws, scope, [*wanted, *beside], there)
    promoted = {name: [one.partition("/")[2] for one in options["promote"] if one.partition("/")[0] == name] for name in wanted}
    desired: dict[str, State | None] = {
        name: settled(state, current.get(name), name, promoted[name], options["count_first"], options["purge_rules"])
        for name, state in wanted.items()
    }
    changes = plan({**desired, **beside}, current)
    found = [f"web ACL {name}: {clash}" for name in desired for clash in clashes(merged(current.get(name), desired[name] or {}))]
    made_before = options["made_before"] if module.check_mode else None
    if made_before is not None or not module.check_mode:
        found += module.ask("what web ACLs need", lambda: list(absent(aws, changes, scope, there, made_before)))
    if found:
        module.fail("; ".join(found))
    units = module.ask("the rules' capacity", capacity, aws, changes, scope)
    module.ensure(
        "wafv2",
        {**desired, **beside},
        lambda *_: current,
        functools.partial(calls, aws),
        check=lambda changes: excessive(units, options["capacity_limit"]),
        order=lambda change: int(" " in change.name),
        counting=[f"{name}/{rule}" for name, state in wanted.items() for rule in waiting(state, desired[name] or {})],
        capacity=units,
        arns=there,
    )


if __name__ == "__main__":
    main()
