"""The shop as a service of ECS: what its visitors and its operators see of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import programs
from tests.integration.place import Place, until
from tests.integration.shop_containers import GROUP, SECRET, Containers, is_broken

SCALED = {"ServiceNamespace": "ecs", "ResourceId": "service/shop/shop", "ScalableDimension": "ecs:service:DesiredCount"}

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.long,
    pytest.mark.skipif(not programs.envoy() or not shutil.which("npm"), reason="no Envoy or no npm on this machine"),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    """Two tasks that are healthy."""
    folder = tmp_path_factory.mktemp("containers")
    place = Place(folder / "sandbox")
    place.sandbox("up")
    made = Containers(place, folder)
    try:
        made.prepare()
        made.create(made.register(made.image("1.0.0")))
        until(made.is_steady, "the service is steady")
        yield made
    finally:
        place.sandbox("down")
    assert made.processes() == []
    shutil.rmtree(place.folder)


def test_both_tasks_answer_through_the_load_balancer(shop: Containers) -> None:
    shop.stable()
    assert shop.service()["runningCount"] == 2
    assert shop.healthy() == 2
    assert shop.get().json()["version"] == "1.0.0"
    started: set[str] = set()
    until(lambda: started.add(shop.get().json()["started"]) or len(started) == 2, "both have answered")
    assert len(shop.processes()) == 2


def test_what_it_prints_is_in_its_log_streams_and_no_secret_is_seen(shop: Containers) -> None:
    logs = shop.place.client("logs")
    tasks = {task["taskArn"].rpartition("/")[2] for task in shop.tasks()}
    streams = {one["logStreamName"] for one in logs.describe_log_streams(logGroupName=GROUP)["logStreams"]}
    assert {f"shop/shop/{uid}" for uid in tasks} <= streams
    events = logs.get_log_events(logGroupName=GROUP, logStreamName=f"shop/shop/{min(tasks)}")["events"]
    assert any("listening" in json.loads(event["message"]).values() for event in events)
    commands = "".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in shop.processes())
    written = "".join(file.read_text(errors="replace") for file in (shop.place.folder / "log").glob("*.log"))
    told = json.dumps([shop.tasks(), shop.ecs.describe_task_definition(taskDefinition="shop")], default=str)
    for name in SECRET:
        assert shop.env[name] not in commands + written + told
        assert shop.env[name] in Path(f"/proc/{shop.processes()[0]}/environ").read_text()


def test_a_task_that_is_killed_is_replaced_and_the_other_one_goes_on(shop: Containers) -> None:
    before = {task["taskArn"] for task in shop.tasks()}
    os.kill(shop.processes()[0], signal.SIGKILL)
    counts = []

    def is_replaced() -> bool:
        counts.append(shop.service()["runningCount"])
        return len({task["taskArn"] for task in shop.tasks()} - before) == 1 and shop.healthy() == 2

    until(is_replaced, "another task is healthy")
    assert min(counts) >= 1
    [stopped] = [task for task in shop.tasks("STOPPED") if task["taskArn"] in before]
    assert stopped["stopCode"] == "EssentialContainerExited"
    assert stopped["containers"][0]["exitCode"] == 137
    assert shop.get().status_code == 200


def test_an_image_that_does_not_start_is_rolled_back_and_nobody_notices(shop: Containers) -> None:
    until(shop.is_steady, "the service is steady")
    good = shop.service()["taskDefinition"]
    bad = shop.register(shop.image("1.0.1", is_broken("1.0.1")))
    shop.ecs.update_service(cluster="shop", service="shop", taskDefinition=bad)
    answers = []

    def is_back() -> bool:
        answers.append(shop.get().status_code)
        found = shop.service()
        return found["taskDefinition"] == good and found["runningCount"] == 2 and shop.is_steady()

    until(is_back, "the last good deployment is back")
    assert set(answers) == {200}
    told = [event["message"] for event in shop.service()["events"]]
    assert any("deployment failed: tasks failed to start." in one for one in told)
    assert any("rolling back to deployment" in one for one in told)
    assert {task["taskDefinitionArn"] for task in shop.tasks()} == {good}


def test_another_release_takes_over_without_a_failed_request(shop: Containers) -> None:
    until(shop.is_steady, "the service is steady")
    shop.ecs.update_service(
        cluster="shop",
        service="shop",
        taskDefinition=shop.register(shop.image("1.1.0")),
        deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 200},
    )
    answers = []

    def is_there() -> bool:
        answers.append(shop.get())
        return shop.is_steady()

    until(is_there, "the new release is steady", 90)
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["version"] for answer in answers} == {"1.0.0", "1.1.0"}
    assert {shop.get().json()["version"] for _ in range(10)} == {"1.1.0"}


def test_requests_raise_the_count_and_silence_lowers_it(shop: Containers) -> None:
    until(shop.is_steady, "the service is steady")
    scaling = shop.place.client("application-autoscaling")
    scaling.register_scalable_target(**SCALED, MinCapacity=2, MaxCapacity=3)
    scaling.put_scaling_policy(
        **SCALED,
        PolicyName="requests",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 100,
            "ScaleInCooldown": 10,
            "ScaleOutCooldown": 10,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": shop.label},
        },
    )

    def is_raised() -> bool:
        for _ in range(40):
            shop.get("/health/live")
        time.sleep(0.5)
        return shop.service()["runningCount"] == 3

    until(is_raised, "a third task runs", 90)
    until(lambda: shop.service()["runningCount"] == 2, "it is gone again", 240)
    causes = [one["Cause"] for one in scaling.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]]
    assert "-AlarmLow-" in causes[0] and "-AlarmHigh-" in causes[1]
    metrics = shop.place.client("cloudwatch").list_metrics(Namespace="AWS/ECS")["Metrics"]
    assert {one["MetricName"] for one in metrics} == {"CPUUtilization", "MemoryUtilization"}


def test_a_deleted_service_leaves_no_process(shop: Containers) -> None:
    shop.ecs.delete_service(cluster="shop", service="shop", force=True)
    shop.ecs.get_waiter("services_inactive").wait(cluster="shop", services=["shop"], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    assert shop.processes() == []
    assert shop.elb.describe_target_health(TargetGroupArn=shop.group)["TargetHealthDescriptions"] == [] or shop.healthy() == 0
