"""The states of instances with hosts, as the daemon reports what became of them."""

from __future__ import annotations

import base64

import pytest

from sandbox.instances import account, orders, reports
from tests.unit.sandbox.elb import refused
from tests.unit.sandbox.test_ec2_launch import launch

SPEED = 10.0


@pytest.fixture
def ec2(client, clock, monkeypatch):
    """Where hosts run; the tests are their daemon."""
    monkeypatch.setattr(account, "speed", SPEED)
    return client("ec2")


@pytest.fixture
def launched(ec2):
    return launch(ec2, UserData="#!/bin/sh\n")[0]["InstanceId"]


def state(ec2, launched):
    return ec2.describe_instances(InstanceIds=[launched])["Reservations"][0]["Instances"][0]["State"]["Name"]


def wanted(launched):
    return orders.order(account.instances(), "authority", lambda address: address.replace("172.31", "127.9"))["instances"].get(launched)


def report(launched, said, boots=1, **more):
    instance = next(one for one in account.instances() if one.id == launched)
    return reports.take(instance, {"state": said, "boots": boots, **more})


def check(ec2, launched):
    found = ec2.describe_instance_status(InstanceIds=[launched])["InstanceStatuses"]
    return [one["InstanceStatus"]["Status"] for one in found]


def test_it_runs_when_its_host_is_up_and_is_gone_when_its_host_is(ec2, launched):
    assert state(ec2, launched) == "pending" and wanted(launched)["runs"]
    assert wanted(launched)["address"].startswith("127.9.") and base64.b64decode(wanted(launched)["user_data"]) == b"#!/bin/sh\n"
    report(launched, "up")
    assert state(ec2, launched) == "running"
    ec2.terminate_instances(InstanceIds=[launched])
    assert state(ec2, launched) == "shutting-down" and wanted(launched) is None
    report(launched, "up")
    assert state(ec2, launched) == "shutting-down"
    report(launched, "gone", console="the last words")
    assert state(ec2, launched) == "terminated"
    console = ec2.get_console_output(InstanceId=launched)["Output"]
    assert console == "the last words"


def test_a_stopped_one_keeps_its_host_and_starts_again(ec2, launched):
    report(launched, "up")
    ec2.stop_instances(InstanceIds=[launched])
    assert state(ec2, launched) == "stopping" and not wanted(launched)["runs"]
    with refused("IncorrectInstanceState"):
        ec2.start_instances(InstanceIds=[launched])
    report(launched, "stopped")
    assert state(ec2, launched) == "stopped"
    ec2.start_instances(InstanceIds=[launched])
    assert state(ec2, launched) == "pending" and (wanted(launched)["runs"], wanted(launched)["boots"]) == (True, 2)
    report(launched, "up", boots=1)
    assert state(ec2, launched) == "pending"
    report(launched, "up", boots=2)
    assert state(ec2, launched) == "running"


def test_a_reboot_is_another_boot_of_a_running_instance(ec2, launched):
    report(launched, "up")
    ec2.reboot_instances(InstanceIds=[launched])
    assert state(ec2, launched) == "running" and wanted(launched)["boots"] == 2


def test_its_checks_pass_a_minute_after_it_is_up_and_fail_while_it_is_down(ec2, launched, clock):
    report(launched, "up")
    assert check(ec2, launched) == ["initializing"]
    clock.shift(60 / SPEED)
    assert check(ec2, launched) == ["ok"]
    report(launched, "down")
    assert check(ec2, launched) == ["impaired"] and state(ec2, launched) == "running"


def test_one_that_is_gone_comes_to_no_other_state(ec2, launched):
    ec2.terminate_instances(InstanceIds=[launched])
    report(launched, "gone")
    for operation in (ec2.start_instances, ec2.stop_instances, ec2.reboot_instances):
        with refused("IncorrectInstanceState", launched):
            operation(InstanceIds=[launched])
    ec2.terminate_instances(InstanceIds=[launched])
    assert state(ec2, launched) == "terminated"


def test_without_user_data_nothing_runs_and_nothing_is_waited_for(ec2):
    launched = launch(ec2)[0]["InstanceId"]
    assert state(ec2, launched) == "running" and wanted(launched) is None and check(ec2, launched) == ["ok"]


def test_an_instance_that_comes_back_with_a_snapshot_is_pending_until_it_is_up(ec2, launched):
    report(launched, "up")
    report(launched, "starting")
    assert state(ec2, launched) == "pending"
    report(launched, "up")
    assert state(ec2, launched) == "running"
