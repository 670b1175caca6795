"""What an account has of ElastiCache in one region, kept on moto's backend, which a reset empties."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.elasticache.models import ElastiCacheBackend

ALPHABET = string.ascii_lowercase + string.digits
MOST_EVENTS = 1000


def new_id() -> str:
    """Of AWS's kind, as in the names of endpoints; what is made anew under an old name is another."""
    return "".join(secrets.choice(ALPHABET) for _ in range(6))


@dataclass
class Node:
    """A member of a replication group, which is a cache cluster of one node."""

    name: str
    number: int
    zone: str
    status: str = "creating"
    created: datetime = field(default_factory=utcnow)


@dataclass
class Shard:
    """A node group: a primary and its replicas, to which slots belong where keys are spread over shards."""

    number: int
    # What the names of its nodes begin with.
    prefix: str
    # The number of its eight addresses; None where nothing runs.
    block: int | None
    nodes: list[Node]
    primary: str
    # As AWS tells them: 0-8191, or 0-100,200-300.
    slots: str = ""
    # A snapshot's data of one shard.
    restore: str = ""
    failovers: int = 0
    promote: str = ""
    # How many of the failovers have been done where no Redis runs.
    failed_over: int = 0

    @property
    def id(self) -> str:
        return f"{self.number:04}"

    @property
    def replicas(self) -> list[Node]:
        return [node for node in self.nodes if node.name != self.primary]


@dataclass(kw_only=True)
class Cache:
    """What runs as Redis: a replication group, or a serverless cache."""

    name: str
    description: str
    engine: str
    engine_version: str
    port: int
    # The addresses of its own, which are those of its only shard where keys are not spread; None where nothing runs.
    block: int | None
    slice: int
    shards: list[Shard]
    certificate: str = ""
    key: str = field(default="", repr=False)
    user_groups: list[str] = field(default_factory=list)
    security_groups: list[str] = field(default_factory=list)
    snapshot_retention: int = 0
    kms_key: str = ""
    uid: str = field(default_factory=new_id)
    status: str = "creating"
    created: datetime = field(default_factory=utcnow)
    # Of what the daemon is asked for.
    revision: int = 1
    # A snapshot that deletion waits for.
    final_snapshot: str = ""
    problem: str = ""

    def __setstate__(self, state: dict[str, Any]) -> None:
        """From a snapshot of the account, which has no processes: they are to be started."""
        self.__dict__.update(state)
        if self.block is not None:
            self.change()

    @property
    def nodes(self) -> list[Node]:
        return [node for shard in self.shards for node in shard.nodes]

    @property
    def is_cluster(self) -> bool:
        """Whether its nodes speak the protocol of clusters."""
        return True

    def change(self) -> None:
        """It is not available until the daemon has done what was asked for."""
        self.revision += 1
        if self.status == "available":
            self.status = "modifying"


@dataclass(kw_only=True)
class Group(Cache):
    node_type: str
    parameter_group: str
    subnet_group: str
    # disabled, compatible or enabled; and what was before a change of it that the nodes may refuse.
    cluster_mode: str = "disabled"
    before_mode: dict[str, Any] = field(default_factory=dict)
    tls: bool = False
    # SHA-256 digests, the newest one last; with "nopass" a password is not asked for either.
    tokens: list[str] = field(default_factory=list, repr=False)
    without_token: bool = True
    token_changed: datetime | None = None
    automatic_failover: bool = False
    multi_az: bool = False
    snapshot_window: str = "05:00-06:00"
    snapshotting: str = ""
    maintenance_window: str = "sun:03:00-sun:04:00"
    topic: str = ""
    topic_status: str = "active"
    at_rest: bool = False
    minor_upgrades: bool = True
    logs: list[dict[str, Any]] = field(default_factory=list)
    # How many percent of the slots that are to move have moved; None where none are.
    resharded: float | None = None
    # Kept until the next maintenance window, as AWS keeps what is not to be applied immediately.
    pending: dict[str, Any] = field(default_factory=dict)

    @property
    def is_cluster(self) -> bool:
        return self.cluster_mode != "disabled"


@dataclass(kw_only=True)
class Serverless(Cache):
    # As AWS has them: DataStorage and ECPUPerSecond, with what is limited of each.
    limits: dict[str, dict[str, Any]]
    subnets: list[str]
    snapshot_time: str = ""


@dataclass
class User:
    uid: str
    name: str
    engine: str
    access: str
    kind: str
    digests: list[str] = field(default_factory=list, repr=False)
    status: str = "active"


@dataclass
class UserGroup:
    uid: str
    engine: str
    users: list[str]
    status: str = "active"


@dataclass
class ParameterGroup:
    name: str
    family: str
    description: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass
class SubnetGroup:
    name: str
    description: str
    vpc: str
    # Subnets and their zones.
    subnets: dict[str, str]


@dataclass
class Snapshot:
    name: str
    group: str
    # The node of each shard whose data it has.
    nodes: dict[str, str]
    # As DescribeSnapshots tells of the group that it is of.
    told: dict[str, Any]
    status: str = "creating"
    slots: dict[str, str] = field(default_factory=dict)
    # Bytes of each shard.
    sizes: dict[str, int] = field(default_factory=dict)
    created: datetime = field(default_factory=utcnow)
    uid: str = field(default_factory=new_id)


@dataclass
class Event:
    source: str
    kind: str
    message: str
    at: datetime = field(default_factory=utcnow)


@dataclass
class Account:
    number: str
    region: str
    groups: dict[str, Group] = field(default_factory=dict)
    serverless: dict[str, Serverless] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    user_groups: dict[str, UserGroup] = field(default_factory=dict)
    parameter_groups: dict[str, ParameterGroup] = field(default_factory=dict)
    subnet_groups: dict[str, SubnetGroup] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    serverless_snapshots: dict[str, Snapshot] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    @property
    def caches(self) -> list[Cache]:
        return [*self.groups.values(), *self.serverless.values()]

    @property
    def every_snapshot(self) -> list[Snapshot]:
        return [*self.snapshots.values(), *self.serverless_snapshots.values()]

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:elasticache:{self.region}:{self.number}:{kind}:{name}"

    def tell(self, kind: str, source: str, message: str) -> None:
        self.events.append(Event(source, kind, message))
        del self.events[:-MOST_EVENTS]


def of(backend: ElastiCacheBackend) -> Account:
    known = backend.__dict__
    if "caches" not in known:
        known["caches"] = Account(backend.account_id, backend.region_name)
        # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html: the user that every account has
        known["caches"].users["default"] = User("default", "default", "redis", "on ~* +@all", "no-password")
    return known["caches"]
