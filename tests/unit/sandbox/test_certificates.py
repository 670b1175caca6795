from __future__ import annotations

import datetime
import ssl

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from sandbox import certificates

NOW = datetime.datetime(2031, 5, 1)


def verify(leaf: bytes, ca: str, name: str, moment: datetime.datetime = NOW) -> None:
    store = Store([x509.load_pem_x509_certificate(ca.encode())])
    verifier = PolicyBuilder().store(store).time(moment).build_server_verifier(x509.DNSName(name))
    verifier.verify(x509.load_pem_x509_certificate(leaf), [])


@pytest.mark.parametrize("algorithm", ["RSA_2048", "EC_prime256v1", "EC_secp384r1"])
def test_a_client_that_trusts_the_authority_verifies_a_certificate_of_its_names_and_days(algorithm):
    leaf = certificates.sign(certificates.new_key(algorithm), ["shop.example", "*.shop.example"], NOW, days=198)
    for name in ("shop.example", "www.shop.example"):
        verify(leaf, certificates.ca_pem(), name)
    for name, moment in (
        ("other.example", NOW),
        ("shop.example", NOW + datetime.timedelta(days=199)),
        ("shop.example", NOW - datetime.timedelta(days=1)),
    ):
        with pytest.raises(VerificationError):
            verify(leaf, certificates.ca_pem(), name, moment)


def test_another_authority_is_not_trusted():
    leaf = certificates.sign(certificates.new_key("EC_prime256v1"), ["shop.example"], NOW, days=198)
    with pytest.raises(VerificationError):
        verify(leaf, certificates.new_authority().pem.decode(), "shop.example")


def test_a_tls_client_takes_the_authority():
    assert ssl.create_default_context(cadata=certificates.ca_pem()).get_ca_certs()


def test_an_authority_is_kept_in_a_folder_that_others_cannot_read(tmp_path):
    before = certificates.authority()
    certificates.keep_in(tmp_path)
    kept = certificates.ca_pem()
    certificates._authorities()[:] = [before]
    certificates.keep_in(tmp_path)
    assert certificates.ca_pem() == kept == (tmp_path / "ca.pem").read_text()
    assert (tmp_path / "ca.key").stat().st_mode & 0o077 == 0
    certificates._authorities()[:] = [before]
