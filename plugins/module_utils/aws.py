# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The only place that makes clients, threads and requests: `Aws` asks, `AwsModule` keeps a set of resources as desired."""

from __future__ import annotations

import contextlib
import functools
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, TypeVar

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib

from . import progress, waiters
from .errors import AWS_ERRORS, code_of, explain, too_early
from .guard import Guard
from .journal import Journal
from .plan import Call, Calls, Change, State, Unmet, Wait, carry_out, diff, plan
from .resending import Resending

try:
    import botocore.loaders
    import botocore.session
    import jmespath
    from botocore.config import Config
    from botocore.exceptions import ClientError, WaiterError
except ImportError:
    botocore = None

Item = TypeVar("Item")
Answer = TypeVar("Answer")

CONNECT_SECONDS = 10
READ_SECONDS = 30
UNANSWERED_SECONDS = 60

AWS_SPEC: dict[str, dict[str, Any]] = {
    "account": {"type": "str", "required": True},
    "region": {"type": "str", "required": True, "fallback": (env_fallback, ["AWS_REGION", "AWS_DEFAULT_REGION"])},
    "app": {"type": "str"},
    "profile": {"type": "str", "fallback": (env_fallback, ["AWS_PROFILE"])},
    "access_key": {"type": "str", "no_log": False},
    "secret_key": {"type": "str", "no_log": True},
    "session_token": {"type": "str", "no_log": True},
    "endpoint_url": {"type": "str", "fallback": (env_fallback, ["AWS_ENDPOINT_URL"])},
    "concurrency": {"type": "int", "default": 8},
    "deadline_seconds": {"type": "int", "default": 600},
    "unanswered_seconds": {"type": "int", "default": UNANSWERED_SECONDS},
    "journal": {
        "type": "dict",
        "options": {name: {"type": "str"} for name in ("path", "run", "host", "role", "task")},
    },
}


@functools.cache
def loader() -> Any:
    """One loader for all sessions: reading a service's model is most of the time that a client takes."""
    return botocore.loaders.create_loader()


class Aws:
    """One account and region of AWS, behind the guard."""

    def __init__(self, params: Mapping[str, Any], check_mode: bool = False) -> None:
        self.params = params
        self.account: str = params["account"]
        self.region: str = params["region"]
        # boto3's own session would load what only its resources and file transfers need, in every run.
        self.session = botocore.session.Session(profile=params.get("profile"))
        self.session.register_component("data_loader", loader())
        self.session.get_scoped_config()  # a profile that is not there is an error now
        self.guard = Guard(self.account, check_mode, lambda: self.client("sts").get_caller_identity()["Account"])
        self.session.register("before-call", self.guard.before_call)
        self.patience: int = params.get("unanswered_seconds", UNANSWERED_SECONDS)
        self.resending = Resending(self.patience)
        self.resending.watch(self.session.get_component("event_emitter"))
        self.clients: dict[str, Any] = {}
        self.making = threading.RLock()

    def client(self, service: str) -> Any:
        """The one client of a service; it may be shared between threads, making it may not."""
        with self.making:
            if service not in self.clients:
                self.clients[service] = self.session.create_client(
                    service,
                    region_name=self.region,
                    aws_access_key_id=self.params.get("access_key"),
                    aws_secret_access_key=self.params.get("secret_key"),
                    aws_session_token=self.params.get("session_token"),
                    endpoint_url=self.params.get("endpoint_url"),
                    config=Config(
                        retries={"mode": "adaptive", "max_attempts": 10},
                        max_pool_connections=self.params["concurrency"],
                        connect_timeout=min(CONNECT_SECONDS, self.patience),
                        read_timeout=min(READ_SECONDS, self.patience),
                        user_agent_extra=self.user_agent,
                    ),
                )
            return self.clients[service]

    @functools.cached_property
    def user_agent(self) -> str | None:
        """Which role asks, and in which run, as CloudTrail then shows it.

        https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
        """
        about = self.params.get("journal") or {}
        return f"{about['role']} run/{about['run']}" if about.get("role") else None

    @functools.cached_property
    def partition(self) -> str:
        return self.session.get_partition_for_region(self.region)

    def arn(self, service: str, resource: str) -> str:
        """The name that AWS gives a resource of this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def call(self, service: str, operation: str, missing: Iterable[str] = (), **params: Any) -> Any:
        """One request; None when AWS answers with one of the error codes in `missing`, or that it was done before."""
        try:
            with named(service):
                return getattr(self.client(service), operation)(**params)
        except ClientError as error:
            if code_of(error) in missing or self.resending.done_before(error.operation_name, code_of(error)):
                return None
            raise

    def pages(self, service: str, operation: str, take: str, **params: Any) -> list[Any]:
        """All items under the key `take` of all pages."""
        client = self.client(service)
        with named(service):
            if not client.can_paginate(operation):
                return getattr(client, operation)(**params).get(take, [])
            return [item for page in client.get_paginator(operation).paginate(**params) for item in page.get(take, [])]

    def each(self, function: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
        """The function's answers on all items, asked side by side."""
        items = list(items)
        if len(items) < 2:
            return [function(item) for item in items]
        with ThreadPoolExecutor(min(self.params["concurrency"], len(items))) as pool:
            return list(pool.map(function, items))

    def patiently(self, service: str, call: Call) -> Any:
        """One request, again and again while AWS says that it is too early, as far as the deadline lets."""
        end = time.monotonic() + self.params["deadline_seconds"]
        while True:
            try:
                return self.call(service, call.operation, call.missing, **call.params)
            except ClientError as error:
                if not too_early(error, call.again) or time.monotonic() > end:
                    raise
                time.sleep(waiters.POLL_SECONDS)

    def send(self, service: str, call: Call | Wait) -> Any:
        """Carry out one step of a change."""
        service = call.service or service
        if isinstance(call, Call):
            return self.patiently(service, call)
        seconds = self.params["deadline_seconds"]
        found = waiters.waiter(self.client(service), service, call.waiter)
        try:
            with progress.waiting(f"waiting at most {seconds} s until {call.until}"):
                return found.wait(**call.params, WaiterConfig=waiters.config(found, seconds))
        except WaiterError as error:
            if error.kwargs["reason"].startswith("An error occurred"):  # AWS refused to answer
                with named(service):
                    raise ClientError(error.last_response, found.config.operation) from error
            last = jmespath.search(call.look, error.last_response) if call.look else error.kwargs["reason"]
            raise TimeoutError(
                f"waited up to {seconds} s until {call.until}; last answer: {last}. "
                "Look at the resource, then run again or raise deadline_seconds."
            ) from error


class AwsModule(AnsibleModule):
    """An Ansible module that keeps one set of AWS resources as desired."""

    def __init__(self, argument_spec: dict[str, Any], **kwargs: Any) -> None:
        together = [("access_key", "secret_key"), *kwargs.pop("required_together", ())]
        super().__init__({**AWS_SPEC, **argument_spec}, supports_check_mode=True, required_together=together, **kwargs)
        journal = self.params["journal"] or {}
        self.journal = Journal(
            journal.get("path"),
            **{key: journal.get(key) for key in ("run", "host", "role", "task")},
            module=self._name,
            account=self.params["account"],
            region=self.params["region"],
        )

    @functools.cached_property
    def aws(self) -> Aws:
        if botocore is None:
            self.fail_json(msg=missing_required_lib("botocore"))
        try:
            return Aws(self.params, self.check_mode)
        except AWS_ERRORS as error:
            return self.fail_json(msg=f"No session with AWS can be made: {error}. Check runbook_aws in the inventory.")

    @property
    def ownership(self) -> dict[str, str]:
        """The tags that mark what this collection made. https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html"""
        app = self.params["app"]
        return {"prodready:managed": "true", **({"prodready:app": app} if app else {})}

    def owned(self, resource_type: str) -> list[str]:
        """The ARNs of all resources of that type (cloudwatch:alarm) that carry our ownership tags."""
        filters = [{"Key": key, "Values": [value]} for key, value in self.ownership.items()]
        found = self.aws.pages(
            "resourcegroupstaggingapi",
            "get_resources",
            "ResourceTagMappingList",
            TagFilters=filters,
            ResourceTypeFilters=[resource_type],
        )
        return [mapping["ResourceARN"] for mapping in found]

    def ask(self, what: str, function: Callable[..., Answer], *args: Any) -> Answer:
        """The function's answer; an AWS error fails the module, with nothing changed."""
        try:
            return function(*args)
        except TimeoutError as error:
            self.fail(f"{what}: {error}")
        except AWS_ERRORS as error:
            self.fail(explain(what, *origin(error), error))

    def ensure(
        self,
        service: str,
        desired: Mapping[str, State | None],
        read: Callable[[Aws, list[str]], Mapping[str, State]],
        calls: Callable[[Change], Calls],
        check: Callable[[list[Change]], Iterable[str]] = lambda changes: (),
        order: Callable[[Change], int] = lambda change: 0,
        **result: Any,
    ) -> NoReturn:
        """Read, plan, and (outside check mode) apply; then exit with the plan as the result.

        `check` says what forbids the plan, before anything is touched. Changes of one `order` are made side by side,
        those of a higher one after them. One failing change does not stop the others.
        """
        current = self.ask(", ".join(desired) or service, read, self.aws, list(desired))
        changes = plan(desired, current)
        result |= {
            "plan": [{"action": change.action, "name": change.name} for change in changes],
            "diff": diff(changes),
            "unchanged": sum(name in current for name in desired) - sum(change.before is not None for change in changes),
        }
        if problems := list(check(changes)):
            self.fail("; ".join(problems), **result)

        errors: list[str] = []
        if not self.check_mode:
            for __, wave in itertools.groupby(sorted(changes, key=order), key=order):
                errors += filter(None, self.aws.each(lambda change: self.apply(service, change, calls(change)), wave))
        if errors:
            self.fail("; ".join(errors), changed=len(errors) < len(changes), errors=errors, **result)
        self.done(changed=bool(changes), **result)

    def apply(self, service: str, change: Change, calls: Calls, **about: Any) -> str | None:
        """Carry out one change, written to the journal first; what went wrong, in words."""
        self.journal.append(change, service=service, **about)
        try:
            carry_out(calls, functools.partial(self.aws.send, service))
        except (TimeoutError, Unmet) as error:
            problem = f"{change.name}: {error}"
        except AWS_ERRORS as error:
            problem = explain(change.name, *origin(error, service), error)
        else:
            return None
        self.journal.append(change, service=service, error=problem, **about)
        return problem

    def done(self, **result: Any) -> NoReturn:  # type: ignore[misc]
        self.exit_json(requests=dict(self.aws.guard.requests), **result)

    def fail(self, msg: str, **result: Any) -> NoReturn:  # type: ignore[misc]
        self.fail_json(msg=msg, requests=dict(self.aws.guard.requests), **result)


@contextlib.contextmanager
def named(service: str) -> Iterator[None]:
    """Errors that leave carry the name of the service, which botocore's do not."""
    try:
        yield
    except AWS_ERRORS as error:
        error.service = service  # type: ignore[union-attr]
        raise


def origin(error: Exception, service: str = "aws") -> tuple[str, str]:
    """The service and the operation that an AWS error comes from."""
    return getattr(error, "service", service), getattr(error, "operation_name", "request")


def warm(*services: str) -> None:
    """Read what clients of these services need, so that a process forked from this one need not."""
    if botocore is None:
        return
    aws = Aws({"account": "", "region": "us-east-1", "access_key": "warm", "secret_key": "warm", "concurrency": 1})
    # One client loads what all have in common; of the others their models alone take time.
    aws.client("sts")
    for service in services:
        for part in ("service-2", "endpoint-rule-set-1"):
            loader().load_service_model(service, part)
