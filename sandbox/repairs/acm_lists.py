"""A list of certificates tells which domains each is for, and without a filter has those with RSA keys of up to 2048 bits only.

https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateSummary.html
https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html

moto lists all kinds of keys, and names the first domain alone.
"""

from __future__ import annotations

from typing import Any

from moto.acm.responses import AWSCertificateManagerResponse
from moto.core.responses import ActionResult

LISTED_BY_DEFAULT = ["RSA_1024", "RSA_2048"]
SUMMARY = (
    *("CertificateArn", "DomainName", "Status", "Type", "KeyAlgorithm", "InUse", "Exported", "RenewalEligibility"),
    *("NotBefore", "NotAfter", "CreatedAt", "IssuedAt", "ImportedAt", "RevokedAt"),
)


def summary(described: dict[str, Any]) -> dict[str, Any]:
    found = {key: described[key] for key in SUMMARY if described.get(key) is not None}
    names = described.get("SubjectAlternativeNames") or [described["DomainName"]]
    return {**found, "SubjectAlternativeNameSummaries": names[:100], "HasAdditionalSubjectAlternativeNames": len(names) > 100}


def apply() -> None:
    moto_list = AWSCertificateManagerResponse.list_certificates

    def list_certificates(self: AWSCertificateManagerResponse) -> ActionResult:
        kinds = (self._get_param("Includes") or {}).get("keyTypes") or LISTED_BY_DEFAULT
        found = moto_list(self).result["CertificateSummaryList"]
        wanted = [one for one in found if one["KeyAlgorithm"].replace("-", "_") in kinds]
        return ActionResult({"CertificateSummaryList": [summary(one) for one in wanted]})

    AWSCertificateManagerResponse.list_certificates = list_certificates
