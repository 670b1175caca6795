#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_users
short_description: Keep a set of ElastiCache's users as desired
version_added: 0.1.0
description:
  - Creates users that are missing and sets what is given; what is not given stays as it is. Never deletes one.
  - AWS never tells a password, only how many a user has. So passwords are set for a new user, when their number differs, and with
    O(users[].update_password=always) in every run. They are in no plan, diff or journal.
  - A password is changed without a break in two runs. The first gives the new one beside the old one, the second the new one alone.
  - See U(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  users:
    description: The users.
    type: list
    elements: dict
    required: true
    suboptions:
      user_id:
        description: Its id, by which user groups name it.
        type: str
        required: true
      user_name:
        description: The name that it logs in with. Its id for a new one. Never changed.
        type: str
      engine:
        description: The engine. A user of V(redis) can become one of V(valkey), never the other way.
        type: str
        choices: [valkey, redis]
      access_string:
        description:
          - What it may do, such as V(on ~shop:* +@read +@write). Needed for a new one.
          - C(-@all), which AWS puts before its commands, may be left out.
        type: str
      authentication:
        description:
          - How it logs in. V(iam) needs a user name that is its id.
          - Taken from O(users[].passwords) when not given.
        type: str
        choices: [password, no-password, iam]
      passwords:
        description: Its passwords, one or two, of 16 to 128 characters.
        type: list
        elements: str
      update_password:
        description: Whether passwords are set in every run, or for a new user and when their number differs only.
        type: str
        choices: [on_create, always]
        default: on_create
      tags:
        description: Tags to have; others are kept.
        type: dict
        default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop may read and write its own keys, and nobody comes in without a name
  prodready.aws.elasticache_users:
    users:
      - user_id: shop
        engine: valkey
        access_string: on ~shop:* +@read +@write +@connection
        passwords: ["{{ shop_variables.REDIS_PASSWORD }}"]
      - user_id: shop-nobody
        user_name: default
        engine: valkey
        access_string: "off -@all"
        passwords: ["{{ shop_variables.REDIS_DEFAULT_PASSWORD }}"]
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

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..module_utils import elasticache, tag_rules
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.elasticache import BUSY, SERVICE
from ..module_utils.elasticache_data import kept_by_users
from ..module_utils.elasticache_user_rules import forbidden, immutable, problems, rights
from ..module_utils.plan import Call, Calls, Change, State, Wait
from ..module_utils.tags import as_list
from ..module_utils.undo import Undo

USER_SPEC: dict[str, Any] = {
    "user_id": {"type": "str", "required": True},
    **{key: {"type": "str"} for key in ("user_name", "access_string")},
    "engine": {"type": "str", "choices": ["valkey", "redis"]},
    "authentication": {"type": "str", "choices": ["password", "no-password", "iam"]},
    "passwords": {"type": "list", "elements": "str", "no_log": True},
    "update_password": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
    "tags": {"type": "dict", "default": {}},
}
# AWS tells no-password and is told no-password-required.
TYPES = {"password": "password", "no-password": "no-password-required", "iam": "iam"}


def want(one: Mapping[str, Any], ownership: Mapping[str, str], now: str) -> State:
    state = {key: one[key] for key in ("user_name", "engine", "access_string", "authentication") if one[key] is not None}
    if one["passwords"]:
        state |= {"authentication": "password", "password_count": len(one["passwords"])}
        if one["update_password"] == "always":
            state["passwords_set"] = now
    return {**state, "tags": {**tag_rules.as_text(one["tags"]), **ownership}}


def read(aws: Aws, asked: Mapping[str, State]) -> dict[str, State]:
    found = {one["UserId"]: one for one in aws.pages(SERVICE, "describe_users", "Users") if one["UserId"] in asked}
    found = {name: one for name, one in found.items() if one.get("Status") != "deleting"}
    tags = elasticache.tags_of(aws, "user", found)

    def state(name: str, user: Mapping[str, Any]) -> State:
        there, given = user["AccessString"], asked[name].get("access_string")
        return {
            "user_name": user["UserName"],
            "engine": user["Engine"].lower(),
            "access_string": given if given and rights(given) == rights(there) else there,
            "authentication": user["Authentication"]["Type"].removesuffix("-required"),
            "password_count": user["Authentication"].get("PasswordCount") or 0,
            "tags": tags[name],
        }

    return {name: state(name, user) for name, user in found.items()}


def authentication(state: State, passwords: list[str] | None) -> dict[str, Any]:
    given = {"Passwords": passwords} if state["authentication"] == "password" else {}
    return {"AuthenticationMode": {"Type": TYPES[state["authentication"]], **given}}


def calls(aws: Aws, passwords: list[str] | None, change: Change) -> Calls:
    state, user = change.after, {"UserId": change.name}
    active = Wait("user_active", user, until=f"user {change.name} is active", look="Users[0].Status")
    if state is None:
        yield Call("delete_user", user, missing=("UserNotFound",), again=BUSY)
        yield Wait("user_gone", user, until=f"user {change.name} is gone", look="Users[0].Status")
        return
    if change.before is None:
        about = {"UserName": state["user_name"], "Engine": state["engine"], "AccessString": state["access_string"]}
        yield Call("create_user", {**user, **about, **authentication(state, passwords), "Tags": as_list(state["tags"])})
        yield active
        return
    fields = {field: state[key] for key, field in {"access_string": "AccessString", "engine": "Engine"}.items() if change.differs(key)}
    if change.differs("authentication", "password_count", "passwords_set"):
        fields |= authentication(state, passwords)
    if fields:
        yield Call("modify_user", {**user, **fields}, again=BUSY)
        yield active
    yield from elasticache.tag_calls(change, elasticache.arn(aws, "user", change.name))


def kept(aws: Aws, change: Change) -> str | None:
    by_password = change.after is not None and change.after["authentication"] == "password"
    if by_password and (change.before is None or change.differs("authentication", "password_count")):
        return "had passwords that nobody has written down: give them to prodready.aws.elasticache_users"
    if found := list(immutable(change)):
        return f"cannot be put back: {'; '.join(found)}"
    uses = [one["UserGroupId"] for one in aws.pages(SERVICE, "describe_user_groups", "UserGroups") if change.name in one.get("UserIds", [])]
    return kept_by_users(aws, change, uses)


UNDO = Undo(SERVICE, read, lambda module, change: calls(module.aws, None, change), kept)


def settled(name: str, wanted: State, before: State | None) -> State:
    state = {"user_name": name, **wanted} if before is None else dict(wanted)
    return {**state, "password_count": 0} if state.get("authentication", "password") != "password" else state


def main() -> None:
    module = AwsModule({"users": {"type": "list", "elements": "dict", "required": True, "options": USER_SPEC}})
    users, aws = module.params["users"], module.aws
    if found := list(problems(users)):
        module.fail("; ".join(found))
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    wanted = {one["user_id"]: want(one, module.ownership, now) for one in users}
    passwords = {one["user_id"]: one["passwords"] for one in users}
    current = module.ask(f"users {', '.join(wanted)}", read, aws, wanted)
    module.ensure(
        SERVICE,
        {name: settled(name, state, current.get(name)) for name, state in wanted.items()},
        lambda *_: current,
        lambda change: calls(aws, passwords[change.name], change),
        check=forbidden,
    )


if __name__ == "__main__":
    main()
