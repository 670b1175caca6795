"""A certificate that a load balancer or a distribution uses says so, and cannot be deleted.

https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html

moto remembers the first use for ever, knows no distribution and deletes any certificate.
"""

from __future__ import annotations

from collections.abc import Iterator

from moto.acm.exceptions import AWSError
from moto.acm.models import AWSCertificateManagerBackend, CertBundle
from moto.cloudfront.models import cloudfront_backends
from moto.elb.models import elb_backends
from moto.elbv2.models import elbv2_backends


def uses(bundle: CertBundle) -> Iterator[str]:
    partition, region, account_id = (bundle.arn.split(":")[part] for part in (1, 3, 4))
    for balancer in list(elbv2_backends[account_id][region].load_balancers.values()):
        if any(bundle.arn in listener.certificates for listener in list(balancer.listeners.values())):
            yield balancer.arn
    for name, classic in list(elb_backends[account_id][region].load_balancers.items()):
        if any(bundle.arn == listener.ssl_certificate_id for listener in classic.listeners):
            yield f"arn:{partition}:elasticloadbalancing:{region}:{account_id}:loadbalancer/{name}"
    for distribution in list(cloudfront_backends[account_id][partition].distributions.values()):
        viewer = getattr(distribution.distribution_config, "ViewerCertificate", None)
        if getattr(viewer, "acm_certificate_arn", None) == bundle.arn:
            yield distribution.arn


def users_of(bundle: CertBundle) -> list[str]:
    return list(uses(bundle))


def apply() -> None:
    delete = AWSCertificateManagerBackend.delete_certificate

    def delete_certificate(self: AWSCertificateManagerBackend, arn: str) -> None:
        bundle = self._certificates.get(arn)
        if bundle is not None and users_of(bundle):
            raise AWSError(f"Certificate {arn} in account {self.account_id} is in use.", exception_type="ResourceInUseException")
        delete(self, arn)

    AWSCertificateManagerBackend.delete_certificate = delete_certificate
