"""Tags of what an account has; they go with what they are of."""

from __future__ import annotations

from collections.abc import Iterator

from moto.elasticache.models import ElastiCacheBackend, elasticache_backends

from sandbox.cache.account import Account
from sandbox.cache.faults import fault, value

MOST_TAGS = 50
# ARNs' kinds: what there is, by name, and what AWS says of one that there is not.
_KINDS = {
    "replicationgroup": ("groups", "ReplicationGroupNotFoundFault", "elasticache:replicationgroup"),
    "serverlesscache": ("serverless", "ServerlessCacheNotFoundFault", "elasticache:serverlesscache"),
    "serverlesscachesnapshot": (
        "serverless_snapshots",
        "ServerlessCacheSnapshotNotFoundFault",
        "elasticache:serverlesscachesnapshot",
    ),
    "parametergroup": ("parameter_groups", "CacheParameterGroupNotFound", "elasticache:parametergroup"),
    "subnetgroup": ("subnet_groups", "CacheSubnetGroupNotFoundFault", "elasticache:subnetgroup"),
    "snapshot": ("snapshots", "SnapshotNotFoundFault", "elasticache:snapshot"),
    "user": ("users", "UserNotFound", "elasticache:user"),
    "usergroup": ("user_groups", "UserGroupNotFound", "elasticache:usergroup"),
}


def _backend(account: Account) -> ElastiCacheBackend:
    return elasticache_backends[account.number][account.region]


def put(account: Account, arn: str, given: list[dict[str, str]] | None) -> None:
    service = _backend(account).tagging_service
    pairs = [{"Key": tag["Key"], "Value": tag.get("Value", "")} for tag in given or []]
    if wrong := next((tag["Key"] for tag in pairs if tag["Key"].lower().startswith("aws:")), None):
        raise value(f"The tag key {wrong} begins with aws:, which is reserved.")
    if len({tag["Key"] for tag in pairs} | service.get_tag_dict_for_resource(arn).keys()) > MOST_TAGS:
        raise fault("TagQuotaPerResourceExceeded", f"A resource can have {MOST_TAGS} tags.")
    service.tag_resource(arn, pairs)


def remove(account: Account, arn: str, keys: list[str]) -> None:
    _backend(account).tagging_service.untag_resource_using_names(arn, keys)


def of(account: Account, arn: str) -> list[dict[str, str]]:
    return _backend(account).tagging_service.list_tags_for_resource(arn)["Tags"]


def drop(account: Account, arn: str) -> None:
    _backend(account).tagging_service.delete_all_tags_for_resource(arn)


def check(account: Account, arn: str) -> None:
    """That there is something to tag."""
    parts = arn.split(":", 6)
    if len(parts) != 7 or parts[2] != "elasticache" or parts[5] not in (*_KINDS, "cluster"):
        raise fault("InvalidARN", f"{arn} is not a valid ARN")
    kind, name = parts[5:]
    if kind == "cluster":
        if not any(node.name == name for group in account.groups.values() for node in group.nodes):
            raise fault("CacheClusterNotFound", f"{name} is either not present or not available.")
        return
    place, code, _ = _KINDS[kind]
    if name not in getattr(account, place):
        raise fault(code, f"{name} is either not present or not available.")


def tagged(account: Account) -> Iterator[tuple[str, str, dict[str, str]]]:
    """ARN, kind and tags of everything, for the tagging API."""
    service = _backend(account).tagging_service
    for kind, (place, _, resource_type) in _KINDS.items():
        for name in getattr(account, place):
            arn = account.arn(kind, name)
            yield arn, resource_type, service.get_tag_dict_for_resource(arn)
