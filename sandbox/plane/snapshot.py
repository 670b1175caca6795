"""The account as moto's backends have it now."""

from __future__ import annotations

from collections.abc import Iterator

from moto.acm.models import CertBundle, acm_backends
from moto.elbv2.models import FakeListener, FakeLoadBalancer, FakeTargetGroup, elbv2_backends
from moto.iam.models import iam_backends

from sandbox.plane import waf
from sandbox.plane.account import Account, Balancer, Certificate, Group, HealthCheck, Listener, Rule, Target


def take() -> Account:
    backends = [backend for regions in list(elbv2_backends.values()) for backend in list(regions.values())]
    protected = {resource for backend in waf.regional() for resource in waf.associations(backend)}
    balancers = [balancer for backend in backends for balancer in list(backend.load_balancers.values())]
    groups = [group for backend in backends for group in list(backend.target_groups.values())]
    return Account(
        tuple(_balancer(balancer, protected) for balancer in balancers if balancer.type == "application"),
        {group.arn: _group(group) for group in groups if group.target_type in ("ip", "instance") and group.protocol in ("HTTP", "HTTPS")},
        {certificate.arn: certificate for certificate in _certificates()},
        tuple(_not_emulated(balancers, groups)),
    )


def _balancer(found: FakeLoadBalancer, protected: set[str]) -> Balancer:
    listeners = tuple(map(_listener, list(found.listeners.values())))
    return Balancer(found.arn, found.name, listeners, dict(found.attrs), found.arn in protected)


def _listener(found: FakeListener) -> Listener:
    rules = sorted(found.rules.values(), key=lambda rule: (rule.is_default, 0 if rule.is_default else int(rule.priority)))
    return Listener(
        found.arn,
        found.protocol,
        int(found.port),
        tuple(Rule(str(rule.priority), [action.data for action in rule.actions], rule.conditions) for rule in rules),
        found.ssl_policy,
        tuple(dict.fromkeys(found.certificates)),
        dict(found.attributes),
    )


def _group(found: FakeTargetGroup) -> Group:
    check = HealthCheck(
        found.health_check_enabled in (True, "true"),
        found.health_check_protocol or "HTTP",
        str(found.health_check_port or "traffic-port"),
        found.health_check_path or "/",
        float(found.health_check_interval_seconds),
        float(found.health_check_timeout_seconds),
        int(found.healthy_threshold_count),
        int(found.unhealthy_threshold_count),
        found.matcher.get("HttpCode") or found.matcher.get("GrpcCode") or "200",
    )
    attributes = {key: str(value) for key, value in found.attributes.items()}
    version = found.protocol_version or "HTTP1"
    return Group(found.arn, found.protocol or "", version, tuple(_targets(found)), check, attributes)


def _targets(group: FakeTargetGroup) -> Iterator[Target]:
    for target in list(group.targets.values()):
        known, port = target["Id"], int(target["Port"])
        if group.target_type == "ip":
            yield Target(known, port)
        elif (instance := group.ec2_backend.get_instance_by_id(known)) and instance.state == "running":
            yield Target(str(instance.private_ip), port, known)


def _certificates() -> Iterator[Certificate]:
    bundles: list[CertBundle] = [
        bundle
        for regions in list(acm_backends.values())
        for backend in list(regions.values())
        for bundle in list(backend._certificates.values())
    ]
    for bundle in bundles:
        bundle.check()
        if bundle.status == "ISSUED":
            chain = "\n".join(part.decode().strip() for part in (bundle.cert, bundle.chain) if part)
            yield Certificate(bundle.arn, chain + "\n", bundle.key.decode(), tuple(bundle.sans))
    for partitions in list(iam_backends.values()):
        for backend in list(partitions.values()):
            for server in list(backend.certificates.values()):
                chain = "\n".join(part.strip() for part in (server.cert_body, server.cert_chain) if part)
                yield Certificate(server.arn, chain + "\n", server.private_key)


def _not_emulated(balancers: list[FakeLoadBalancer], groups: list[FakeTargetGroup]) -> Iterator[str]:
    for balancer in balancers:
        if balancer.type != "application":
            yield f"load balancer {balancer.name} takes no traffic: it is of type {balancer.type}"
    for group in groups:
        if group.target_type not in ("ip", "instance"):
            yield f"target group {group.name} takes no traffic: its targets are of type {group.target_type}"
        elif group.protocol_version == "GRPC":
            yield f"target group {group.name} is checked by HTTP status, not by gRPC status"
