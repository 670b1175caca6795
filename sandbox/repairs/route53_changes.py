"""A change batch: every change is checked, then all are made or none.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html

moto takes values that are none of the type, creates what exists, deletes by what was once written, and leaves half a batch.
"""

from __future__ import annotations

import copy
import ipaddress
import re
from typing import Any

from moto.elbv2.models import elbv2_backends
from moto.route53.exceptions import Route53ClientError
from moto.route53.models import FakeZone, RecordSet, Route53Backend

NAME = re.compile(r"(\*\.|[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+", re.IGNORECASE)
# The values that a record of each type may have.
PATTERNS = {
    "CAA": r"\d{1,3} \S+ \".*\"",
    "MX": r"\d{1,5} \S+",
    "SRV": r"\d{1,5} \d{1,5} \d{1,5} \S+",
    "TXT": r"(\"([^\"\\]|\\.){0,255}\"\s*)+",
}

Change = dict[str, Any]


def absolute(name: str) -> str:
    return name.lower().replace("\\052", "*").rstrip(".") + "."


def refuse(message: str) -> Route53ClientError:
    return Route53ClientError("InvalidChangeBatch", f"[{message}]")


def shown(record: RecordSet | Change) -> str:
    get = record.get if isinstance(record, dict) else None
    name, kind = (get("Name"), get("Type")) if get else (record.name, record.type)
    return f"resource record set [name='{absolute(name)}', type='{kind}']"


def identity(record: RecordSet) -> tuple[str, str, str]:
    return absolute(record.name), record.type, record.set_identifier or ""


def check_values(record: Change) -> None:
    kind, values = record["Type"], [item["Value"] for item in record.get("ResourceRecords") or []]
    if bool(values) == bool(record.get("AliasTarget")) or values and record.get("TTL") is None:
        raise Route53ClientError(
            "InvalidInput",
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], "
            f"but found {'more than one' if values and record.get('AliasTarget') else 'none'} in Change with "
            f"[Name={record['Name']}, Type={kind}]",
        )
    if len(values) > len(set(values)):
        raise refuse(f"Duplicate Resource Record: '{values[0]}'")
    if kind == "CNAME" and len(values) > 1:
        raise refuse(f"Invalid Resource Record: the CNAME {absolute(record['Name'])} can have one value only")
    for value in values:
        if problem := problem_of(kind, value):
            raise refuse(f"Invalid Resource Record: 'FATAL problem: {problem} encountered with '{value}''")


def problem_of(kind: str, value: str) -> str:
    if kind in ("A", "AAAA"):
        version = 4 if kind == "A" else 6
        try:
            if ipaddress.ip_address(value).version == version:
                return ""
        except ValueError:
            pass
        return f"{kind}RRDATAIllegalIPv{version}Address (Value is not a valid IPv{version} address)"
    if kind in ("CNAME", "NS", "PTR"):
        return "" if NAME.fullmatch(absolute(value)) else "DomainLabelIllegal (Value is not a valid domain name)"
    pattern = PATTERNS.get(kind)
    return "" if pattern is None or re.fullmatch(pattern, value) else f"InvalidRRDATA (Value is not one of a {kind} record)"


def check_alias(record: Change) -> None:
    """Of a load balancer: its name in its hosted zone; other targets are taken as they are."""
    target = record.get("AliasTarget")
    if not target or not absolute(target["DNSName"]).endswith(".elb.amazonaws.com."):
        return
    name = absolute(target["DNSName"]).removeprefix("dualstack.")
    balancers = [
        balancer
        for regions in list(elbv2_backends.values())
        for backend in list(regions.values())
        for balancer in backend.load_balancers.values()
    ]
    zones = {absolute(balancer.dns_name): balancer.canonical_hosted_zone_id for balancer in balancers}
    tried = f"Tried to create an alias that targets {absolute(target['DNSName'])}, type {record['Type']} in zone {target['HostedZoneId']}"
    if name not in zones:
        raise refuse(f"{tried}, but that target was not found")
    if zones[name] != target["HostedZoneId"]:
        raise refuse(f"{tried}, but the alias target name does not lie within the target zone")


def check_place(zone: FakeZone, record: Change) -> None:
    name, apex = absolute(record["Name"]), absolute(zone.name)
    if not f".{name}".endswith(f".{apex}"):
        raise refuse(f"RRSet with DNS name {name} is not permitted in zone {apex}")
    if record["Type"] == "CNAME" and name == apex:
        raise refuse(f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {apex}")


def changed(zone: FakeZone, changes: list[Change]) -> list[RecordSet]:
    """The records that the zone has after the changes, or the first problem with them."""
    records = {identity(record): record for record in zone.rrsets}
    seen = set()
    for change in changes:
        wanted = change["ResourceRecordSet"]
        check_place(zone, wanted)
        check_values(wanted)
        made = record_of(wanted)
        if identity(made) in seen:
            raise refuse(f"The request contains an invalid set of changes for a resource record set '{made.type} {made.name}'")
        seen.add(identity(made))
        known = records.get(identity(made))
        if change["Action"] == "DELETE":
            check_same(made, known)
            del records[identity(made)]
            continue
        if change["Action"] == "CREATE" and known:
            raise refuse(f"Tried to create {shown(wanted)} but it already exists")
        check_alias(wanted)
        records[identity(made)] = made
    for name in {record.name for record in records.values() if record.type == "CNAME"}:
        if {record.type for record in records.values() if record.name == name} != {"CNAME"}:
            raise refuse(
                f"RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records with the same DNS name "
                f"in zone {absolute(zone.name)}"
            )
    return list(records.values())


def record_of(wanted: Change) -> RecordSet:
    values = [item["Value"] for item in wanted.get("ResourceRecords") or []]
    return RecordSet({**copy.deepcopy(wanted), "Name": absolute(wanted["Name"]), "ResourceRecords": values})


def check_same(asked: RecordSet, known: RecordSet | None) -> None:
    if known is None:
        raise refuse(f"Tried to delete {shown(asked)} but it was not found")
    if (asked.ttl and int(asked.ttl), sorted(asked.records)) != (known.ttl and int(known.ttl), sorted(known.records)):
        raise refuse(f"Tried to delete {shown(asked)} but the values provided do not match the current values")


def change_resource_record_sets(self: Route53Backend, zoneid: str, change_list: list[Change]) -> None:
    zone = self.get_hosted_zone(zoneid)
    zone.rrsets = changed(zone, change_list)


def apply() -> None:
    Route53Backend.change_resource_record_sets = change_resource_record_sets
