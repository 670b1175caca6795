"""An account as the files that Envoy follows. Pure: the same account gives the same files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.plane import tls
from sandbox.plane.account import Account, Certificate, Listener, identifier
from sandbox.plane.actions import targets_of
from sandbox.plane.clusters import cluster, wafd
from sandbox.plane.endpoints import endpoints
from sandbox.plane.envoy import Config, typed
from sandbox.plane.listeners import listener
from sandbox.plane.routes import routes

SECRET = "extensions.transport_sockets.tls.v3.Secret"
ENDPOINTS = "config.endpoint.v3.ClusterLoadAssignment"
ROUTES = "config.route.v3.RouteConfiguration"

# The name of a file, without its ending, and what is in it.
Files = dict[str, Config]


def files(account: Account, speed: float, real: Callable[[str], str], port: Callable[[Listener], int]) -> Files:
    """In an order in which nothing refers to what is not there yet."""
    pairs = [(balancer, found) for balancer in account.balancers for found in balancer.listeners]
    used = {arn for _, found in pairs for arn in found.certificates}
    made: Files = {}
    for arn in sorted(used & account.certificates.keys()):
        made[f"secrets/{identifier(arn)}"] = _resources(SECRET, [_secret(account.certificates[arn])])
    groups = [account.groups[arn] for arn in sorted(in_use(account) & account.groups.keys())]
    for group in groups:
        made[f"endpoints/{identifier(group.arn)}"] = _resources(ENDPOINTS, [endpoints(group, real)])
    made["clusters"] = _resources(
        "config.cluster.v3.Cluster", [wafd(), *(cluster(group, speed, idle_seconds(account, group.arn)) for group in groups)]
    )
    for balancer, found in pairs:
        made[f"routes/{identifier(found.arn)}"] = _resources(ROUTES, [routes(account, balancer, found)])
    made["listeners"] = _resources("config.listener.v3.Listener", [listener(balancer, found, port(found)) for balancer, found in pairs])
    return made


def in_use(account: Account) -> set[str]:
    """The target groups that a listener forwards to; no other is checked."""
    return {arn for balancer in account.balancers for found in balancer.listeners for arn in targets_of(found)}


def idle_seconds(account: Account, group: str) -> float:
    """How long connections to the targets stay: as long as those of the load balancer.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#connection-idle-timeout
    """
    using = [balancer for balancer in account.balancers if any(group in targets_of(found) for found in balancer.listeners)]
    return min((float(balancer.attributes.get("idle_timeout.timeout_seconds", 60)) for balancer in using), default=60)


def not_emulated(account: Account) -> list[str]:
    """What of the account is not done to real requests, each in a sentence."""
    found = list(account.not_emulated)
    for balancer in account.balancers:
        for made in balancer.listeners:
            where = f"{balancer.name}:{made.port}"
            if made.protocol == "HTTPS" and (ciphers := tls.unsupported(made.ssl_policy)):
                found.append(f"{where} does not offer {', '.join(ciphers)} of {made.ssl_policy}")
            kinds = {action["Type"] for rule in made.rules for action in rule.actions}
            found += [f"{where} answers 501 where a rule asks for {kind}" for kind in sorted(kinds) if kind.startswith("authenticate-")]
    return found


def _secret(certificate: Certificate) -> Config:
    pair = {"certificate_chain": {"inline_string": certificate.chain}, "private_key": {"inline_string": certificate.key}}
    return {"name": certificate.arn, "tls_certificate": pair}


def _resources(kind: str, found: list[dict[str, Any]]) -> Config:
    return {"resources": [typed(kind, **resource) for resource in found]}
