"""What a request of ElastiCache is done on, by the names that its ARNs have."""

from __future__ import annotations

from sandbox.iam.needs import Params

# What a request of ElastiCache names by other members than the ARN's, and which member is of what it makes.
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/IAM.ResourceLevelPermissions.html
_CACHE_MEMBERS = {
    "UserGroupIds": ("UserGroupIdsToAdd", "UserGroupIdsToRemove"),
    "UserIds": ("UserIdsToAdd", "UserIdsToRemove"),
    "SnapshotName": ("FinalSnapshotIdentifier",),
    "ServerlessCacheSnapshotName": ("FinalSnapshotName",),
}
_CACHE_MADE = {
    "ReplicationGroupDescription": "ReplicationGroupId",
    "SnapshotName": "SnapshotName",
    "ServerlessCacheName": "ServerlessCacheName",
    "UserGroupId": "UserGroupId",
    "UserId": "UserId",
    "CacheParameterGroupName": "CacheParameterGroupName",
    "CacheSubnetGroupName": "CacheSubnetGroupName",
}


def readable(name: str, params: Params) -> Params:
    if name == "AddTagsToResource" and "ResourceName" not in params:
        made = next(own for member, own in _CACHE_MADE.items() if member in params)
        return {made: params[made]}
    found = dict(params)
    for member, others in _CACHE_MEMBERS.items():
        for other in others:
            if other in params:
                given = params[other]
                found[member] = [*found.get(member, []), *given] if isinstance(given, list) else given
    if name == "CreateReplicationGroup":
        found.setdefault("CacheParameterGroupName", "default.*")
    return found
