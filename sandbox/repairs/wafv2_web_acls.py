"""Web ACLs and rule groups: what AWS refuses, capacity, and updates that replace.

* Rules are validated (sandbox/waf/validation.py) and their capacity is counted (sandbox/waf/capacity.py). A web ACL takes at most
  5,000 WCU, a rule group what it was created with.
  https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html
* An update replaces all that can be changed, with nothing where nothing is given.
  https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html
* CloudFront's items are kept in us-east-1 only.
  https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html

moto takes any rule, counts 3 WCU for all, keeps what an update does not give (and all rules when it gives none), knows every scope in
every Region, and calls a duplicate WafV2DuplicateItem.
"""

from __future__ import annotations

from typing import Any

from moto.wafv2 import models
from moto.wafv2.models import FakeRuleGroup, FakeWebACL, WAFV2Backend
from moto.wafv2.responses import WAFV2Response

from sandbox.waf import capacity, validation
from sandbox.wafv2_errors import Duplicate, InvalidParameter, LimitsExceeded, refusals

CLOUDFRONT_REGION = "us-east-1"


def exists(backend: WAFV2Backend) -> validation.Exists:
    kinds = (backend.ip_sets, backend.regex_pattern_sets, backend.rule_groups)
    return lambda arn: any(arn in kind for kind in kinds)


def units(backend: WAFV2Backend, rules: list[dict[str, Any]]) -> int:
    return capacity.capacity(rules, lambda arn: backend.rule_groups[arn].capacity)


def check_web_acl(backend: WAFV2Backend, asked: dict[str, Any]) -> int:
    """The capacity, of what is not refused."""
    rules, bodies = asked["rules"] or [], asked["custom_response_bodies"] or {}
    with refusals():
        validation.check_metric_name(asked["visibility_config"])
        validation.check_action(asked["default_action"], bodies)
        validation.check_rules(rules, exists(backend), bodies)
    taken = units(backend, rules)
    if taken > capacity.MOST:
        raise LimitsExceeded
    return taken


def check_rule_group(backend: WAFV2Backend, asked: dict[str, Any], most: int) -> None:
    rules = asked["rules"] or []
    with refusals():
        validation.check_metric_name(asked["visibility_config"])
        validation.check_rules(rules, exists(backend), asked["custom_response_bodies"] or {}, in_group=True)
    if not units(backend, rules) <= most <= capacity.MOST:
        raise LimitsExceeded


def without_nothing(described: dict[str, Any]) -> dict[str, Any]:
    """AWS leaves out what is not set, in the answer and in its rules."""
    given = {name: value for name, value in described.items() if value not in (None, "")}
    if "Rules" in given:
        given["Rules"] = [{name: value for name, value in rule.items() if value is not None} for rule in given["Rules"]]
    return given


def check_scope(response: WAFV2Response) -> None:
    if response._get_param("Scope") == "CLOUDFRONT" and response.region != CLOUDFRONT_REGION:
        raise InvalidParameter("Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT")


def apply() -> None:
    models.WAFV2DuplicateItemException = Duplicate
    create_acl, update_acl = WAFV2Backend.create_web_acl, WAFV2Backend.update_web_acl
    create_group, update_group = WAFV2Backend.create_rule_group, WAFV2Backend.update_rule_group
    describe_acl, describe_group, call_action = FakeWebACL.to_dict, FakeRuleGroup.to_dict, WAFV2Response.call_action

    def create_web_acl(self: WAFV2Backend, *values: Any) -> FakeWebACL:
        names = ("name", "visibility_config", "default_action", "scope", "description", "tags", "rules", "association_config")
        names += ("captcha_config", "challenge_config", "custom_response_bodies", "token_domains")
        taken = check_web_acl(self, dict(zip(names, values, strict=True)))
        made = create_acl(self, *values)
        made.capacity = taken
        return made

    def update_web_acl(self: WAFV2Backend, *values: Any) -> str:
        names = ("name", "id", "default_action", "rules", "description", "visibility_config", "lock_token", "custom_response_bodies")
        names += ("captcha_config", "challenge_config", "token_domains", "association_config")
        asked = dict(zip(names, values, strict=True))
        taken = check_web_acl(self, asked)
        token = update_acl(self, *values)
        found = self.get_web_acl(None, asked["name"], asked["id"])
        for name in ("custom_response_bodies", "captcha_config", "challenge_config", "token_domains", "association_config"):
            setattr(found, name, asked[name])
        found.description, found.capacity = asked["description"] or "", taken
        if not asked["rules"]:
            found.rules = []
        return token

    def create_rule_group(self: WAFV2Backend, **asked: Any) -> FakeRuleGroup:
        check_rule_group(self, asked, asked["capacity"])
        return create_group(self, **asked)

    def update_rule_group(self: WAFV2Backend, **asked: Any) -> FakeRuleGroup:
        found = self.get_rule_group(asked["name"], asked["scope"], asked["id"], None)
        check_rule_group(self, asked, found.capacity)
        update_group(self, **asked)
        found.description, found.custom_response_bodies = asked["description"] or "", asked["custom_response_bodies"]
        if not asked["rules"]:
            found.rules = []
        return found

    def checked(self: WAFV2Response) -> Any:
        try:
            check_scope(self)
        except InvalidParameter as error:
            return error.code, dict(error.get_headers()), error.description
        return call_action(self)

    WAFV2Backend.create_web_acl, WAFV2Backend.update_web_acl = create_web_acl, update_web_acl
    WAFV2Backend.create_rule_group, WAFV2Backend.update_rule_group = create_rule_group, update_rule_group
    FakeWebACL.to_dict = lambda self: without_nothing(describe_acl(self) | {"LockToken": None})
    FakeRuleGroup.to_dict = lambda self: without_nothing(describe_group(self))
    WAFV2Response.call_action = checked
