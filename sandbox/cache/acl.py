"""Access strings and tokens as Redis's ACL rules. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ClientConfig.RestrictedCommands.html
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html (of ACL only what reads)
RESTRICTED = (
    *(
        "bgrewriteaof",
        "bgsave",
        "config",
        "debug",
        "failover",
        "migrate",
        "module",
        "psync",
        "replicaof",
        "save",
        "shutdown",
        "slaveof",
        "sync",
    ),
    *("acl|deluser", "acl|getuser", "acl|list", "acl|load", "acl|save", "acl|setuser"),
)
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SupportedCommands.html: of its shards a cache only tells.
RESHARDING = tuple(
    f"cluster|{name}"
    for name in (
        *("addslots", "addslotsrange", "bumpepoch", "delslots", "delslotsrange", "failover", "flushslots", "forget", "meet"),
        *("replicate", "reset", "saveconfig", "set-config-epoch", "setslot"),
    )
)
EVERYTHING = ("on", "~*", "&*", "+@all")
_RULE = re.compile(
    r"on|off|(allkeys|resetkeys|allchannels|resetchannels|allcommands|nocommands|clearselectors|sanitize-payload|skip-sanitize-payload)"
    r"|(~|&|%(R|W|RW)~)\S*|[+-](@[a-z]+|[a-z_-]+(\|[a-z_-]+)?)",
    re.IGNORECASE,
)


def digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


def rules(access: Iterable[str], digests: Iterable[str], without_password: bool, lacking: Iterable[str] = RESTRICTED) -> list[str]:
    """Of one user, for ACL SETUSER; the last word is that of the commands which nobody may use."""
    return [*access, *(["nopass"] if without_password else [f"#{one}" for one in digests]), *(f"-{name}" for name in lacking)]


def words(access_string: str) -> list[str]:
    """The rules of an access string; (...) is one."""
    return re.findall(r"\([^)]*\)|\S+", access_string)


def wrong(access_string: str) -> str:
    """The first word that is no rule, or that ElastiCache does not allow; none is empty."""
    for word in words(access_string):
        inner = word[1:-1].split() if word.startswith("(") and word.endswith(")") else [word]
        for one in inner:
            name = one[1:].lower()
            if not _RULE.fullmatch(one) or one[0] == "+" and (name in RESTRICTED or name.partition("|")[0] in RESTRICTED):
                return one
    return ""
