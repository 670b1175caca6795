#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: route53_health_checks
short_description: Keep a set of Route 53 health checks as desired, and wait until their checkers see the endpoint healthy
version_added: 0.1.0
description:
  - Health checks are known by their tag C(Name), are of the whole account, and report to CloudWatch in us-east-1, as C(AWS/Route53).
  - A missing one is created; of one that is there what is given is set. What is not given stays as it is. None is deleted.
  - One that was created by a run that was killed before it had its tags is found again, so that no second one is made.
  - AWS cannot change O(health_checks[].type), O(health_checks[].request_interval_seconds) and O(health_checks[].measure_latency).
  - Asks ListHealthChecks once for 100, ListTagsForResources for ten of them, and GetHealthCheckStatus for each when it waits.
  - See U(https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  health_checks:
    description: The health checks.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name, which no other health check of the account may have.
        type: str
        required: true
      fqdn:
        description: The domain name that is looked up and asked. Needed for a new one.
        type: str
      port:
        description: The port; of a new one 80 for HTTP and 443 for HTTPS. Needed for TCP.
        type: int
      type:
        description:
          - What is done. A new one is V(HTTPS). V(HTTP_STR_MATCH) and V(HTTPS_STR_MATCH) also look for O(health_checks[].search_string).
          - Checkers do not look at the certificate, and follow no redirect; every status of 2xx and 3xx is healthy.
        type: str
        choices: [HTTP, HTTPS, HTTP_STR_MATCH, HTTPS_STR_MATCH, TCP]
      path:
        description: What is asked for, with its query. A new one asks for C(/).
        type: str
      search_string:
        description: What must be in the first 5120 bytes of the body.
        type: str
      request_interval_seconds:
        description: How long each checker waits before it asks again. A new one has 30; 10 costs more.
        type: int
        choices: [10, 30]
      failure_threshold:
        description: After how many results in a row a checker changes its mind. A new one has 3.
        type: int
      regions:
        description: Where checkers are, three regions at least. A new one has all.
        type: list
        elements: str
        choices: [us-east-1, us-west-1, us-west-2, eu-west-1, ap-southeast-1, ap-southeast-2, ap-northeast-1, sa-east-1]
      enable_sni:
        description: Whether checkers send the domain name when they negotiate TLS. A new one of type HTTPS does.
        type: bool
      inverted:
        description: Whether what is found healthy is told as unhealthy, and the other way round.
        type: bool
      disabled:
        description: Whether nothing is asked, and the endpoint taken for healthy.
        type: bool
      measure_latency:
        description: Whether the times of connecting, of TLS and until the first byte are reported too.
        type: bool
      tags:
        description: Tags to have; others are kept.
        type: dict
        default: {}
  wait:
    description:
      - Whether to wait, within O(deadline_seconds), until most checkers see the endpoint healthy. A new health check takes a minute.
      - One that is inverted or disabled is not waited for.
    type: bool
    default: true
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop is asked every 30 seconds from three continents whether it is there
  prodready.aws.route53_health_checks:
    health_checks:
      - name: shop
        fqdn: shop.example.com
        path: /health
        regions: [us-east-1, eu-west-1, ap-southeast-1]
        measure_latency: true
"""

RETURN = r"""
ids:
  description: The IDs by name, of those that were there. CloudWatch has them as dimension C(HealthCheckId).
  type: dict
  returned: always
  sample: {shop: 02ec8401-9879-4259-91fa-04e66d094674}
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

import uuid
from collections.abc import Mapping
from typing import Any

from ..module_utils import tag_rules
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.health_check_rules import NUMBERS, forbidden, problems
from ..module_utils.health_checks import FIELDS, MOST_AT_ONCE, REGIONS, TYPES, HealthChecks, defaults, params, reference
from ..module_utils.lists import batches
from ..module_utils.plan import Call, Calls, Change, State, Wait, plan
from ..module_utils.tags import as_list, tag_changes
from ..module_utils.undo import Undo

CHECK_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    **{key: {"type": "str"} for key in ("fqdn", "path", "search_string")},
    "type": {"type": "str", "choices": [*TYPES]},
    **{key: {"type": "int"} for key in NUMBERS},
    "request_interval_seconds": {"type": "int", "choices": [10, 30]},
    "regions": {"type": "list", "elements": "str", "choices": [*REGIONS]},
    **{key: {"type": "bool"} for key in ("enable_sni", "inverted", "disabled", "measure_latency")},
    "tags": {"type": "dict", "default": {}},
}


def want(check: Mapping[str, Any], ownership: Mapping[str, str]) -> State:
    state = {key: check[key] for key in FIELDS if check[key] is not None}
    if "regions" in state:
        state["regions"] = sorted(set(state["regions"]))
    return {**state, "tags": {**tag_rules.as_text(check["tags"]), "Name": check["name"], **ownership}}


def settled(wanted: State, before: State | None) -> State:
    """With what a new one has."""
    kind = wanted.get("type", "HTTPS")
    return {"type": kind, **defaults(kind), **wanted} if before is None else wanted


def healthy(uid: str, name: str) -> Wait:
    until = f"most checkers of Route 53 see the endpoint of health check {name} healthy"
    return Wait("endpoint_healthy", {"HealthCheckId": uid}, until=until, look="HealthCheckObservations[].StatusReport.Status")


def is_awaited(state: State) -> bool:
    return not state["disabled"] and not state["inverted"]


def calls(known: HealthChecks, about: Mapping[str, Any], change: Change) -> Calls:
    state, found = change.after, known.found.get(change.name)
    if state is None:
        yield Call("delete_health_check", {"HealthCheckId": known.found[change.name]["Id"]}, missing=("NoSuchHealthCheck",))
        return
    if found is None:
        named = {"CallerReference": reference(about["app"], change.name, about["nonce"])}
        found = (yield Call("create_health_check", {**named, "HealthCheckConfig": params(state, *FIELDS)}))["HealthCheck"]
    elif differing := [key for key in FIELDS if change.differs(key)]:
        version = {"HealthCheckId": found["Id"], "HealthCheckVersion": found["HealthCheckVersion"]}
        yield Call("update_health_check", {**version, **params(state, *differing)})
    yield from tag_calls(change, found["Id"])
    if about["wait"] and is_awaited(state):
        yield healthy(found["Id"], change.name)


def tag_calls(change: Change, uid: str) -> Calls:
    gone, new = tag_changes(change)
    health_check = {"ResourceType": "healthcheck", "ResourceId": uid}
    for some in batches(sorted(gone), MOST_AT_ONCE):
        yield Call("change_tags_for_resource", {**health_check, "RemoveTagKeys": some})
    for tags in batches(as_list(new), MOST_AT_ONCE):
        yield Call("change_tags_for_resource", {**health_check, "AddTags": tags})


def about(module: AwsModule, wait: bool) -> dict[str, Any]:
    """What requests depend on beside the change: hosts of one run make one health check, not one each."""
    return {"app": module.params["app"], "nonce": (module.params["journal"] or {}).get("run") or str(uuid.uuid4()), "wait": wait}


def recorded(aws: Aws, known: Mapping[str, State]) -> HealthChecks:
    return HealthChecks(aws, {name: state["tags"].get("prodready:app") for name, state in known.items()})


def undo_calls(module: AwsModule, change: Change) -> Calls:
    known = recorded(module.aws, {change.name: change.after or change.before or {}})
    return calls(known, about(module, wait=False), change)


UNDO = Undo("route53", lambda aws, known: recorded(aws, known).states, undo_calls)


def main() -> None:
    module = AwsModule(
        {
            "health_checks": {"type": "list", "elements": "dict", "required": True, "options": CHECK_SPEC},
            "wait": {"type": "bool", "default": True},
        }
    )
    checks, aws = module.params["health_checks"], module.aws
    if found := list(problems(checks)):
        module.fail("; ".join(found))
    wanted = {check["name"]: want(check, module.ownership) for check in checks}
    known = module.ask(f"health checks {', '.join(wanted)}", HealthChecks, aws, dict.fromkeys(wanted, module.params["app"]))
    if known.twice:
        module.fail(
            f"More than one health check has the Name {', '.join(known.twice)}: delete those that are not meant, or change the tag."
        )
    desired = {name: settled(state, known.states.get(name)) for name, state in wanted.items()}
    differing = {change.name for change in plan(desired, known.states)}
    unchanged = [name for name, state in known.states.items() if name not in differing and is_awaited(state)]
    if module.params["wait"] and not module.check_mode:
        module.ask("health checks", lambda: aws.each(lambda name: aws.send("route53", healthy(known.found[name]["Id"], name)), unchanged))
    module.ensure(
        "route53",
        desired,
        lambda *_: known.states,
        lambda change: calls(known, about(module, module.params["wait"]), change),
        check=forbidden,
        ids={name: check["Id"] for name, check in known.found.items()},
    )


if __name__ == "__main__":
    main()
