"""Cache clusters: the members of replication groups, with their nodes where they are asked for.

A cluster of its own is kept by moto, without a process; it is gone when its deletion was told once.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeCacheClusters.html

moto does not know the members of replication groups, tells of no nodes, and deletes for ever.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, PaginatedResult
from moto.elasticache.models import CacheCluster, ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from sandbox.cache import account as accounts
from sandbox.cache import alone, describing
from sandbox.cache.account import Account
from sandbox.cache.faults import combination, fault
from sandbox.cache.serving import lock


def members(account: Account, with_nodes: bool) -> dict[str, dict[str, Any]]:
    return {node.name: describing.cluster(account, group, node, with_nodes) for group in account.groups.values() for node in group.nodes}


def node(cluster: CacheCluster, number: int, region: str) -> dict[str, Any]:
    return {
        "CacheNodeId": f"{number:04}",
        "CacheNodeStatus": cluster.cache_cluster_status,
        "CacheNodeCreateTime": cluster.cache_cluster_create_time,
        "Endpoint": {"Address": f"{cluster.cache_cluster_id}.{number:04}.{region}.cache.amazonaws.com", "Port": int(cluster.port)},
        "ParameterGroupStatus": "in-sync",
    }


def describe(self: ElastiCacheResponse) -> ActionResult:
    asked, backend = self._get_params(), self.elasticache_backend
    with lock:
        account = accounts.of(backend)
        alone.settle(account)
        found: dict[str, Any] = {}
        if not asked.get("ShowCacheClustersNotInReplicationGroups"):
            found |= members(account, asked.get("ShowCacheNodeInfo", False))
        for name, cluster in list(backend.cache_clusters.items()):
            if cluster.cache_cluster_status == "deleting":
                del backend.cache_clusters[name]
                continue
            cluster.cache_nodes = [node(cluster, number, backend.region_name) for number in range(1, (cluster.num_cache_nodes or 1) + 1)]
            if not asked.get("ShowCacheNodeInfo"):
                cluster.cache_nodes = None
            found[name] = cluster
    name = asked.get("CacheClusterId")
    if name and name.lower() not in found:
        raise fault("CacheClusterNotFound", f"CacheCluster not found: {name}")
    return PaginatedResult({"CacheClusters": [found[name.lower()]] if name else list(found.values())})


def apply() -> None:
    delete = ElastiCacheBackend.delete_cache_cluster

    def delete_cache_cluster(self: ElastiCacheBackend, cache_cluster_id: str) -> CacheCluster:
        group = next((one.name for one in accounts.of(self).groups.values() for each in one.nodes if each.name == cache_cluster_id), None)
        if group:
            raise combination(f"{cache_cluster_id} is a member of the replication group {group}: decrease its number of replicas.")
        return delete(self, cache_cluster_id)

    ElastiCacheResponse.describe_cache_clusters = describe
    ElastiCacheBackend.delete_cache_cluster = delete_cache_cluster
