"""RotateSecret needs a Lambda function that exists, and changes nothing before it has checked everything.

The function gets four steps and moves the labels itself; a rotation that did not end (AWSPENDING on a version that is
not AWSCURRENT) stands in the way of the next one.
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html

moto puts AWSCURRENT on an empty version without a function, and enables rotation before it looks for the function. Here
the steps run before RotateSecret answers (at AWS after it), and nothing rotates by its schedule: with a cron()
expression NextRotationDate is left out.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

from moto.awslambda.models import LambdaBackend
from moto.awslambda.utils import get_backend
from moto.secretsmanager.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    OperationNotPermittedOnReplica,
    ResourceNotFoundException,
)
from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend

from sandbox.repairs.secretsmanager_stages import CURRENT, DELETED, add, labelled, move

PENDING = "AWSPENDING"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
SECONDS = {"hour": 3600, "day": 24 * 3600}


def interval(rules: dict[str, Any]) -> int | None:
    """Seconds between two rotations, when the schedule is an interval."""
    if days := rules.get("AutomaticallyAfterDays"):
        return int(days) * SECONDS["day"]
    rate = re.fullmatch(r"rate\((\d+) (hour|day)s?\)", rules.get("ScheduleExpression", ""))
    return int(rate[1]) * SECONDS[rate[2]] if rate else None


def check(secret: FakeSecret | ReplicaSecret, rules: dict[str, Any], function_arn: str) -> None:
    if isinstance(secret, ReplicaSecret):
        raise OperationNotPermittedOnReplica
    if secret.is_deleted():
        raise InvalidRequestException(DELETED)
    if not function_arn:
        raise InvalidRequestException("No Lambda rotation function ARN is associated with this secret.")
    days = rules.get("AutomaticallyAfterDays")
    if days is not None and not 1 <= days <= 1000:
        raise InvalidParameterException("RotationRules.AutomaticallyAfterDays must be within 1-1000.")
    if days is not None and "ScheduleExpression" in rules:
        raise InvalidParameterException("You can set AutomaticallyAfterDays or ScheduleExpression, not both.")
    pending = labelled(secret.versions, PENDING)
    if pending and pending != labelled(secret.versions, CURRENT):
        raise InvalidRequestException("A previous rotation isn't complete. That rotation will be reattempted.")


def invoke(functions: LambdaBackend, function_arn: str, secret: FakeSecret, version_id: str, step: str) -> bool:
    event = {"Step": step, "SecretId": secret.arn, "ClientRequestToken": version_id}
    headers: dict[str, str] = {}
    functions.invoke(function_arn, None, json.dumps(event), headers={}, response_headers=headers)
    return "x-amz-function-error" not in headers


def rotate(functions: LambdaBackend, function_arn: str, secret: FakeSecret, version_id: str) -> None:
    add(secret.versions, {"version_id": version_id, "createdate": time.time(), "version_stages": [PENDING]})
    done = all(invoke(functions, function_arn, secret, version_id, step) for step in STEPS)
    if done and labelled(secret.versions, CURRENT) == version_id:
        secret.last_rotation_date = time.time()


def try_configuration(functions: LambdaBackend, function_arn: str, secret: FakeSecret, version_id: str) -> None:
    current = secret.versions.get(labelled(secret.versions, CURRENT) or "", {})
    version = current | {"version_id": version_id, "createdate": time.time(), "version_stages": [PENDING]}
    add(secret.versions, version)
    try:
        invoke(functions, function_arn, secret, version_id, "testSecret")
    finally:
        move(secret.versions, PENDING, None)
        secret.versions.pop(version_id)


def rotate_secret(
    self: SecretsManagerBackend,
    secret_id: str,
    client_request_token: str | None = None,
    rotation_lambda_arn: str | None = None,
    rotation_rules: dict[str, Any] | None = None,
    rotate_immediately: bool = True,
) -> str:
    secret = self.describe_secret(secret_id)
    rules = rotation_rules or getattr(secret, "rotation_rules", {})
    function_arn = rotation_lambda_arn or getattr(secret, "rotation_lambda_arn", "")
    check(secret, rules, function_arn)
    functions = get_backend(self.account_id, self.region_name)
    try:
        functions.get_function(function_arn)
    except Exception as error:
        raise ResourceNotFoundException(f"Lambda does not exist or could not be accessed: {function_arn}") from error
    version_id = self._from_client_request_token(client_request_token)

    secret.rotation_requested = secret.rotation_enabled = True
    secret.rotation_lambda_arn, secret.rotation_rules = function_arn, rules
    if seconds := interval(rules):
        secret.next_rotation_date = time.time() + seconds
    (rotate if rotate_immediately else try_configuration)(functions, function_arn, secret, version_id)
    return json.dumps({"ARN": secret.arn, "Name": secret.name, "VersionId": version_id})


def apply() -> None:
    SecretsManagerBackend.rotate_secret = rotate_secret
    describe = FakeSecret.to_dict

    def to_dict(self: FakeSecret) -> dict[str, Any]:
        description = describe(self)
        if "RotationRules" in description:
            description["RotationRules"] = self.rotation_rules
        return description

    FakeSecret.to_dict = to_dict
