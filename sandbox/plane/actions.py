"""What a rule does with a request, as a route of Envoy.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.plane.account import Account, Group, Listener, identifier, is_on
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


def sticky(action: Action) -> list[tuple[str, Action]]:
    """The cookies that keep a client at one of the target groups of an action, each with the action that does so.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-update-rules.html
    """
    if action["Type"] != "forward" or not _group_cookie(action, ""):
        return []
    config = action["ForwardConfig"]
    return [
        (f"AWSALBTG={identifier(arn)}", {**action, "ForwardConfig": {**config, "TargetGroups": [{"TargetGroupArn": arn}]}})
        for arn, weight in groups(action)
        if weight
    ]


def _group_cookie(action: Action, arn: str) -> str:
    """What keeps a client at this target group; empty where nothing does."""
    config = (action.get("ForwardConfig") or {}).get("TargetGroupStickinessConfig") or {}
    if str(config.get("Enabled")).lower() != "true":
        return ""
    return f"AWSALBTG={identifier(arn)}; Max-Age={config.get('DurationSeconds') or 3600}; Path=/"


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
    clusters = [_cluster(group, weight, _group_cookie(action, group.arn)) for group, weight in weighted]
    chosen = {"weighted_clusters": {"clusters": clusters}, "timeout": "0s"}
    cookies = {group.attributes.get("stickiness.app_cookie.cookie_name", "") for group, _ in weighted if _kind(group) == "app_cookie"}
    return {"route": chosen, "said": {"app_cookie": min(cookies)} if cookies else {}}


def _cluster(group: Group, weight: int, cookie: str) -> Config:
    made: Config = {
        "name": group.arn,
        "weight": weight,
        "typed_per_filter_config": {"envoy.filters.http.stateful_session": _session(group)},
    }
    if cookie:
        made["response_headers_to_add"] = headers([("set-cookie", cookie)], append=True)
    return made


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
    state = extension(
        "envoy.http.stateful_session.cookie", "extensions.http.stateful_session.cookie.v3.CookieBasedSessionState", cookie=cookie
    )
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
