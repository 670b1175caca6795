"""The rules of a listener as a route configuration of Envoy, the first that fits deciding."""

from __future__ import annotations

from sandbox.plane import answers
from sandbox.plane.account import Account, Balancer, Listener, Rule, is_on
from sandbox.plane.actions import Action, route, sticky
from sandbox.plane.conditions import cookie, predicate
from sandbox.plane.envoy import CLIENT, Config, headers, typed

OWN = [CLIENT, "x-plane-resource-arn", "x-plane-protocol", "x-plane-content-length", "x-envoy-external-address"]
TLS_NAMES = ("x_amzn_tls_version", "x_amzn_tls_cipher_suite")


def routes(account: Account, balancer: Balancer, listener: Listener) -> Config:
    settings = lua_settings(balancer, listener)

    def reaction(rule: Rule, action: Action) -> Config:
        made = route(account, action, rule.priority, settings)
        return {"action": {"name": "route", "typed_config": typed("config.route.v3.Route", **made)}}

    matchers = []
    for rule in listener.rules:
        # An action that is not emulated (authentication) comes before a final one, and must not be skipped.
        action = rule.actions[0]
        for pair, alone in sticky(action):
            matchers.append({"predicate": predicate(rule.conditions, cookie(pair)), "on_match": reaction(rule, alone)})
        if rule.conditions:
            matchers.append({"predicate": predicate(rule.conditions), "on_match": reaction(rule, action)})
    default = listener.rules[-1]
    tree = {"on_no_match": reaction(default, default.actions[0])} | ({"matcher_list": {"matchers": matchers}} if matchers else {})
    return {
        "name": listener.arn,
        "virtual_hosts": [{"name": "all", "domains": ["*"], "matcher": tree}],
        "request_headers_to_add": headers(tls_headers(balancer, listener)),
        "request_headers_to_remove": OWN,
        **answers.to_forwarded(listener.attributes),
    }


def lua_settings(balancer: Balancer, listener: Listener) -> Config:
    attributes = balancer.attributes
    preserved = is_on(attributes, "routing.http.preserve_host_header.enabled")
    return {
        "port": str(listener.port),
        "protocol": listener.protocol,
        "xff": attributes.get("routing.http.xff_header_processing.mode", "append"),
        "xff_port": is_on(attributes, "routing.http.xff_client_port.enabled"),
        "drop_invalid": is_on(attributes, "routing.http.drop_invalid_header_fields.enabled"),
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#host-header-preservation
        "append_port": not preserved and listener.port not in (80, 443),
    }


def tls_headers(balancer: Balancer, listener: Listener) -> list[tuple[str, str]]:
    if listener.protocol != "HTTPS" or not is_on(balancer.attributes, "routing.http.x_amzn_tls_version_and_cipher_suite.enabled"):
        return []
    names = [listener.attributes.get(f"routing.http.request.{name}.header_name") or name.replace("_", "-") for name in TLS_NAMES]
    return list(zip(names, ("%DOWNSTREAM_TLS_VERSION%", "%DOWNSTREAM_TLS_CIPHER%"), strict=True))
