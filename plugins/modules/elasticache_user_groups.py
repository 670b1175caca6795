#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_user_groups
short_description: Keep a set of ElastiCache's user groups as desired
version_added: 0.1.0
description:
  - Creates user groups that are missing and sets what is given; what is not given stays as it is. Never deletes one.
  - See U(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  user_groups:
    description: The user groups.
    type: list
    elements: dict
    required: true
    suboptions:
      user_group_id:
        description: Its id, by which replication groups name it.
        type: str
        required: true
      engine:
        description: The engine. A group of V(redis) can become one of V(valkey), never the other way.
        type: str
        choices: [valkey, redis]
      users:
        description: Exactly its users, by id. One of V(redis) has a user whose name is V(default).
        type: list
        elements: str
      tags:
        description: Tags to have; others are kept.
        type: dict
        default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's cache is for the shop alone
  prodready.aws.elasticache_user_groups:
    user_groups:
      - user_group_id: shop
        engine: valkey
        users: [shop, shop-nobody]
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

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..module_utils import elasticache, tag_rules
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.elasticache import BUSY, SERVICE, name_problem, same_list
from ..module_utils.elasticache_data import kept_by_users
from ..module_utils.lists import declared_twice, repeated
from ..module_utils.plan import Call, Calls, Change, State, Wait
from ..module_utils.tags import as_list
from ..module_utils.undo import Undo

GROUP_SPEC: dict[str, Any] = {
    "user_group_id": {"type": "str", "required": True},
    "engine": {"type": "str", "choices": ["valkey", "redis"]},
    "users": {"type": "list", "elements": "str"},
    "tags": {"type": "dict", "default": {}},
}


def problems(groups: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("user group", (one["user_group_id"] for one in groups))
    for one in groups:
        found = [*name_problem(one["user_group_id"], 40, "user_group_id"), *same_list("users", one["users"])]
        if one["users"] == []:
            found.append("users must be at least one")
        found += tag_rules.problems(tag_rules.as_text(one["tags"]))
        yield from (f"{one['user_group_id']}: {problem}" for problem in found)


def want(one: Mapping[str, Any], ownership: Mapping[str, str]) -> State:
    state = {"engine": one["engine"]} if one["engine"] else {}
    users = {"users": sorted(one["users"])} if one["users"] is not None else {}
    return {**state, **users, "tags": {**tag_rules.as_text(one["tags"]), **ownership}}


def read(aws: Aws, names: Iterable[str]) -> dict[str, State]:
    found = {one["UserGroupId"]: one for one in aws.pages(SERVICE, "describe_user_groups", "UserGroups") if one["UserGroupId"] in names}
    found = {name: one for name, one in found.items() if one.get("Status") != "deleting"}
    tags = elasticache.tags_of(aws, "usergroup", found)
    return {name: {"engine": one["Engine"].lower(), "users": users_of(one), "tags": tags[name]} for name, one in found.items()}


def users_of(group: Mapping[str, Any]) -> list[str]:
    """With those that come, and without those that go."""
    pending = group.get("PendingChanges") or {}
    users = {*(group.get("UserIds") or []), *(pending.get("UserIdsToAdd") or [])}
    return sorted(users - {*(pending.get("UserIdsToRemove") or [])})


def calls(aws: Aws, change: Change) -> Calls:
    state, group = change.after, {"UserGroupId": change.name}
    active = Wait("user_group_active", group, until=f"user group {change.name} is active", look="UserGroups[0].Status")
    if state is None:
        yield Call("delete_user_group", group, missing=("UserGroupNotFound",), again=BUSY)
        yield Wait("user_group_gone", group, until=f"user group {change.name} is gone", look="UserGroups[0].Status")
        return
    if change.before is None:
        yield Call("create_user_group", {**group, "Engine": state["engine"], "UserIds": state["users"], "Tags": as_list(state["tags"])})
        yield active
        return
    fields: dict[str, Any] = {"Engine": state["engine"]} if change.differs("engine") else {}
    old, new = set(change.before["users"]), set(state["users"])
    fields |= {"UserIdsToAdd": sorted(new - old)} if new - old else {}
    fields |= {"UserIdsToRemove": sorted(old - new)} if old - new else {}
    if fields:
        yield Call("modify_user_group", {**group, **fields}, again=BUSY)
        yield active
    yield from elasticache.tag_calls(change, elasticache.arn(aws, "usergroup", change.name))


def kept(aws: Aws, change: Change) -> str | None:
    if found := list(immutable(change)):
        return f"cannot be put back: {'; '.join(found)}"
    return kept_by_users(aws, change, [change.name])


UNDO = Undo(SERVICE, read, lambda module, change: calls(module.aws, change), kept)


def immutable(change: Change) -> Iterator[str]:
    before, after = change.before, change.after
    if before and after and change.differs("engine") and after["engine"] == "redis":
        yield f"engine {before['engine']} cannot become redis. Make a new user group"


def forbidden(changes: list[Change], names: Mapping[str, str]) -> Iterator[str]:
    """What only the account can tell is wrong; `names` has the user names by id."""
    for change in changes:
        yield from (f"{change.name}: {problem}" for problem in [*immutable(change), *change_problems(change, names)])


def change_problems(change: Change, names: Mapping[str, str]) -> Iterator[str]:
    after = change.after or {}
    if lacking := [key for key in ("engine", "users") if not after.get(key)]:
        yield f"there is no user group of this id; a new one needs {' and '.join(lacking)}"
        return
    # Users that are not there are made by the same run, and while it is only planned nobody knows their names.
    if any(user not in names for user in after["users"]):
        return
    found = [names[user] for user in after["users"]]
    for name in repeated(found):
        yield f"two of its users have the name {name}, by which they log in"
    if after["engine"] == "redis" and "default" not in found:
        yield "a user group of engine redis needs a user whose user_name is default; make one that is off, or take AWS's own, default"


def main() -> None:
    module = AwsModule({"user_groups": {"type": "list", "elements": "dict", "required": True, "options": GROUP_SPEC}})
    groups, aws = module.params["user_groups"], module.aws
    if found := list(problems(groups)):
        module.fail("; ".join(found))
    wanted = {one["user_group_id"]: want(one, module.ownership) for one in groups}

    def check(changes: list[Change]) -> list[str]:
        names = {one["UserId"]: one["UserName"] for one in aws.pages(SERVICE, "describe_users", "Users")} if changes else {}
        return list(forbidden(changes, names))

    module.ensure(
        SERVICE,
        wanted,
        read,
        lambda change: calls(aws, change),
        check=lambda changes: module.ask("users", check, changes),
    )


if __name__ == "__main__":
    main()
