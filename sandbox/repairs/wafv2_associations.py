"""Which web ACL a resource has, and what cannot be deleted while it is in use.

* A resource has one web ACL at most: associating another replaces it. The resource must be there.
  https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html
* A web ACL that is associated cannot be deleted, nor can a set or a rule group that rules refer to.
  https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteWebACL.html
* The association goes with the resource, the logging configuration with the web ACL.

moto adds one association to the other, of anything, deletes everything, and lacks ListResourcesForWebACL.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.elbv2.models import elbv2_backends
from moto.wafv2.exceptions import WAFNonexistentItemException, WAFOptimisticLockException
from moto.wafv2.models import FakeWebACL, WAFV2Backend
from moto.wafv2.responses import WAFV2Response

from sandbox.waf.validation import REFERENCES, nested
from sandbox.wafv2_errors import Associated

KINDS = {"APPLICATION_LOAD_BALANCER": ":loadbalancer/app/", "API_GATEWAY": ":/restapis/", "APPSYNC": ":apis/"}
KINDS |= {"COGNITO_USER_POOL": ":userpool/", "APP_RUNNER_SERVICE": ":service/", "VERIFIED_ACCESS_INSTANCE": ":verified-access-instance/"}


def is_there(resource: str) -> bool:
    """Of a load balancer; other resources are the word of who names them."""
    _, _, service, region, account_id, _ = resource.split(":", 5)
    return service != "elasticloadbalancing" or resource in elbv2_backends[account_id][region].load_balancers


def resources(acl: FakeWebACL) -> list[str]:
    acl.associated_resources = [arn for arn in dict.fromkeys(acl.associated_resources) if is_there(arn)]
    return acl.associated_resources


def references(statement: dict[str, Any]) -> Iterator[str]:
    for kind, options in statement.items():
        if kind in REFERENCES:
            yield options["ARN"]
        for inner in nested(options):
            yield from references(inner)


def refuse_while_used(backend: WAFV2Backend, items: dict[str, Any], item_id: str, lock_token: str) -> None:
    arn = next((arn for arn in items if arn.endswith(f"/{item_id}")), None)
    if arn and items[arn].lock_token != lock_token:
        raise WAFOptimisticLockException
    holders = [*backend.wacls.values(), *backend.rule_groups.values()]
    if arn and any(arn in references(rule.statement) for holder in holders for rule in holder.rules):
        raise Associated


def list_resources_for_web_acl(self: WAFV2Response) -> TYPE_RESPONSE:
    acl = self.wafv2_backend.get_web_acl(self._get_param("WebACLArn"), None, None)
    kind = KINDS.get(self._get_param("ResourceType") or "APPLICATION_LOAD_BALANCER", "")
    return 200, {}, json.dumps({"ResourceArns": [arn for arn in resources(acl) if kind and kind in arn]})


def apply() -> None:
    associate, find = WAFV2Backend.associate_web_acl, WAFV2Backend.get_web_acl_for_resource
    delete_acl, delete_ips = WAFV2Backend.delete_web_acl, WAFV2Backend.delete_ip_set
    delete_group, delete_patterns = WAFV2Backend.delete_rule_group, WAFV2Backend.delete_regex_pattern_set

    def associate_web_acl(self: WAFV2Backend, web_acl_arn: str, resource_arn: str) -> None:
        if web_acl_arn not in self.wacls or not is_there(resource_arn):
            raise WAFNonexistentItemException
        self.disassociate_web_acl(resource_arn)
        associate(self, web_acl_arn, resource_arn)

    def get_web_acl_for_resource(self: WAFV2Backend, resource_arn: str) -> FakeWebACL | None:
        if not is_there(resource_arn):
            raise WAFNonexistentItemException
        return find(self, resource_arn)

    def delete_web_acl(self: WAFV2Backend, name: str, scope: str, _id: str, lock_token: str) -> None:
        acl = self.get_web_acl(None, name, _id)
        if acl.lock_token == lock_token and resources(acl):
            raise Associated
        delete_acl(self, name, scope, _id, lock_token)
        self.logging_configurations.pop(acl.arn, None)

    def delete_ip_set(self: WAFV2Backend, name: str, scope: str, _id: str, lock_token: str) -> None:
        refuse_while_used(self, self.ip_sets, _id, lock_token)
        delete_ips(self, name, scope, _id, lock_token)

    def delete_rule_group(self: WAFV2Backend, name: str, scope: str, id: str, lock_token: str) -> None:
        refuse_while_used(self, self.rule_groups, id, lock_token)
        delete_group(self, name, scope, id, lock_token)

    def delete_regex_pattern_set(self: WAFV2Backend, name: str, scope: str, id: str, lock_token: str) -> None:
        refuse_while_used(self, self.regex_pattern_sets, id, lock_token)
        delete_patterns(self, name, scope, id, lock_token)

    WAFV2Backend.associate_web_acl, WAFV2Backend.get_web_acl_for_resource = associate_web_acl, get_web_acl_for_resource
    WAFV2Backend.delete_web_acl, WAFV2Backend.delete_ip_set = delete_web_acl, delete_ip_set
    WAFV2Backend.delete_rule_group, WAFV2Backend.delete_regex_pattern_set = delete_rule_group, delete_regex_pattern_set
    WAFV2Response.list_resources_for_web_acl = list_resources_for_web_acl
