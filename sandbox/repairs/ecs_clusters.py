"""Clusters count their services and tasks, and are not deleted while they have some.

* https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html
* https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html: the same one twice is one.
* DescribeClusters has empty lists where there is nothing.

moto does not count, deletes a cluster with its tasks in it, and makes one anew.
"""

from __future__ import annotations

from typing import Any

from moto.ecs.exceptions import ECSException
from moto.ecs.models import Cluster, EC2ContainerServiceBackend

from sandbox.containers.account import services, tasks

_describe, _create, _delete = (
    EC2ContainerServiceBackend.describe_clusters,
    EC2ContainerServiceBackend.create_cluster,
    EC2ContainerServiceBackend.delete_cluster,
)


def counted(backend: EC2ContainerServiceBackend, cluster: Cluster) -> Cluster:
    own = [task for task in tasks(backend) if task.cluster == cluster.name]
    cluster.running_tasks_count = sum(task.last_status == "RUNNING" for task in own)
    cluster.pending_tasks_count = sum(task.last_status in ("PROVISIONING", "PENDING") for task in own)
    cluster.active_services_count = sum(one.cluster == cluster.name and one.status == "ACTIVE" for one in services(backend))
    cluster.capacity_providers = cluster.capacity_providers or []
    cluster.default_capacity_provider_strategy = cluster.default_capacity_provider_strategy or []
    return cluster


def describe(self: EC2ContainerServiceBackend, cluster_names: list[str]) -> Any:
    found, failures = _describe(self, cluster_names)
    return [counted(self, cluster) for cluster in found], failures


def create(self: EC2ContainerServiceBackend, cluster_name: str, *given: Any, **more: Any) -> Cluster:
    there = self.clusters.get(cluster_name)
    return counted(self, there if there and there.status == "ACTIVE" else _create(self, cluster_name, *given, **more))


def delete(self: EC2ContainerServiceBackend, cluster_str: str) -> Cluster:
    cluster = counted(self, self._get_cluster(cluster_str))
    if any(one.cluster == cluster.name and one.status != "INACTIVE" for one in services(self)):
        raise ECSException("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
    if any(task.cluster == cluster.name and task.last_status != "STOPPED" for task in tasks(self)):
        raise ECSException("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
    return _delete(self, cluster_str)


def apply() -> None:
    EC2ContainerServiceBackend.describe_clusters = describe
    EC2ContainerServiceBackend.create_cluster = create
    EC2ContainerServiceBackend.delete_cluster = delete
