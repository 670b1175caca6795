"""The conditions of a listener rule as Envoy's predicates.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html

All conditions of a rule must hold, and any value of each. `*` stands for any characters and `?` for one, and a backslash
takes that from them. Hosts, header values and query strings are compared without regard to case; paths and methods with it.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from sandbox.plane.envoy import CLIENT, typed

Condition = dict[str, Any]
Predicate = dict[str, Any]


def predicate(conditions: list[Condition], *also: Predicate) -> Predicate:
    return _join("and_matcher", [*map(_condition, conditions), *also])


def cookie(pair: str) -> Predicate:
    return _header("cookie", f"(.*; *)?{re.escape(pair)}(;.*)?")


def _condition(condition: Condition) -> Predicate:
    field = condition["Field"]
    if field == "source-ip":
        return _source_ip(condition["SourceIpConfig"]["Values"])
    if field == "query-string":
        return _join("or_matcher", [_header(":path", _query(pair)) for pair in condition["QueryStringConfig"]["Values"]])
    if field == "http-header":
        config = condition["HttpHeaderConfig"]
        name, flags, end = config["HttpHeaderName"].lower(), "(?i)", ""
    elif field == "http-request-method":
        config, name, flags, end = condition["HttpRequestMethodConfig"], ":method", "", ""
    elif field == "path-pattern":
        config, name, flags, end = condition.get("PathPatternConfig") or condition, ":path", "", r"(\?.*)?"
    else:
        config, name, flags, end = condition.get("HostHeaderConfig") or condition, ":authority", "(?i)", r"(:\d+)?"
    expressions = config.get("RegexValues") or [pattern(value, "[^?]" if name == ":path" else ".") for value in config["Values"]]
    return _header(name, f"{flags}({'|'.join(expressions)}){end}")


def pattern(text: str, character: str = ".") -> str:
    """A value with wildcards as a regular expression of RE2."""
    parts = re.findall(r"\\[*?\\]|.", text, re.DOTALL)
    wildcards = {"*": f"{character}*", "?": character}
    return "".join(wildcards.get(part) or re.escape(part[-1]) for part in parts)


def _query(pair: dict[str, str]) -> str:
    key = pattern(pair["Key"], "[^&=]") if pair.get("Key") else "[^&=]*"
    return rf"(?i)[^?]*\?(.*&)?{key}={pattern(pair['Value'], '[^&]')}(&.*)?"


def _header(name: str, expression: str) -> Predicate:
    value = {"safe_regex": {"google_re2": {}, "regex": expression}}
    return _single(typed("type.matcher.v3.HttpRequestHeaderMatchInput", header_name=name), {"value_match": value})


def _source_ip(values: list[str]) -> Predicate:
    networks = [ipaddress.ip_network(value, strict=False) for value in values]
    ranges = [{"address_prefix": str(network.network_address), "prefix_len": network.prefixlen} for network in networks]
    matcher = typed("extensions.matching.input_matchers.ip.v3.Ip", cidr_ranges=ranges, stat_prefix="source_ip")
    custom = {"custom_match": {"name": "ip", "typed_config": matcher}}
    return _single(typed("type.matcher.v3.HttpRequestHeaderMatchInput", header_name=CLIENT), custom)


def _single(taken: dict[str, Any], matched: dict[str, Any]) -> Predicate:
    return {"single_predicate": {"input": {"name": "input", "typed_config": taken}, **matched}}


def _join(kind: str, predicates: list[Predicate]) -> Predicate:
    return predicates[0] if len(predicates) == 1 else {kind: {"predicate": predicates}}
