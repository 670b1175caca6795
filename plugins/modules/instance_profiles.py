#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: instance_profiles
short_description: Keep a set of instance profiles with their roles as desired
version_added: 0.1.0
description:
  - Keeps for each name an IAM role that EC2 may assume, what the role may do, and the instance profile that hands it to instances.
  - What is not given stays as it is. Inline policies of other names, and others that may assume the role, stay too. Never deletes one.
  - See U(https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  instance_profiles:
    description: The instance profiles.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name of the instance profile, its role and its inline policy, 1 to 64 letters, digits and C(+=,.@_-).
        type: str
        required: true
      statements:
        description:
          - Exactly the statements of the inline policy, with C(Effect), C(Action), C(Resource) and others as IAM names them.
          - With none there is no inline policy.
        type: list
        elements: dict
      managed_policies:
        description: Exactly the managed policies of the role, each as ARN, or as path and name of one of the account's own or AWS's.
        type: list
        elements: str
      permissions_boundary:
        description: The managed policy that bounds what the role may do. An empty text for none.
        type: str
      path:
        description: The path of role and instance profile. V(/) for a new one. It cannot be changed.
        type: str
      tags:
        description: Tags to have; others are kept.
        type: dict
        default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's instances read their release and their secret
  prodready.aws.instance_profiles:
    instance_profiles:
      - name: shop
        statements:
          - {Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::shop-releases-123456789012/*"}
          - Effect: Allow
            Action: secretsmanager:GetSecretValue
            Resource: arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-*
        managed_policies: [CloudWatchAgentServerPolicy]
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

from ..module_utils import iam_policies, tag_rules
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.iam_policies import EC2_ASSUMES, MISSING, Managed, document
from ..module_utils.lists import declared_twice, repeated
from ..module_utils.plan import Call, Calls, Change, State, Wait
from ..module_utils.tags import as_dict, as_list, tag_changes
from ..module_utils.undo import Undo

SERVICE = "iam"
PROFILE_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "statements": {"type": "list", "elements": "dict"},
    "managed_policies": {"type": "list", "elements": "str"},
    **{key: {"type": "str"} for key in ("permissions_boundary", "path")},
    "tags": {"type": "dict", "default": {}},
}
# A role that was just made is not known everywhere at once.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
EARLY = ("NoSuchEntity",)


def want(one: Mapping[str, Any], ownership: Mapping[str, str], managed: Managed) -> State:
    state: dict[str, Any] = {"role": True, "instance_profile": one["name"]}
    if one["statements"] is not None:
        state["statements"] = iam_policies.normal_all(one["statements"])
    if one["managed_policies"] is not None:
        state["managed_policies"] = sorted(managed.label(managed.arn(text)) for text in one["managed_policies"])
    if one["permissions_boundary"] is not None:
        boundary = one["permissions_boundary"]
        state["permissions_boundary"] = managed.label(managed.arn(boundary)) if boundary else ""
    if one["path"] is not None:
        state["path"] = one["path"]
    return {**state, "tags": {**tag_rules.as_text(one["tags"]), **ownership}}


def settled(wanted: State, before: State | None) -> State:
    """With what a new one has, and with EC2 among those that may assume the role."""
    trusted = (before or {}).get("trusted", [])
    state = {"trusted": trusted if EC2_ASSUMES in trusted else iam_policies.normal_all([*trusted, EC2_ASSUMES]), **wanted}
    if before is None:
        state = {"statements": [], "managed_policies": [], "permissions_boundary": "", "path": "/", **state}
    return state


def read(aws: Aws, names: Mapping[str, Any], managed: Managed) -> dict[str, State]:
    def state(name: str) -> State | None:
        role = aws.call(SERVICE, "get_role", missing=MISSING, RoleName=name)
        profile = aws.call(SERVICE, "get_instance_profile", missing=MISSING, InstanceProfileName=name)
        if role is None and profile is None:
            return None
        holds = [one["RoleName"] for one in profile["InstanceProfile"]["Roles"]] if profile else None
        found = {"role": role is not None, "instance_profile": holds and holds[0] if holds else "" if profile else None}
        about = (role or {}).get("Role", {})
        path = about.get("Path") or profile["InstanceProfile"]["Path"]
        return {**found, **may(aws, name, about, managed), "path": path, "tags": as_dict(about.get("Tags") or [])}

    return {name: found for name, found in zip(names, aws.each(state, names), strict=True) if found}


def may(aws: Aws, name: str, role: Mapping[str, Any], managed: Managed) -> dict[str, Any]:
    """Who may assume a role, and what it may do."""
    if not role:
        return {"trusted": [], "statements": [], "managed_policies": [], "permissions_boundary": ""}
    inline = aws.call(SERVICE, "get_role_policy", missing=MISSING, RoleName=name, PolicyName=name)
    attached = aws.pages(SERVICE, "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    boundary = (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    return {
        "trusted": iam_policies.normal_all(role["AssumeRolePolicyDocument"]["Statement"]),
        "statements": iam_policies.normal_all(inline["PolicyDocument"]["Statement"]) if inline else [],
        "managed_policies": sorted(managed.label(one["PolicyArn"]) for one in attached),
        "permissions_boundary": managed.label(boundary) if boundary else "",
    }


def calls(managed: Managed, change: Change) -> Calls:
    before, after = change.before or {}, change.after or {}
    role, profile = {"RoleName": change.name}, {"InstanceProfileName": change.name}
    holds, to_hold = before.get("instance_profile"), after.get("instance_profile")
    if holds and holds != to_hold:
        yield Call("remove_role_from_instance_profile", {**profile, "RoleName": holds}, missing=MISSING)
    if holds is not None and to_hold is None:
        yield Call("delete_instance_profile", profile, missing=MISSING)
    if after.get("role"):
        yield from role_calls(managed, change, role)
    elif before.get("role"):
        yield from policy_calls(managed, change, role)
        yield Call("delete_role", role, missing=MISSING)
    if to_hold is not None and holds is None:
        yield Call("create_instance_profile", {**profile, "Path": after["path"], "Tags": as_list(after["tags"])})
        yield Wait("instance_profile_exists", profile, until=f"instance profile {change.name} is known")
    if to_hold and holds != to_hold:
        yield Call("add_role_to_instance_profile", {**profile, "RoleName": to_hold}, again=EARLY)
    if holds is not None and to_hold is not None:
        yield from tag_calls(change, "instance_profile", profile)


def role_calls(managed: Managed, change: Change, role: dict[str, str]) -> Calls:
    after = change.after or {}
    boundary, trusted = after["permissions_boundary"], document(after["trusted"])
    if not (change.before or {}).get("role"):
        bound = {"PermissionsBoundary": managed.arn(boundary)} if boundary else {}
        about = {"Path": after["path"], "AssumeRolePolicyDocument": trusted, "Tags": as_list(after["tags"]), **bound}
        yield Call("create_role", {**role, **about})
    else:
        if change.differs("trusted"):
            yield Call("update_assume_role_policy", {**role, "PolicyDocument": trusted})
        if change.differs("permissions_boundary") and boundary:
            yield Call("put_role_permissions_boundary", {**role, "PermissionsBoundary": managed.arn(boundary)})
        elif change.differs("permissions_boundary"):
            yield Call("delete_role_permissions_boundary", role, missing=MISSING)
        yield from tag_calls(change, "role", role)
    yield from policy_calls(managed, change, role)


def policy_calls(managed: Managed, change: Change, role: dict[str, str]) -> Calls:
    before, after = change.before or {}, change.after or {}
    inline = {**role, "PolicyName": change.name}
    if after.get("statements") and change.differs("statements"):
        yield Call("put_role_policy", {**inline, "PolicyDocument": document(after["statements"])}, again=EARLY)
    elif before.get("statements") and not after.get("statements"):
        yield Call("delete_role_policy", inline, missing=MISSING)
    old, new = (set(state.get("managed_policies", ())) for state in (before, after))
    for name in sorted(new - old):
        yield Call("attach_role_policy", {**role, "PolicyArn": managed.arn(name)}, again=EARLY)
    for name in sorted(old - new):
        yield Call("detach_role_policy", {**role, "PolicyArn": managed.arn(name)}, missing=MISSING)


def tag_calls(change: Change, kind: str, which: dict[str, str]) -> Calls:
    gone, new = tag_changes(change)
    if gone:
        yield Call(f"untag_{kind}", {**which, "TagKeys": sorted(gone)})
    if new:
        yield Call(f"tag_{kind}", {**which, "Tags": as_list(new)})


UNDO = Undo(
    SERVICE,
    lambda aws, known: read(aws, known, Managed(aws)),
    lambda module, change: calls(Managed(module.aws), change),
)


def problems(profiles: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("instance profile", (one["name"] for one in profiles))
    for one in profiles:
        yield from (f"{one['name']}: {problem}" for problem in profile_problems(one))


def profile_problems(one: Mapping[str, Any]) -> Iterator[str]:
    if not re.fullmatch(r"[\w+=,.@-]{1,64}", one["name"], re.ASCII):
        yield "name must have 1 to 64 letters, digits and +=,.@_-"
    if one["path"] is not None and not re.fullmatch(r"/|/[!-~]{1,510}/", one["path"]):
        yield f"path is {one['path']!r}, it must begin and end with /"
    yield from (f"managed_policies has {name} twice" for name in repeated(one["managed_policies"] or []))
    yield from iam_policies.problems(one["statements"] or [])
    yield from tag_rules.problems(tag_rules.as_text(one["tags"]))


def forbidden(changes: list[Change], managed: Managed) -> Iterator[str]:
    """What only the account can tell is wrong."""
    for change in changes:
        before, after = change.before or {}, change.after or {}
        new = {*after["managed_policies"], after["permissions_boundary"]} - {*before.get("managed_policies", ()), ""}
        yield from (f"{change.name}: {problem}" for problem in managed.unknown(sorted(new)))
        if before and change.differs("path"):
            there = f"there: {before['path']}, wanted: {after['path']}"
            yield f"{change.name}: path cannot be changed ({there}). Correct it, or take another name"


def main() -> None:
    module = AwsModule({"instance_profiles": {"type": "list", "elements": "dict", "required": True, "options": PROFILE_SPEC}})
    profiles, managed = module.params["instance_profiles"], Managed(module.aws)
    if found := list(problems(profiles)):
        module.fail("; ".join(found))
    wanted = module.ask("managed policies", lambda: {one["name"]: want(one, module.ownership, managed) for one in profiles})
    current = module.ask(f"instance profiles {', '.join(wanted)}", read, module.aws, wanted, managed)
    module.ensure(
        SERVICE,
        {name: settled(state, current.get(name)) for name, state in wanted.items()},
        lambda *_: current,
        lambda change: calls(managed, change),
        check=lambda changes: module.ask("managed policies", lambda: list(forbidden(changes, managed))),
    )


if __name__ == "__main__":
    main()
