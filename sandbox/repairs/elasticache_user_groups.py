"""User groups of ElastiCache, which moto lacks: the users of a replication group that is encrypted in transit, or of a
serverless cache.

A group has exactly one user with the name `default`, and no two users of one name.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateUserGroup.html
"""

from __future__ import annotations

from typing import Any

from sandbox.cache import tags
from sandbox.cache.account import Account, Cache, Group, Serverless, UserGroup
from sandbox.cache.faults import combination, fault, value
from sandbox.cache.serving import Asked, serve
from sandbox.repairs import elasticache_users as users


def found(account: Account, uid: str) -> UserGroup:
    if uid not in account.user_groups:
        raise fault("UserGroupNotFound", f"User group {uid} not found.")
    return account.user_groups[uid]


def used_by(account: Account, uid: str) -> list[Cache]:
    return [cache for cache in account.caches if uid in cache.user_groups]


def told(account: Account, group: UserGroup) -> dict[str, Any]:
    users = used_by(account, group.uid)
    busy = any(cache.status == "modifying" for cache in users)
    return {
        "UserGroupId": group.uid,
        "Status": "modifying" if busy else group.status,
        "Engine": group.engine,
        "UserIds": list(group.users),
        "MinimumEngineVersion": "7.2" if group.engine == "valkey" else "6.0",
        "ReplicationGroups": sorted(cache.name for cache in users if isinstance(cache, Group)),
        "ServerlessCaches": sorted(cache.name for cache in users if isinstance(cache, Serverless)),
        "ARN": account.arn("usergroup", group.uid),
    }


def check(account: Account, engine: str, uids: list[str]) -> None:
    names = [users.found(account, uid).name for uid in uids]
    if engine == "redis" and "default" not in names:
        raise fault("DefaultUserRequired", "A user group needs to contain a user with the user name default.")
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise fault("DuplicateUserName", f"There is more than one user with the user name {twice}.")
    if engine == "redis" and (other := next((uid for uid in uids if account.users[uid].engine != engine), None)):
        raise value(f"The user {other} is of the engine {account.users[other].engine}, the user group of {engine}.")


def create(account: Account, asked: Asked) -> dict[str, Any]:
    uid, engine = asked["UserGroupId"].lower(), asked["Engine"].lower()
    if not users.ID.fullmatch(uid) or len(uid) > users.LONGEST_ID:
        raise value("The parameter UserGroupId must begin with a letter and have up to 40 letters, digits and single hyphens.")
    if uid in account.user_groups:
        raise fault("UserGroupAlreadyExists", f"User group {uid} already exists.")
    if engine not in users.ENGINES:
        raise value(f'Unknown parameter for Engine: "{engine}", must be one of: {", ".join(users.ENGINES)}')
    uids = asked.get("UserIds") or []
    check(account, engine, uids)
    account.user_groups[uid] = UserGroup(uid, engine, list(uids))
    tags.put(account, account.arn("usergroup", uid), asked.get("Tags"))
    return told(account, account.user_groups[uid])


def modify(account: Account, asked: Asked) -> dict[str, Any]:
    group = changeable(account, asked["UserGroupId"])
    added, removed = asked.get("UserIdsToAdd") or [], asked.get("UserIdsToRemove") or []
    if not added and not removed:
        raise combination("UserIdsToAdd or UserIdsToRemove must be given.")
    for uid in removed:
        if uid not in group.users:
            raise fault("UserNotFound", f"User {uid} is not a member of the user group {group.uid}.")
    if again := next((uid for uid in added if uid in group.users), None):
        raise value(f"{again} is already a member of {group.uid}.")
    members = [uid for uid in group.users if uid not in removed] + added
    check(account, group.engine, members)
    group.users = members
    for cache in used_by(account, group.uid):
        cache.change()
    return told(account, group)


def changeable(account: Account, uid: str) -> UserGroup:
    group = found(account, uid)
    if told(account, group)["Status"] != "active":
        raise fault("InvalidUserGroupState", f"User group {uid} is not in a valid state to be modified: it is being applied.")
    return group


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    group = changeable(account, asked["UserGroupId"])
    if caches := used_by(account, group.uid):
        kind = "serverless cache" if isinstance(caches[0], Serverless) else "replication group"
        raise fault("InvalidUserGroupState", f"User group {group.uid} is associated with the {kind} {caches[0].name}.")
    del account.user_groups[group.uid]
    tags.drop(account, account.arn("usergroup", group.uid))
    return {**told(account, group), "Status": "deleting"}


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    listed = [found(account, asked["UserGroupId"])] if asked.get("UserGroupId") else account.user_groups.values()
    return {"UserGroups": [told(account, group) for group in listed]}


def apply() -> None:
    serve(create_user_group=create, modify_user_group=modify, delete_user_group=delete)
    serve(paged=True, describe_user_groups=describe)
