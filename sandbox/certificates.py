"""The sandbox's certificate authority: what its certificates are signed by, and what a client trusts to verify them.

It lives as long as the process, or longer in a folder that `keep_in` names. It is valid at any time that the sandbox's
clock may be set to.
"""

from __future__ import annotations

import datetime
import functools
import ipaddress
import os
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

ALWAYS = (datetime.datetime(2000, 1, 1), datetime.datetime(2099, 12, 31))
# https://www.rfc-editor.org/rfc/rfc5280#appendix-A.1 (ub-common-name)
LONGEST_COMMON_NAME = 64
CURVES = {"EC_prime256v1": ec.SECP256R1, "EC_secp384r1": ec.SECP384R1, "EC_secp521r1": ec.SECP521R1}


class Authority(NamedTuple):
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def new_key(algorithm: str) -> PrivateKey:
    """A key of one of ACM's algorithms, such as RSA_2048."""
    if algorithm in CURVES:
        return ec.generate_private_key(CURVES[algorithm]())  # type: ignore[abstract]
    return rsa.generate_private_key(public_exponent=65537, key_size=int(algorithm.removeprefix("RSA_")))


def usage(of_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=of_authority,
        crl_sign=of_authority,
        key_encipherment=not of_authority,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def new_authority() -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "prodready sandbox")])
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), *ALWAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(of_authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(builder.sign(key, hashes.SHA256()), key)


@functools.cache
def _authorities() -> list[Authority]:
    return [new_authority()]


def authority() -> Authority:
    return _authorities()[0]


def ca_pem() -> str:
    """The certificate to trust."""
    return authority().pem.decode()


def keep_in(folder: Path) -> None:
    """Use the authority of this folder; make it when there is none."""
    certificate, key = folder / "ca.pem", folder / "ca.key"
    if not key.exists():
        made = new_authority()
        certificate.write_bytes(made.pem)
        descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key_pem(made.key))
    _authorities()[:] = [
        Authority(
            x509.load_pem_x509_certificate(certificate.read_bytes()),
            serialization.load_pem_private_key(key.read_bytes(), password=None),  # type: ignore[arg-type]
        )
    ]


def general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def sign(key: PrivateKey, names: list[str], begin: datetime.datetime, days: int, clients: bool = False) -> bytes:
    """A server's certificate for these names, as PEM; one that clients can show, too, when they are to."""
    signer = authority()
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, *([ExtendedKeyUsageOID.CLIENT_AUTH] if clients else [])]
    short = [name for name in names[:1] if len(name) <= LONGEST_COMMON_NAME]
    common_name = [x509.NameAttribute(NameOID.COMMON_NAME, name) for name in short]
    builder = (
        x509.CertificateBuilder(
            signer.certificate.subject,
            x509.Name(common_name),
            key.public_key(),
            x509.random_serial_number(),
            begin,
            begin + datetime.timedelta(days=days),
        )
        .add_extension(x509.SubjectAlternativeName(map(general_name, names)), critical=not common_name)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(of_authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), critical=False)
    )
    return builder.sign(signer.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
