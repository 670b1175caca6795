"""Users of ElastiCache: Redis's ACL users, whose passwords nobody is told again.

* A user has one or two passwords of 16 to 128 characters, or none at all (no password required), never both.
* The access string has no passwords, no `reset`, and no command that ElastiCache lacks.
* `default` (user ID) cannot be changed or deleted, nor can a user that a group needs as its default one.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateUser.html

moto cannot modify users, keeps their passwords, and tells of each that it has the ID `user1` when it exists already.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.cache import acl, tags
from sandbox.cache.account import Account, User
from sandbox.cache.faults import combination, fault, value
from sandbox.cache.serving import Asked, serve

ID = re.compile(r"[a-z](-?[a-z0-9])*", re.IGNORECASE)
LONGEST_ID = 40
PASSWORD_LENGTHS = range(16, 129)
MOST_PASSWORDS = 2
ENGINES = ("redis", "valkey")
NO_PASSWORD = "No password was provided. If you want to create/update the user without password, please use the NoPasswordRequired flag."


def found(account: Account, uid: str) -> User:
    if uid not in account.users:
        raise fault("UserNotFound", f"User {uid} not found.")
    return account.users[uid]


def told(account: Account, user: User) -> dict[str, Any]:
    of = sorted(group.uid for group in account.user_groups.values() if user.uid in group.users)
    return {
        "UserId": user.uid,
        "UserName": user.name,
        "Status": user.status,
        "Engine": user.engine,
        "MinimumEngineVersion": "7.2" if user.engine == "valkey" else "6.0",
        "AccessString": user.access,
        "UserGroupIds": of,
        "Authentication": {"Type": user.kind, **({"PasswordCount": len(user.digests)} if user.digests else {})},
        "ARN": account.arn("user", user.uid),
    }


def authentication(asked: Asked) -> tuple[str, list[str]] | None:
    """Its kind and the passwords' digests; None when nothing is said of it."""
    mode = asked.get("AuthenticationMode") or {}
    passwords = asked.get("Passwords") or mode.get("Passwords") or []
    kind = mode.get("Type") or ("no-password-required" if asked.get("NoPasswordRequired") else "password" if passwords else "")
    if not kind and asked.get("NoPasswordRequired") is None:
        return None
    if kind == "iam":
        raise NotImplementedError("users that authenticate with IAM")
    if passwords and kind == "no-password-required":
        raise combination("Password field is not allowed with authentication type: no-password")
    if kind == "no-password-required":
        return "no-password", []
    if not passwords:
        raise value(NO_PASSWORD)
    if len(passwords) > MOST_PASSWORDS or len(set(passwords)) < len(passwords):
        raise value(f"A user can have up to {MOST_PASSWORDS} different passwords.")
    if any(len(password) not in PASSWORD_LENGTHS for password in passwords):
        raise value("Passwords length must be between 16-128 characters.")
    return "password", [acl.digest(password) for password in passwords]


def checked(access: str) -> str:
    if word := acl.wrong(access):
        raise value(f"Access string contains invalid syntax or a command that is not allowed: {word}")
    return access


def create(account: Account, asked: Asked) -> dict[str, Any]:
    uid, name, engine = asked["UserId"].lower(), asked["UserName"], asked["Engine"].lower()
    if not ID.fullmatch(uid) or len(uid) > LONGEST_ID:
        raise value("The parameter UserId must begin with a letter and have up to 40 letters, digits and single hyphens.")
    if uid in account.users:
        raise fault("UserAlreadyExists", f"User {uid} already exists.")
    if engine not in ENGINES:
        raise value(f'Unknown parameter for Engine: "{engine}", must be one of: {", ".join(ENGINES)}')
    access, how = checked(asked["AccessString"]), authentication(asked)
    if not how:
        raise value(NO_PASSWORD)
    account.users[uid] = User(uid, name, engine, access, *how)
    tags.put(account, account.arn("user", uid), asked.get("Tags"))
    return told(account, account.users[uid])


def modify(account: Account, asked: Asked) -> dict[str, Any]:
    user = changeable(account, asked["UserId"])
    if asked.get("AccessString") and asked.get("AppendAccessString"):
        raise combination("Specify either AccessString or AppendAccessString.")
    access = checked(asked.get("AccessString") or f"{user.access} {asked.get('AppendAccessString') or ''}".strip())
    how = authentication(asked)
    user.access = access
    if how:
        user.kind, user.digests = how
    for cache in account.caches:
        if any(user.uid in account.user_groups[one].users for one in cache.user_groups):
            cache.revision += 1
    return told(account, user)


def delete(account: Account, asked: Asked) -> dict[str, Any]:
    user = changeable(account, asked["UserId"])
    groups = [group for group in account.user_groups.values() if user.uid in group.users]
    if user.name == "default" and groups:
        raise fault("DefaultUserAssociatedToUserGroup", f"{user.uid} is the default user of the user group {groups[0].uid}.")
    for group in groups:
        group.users.remove(user.uid)
    for one in account.caches:
        one.revision += any(group.uid in one.user_groups for group in groups)
    del account.users[user.uid]
    tags.drop(account, account.arn("user", user.uid))
    return {**told(account, user), "Status": "deleting"}


def changeable(account: Account, uid: str) -> User:
    if uid == "default":
        raise value("The user default cannot be modified or deleted.")
    return found(account, uid)


def describe(account: Account, asked: Asked) -> dict[str, Any]:
    listed = [found(account, asked["UserId"])] if asked.get("UserId") else list(account.users.values())
    for rule in asked.get("Filters") or []:
        members = {"user-id": "uid", "user-name": "name", "engine": "engine"}
        if rule["Name"].lower() not in members:
            raise value(f"Unknown filter {rule['Name']}: allowed are {', '.join(members)}.")
        listed = [user for user in listed if getattr(user, members[rule["Name"].lower()]) in rule["Values"]]
    if asked.get("Engine"):
        listed = [user for user in listed if user.engine == asked["Engine"].lower()]
    return {"Users": [told(account, user) for user in listed]}


def apply() -> None:
    serve(create_user=create, modify_user=modify, delete_user=delete)
    serve(paged=True, describe_users=describe)
