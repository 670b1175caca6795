#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_subnet_groups
short_description: Keep a set of ElastiCache's subnet groups as desired
version_added: 0.1.0
description:
  - Creates cache subnet groups that are missing and sets what is given; what is not given stays as it is. Never deletes one.
  - See U(https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheSubnetGroup.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  subnet_groups:
    description: The cache subnet groups.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Its name, lower-case letters, digits and hyphens.
        type: str
        required: true
      description:
        description: What it is for. Its name for a new one.
        type: str
      subnets:
        description: Exactly its subnets, as id, tag C(Name), or the zone that one is the default subnet of. All are of one VPC.
        type: list
        elements: str
      vpc:
        description: The VPC whose subnets it has, as id, tag C(Name) or V(default), in place of O(subnet_groups[].subnets).
        type: str
      zones:
        description: In how many zones at most, the first by name. All of the VPC when not given.
        type: int
      tags:
        description: Tags to have; others are kept.
        type: dict
        default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's cache stands in two private subnets
  prodready.aws.elasticache_subnet_groups:
    subnet_groups:
      - name: shop
        subnets: [shop-private-a, shop-private-b]
      - name: trial
        vpc: default
        zones: 2
"""

RETURN = r"""
plan:
  description: What is changed, or would be in check mode.
  type: list
  elements: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ..module_utils import elasticache, tag_rules
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.elasticache import SERVICE, name_problem, same_list
from ..module_utils.elasticache_data import kept_by_data
from ..module_utils.elasticache_network import Network
from ..module_utils.lists import declared_twice
from ..module_utils.plan import Call, Calls, Change, State
from ..module_utils.tags import as_list
from ..module_utils.undo import Undo

GROUP_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    **{key: {"type": "str"} for key in ("description", "vpc")},
    "subnets": {"type": "list", "elements": "str"},
    "zones": {"type": "int"},
    "tags": {"type": "dict", "default": {}},
}


def problems(groups: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("cache subnet group", (one["name"] for one in groups))
    for one in groups:
        yield from (f"{one['name']}: {problem}" for problem in group_problems(one))


def group_problems(one: Mapping[str, Any]) -> Iterator[str]:
    yield from name_problem(one["name"], 255)
    if one["name"] == "default":
        yield "default is AWS's own; take another name"
    if one["subnets"] is not None and not one["subnets"]:
        yield "subnets must be at least one"
    yield from same_list("subnets", one["subnets"])
    if one["zones"] is not None and one["zones"] < 1:
        yield f"zones is {one['zones']}, it must be at least 1"
    if one["description"] == "":
        yield "description must have a character"
    yield from tag_rules.problems(tag_rules.as_text(one["tags"]))


def unknown(groups: list[Mapping[str, Any]], network: Network) -> list[str]:
    """What is given and is not in the account."""
    return [f"{one['name']}: {problem}" for one in groups for problem in network.unknown(one)]


def want(one: Mapping[str, Any], ownership: Mapping[str, str], network: Network) -> State:
    state: dict[str, Any] = {"description": one["description"]} if one["description"] is not None else {}
    return {**state, **network.chosen(one), "tags": {**tag_rules.as_text(one["tags"]), **ownership}}


def read(aws: Aws, names: Mapping[str, Any], network: Network) -> dict[str, State]:
    found = {name: one for name, one in network.subnet_groups.items() if name in names}
    tags = elasticache.tags_of(aws, "subnetgroup", found)
    return {
        name: {
            "description": one.get("CacheSubnetGroupDescription", ""),
            "subnets": sorted(network.subnets.label(subnet["SubnetIdentifier"]) for subnet in one.get("Subnets") or []),
            "tags": tags[name],
        }
        for name, one in found.items()
    }


def calls(aws: Aws, network: Network, change: Change) -> Calls:
    state, found = change.after, {"CacheSubnetGroupName": change.name}
    if state is None:
        yield Call("delete_cache_subnet_group", found, missing=("CacheSubnetGroupNotFoundFault",))
        return
    params = {"CacheSubnetGroupDescription": state["description"], "SubnetIds": list(map(network.subnets.id_of, state["subnets"]))}
    if change.before is None:
        yield Call("create_cache_subnet_group", {**found, **params, "Tags": as_list(state["tags"])})
        return
    if change.differs("description", "subnets"):
        yield Call("modify_cache_subnet_group", {**found, **params})
    yield from elasticache.tag_calls(change, elasticache.arn(aws, "subnetgroup", change.name))


UNDO = Undo(
    SERVICE,
    lambda aws, known: read(aws, known, Network(aws)),
    lambda module, change: calls(module.aws, Network(module.aws), change),
    lambda aws, change: kept_by_data(aws, change, lambda member: member.get("CacheSubnetGroupName") == change.name),
)


def forbidden(changes: list[Change], network: Network) -> list[str]:
    """What only the account can tell is wrong."""
    return [f"{change.name}: {problem}" for change in changes for problem in change_problems(change, network)]


def change_problems(change: Change, network: Network) -> Iterator[str]:
    after = change.after or {}
    if "subnets" not in after:
        yield "there is no cache subnet group of this name; a new one needs subnets or vpc"
        return
    places = network.vpcs_of(after["subnets"])
    if len(places) > 1:
        yield f"subnets must be of one VPC, these are of {', '.join(places)}"
    there = network.vpc_of(change.name) if change.before else None
    if there and there not in places:
        yield f"a cache subnet group stays in its VPC, which is {there}. Make a new one"


def main() -> None:
    module = AwsModule(
        {
            "subnet_groups": {
                **{"type": "list", "elements": "dict", "required": True, "options": GROUP_SPEC},
                **{"mutually_exclusive": [["subnets", "vpc"]], "required_by": {"zones": ["vpc"]}},
            }
        }
    )
    groups, aws = module.params["subnet_groups"], module.aws
    if found := list(problems(groups)):
        module.fail("; ".join(found))
    network = Network(aws)
    if found := module.ask("subnets", unknown, groups, network):
        module.fail("; ".join(found))
    wanted = module.ask("subnets", lambda: {one["name"]: want(one, module.ownership, network) for one in groups})
    current = module.ask(f"cache subnet groups {', '.join(wanted)}", read, aws, wanted, network)
    module.ensure(
        SERVICE,
        {name: state if name in current else {"description": name, **state} for name, state in wanted.items()},
        lambda *_: current,
        lambda change: calls(aws, network, change),
        check=lambda changes: module.ask("subnets", forbidden, changes, network),
    )


if __name__ == "__main__":
    main()
