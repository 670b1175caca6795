# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Certificates by the domains that they are for, and the hosted zones that prove them.

https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .aws import Aws

# Without them RSA_1024 and RSA_2048 alone are listed.
KEY_ALGORITHMS = ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]
STATUSES = ["ISSUED", "PENDING_VALIDATION"]
PAGE = 1000

Summary = Mapping[str, Any]


def summaries(aws: Aws) -> list[dict[str, Any]]:
    """The certificates that are issued, or will be."""
    wanted = {"CertificateStatuses": STATUSES, "Includes": {"keyTypes": KEY_ALGORITHMS}, "MaxItems": PAGE}
    return aws.pages("acm", "list_certificates", "CertificateSummaryList", **wanted)


def names(summary: Summary) -> set[str]:
    return {summary["DomainName"].lower(), *map(str.lower, summary.get("SubjectAlternativeNameSummaries") or [])}


def covers(summary: Summary, domains: Iterable[str]) -> bool:
    """Whether each domain is one of the certificate's, or just below one of its wildcards."""
    have = names(summary)
    return all(not {domain.lower(), f"*.{domain.lower().partition('.')[2]}"}.isdisjoint(have) for domain in domains)


def algorithm(summary: Summary) -> str:
    return (summary.get("KeyAlgorithm") or "").replace("-", "_")


def issued(summary: Summary) -> bool:
    return summary["Status"] == "ISSUED"


def lasts_until(summary: Summary) -> str:
    return str(summary.get("NotAfter", ""))


def chosen(found: Iterable[Summary], domains: list[str], key_algorithm: str | None = None) -> Summary | None:
    """The issued certificate that covers the domains and lasts longest; else the one that is being validated for exactly them."""
    fitting = [one for one in found if key_algorithm in (None, algorithm(one))]
    ready = [one for one in fitting if issued(one) and covers(one, domains)]
    if ready:
        return max(ready, key=lasts_until)
    pending = [one for one in fitting if not issued(one) and names(one) == set(map(str.lower, domains))]
    return pending[0] if pending else None


def zone_of(domain: str, zones: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The public hosted zone that a domain lies in, the closest."""
    name = f".{domain.removeprefix('*.').lower()}."
    fitting = [zone for zone in zones if not zone.get("Config", {}).get("PrivateZone") and name.endswith(f".{zone['Name'].lower()}")]
    return max(fitting, key=lambda zone: len(zone["Name"]), default=None)
