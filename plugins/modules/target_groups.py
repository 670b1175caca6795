#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: target_groups
short_description: Keep a set of target groups of Application Load Balancers as desired
version_added: 0.1.0
description:
  - Creates target groups that are missing and sets what is given; what is not given stays as it is. Never deletes one.
  - Protocol, port, VPC and kind of target cannot be changed; the module fails before anything is touched.
  - Lists the target groups of the region, 400 with a request, and their tags, 20 with a request; asks for the attributes of each
    target group of which an attribute is given.
  - Targets are kept by M(prodready.aws.targets).
  - See U(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  target_groups:
    description: The target groups.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name of the target group, 1 to 32 letters, digits and hyphens.
        type: str
        required: true
      protocol:
        description: How targets are spoken to. V(HTTP) for a new one.
        type: str
        choices: [HTTP, HTTPS]
      port:
        description: The port that targets listen on, unless one is registered with another. Needed for a new one.
        type: int
      target_type:
        description: What targets are. V(ip) for a new one.
        type: str
        choices: [instance, ip]
      vpc:
        description: The VPC of the targets, as id or as its tag C(Name). The default VPC for a new one.
        type: str
      protocol_version:
        description: The version of HTTP to targets. V(HTTP1) for a new one.
        type: str
        choices: [HTTP1, HTTP2, GRPC]
      health_check:
        description: How a target shows that it is healthy.
        type: dict
        suboptions:
          path: {description: The path that is asked for., type: str}
          port: {description: "The port, or V(traffic-port) for the one of each target.", type: str}
          protocol: {description: The protocol., type: str, choices: [HTTP, HTTPS]}
          matcher: {description: "The statuses of a healthy answer, such as V(200) or V(200-299).", type: str}
          interval_seconds: {description: "How often it is asked, 5 to 300 seconds.", type: int}
          timeout_seconds: {description: "How long an answer may take, 2 to 120 seconds and less than the interval.", type: int}
          healthy_threshold: {description: "After how many good answers it is healthy, 2 to 10.", type: int}
          unhealthy_threshold: {description: "After how many bad answers it is unhealthy, 2 to 10.", type: int}
      deregistration_delay_seconds:
        description: How long requests in flight may take when a target leaves, 0 to 3600.
        type: int
      slow_start_seconds:
        description: How long a new target gets a growing share of the requests, 30 to 900, or 0 for its full share at once.
        type: int
      algorithm:
        description: How a target is chosen.
        type: str
        choices: [round_robin, least_outstanding_requests, weighted_random]
      anomaly_mitigation:
        description: Whether targets that behave unlike the others get less, with the algorithm V(weighted_random) only.
        type: bool
      stickiness:
        description: Whether a client's requests go to one target.
        type: dict
        suboptions:
          enabled: {description: Whether they do., type: bool, required: true}
          type: {description: Whose cookie says so., type: str, choices: [lb_cookie, app_cookie], default: lb_cookie}
          seconds: {description: "How long, 1 to 604800.", type: int, default: 86400}
          cookie: {description: The application's cookie., type: str}
      attributes:
        description:
          - Other attributes by the names that AWS gives them.
          - See U(https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html).
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
- name: The shop's targets are asked for their health, and leave without a broken request
  prodready.aws.target_groups:
    target_groups:
      - name: shop
        port: 3000
        health_check: {path: /health, interval_seconds: 10, timeout_seconds: 5, healthy_threshold: 2, unhealthy_threshold: 2}
        deregistration_delay_seconds: 30
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
from collections.abc import Iterator, Mapping
from typing import Any

from ..module_utils import elb, tag_rules, vpc
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.lists import declared_twice
from ..module_utils.plan import Call, Calls, Change, State
from ..module_utils.tags import as_list
from ..module_utils.undo import Undo

HEALTH = {
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "interval_seconds": "HealthCheckIntervalSeconds",
    "timeout_seconds": "HealthCheckTimeoutSeconds",
    "healthy_threshold": "HealthyThresholdCount",
    "unhealthy_threshold": "UnhealthyThresholdCount",
}
NUMBERS = {"interval_seconds": (5, 300), "timeout_seconds": (2, 120), "healthy_threshold": (2, 10), "unhealthy_threshold": (2, 10)}
FIXED = {"protocol": "HTTP", "port": None, "target_type": "ip", "protocol_version": "HTTP1"}
GROUP_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "protocol": {"type": "str", "choices": ["HTTP", "HTTPS"]},
    "port": {"type": "int"},
    "target_type": {"type": "str", "choices": ["instance", "ip"]},
    "vpc": {"type": "str"},
    "protocol_version": {"type": "str", "choices": ["HTTP1", "HTTP2", "GRPC"]},
    "health_check": {
        "type": "dict",
        "options": {
            **{key: {"type": "str"} for key in ("path", "port", "matcher")},
            "protocol": {"type": "str", "choices": ["HTTP", "HTTPS"]},
            **{key: {"type": "int"} for key in NUMBERS},
        },
    },
    **{key: {"type": "int"} for key in ("deregistration_delay_seconds", "slow_start_seconds")},
    "algorithm": {"type": "str", "choices": ["round_robin", "least_outstanding_requests", "weighted_random"]},
    "anomaly_mitigation": {"type": "bool"},
    "stickiness": {
        "type": "dict",
        "options": {
            "enabled": {"type": "bool", "required": True},
            "type": {"type": "str", "choices": ["lb_cookie", "app_cookie"], "default": "lb_cookie"},
            "seconds": {"type": "int", "default": 86400},
            "cookie": {"type": "str"},
        },
    },
    "attributes": {"type": "dict", "default": {}},
    "tags": {"type": "dict", "default": {}},
}


def attributes(group: Mapping[str, Any]) -> dict[str, str]:
    """The given attributes by AWS's names."""
    mitigation = group["anomaly_mitigation"]
    given = {
        "deregistration_delay.timeout_seconds": group["deregistration_delay_seconds"],
        "slow_start.duration_seconds": group["slow_start_seconds"],
        "load_balancing.algorithm.type": group["algorithm"],
        "load_balancing.algorithm.anomaly_mitigation": None if mitigation is None else ("on" if mitigation else "off"),
    }
    if sticky := group["stickiness"]:
        given["stickiness.enabled"] = sticky["enabled"]
        if sticky["enabled"]:
            given |= {"stickiness.type": sticky["type"], f"stickiness.{sticky['type']}.duration_seconds": sticky["seconds"]}
            given["stickiness.app_cookie.cookie_name"] = sticky["cookie"]
    return {key: elb.text(value) for key, value in {**given, **group["attributes"]}.items() if value is not None}


def want(group: Mapping[str, Any], ownership: Mapping[str, str]) -> State:
    state = {key: group[key] for key in (*FIXED, "vpc") if group[key] is not None}
    check = {f"health_check.{key}": value for key, value in (group["health_check"] or {}).items() if value is not None}
    return {**state, **check, **attributes(group), "tags": {**tag_rules.as_text(group["tags"]), **ownership}}


def settled(wanted: State, before: State | None, vpcs: vpc.Named) -> State:
    """With what a new one has, and its VPC as it is called here."""
    state = {**FIXED, "vpc": vpc.DEFAULT, **wanted} if before is None else dict(wanted)
    return {**state, "vpc": vpcs.canonical(state["vpc"])} if "vpc" in state else state


def state_of(group: Mapping[str, Any], vpcs: vpc.Named) -> dict[str, Any]:
    """A target group of DescribeTargetGroups' answer, without attributes and tags."""
    matcher = group.get("Matcher", {})
    return {
        "protocol": group.get("Protocol"),
        "port": group.get("Port"),
        "target_type": group.get("TargetType", "instance"),
        "protocol_version": group.get("ProtocolVersion", "HTTP1"),
        "vpc": vpcs.label(group.get("VpcId", "")),
        **{f"health_check.{key}": group.get(field) for key, field in HEALTH.items()},
        "health_check.matcher": matcher.get("HttpCode") or matcher.get("GrpcCode"),
    }


def read(aws: Aws, desired: Mapping[str, State | None], vpcs: vpc.Named) -> dict[str, State]:
    found = {name: group for name, group in elb.Elb(aws).target_groups.items() if name in desired}
    arns = {name: group["TargetGroupArn"] for name, group in found.items()}
    tags = elb.tags_of(aws, arns.values())
    more = elb.asked_attributes(aws, "describe_target_group_attributes", "TargetGroupArn", arns, desired)
    return {name: {**state_of(group, vpcs), **more.get(name, {}), "tags": tags.get(arns[name], {})} for name, group in found.items()}


def health_params(state: State) -> dict[str, Any]:
    check = {key: state.get(f"health_check.{key}") for key in (*HEALTH, "matcher")}
    params = {field: check[key] for key, field in HEALTH.items() if check[key] is not None}
    if check["matcher"]:
        params["Matcher"] = {"GrpcCode" if state["protocol_version"] == "GRPC" else "HttpCode": check["matcher"]}
    return params


def calls(vpcs: vpc.Named, change: Change) -> Calls:
    state, found = change.after, {"Names": [change.name]}
    if state is None:
        answer = yield Call("describe_target_groups", found)
        yield Call("delete_target_group", {"TargetGroupArn": answer["TargetGroups"][0]["TargetGroupArn"]})
        return
    if change.before is None:
        params = {"Protocol": state["protocol"], "Port": state["port"], "VpcId": vpcs.id_of(state["vpc"])}
        params |= {"TargetType": state["target_type"], "ProtocolVersion": state["protocol_version"], **health_params(state)}
        answer = yield Call("create_target_group", {"Name": change.name, **params, "Tags": as_list(state["tags"])})
        group = {"TargetGroupArn": answer["TargetGroups"][0]["TargetGroupArn"]}
    else:
        answer = yield Call("describe_target_groups", found)
        group = {"TargetGroupArn": answer["TargetGroups"][0]["TargetGroupArn"]}
        if change.differs(*(key for key in state if key.startswith("health_check."))):
            yield Call("modify_target_group", {**group, **health_params(state)})
        yield from elb.tag_calls(change, group["TargetGroupArn"])
    if differing := elb.attribute_changes(change):
        yield Call("modify_target_group_attributes", {**group, "Attributes": differing})


def undo_calls(module: AwsModule, change: Change) -> Calls:
    return calls(vpc.vpcs(module.aws), change)


UNDO = Undo("elbv2", lambda aws, known: read(aws, known, vpc.vpcs(aws)), undo_calls)


def problems(groups: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("target group", (group["name"] for group in groups))
    for group in groups:
        yield from (f"{group['name']}: {problem}" for problem in group_problems(group))


def group_problems(group: Mapping[str, Any]) -> Iterator[str]:
    if not elb.NAME.fullmatch(group["name"]):
        yield elb.NAME_ALLOWED
    if group["port"] is not None and not 1 <= group["port"] <= 65535:
        yield f"port is {group['port']}, allowed are 1 to 65535"
    check = group["health_check"] or {}
    for key, (least, most) in NUMBERS.items():
        if check.get(key) is not None and not least <= check[key] <= most:
            yield f"health_check.{key} is {check[key]}, allowed are {least} to {most}"
    if check.get("interval_seconds") and check.get("timeout_seconds") and check["timeout_seconds"] >= check["interval_seconds"]:
        yield "health_check.timeout_seconds must be less than interval_seconds"
    if check.get("path") is not None and not re.fullmatch(r"/\S{0,1023}", check["path"]):
        yield f"health_check.path is {check['path']!r}, it must begin with / and have at most 1024 characters"
    if check.get("matcher") is not None and not re.fullmatch(r"\d{1,3}([,-]\d{1,3})*", check["matcher"]):
        yield f"health_check.matcher is {check['matcher']!r}, allowed are statuses such as 200, 200,204 or 200-299"
    delay, slow = group["deregistration_delay_seconds"], group["slow_start_seconds"]
    if delay is not None and not 0 <= delay <= 3600:
        yield f"deregistration_delay_seconds is {delay}, allowed are 0 to 3600"
    if slow and not 30 <= slow <= 900:
        yield f"slow_start_seconds is {slow}, allowed are 30 to 900, and 0 for none"
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
    if slow and group["algorithm"] not in (None, "round_robin"):
        yield f"slow_start_seconds is not for the algorithm {group['algorithm']}"
    if group["anomaly_mitigation"] and group["algorithm"] != "weighted_random":
        yield "anomaly_mitigation is for the algorithm weighted_random"
    yield from sticky_problems(group["stickiness"] or {})
    yield from tag_rules.problems(tag_rules.as_text(group["tags"]))


def sticky_problems(sticky: Mapping[str, Any]) -> Iterator[str]:
    if sticky.get("enabled"):
        if not 1 <= sticky["seconds"] <= 604800:
            yield f"stickiness.seconds is {sticky['seconds']}, allowed are 1 to 604800"
        if (sticky["type"] == "app_cookie") != bool(sticky["cookie"]):
            yield "stickiness.cookie is given with type app_cookie, and with it only"
        if (sticky["cookie"] or "").startswith("AWSALB"):
            yield "stickiness.cookie may not begin with AWSALB"


def forbidden(changes: list[Change], vpcs: vpc.Named) -> Iterator[str]:
    """What only the account can tell is wrong."""
    for change in changes:
        before, after = change.before, change.after
        if after is None:
            continue
        if before is None:
            if after["port"] is None:
                yield f"{change.name}: there is no target group of this name; a new one needs port"
            yield from (f"{change.name}: {problem}" for problem in vpcs.unknown([after["vpc"]]))
            continue
        for key in (*FIXED, "vpc"):
            if before[key] != after[key]:
                yield (
                    f"{change.name}: {key} of a target group cannot be changed (there: {before[key]}, wanted: {after[key]}). Correct it, "
                    "or declare a new target group, move the listeners to it, then remove this one"
                )


def main() -> None:
    module = AwsModule({"target_groups": {"type": "list", "elements": "dict", "required": True, "options": GROUP_SPEC}})
    groups, aws = module.params["target_groups"], module.aws
    if found := list(problems(groups)):
        module.fail("; ".join(found))
    wanted = {group["name"]: want(group, module.ownership) for group in groups}
    vpcs = module.ask("VPCs", vpc.vpcs, aws)
    current = module.ask(f"target groups {', '.join(wanted)}", read, aws, wanted, vpcs)
    desired = {name: settled(state, current.get(name), vpcs) for name, state in wanted.items()}
    module.ensure(
        "elbv2",
        desired,
        lambda *_: current,
        lambda change: calls(vpcs, change),
        check=lambda changes: forbidden(changes, vpcs),
    )


if __name__ == "__main__":
    main()
