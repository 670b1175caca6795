# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Listeners and rules in their normal form: actions and conditions with names in place of ARNs. Pure functions.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from . import elb, tag_rules
from .lists import declared_twice
from .plan import State

Action = Mapping[str, Any]

REDIRECT = {"protocol": "#{protocol}", "port": "#{port}", "host": "#{host}", "path": "/#{path}", "query": "#{query}"}
RESPONSE_HEADERS = (
    *("strict_transport_security", "content_security_policy", "x_content_type_options", "x_frame_options"),
    *("access_control_allow_origin", "access_control_allow_methods", "access_control_allow_headers"),
    *("access_control_allow_credentials", "access_control_expose_headers", "access_control_max_age"),
)
# Our option, AWS's field, and the key of its configuration.
CONDITIONS = {
    "host": ("host-header", "HostHeaderConfig"),
    "path": ("path-pattern", "PathPatternConfig"),
    "method": ("http-request-method", "HttpRequestMethodConfig"),
    "source_ip": ("source-ip", "SourceIpConfig"),
}
FIELDS = {field: (option, config) for option, (field, config) in CONDITIONS.items()}
CONTENT_TYPES = ("text/plain", "text/css", "text/html", "application/javascript", "application/json")
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
MOST_VALUES, MOST_GROUPS, MOST_BODY, MOST_WEIGHT, LAST_PRIORITY, LONGEST_VALUE = 5, 5, 1024, 999, 50000, 128


def listener_name(load_balancer: str, port: int) -> str:
    return f"{load_balancer}:{port}"


def rule_name(listener: str, priority: int | str) -> str:
    return f"{listener} rule {priority}"


def want_action(action: Action) -> dict[str, Any]:
    if action.get("forward"):
        groups = {one["target_group"]: one["weight"] for one in action["forward"]}
        # The weight of the only one means nothing.
        weights = groups if len(groups) > 1 else dict.fromkeys(groups, 1)
        return {"forward": weights, "stickiness_seconds": action.get("stickiness_seconds") or 0}
    if action.get("redirect"):
        given = {key: value for key, value in action["redirect"].items() if value is not None}
        return {"redirect": {**REDIRECT, **given}}
    return {"fixed_response": _fixed(**action["fixed_response"])}


def _fixed(status_code: str, content_type: str | None, body: str | None) -> dict[str, str]:
    return {"status_code": status_code, "content_type": content_type or CONTENT_TYPES[0], "body": body or ""}


def read_action(actions: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The actions of a listener or rule; what this collection does not keep is shown as AWS has it."""
    (*others, action) = actions
    if not others and action["Type"] == "forward":
        config = action.get("ForwardConfig") or {"TargetGroups": [{"TargetGroupArn": action["TargetGroupArn"]}]}
        groups = {elb.name_of(one["TargetGroupArn"]): one.get("Weight", 1) for one in config["TargetGroups"]}
        sticky = config.get("TargetGroupStickinessConfig") or {}
        weights = groups if len(groups) > 1 else dict.fromkeys(groups, 1)
        return {"forward": weights, "stickiness_seconds": sticky.get("DurationSeconds") or 0 if sticky.get("Enabled") else 0}
    if not others and action["Type"] == "redirect":
        config = action["RedirectConfig"]
        found = {key: config.get(key.capitalize(), default) for key, default in REDIRECT.items()}
        return {"redirect": {**found, "status_code": config["StatusCode"].removeprefix("HTTP_")}}
    if not others and action["Type"] == "fixed-response":
        config = action["FixedResponseConfig"]
        return {"fixed_response": _fixed(config["StatusCode"], config.get("ContentType"), config.get("MessageBody"))}
    return {"other": list(actions)}


def written_action(action: Action, group_arn: Callable[[str], str]) -> list[dict[str, Any]]:
    if "other" in action:
        return action["other"]
    if "forward" in action:
        groups = [{"TargetGroupArn": group_arn(name), "Weight": weight} for name, weight in sorted(action["forward"].items())]
        seconds = action["stickiness_seconds"]
        sticky = {"Enabled": True, "DurationSeconds": seconds} if seconds else {"Enabled": False}
        return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": sticky}}]
    if "redirect" in action:
        config = {key.capitalize(): value for key, value in action["redirect"].items() if key in REDIRECT}
        return [{"Type": "redirect", "RedirectConfig": {**config, "StatusCode": f"HTTP_{action['redirect']['status_code']}"}}]
    fixed = action["fixed_response"]
    config = {"StatusCode": fixed["status_code"], "ContentType": fixed["content_type"], "MessageBody": fixed["body"]}
    return [{"Type": "fixed-response", "FixedResponseConfig": {key: value for key, value in config.items() if value}}]


def want_conditions(given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {option: sorted(given[option]) for option in CONDITIONS if given.get(option)}
    if given.get("query"):
        found["query"] = sorted([one.get("key") or "", one["value"]] for one in given["query"])
    if given.get("header"):
        found["header"] = {one["name"].lower(): sorted(one["values"]) for one in given["header"]}
    return found


def read_conditions(conditions: list[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in conditions:
        option, config = FIELDS.get(one["Field"], ("", ""))
        values = (one.get(config) or {}).get("Values") or one.get("Values")
        header = one.get("HttpHeaderConfig") or {}
        if option and values and option not in found:
            found[option] = sorted(values)
        elif one["Field"] == "query-string" and "query" not in found:
            found["query"] = sorted([pair.get("Key") or "", pair["Value"]] for pair in one["QueryStringConfig"]["Values"])
        elif one["Field"] == "http-header" and header.get("Values"):
            found.setdefault("header", {})[header["HttpHeaderName"].lower()] = sorted(header["Values"])
        else:
            found.setdefault("other", []).append(one)
    return found


def written_conditions(conditions: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"Field": field, config: {"Values": conditions[option]}} for option, (field, config) in CONDITIONS.items() if option in conditions
    ]
    if "query" in conditions:
        pairs = [{**({"Key": key} if key else {}), "Value": value} for key, value in conditions["query"]]
        found.append({"Field": "query-string", "QueryStringConfig": {"Values": pairs}})
    for name, values in conditions.get("header", {}).items():
        found.append({"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": name, "Values": values}})
    return [*found, *conditions.get("other", [])]


def attributes(listener: Mapping[str, Any]) -> dict[str, str]:
    """The given attributes by AWS's names."""
    headers = listener["response_headers"] or {}
    given: dict[str, Any] = {f"routing.http.response.{name}.header_value": headers.get(name) for name in RESPONSE_HEADERS}
    given["routing.http.response.server.enabled"] = listener["server_header"]
    return {key: elb.text(value) for key, value in {**given, **listener["attributes"]}.items() if value is not None}


def want(listener: Mapping[str, Any], ownership: Mapping[str, str]) -> dict[str, State]:
    """The listener and each of its rules, by name."""
    name, tags = listener_name(listener["load_balancer"], listener["port"]), {**tag_rules.as_text(listener["tags"]), **ownership}
    state: dict[str, Any] = {"kind": "listener", "load_balancer": listener["load_balancer"], "port": listener["port"]}
    state |= {key: listener[key] for key in ("protocol", "ssl_policy", "certificate") if listener[key] is not None}
    if listener["certificates"] is not None:
        state["certificates"] = sorted(listener["certificates"])
    found: dict[str, State] = {name: {**state, **attributes(listener), "action": want_action(listener["default_action"]), "tags": tags}}
    for rule in listener["rules"] or []:
        found[rule_name(name, rule["priority"])] = {
            "kind": "rule",
            "listener": name,
            "load_balancer": listener["load_balancer"],
            "priority": str(rule["priority"]),
            "conditions": want_conditions(rule["conditions"]),
            "action": want_action(rule["action"]),
            "tags": {**tags, **tag_rules.as_text(rule["tags"])},
        }
    return found


def problems(listeners: list[Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong with the given listeners, before any request."""
    yield from declared_twice("listener", (listener_name(one["load_balancer"], one["port"]) for one in listeners))
    for one in listeners:
        name = listener_name(one["load_balancer"], one["port"])
        yield from (f"{name}: {problem}" for problem in _listener_problems(one))
        rules = one["rules"] or []
        yield from declared_twice("priority", (rule_name(name, rule["priority"]) for rule in rules))
        for rule in rules:
            yield from (f"{rule_name(name, rule['priority'])}: {problem}" for problem in _rule_problems(rule))


def _listener_problems(listener: Mapping[str, Any]) -> Iterator[str]:
    if not 1 <= listener["port"] <= 65535:
        yield f"port is {listener['port']}, allowed are 1 to 65535"
    secure = listener["protocol"] == "HTTPS"
    missing = [key for key in ("ssl_policy", "certificate") if secure and not listener[key]]
    if missing:
        yield f"a listener for HTTPS needs {' and '.join(missing)}"
    for key in ("ssl_policy", "certificate", "certificates"):
        if listener[key] and not secure:
            yield f"{key} is for the protocol HTTPS"
    if listener["certificate"] and listener["certificate"] in (listener["certificates"] or []):
        yield f"certificates has {listener['certificate']}, which is the default one already"
    yield from (f"default_action: {problem}" for problem in _action_problems(listener["default_action"], secure))
    yield from tag_rules.problems(tag_rules.as_text(listener["tags"]))


def _action_problems(action: Action, secure: bool | None = None) -> Iterator[str]:
    given = [key for key in ("forward", "redirect", "fixed_response") if action.get(key)]
    if len(given) != 1:
        yield f"give exactly one of forward, redirect and fixed_response, not {' and '.join(given) or 'none'}"
        return
    if forward := action.get("forward"):
        yield from _forward_problems(forward, action.get("stickiness_seconds"))
    redirect = {key: value for key, value in (action.get("redirect") or {}).items() if value is not None}
    if redirect:
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html#redirect-actions
        if all(redirect.get(key, default) == default for key, default in REDIRECT.items()):
            yield "redirect must change protocol, port, host or path, or it would go round in a circle"
        if secure and redirect.get("protocol") == "HTTP":
            yield "redirect cannot lead from HTTPS to HTTP"
        if not redirect.get("path", "/").startswith("/"):
            yield f"redirect.path is {redirect['path']!r}, it must begin with /"
    if fixed := action.get("fixed_response"):
        if not re.fullmatch(r"[245]\d\d", fixed["status_code"]):
            yield f"fixed_response.status_code is {fixed['status_code']}, allowed are 2XX, 4XX and 5XX"
        if len(fixed["body"] or "") > MOST_BODY:
            yield f"fixed_response.body has {len(fixed['body'])} characters, at most {MOST_BODY} are allowed"


def _forward_problems(forward: list[Mapping[str, Any]], seconds: int | None) -> Iterator[str]:
    names = [one["target_group"] for one in forward]
    yield from declared_twice("target group of forward", names)
    if len(names) > MOST_GROUPS:
        yield f"forward has {len(names)} target groups, at most {MOST_GROUPS} are allowed"
    for one in forward:
        if not 0 <= one["weight"] <= MOST_WEIGHT:
            yield f"the weight of {one['target_group']} is {one['weight']}, allowed are 0 to {MOST_WEIGHT}"
    if seconds is not None and seconds != 0 and not 1 <= seconds <= 604800:
        yield f"stickiness_seconds is {seconds}, allowed are 1 to 604800, and 0 for none"


def _rule_problems(rule: Mapping[str, Any]) -> Iterator[str]:
    if not 1 <= rule["priority"] <= LAST_PRIORITY:
        yield f"priority is {rule['priority']}, allowed are 1 to {LAST_PRIORITY}"
    conditions = rule["conditions"]
    values = [value for option in CONDITIONS for value in conditions.get(option) or []]
    values += [pair["value"] for pair in conditions.get("query") or []]
    values += [value for one in conditions.get("header") or [] for value in one["values"]]
    if not 1 <= len(values) <= MOST_VALUES:
        yield f"conditions have {len(values)} values in all, allowed are 1 to {MOST_VALUES}"
    for value in values:
        if not 1 <= len(value) <= LONGEST_VALUE:
            yield f"the value {value!r} of a condition must have 1 to {LONGEST_VALUE} characters"
    for host in conditions.get("host") or []:
        if not re.fullmatch(r"[A-Za-z0-9.*?-]*\.[A-Za-z*?]+", host):
            yield f"conditions.host has {host!r}: letters, digits, - . * and ?, with at least one dot, and letters only after the last"
    for address in conditions.get("source_ip") or []:
        if not re.fullmatch(r"[0-9a-fA-F.:]+/\d{1,3}", address):
            yield f"conditions.source_ip has {address!r}, which is not written as a CIDR block"
    for method in conditions.get("method") or []:
        if not re.fullmatch(r"[A-Z_-]{1,40}", method):
            yield f"conditions.method has {method!r}, allowed are capital letters, - and _"
    for one in conditions.get("header") or []:
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}", one["name"]) or one["name"].lower() == "host":
            yield f"conditions.header has the name {one['name']!r}: 1 to 40 of HTTP's characters, and not host, which is its own condition"
    yield from (f"action: {problem}" for problem in _action_problems(rule["action"]))
    yield from tag_rules.problems(tag_rules.as_text(rule["tags"]))
