"""What ElastiCache reports to CloudWatch of each node, from the INFO of the Redis that it is.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/serverless-metrics-events-redis.html
Each metric of a node has the dimension CacheClusterId, and CacheClusterId with CacheNodeId; each of a serverless cache has clusterId.
A minute has one datum, as on AWS; that of the minute which is running is brought up to date every five seconds. A hit rate is told only
of a minute that had lookups. What is measured of the host (CPUUtilization, FreeableMemory) is not told: the host is this machine. Nor
are ECPUs: Redis does not tell how large each answer was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow

from sandbox.cache import describing, info
from sandbox.cache.account import Account, Cache, Serverless
from sandbox.watch import evaluator
from sandbox.watch.backend import stored
from sandbox.watch.metrics import Metric
from sandbox.watch.statistics import Datum

NAMESPACE = "AWS/ElastiCache"
Numbers = dict[str, float]
# Name, value, unit.
Measure = tuple[str, float, str]
# Counted over the minute: metric, number of INFO, unit.
COUNTERS = {
    "CacheHits": ("keyspace_hits", "Count"),
    "CacheMisses": ("keyspace_misses", "Count"),
    "Evictions": ("evicted_keys", "Count"),
    "Reclaimed": ("expired_keys", "Count"),
    "NewConnections": ("total_connections_received", "Count"),
    "NetworkBytesIn": ("total_net_input_bytes", "Bytes"),
    "NetworkBytesOut": ("total_net_output_bytes", "Bytes"),
    "ReplicationBytes": ("total_net_repl_output_bytes", "Bytes"),
    "ActiveDefragHits": ("active_defrag_hits", "Count"),
    "AuthenticationFailures": ("acl_access_denied_auth", "Count"),
    "CommandAuthorizationFailures": ("acl_access_denied_cmd", "Count"),
    "KeyAuthorizationFailures": ("acl_access_denied_key", "Count"),
    "ChannelAuthorizationFailures": ("acl_access_denied_channel", "Count"),
}
# As it is now.
GAUGES = {
    "CurrConnections": ("connected_clients", "Count"),
    "CurrItems": ("items", "Count"),
    "CurrVolatileItems": ("volatile", "Count"),
    "BytesUsedForCache": ("used_memory", "Bytes"),
    "MemoryFragmentationRatio": ("mem_fragmentation_ratio", "None"),
    "SaveInProgress": ("rdb_bgsave_in_progress", "Count"),
    "KeysTracked": ("tracking_total_keys", "Count"),
}
# What is told of serverless caches, beside their commands and latencies.
SERVERLESS = (
    *("CacheHits", "CacheMisses", "CacheHitRate", "Evictions", "Reclaimed", "NewConnections", "NetworkBytesIn", "NetworkBytesOut"),
    *("AuthenticationFailures", "CommandAuthorizationFailures", "KeyAuthorizationFailures", "CurrConnections", "CurrItems"),
    *("CurrVolatileItems", "BytesUsedForCache"),
)
LATENCIES = {"GetTypeCmdsLatency": "SuccessfulReadRequestLatency", "SetTypeCmdsLatency": "SuccessfulWriteRequestLatency"}
COMMANDS = ("GetType", "SetType", *(f"{family}Based" for family in info.FAMILIES))


@dataclass
class Minute:
    """What a process had counted when the minute began, and what it has counted since."""

    at: datetime
    run: str
    base: Numbers
    last: Numbers


class Measures:
    def __init__(self) -> None:
        self._minutes: dict[tuple[str, str], Minute] = {}

    def take(self, account: Account, group: Cache, said: dict[str, object]) -> None:
        node, numbers = str(said["node"]), said["numbers"]
        minute = self._minute((group.uid, node), str(said["run"]), numbers)  # type: ignore[arg-type]
        watch = cloudwatch_backends[account.number][account.region]
        lag = said["lag"] if said["role"] == "slave" else None
        measured = measures(minute, str(said["role"]), lag)  # type: ignore[arg-type]
        places = [{"CacheClusterId": node}, {"CacheClusterId": node, "CacheNodeId": describing.NODE_ID}]
        if isinstance(group, Serverless):
            measured, places = of_serverless(measured), [{"clusterId": group.name}]
        for name, value, unit in measured:
            for dimensions in places:
                metric = Metric(NAMESPACE, name, frozenset(dimensions.items()))
                stored(watch).replace(metric, Datum.of(minute.at, unit, value))
                evaluator.changed(watch, metric)

    def _minute(self, key: tuple[str, str], run: str, numbers: Numbers) -> Minute:
        now = utcnow().replace(second=0, microsecond=0)
        known = self._minutes.get(key)
        if not known or known.run != run:
            known = Minute(now, run, {}, numbers)  # a process counts from nothing
        elif known.at != now:
            known = Minute(now, run, known.last, numbers)
        known.last = numbers
        self._minutes[key] = known
        return known


def measures(minute: Minute, role: str, lag: float | None) -> Iterator[Measure]:
    def counted(name: str) -> float:
        return max(0.0, minute.last.get(name, 0) - minute.base.get(name, 0))

    for name, (number, unit) in COUNTERS.items():
        yield name, counted(number), unit
    for name, (number, unit) in GAUGES.items():
        yield name, minute.last.get(number, 0), unit
    hits, misses = counted("keyspace_hits"), counted("keyspace_misses")
    if hits + misses:
        yield "CacheHitRate", 100 * hits / (hits + misses), "Percent"
    for family in COMMANDS:
        calls, spent = (counted(f"{family.removesuffix('Based')}_{kind}") for kind in ("calls", "usec"))
        yield f"{family}Cmds", calls, "Count"
        if calls:
            yield f"{family}CmdsLatency", spent / calls, "Microseconds"
    if largest := minute.last.get("maxmemory"):
        used = minute.last["used_memory"]
        yield "DatabaseMemoryUsagePercentage", 100 * used / largest, "Percent"
        counted_for_evict = used - minute.last.get("mem_not_counted_for_evict", 0)
        yield "DatabaseMemoryUsageCountedForEvictPercentage", 100 * counted_for_evict / largest, "Percent"
    if seconds := counted("uptime_in_seconds"):
        busy = counted("used_cpu_sys_main_thread") + counted("used_cpu_user_main_thread")
        yield "EngineCPUUtilization", min(100.0, 100 * busy / seconds), "Percent"
    yield "IsMaster", float(role == "master"), "Count"
    if lag is not None:
        yield "ReplicationLag", lag, "Seconds"


def of_serverless(measured: Iterable[Measure]) -> Iterator[Measure]:
    for name, value, unit in measured:
        if name in SERVERLESS or name.endswith("BasedCmds"):
            yield name, value, unit
        elif name in LATENCIES:
            yield LATENCIES[name], value, unit
