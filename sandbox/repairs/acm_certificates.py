"""Certificates that a client can verify: signed by the sandbox's authority (sandbox/certificates.py), with their chain.

* A requested certificate names its domain first, has the key that was asked for and is valid for 198 days
  (395 before February 2026).
  https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html
* It cannot be read before it is issued. https://docs.aws.amazon.com/acm/latest/APIReference/API_GetCertificate.html
* An imported certificate needs its own key, and a chain that begins with its issuer; that chain is given back.
  https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html

moto signs a certificate with its own key under Amazon's name, and adds a certificate of Amazon to every chain.
"""

from __future__ import annotations

import re
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from moto.acm.exceptions import AWSError, AWSValidationException
from moto.acm.models import AWSCertificateManagerBackend, CertBundle
from moto.acm.responses import AWSCertificateManagerResponse
from moto.core.responses import ActionResult
from moto.core.utils import get_service_model, utcnow

from sandbox import certificates
from sandbox.phases import begin

VALID_DAYS = 198
ALGORITHMS = ("RSA_2048", "EC_prime256v1", "EC_secp384r1")


def signed(key: certificates.PrivateKey, domains: list[str]) -> bytes:
    return certificates.sign(key, domains, utcnow().replace(microsecond=0), VALID_DAYS)


def reissue(bundle: CertBundle) -> None:
    bundle.cert = signed(bundle._key, bundle.sans)
    bundle._cert = x509.load_pem_x509_certificate(bundle.cert)


def use_new_key(bundle: CertBundle, algorithm: str) -> None:
    bundle._key = certificates.new_key(algorithm)
    bundle.key = certificates.key_pem(bundle._key)
    reissue(bundle)


def check_request(domains: list[str], algorithm: str) -> None:
    pattern = get_service_model("acm").shape_for("DomainNameString").metadata["pattern"]
    for domain in domains:
        if not re.fullmatch(pattern, domain):
            raise AWSValidationException(
                f"1 validation error detected: Value '{domain}' at 'domainName' failed to satisfy constraint: Member "
                f"must satisfy regular expression pattern: {pattern}"
            )
    if algorithm not in ALGORITHMS:
        raise AWSValidationException(f"KeyAlgorithm must be one of {', '.join(ALGORITHMS)}, not {algorithm}.")


def public_bytes(key: Any) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def check_import(certificate: bytes, bundle: CertBundle, chain: bytes | None) -> None:
    if public_bytes(bundle._key.public_key()) != public_bytes(bundle._cert.public_key()):
        raise AWSValidationException("The certificate and the private key do not match.")
    if chain:
        try:
            bundle._cert.verify_directly_issued_by(x509.load_pem_x509_certificates(chain)[0])
        except (InvalidSignature, ValueError, TypeError) as error:
            raise AWSValidationException("Could not validate the certificate with the certificate chain.") from error


def request_certificate(self: AWSCertificateManagerResponse) -> Any:
    domains = [self._get_param("DomainName"), *(self._get_param("SubjectAlternativeNames") or [])]
    algorithm = self._get_param("KeyAlgorithm") or ALGORITHMS[0]
    check_request(domains, algorithm)
    answer = moto_request(self)
    bundle = self.acm_backend._certificates[answer.result["CertificateArn"]]
    if bundle.type == "AMAZON_ISSUED" and not hasattr(bundle, "validation_method"):
        bundle.validation_method = self._get_param("ValidationMethod") or "EMAIL"
        bundle.sans = list(dict.fromkeys(domains))
        begin(bundle, "REQUESTED")
        if algorithm == ALGORITHMS[0]:
            reissue(bundle)
        else:
            use_new_key(bundle, algorithm)
    return answer


def get_certificate(self: AWSCertificateManagerResponse) -> ActionResult:
    bundle = self.acm_backend.get_certificate(self._get_param("CertificateArn"))
    if bundle.status in ("PENDING_VALIDATION", "VALIDATION_TIMED_OUT"):
        raise AWSError(f"Certificate {bundle.arn} has not been issued yet.", exception_type="RequestInProgressException")
    chain = {"CertificateChain": bundle.chain.decode()} if bundle.chain else {}
    return ActionResult({"Certificate": bundle.cert.decode()} | chain)


moto_request = AWSCertificateManagerResponse.request_certificate


def apply() -> None:
    init, generate = CertBundle.__init__, CertBundle.generate_cert
    import_certificate = AWSCertificateManagerBackend.import_certificate

    def init_with_own_chain(self: CertBundle, *args: Any, chain: bytes | None = None, **kwargs: Any) -> None:
        init(self, *args, chain=chain, **kwargs)
        self.chain = chain or b""

    @classmethod  # type: ignore[misc]
    def generate_cert(
        cls: type[CertBundle],
        domain_name: str,
        account_id: str,
        region: str,
        sans: list[str] | None = None,
        cert_authority_arn: str | None = None,
    ) -> CertBundle:
        if cert_authority_arn is not None:
            return generate(domain_name, account_id, region, sans, cert_authority_arn)
        key = certificates.new_key(ALGORITHMS[0])
        return cls(
            account_id,
            signed(key, [domain_name, *(sans or [])]),
            certificates.key_pem(key),
            chain=certificates.authority().pem,
            region=region,
            cert_type="AMAZON_ISSUED",
            cert_status="PENDING_VALIDATION",
        )

    def import_checked(
        self: AWSCertificateManagerBackend,
        certificate: bytes,
        private_key: bytes,
        chain: bytes | None,
        arn: str | None,
        tags: list[dict[str, str]],
    ) -> str:
        check_import(certificate, CertBundle(self.account_id, certificate, private_key, chain=chain), chain)
        return import_certificate(self, certificate, private_key, chain, arn, tags)

    CertBundle.__init__ = init_with_own_chain
    CertBundle.generate_cert = generate_cert
    AWSCertificateManagerBackend.import_certificate = import_checked
    AWSCertificateManagerResponse.request_certificate = request_certificate
    AWSCertificateManagerResponse.get_certificate = get_certificate
