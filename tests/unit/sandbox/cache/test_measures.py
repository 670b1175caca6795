from __future__ import annotations

import datetime

import pytest

from sandbox.cache import info
from sandbox.cache.measures import Minute, measures, of_serverless

CATEGORIES = {
    "read": {"get", "hget", "keys"},
    "write": {"set", "del"},
    "string": {"get", "set"},
    "hash": {"hget"},
    "keyspace": {"keys", "del"},
}
INFO = """\
# Server
run_id:abc\r
# Stats
keyspace_hits:40\r
keyspace_misses:10\r
total_connections_received:7\r
# Replication
role:master\r
slave0:ip=127.77.240.4,port=6379,state=online,offset=9,lag=1\r
slave1:ip=127.77.240.5,port=6379,state=wait_bgsave,offset=0,lag=0\r
# Commandstats
cmdstat_get:calls=50,usec=100,usec_per_call=2.00\r
cmdstat_set:calls=4,usec=12,usec_per_call=3.00\r
cmdstat_hget:calls=1,usec=5,usec_per_call=5.00\r
cmdstat_del:calls=2,usec=2,usec_per_call=1.00\r
# Keyspace
db0:keys=3,expires=1,avg_ttl=0\r
db5:keys=4,expires=0,avg_ttl=0\r
"""


def values(base: dict[str, float], last: dict[str, float], role: str = "master", lag: float | None = None) -> dict[str, float]:
    minute = Minute(datetime.datetime(2026, 1, 1), "abc", base, last)
    return {name: value for name, value, _ in measures(minute, role, lag)}


def test_info_is_read_as_numbers_with_the_families_of_commands():
    found = info.numbers(info.fields(INFO), CATEGORIES)
    assert (found["keyspace_hits"], found["items"], found["volatile"]) == (40, 7, 1)
    assert (found["GetType_calls"], found["SetType_calls"], found["String_calls"], found["Key_calls"]) == (51, 4, 54, 2)
    assert info.lags(info.fields(INFO)) == {"127.77.240.4": 1}


def test_a_minute_counts_what_came_since_it_began():
    found = values({"keyspace_hits": 30, "keyspace_misses": 8}, info.numbers(info.fields(INFO), CATEGORIES))
    assert (found["CacheHits"], found["CacheMisses"], found["NewConnections"], found["CurrItems"]) == (10, 2, 7, 7)
    assert found["CacheHitRate"] == pytest.approx(100 * 10 / 12)
    assert found["GetTypeCmdsLatency"] == pytest.approx(105 / 51)


def test_without_a_lookup_there_is_no_rate_and_without_a_lag_no_lag():
    found = values({"keyspace_hits": 5}, {"keyspace_hits": 5})
    assert "CacheHitRate" not in found and "ReplicationLag" not in found and found["IsMaster"] == 1
    assert values({}, {}, "slave", 2.0)["ReplicationLag"] == 2 and values({}, {}, "slave")["IsMaster"] == 0


def test_the_engine_is_busy_for_the_part_of_the_seconds_that_it_computed():
    base = {"uptime_in_seconds": 100, "used_cpu_user_main_thread": 1.0, "used_cpu_sys_main_thread": 1.0}
    last = {"uptime_in_seconds": 130, "used_cpu_user_main_thread": 7.0, "used_cpu_sys_main_thread": 4.0}
    assert values(base, last)["EngineCPUUtilization"] == 30


def test_memory_is_told_of_what_a_node_may_use():
    assert values({}, {"used_memory": 25, "maxmemory": 100, "mem_not_counted_for_evict": 5})["DatabaseMemoryUsagePercentage"] == 25


def test_of_a_serverless_cache_other_names_are_told_and_nothing_of_nodes():
    measured = [("CacheHits", 3.0, "Count"), ("GetTypeCmdsLatency", 2.0, "Microseconds"), ("IsMaster", 1.0, "Count")]
    measured += [("HashBasedCmds", 1.0, "Count"), ("EngineCPUUtilization", 5.0, "Percent"), ("GetTypeCmds", 1.0, "Count")]
    assert [name for name, _, _ in of_serverless(measured)] == ["CacheHits", "SuccessfulReadRequestLatency", "HashBasedCmds"]
