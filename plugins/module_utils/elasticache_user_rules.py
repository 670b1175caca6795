# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What ElastiCache takes of a user, and what its access string means. Pure functions.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from . import tag_rules
from .elasticache import name_problem
from .lists import declared_twice
from .plan import Change

NEW_NEEDS = ("engine", "access_string", "authentication")
PASSWORDS = "must be 1 or 2, each of 16 to 128 characters"


def rights(access_string: str) -> list[str]:
    """What an access string means, in order, without the -@all that AWS puts before its commands."""
    words = access_string.split()
    first = next((index for index, word in enumerate(words) if word[0] in "+-" or word in ("allcommands", "nocommands")), None)
    return [word for index, word in enumerate(words) if index != first or word not in ("-@all", "nocommands")]


def problems(users: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("user", (one["user_id"] for one in users))
    for one in users:
        yield from (f"{one['user_id']}: {problem}" for problem in user_problems(one))


def user_problems(one: Mapping[str, Any]) -> Iterator[str]:
    yield from name_problem(one["user_id"], 40, "user_id")
    passwords, kind = one["passwords"], one["authentication"]
    if passwords is not None and not (1 <= len(passwords) <= 2 and all(re.fullmatch(r"\S{16,128}", text) for text in passwords)):
        yield f"passwords {PASSWORDS}, without blanks"
    if passwords is not None and len(set(passwords)) < len(passwords):
        yield "passwords are twice the same"
    if kind == "password" and not passwords:
        yield "authentication password needs passwords"
    if passwords and kind not in (None, "password"):
        yield f"passwords are not for authentication {kind}"
    if kind == "no-password" and one["engine"] == "valkey":
        yield "authentication no-password is not for engine valkey, whose user groups take none of its users"
    if kind == "iam" and one["user_name"] not in (None, one["user_id"]):
        yield f"authentication iam needs a user_name that is its user_id, {one['user_id']}"
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html#Access-string
    if any(word.startswith((">", "<", "#", "!")) or word == "reset" for word in (one["access_string"] or "").split()):
        yield "access_string takes neither passwords nor reset; give passwords"
    if one["access_string"] is not None and not one["access_string"].strip():
        yield "access_string must not be empty; off -@all is a user that may do nothing"
    yield from tag_rules.problems(tag_rules.as_text(one["tags"]))


def immutable(change: Change) -> Iterator[str]:
    before, after = change.before, change.after
    if before is None or after is None:
        return
    if change.differs("user_name"):
        yield f"user_name of a user cannot be changed (there: {before['user_name']}, wanted: {after['user_name']}). Make a new one"
    if change.differs("engine") and after["engine"] == "redis":
        yield f"engine {before['engine']} cannot become redis. Make a new user"


def forbidden(changes: list[Change]) -> Iterator[str]:
    """What only the account can tell is wrong."""
    for change in changes:
        after = change.after or {}
        lacking = [key for key in NEW_NEEDS if not after.get(key)]
        if change.before is None and lacking:
            yield f"{change.name}: there is no user of this id; a new one needs {', '.join(lacking)}"
        if after.get("authentication") == "iam" and after["user_name"] != change.name:
            yield f"{change.name}: authentication iam needs a user_name that is its user_id, and it is {after['user_name']}"
        yield from (f"{change.name}: {problem}" for problem in immutable(change))
