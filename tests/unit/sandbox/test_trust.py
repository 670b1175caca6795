from __future__ import annotations

from sandbox import trust


def test_a_host_trusts_the_sandbox_beside_the_public_authorities(tmp_path):
    assert trust.environment(tmp_path) == {}
    trust.install(tmp_path, "-----BEGIN CERTIFICATE-----\nof the sandbox\n")
    file = tmp_path / trust.FILE
    assert file.read_text().startswith("-----BEGIN CERTIFICATE-----\nof the sandbox\n")
    assert trust.environment(tmp_path) == {"SSL_CERT_FILE": str(file), "NODE_EXTRA_CA_CERTS": str(file)}
