#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: alb_drill
short_description: Watch a target leave its load balancer and come back, while a client sends requests
version_added: 0.1.0
description:
  - Sends requests to a site at a constant rate, and looks at the health of one of its targets, until the target was made to fail, has left,
    was repaired and is back. It changes nothing itself; who makes the target fail and repairs it says so by files in O(folder).
  - The file C(failing) says that the target is made to fail from now on, C(repaired) that it will serve again, C(end) that all is over.
    The module writes C(watching) when it has begun, C(left) when AWS says that the target gets no requests, and C(back) when it is
      healthy again.
  - Meant to run in the background (C(async)).
  - See U(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html).
extends_documentation_fragment:
  - prodready.aws.aws
  - prodready.aws.client
options:
  folder:
    description: The folder of the files.
    type: path
    required: true
  target:
    description: The target that is made to fail.
    type: dict
    required: true
    suboptions:
      target_group: {description: The name of its target group., type: str, required: true}
      id: {description: "The instance, or the address.", type: str, required: true}
      port: {description: The port that it listens on. The target group's when not given., type: int}
  rate:
    description: How many requests a second are sent.
    type: int
    default: 100
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: A client asks, and the target is watched
  prodready.aws.alb_drill:
    folder: /run/drill
    target: {target_group: shop, id: 10.0.1.11, port: 3000}
    url: https://shop.example.com/
  async: 600
  poll: 0
"""

RETURN = r"""
client:
  description:
    - How many C(requests) were sent and C(not_sent) in time, how many C(failed), how they ended (C(ends)), and how long they took, as
      C(p50_ms) and others.
  type: dict
  returned: always
failed_while_noticing:
  description: How many requests failed between the target's failure and the moment at which AWS said that it had left.
  type: int
  returned: always
failed_otherwise:
  description: How many failed before, or later.
  type: int
  returned: always
left_after_seconds:
  description: After how long the target got no requests; nothing when it stayed.
  type: float
  returned: always
back_after_seconds:
  description: After how long it was healthy again, from its repair; nothing when it did not come back.
  type: float
  returned: always
leaves_within_seconds:
  description: How long that may take, by the target group's thresholds, interval and timeout.
  type: int
  returned: always
returns_within_seconds:
  description: Likewise for the way back.
  type: int
  returned: always
counted:
  description: How many answers with 5xx the load balancer counted in that time, of its own and of its targets; nothing when it told none.
  type: int
  returned: always
"""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.load import CLIENT_SPEC, Load, Sample, rate_problem, summary
from ..module_utils.targets import TARGET_SPEC, Targets, name_of

LOOK_SECONDS = 0.5
# What was on its way when AWS said so is still answered, or not.
SETTLE_SECONDS = 1.0
PERIOD_SECONDS = 60
COUNTED = ("HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count")


def limits(group: Mapping[str, Any]) -> tuple[int, int]:
    """How long a target may take to leave and to come back: a check has just passed, and the last one takes its time."""
    interval, timeout = group["HealthCheckIntervalSeconds"], group["HealthCheckTimeoutSeconds"]
    return (
        interval * group["UnhealthyThresholdCount"] + timeout,
        interval * (group["HealthyThresholdCount"] + 1) + timeout,
    )


def written(file: Path) -> float | None:
    return file.stat().st_mtime if file.exists() else None


class Watch:
    """The moments of the drill, from the files and from AWS."""

    def __init__(self, aws: Aws, folder: Path, target: Mapping[str, Any]) -> None:
        self.aws, self.folder, self.target = aws, folder, target
        self.left: float | None = None
        self.back: float | None = None

    def state(self) -> str:
        found = Targets(self.aws, {self.target["target_group"]}).health
        return found.get(name_of(self.target), {}).get("status", "absent")

    def moments(self, seconds: float) -> Iterator[None]:
        """Look again and again, until the end is said or the time is over."""
        end = time.time() + seconds
        (self.folder / "watching").touch()
        while written(self.folder / "end") is None and time.time() < end:
            self.look()
            yield
            time.sleep(LOOK_SECONDS)

    def look(self) -> None:
        failing, repaired = (written(self.folder / name) for name in ("failing", "repaired"))
        if failing and self.left is None and self.state() != "healthy":
            self.left = time.time()
            (self.folder / "left").touch()
        elif repaired and self.back is None and self.state() == "healthy":
            self.back = time.time()
            (self.folder / "back").touch()

    def took(self, name: str, moment: float | None) -> float | None:
        begun = written(self.folder / name)
        return round(moment - begun, 1) if moment and begun else None


def noticing(samples: list[Sample], failing: float | None, left: float | None) -> tuple[int, int]:
    """How many requests failed while the load balancer had not noticed yet, and how many otherwise."""
    end = (left or float("inf")) + SETTLE_SECONDS
    failed = [one for one in samples if one.failed]
    during = sum(failing is not None and failing <= one.at + one.seconds and one.at <= end for one in failed)
    return during, len(failed) - during


def counted(aws: Aws, balancer_arn: str, since: float, wanted: int, seconds: float) -> int | None:
    """What the load balancer has counted since then; CloudWatch may take some minutes to tell."""
    begin = datetime.fromtimestamp(since // PERIOD_SECONDS * PERIOD_SECONDS, UTC)
    dimensions = [{"Name": "LoadBalancer", "Value": balancer_arn.partition(":loadbalancer/")[2]}]
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {"Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": dimensions},
                "Period": PERIOD_SECONDS,
                "Stat": "Sum",
            },
        }
        for number, name in enumerate(COUNTED)
    ]
    end = time.time() + seconds
    while True:
        answer = aws.call("cloudwatch", "get_metric_data", MetricDataQueries=queries, StartTime=begin, EndTime=datetime.now(UTC))
        values = [value for result in answer["MetricDataResults"] for value in result["Values"]]
        if sum(values) >= wanted or time.time() > end:
            return int(sum(values)) if values else None
        time.sleep(LOOK_SECONDS)


def main() -> None:
    module = AwsModule(
        {
            "folder": {"type": "path", "required": True},
            "target": {"type": "dict", "required": True, "options": TARGET_SPEC},
            "rate": {"type": "int", "default": 100},
            **CLIENT_SPEC,
        }
    )
    params, aws = module.params, module.aws
    if wrong := rate_problem(params["rate"]):
        module.fail(f"{wrong}.")
    targets = module.ask("targets", Targets, aws, {params["target"]["target_group"]})
    if targets.missing:
        module.fail(f"There is no target group {targets.missing[0]}: make it first (role alb), or correct alb_drill_target.")
    target = {key: value for key, value in targets.want(params["target"]).items() if key != "draining"}
    group = targets.groups[target["target_group"]]
    others = [name for name, one in targets.health.items() if one["status"] == "healthy" and name != name_of(target)]
    if targets.health.get(name_of(target), {}).get("status") != "healthy" or not others or not group["LoadBalancerArns"]:
        there = ", ".join(f"{name} ({one['status']})" for name, one in targets.health.items()) or "none"
        module.fail(
            f"{name_of(target)} is not made to fail: it must be healthy behind a load balancer, and another one too; there are {there}."
        )

    folder = Path(params["folder"])
    watch = Watch(aws, folder, target)
    begun = time.time()
    with Load(params["url"], params["rate"], params["connect_to"], params["ca_path"]) as load:
        module.ask("the drill", lambda: list(watch.moments(params["deadline_seconds"])))
    client = summary(load.samples)
    during, otherwise = noticing(load.samples, written(folder / "failing"), watch.left)
    leaves, returns = limits(group)
    module.done(
        changed=False,
        client=client,
        failed_while_noticing=during,
        failed_otherwise=otherwise,
        left_after_seconds=watch.took("failing", watch.left),
        back_after_seconds=watch.took("repaired", watch.back),
        leaves_within_seconds=leaves,
        returns_within_seconds=returns,
        counted=module.ask("metrics", counted, aws, group["LoadBalancerArns"][0], begun, client["failed"], 5 * PERIOD_SECONDS),
    )


if __name__ == "__main__":
    main()
