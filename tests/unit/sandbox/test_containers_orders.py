"""What a task definition and an image make of a process."""

from __future__ import annotations

import pytest

from sandbox.containers import orders
from sandbox.containers.account import Container, Task

IMAGE = {"Entrypoint": ["/entry"], "Cmd": ["serve"], "Env": ["A=image", "B=image"], "WorkingDir": "/app"}


def ordered(definition, config=IMAGE, secrets=None):
    one = Container("shop", "i", {"name": "shop", "image": "i", **definition}, config=config, secrets=secrets or {})
    task = Task("arn:aws:ecs:eu-central-1:1:task/c/1", "c", "arn", "d", "g", [one], 256, 512, address="172.31.1.20")
    return orders.container(task, one, "127.9.1.20", {"AWS_ENDPOINT_URL": "http://aws"})


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ({}, ["/entry", "serve"]),
        ({"command": ["other"]}, ["/entry", "other"]),
        ({"entryPoint": ["sh", "-c"]}, ["sh", "-c"]),
        ({"entryPoint": ["sh", "-c"], "command": ["other"]}, ["sh", "-c", "other"]),
    ],
)
def test_entry_point_and_command_are_the_images_unless_the_definition_says_otherwise(definition, expected):
    assert ordered(definition)["command"] == expected


def test_the_environment_is_the_images_then_the_definitions_then_the_secrets():
    found = ordered({"environment": [{"name": "A", "value": "definition"}]}, secrets={"TOKEN": "hidden"})["environment"]
    assert {name: found[name] for name in ("A", "B", "TOKEN")} == {"A": "definition", "B": "image", "TOKEN": "hidden"}
    assert (found["HOST"], found["AWS_REGION"], found["AWS_ENDPOINT_URL"]) == ("127.9.1.20", "eu-central-1", "http://aws")


def test_who_sets_the_address_to_listen_on_keeps_it():
    assert ordered({"environment": [{"name": "HOST", "value": "0.0.0.0"}]})["environment"]["HOST"] == "0.0.0.0"


def test_a_health_check_has_the_values_of_aws_where_none_is_given():
    assert ordered({"healthCheck": {"command": ["CMD", "true"], "interval": 10}})["health"] == {
        "command": ["CMD", "true"],
        "interval": 10,
        "timeout": 5,
        "retries": 3,
        "start_period": 0,
    }


def test_a_secret_is_not_in_what_is_printed_of_a_container():
    assert "hidden" not in repr(Container("shop", "i", {}, secrets={"TOKEN": "hidden"}))
