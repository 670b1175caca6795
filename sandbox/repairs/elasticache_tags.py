"""Tags of ElastiCache's resources.

The answer to a change is the list of all the tags, and a resource that is not there is told by its own code.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_AddTagsToResource.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Tagging-Resources.html

moto tags only what it knows itself, answers with nothing, and takes any ARN.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.elasticache.models import ElastiCacheBackend

from sandbox.cache import account as accounts
from sandbox.cache import tags
from sandbox.cache.account import Account
from sandbox.cache.serving import Asked, serve


def listed(account: Account, asked: Asked) -> dict[str, Any]:
    tags.check(account, asked["ResourceName"])
    return {"TagList": tags.of(account, asked["ResourceName"])}


def add(account: Account, asked: Asked) -> dict[str, Any]:
    tags.check(account, asked["ResourceName"])
    tags.put(account, asked["ResourceName"], asked["Tags"])
    return listed(account, asked)


def remove(account: Account, asked: Asked) -> dict[str, Any]:
    tags.check(account, asked["ResourceName"])
    tags.remove(account, asked["ResourceName"], asked["TagKeys"])
    return listed(account, asked)


def iter_tagged_resources(self: ElastiCacheBackend) -> Iterator[TaggedResource]:
    for arn, kind, found in tags.tagged(accounts.of(self)):
        if not arn.endswith(":user:default"):
            yield TaggedResource(arn=arn, tags=found, resource_type=kind)


def apply() -> None:
    serve(list_tags_for_resource=listed, add_tags_to_resource=add, remove_tags_from_resource=remove)
    ElastiCacheBackend.iter_tagged_resources = iter_tagged_resources
