"""CPUUtilization of instances and of the Auto Scaling groups that launched them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.instances import account
from sandbox.instances.measures import Measures
from tests.unit.sandbox.test_ec2_launch import launch


@pytest.fixture
def two(client, clock):
    """Of two vCPUs each, of one group."""
    clock.move_to(datetime(2026, 11, 26, 12, 0, tzinfo=UTC))
    made = launch(client("ec2"), count=2, InstanceType="t3.small", UserData="#!/bin/sh\n")
    names = [instance["InstanceId"] for instance in made]
    for instance in account.instances():
        instance.add_tags({"aws:autoscaling:groupName": "shop"})
    return names


@pytest.fixture
def take(two):
    measures = Measures()
    known = {instance.id: instance for instance in account.instances()}
    return lambda number, used, at: measures.take(known[two[number]], used, at)


def value(client, dimension, name, statistic="Average"):
    found = client("cloudwatch").get_metric_statistics(
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        Dimensions=[{"Name": dimension, "Value": name}],
        StartTime=datetime.now(UTC) - timedelta(minutes=10),
        EndTime=datetime.now(UTC) + timedelta(minutes=1),
        Period=60,
        Statistics=[statistic],
    )["Datapoints"]
    return [point[statistic] for point in sorted(found, key=lambda point: point["Timestamp"])]


def test_it_is_a_part_of_all_processors(client, two, take):
    take(0, 10, 100)
    assert value(client, "InstanceId", two[0]) == []
    take(0, 11, 105)
    assert value(client, "InstanceId", two[0]) == [10]
    take(0, 20, 110)
    assert value(client, "InstanceId", two[0]) == [50]


def test_a_minute_has_one_datum_of_its_own(client, two, take, clock):
    take(0, 0, 0)
    take(0, 60, 60)
    clock.shift(60)
    take(0, 60, 65)
    assert value(client, "InstanceId", two[0]) == [50, 0]


def test_a_group_has_a_sample_of_each_of_its_instances(client, two, take):
    for number, used in ((0, 2), (1, 6)):
        take(number, 0, 0)
        take(number, used, 10)
    assert value(client, "AutoScalingGroupName", "shop") == [20]
    assert value(client, "AutoScalingGroupName", "shop", "SampleCount") == [2]
    assert value(client, "AutoScalingGroupName", "shop", "Maximum") == [30]


def test_a_host_that_was_started_again_counts_from_nothing(client, two, take):
    take(0, 100, 0)
    take(0, 1, 10)
    take(0, 2, 15)
    assert value(client, "InstanceId", two[0]) == [10]
