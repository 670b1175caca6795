# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""VPCs, subnets and security groups by the names that people know them by."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .tags import as_dict

if TYPE_CHECKING:
    from .aws import Aws

DEFAULT = "default"


class Named:
    """Resources of one kind: `found` by id, and each one's names, the best first. A name of two is nobody's."""

    def __init__(self, what: str, found: Mapping[str, Mapping[str, Any]], names: Mapping[str, Iterable[str | None]]) -> None:
        self.what, self.found = what, found
        self.names = {one: [name for name in names[one] if name] for one in found}

    def ids(self, text: str) -> list[str]:
        return [text] if text in self.found else [one for one, names in self.names.items() if text in names]

    def label(self, one: str) -> str:
        """What an id is called in a plan."""
        return next((name for name in self.names.get(one, []) if len(self.ids(name)) == 1), one)

    def canonical(self, text: str) -> str:
        ids = self.ids(text)
        return self.label(ids[0]) if len(ids) == 1 else text

    def id_of(self, text: str) -> str:
        (one,) = self.ids(text)
        return one

    def unknown(self, texts: Iterable[str]) -> Iterator[str]:
        for text in texts:
            ids = self.ids(text)
            if len(ids) > 1:
                yield f"{len(ids)} {self.what}s are called {text} ({', '.join(ids)}): give the id"
            elif not ids:
                known = sorted(self.label(one) for one in self.found)
                yield f"there is no {self.what} {text}, only {', '.join(known) or 'none'}"


def tag_name(one: Mapping[str, Any]) -> str | None:
    return as_dict(one.get("Tags") or []).get("Name")


def vpcs(aws: Aws) -> Named:
    """By id, tag Name, or as the default one."""
    found = {one["VpcId"]: one for one in aws.pages("ec2", "describe_vpcs", "Vpcs")}
    return Named("VPC", found, {key: (tag_name(one), DEFAULT if one.get("IsDefault") else None) for key, one in found.items()})


def subnets(aws: Aws) -> Named:
    """By id, tag Name, or the zone that it is the default subnet of."""
    found = {one["SubnetId"]: one for one in aws.pages("ec2", "describe_subnets", "Subnets")}
    zone = {key: one["AvailabilityZone"] if one.get("DefaultForAz") else None for key, one in found.items()}
    return Named("subnet", found, {key: (tag_name(one), zone[key]) for key, one in found.items()})


def security_groups(groups: Iterable[Mapping[str, Any]]) -> Named:
    """Those of one VPC, by id, name or tag Name."""
    found = {one["GroupId"]: one for one in groups}
    return Named("security group", found, {key: (one["GroupName"], tag_name(one)) for key, one in found.items()})


class Places:
    """The VPCs and subnets of the account; each list is asked for once, and only when it is needed."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws

    @functools.cached_property
    def vpcs(self) -> Named:
        return vpcs(self.aws)

    @functools.cached_property
    def subnets(self) -> Named:
        return subnets(self.aws)

    def in_zones(self, one_vpc: str, zones: int | None) -> list[str]:
        """The ids of a VPC's subnets, all or those of its first zones."""
        inside = {key: one["AvailabilityZone"] for key, one in self.subnets.found.items() if one["VpcId"] == one_vpc}
        chosen = sorted(set(inside.values()))[:zones]
        return sorted(key for key, zone in inside.items() if zone in chosen)

    def chosen(self, one: Mapping[str, Any]) -> dict[str, list[str]]:
        """The subnets of what is given as `subnets`, or as `vpc` and `zones`; nothing where neither is."""
        if one["vpc"]:
            return {"subnets": sorted(map(self.subnets.label, self.in_zones(self.vpcs.id_of(one["vpc"]), one["zones"])))}
        return {"subnets": sorted(map(self.subnets.canonical, one["subnets"]))} if one["subnets"] else {}

    def unknown(self, one: Mapping[str, Any]) -> Iterator[str]:
        """What is given of them and is not in the account."""
        if not one["vpc"]:
            yield from self.subnets.unknown(one["subnets"] or [])
        elif names := list(self.vpcs.unknown([one["vpc"]])):
            yield from names
        else:
            zones = {self.subnets.found[key]["AvailabilityZone"] for key in self.in_zones(self.vpcs.id_of(one["vpc"]), None)}
            if len(zones) < (one["zones"] or 1):
                yield f"VPC {one['vpc']} has subnets in {len(zones)} zones, wanted are {one['zones'] or 1}"

    def vpcs_of(self, names: Iterable[str]) -> list[str]:
        """The ids of the VPCs that subnets are of."""
        return sorted({self.subnets.found[self.subnets.id_of(name)]["VpcId"] for name in names})
