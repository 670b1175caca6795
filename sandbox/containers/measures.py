"""What ECS reports to CloudWatch of a service, from /proc.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
CPUUtilization and MemoryUtilization are of what the task definition gives its tasks, each task a sample. A datum has the time of its
sample, so that alarms in the sandbox's time see it; by the minute it is as on AWS.
"""

from __future__ import annotations

import time

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow
from moto.ecs.models import EC2ContainerServiceBackend

from sandbox.containers.account import Task
from sandbox.watch import evaluator
from sandbox.watch.backend import stored
from sandbox.watch.metrics import Metric
from sandbox.watch.statistics import Datum

NAMESPACE = "AWS/ECS"
UNITS_OF_CPU, MIB = 1024, 1 << 20


class Measures:
    def __init__(self) -> None:
        # Seconds of CPU that a task had used at a time.
        self._before: dict[str, tuple[float, float]] = {}

    def take(self, backend: EC2ContainerServiceBackend, task: Task, said: dict[str, float]) -> None:
        now, seconds = time.monotonic(), said["cpu_seconds"]
        at, used = self._before.get(task.uid, (now, seconds))
        self._before = {uid: known for uid, known in self._before.items() if now - known[0] < 60} | {task.uid: (now, seconds)}
        if not task.service:
            return
        values = {"MemoryUtilization": 100 * said["memory_bytes"] / (task.memory * MIB)}
        if now > at:
            values["CPUUtilization"] = 100 * max(0.0, seconds - used) / (now - at) / (task.cpu / UNITS_OF_CPU)
        watch = cloudwatch_backends[backend.account_id][backend.region_name]
        cluster = {"ClusterName": task.cluster}
        for name, value in values.items():
            for dimensions in (cluster, {**cluster, "ServiceName": task.service.partition(":")[2]}):
                metric = Metric(NAMESPACE, name, frozenset(dimensions.items()))
                stored(watch).put(metric, Datum.of(utcnow().replace(microsecond=0), "Percent", value))
                evaluator.changed(watch, metric)
