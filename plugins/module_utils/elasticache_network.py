# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What caches stand in and go by: VPCs, subnets, security groups, cache subnet groups and parameter groups, by their names."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from . import vpc
from .elasticache import SERVICE
from .plan import Change, State


class Network(vpc.Places):
    """What the account has; each list is asked for once, and only when it is needed."""

    @functools.cached_property
    def subnet_groups(self) -> dict[str, dict[str, Any]]:
        found = self.aws.pages(SERVICE, "describe_cache_subnet_groups", "CacheSubnetGroups")
        return {one["CacheSubnetGroupName"]: one for one in found}

    @functools.cached_property
    def groups(self) -> list[dict[str, Any]]:
        return self.aws.pages("ec2", "describe_security_groups", "SecurityGroups")

    @functools.cached_property
    def families(self) -> dict[str, str]:
        """The families of cache parameter groups."""
        found = self.aws.pages(SERVICE, "describe_cache_parameter_groups", "CacheParameterGroups")
        return {one["CacheParameterGroupName"]: one["CacheParameterGroupFamily"] for one in found}

    def vpc_of(self, subnet_group: str | None) -> str | None:
        """The VPC of a cache subnet group; the default one where none is given."""
        if subnet_group is not None and subnet_group in self.subnet_groups:
            return self.subnet_groups[subnet_group].get("VpcId")
        return next(iter(self.vpcs.ids(vpc.DEFAULT)), None) if subnet_group in (None, vpc.DEFAULT) else None

    def security_groups(self, subnet_group: str | None) -> vpc.Named:
        """Those of the VPC of a cache subnet group, or all while that is not there."""
        return self._in(self.vpc_of(subnet_group))

    def security_groups_beside(self, subnets: list[str] | None) -> vpc.Named:
        """Those of the VPC of subnets; of the default one where none are given."""
        places = self.vpcs_of(subnets) if subnets else self.vpcs.ids(vpc.DEFAULT)
        return self._in(next(iter(places), None))

    def _in(self, place: str | None) -> vpc.Named:
        return vpc.security_groups(one for one in self.groups if place is None or one.get("VpcId") == place)

    def unfit(self, change: Change, planning: bool) -> Iterator[str]:
        """What a replication group is to have, and there is not or does not fit. While it is only planned, it may yet be made."""
        state = change.after or {}
        subnet_group = state.get("subnet_group")
        if change.before is None and subnet_group and subnet_group not in self.subnet_groups:
            if not planning:
                yield f"there is no cache subnet group {subnet_group}, only {', '.join(sorted(self.subnet_groups)) or 'none'}"
        elif state.get("security_groups") and change.differs("security_groups"):
            yield from self.security_groups(subnet_group).unknown(state["security_groups"])
        name = state.get("parameter_group")
        # AWS itself goes on to its next default.
        if name and (change.differs("parameter_group") or (change.differs("engine", "engine_version") and not name.startswith("default."))):
            yield from self._parameters_unfit(name, state, planning)

    def unfit_serverless(self, change: Change) -> Iterator[str]:
        """What a serverless cache is to have, and there is not or does not fit."""
        state = change.after or {}
        if change.before is None and len(places := self.vpcs_of(state.get("subnets") or [])) > 1:
            yield f"subnets must be of one VPC, these are of {', '.join(places)}"
        elif state.get("security_groups") and change.differs("security_groups"):
            yield from self.security_groups_beside(state.get("subnets")).unknown(state["security_groups"])

    def _parameters_unfit(self, name: str, state: State, planning: bool) -> Iterator[str]:
        if name not in self.families:
            if not planning:
                yield f"there is no cache parameter group {name}; see prodready.aws.elasticache_parameter_groups"
            return
        engine, version, family = state.get("engine"), state.get("engine_version"), self.families[name]
        if engine and version and not re.fullmatch(rf"{engine}{version.partition('.')[0]}(\..*)?", family):
            yield f"parameter_group {name} is of family {family}, which is not for {engine} {version}: give one that is"
