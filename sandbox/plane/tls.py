"""A security policy of Elastic Load Balancing as TLS parameters of Envoy, whose BoringSSL lacks some of its ciphers.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
"""

from __future__ import annotations

from moto.elbv2.ssl_policies import SSL_POLICIES

from sandbox.plane.envoy import Config

VERSIONS = {"TLSv1": "TLSv1_0", "TLSv1.1": "TLSv1_1", "TLSv1.2": "TLSv1_2", "TLSv1.3": "TLSv1_3"}
# Those of TLS 1.3 cannot be chosen.
FIXED = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
# https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/common.proto
KNOWN = {
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-RSA-AES128-SHA",
    "AES128-GCM-SHA256",
    "AES128-SHA",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES256-SHA",
    "ECDHE-RSA-AES256-SHA",
    "AES256-GCM-SHA384",
    "AES256-SHA",
}
POST_QUANTUM = ["X25519MLKEM768", "X25519", "P-256", "P-384"]


def parameters(policy: str) -> Config:
    known = SSL_POLICIES[policy]
    versions = [VERSIONS[name] for name in sorted(known["ssl_protocols"])]
    ciphers = [name for name in known["ciphers"] if name in KNOWN]
    found: Config = {"tls_minimum_protocol_version": versions[0], "tls_maximum_protocol_version": versions[-1]}
    if ciphers:
        found["cipher_suites"] = ciphers
    if "-PQ-" in policy:
        found["ecdh_curves"] = POST_QUANTUM
    return found


def unsupported(policy: str) -> list[str]:
    return [name for name in SSL_POLICIES[policy]["ciphers"] if name not in KNOWN | FIXED]
