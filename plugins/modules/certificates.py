#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: certificates
short_description: Keep a set of ACM certificates requested, validated and issued
version_added: 0.1.0
description:
  - An issued certificate that covers the domains is used, whoever requested it, and the one that lasts longest of several; ACM
    renews it by itself as long as it is used and its DNS records are there.
  - Otherwise a certificate is requested, the DNS records that prove the domains are put into Route 53, and the module waits, within
    O(deadline_seconds), until it is issued. A request that a run before has left is carried on with.
  - The hosted zone of a domain is found by the domain; a domain without one fails before anything is touched.
  - Certificates are never deleted.
  - Asks ListCertificates once for 1000, ListTagsForCertificate for each, and ListHostedZones only when something is to be proven.
  - See U(https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  certificates:
    description: The certificates.
    type: list
    elements: dict
    required: true
    suboptions:
      domains:
        description: The domains, each a name or C(*.) and a name. The first is what the certificate is known by here.
        type: list
        elements: str
        required: true
      key_algorithm:
        description: The kind of key. Any is right when not given; a new one is then V(EC_prime256v1).
        type: str
        choices: [RSA_2048, EC_prime256v1, EC_secp384r1]
      dns:
        description:
          - Who puts the records that prove the domains into DNS.
          - With V(others) nothing is looked up in Route 53; the module says which records are needed, and waits for them.
        type: str
        choices: [route53, others]
        default: route53
      tags:
        description: Tags to have; others are kept.
        type: dict
        default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop has a certificate
  prodready.aws.certificates:
    certificates:
      - domains: [shop.example.com, "*.shop.example.com"]
"""

RETURN = r"""
days_left:
  description: How many days each certificate that was there already is valid for, by its first domain.
  type: dict
  returned: always
plan:
  description: What is changed, or would be in check mode. A certificate is named by its first domain.
  type: list
  elements: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ..module_utils import acm, tag_rules
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.lists import declared_twice
from ..module_utils.plan import Call, Calls, Change, State, Wait
from ..module_utils.tags import as_dict, as_list, tag_changes
from ..module_utils.undo import Undo

CERTIFICATE_SPEC: dict[str, Any] = {
    "domains": {"type": "list", "elements": "str", "required": True},
    "key_algorithm": {"type": "str", "choices": ["RSA_2048", "EC_prime256v1", "EC_secp384r1"], "no_log": False},
    "dns": {"type": "str", "choices": ["route53", "others"], "default": "route53"},
    "tags": {"type": "dict", "default": {}},
}
# https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
DOMAIN = re.compile(r"(?=.{1,253}$)(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])")
MOST_DOMAINS = 100
RECORD_TTL_SECONDS = 300


def want(item: Mapping[str, Any], ownership: Mapping[str, str]) -> State:
    algorithm = {"key_algorithm": item["key_algorithm"]} if item["key_algorithm"] else {}
    tags = {**tag_rules.as_text(item["tags"]), **ownership}
    return {"domains": item["domains"], "dns": item["dns"], "status": "ISSUED", **algorithm, "tags": tags}


class Certificates:
    """The account's certificates, by the domains that are asked for."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.found = acm.summaries(aws)

    def of(self, state: State) -> acm.Summary | None:
        return acm.chosen(self.found, state["domains"], state.get("key_algorithm"))

    def read(self, desired: Mapping[str, State]) -> dict[str, State]:
        known = {name: summary for name, state in desired.items() if (summary := self.of(state))}

        def tags(summary: acm.Summary) -> dict[str, str]:
            answer = self.aws.call("acm", "list_tags_for_certificate", CertificateArn=summary["CertificateArn"])
            return as_dict(answer["Tags"])

        return {
            # Which other domains it covers, and who proves them, makes no difference.
            name: {
                "domains": desired[name]["domains"],
                "dns": desired[name]["dns"],
                "status": summary["Status"],
                "key_algorithm": acm.algorithm(summary),
                "tags": found,
            }
            for (name, summary), found in zip(known.items(), self.aws.each(tags, known.values()), strict=True)
        }

    def arn(self, state: State) -> str | None:
        return (self.of(state) or {}).get("CertificateArn")


def zones(aws: Aws) -> list[dict[str, Any]]:
    return aws.pages("route53", "list_hosted_zones", "HostedZones")


def calls(arn: str | None, hosted_zones: list[dict[str, Any]], change: Change) -> Calls:
    state = change.after
    if state is None:
        yield Call("delete_certificate", {"CertificateArn": arn}, missing=("ResourceNotFoundException",))
        return
    if change.before is None:
        others = {"SubjectAlternativeNames": state["domains"][1:]} if state["domains"][1:] else {}
        params = {"DomainName": state["domains"][0], **others, "ValidationMethod": "DNS", "Tags": as_list(state["tags"])}
        made = yield Call("request_certificate", {**params, "KeyAlgorithm": state.get("key_algorithm", "EC_prime256v1")})
        arn = made["CertificateArn"]
    else:
        yield from tag_calls(change, {"CertificateArn": arn})
    if change.differs("status"):
        yield from validate({"CertificateArn": arn}, hosted_zones, change.name, state)


def tag_calls(change: Change, certificate: dict[str, Any]) -> Calls:
    """ACM takes tags away by key and value."""
    gone, new = tag_changes(change)
    if gone:
        yield Call("remove_tags_from_certificate", {**certificate, "Tags": as_list(gone)})
    if new:
        yield Call("add_tags_to_certificate", {**certificate, "Tags": as_list(new)})


def validate(certificate: dict[str, Any], hosted_zones: list[dict[str, Any]], name: str, state: State) -> Calls:
    """The records that prove the domains, and the wait for what they prove."""
    yield Wait("validation_known", certificate, until=f"ACM has said which DNS records prove the domains of certificate {name}")
    described = (yield Call("describe_certificate", certificate))["Certificate"]["DomainValidationOptions"]
    # A domain and the wildcard below it have the same one.
    records = {one["ResourceRecord"]["Name"]: one["ResourceRecord"] for one in described}
    needed = "; ".join(f"{record['Name']} {record['Type']} {record['Value']}" for record in records.values())
    if state["dns"] == "route53":
        by_zone: dict[str, list[dict[str, str]]] = {}
        for record in records.values():
            by_zone.setdefault((acm.zone_of(record["Name"].rstrip("."), hosted_zones) or {})["Id"], []).append(record)
        for zone, some in by_zone.items():
            batch = {"HostedZoneId": zone.rpartition("/")[2], "ChangeBatch": {"Changes": [upsert(record) for record in some]}}
            yield Call("change_resource_record_sets", batch, service="route53")
    until = f"certificate {name} is issued, which takes these records in the public DNS of its domains: {needed}"
    yield Wait("certificate_issued", certificate, until=until, look="Certificate.[Status, FailureReason]")


def upsert(record: Mapping[str, str]) -> dict[str, Any]:
    values = {"TTL": RECORD_TTL_SECONDS, "ResourceRecords": [{"Value": record["Value"]}]}
    return {"Action": "UPSERT", "ResourceRecordSet": {"Name": record["Name"], "Type": record["Type"], **values}}


def read(aws: Aws, known: Mapping[str, State]) -> dict[str, State]:
    return Certificates(aws).read(known)


def undo_calls(module: AwsModule, change: Change) -> Calls:
    arn = Certificates(module.aws).arn(change.before or {}) if change.before else None
    return calls(arn, zones(module.aws) if change.after else [], change)


# Records that prove a domain stay: they serve every certificate of the account for it.
UNDO = Undo("acm", read, undo_calls)


def problems(certificates: list[Mapping[str, Any]]) -> Iterator[str]:
    firsts = [item["domains"][0] for item in certificates if item["domains"]]
    yield from declared_twice("certificate", firsts)
    for number, item in enumerate(certificates, 1):
        domains = item["domains"]
        at = domains[0] if domains else f"certificate {number}"
        if not 1 <= len(domains) <= MOST_DOMAINS or len(set(domains)) < len(domains):
            yield f"{at}: domains must be 1 to {MOST_DOMAINS} different ones, not {len(domains)}"
        yield from (f"{at}: {domain!r} is no domain that a certificate can be for" for domain in domains if not DOMAIN.fullmatch(domain))
        yield from (f"{at}: {problem}" for problem in tag_rules.problems(tag_rules.as_text(item["tags"])))


def unprovable(changes: list[Change], hosted_zones: list[dict[str, Any]]) -> Iterator[str]:
    for change in changes:
        if change.after and change.differs("status") and change.after["dns"] == "route53":
            homeless = [domain for domain in change.after["domains"] if not acm.zone_of(domain, hosted_zones)]
            if homeless:
                yield (
                    f"certificate {change.name}: there is no public hosted zone in Route 53 for {', '.join(homeless)}. Make it and "
                    "delegate the domain to it, or set dns: others where the domain's DNS is elsewhere"
                )


def main() -> None:
    module = AwsModule({"certificates": {"type": "list", "elements": "dict", "required": True, "options": CERTIFICATE_SPEC}})
    items, aws = module.params["certificates"], module.aws
    if found := list(problems(items)):
        module.fail("; ".join(found))
    desired = {item["domains"][0]: want(item, module.ownership) for item in items}
    known = module.ask("certificates", Certificates, aws)
    current = module.ask("certificates", known.read, desired)
    proving = any(state["dns"] == "route53" and current.get(name, {}).get("status") != "ISSUED" for name, state in desired.items())
    hosted_zones = module.ask("hosted zones", zones, aws) if proving else []
    ends = {name: summary["NotAfter"] for name, state in desired.items() if (summary := known.of(state)) and "NotAfter" in summary}
    module.ensure(
        "acm",
        desired,
        lambda *_: current,
        lambda change: calls(known.arn(desired[change.name]), hosted_zones, change),
        check=lambda changes: unprovable(changes, hosted_zones),
        days_left={name: (end - datetime.now(UTC)).days for name, end in ends.items()},
    )


if __name__ == "__main__":
    main()
