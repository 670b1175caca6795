from __future__ import annotations

import pytest

from tests.unit.sandbox.ecs import Ecs
from tests.unit.sandbox.elasticache import refused

LOGS = {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "eu-central-1"}}


@pytest.fixture
def ecs(client):
    return Ecs(client)


@pytest.mark.parametrize(("cpu", "memory"), [("256", "512"), ("512", "3072"), ("1 vCPU", "2 GB"), ("16384", "122880")])
def test_pairs_of_fargate_are_taken(ecs, cpu, memory):
    assert ecs.register(cpu=cpu, memory=memory)


@pytest.mark.parametrize(("cpu", "memory"), [("256", "4096"), ("300", "512"), ("4096", "4096")])
def test_other_pairs_are_refused(ecs, cpu, memory):
    assert refused(ecs.register, cpu=cpu, memory=memory).startswith("ClientException: No Fargate configuration exists")


@pytest.mark.parametrize(
    ("container", "more", "words"),
    [
        ({"secrets": [{"name": "A", "valueFrom": "/a"}]}, {"executionRoleArn": ""}, "execution role"),
        ({"portMappings": [{"containerPort": 80, "hostPort": 81}]}, {}, "host ports and container ports"),
        ({"essential": False}, {}, "at least one essential container"),
        ({"environment": [{"name": "A", "value": "1"}], "secrets": [{"name": "A", "valueFrom": "/a"}]}, {}, "must be unique"),
        ({"logConfiguration": LOGS}, {}, "awslogs-stream-prefix"),
        ({"dependsOn": [{"containerName": "other", "condition": "START"}]}, {}, "dependsOn"),
        ({}, {"networkMode": "bridge"}, "awsvpc"),
    ],
)
def test_what_fargate_cannot_run_is_refused(ecs, container, more, words):
    assert words in refused(ecs.register, container=container, **more)
