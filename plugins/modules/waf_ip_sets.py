#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: waf_ip_sets
short_description: Keep a set of WAF's IP sets as desired
version_added: 0.1.0
description:
  - Creates IP sets that are missing and sets what is given; what is not given stays as it is. Never deletes an IP set.
  - An update holds the lock token of a fresh read, and is made anew when somebody else was quicker.
  - See U(https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateIPSet.html).
extends_documentation_fragment:
  - prodready.aws.aws
  - prodready.aws.waf
options:
  ip_sets:
    description: The IP sets.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The IP set's name, by which rules refer to it.
        type: str
        required: true
      description:
        description: What it is for.
        type: str
      ip_address_version:
        description: The version of its addresses, which cannot be changed later. Taken from the addresses when not given.
        type: str
        choices: [IPV4, IPV6]
      addresses:
        description: Exactly its addresses and networks, such as V(192.0.2.1) and V(198.51.100.0/24). Not given, somebody else keeps them.
        type: list
        elements: str
      tags:
        description: Tags to have; others are kept.
        type: dict
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The addresses that the rules speak of are known
  prodready.aws.waf_ip_sets:
    ip_sets:
      - name: shop-offices
        addresses: [192.0.2.0/24]
      - name: shop-banned
        ip_address_version: IPV4
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

import functools
import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.lists import used_twice
from ..module_utils.plan import Calls, Change, State
from ..module_utils.undo import Undo
from ..module_utils.waf import SCOPE_SPEC, at, by_scope, each_of, misplaced, set_calls, text_problems

SET_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "ip_address_version": {"type": "str", "choices": ["IPV4", "IPV6"]},
    "addresses": {"type": "list", "elements": "str"},
    "tags": {"type": "dict"},
}
MOST = 10_000  # https://docs.aws.amazon.com/waf/latest/developerguide/limits.html


def network(address: str) -> str:
    """An address or network as WAF keeps it, IPv6 in its shortest form."""
    return str(ipaddress.ip_network(address))


def version(addresses: Iterable[str]) -> str | None:
    found = {f"IPV{ipaddress.ip_network(address).version}" for address in addresses}
    return found.pop() if len(found) == 1 else None


def problems(sets: list[Mapping[str, Any]]) -> list[str]:
    found = used_twice("IP set", [one["name"] for one in sets])
    return found + [f"IP set {one['name']}: {problem}" for one in sets for problem in _of(one)]


def _of(one: Mapping[str, Any]) -> Iterator[str]:
    yield from text_problems("CreateIPSetRequest", one, "name", "description")
    wrong = []
    for address in one.get("addresses") or []:
        try:
            if ipaddress.ip_network(address).prefixlen == 0:
                wrong.append(f"{address} is everybody, which WAF does not take: leave the rule out, or block by default_action")
        except ValueError as error:
            wrong.append(f"{error}; write an address, or a network such as 192.0.2.0/24")
    yield from wrong
    addresses = one.get("addresses") or []
    if len(addresses) > MOST:
        yield f"addresses must be at most {MOST}, not {len(addresses)}"
    if addresses and not wrong:
        if version(addresses) is None:
            yield "addresses must be of one IP version: make a second IP set for the others"
        elif one.get("ip_address_version") not in (None, version(addresses)):
            yield f"addresses are of version {version(addresses)}, and ip_address_version is {one['ip_address_version']}"


def want(one: Mapping[str, Any], scope: str, ownership: Mapping[str, str]) -> State:
    state: dict[str, Any] = {"scope": scope}
    if one.get("description") is not None:
        state["description"] = one["description"]
    if kind := one.get("ip_address_version") or version(one.get("addresses") or []):
        state["ip_address_version"] = kind
    if one.get("addresses") is not None:
        state["addresses"] = sorted({network(address) for address in one["addresses"]})
    return {**state, "tags": {**(one.get("tags") or {}), **ownership}}


def read(aws: Aws, scope: str, names: list[str]) -> dict[str, State]:
    def state(one: Mapping[str, Any]) -> State:
        found = aws.call("wafv2", "get_ip_set", **at(one, scope))["IPSet"]
        return {
            "description": found.get("Description") or "",
            "ip_address_version": found["IPAddressVersion"],
            "addresses": sorted(map(network, found.get("Addresses") or [])),
        }

    return each_of(aws, "ip_set", scope, names, state)


def params(addresses: list[str], state: State) -> dict[str, Any]:
    return {"Addresses": addresses, **({"Description": state["description"]} if state.get("description") else {})}


def calls(aws: Aws, change: Change) -> Calls:
    state = change.after or change.before or {}
    made = {"IPAddressVersion": state.get("ip_address_version"), **params(state.get("addresses", []), state)}
    # Addresses that are not declared are somebody else's, who may be at work.
    kept = not change.differs("addresses")
    yield from set_calls(
        aws,
        "ip_set",
        change,
        made,
        "addresses",
        lambda found: params(found["IPSet"]["Addresses"] if kept else state["addresses"], state),
    )


UNDO = Undo(
    "wafv2",
    lambda aws, known: by_scope(known, functools.partial(read, aws)),
    lambda module, change: calls(module.aws, change),
)


def forbidden(changes: list[Change]) -> Iterator[str]:
    for change in changes:
        if change.before is None and "ip_address_version" not in (change.after or {}):
            yield f"IP set {change.name}: it is to be created, and neither addresses nor ip_address_version say which version it is of"
        elif change.before and change.after and change.differs("ip_address_version"):
            was, to_be = change.before["ip_address_version"], change.after["ip_address_version"]
            yield f"IP set {change.name}: its ip_address_version is {was} and cannot become {to_be}; take a new IP set"


def main() -> None:
    module = AwsModule({"ip_sets": {"type": "list", "elements": "dict", "required": True, "options": SET_SPEC}, **SCOPE_SPEC})
    sets, scope = module.params["ip_sets"], module.params["scope"]
    if found := misplaced(scope, module.aws.region) + problems(sets):
        module.fail("; ".join(found))
    module.ensure(
        "wafv2",
        {one["name"]: want(one, scope, module.ownership) for one in sets},
        lambda aws, names: read(aws, scope, names),
        functools.partial(calls, module.aws),
        check=forbidden,
    )


if __name__ == "__main__":
    main()
