"""Listeners and their certificates.

* A port has one listener. An HTTPS one has exactly one default certificate, which is issued, and a security policy; further
  certificates are for clients that ask for their names. An HTTP one has none of these.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
* What is not given when it is modified stays, and so do the further certificates.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html
* The last action, and the last only, answers: forward, redirect or fixed-response. A redirect must not lead to itself.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html
* A target group serves one load balancer.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html

moto compares ports with ARNs, takes a certificate that is not issued, drops the further ones, and takes any actions.
"""

from __future__ import annotations

from typing import Any

from moto.acm.models import acm_backends
from moto.core import errors
from moto.elbv2.exceptions import DuplicateListenerError, ELBClientError, LoadBalancerNotFoundError, ValidationError
from moto.elbv2.models import ELBv2Backend, FakeListener, FakeLoadBalancer
from moto.elbv2.responses import ELBV2Response, transform_certificates
from moto.elbv2.ssl_policies import SSL_POLICIES

FINAL = ("forward", "redirect", "fixed-response")
MOST_GROUPS, MOST_WEIGHT = 5, 999
MOST_CERTIFICATES = 25


def check_certificate(backend: ELBv2Backend, arn: str) -> None:
    if not backend._certificate_exists(arn):
        raise ELBClientError("CertificateNotFound", f"Certificate '{arn}' not found")
    bundle = acm_backends[backend.account_id][backend.region_name]._certificates.get(arn)
    if bundle is not None and bundle.status != "ISSUED":
        raise ELBClientError(
            "UnsupportedCertificate",
            f"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a supported key size.",
        )


def check_policy(name: str) -> None:
    if name not in SSL_POLICIES:
        raise ELBClientError("SSLPolicyNotFound", f"SSL policy '{name}' not found")


def check_actions(backend: ELBv2Backend, balancer: FakeLoadBalancer, protocol: str, port: int, actions: list[dict[str, Any]]) -> None:
    kinds = [action["Type"] for action in sorted(actions, key=lambda action: int(action.get("Order") or 1))]
    if not kinds:
        raise ValidationError("A default action must be specified")
    if [kind for kind in kinds if kind in FINAL] != kinds[-1:]:
        raise ELBClientError("InvalidLoadBalancerAction", f"The last action, and only it, must be one of [{', '.join(FINAL)}]")
    for action in actions:
        if action["Type"] == "forward":
            check_forward(backend, balancer, action)
        elif action["Type"] == "redirect":
            check_redirect(protocol, port, action)


def check_forward(backend: ELBv2Backend, balancer: FakeLoadBalancer, action: dict[str, Any]) -> None:
    groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
    if not groups and not action.get("TargetGroupArn"):
        raise ValidationError("A target group ARN must be specified")
    if len(groups) > MOST_GROUPS:
        raise ELBClientError("TooManyTargetGroups", f"A forward action can have at most {MOST_GROUPS} target groups")
    if action.get("TargetGroupArn") and groups and [group["TargetGroupArn"] for group in groups] != [action["TargetGroupArn"]]:
        raise ValidationError("You can specify both TargetGroupArn and ForwardConfig only if the target groups match")
    if any(not 0 <= int(group.get("Weight", 1)) <= MOST_WEIGHT for group in groups):
        raise ValidationError(f"The weight of a target group must be between 0 and {MOST_WEIGHT}")
    for arn in [group["TargetGroupArn"] for group in groups] or [action["TargetGroupArn"]]:
        group = backend.target_groups.get(arn)
        if group is None:
            raise ELBClientError("TargetGroupNotFound", f"Target group '{arn}' not found")
        if any(other != balancer.arn for other in group.load_balancer_arns):
            message = f"The following target groups cannot be associated with more than one load balancer: {arn}"
            raise ELBClientError("TargetGroupAssociationLimit", message)
        if group.vpc_id and group.vpc_id != balancer.vpc_id:
            raise ELBClientError("InvalidConfigurationRequest", f"The target group '{arn}' is in another VPC than the load balancer")


def check_redirect(protocol: str, port: int, action: dict[str, Any]) -> None:
    config = action.get("RedirectConfig") or {}
    kept = {"Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
    is_same = all(config.get(key) in (None, value) for key, value in kept.items())
    to_protocol, to_port = config.get("Protocol") or "#{protocol}", config.get("Port") or "#{port}"
    if is_same and to_protocol in ("#{protocol}", protocol) and to_port in ("#{port}", str(port)):
        raise ELBClientError("InvalidLoadBalancerAction", "The redirect configuration is not valid because it creates a loop.")


def check_port(balancer: FakeLoadBalancer, port: Any, but: FakeListener | None = None) -> None:
    if any(int(other.port) == int(port) for other in balancer.listeners.values() if other is not but):
        raise DuplicateListenerError(f"A listener already exists on this port for this load balancer '{balancer.arn}'")


def check_tls(backend: ELBv2Backend, protocol: str, certificates: list[str], policy: str | None) -> None:
    if protocol == "HTTPS":
        if len(certificates) != 1:
            message = "You must provide a list containing exactly one certificate if the listener protocol is HTTPS."
            raise ELBClientError("InvalidConfigurationRequest" if certificates else "ValidationError", message)
        check_certificate(backend, certificates[0])
        check_policy(policy or "ELBSecurityPolicy-2016-08")
    elif certificates:
        raise ELBClientError("InvalidConfigurationRequest", f"You cannot specify certificates for {protocol} listeners")


def default_certificate(certificates: list[str]) -> list[dict[str, str]] | None:
    """A listener is told with its default one only, all of them by DescribeListenerCertificates."""
    return [{"CertificateArn": arn} for arn in certificates[:1]] or None


def apply() -> None:
    # AWS answers with it, and its service model does not know it.
    errors.COMMON_ERROR_CODES.append("UnsupportedCertificate")
    create, modify = ELBv2Backend.create_listener, ELBv2Backend.modify_listener

    def create_listener(
        self: ELBv2Backend,
        load_balancer_arn: str,
        protocol: str,
        port: Any,
        ssl_policy: str,
        certificate: str | None,
        actions: list[dict[str, Any]],
        alpn_policy: list[str] | None = None,
        tags: list[dict[str, str]] | None = None,
    ) -> FakeListener:
        balancer = self.load_balancers.get(load_balancer_arn)
        if balancer is None:
            raise LoadBalancerNotFoundError()
        if balancer.type == "application":
            self._validate_port_and_protocol(balancer.type, port, protocol)
            check_port(balancer, port)
            check_tls(self, protocol, [certificate] if certificate else [], ssl_policy)
            check_actions(self, balancer, protocol, int(port), actions)
        made = create(self, load_balancer_arn, protocol, port, ssl_policy, certificate, actions, alpn_policy, tags)
        if protocol == "HTTP":
            made.ssl_policy = None
        return made

    def modify_listener(
        self: ELBv2Backend,
        arn: str,
        port: Any = None,
        protocol: str | None = None,
        ssl_policy: str | None = None,
        certificates: list[dict[str, Any]] | None = None,
        actions: list[dict[str, Any]] | None = None,
    ) -> FakeListener:
        listener = self.describe_listeners(None, [arn])[0]
        balancer, further = self.load_balancers[listener.load_balancer_arn], listener.certificates[1:]
        protocol, port, given = protocol or listener.protocol, port or listener.port, certificates or []
        if balancer.type == "application":
            self._validate_port_and_protocol(balancer.type, port, protocol)
            check_port(balancer, port, but=listener)
            kept = listener.certificates[:1] if protocol == "HTTPS" else []
            check_tls(self, protocol, [item["CertificateArn"] for item in given] or kept, ssl_policy or listener.ssl_policy)
            if actions:
                check_actions(self, balancer, protocol, int(port), actions)
        modify(self, arn, port, protocol, ssl_policy, given, actions or [])
        if protocol == "HTTPS":
            listener.certificates = list(dict.fromkeys([*listener.certificates[:1], *further]))
            listener.ssl_policy = listener.ssl_policy or "ELBSecurityPolicy-2016-08"
        else:
            listener.certificates, listener.certificate, listener.ssl_policy = [], None, None
        return listener

    def add_listener_certificates(self: ELBv2Backend, arn: str, certificates: list[dict[str, Any]]) -> list[str]:
        listener = self.describe_listeners(None, [arn])[0]
        given = [item["CertificateArn"] for item in certificates]
        for certificate in given:
            check_certificate(self, certificate)
        wanted = list(dict.fromkeys([*listener.certificates, *given]))
        if len(wanted) - 1 > MOST_CERTIFICATES:
            message = f"The maximum number of certificates has been reached for the load balancer '{listener.load_balancer_arn}'"
            raise ELBClientError("TooManyCertificates", message)
        listener.certificates = wanted
        return given

    def remove_listener_certificates(self: ELBv2Backend, arn: str, certificates: list[dict[str, Any]]) -> None:
        listener = self.describe_listeners(None, [arn])[0]
        given = {item["CertificateArn"] for item in certificates}
        if given & set(listener.certificates[:1]):
            raise ELBClientError("OperationNotPermitted", "Default certificate cannot be removed from listener")
        listener.certificates = [kept for kept in listener.certificates if kept not in given]

    for path, transform in list(ELBV2Response.RESPONSE_KEY_PATH_TO_TRANSFORMER.items()):
        if transform is transform_certificates:
            ELBV2Response.RESPONSE_KEY_PATH_TO_TRANSFORMER[path] = default_certificate
    ELBv2Backend.create_listener = create_listener
    ELBv2Backend.modify_listener = modify_listener
    ELBv2Backend.add_listener_certificates = add_listener_certificates
    ELBv2Backend.remove_listener_certificates = remove_listener_certificates
