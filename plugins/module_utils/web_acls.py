# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Web ACLs, their logging and their load balancers on AWS: read as states, and the requests that change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .plan import Call, Calls, Change, State
from .tags import as_list, tag_calls
from .waf import EARLY, GONE, at, by_scope, listed, locked, summary, tags_of
from .waf_form import references
from .waf_rules import logging_of, logging_to_aws, rules_to_aws, settings, settings_to_aws, state_of

if TYPE_CHECKING:
    from .aws import Aws

NO_BALANCER = ("LoadBalancerNotFound",)
LOGGING = "logging of "
BALANCER = "load balancer "


def balancer_arn(aws: Aws, name: str) -> str | None:
    found = aws.call("elbv2", "describe_load_balancers", missing=NO_BALANCER, Names=[name])
    return found["LoadBalancers"][0]["LoadBalancerArn"] if found and found["LoadBalancers"] else None


def known(aws: Aws, scope: str, names: Iterable[str]) -> dict[str, str]:
    """The ARNs of the web ACLs and load balancers that there are, of those whose states have these names."""
    balancers = [name for name in names if name.startswith(BALANCER)]
    wanted = sorted({name.removeprefix(LOGGING) for name in names if not name.startswith(BALANCER)})
    acls = listed(aws, "web_acl", scope) if wanted else {}
    arns = aws.each(lambda name: balancer_arn(aws, name.removeprefix(BALANCER)), balancers)
    there = {**{name: acls[name]["ARN"] for name in wanted if name in acls}, **dict(zip(balancers, arns, strict=True))}
    return {name: arn for name, arn in there.items() if arn}


def read(aws: Aws, scope: str, names: Iterable[str], there: Mapping[str, str]) -> dict[str, State]:
    """The states of web ACLs, of `logging of NAME` and of `load balancer NAME`; `there` has their ARNs."""

    def state(name: str) -> State | None:
        arn = there.get(name.removeprefix(LOGGING))
        if arn is None:
            return None
        if name.startswith(LOGGING):
            found = aws.call("wafv2", "get_logging_configuration", missing=GONE, ResourceArn=arn)
            return {"web_acl": name.removeprefix(LOGGING), "scope": scope, **logging_of(found["LoggingConfiguration"])} if found else None
        if name.startswith(BALANCER):
            acl = (aws.call("wafv2", "get_web_acl_for_resource", missing=GONE, ResourceArn=arn) or {}).get("WebACL")
            return {"web_acl": acl["Name"], "scope": scope} if acl else None
        acl = aws.call("wafv2", "get_web_acl", Name=name, Scope=scope, Id=arn.rpartition("/")[2])["WebACL"]
        return {"scope": scope, **state_of(acl), "tags": tags_of(aws, arn)}

    names = list(names)
    return {name: found for name, found in zip(names, aws.each(state, names), strict=True) if found}


def arns(aws: Aws, scope: str, rules: Any) -> dict[tuple[str, str], str]:
    """Of all that rules refer to by name, as far as it is there."""
    wanted = references(rules)
    found = {kind: listed(aws, kind, scope) for kind in sorted({kind for kind, __ in wanted})}
    return {(kind, name): found[kind][name]["ARN"] for kind, name in sorted(wanted) if name in found[kind]}


def locks(aws: Aws, scope: str, names: Iterable[str]) -> dict[str, str]:
    """The lock tokens of web ACLs and of what their rules refer to, as far as they are there; a change of one makes its token another."""
    acls = listed(aws, "web_acl", scope)
    there = [name for name in names if name in acls]
    found = dict(zip(there, aws.each(lambda name: aws.call("wafv2", "get_web_acl", **at(acls[name], scope)), there), strict=True))
    referred = set().union(*(references(state_of(one["WebACL"])["rules"]) for one in found.values()))
    kinds = sorted({kind for kind, __ in referred})
    lists = dict(zip(kinds, aws.each(lambda kind: listed(aws, kind, scope), kinds), strict=True))
    sets = {f"{kind}/{name}": lists[kind][name]["LockToken"] for kind, name in sorted(referred) if name in lists[kind]}
    return {f"web_acl/{name}": one["LockToken"] for name, one in found.items()} | sets


def calls(aws: Aws, change: Change) -> Calls:
    state = change.after or change.before or {}
    if change.name.startswith(LOGGING):
        yield from logging_calls(aws, change, state)
    elif change.name.startswith(BALANCER):
        yield from balancer_calls(aws, change, state)
    else:
        yield from acl_calls(aws, change, state["scope"])


def logging_calls(aws: Aws, change: Change, state: State) -> Calls:
    arn = summary(aws, "web_acl", state["scope"], state["web_acl"])["ARN"]
    if change.after is None:
        yield Call("delete_logging_configuration", {"ResourceArn": arn}, missing=GONE)
        return
    sent = logging_to_aws(change.after, arn, aws.partition, aws.region, aws.account)
    yield Call("put_logging_configuration", {"LoggingConfiguration": sent}, again=EARLY)


def balancer_calls(aws: Aws, change: Change, state: State) -> Calls:
    found = yield Call("describe_load_balancers", {"Names": [change.name.removeprefix(BALANCER)]}, service="elbv2")
    arn = found["LoadBalancers"][0]["LoadBalancerArn"]
    if change.after is None:
        yield Call("disassociate_web_acl", {"ResourceArn": arn}, missing=GONE)
        return
    acl = summary(aws, "web_acl", state["scope"], change.after["web_acl"])
    yield Call("associate_web_acl", {"WebACLArn": acl["ARN"], "ResourceArn": arn}, again=EARLY)


def acl_calls(aws: Aws, change: Change, scope: str) -> Calls:
    before, after = change.before or {}, change.after
    if after is None:
        one = summary(aws, "web_acl", scope, change.name)
        yield from locked(Call("get_web_acl", at(one, scope)), lambda found: Call("delete_web_acl", at(one, scope)))
        return
    referred = arns(aws, scope, after.get("rules", {}))
    if change.before is None:
        params = {**settings_to_aws(after), "Rules": rules_to_aws(after["rules"], referred)}
        tags = {"Tags": as_list(after["tags"])} if after["tags"] else {}
        yield Call("create_web_acl", {"Name": change.name, "Scope": scope, **params, **tags}, again=EARLY)
        return
    one = summary(aws, "web_acl", scope, change.name)
    keys = [key for key in (*settings(), "rules") if change.differs(key)]

    def update(found: Mapping[str, Any]) -> Call:
        """What there is now, with what changes: UpdateWebACL replaces all."""
        acl = found["WebACL"]
        params = {member: acl[member] for member in settings().values() if acl.get(member) not in (None, "", [], {})}
        for key in keys:
            params.pop(settings().get(key, ""), None)
        params |= settings_to_aws({key: after[key] for key in keys if key in after})
        was, to_be = before.get("rules", {}), after.get("rules", {})
        differing = {name: rule for name, rule in to_be.items() if was.get(name) != rule}
        rules = {rule["Name"]: rule for rule in acl.get("Rules", []) if rule["Name"] in to_be or rule["Name"] not in was}
        rules |= {rule["Name"]: rule for rule in rules_to_aws(differing, referred)}
        ordered = sorted(rules.values(), key=lambda rule: rule["Priority"])
        return Call("update_web_acl", {**at(one, scope), **params, "Rules": ordered})

    if keys:
        yield from locked(Call("get_web_acl", at(one, scope)), update)
    yield from tag_calls(change, one["ARN"])


def current(aws: Aws, recorded: Mapping[str, State]) -> Mapping[str, State]:
    return by_scope(recorded, lambda scope, names: read(aws, scope, names, known(aws, scope, names)))
