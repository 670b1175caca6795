"""Web ACLs, rules and requests for tests, in the shapes of AWS's API."""

from __future__ import annotations

from typing import Any

from sandbox.waf.acl import Acl
from sandbox.waf.evaluation import Verdict, evaluate
from sandbox.waf.rates import Rates
from sandbox.waf.request import Request

ARN = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/0f1e"
BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188"
NAMESPACE = "awswaf:123456789012:webacl:shop:"
NONE = [{"Priority": 0, "Type": "NONE"}]


def visible(name: str) -> dict[str, Any]:
    return {"MetricName": name, "SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}


def rule(name: str, statement: dict[str, Any], action: str = "Block", priority: int = 0, **more: Any) -> dict[str, Any]:
    made = {"Name": name, "Priority": priority, "Statement": statement, "VisibilityConfig": visible(name)}
    own = {"OverrideAction": {"None": {}}} if next(iter(statement)).endswith(("RuleGroupStatement", "ReferenceStatement")) else {}
    if "IPSetReferenceStatement" in statement or "RegexPatternSetReferenceStatement" in statement or not own:
        own = {"Action": {action: {}}}
    return made | own | more


def acl(*rules: dict[str, Any], default: str = "Allow", **more: Any) -> Acl:
    known = {name: more.pop(name) for name in ("ip_sets", "regex_pattern_sets", "rule_groups") if name in more}
    content = {
        "Name": "shop",
        "Id": "0f1e",
        "ARN": ARN,
        "DefaultAction": {default: {}},
        "Rules": list(rules),
        "VisibilityConfig": visible("shop"),
        "LabelNamespace": NAMESPACE,
    }
    return Acl(content | more, **known)


def request(uri: str = "/", method: str = "GET", body: bytes = b"", client: str = "192.0.2.44", **headers: str) -> Request:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request(client, method, uri, pairs, body)


def field(kind: str, **options: Any) -> dict[str, Any]:
    return {"FieldToMatch": {kind: options}, "TextTransformations": NONE}


def text(kind: str, wanted: str, constraint: str = "CONTAINS", **options: Any) -> dict[str, Any]:
    return {"ByteMatchStatement": field(kind, **options) | {"SearchString": wanted.encode(), "PositionalConstraint": constraint}}


def verdict(found: Acl, asked: Request | None = None, rates: Rates | None = None, now: float = 1_000_000, scanner: Any = None) -> Verdict:
    return evaluate(found, asked or request(), rates or Rates(), now, scanner)


def is_matched(statement: dict[str, Any], asked: Request, **known: Any) -> bool:
    return verdict(acl(rule("only", statement), **known), asked).action == "BLOCK"
