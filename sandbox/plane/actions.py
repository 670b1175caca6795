"""What a rule does with a request, as a route of Envoy.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.plane.account import Account, Group, Listener, is_on
from sandbox.plane.answers import page
from sandbox.plane.envoy import Config, extension, headers, literal, seconds, typed

Action = dict[str, Any]

# The namespace of what is said to alb.lua and to the access log.
NAMESPACE = "plane"
REDIRECT_DEFAULTS = {"Protocol": "#{protocol}", "Host": "#{host}", "Port": "#{port}", "Path": "/#{path}", "Query": "#{query}"}
DAY = "86400"


def route(account: Account, action: Action, priority: str, settings: Config) -> Config:
    """`settings` is what alb.lua does to each request of the listener."""
    kind = action["Type"]
    made = {"forward": _forward, "redirect": _redirect, "fixed-response": _fixed}.get(kind, _missing)(account, action)
    said = made.pop("said", {})
    return {
        "match": {"prefix": "/"},
        "metadata": {
            "filter_metadata": {
                NAMESPACE: {"priority": priority, "action": kind},
                "envoy.filters.http.lua": settings | said,
            }
        },
        **made,
    }


def groups(action: Action) -> list[tuple[str, int]]:
    """The target groups of a forward action with their weights."""
    config = action.get("ForwardConfig") or {}
    if config.get("TargetGroups"):
        return [(group["TargetGroupArn"], int(group.get("Weight", 1))) for group in config["TargetGroups"]]
    return [(action["TargetGroupArn"], 1)]


def targets_of(listener: Listener) -> set[str]:
    """The target groups that a listener forwards to."""
    forwards = [action for rule in listener.rules for action in rule.actions if action["Type"] == "forward"]
    return {arn for action in forwards for arn, _ in groups(action)}


def _forward(account: Account, action: Action) -> Config:
    weighted = [(account.groups[arn], weight) for arn, weight in groups(action) if arn in account.groups]
    if not any(weight for _, weight in weighted):
        return _answer(503)
    sticky = (action.get("ForwardConfig") or {}).get("TargetGroupStickinessConfig") or {}
    clusters = [
        {"name": group.arn, "weight": weight, "typed_per_filter_config": {"envoy.filters.http.stateful_session": _session(group)}}
        for group, weight in weighted
    ]
    chosen: Config = {"weighted_clusters": {"clusters": clusters}, "timeout": "0s"}
    if is_on({"": str(sticky.get("Enabled")).lower()}, "") and len(weighted) > 1:
        cookie = {"name": "AWSALBTG", "ttl": seconds(float(sticky.get("DurationSeconds", 3600))), "path": "/"}
        chosen["hash_policy"] = [{"cookie": cookie}]
        chosen["weighted_clusters"]["use_hash_policy"] = True
    cookies = {group.attributes.get("stickiness.app_cookie.cookie_name", "") for group, _ in weighted if _kind(group) == "app_cookie"}
    return {"route": chosen, "said": {"app_cookie": min(cookies)} if cookies else {}}


def _kind(group: Group) -> str:
    return group.attributes.get("stickiness.type", "lb_cookie") if is_on(group.attributes, "stickiness.enabled") else ""


def _session(group: Group) -> Config:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#sticky-sessions"""
    kind = _kind(group)
    per_route = "extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute"
    if not kind:
        return typed(per_route, disabled=True)
    duration = float(group.attributes.get(f"stickiness.{kind}.duration_seconds", DAY))
    cookie = {"name": "AWSALB" if kind == "lb_cookie" else "AWSALBAPP-0", "path": "/", "ttl": seconds(duration)}
    state = extension("cookie", "extensions.http.stateful_session.cookie.v3.CookieBasedSessionState", cookie=cookie)
    return typed(per_route, stateful_session={"session_state": state})


def _redirect(account: Account, action: Action) -> Config:
    config = REDIRECT_DEFAULTS | {key: value for key, value in action["RedirectConfig"].items() if value is not None}
    code = re.sub(r"\D", "", config.pop("StatusCode"))
    said = {key.lower(): value for key, value in config.items()} | {"status": code, "page": page(int(code))}
    return _answer(int(code)) | {"said": {"redirect": said}}


def _fixed(account: Account, action: Action) -> Config:
    config = action["FixedResponseConfig"]
    answer = _answer(int(config["StatusCode"]), config.get("MessageBody") or "")
    if config.get("MessageBody"):
        answer["response_headers_to_add"] = headers([("content-type", literal(config.get("ContentType") or "text/plain"))])
    return answer


def _missing(account: Account, action: Action) -> Config:
    return _answer(501, f"The sandbox does not emulate the action {action['Type']}.\n")


def _answer(status: int, body: str = "") -> Config:
    return {"direct_response": {"status": status, "body": {"inline_string": body}} if body else {"status": status}}
