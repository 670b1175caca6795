"""What the tests of ElastiCache's API need; no Redis runs in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

TOKEN = "a-token-of-many-characters"
# In place of NumCacheClusters: two shards with a replica each.
WIDE = {"NumCacheClusters": None, "NumNodeGroups": 2, "ReplicasPerNodeGroup": 1}


def settings(**changed: Any) -> dict[str, Any]:
    """A group with a replica, failover and TLS; what is None is not given."""
    every = {
        "ReplicationGroupId": "shop",
        "ReplicationGroupDescription": "of the shop",
        "CacheNodeType": "cache.t4g.micro",
        "NumCacheClusters": 2,
        "AutomaticFailoverEnabled": True,
        "TransitEncryptionEnabled": True,
        **changed,
    }
    return {name: one for name, one in every.items() if one is not None}


def make(api: Any, **changed: Any) -> dict[str, Any]:
    api.create_replication_group(**settings(**changed))
    return group(api, changed.get("ReplicationGroupId", "shop"))


def group(api: Any, name: str = "shop") -> dict[str, Any]:
    return api.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]


def refused(call: Callable[..., Any], **params: Any) -> str:
    """The code and the message with which it is."""
    with pytest.raises(ClientError) as raised:
        call(**params)
    return "{Code}: {Message}".format(**raised.value.response["Error"])


def messages(api: Any) -> list[str]:
    return [event["Message"] for event in api.describe_events(Duration=60)["Events"]]
