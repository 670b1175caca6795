# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What all of WAF's sets have in common: names for ids, and updates that hold a lock token.

https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .guard import Refused
from .plan import Call, Calls, Change, State
from .tags import as_dict, as_list, tag_calls
from .waf_form import members, shape, to_aws

if TYPE_CHECKING:
    from .aws import Aws

SCOPE_SPEC: dict[str, Any] = {"scope": {"type": "str", "choices": ["REGIONAL", "CLOUDFRONT"], "default": "REGIONAL"}}
PAGE = 100
ATTEMPTS = 5
GONE = ("WAFNonexistentItemException",)
LOCKED = ("WAFOptimisticLockException",)
# What was just made is not known everywhere at once, and what was just let go of still counts as used.
EARLY = ("WAFUnavailableEntityException", "WAFAssociatedItemException")

# The operations that list each kind, and the key of the list in their answers.
LISTS = {
    "web_acl": ("list_web_acls", "WebACLs"),
    "ip_set": ("list_ip_sets", "IPSets"),
    "regex_pattern_set": ("list_regex_pattern_sets", "RegexPatternSets"),
    "rule_group": ("list_rule_groups", "RuleGroups"),
}


def misplaced(scope: str, region: str) -> list[str]:
    """https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html"""
    wrong = scope == "CLOUDFRONT" and region != "us-east-1"
    return [f"scope CLOUDFRONT is kept in us-east-1 alone, and this place is {region}: declare it at a place of us-east-1"] if wrong else []


def text_problems(request: str, given: Mapping[str, Any], *keys: str) -> Iterator[str]:
    """What the model of a request says against some of what is given."""
    of = shape(request)
    for key in keys:
        if given.get(key) is not None:
            try:
                to_aws(of.members[members(request)[key]], given[key], key)
            except ValueError as error:
                yield str(error)


def listed(aws: Aws, kind: str, scope: str) -> dict[str, Mapping[str, Any]]:
    """All of a kind by name; one request for 100."""
    operation, take = LISTS[kind]
    found: list[Mapping[str, Any]] = []
    more: dict[str, Any] = {}
    while True:
        answer = aws.call("wafv2", operation, Scope=scope, Limit=PAGE, **more)
        found += answer.get(take, [])
        # The last page may have a marker too, and then the one after it is empty.
        if not answer.get("NextMarker") or not answer.get(take):
            return {one["Name"]: one for one in found}
        more = {"NextMarker": answer["NextMarker"]}


def tags_of(aws: Aws, arn: str) -> dict[str, str]:
    return as_dict(aws.call("wafv2", "list_tags_for_resource", ResourceARN=arn)["TagInfoForResource"].get("TagList", []))


def each_of(aws: Aws, kind: str, scope: str, names: list[str], state: Callable[[Mapping[str, Any]], State]) -> dict[str, State]:
    """The states of those of the names that there are, from their summaries, with their tags."""
    found = listed(aws, kind, scope) if names else {}
    there = [found[name] for name in names if name in found]
    return dict(aws.each(lambda one: (one["Name"], {"scope": scope, **state(one), "tags": tags_of(aws, one["ARN"])}), there))


def by_scope(known: Mapping[str, State], read: Callable[[str, list[str]], Mapping[str, State]]) -> dict[str, State]:
    """The current states of what the journal names."""
    scopes = sorted({state["scope"] for state in known.values()})
    found = [read(scope, [name for name, state in known.items() if state["scope"] == scope]) for scope in scopes]
    return {name: state for states in found for name, state in states.items()}


def summary(aws: Aws, kind: str, scope: str, name: str) -> Mapping[str, Any]:
    """Its id and ARN; Refused when there is none."""
    found = listed(aws, kind, scope).get(name)
    if found is None:
        raise Refused(
            f"{name}: there is no {kind.replace('_', ' ')} of this name (any more): correct the name, or run again to have it made."
        )
    return found


def at(one: Mapping[str, Any], scope: str) -> dict[str, Any]:
    return {"Name": one["Name"], "Scope": scope, "Id": one["Id"]}


def locked(get: Call, call: Callable[[Mapping[str, Any]], Call]) -> Calls:
    """Read, then the call that is made of what was read, with its lock token; anew when somebody else was quicker."""
    for attempt in range(1, ATTEMPTS + 1):
        found = yield get
        made = call(found)
        params = {**made.params, "LockToken": found["LockToken"]}
        if (yield Call(made.operation, params, missing=() if attempt == ATTEMPTS else LOCKED, again=EARLY)) is not None:
            return


def set_calls(
    aws: Aws, kind: str, change: Change, made: Mapping[str, Any], content: str, update: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> Calls:
    """The requests of an IP set or regex pattern set: `made` is what a new one has, `update` what it has from what was read."""
    state = change.after or change.before or {}
    scope = state["scope"]
    if change.before is None:
        tags = {"Tags": as_list(state["tags"])} if state["tags"] else {}
        yield Call(f"create_{kind}", {"Name": change.name, "Scope": scope, **made, **tags})
        return
    one = summary(aws, kind, scope, change.name)
    get = Call(f"get_{kind}", at(one, scope))
    if change.after is None:
        yield from locked(get, lambda found: Call(f"delete_{kind}", at(one, scope)))
        return
    if change.differs("description", content):
        yield from locked(get, lambda found: Call(f"update_{kind}", {**at(one, scope), **update(found)}))
    yield from tag_calls(change, one["ARN"])
