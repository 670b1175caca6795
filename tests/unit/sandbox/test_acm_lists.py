"""Lists of certificates."""

from __future__ import annotations


def test_a_list_names_all_domains_and_other_keys_only_when_asked_for(client):
    acm = client("acm")
    names = ["shop.example.com", "*.shop.example.com"]
    curve = acm.request_certificate(
        DomainName=names[0], SubjectAlternativeNames=names, ValidationMethod="DNS", KeyAlgorithm="EC_prime256v1"
    )
    rsa = acm.request_certificate(DomainName="rsa.example.com", ValidationMethod="DNS")
    assert [one["CertificateArn"] for one in acm.list_certificates()["CertificateSummaryList"]] == [rsa["CertificateArn"]]
    (found,) = acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})["CertificateSummaryList"]
    assert found["CertificateArn"] == curve["CertificateArn"]
    assert (found["SubjectAlternativeNameSummaries"], found["HasAdditionalSubjectAlternativeNames"]) == (names, False)
    assert "DomainValidationOptions" not in found
