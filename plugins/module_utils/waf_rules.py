# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Web ACLs in normal form: what is desired, what AWS answers, and rules that count before they block. Pure functions."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from .lists import used_twice
from .plan import State
from .waf_form import Arns, members, shape, to_aws, to_plain

# What a rule does to a request that matches, when it keeps the request from its target.
BLOCKING = ("block", "captcha", "challenge")
GROUPS = ("managed_rule_group", "rule_group_reference")
ON_TOP_ONLY = (*GROUPS, "rate_based")
WINDOWS = (60, 120, 300, 600)  # https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html
STEP = 10
DESTINATIONS = ("log_group", "bucket", "delivery_stream")


@functools.cache
def settings() -> dict[str, str]:
    """All that UpdateWebACL sets beside the rules: our name -> AWS's."""
    about = ("name", "scope", "id", "lock_token", "rules")
    return {ours: member for ours, member in members("UpdateWebACLRequest").items() if ours not in about}


def kind_of(statement: Any) -> str:
    return statement if isinstance(statement, str) else next(iter(statement), "")


def is_group(rule: Mapping[str, Any]) -> bool:
    return kind_of(rule["statement"]) in GROUPS


def action_of(rule: Mapping[str, Any]) -> str:
    """What a rule in plain form does, in a word; of a rule group, `block` when its own rules act as they say."""
    given = rule.get("action", rule.get("override_action"))
    word = given if isinstance(given, str) else next(iter(given or {}), "")
    return "block" if word == "none" else word


def blocks(rule: Mapping[str, Any]) -> bool:
    return action_of(rule) in BLOCKING


def counting(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The rule as it counts what it would block."""
    return {**rule, "override_action" if is_group(rule) else "action": "count"}


def visibility(name: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"sampled_requests_enabled": True, "cloudwatch_metrics_enabled": True, "metric_name": name, **(given or {})}


def want_rule(given: Mapping[str, Any], place: int) -> dict[str, Any]:
    """A rule in plain form; ValueError says what is wrong with it."""
    rule = {"priority": place * STEP, **given, "visibility_config": visibility(given["name"], given.get("visibility_config"))}
    plain = to_plain(shape("Rule"), to_aws(shape("Rule"), rule, "rule"))
    if problem := next(rule_problems(plain), None):
        raise ValueError(problem)
    return plain


def rule_problems(rule: Mapping[str, Any]) -> Iterator[str]:
    action, other = ("override_action", "action") if is_group(rule) else ("action", "override_action")
    if other in rule or action not in rule:
        what = "a rule group" if is_group(rule) else "a statement of its own"
        yield f"a rule with {what} has {action}, and no {other}"
    statement = rule["statement"]
    for inner in nested(statement):
        if kind_of(inner) in ON_TOP_ONLY:
            yield f"{kind_of(inner)} can only be a rule's whole statement, not within another"
    rate = statement.get("rate_based") if isinstance(statement, Mapping) else None
    if rate and rate.get("evaluation_window_sec", WINDOWS[2]) not in WINDOWS:
        yield f"evaluation_window_sec must be one of {', '.join(map(str, WINDOWS))}, not {rate['evaluation_window_sec']}"


def nested(statement: Any) -> Iterator[Any]:
    """The statements within one."""
    if not isinstance(statement, Mapping):
        return
    ((kind, of),) = statement.items()
    inner = of if kind in ("and", "or") else [of] if kind == "not" else []
    if isinstance(of, Mapping) and "scope_down_statement" in of:
        inner = [of["scope_down_statement"]]
    for one in inner:
        yield one
        yield from nested(one)


def problems(acls: list[Mapping[str, Any]]) -> list[str]:
    return [f"web ACL {acl['name']}: {problem}" for acl in acls for problem in _of(acl)]


def _of(acl: Mapping[str, Any]) -> Iterator[str]:
    yield from used_twice("rule", (str(rule.get("name")) for rule in acl.get("rules") or []))
    for place, rule in enumerate(acl.get("rules") or []):
        try:
            if "name" not in rule:
                raise ValueError("name must be given")
            want_rule(rule, place)
        except ValueError as error:
            yield f"rule {rule.get('name', place)}: {error}"
    for key in settings():
        try:
            setting(acl, key)
        except ValueError as error:
            yield str(error)
    try:
        if acl.get("logging"):
            want_logging(acl)
    except ValueError as error:
        yield str(error)


def setting(acl: Mapping[str, Any], key: str) -> Any:
    """A setting in plain form; None when not given."""
    given = acl.get(key)
    if key == "visibility_config" and given is not None:
        given = visibility(acl["name"], given)
    if given is None:
        return None
    of = shape("UpdateWebACLRequest").members[settings()[key]]
    return to_plain(of, to_aws(of, given, key))


def want(acl: Mapping[str, Any], scope: str, ownership: Mapping[str, str]) -> dict[str, Any]:
    state: dict[str, Any] = {"scope": scope}
    state |= {key: plain for key in settings() if (plain := setting(acl, key)) is not None}
    if acl.get("rules") is not None:
        state["rules"] = {rule["name"]: unnamed(want_rule(rule, place)) for place, rule in enumerate(acl["rules"])}
    return {**state, "tags": {**(acl.get("tags") or {}), **ownership}}


def unnamed(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key != "name"}


def state_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """A web ACL of GetWebACL's answer."""
    of = shape("UpdateWebACLRequest").members
    state = {key: to_plain(of[member], answer[member]) for key, member in settings().items() if answer.get(member) not in (None, [], {})}
    rules = (to_plain(shape("Rule"), rule) for rule in answer.get("Rules") or [])
    return {**state, "description": answer.get("Description") or "", "rules": {rule["name"]: unnamed(rule) for rule in rules}}


def settled(
    wanted: State, before: State | None, name: str, promoted: list[str] | None, count_first: bool = True, purge_rules: bool = False
) -> State:
    """The desired state: rules of others stay, and a rule that is new, or only counts until now, counts unless it is promoted."""
    state = dict(wanted)
    if before is None:
        state = {"default_action": "allow", "visibility_config": visibility(name, None), "rules": {}, **state}
    if "rules" not in state:
        return state
    was = (before or {}).get("rules", {})

    def settle(rule: str, desired: Mapping[str, Any]) -> Mapping[str, Any]:
        waits = rule not in was or action_of(was[rule]) == "count"
        return counting(desired) if count_first and waits and blocks(desired) and rule not in (promoted or []) else desired

    kept = {} if purge_rules else {rule: one for rule, one in was.items() if rule not in state["rules"]}
    state["rules"] = {**kept, **{rule: settle(rule, desired) for rule, desired in state["rules"].items()}}
    return state


def waiting(wanted: State, settled_state: State) -> list[str]:
    """The rules that are declared to block and count."""
    rules = settled_state.get("rules", {})
    return [name for name, rule in wanted.get("rules", {}).items() if blocks(rule) and action_of(rules[name]) == "count"]


def clashes(state: State) -> Iterator[str]:
    """Rules of one priority, which only what AWS has can tell."""
    priorities: dict[int, str] = {}
    for name, rule in state.get("rules", {}).items():
        first = priorities.setdefault(rule["priority"], name)
        if first != name:
            yield f"rules {first} and {name} have the same priority {rule['priority']}: give one of them another"


def rules_to_aws(rules: Mapping[str, Mapping[str, Any]], arns: Arns) -> list[dict[str, Any]]:
    ordered = sorted(rules.items(), key=lambda item: item[1]["priority"])
    return [to_aws(shape("Rule"), {"name": name, **rule}, name, arns) for name, rule in ordered]


def settings_to_aws(state: State) -> dict[str, Any]:
    """The settings that a state has, as UpdateWebACL and CreateWebACL take them."""
    of = shape("UpdateWebACLRequest").members
    # An empty description cannot be sent, only left out.
    given = {key: state[key] for key in settings() if key in state and not (key == "description" and not state[key])}
    return {settings()[key]: to_aws(of[settings()[key]], value, key) for key, value in given.items()}


def want_logging(acl: Mapping[str, Any]) -> dict[str, Any]:
    """Where a web ACL's log goes, and what of it; ValueError says what is wrong."""
    given = acl["logging"]
    if unknown := sorted(given.keys() - {"destination", "redacted_fields", "logging_filter"}):
        raise ValueError(f"logging: {', '.join(unknown)} is not one of destination, redacted_fields, logging_filter")
    destination = given.get("destination")
    if not isinstance(destination, Mapping) or len(destination) != 1 or not destination.keys() <= set(DESTINATIONS):
        raise ValueError(f"logging.destination must be one of {', '.join(DESTINATIONS)} with its name, not {destination!r}")
    ((what, name),) = destination.items()
    # https://docs.aws.amazon.com/waf/latest/developerguide/logging-destinations.html
    if not str(name).startswith("aws-waf-logs-"):
        raise ValueError(f"logging.destination.{what}: WAF writes only where the name begins with aws-waf-logs-, not to {name}")
    of, names = shape("LoggingConfiguration"), members("LoggingConfiguration")
    state: dict[str, Any] = {"destination": {what: name}}
    for key in ("redacted_fields", "logging_filter"):
        if given.get(key) is not None:
            member = of.members[names[key]]
            state[key] = to_plain(member, to_aws(member, given[key], f"logging.{key}"))
    if "redacted_fields" in state:
        state["redacted_fields"] = sorted(state["redacted_fields"], key=str)
    return state


def logging_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The normal form of GetLoggingConfiguration's answer."""
    of = shape("LoggingConfiguration")
    arn = answer["LogDestinationConfigs"][0]
    service, resource = arn.split(":")[2], arn.split(":", 5)[5]
    what = {"logs": "log_group", "s3": "bucket", "firehose": "delivery_stream"}[service]
    name = resource.removesuffix(":*").removeprefix("log-group:").removeprefix("deliverystream/")
    return {
        "destination": {what: name},
        "redacted_fields": sorted(to_plain(of.members["RedactedFields"], answer.get("RedactedFields") or []), key=str),
        "logging_filter": to_plain(of.members["LoggingFilter"], answer.get("LoggingFilter") or {}),
    }


def logging_to_aws(state: State, web_acl: str, partition: str, region: str, account: str) -> dict[str, Any]:
    """What PutLoggingConfiguration takes."""
    ((what, name),) = state["destination"].items()
    arn = {
        "log_group": f"arn:{partition}:logs:{region}:{account}:log-group:{name}",
        "bucket": f"arn:{partition}:s3:::{name}",
        "delivery_stream": f"arn:{partition}:firehose:{region}:{account}:deliverystream/{name}",
    }[what]
    of, names = shape("LoggingConfiguration"), members("LoggingConfiguration")
    more = {key: state[key] for key in ("redacted_fields", "logging_filter") if state.get(key)}
    sent = {names[key]: to_aws(of.members[names[key]], value, key) for key, value in more.items()}
    return {"ResourceArn": web_acl, "LogDestinationConfigs": [arn], **sent}
