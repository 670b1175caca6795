#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: listeners
short_description: Keep the listeners of Application Load Balancers and their rules as desired
version_added: 0.1.0
description:
  - Creates listeners and rules that are missing and sets what is given; of a listener what is not given stays as it is.
  - A listener is known by its load balancer and port, a rule by its listener and priority. A rule of somebody else that stands at a
    priority given here is not overwritten; the module fails before anything is touched, unless it says the same.
  - Load balancers, target groups and certificates are given by name. What does not exist fails before anything is touched; in check
    mode it is a warning, since it may be made by a task before.
  - Asks for the load balancers, target groups and certificates of the region once, for the listeners of each load balancer, the rules
    of each listener, and the tags, 20 with a request; for certificates and attributes where they are given.
  - See U(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  listeners:
    description: The listeners.
    type: list
    elements: dict
    required: true
    suboptions:
      load_balancer: {description: The name of the load balancer., type: str, required: true}
      port: {description: The port., type: int, required: true}
      protocol:
        description: What is spoken there.
        type: str
        choices: [HTTP, HTTPS]
        required: true
      ssl_policy:
        description:
          - The TLS versions and ciphers that a client may use, by the name of AWS's policy, such as V(ELBSecurityPolicy-TLS13-1-2-2021-06).
          - Needed for V(HTTPS). See U(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html).
        type: str
      certificate:
        description:
          - The domain whose certificate is shown to clients that name no other one, or none. Needed for V(HTTPS).
          - It must be issued. Of several the one that is there stays, and otherwise the one that lasts longest is taken.
        type: str
      certificates:
        description: The domains of further certificates, shown to clients that name them.
        type: list
        elements: str
      default_action:
        description: What happens to a request that no rule is for.
        type: dict
        required: true
        suboptions: &action
          forward:
            description: The target groups that requests go to.
            type: list
            elements: dict
            suboptions:
              target_group: {description: The name of the target group., type: str, required: true}
              weight: {description: "Its share of the requests, 0 to 999, beside other target groups.", type: int, default: 1}
          stickiness_seconds:
            description: How long a client stays with the target group that it first went to; V(0) for each request anew.
            type: int
          redirect:
            description: Where clients are sent. What is not given stays as in the request.
            type: dict
            suboptions:
              protocol: {description: The protocol., type: str, choices: [HTTP, HTTPS]}
              port: {description: The port., type: str}
              host: {description: The host., type: str}
              path: {description: "The path, beginning with a slash.", type: str}
              query: {description: The query., type: str}
              status_code: {description: Whether for ever., type: str, choices: ["301", "302"], default: "301"}
          fixed_response:
            description: The answer that the load balancer itself gives.
            type: dict
            suboptions:
              status_code: {description: The status., type: str, required: true}
              content_type:
                description: The type of the body.
                type: str
                choices: [text/plain, text/css, text/html, application/javascript, application/json]
              body: {description: The body., type: str}
      rules:
        description: The rules; the one with the lowest priority that a request meets counts.
        type: list
        elements: dict
        suboptions:
          priority: {description: "The priority, 1 to 50000, each once.", type: int, required: true}
          conditions:
            description: What a request must meet, all of it, with at most five values in all.
            type: dict
            required: true
            suboptions:
              host: {description: "Hosts, with * and ? for any characters and any one.", type: list, elements: str}
              path: {description: "Paths, likewise.", type: list, elements: str}
              method: {description: Methods., type: list, elements: str}
              source_ip: {description: Blocks of addresses., type: list, elements: str}
              query:
                description: Parameters of the query.
                type: list
                elements: dict
                suboptions:
                  key: {description: "The parameter; any when not given.", type: str}
                  value: {description: Its value., type: str, required: true}
              header:
                description: Headers.
                type: list
                elements: dict
                suboptions:
                  name: {description: The name of the header., type: str, required: true}
                  values: {description: "Its values, one of which it has.", type: list, elements: str, required: true}
          action: {description: What happens to such a request., type: dict, required: true, suboptions: *action}
          tags: {description: "Tags to have, beside the listener's.", type: dict, default: {}}
      response_headers:
        description: Headers that the load balancer puts into every answer, in place of the application's. An empty text for none.
        type: dict
        suboptions:
          strict_transport_security: &header {description: "The value.", type: str}
          content_security_policy: *header
          x_content_type_options: *header
          x_frame_options: *header
          access_control_allow_origin: *header
          access_control_allow_methods: *header
          access_control_allow_headers: *header
          access_control_allow_credentials: *header
          access_control_expose_headers: *header
          access_control_max_age: *header
      server_header:
        description: Whether answers carry the header C(server).
        type: bool
      attributes:
        description:
          - Other attributes by the names that AWS gives them.
          - See U(https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html).
        type: dict
        default: {}
      tags:
        description: Tags to have; others are kept.
        type: dict
        default: {}
  purge:
    description:
      - Whether to delete listeners of these load balancers, and rules of these listeners, that are not given. Only what carries the
        ownership tags of O(app) is deleted.
    type: bool
    default: false
  made_before:
    description:
      - The load balancers, target groups and domains of certificates that the same playbook makes before, so that in check mode what
        is named and neither there nor among them is an error. When not given, check mode only warns.
    type: dict
    suboptions:
      load_balancers: {description: Names of load balancers., type: list, elements: str, default: []}
      target_groups: {description: Names of target groups., type: list, elements: str, default: []}
      domains: {description: Domains of certificates., type: list, elements: str, default: []}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop is served over TLS only, with security headers
  prodready.aws.listeners:
    listeners:
      - load_balancer: shop
        port: 80
        protocol: HTTP
        default_action: {redirect: {protocol: HTTPS, port: "443"}}
      - load_balancer: shop
        port: 443
        protocol: HTTPS
        ssl_policy: ELBSecurityPolicy-TLS13-1-2-Res-2021-06
        certificate: shop.example.com
        response_headers:
          strict_transport_security: max-age=31536000; includeSubDomains
          x_content_type_options: nosniff
        default_action: {forward: [{target_group: shop}]}
        rules:
          - priority: 10
            conditions: {path: [/internal/*]}
            action: {fixed_response: {status_code: "404"}}
"""

RETURN = r"""
arns:
  description:
    - The ARNs that there were before anything was done, of the region's C(load_balancers) and C(target_groups) by name, and of the
      C(listeners) and rules of these load balancers by their names in the plan.
  type: dict
  returned: always
plan:
  description: What is changed, or would be in check mode. A rule is named by its load balancer, port and priority.
  type: list
  elements: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..module_utils import acm, elb
from ..module_utils import listeners as normal
from ..module_utils.aws import AwsModule
from ..module_utils.lists import names_by_kind
from ..module_utils.plan import Call, Calls, Change, State, Unmet
from ..module_utils.tags import as_list
from ..module_utils.undo import Undo

ACTION_SPEC: dict[str, Any] = {
    "type": "dict",
    "required": True,
    "options": {
        "forward": {
            "type": "list",
            "elements": "dict",
            "options": {"target_group": {"type": "str", "required": True}, "weight": {"type": "int", "default": 1}},
        },
        "stickiness_seconds": {"type": "int"},
        "redirect": {
            "type": "dict",
            "options": {
                "protocol": {"type": "str", "choices": ["HTTP", "HTTPS"]},
                **{key: {"type": "str"} for key in ("port", "host", "path", "query")},
                "status_code": {"type": "str", "choices": ["301", "302"], "default": "301"},
            },
        },
        "fixed_response": {
            "type": "dict",
            "options": {
                "status_code": {"type": "str", "required": True},
                "content_type": {"type": "str", "choices": list(normal.CONTENT_TYPES)},
                "body": {"type": "str"},
            },
        },
    },
}
PAIR = {"key": {"type": "str", "no_log": False}, "value": {"type": "str", "required": True}}
HEADER = {"name": {"type": "str", "required": True}, "values": {"type": "list", "elements": "str", "required": True}}
RULE_SPEC: dict[str, Any] = {
    "priority": {"type": "int", "required": True},
    "conditions": {
        "type": "dict",
        "required": True,
        "options": {
            **{option: {"type": "list", "elements": "str"} for option in normal.CONDITIONS},
            "query": {"type": "list", "elements": "dict", "options": PAIR},
            "header": {"type": "list", "elements": "dict", "options": HEADER},
        },
    },
    "action": ACTION_SPEC,
    "tags": {"type": "dict", "default": {}},
}
LISTENER_SPEC: dict[str, Any] = {
    "load_balancer": {"type": "str", "required": True},
    "port": {"type": "int", "required": True},
    "protocol": {"type": "str", "choices": ["HTTP", "HTTPS"], "required": True},
    **{key: {"type": "str"} for key in ("ssl_policy", "certificate")},
    "certificates": {"type": "list", "elements": "str"},
    "default_action": ACTION_SPEC,
    "rules": {"type": "list", "elements": "dict", "options": RULE_SPEC},
    "response_headers": {"type": "dict", "options": {name: {"type": "str"} for name in normal.RESPONSE_HEADERS}},
    "server_header": {"type": "bool"},
    "attributes": {"type": "dict", "default": {}},
    "tags": {"type": "dict", "default": {}},
}
GONE = ("ListenerNotFound", "RuleNotFound")


def read(found: elb.Elb, desired: Mapping[str, State | None]) -> dict[str, State]:
    """All listeners and rules of the load balancers that are named, which the account may not have."""
    balancers = dict.fromkeys(state["load_balancer"] for state in desired.values() if state)
    present = [name for name in balancers if name in found.load_balancers]
    answers = found.aws.each(lambda name: _listeners_of(found, name), present)
    listeners = {name: one for answer in answers for name, one in answer.items()}

    def rules(name: str) -> list[dict[str, Any]]:
        return found.aws.pages("elbv2", "describe_rules", "Rules", ListenerArn=found.arns[name])

    asked = dict(zip(listeners, found.aws.each(rules, listeners), strict=True))
    states = dict(zip(listeners, found.aws.each(lambda name: _listener(found, name, listeners[name], desired), listeners), strict=True))
    for name, some in asked.items():
        for rule in some:
            if not rule["IsDefault"]:
                key = normal.rule_name(name, rule["Priority"])
                found.arns[key] = rule["RuleArn"]
                states[key] = _rule(name, states[name]["load_balancer"], rule)
    tags = elb.tags_of(found.aws, (found.arns[name] for name in states))
    return {name: {**state, "tags": tags.get(found.arns[name], {})} for name, state in states.items()}


def _listeners_of(found: elb.Elb, balancer: str) -> dict[str, dict[str, Any]]:
    answer = found.aws.pages("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=found.balancer_arn(balancer))
    listeners = {normal.listener_name(balancer, one["Port"]): one for one in answer}
    found.arns |= {name: one["ListenerArn"] for name, one in listeners.items()}
    return listeners


def _listener(found: elb.Elb, name: str, listener: Mapping[str, Any], desired: Mapping[str, State | None]) -> dict[str, Any]:
    wanted = desired.get(name) or {}
    state = {
        "kind": "listener",
        "load_balancer": elb.name_of(listener["LoadBalancerArn"]),
        "port": listener["Port"],
        "protocol": listener["Protocol"],
        "action": normal.read_action(listener["DefaultActions"]),
    }
    if state["protocol"] == "HTTPS":
        state["ssl_policy"] = listener["SslPolicy"]
        default = next((one["CertificateArn"] for one in listener.get("Certificates", [])), "")
        state["certificate"] = domain_of(found, default, [wanted["certificate"]] if wanted.get("certificate") else [])
        if "certificates" in wanted:
            arn = {"ListenerArn": listener["ListenerArn"]}
            answer = found.aws.pages("elbv2", "describe_listener_certificates", "Certificates", **arn)
            others = [one["CertificateArn"] for one in answer if not one.get("IsDefault") and one["CertificateArn"] != default]
            state["certificates"] = sorted(domain_of(found, one, wanted["certificates"]) for one in others)
    if any(map(elb.is_attribute, wanted)):
        state |= elb.attributes(found.aws.call("elbv2", "describe_listener_attributes", ListenerArn=listener["ListenerArn"]))
    return state


def _rule(listener: str, balancer: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": "rule",
        "listener": listener,
        "load_balancer": balancer,
        "priority": str(rule["Priority"]),
        "conditions": normal.read_conditions(rule["Conditions"]),
        "action": normal.read_action(rule["Actions"]),
    }


def domain_of(found: elb.Elb, arn: str, wanted: Iterable[str]) -> str:
    """What a certificate is called: the domain that it was asked for, if it is issued and covers it, and no other one lasts longer."""
    summary = next((one for one in found.certificates if one["CertificateArn"] == arn), None)
    if summary is None or not acm.issued(summary):
        return arn.rpartition("/")[2]
    domain = next((domain for domain in wanted if acm.covers(summary, [domain])), summary["DomainName"])
    best = acm.chosen(filter(acm.issued, found.certificates), [domain]) or summary
    return domain if acm.lasts_until(summary) >= acm.lasts_until(best) else arn.rpartition("/")[2]


def certificate_arn(found: elb.Elb, domain: str) -> str:
    """That of the certificate that lasts longest, or of the one with this id, which undo may name."""
    chosen = acm.chosen(filter(acm.issued, found.certificates), [domain])
    return chosen["CertificateArn"] if chosen else found.aws.arn("acm", f"certificate/{domain}")


def calls(found: elb.Elb, change: Change) -> Calls:
    state = change.after or change.before or {}
    if state["kind"] == "listener":
        yield from _listener_calls(found, change)
    else:
        yield from _rule_calls(found, change)


def _listener_calls(found: elb.Elb, change: Change) -> Calls:
    state, before = change.after, change.before or {}
    if state is None:
        yield Call("delete_listener", {"ListenerArn": arn_of(found, change.name, before)}, missing=GONE)
        return
    params: dict[str, Any] = {"Protocol": state["protocol"]}
    if state["protocol"] == "HTTPS":
        params |= {"SslPolicy": state["ssl_policy"], "Certificates": [{"CertificateArn": certificate_arn(found, state["certificate"])}]}
    params["DefaultActions"] = normal.written_action(state["action"], found.group_arn)
    if change.before is None:
        where = {"LoadBalancerArn": found.balancer_arn(state["load_balancer"]), "Port": state["port"]}
        made = yield Call("create_listener", {**where, **params, "Tags": as_list(state["tags"])})
        found.arns[change.name] = made["Listeners"][0]["ListenerArn"]
    listener = {"ListenerArn": arn_of(found, change.name, state)}
    if change.before is not None:
        if change.differs("protocol", "ssl_policy", "certificate", "action"):
            yield Call("modify_listener", {**listener, **params})
        yield from elb.tag_calls(change, listener["ListenerArn"])
    old, new = set(before.get("certificates", [])), set(state.get("certificates", []))
    for operation, domains in (("add_listener_certificates", new - old), ("remove_listener_certificates", old - new)):
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddListenerCertificates.html: one at a time.
        for domain in sorted(domains):
            yield Call(operation, {**listener, "Certificates": [{"CertificateArn": certificate_arn(found, domain)}]})
    if differing := elb.attribute_changes(change):
        yield Call("modify_listener_attributes", {**listener, "Attributes": differing})


def _rule_calls(found: elb.Elb, change: Change) -> Calls:
    state, before = change.after, change.before or {}
    if state is None:
        yield Call("delete_rule", {"RuleArn": arn_of(found, change.name, before)}, missing=GONE)
        return
    params = {
        "Conditions": normal.written_conditions(state["conditions"]),
        "Actions": normal.written_action(state["action"], found.group_arn),
    }
    if change.before is None:
        listener = {"ListenerArn": arn_of(found, state["listener"], state)}
        yield Call("create_rule", {**listener, "Priority": int(state["priority"]), **params, "Tags": as_list(state["tags"])})
        return
    rule = arn_of(found, change.name, state)
    if change.differs("conditions", "action"):
        yield Call("modify_rule", {"RuleArn": rule, **params})
    yield from elb.tag_calls(change, rule)


def arn_of(found: elb.Elb, name: str, state: State) -> str:
    if name not in found.arns:
        read(found, {name: state})
    if name not in found.arns:
        raise Unmet(f"there is no listener {name}. Correct what kept it from being made, and run again")
    return found.arns[name]


UNDO = Undo(
    "elbv2",
    lambda aws, known: read(elb.Elb(aws), known),
    lambda module, change: calls(elb.Elb(module.aws), change),
)


def turn(change: Change) -> int:
    """Rules come after their listener, and go before it."""
    rule = (change.after or change.before or {})["kind"] == "rule"
    return int(rule) if change.after else -int(rule)


def missing(found: elb.Elb, desired: Mapping[str, State | None]) -> Iterator[tuple[str, str, str]]:
    """What is named and not there, or not yet: its kind in made_before, its name, and the words for it."""
    for name, state in desired.items():
        if state is None:
            continue
        if (balancer := state["load_balancer"]) not in found.load_balancers and state["kind"] == "listener":
            yield "load_balancers", balancer, f"{name}: there is no load balancer {balancer}"
        for group in state["action"].get("forward", {}):
            if group not in found.target_groups:
                yield "target_groups", group, f"{name}: there is no target group {group}"
        for domain in filter(None, [state.get("certificate"), *state.get("certificates", [])]):
            one = acm.chosen(found.certificates, [domain])
            if not one or not acm.issued(one):
                pending = ", it is being validated" if one else ""
                yield "domains", domain, f"{name}: there is no issued certificate for {domain}{pending}"


def strangers(changes: list[Change], owned: Mapping[str, str]) -> Iterator[str]:
    """Rules of somebody else that would be overwritten."""
    for change in changes:
        tags = (change.before or {}).get("tags", {})
        overwritten = change.before and change.after and change.after["kind"] == "rule" and change.differs("conditions", "action")
        if overwritten and not owned.items() <= tags.items():
            yield (
                f"{change.name}: a rule of somebody else has this priority, which says otherwise. Take another priority, or give that "
                f"rule the tags {', '.join(f'{key}={value}' for key, value in owned.items())} to have it kept here"
            )


def unknown_policies(found: elb.Elb, changes: list[Change]) -> Iterator[str]:
    names = {(change.after or {}).get("ssl_policy") for change in changes if change.differs("ssl_policy")}
    for name in sorted(filter(None, names)):
        answer = found.aws.call("elbv2", "describe_ssl_policies", missing=("SSLPolicyNotFound",), Names=[name])
        if not answer or not answer["SslPolicies"]:
            yield f"ssl_policy {name} is none of AWS's policies"


def main() -> None:
    module = AwsModule(
        {
            "listeners": {"type": "list", "elements": "dict", "required": True, "options": LISTENER_SPEC},
            "purge": {"type": "bool", "default": False},
            "made_before": names_by_kind("load_balancers", "target_groups", "domains"),
        }
    )
    listeners, purge = module.params["listeners"], module.params["purge"]
    wrong = [*normal.problems(listeners), *(["purge needs app"] if purge and not module.params["app"] else [])]
    if wrong:
        module.fail("; ".join(wrong))

    desired: dict[str, State | None] = {}
    for listener in listeners:
        desired |= normal.want(listener, module.ownership)
    found = elb.Elb(module.aws)
    absent = module.ask("names", lambda: list(missing(found, desired)))
    foreseen = module.params["made_before"] if module.check_mode else {}
    if found_wanting := [words for kind, name, words in absent if foreseen is not None and name not in foreseen.get(kind, [])]:
        module.fail("; ".join(found_wanting))
    for absence in absent:
        module.warn(f"{absence[2]} yet.")
    current = module.ask(f"listeners {', '.join(desired)}", read, found, desired)
    if purge:
        ours = module.ownership.items()
        desired |= {name: None for name, state in current.items() if name not in desired and ours <= state["tags"].items()}
    module.ensure(
        "elbv2",
        desired,
        lambda *_: current,
        functools.partial(calls, found),
        check=lambda changes: [
            *strangers(changes, module.ownership),
            *module.ask("policies", lambda: list(unknown_policies(found, changes))),
        ],
        order=turn,
        arns={
            "load_balancers": {name: one["LoadBalancerArn"] for name, one in found.load_balancers.items()},
            "target_groups": {name: one["TargetGroupArn"] for name, one in found.target_groups.items()},
            "listeners": dict(found.arns),
        },
    )


if __name__ == "__main__":
    main()
