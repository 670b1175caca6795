"""What tests of modules share: AWS as invented answers, and the requests of a change, each held to botocore's model."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import botocore.loaders
import botocore.model
import botocore.session
import botocore.validate
import hypothesis
import pytest
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Calls, Wait
from botocore import xform_name

# How fast examples come says how busy the machine is, and nothing about what they show.
hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy")

# Reading a service's model is most of the time that a client takes.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)


@functools.cache
def operations(service: str) -> dict[str, Any]:
    model = botocore.model.ServiceModel(botocore.loaders.create_loader().load_service_model(service, "service-2"), service)
    return {xform_name(name): model.operation_model(name) for name in model.operation_names}


def invalid(service: str, operation: str, params: dict[str, Any]) -> str:
    """What botocore's model finds wrong with a request; empty when nothing."""
    model = operations(service).get(operation)
    if model is None:
        return f"{service} has no operation {operation}"
    if model.input_shape is None:
        return f"{operation} takes no parameters" if params else ""
    return botocore.validate.ParamValidator().validate(params, model.input_shape).generate_report()


@pytest.fixture
def requests_of() -> Callable[..., list[Call | Wait]]:
    """The steps that a change comes to, given AWS's answers in order; every request is held to botocore's model."""

    def run(service: str, calls: Calls, answers: Iterable[Any] = ()) -> list[Call | Wait]:
        sent, answer, left = [], None, iter(answers)
        while True:
            try:
                step = calls.send(answer)
            except StopIteration:
                return sent
            if isinstance(step, Call):
                assert not invalid(step.service or service, step.operation, step.params)
            sent.append(step)
            answer = next(left, {})

    return run


class FakeAws:
    """AWS as the answers that a test invents, by operation; a callable answer is given the parameters."""

    account, region, partition = "123456789012", "eu-central-1", "aws"

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def call(self, service: str, operation: str, missing: Iterable[str] = (), **params: Any) -> Any:
        assert not invalid(service, operation, params)
        self.asked.append((operation, params))
        answer = self.answers[operation]
        return answer(**params) if callable(answer) else answer

    def patiently(self, service: str, call: Call) -> Any:
        return self.call(service, call.operation, call.missing, **call.params)

    def pages(self, service: str, operation: str, take: str, **params: Any) -> list[Any]:
        return (self.call(service, operation, **params) or {}).get(take, [])

    def each(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return [function(item) for item in items]


@pytest.fixture
def fake_aws() -> type[FakeAws]:
    return FakeAws
