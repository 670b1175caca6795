"""Rules of listeners: priorities, conditions and actions.

* Priorities are from 1 to 50000, no two the same in a listener; rules are told in their order, the default one last. Several
  can be exchanged at once. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetRulePriorities.html
* The default rule has no conditions and is not deleted.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteRule.html
* A rule has up to five values in all its conditions and up to five wildcards, one condition each of host, path, method and
  address. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
* Transforms are not emulated.

moto takes any priority, keeps rules as they came, refuses an exchange, and says nothing when there is no rule to delete.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from moto.elbv2.exceptions import DuplicatePriorityError, ELBClientError, PriorityInUseError, RuleNotFoundError, ValidationError
from moto.elbv2.models import ELBv2Backend, FakeListener, FakeRule
from moto.elbv2.responses import ELBV2Response

from sandbox.repairs.elbv2_listeners import check_actions

LAST_PRIORITY = 50000
MOST_VALUES = MOST_WILDCARDS = 5
ONCE = ("host-header", "path-pattern", "http-request-method", "source-ip")
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
CONFIGS = {
    "host-header": "HostHeaderConfig",
    "http-header": "HttpHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "path-pattern": "PathPatternConfig",
    "query-string": "QueryStringConfig",
    "source-ip": "SourceIpConfig",
}


def check_priority(priority: Any) -> None:
    if not 1 <= int(priority) <= LAST_PRIORITY:
        raise ValidationError(f"'{priority}' must be between 1 and {LAST_PRIORITY} inclusive")


def values_of(condition: dict[str, Any]) -> list[Any]:
    config = condition.get(CONFIGS[condition["Field"]]) or condition
    return [*(config.get("Values") or []), *(config.get("RegexValues") or [])]


def check_conditions(conditions: list[dict[str, Any]]) -> None:
    if not conditions:
        raise ValidationError("A condition must be specified")
    fields = [condition.get("Field") for condition in conditions]
    if unknown := [field for field in fields if field not in CONFIGS]:
        raise ValidationError(f"Condition field '{unknown[0]}' must be one of '[{', '.join(CONFIGS)}]'")
    if twice := [field for field in ONCE if fields.count(field) > 1]:
        raise ValidationError(f"A rule can only have one '{twice[0]}' condition")
    values = [(condition["Field"], value) for condition in conditions for value in values_of(condition)]
    if any(not values_of(condition) for condition in conditions):
        raise ValidationError("A condition value must be specified")
    if len(values) > MOST_VALUES:
        raise ValidationError(f"Rules cannot have more than '{MOST_VALUES}' condition values")
    texts = ["".join(value.values()) if isinstance(value, dict) else value for field, value in values if field != "source-ip"]
    if sum(text.count("*") + text.count("?") for text in texts) > MOST_WILDCARDS:
        raise ValidationError(f"Rules cannot have more than '{MOST_WILDCARDS}' condition wildcard values")
    for value in (value for field, value in values if field == "source-ip"):
        check_block(value)


def check_block(value: str) -> None:
    try:
        if "/" not in value:
            raise ValueError
        ipaddress.ip_network(value)
    except ValueError as error:
        raise ValidationError(f"The value '{value}' is not a valid CIDR block") from error


def in_order(listener: FakeListener) -> dict[Any, FakeRule]:
    ruled = sorted(listener._non_default_rules.items(), key=lambda item: int(item[1].priority))
    return dict([*ruled, *listener._default_rule.items()])


def rule_of(backend: ELBv2Backend, arn: str) -> FakeRule:
    for balancer in backend.load_balancers.values():
        for listener in balancer.listeners.values():
            for rule in listener.rules.values():
                if rule.arn == arn:
                    return rule
    raise RuleNotFoundError(f"One or more rules not found: '{arn}'")


def check_rule_actions(backend: ELBv2Backend, listener_arn: str, actions: list[dict[str, Any]]) -> None:
    listener = backend.describe_listeners(None, [listener_arn])[0]
    balancer = backend.load_balancers[listener.load_balancer_arn]
    if balancer.type == "application":
        # A redirect of a rule leads away from it by its conditions, so it may lead to the same listener.
        check_actions(backend, balancer, "", 0, actions)


def apply() -> None:
    create, modify, answer = ELBv2Backend.create_rule, ELBv2Backend.modify_rule, ELBV2Response.modify_rule
    answer_create = ELBV2Response.create_rule

    def create_rule(
        self: ELBv2Backend,
        listener_arn: str,
        conditions: list[dict[str, Any]],
        priority: Any,
        actions: list[dict[str, Any]],
        tags: list[dict[str, str]] | None = None,
    ) -> Any:
        self.describe_listeners(None, [listener_arn])
        check_priority(priority)
        check_conditions(conditions)
        check_rule_actions(self, listener_arn, actions)
        return create(self, listener_arn, conditions, priority, actions, tags)

    def modify_rule(self: ELBv2Backend, rule_arn: str, conditions: list[dict[str, Any]], actions: list[dict[str, Any]]) -> Any:
        rule = rule_of(self, rule_arn)
        if rule.is_default and conditions:
            raise ELBClientError("OperationNotPermitted", f"Default rule '{rule_arn}' cannot be modified")
        if conditions:
            check_conditions(conditions)
        if actions:
            check_rule_actions(self, rule.listener_arn, actions)
        return modify(self, rule_arn, conditions, actions)

    def delete_rule(self: ELBv2Backend, arn: str) -> None:
        rule = rule_of(self, arn)
        if rule.is_default:
            raise ELBClientError("OperationNotPermitted", f"Default rule '{arn}' cannot be deleted")
        self.describe_listeners(None, [rule.listener_arn])[0].remove_rule(arn)

    def set_rule_priorities(self: ELBv2Backend, rule_priorities: list[dict[str, Any]]) -> list[FakeRule]:
        wanted = {pair["RuleArn"]: int(pair["Priority"]) for pair in rule_priorities}
        rules = {arn: rule_of(self, arn) for arn in wanted}
        for priority in wanted.values():
            check_priority(priority)
            if list(wanted.values()).count(priority) > 1:
                raise DuplicatePriorityError(str(priority))
        if any(rule.is_default for rule in rules.values()):
            raise ELBClientError("OperationNotPermitted", "The priority of a default rule cannot be set")
        listeners = {rule.listener_arn: self.describe_listeners(None, [rule.listener_arn])[0] for rule in rules.values()}
        staying = [other for listener in listeners.values() for other in listener._non_default_rules.values() if other.arn not in wanted]
        if {int(other.priority) for other in staying} & set(wanted.values()):
            raise PriorityInUseError()
        for arn, rule in rules.items():
            rule.priority = wanted[arn]
        return list(rules.values())

    def without_transforms(respond: Any) -> Any:
        def respond_unless(self: ELBV2Response) -> Any:
            if self._get_params().get("Transforms"):
                raise NotImplementedError("Transforms of rules")
            return respond(self)

        return respond_unless

    ELBv2Backend.create_rule = create_rule
    ELBv2Backend.modify_rule = modify_rule
    ELBv2Backend.delete_rule = delete_rule
    ELBv2Backend.set_rule_priorities = set_rule_priorities
    ELBV2Response.create_rule = without_transforms(answer_create)
    ELBV2Response.modify_rule = without_transforms(answer)
    FakeListener.rules = property(in_order)
