"""The access logs of load balancers, from their requests to their buckets."""

from __future__ import annotations

import logging
from collections import defaultdict

from moto.core.exceptions import ServiceException
from moto.core.utils import utcnow
from moto.s3.models import s3_backends

from sandbox.plane import access_logs
from sandbox.plane.account import Account, Attributes, is_on
from sandbox.plane.requests import Request

log = logging.getLogger(__name__)


class LogDelivery:
    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = defaultdict(list)

    def keep(self, request: Request, account: Account) -> None:
        if is_on(request.balancer.attributes, "access_logs.s3.enabled"):
            self._lines[request.balancer.arn].append(access_logs.line(request, certificate(request, account)))

    def deliver(self, account: Account) -> None:
        kept, self._lines = self._lines, defaultdict(list)
        for balancer in account.balancers:
            if lines := kept.get(balancer.arn):
                prefix = balancer.attributes.get("access_logs.s3.prefix", "")
                store(balancer.arn, balancer.attributes, access_logs.file_name(prefix, balancer.arn, utcnow()), access_logs.packed(lines))


def certificate(request: Request, account: Account) -> str:
    """Envoy knows a certificate by its names."""
    served = [arn for arn in request.listener.certificates if arn in account.certificates]
    names = request.entry["certificate_names"]
    return next((arn for arn in served if ",".join(account.certificates[arn].names) == names), served[0] if served else "")


def store(balancer_arn: str, attributes: Attributes, path: str, content: bytes) -> None:
    _, partition, _, _, account, *_ = balancer_arn.split(":")
    try:
        s3_backends[account][partition].put_object(attributes["access_logs.s3.bucket"], path, content)
    except ServiceException as error:
        log.warning("the access log of %s was not delivered: %s", balancer_arn, error)
