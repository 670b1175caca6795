from __future__ import annotations

import json

import pytest

from tests.unit.sandbox.ecs import RIGHTS, TRUST, Ecs
from tests.unit.sandbox.elasticache import refused

LOGS = {"awslogs-group": "/ecs/shop", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "shop"}


@pytest.fixture
def ecs(client):
    return Ecs(client)


def run(ecs, definition, **more):
    arn = ecs.ecs.run_task(**ecs.asked(definition, **more))["tasks"][0]["taskArn"]
    return ecs.ecs.describe_tasks(cluster="shop", tasks=[arn])["tasks"][0]


def secret(client, text='{"TOKEN": "hidden"}'):
    return client("secretsmanager").create_secret(Name="shop", SecretString=text)["ARN"]


def test_a_task_runs_with_an_interface_of_its_own(ecs):
    found = run(ecs, ecs.register())
    assert (found["lastStatus"], found["group"], found["cpu"]) == ("RUNNING", "family:shop", "256")
    assert found["containers"][0]["imageDigest"] == ecs.image.partition("@")[2]


def test_a_secret_needs_the_right_of_the_execution_role(client, ecs):
    definition = ecs.register({"secrets": [{"name": "TOKEN", "valueFrom": f"{secret(client)}:TOKEN::"}]})
    found = run(ecs, definition)
    assert (found["lastStatus"], found["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert found["stoppedReason"].startswith("ResourceInitializationError: unable to pull secrets")
    assert "not authorized to perform: secretsmanager:GetSecretValue" in found["stoppedReason"]


@pytest.mark.parametrize(("text", "words"), [('{"OTHER": "hidden"}', "did not contain json key TOKEN"), ("hidden", "json key TOKEN")])
def test_a_value_that_cannot_be_read_is_told_without_it(client, text, words):
    ecs = Ecs(client, [*RIGHTS, "secretsmanager:GetSecretValue"])
    found = run(ecs, ecs.register({"secrets": [{"name": "TOKEN", "valueFrom": f"{secret(client, text)}:TOKEN::"}]}))
    assert words in found["stoppedReason"]
    assert "hidden" not in json.dumps(found, default=str)


def test_secrets_and_parameters_are_read_with_that_right(client):
    ecs = Ecs(client, [*RIGHTS, "secretsmanager:GetSecretValue", "ssm:GetParameters"])
    client("ssm").put_parameter(Name="/shop/color", Value="blue", Type="SecureString")
    secrets = [{"name": "TOKEN", "valueFrom": f"{secret(client)}:TOKEN::"}, {"name": "COLOR", "valueFrom": "/shop/color"}]
    found = run(ecs, ecs.register({"secrets": secrets}))
    assert found["lastStatus"] == "RUNNING"
    assert "hidden" not in json.dumps(found, default=str)


def test_a_log_group_must_be_there_and_gets_a_stream_for_each_container(client, ecs):
    definition = ecs.register({"logConfiguration": {"logDriver": "awslogs", "options": LOGS}})
    assert "The specified log group does not exist" in run(ecs, definition)["stoppedReason"]
    client("logs").create_log_group(logGroupName="/ecs/shop")
    uid = run(ecs, definition)["taskArn"].rpartition("/")[2]
    [stream] = client("logs").describe_log_streams(logGroupName="/ecs/shop")["logStreams"]
    assert stream["logStreamName"] == f"shop/shop/{uid}"


def test_a_role_that_tasks_may_not_assume_is_told(client, ecs):
    others = json.dumps(TRUST).replace("ecs-tasks", "ec2")
    client("iam").update_assume_role_policy(RoleName="exec", PolicyDocument=others)
    assert "ECS was unable to assume the role" in run(ecs, ecs.register())["stoppedReason"]


def test_what_is_not_there_is_a_failure(ecs):
    answer = ecs.ecs.describe_tasks(cluster="shop", tasks=["a" * 32])
    assert (answer["tasks"], answer["failures"][0]["reason"]) == ([], "MISSING")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"count": 11}, "count should be between 1 and 10"),
        ({"networkConfiguration": {}}, "Network Configuration must be provided"),
        ({"overrides": {"containerOverrides": [{"name": "other"}]}}, "not a container"),
        ({"taskDefinition": "none"}, "ClientException"),
        ({"cluster": "none"}, "ClusterNotFoundException"),
    ],
)
def test_what_cannot_be_run_is_refused(ecs, more, words):
    assert words in refused(ecs.ecs.run_task, **{**ecs.asked(ecs.register()), **more})


def test_the_policy_that_aws_has_for_execution_roles_is_enough_for_image_and_logs_and_no_more(client):
    ecs = Ecs(client, ["s3:GetObject"])
    assert "ecr:GetAuthorizationToken" in run(ecs, ecs.register())["stoppedReason"]
    arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    client("iam").attach_role_policy(RoleName="exec", PolicyArn=arn)
    client("logs").create_log_group(logGroupName="/ecs/shop")
    logged = {"logConfiguration": {"logDriver": "awslogs", "options": LOGS}}
    assert run(ecs, ecs.register(logged))["lastStatus"] == "RUNNING"
    secrets = {"secrets": [{"name": "TOKEN", "valueFrom": secret(client)}]}
    assert "secretsmanager:GetSecretValue" in run(ecs, ecs.register(secrets))["stoppedReason"]
