"""The log record of a request, what a logging configuration hides of it, and whether it keeps it.

https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html
"""

from __future__ import annotations

from typing import Any

from sandbox.waf.evaluation import Group, Limited, Match, Verdict, response
from sandbox.waf.request import BODY_LIMIT, Request

Record = dict[str, Any]


def record(acl_arn: str, verdict: Verdict, request: Request, resource_arn: str, milliseconds: int) -> Record:
    made: Record = {
        "timestamp": milliseconds,
        "formatVersion": 1,
        "webaclId": acl_arn,
        "terminatingRuleId": verdict.rule,
        "terminatingRuleType": verdict.rule_type,
        "action": verdict.action,
        "terminatingRuleMatchDetails": verdict.details,
        "httpSourceName": "ALB",
        "httpSourceId": f"{resource_arn.split(':')[4]}-{resource_arn.partition(':loadbalancer/')[2]}",
        "ruleGroupList": [_group(group) for group in verdict.groups],
        "rateBasedRuleList": [_limited(acl_arn, limited) for limited in verdict.limited],
        "nonTerminatingMatchingRules": [_match(match) for match in verdict.counted],
        "requestHeadersInserted": [{"name": name, "value": value} for name, value in verdict.inserted] or None,
        "responseCodeSent": _code_sent(verdict),
        "httpRequest": _request(request),
        "labels": [{"name": label} for label in verdict.labels],
        "requestBodySize": len(request.body),
        "requestBodySizeInspectedByWAF": min(len(request.body), BODY_LIMIT),
    }
    if verdict.oversize:
        made["oversizeFields"] = sorted(verdict.oversize)
    if verdict.action in ("CAPTCHA", "CHALLENGE"):
        field = "captchaResponse" if verdict.action == "CAPTCHA" else "challengeResponse"
        made[field] = {"responseCode": response(verdict)[0], "solveTimestamp": 0, "failureReason": "TOKEN_MISSING"}
    return made


def _code_sent(verdict: Verdict) -> int | None:
    custom = verdict.settings.get("CustomResponse") if verdict.action == "BLOCK" else None
    return custom["ResponseCode"] if custom else None


def _match(match: Match) -> Record:
    made: Record = {"ruleId": match.rule, "action": match.action, "ruleMatchDetails": match.details}
    return made | ({"overriddenAction": match.overridden} if match.overridden else {})


def _group(group: Group) -> Record:
    excluded = [{"exclusionType": "EXCLUDED_AS_COUNT", "ruleId": match.rule} for match in group.counted if match.is_excluded]
    return {
        "ruleGroupId": group.id,
        "terminatingRule": _match(group.terminating) if group.terminating else None,
        "nonTerminatingMatchingRules": [_match(match) for match in group.counted if not match.is_excluded],
        "excludedRules": excluded or None,
        "customerConfig": None,
    }


def _limited(acl_arn: str, limited: Limited) -> Record:
    options = limited.statement
    kind = options["AggregateKeyType"]
    made: Record = {
        "rateBasedRuleId": f"{acl_arn}/{limited.rule}",
        "rateBasedRuleName": limited.rule,
        "limitKey": "CUSTOMKEYS" if kind == "CUSTOM_KEYS" else kind,
        "maxRateAllowed": options["Limit"],
        "evaluationWindowSec": str(options.get("EvaluationWindowSec", 300)),
    }
    if kind == "CUSTOM_KEYS":
        made["customValues"] = [{"key": key, "name": name, "value": value} for key, name, value in limited.values]
    elif kind != "CONSTANT":
        made["limitValue"] = limited.values[0][2]
    return made


def _request(request: Request) -> Record:
    return {
        "clientIp": request.client_ip,
        "country": "-",
        "headers": [{"name": name, "value": value} for name, value in request.headers],
        "uri": request.path,
        "args": request.query or "",
        "httpVersion": request.http_version,
        "httpMethod": request.method,
        "requestId": request.id,
        "fragment": "",
        "scheme": request.scheme,
        "host": "".join(request.header("host")[:1]),
    }


REDACTED = "REDACTED"


def redacted(found: Record, fields: list[dict[str, Any]]) -> Record:
    """https://docs.aws.amazon.com/waf/latest/APIReference/API_LoggingConfiguration.html"""
    request = dict(found["httpRequest"])
    hidden = {field["SingleHeader"]["Name"].lower() for field in fields if "SingleHeader" in field}
    request["headers"] = [header | ({"value": REDACTED} if header["name"].lower() in hidden else {}) for header in request["headers"]]
    for kind, name in (("UriPath", "uri"), ("QueryString", "args"), ("Method", "httpMethod")):
        if any(kind in field for field in fields):
            request[name] = REDACTED
    return found | {"httpRequest": request}


def kept(found: Record, logging_filter: dict[str, Any] | None) -> bool:
    """The first filter whose conditions are met decides, then the default.

    https://docs.aws.amazon.com/waf/latest/APIReference/API_LoggingFilter.html
    """
    if not logging_filter:
        return True
    labels = {label["name"] for label in found["labels"]}
    actions = _actions(found)
    for entry in logging_filter["Filters"]:
        met = [
            condition["ActionCondition"]["Action"] in actions
            if "ActionCondition" in condition
            else condition["LabelNameCondition"]["LabelName"] in labels
            for condition in entry["Conditions"]
        ]
        if (all if entry["Requirement"] == "MEETS_ALL" else any)(met):
            return entry["Behavior"] == "KEEP"
    return logging_filter["DefaultBehavior"] == "KEEP"


def _actions(found: Record) -> set[str]:
    groups = found["ruleGroupList"]
    counted = found["nonTerminatingMatchingRules"] + [rule for group in groups for rule in group["nonTerminatingMatchingRules"]]
    excluded = {"EXCLUDED_AS_COUNT"} if any(group["excludedRules"] for group in groups) else set()
    return {found["action"], *(rule["action"] for rule in counted)} | excluded
