# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The parameters of the requests that make and modify a replication group. Pure functions.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .elasticache_groups import FIXED, MODIFIED
from .plan import Change, State
from .tags import as_list


def log_request(kind: str, log: Mapping[str, str] | None, before: Mapping[str, str]) -> dict[str, Any]:
    to = log or before
    if "log_group" in to:
        destination = {"DestinationType": "cloudwatch-logs", "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": to["log_group"]}}}
    else:
        details = {"KinesisFirehoseDetails": {"DeliveryStream": to["delivery_stream"]}}
        destination = {"DestinationType": "kinesis-firehose", "DestinationDetails": details}
    return {"LogType": kind, **destination, "LogFormat": to["format"], "Enabled": log is not None}


def log_requests(before: State | None, after: State) -> dict[str, Any]:
    old, new = (before or {}).get("log_deliveries", {}), after.get("log_deliveries", {})
    changed = [kind for kind in sorted({*old, *new}) if old.get(kind) != new.get(kind)]
    logs = [log_request(kind, new.get(kind), old.get(kind, {})) for kind in changed]
    return {"LogDeliveryConfigurations": logs} if logs else {}


def creation(name: str, state: State, ids: Iterable[str], topic: str | None, auth_token: str | None) -> dict[str, Any]:
    """The parameters of CreateReplicationGroup."""
    fields = {field: state[key] for key, field in {**MODIFIED, **FIXED}.items() if state.get(key) is not None}
    if state["cluster_mode"] == "disabled":
        fields["NumCacheClusters"] = state["replicas"] + 1
    else:
        fields |= {"NumNodeGroups": state["shards"], "ReplicasPerNodeGroup": state["replicas"]}
    # More shards than one say it already, to every engine version.
    if state["cluster_mode"] == "disabled" or state["shards"] > 1:
        del fields["ClusterMode"]
    optional = {
        "SecurityGroupIds": list(ids),
        "UserGroupIds": state.get("user_groups"),
        "NotificationTopicArn": topic,
        "AuthToken": auth_token,
    }
    given = {field: value for field, value in optional.items() if value}
    return {"ReplicationGroupId": name, **fields, **given, **log_requests(None, state), "Tags": as_list(state["tags"])}


def modifications(change: Change, ids: Iterable[str], topic: str | None, immediately: bool) -> Iterator[dict[str, Any]]:
    """The parameters of each ModifyReplicationGroup; one, but for what AWS takes only after an upgrade, only immediately or only alone.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Log_Delivery.html
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption-disable.html
    """
    before, after = change.before or {}, change.after or {}
    fields = {field: after[key] for key, field in MODIFIED.items() if change.differs(key) and after.get(key) is not None}
    if "Engine" in fields:
        fields["EngineVersion"] = after["engine_version"]
    if change.differs("security_groups"):
        fields["SecurityGroupIds"] = list(ids)
    if change.differs("notification_topic"):
        fields |= {"NotificationTopicArn": topic, "NotificationTopicStatus": "active"} if topic else {"NotificationTopicStatus": "inactive"}
    users = user_groups(before.get("user_groups", []), after["user_groups"]) if change.differs("user_groups") else {}
    from_token = users and before.get("auth_token_enabled") and not after.get("auth_token_enabled")
    if not from_token:
        fields |= users
    logs = log_requests(before, after)
    if logs and fields and ("EngineVersion" in fields or not immediately):
        yield {**fields, "ApplyImmediately": immediately}
        yield {**logs, "ApplyImmediately": True}
    elif fields or logs:
        yield {**fields, **logs, "ApplyImmediately": immediately or bool(logs)}
    if from_token:
        yield {**users, "AuthTokenUpdateStrategy": "DELETE", "ApplyImmediately": True}


def user_groups(before: list[str], after: list[str]) -> dict[str, Any]:
    if not after:
        return {"RemoveUserGroups": True}
    add, remove = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    return {**({"UserGroupIdsToAdd": add} if add else {}), **({"UserGroupIdsToRemove": remove} if remove else {})}
