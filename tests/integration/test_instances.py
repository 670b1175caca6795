"""Instances of EC2 as hosts: booted by their user data, asked through a load balancer, killed, stopped, and gone."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox import programs
from tests.integration.balancing import Balancing
from tests.integration.place import Place, until
from tests.integration.shop_instances import PORT, Instance, Shop

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not (programs.instances_run() and programs.envoy()), reason="no instances or no Envoy on this machine"),
]
SERVER = "bin/server.js"


@pytest.fixture(scope="module")
def shop(applied: Place) -> Iterator[Shop]:
    applied.control("PUT", "snapshot", {"name": "before instances"})
    made = Shop(applied)
    made.keep_release()
    made.profile("shop", "s3:GetObject", "s3:ListBucket", "secretsmanager:GetSecretValue")
    yield made
    applied.control("POST", "snapshot", {"name": "before instances"})
    until(lambda: not list((applied.folder / "instances").glob("i-*")), "no folder of an instance is left", 30)


@pytest.fixture(scope="module")
def served(shop: Shop) -> SimpleNamespace:
    """An instance behind a listener."""
    balancing = Balancing(shop.place)
    group = balancing.group("instances", Port=PORT, TargetType="instance", HealthCheckPath="/health")
    balancing.attributes("target_group", group, **{"deregistration_delay.timeout_seconds": "1"})
    balancing.listen(80, {"Type": "forward", "TargetGroupArn": group})
    instance = shop.launch()
    instance.until("running")
    balancing.elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": instance.name}])
    instance.until_booted()
    return SimpleNamespace(balancing=balancing, group=group, instance=instance)


def health(served: SimpleNamespace) -> dict[str, str]:
    found = served.balancing.elbv2.describe_target_health(TargetGroupArn=served.group)["TargetHealthDescriptions"]
    return {item["Target"]["Id"]: item["TargetHealth"]["State"] for item in found}


def until_healthy(served: SimpleNamespace, instance: Instance) -> None:
    until(lambda: health(served).get(instance.name) == "healthy", f"{instance.name} is healthy", 40)


def test_an_instance_boots_by_its_user_data_and_answers_through_the_balancer(served):
    assert served.instance.console.splitlines()[-1] == "Cloud-init: scripts_user has finished", served.instance.console
    until_healthy(served, served.instance)
    answer = served.balancing.ask(80, "/health")
    assert (answer.status, answer.json["status"]) == (200, "ok")


def test_only_its_own_address_listens(served):
    number = served.instance.PrivateIpAddress.split(".")
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"]
    own = "".join(f"{int(part):02X}" for part in reversed(["127", str(served.balancing.state["slice"]), *number[2:]]))
    assert f"{own}:{PORT:04X}" in listening


def test_its_services_have_nothing_of_its_boots_environment(served):
    pid = served.instance.processes()[SERVER]
    environment = Path(f"/proc/{pid}/environ").read_bytes().decode()
    assert "HOST_ROOT=" not in environment and "AWS_ACCESS_KEY_ID=ASIA" not in environment
    assert "NODE_EXTRA_CA_CERTS=" in environment


def test_its_lines_are_in_the_log_group_in_a_stream_of_its_own(served, shop):
    logs = shop.place.client("logs")

    def lines() -> list[str]:
        with contextlib.suppress(logs.exceptions.ResourceNotFoundException):
            found = logs.get_log_events(logGroupName="/shop/application", logStreamName=served.instance.name)["events"]
            return [event["message"] for event in found]
        return []

    until(lambda: any("listening" in line for line in lines()), "the shop's first lines", 20)


def test_its_cpu_is_a_metric(served, shop):
    watch = shop.place.client("cloudwatch")
    asked: dict[str, Any] = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Period": 60, "Statistics": ["Average"]}
    now = datetime.now(UTC)

    def values() -> list[float]:
        dimensions = [{"Name": "InstanceId", "Value": served.instance.name}]
        times = {"StartTime": now - timedelta(minutes=5), "EndTime": now + timedelta(minutes=5)}
        return [point["Average"] for point in watch.get_metric_statistics(**asked, **times, Dimensions=dimensions)["Datapoints"]]

    until(values, "a value", 30)
    assert all(0 < value <= 100 for value in values())


def test_a_service_that_is_killed_is_started_again(served):
    before = served.instance.processes()[SERVER]
    os.kill(before, signal.SIGKILL)
    until(lambda: served.instance.processes().get(SERVER, before) != before, "another process", 20)
    assert served.balancing.ask(80, "/version").status == 200


def test_a_host_whose_manager_is_killed_comes_back_without_booting_anew(served):
    processes = served.instance.processes()
    manager = next(pid for pid in processes.values() if b"sandbox.units" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(manager, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{processes[SERVER]}").exists(), "its service has ended with it", 20)
    until(lambda: served.instance.processes().get(SERVER), "its service is started again", 30)
    until_healthy(served, served.instance)
    assert served.instance.state == "running" and len((served.instance.root / "boots").read_text().splitlines()) == 1


def test_a_stopped_instance_has_no_process_and_keeps_its_files(served):
    served.instance.ec2.stop_instances(InstanceIds=[served.instance.name])
    served.instance.until("stopped")
    assert served.instance.processes() == {} and health(served) == {served.instance.name: "unused"}
    served.instance.ec2.start_instances(InstanceIds=[served.instance.name])
    served.instance.until("running")
    until_healthy(served, served.instance)
    assert len((served.instance.root / "boots").read_text().splitlines()) == 1


def test_a_terminated_instance_is_drained_and_gone_and_a_snapshot_brings_it_back(served, shop):
    shop.place.control("PUT", "snapshot", {"name": "with an instance"})
    pids = served.instance.processes().values()
    served.instance.ec2.terminate_instances(InstanceIds=[served.instance.name])
    served.instance.until("terminated")
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    until(lambda: health(served) == {}, "it is no target", 20)
    until(lambda: not served.instance.root.exists(), "its folder is removed", 10)
    assert "scripts_user has finished" in served.instance.console
    assert served.balancing.ask(80, "/version").status == 503
    shop.place.control("POST", "snapshot", {"name": "with an instance"})
    until(lambda: served.instance.processes().get(SERVER), "its service is started anew", 30)
    until_healthy(served, served.instance)
    assert served.instance.state == "running" and served.balancing.ask(80, "/version").status == 200


def test_a_snapshot_leaves_an_instance_alone_that_is_in_both(served, shop):
    shop.place.control("PUT", "snapshot", {"name": "still there"})
    before = served.instance.processes()
    other = shop.launch()
    other.until("running")
    shop.place.control("POST", "snapshot", {"name": "still there"})
    until(lambda: not other.root.exists(), "the other is gone", 20)
    assert served.instance.processes() == before


def test_a_profile_may_do_what_its_role_allows_and_an_instance_without_one_nothing(shop):
    shop.profile("blind", "s3:ListAllMyBuckets")
    for profile, words in (("blind", "AccessDenied"), ("", "Unable to locate credentials")):
        script = "#!/bin/sh\naws secretsmanager get-secret-value --secret-id shop/sandbox\n"
        instance = shop.launch(profile, script)
        instance.until_booted()
        assert words in instance.console and "Failed running var/lib/cloud/instance/scripts/part-001" in instance.console
        instance.ec2.terminate_instances(InstanceIds=[instance.name])


def test_user_data_that_is_no_script_is_said_not_to_be_run(shop):
    instance = shop.launch("", "#cloud-config\nruncmd: [touch /tmp/x]\n")
    until(lambda: "is not run: it is cloud-config" in instance.console, "why it is not run", 20)
    instance.until("running")
    instance.ec2.terminate_instances(InstanceIds=[instance.name])


def test_a_reset_account_and_a_killed_supervisor_leave_no_process(tmp_path):
    place = Place(tmp_path / "sandbox")
    place.sandbox("up")
    try:
        shop = Shop(place)
        script = "#!/bin/sh\nsleep 1000 &\nsleep 1000\n"
        first = shop.launch("", script)
        until(lambda: "1000" in first.processes(), "its processes", 20)
        place.control("POST", "reset")
        until(lambda: not first.processes() and not first.root.exists(), "no process after a reset", 20)
        second = shop.launch("", script)
        until(lambda: "1000" in second.processes(), "its processes", 20)
        pids = list(second.processes().values())
        os.kill(place.state["pid"], signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "no process after the supervisor", 20)
    finally:
        place.sandbox("down")
        shutil.rmtree(place.folder)
