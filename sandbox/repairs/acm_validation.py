"""A requested certificate is issued when its domains are validated, not by the passing of time.

* With DNS validation each domain has a CNAME record to be put into a public hosted zone. Right after the request it is
  not known yet.
  https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
* A certificate is renewed 45 days before its end while it is in use and the record is there.
  https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
* A request that is not validated within 72 hours times out.
  https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-timed-out.html

moto issues every certificate after a minute, with one and the same record for all, signed by themselves. Nobody answers
the mails of email validation here, so that such a certificate stays pending.
"""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from moto.acm.models import CertBundle
from moto.core.utils import utcnow
from moto.route53.models import route53_backends

from sandbox.phases import state_of
from sandbox.repairs.acm_certificates import reissue
from sandbox.repairs.acm_use import users_of

RENEWED_BEFORE = datetime.timedelta(days=45)
TIMES_OUT_AFTER = datetime.timedelta(hours=72)
ONLY_ISSUED = ("IssuedAt", "Issuer", "NotAfter", "NotBefore", "Serial", "SignatureAlgorithm")


def account_of(bundle: CertBundle) -> str:
    return bundle.arn.split(":")[4]


def validation_record(domain: str, account_id: str) -> dict[str, str]:
    """The same for every certificate of the account for this domain, and for the wildcard below it."""
    base = domain.removeprefix("*.").lower()
    token = hashlib.sha256(f"{account_id} {base}".encode()).hexdigest()
    letters = "".join(chr(ord("a") + int(digit, 16)) for digit in token[54:])
    return {
        "Name": f"_{token[:32]}.{base}.",
        "Type": "CNAME",
        "Value": f"_{token[22:54]}.{letters}.acm-validations.aws.",
    }


def normal(name: str) -> str:
    return name.lower().rstrip(".")


def is_published(record: dict[str, str]) -> bool:
    """Is the record in a public hosted zone of any account?"""
    name, value = normal(record["Name"]), normal(record["Value"])
    return any(
        rrset.type == "CNAME" and normal(rrset.name) == name and value in map(normal, rrset.records or [])
        for partitions in list(route53_backends.values())
        for backend in list(partitions.values())
        for zone in list(backend.zones.values())
        if not zone.private_zone and f".{name}".endswith(f".{normal(zone.name)}")
        for rrset in list(zone.rrsets)
    )


def is_validated(bundle: CertBundle, domain: str) -> bool:
    return bundle.validation_method == "DNS" and is_published(validation_record(domain, account_of(bundle)))


def is_renewable(bundle: CertBundle) -> bool:
    return bundle.type == "AMAZON_ISSUED" and bool(users_of(bundle)) and all(is_validated(bundle, domain) for domain in bundle.sans)


def check(self: CertBundle) -> None:
    now, end = utcnow(), self._not_valid_after(self._cert)
    if self.type == "AMAZON_ISSUED" and self.status == "PENDING_VALIDATION":
        if now > self.created_at + TIMES_OUT_AFTER:
            self.status = "VALIDATION_TIMED_OUT"
        elif all(is_validated(self, domain) for domain in self.sans):
            reissue(self)
            self.status, self.issued_at = "ISSUED", now
    elif self.status == "ISSUED" and now >= end - RENEWED_BEFORE and is_renewable(self):
        reissue(self)
    elif self.status == "ISSUED" and now >= end:
        self.status = "EXPIRED"


def validation_of(bundle: CertBundle, domain: str) -> dict[str, Any]:
    status = "SUCCESS" if bundle.status == "ISSUED" or is_validated(bundle, domain) else bundle.status
    described: dict[str, Any] = {
        "DomainName": domain,
        "ValidationDomain": domain,
        "ValidationStatus": {"VALIDATION_TIMED_OUT": "FAILED", "EXPIRED": "SUCCESS"}.get(status, status),
        "ValidationMethod": bundle.validation_method,
    }
    if bundle.validation_method == "DNS" and state_of(bundle, "KNOWN") == "KNOWN":
        described["ResourceRecord"] = validation_record(domain, account_of(bundle))
    return described


def describe(bundle: CertBundle, detail: dict[str, Any]) -> dict[str, Any]:
    serial = f"{bundle._cert.serial_number:040x}"
    detail |= {"InUseBy": users_of(bundle), "Serial": ":".join(serial[i : i + 2] for i in range(0, 40, 2))}
    if bundle.type != "AMAZON_ISSUED":
        return detail
    detail |= {
        "DomainValidationOptions": [validation_of(bundle, domain) for domain in bundle.sans],
        "DomainName": bundle.sans[0],
        "IssuedAt": getattr(bundle, "issued_at", None),
        "RenewalEligibility": "ELIGIBLE" if detail["InUseBy"] else "INELIGIBLE",
        "Issuer": "Amazon",
    }
    if bundle.status in ("PENDING_VALIDATION", "VALIDATION_TIMED_OUT"):
        detail = {key: value for key, value in detail.items() if key not in ONLY_ISSUED}
    return detail


def apply() -> None:
    moto_describe = CertBundle.describe
    CertBundle.check = check
    CertBundle.describe = lambda self: {"Certificate": describe(self, moto_describe(self)["Certificate"])}
