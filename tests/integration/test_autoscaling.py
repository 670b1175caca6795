"""An Auto Scaling group behind a real load balancer: it replaces what fails its health checks, and follows the requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.balancing import Balancing, Clients, TargetProcess
from tests.integration.place import Place, until

pytestmark = [pytest.mark.timeout(600), pytest.mark.long]
PORT = 8080


class Fleet:
    """A process for each instance of the group, as EC2 would have it: started when the instance is there, gone with it."""

    def __init__(self, balancing: Balancing) -> None:
        self.balancing = balancing
        self.scaling = balancing.place.client("autoscaling")
        self.processes: dict[str, TargetProcess] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._done.wait(0.3):
            there = self.running()
            for uid in self.processes.keys() - there.keys():
                self.processes.pop(uid).stop()
            for uid in there.keys() - self.processes.keys():
                address = f"127.{self.balancing.state['slice']}.{'.'.join(there[uid].split('.')[2:])}"
                self.processes[uid] = TargetProcess(address, PORT)

    def running(self) -> dict[str, str]:
        found = self.balancing.ec2.describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])
        return {one["InstanceId"]: one["PrivateIpAddress"] for page in found["Reservations"] for one in page["Instances"]}

    def group(self) -> dict[str, Any]:
        return self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["shop"])["AutoScalingGroups"][0]

    def in_service(self) -> list[str]:
        return [one["InstanceId"] for one in self.group()["Instances"] if one["LifecycleState"] == "InService"]

    def causes(self) -> str:
        found = self.scaling.describe_scaling_activities(AutoScalingGroupName="shop")["Activities"]
        return "\n".join(one["Cause"] for one in found)

    def stop(self) -> None:
        self._done.set()
        self._thread.join()
        for process in self.processes.values():
            process.stop()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "sandbox")
    made.sandbox("up")
    if off := made.state["off"].get("envoy"):
        made.sandbox("down")
        pytest.skip(off)
    yield made
    made.sandbox("down")


def test_a_group_replaces_what_is_sick_and_follows_the_requests(place):
    balancing = Balancing(place)
    arn = balancing.group("scaled", TargetType="instance", wait=False)
    balancing.attributes("target_group", arn, **{"deregistration_delay.timeout_seconds": "1"})
    balancing.listen(80, {"Type": "forward", "TargetGroupArn": arn})
    image = balancing.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    balancing.ec2.create_launch_template(LaunchTemplateName="shop", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"})
    fleet = Fleet(balancing)
    try:
        fleet.scaling.create_auto_scaling_group(
            AutoScalingGroupName="shop",
            LaunchTemplate={"LaunchTemplateName": "shop", "Version": "1"},
            MinSize=2,
            MaxSize=4,
            VPCZoneIdentifier=",".join(balancing.subnets[:2]),
            TargetGroupARNs=[arn],
            HealthCheckType="ELB",
            HealthCheckGracePeriod=100,
            DefaultInstanceWarmup=60,
        )
        until(lambda: healthy(balancing, arn) == set(fleet.in_service()) and len(fleet.in_service()) == 2, "two are healthy")

        sick = fleet.in_service()[0]
        fleet.processes[sick].become(503)
        until(lambda: sick not in fleet.running(), "the sick instance is terminated")
        until(lambda: healthy(balancing, arn) == set(fleet.in_service()) and len(fleet.in_service()) == 2, "two are healthy again")
        assert "ELB system health check failure" in fleet.causes()

        # The load balancer's and the target group's parts of their ARNs.
        label = f"{balancing.arn.partition(':loadbalancer/')[2]}/{arn.rpartition(':')[2]}"
        metric = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
        fleet.scaling.put_scaling_policy(
            AutoScalingGroupName="shop",
            PolicyName="requests",
            PolicyType="TargetTrackingScaling",
            TargetTrackingConfiguration={"PredefinedMetricSpecification": metric, "TargetValue": 600.0},
        )
        with Clients(balancing, 80, count=4, pause=0.05) as clients:
            until(lambda: len(healthy(balancing, arn)) > 2, "the group has grown with the requests")
        assert set(clients.statuses) == {200} and clients.failures == []
        assert "AlarmHigh" in fleet.causes()
        until(lambda: len(fleet.in_service()) == 2, "the group has shrunk without requests", seconds=300)
        assert "AlarmLow" in fleet.causes()
    finally:
        fleet.stop()


def healthy(balancing: Balancing, arn: str) -> set[str]:
    found = balancing.elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    return {one["Target"]["Id"] for one in found if one["TargetHealth"]["State"] == "healthy"}
