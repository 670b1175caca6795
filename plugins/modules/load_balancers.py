#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: load_balancers
short_description: Keep a set of Application Load Balancers as desired
version_added: 0.1.0
description:
  - Creates load balancers that are missing, waits until they are active, and sets what is given; what is not given stays as it is.
    Never deletes one.
  - Subnets and security groups are looked up by name before anything is touched; a load balancer needs subnets in two zones.
  - Lists the load balancers of the region, 400 with a request, their tags, 20 with a request, and the region's subnets; asks for the
    attributes of each load balancer of which an attribute is given.
  - Listeners are kept by M(prodready.aws.listeners).
  - See U(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  load_balancers:
    description: The load balancers.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name of the load balancer, 1 to 32 letters, digits and hyphens, and not beginning with C(internal-).
        type: str
        required: true
      scheme:
        description: Who reaches it. V(internet-facing) for a new one; it cannot be changed.
        type: str
        choices: [internet-facing, internal]
      ip_address_type:
        description: Which addresses it has. V(ipv4) for a new one.
        type: str
        choices: [ipv4, dualstack, dualstack-without-public-ipv4]
      subnets:
        description:
          - One subnet in each of at least two zones, as id, as its tag C(Name), or as the name of the zone whose default subnet it is.
          - Needed for a new one.
        type: list
        elements: str
      security_groups:
        description: The security groups, as id, name or tag C(Name). A new one without gets its VPC's default group.
        type: list
        elements: str
      deletion_protection:
        description: Whether AWS refuses to delete it.
        type: bool
      access_logs:
        description:
          - Where a line for every request goes. The bucket is in the same region, encrypted with AES256, and its policy lets Elastic Load
            Balancing write. See U(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html).
        type: dict
        suboptions: &logs
          enabled: {description: Whether they are written., type: bool, default: true}
          bucket: {description: The bucket., type: str}
          prefix: {description: "The folder in it, without C(AWSLogs).", type: str}
      connection_logs:
        description: Where a line for every connection goes, with its TLS version and key exchange.
        type: dict
        suboptions: *logs
      drop_invalid_headers:
        description: Whether headers with names that HTTP does not allow are dropped.
        type: bool
      desync_mitigation:
        description: What becomes of requests that may be an attempt to smuggle another one in.
        type: str
        choices: [monitor, defensive, strictest]
      idle_timeout_seconds:
        description: How long a connection may be silent, 1 to 4000 seconds. The application keeps its own connections open for longer.
        type: int
      client_keep_alive_seconds:
        description: How long a client may keep a connection, 60 to 604800 seconds.
        type: int
      http2:
        description: Whether clients may speak HTTP/2.
        type: bool
      preserve_host_header:
        description: Whether targets get the C(Host) header as it came.
        type: bool
      waf_fail_open:
        description: Whether requests are let through while AWS WAF does not answer.
        type: bool
      attributes:
        description:
          - Other attributes by the names that AWS gives them.
          - See U(https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html).
        type: dict
        default: {}
      tags:
        description: Tags to have; others are kept.
        type: dict
        default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's balancer stands in two zones and cannot be deleted
  prodready.aws.load_balancers:
    load_balancers:
      - name: shop
        subnets: [shop-public-a, shop-public-b]
        security_groups: [shop-web]
        deletion_protection: true
        drop_invalid_headers: true
        access_logs: {bucket: shop-logs-123456789012, prefix: alb}
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

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..module_utils import elb, tag_rules, vpc
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.lists import declared_twice
from ..module_utils.plan import Call, Calls, Change, State, Wait
from ..module_utils.tags import as_list
from ..module_utils.undo import Undo

LOGS = {"type": "dict", "options": {"enabled": {"type": "bool", "default": True}, "bucket": {"type": "str"}, "prefix": {"type": "str"}}}
BALANCER_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "scheme": {"type": "str", "choices": ["internet-facing", "internal"]},
    "ip_address_type": {"type": "str", "choices": ["ipv4", "dualstack", "dualstack-without-public-ipv4"]},
    **{key: {"type": "list", "elements": "str"} for key in ("subnets", "security_groups")},
    **dict.fromkeys(("access_logs", "connection_logs"), LOGS),
    **{key: {"type": "bool"} for key in ("deletion_protection", "drop_invalid_headers", "http2", "preserve_host_header", "waf_fail_open")},
    **{key: {"type": "int"} for key in ("idle_timeout_seconds", "client_keep_alive_seconds")},
    "desync_mitigation": {"type": "str", "choices": ["monitor", "defensive", "strictest"]},
    "attributes": {"type": "dict", "default": {}},
    "tags": {"type": "dict", "default": {}},
}
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#availability-zones
LEAST_ZONES = 2
LEAST_ADDRESSES = 8


@dataclass
class Network:
    """The names of what load balancers stand in."""

    subnets: vpc.Named
    groups: list[dict[str, Any]]

    @classmethod
    def of(cls, aws: Aws) -> Network:
        return cls(vpc.subnets(aws), aws.pages("ec2", "describe_security_groups", "SecurityGroups"))

    def vpc_of(self, subnets: Iterable[str]) -> str | None:
        """The VPC of subnets by their names, of the first that exists."""
        return next((self.subnets.found[one]["VpcId"] for name in subnets for one in self.subnets.ids(name)), None)

    def security_groups(self, vpc_id: str | None) -> vpc.Named:
        """A name such as default is another group in every VPC."""
        return vpc.security_groups(one for one in self.groups if one.get("VpcId") == vpc_id)


def attributes(balancer: Mapping[str, Any]) -> dict[str, str]:
    """The given attributes by AWS's names; of logs their place."""
    given: dict[str, Any] = {name: balancer[option] for option, name in elb.BALANCER_ATTRIBUTES.items()}
    for family in ("access_logs", "connection_logs"):
        if logs := balancer[family]:
            given[family] = elb.place(elb.text(logs["enabled"]), logs["bucket"], logs["prefix"])
    return {key: elb.text(value) for key, value in {**given, **balancer["attributes"]}.items() if value is not None}


def want(balancer: Mapping[str, Any], ownership: Mapping[str, str], network: Network) -> State:
    state = {key: balancer[key] for key in ("scheme", "ip_address_type") if balancer[key] is not None}
    if balancer["subnets"] is not None:
        state["subnets"] = sorted(map(network.subnets.canonical, balancer["subnets"]))
    if balancer["security_groups"] is not None:
        state["security_groups"] = balancer["security_groups"]
    return {**state, **attributes(balancer), "tags": {**tag_rules.as_text(balancer["tags"]), **ownership}}


def settled(wanted: State, before: State | None, network: Network) -> State:
    """With what a new one has, and the security groups as its VPC calls them."""
    state = {**({"scheme": "internet-facing", "ip_address_type": "ipv4"} if before is None else {}), **wanted}
    if "security_groups" in state:
        groups = network.security_groups(network.vpc_of({**(before or {}), **state}.get("subnets", [])))
        state["security_groups"] = sorted(map(groups.canonical, state["security_groups"]))
    return state


def read(aws: Aws, desired: Mapping[str, State | None], network: Network) -> dict[str, State]:
    found = {name: one for name, one in elb.Elb(aws).load_balancers.items() if name in desired}
    arns = {name: one["LoadBalancerArn"] for name, one in found.items()}
    tags = elb.tags_of(aws, arns.values())
    more = elb.asked_attributes(aws, "describe_load_balancer_attributes", "LoadBalancerArn", arns, desired)
    return {
        name: {
            "type": one.get("Type", "application"),
            "scheme": one["Scheme"],
            "ip_address_type": one.get("IpAddressType", "ipv4"),
            "subnets": sorted(network.subnets.label(zone["SubnetId"]) for zone in one["AvailabilityZones"]),
            "security_groups": sorted(map(network.security_groups(one.get("VpcId")).label, one.get("SecurityGroups", []))),
            **more.get(name, {}),
            "tags": tags.get(arns[name], {}),
        }
        for name, one in found.items()
    }


def calls(network: Network, change: Change) -> Calls:
    state, found = change.after, {"Names": [change.name]}
    names = (state or {}).get("subnets", [])
    subnets = {"Subnets": list(map(network.subnets.id_of, names))}
    in_vpc = network.security_groups(network.vpc_of(names))
    groups = {"SecurityGroups": list(map(in_vpc.id_of, (state or {}).get("security_groups", [])))}
    if state is not None and change.before is None:
        params = {"Scheme": state["scheme"], "Type": "application", "IpAddressType": state["ip_address_type"]}
        params |= {**subnets, **(groups if "security_groups" in state else {}), "Tags": as_list(state["tags"])}
        answer = yield Call("create_load_balancer", {"Name": change.name, **params})
    else:
        answer = yield Call("describe_load_balancers", found)
    balancer = {"LoadBalancerArn": answer["LoadBalancers"][0]["LoadBalancerArn"]}
    arns = {"LoadBalancerArns": [balancer["LoadBalancerArn"]]}
    if state is None:
        if (change.before or {}).get(elb.BALANCER_ATTRIBUTES["deletion_protection"]) == "true":
            unprotected = [{"Key": elb.BALANCER_ATTRIBUTES["deletion_protection"], "Value": "false"}]
            yield Call("modify_load_balancer_attributes", {**balancer, "Attributes": unprotected})
        yield Call("delete_load_balancer", balancer)
        yield Wait("load_balancers_deleted", arns, until=f"load balancer {change.name} is gone")
        return
    if change.before is None:
        yield Wait("load_balancer_available", arns, until=f"load balancer {change.name} is active", look="LoadBalancers[].State")
    else:
        if change.differs("ip_address_type"):
            yield Call("set_ip_address_type", {**balancer, "IpAddressType": state["ip_address_type"]})
        if change.differs("subnets"):
            yield Call("set_subnets", {**balancer, **subnets})
        if change.differs("security_groups"):
            yield Call("set_security_groups", {**balancer, **groups})
        yield from elb.tag_calls(change, balancer["LoadBalancerArn"])
    if differing := elb.attribute_changes(change):
        yield Call("modify_load_balancer_attributes", {**balancer, "Attributes": differing})


UNDO = Undo(
    "elbv2",
    lambda aws, known: read(aws, known, Network.of(aws)),
    lambda module, change: calls(Network.of(module.aws), change),
)


def problems(balancers: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("load balancer", (one["name"] for one in balancers))
    for one in balancers:
        yield from (f"{one['name']}: {problem}" for problem in balancer_problems(one))


def balancer_problems(balancer: Mapping[str, Any]) -> Iterator[str]:
    if not elb.NAME.fullmatch(balancer["name"]) or balancer["name"].startswith("internal-"):
        yield f"{elb.NAME_ALLOWED}, nor begin with internal-"
    for family in ("access_logs", "connection_logs"):
        logs = balancer[family] or {}
        if logs.get("enabled") and not logs["bucket"]:
            yield f"{family} need a bucket"
        if "AWSLogs" in (logs.get("prefix") or "") or not re.fullmatch(r"[^/].*[^/]|[^/]?", logs.get("prefix") or ""):
            yield f"{family}.prefix is {logs['prefix']!r}, it may not have AWSLogs, nor begin or end with /"
    for key, (least, most) in {"idle_timeout_seconds": (1, 4000), "client_keep_alive_seconds": (60, 604800)}.items():
        if balancer[key] is not None and not least <= balancer[key] <= most:
            yield f"{key} is {balancer[key]}, allowed are {least} to {most}"
    for key in ("subnets", "security_groups"):
        if balancer[key] is not None and len(set(balancer[key])) < len(balancer[key]):
            yield f"{key} has one twice: {', '.join(balancer[key])}"
    yield from tag_rules.problems(tag_rules.as_text(balancer["tags"]))


def forbidden(changes: list[Change], network: Network) -> Iterator[str]:
    """What only the account can tell is wrong."""
    for change in changes:
        for problem in change_problems(change, network):
            yield f"{change.name}: {problem}"


def change_problems(change: Change, network: Network) -> Iterator[str]:
    before, after = change.before, change.after or {}
    if before is None and "subnets" not in after:
        yield "there is no load balancer of this name; a new one needs subnets"
        return
    if before is not None and before["type"] != "application":
        yield f"this is a {before['type']} load balancer, and this module keeps those of type application; take another name"
    if before is not None and before["scheme"] != after["scheme"]:
        yield f"scheme of a load balancer cannot be changed (there: {before['scheme']}, wanted: {after['scheme']}). Make a new one"
    groups = network.security_groups(network.vpc_of(after["subnets"]))
    if wrong := [*network.subnets.unknown(after["subnets"]), *groups.unknown(after.get("security_groups", []))]:
        yield from wrong
        return
    found = [network.subnets.found[network.subnets.id_of(name)] for name in after["subnets"]]
    zones = [one["AvailabilityZone"] for one in found]
    if len(set(zones)) < max(LEAST_ZONES, len(zones)):
        yield f"subnets must be one in each of at least {LEAST_ZONES} zones, these are in {', '.join(zones)}"
    if len({one["VpcId"] for one in found}) > 1:
        yield "subnets must be of one VPC"
    if change.differs("subnets"):
        full = [name for name, one in zip(after["subnets"], found, strict=True) if one.get("AvailableIpAddressCount", 8) < LEAST_ADDRESSES]
        if full:
            yield f"a subnet needs {LEAST_ADDRESSES} free addresses, which {', '.join(full)} has not"


def main() -> None:
    module = AwsModule({"load_balancers": {"type": "list", "elements": "dict", "required": True, "options": BALANCER_SPEC}})
    balancers, aws = module.params["load_balancers"], module.aws
    if found := list(problems(balancers)):
        module.fail("; ".join(found))
    network = module.ask("subnets and security groups", Network.of, aws)
    wanted = {one["name"]: want(one, module.ownership, network) for one in balancers}
    current = module.ask(f"load balancers {', '.join(wanted)}", read, aws, wanted, network)
    module.ensure(
        "elbv2",
        {name: settled(state, current.get(name), network) for name, state in wanted.items()},
        lambda *_: current,
        lambda change: calls(network, change),
        check=lambda changes: forbidden(changes, network),
    )


if __name__ == "__main__":
    main()
