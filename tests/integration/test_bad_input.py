"""Bad input of every kind: one clear error, before anything is touched."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.place import CHECKOUT, Place, Run, is_of_lock

pytestmark = pytest.mark.timeout(600)
# As many runs at once as a small machine carries.
AT_ONCE = 3


@dataclass
class Case:
    id: str
    error: str
    variables: dict[str, Any] = field(default_factory=dict)
    # Or what becomes of a file that is right: the .env file, or one of the application's source.
    env: Callable[[bytes], bytes] | None = None
    source: Callable[[Path], object] | None = None
    playbook: str = "immediate"
    tags: str = ""

    @property
    def arguments(self) -> list[str]:
        return ["--tags", self.tags] if self.tags else []


def inventory(role: str, group: str = "aws") -> dict[str, Any]:
    return yaml.safe_load((CHECKOUT / f"inventories/sandbox/group_vars/{group}/{role}.yml").read_text())


def line(name: str, value: str | None) -> Callable[[bytes], bytes]:
    """The .env file with another value of a variable, or without it."""

    def edit(text: bytes) -> bytes:
        rest = [one for one in text.decode().splitlines(keepends=True) if not one.startswith(f"{name}=")]
        return "".join([*rest, *([f"{name}={value}\n"] if value is not None else [])]).encode()

    return edit


def more(text: bytes) -> Callable[[bytes], bytes]:
    return lambda before: before + text


def env(id: str, error: str, edit: Callable[[bytes], bytes]) -> Case:
    return Case(id, error, env=edit, tags="environment")


def schema(id: str, error: str, **changes: Any) -> Case:
    found = inventory("environment", "all")["environment_schema"]
    return Case(id, error, {"environment_schema": {**found, **changes}}, tags="environment")


def tables(id: str, error: str, *given: Any) -> Case:
    return Case(id, error, {"dynamodb_tables": list(given)}, tags="dynamodb")


def buckets(id: str, error: str, *given: Any) -> Case:
    return Case(id, error, {"s3_buckets": list(given)}, tags="s3")


def monitoring(id: str, error: str, **variables: Any) -> Case:
    return Case(id, error, variables, tags="cloudwatch")


def deployment(id: str, error: str, source: Callable[[Path], object] | None = None, **variables: Any) -> Case:
    return Case(id, error, variables, source=source, playbook="deploy")


ALARM = {
    "name": "bad",
    "namespace": "Shop",
    "metric_name": "Requests",
    "dimensions": {"Service": "shop"},
    "statistic": "Sum",
    "threshold": 1,
    "comparison_operator": "GreaterThanThreshold",
    "evaluation_periods": 1,
}
SECRET = {"secret": True}
CASES = [
    Case("no .env file", "this .env file does not exist", {"environment_src": "/nowhere/shop.env"}, tags="environment"),
    env("a line without =", "has no =", more(b"FORGOTTEN\n")),
    env("an open quote", "a quote may be open", more(b'GREETING="hello\n')),
    env("a variable twice", "LOG_LEVEL is set again", more(b"LOG_LEVEL=info\n")),
    env("a required variable is missing", "ADMIN_TOKEN is required and missing", line("ADMIN_TOKEN", None)),
    env("a placeholder", "ADMIN_TOKEN is a placeholder", line("ADMIN_TOKEN", "changeme")),
    env("a secret that is easy to guess", "SESSION_SECRET is too easy to guess", line("SESSION_SECRET", "ab" * 30)),
    env("a value that is no choice", "LOG_LEVEL is not one of debug, info, warn, error", line("LOG_LEVEL", "loud")),
    env("no number", "RATE_LIMIT_PER_MINUTE is not an integer", line("RATE_LIMIT_PER_MINUTE", "many")),
    env("a host that is not allowed", "PUBLIC_URL has a host that is not one of", line("PUBLIC_URL", "http://shop.example.org")),
    env("an undeclared variable", "EXTRA is not declared in the schema", more(b"EXTRA=1\n")),
    schema("an unknown rule", "environment_schema.LOG_LEVEL", LOG_LEVEL={"chioces": ["info"]}),
    schema("a secret without rotation", "environment_schema.ADMIN_TOKEN: a secret declares its rotation", ADMIN_TOKEN=SECRET),
    schema(
        "a rotation command that is not there",
        "environment_schema.ADMIN_TOKEN: its rotation command take-over is not an executable program here",
        ADMIN_TOKEN={**SECRET, "rotation": {"by": "command", "command": ["take-over"], "maximum_age_days": 30}},
    ),
    tables("tables that are no list", "dynamodb_tables", "shop-orders"),
    tables("a missing table without definition", "nosuch", {"name": "nosuch"}),
    tables("a table twice", "shop-orders", {"name": "shop-orders"}, {"name": "shop-orders"}),
    tables("too many days of recovery", "recovery_days", {"name": "shop-orders", "recovery_days": 99}),
    buckets("a missing bucket", "nosuch-bucket", {"name": "nosuch-bucket"}),
    buckets(
        "a lifecycle rule twice",
        "age",
        {"name": "shop-logs-123456789012", "lifecycle": [{"id": "age", "expiration": {"days": 1}}] * 2},
    ),
    monitoring("an alarm on nothing", "Reqests", cloudwatch_alarms=[{**ALARM, "metric_name": "Reqests"}]),
    monitoring("an unknown statistic", "statistic median", cloudwatch_alarms=[{**ALARM, "statistic": "median"}]),
    monitoring(
        "a widget that shows nothing",
        "Reqests",
        cloudwatch_dashboards=[{"name": "shop", "widgets": [{"title": "x", "metrics": [{"namespace": "Shop", "metric_name": "Reqests"}]}]}],
    ),
    monitoring("days that CloudWatch does not know", "retention_days", cloudwatch_log_groups=[{"name": "/shop/x", "retention_days": 31}]),
    deployment("no lock file", "has no package-lock.json", lambda folder: (folder / "package-lock.json").unlink()),
    deployment("a source that is not there", "has no package.json", app_deploy_source="/nowhere"),
    deployment("one release kept", "at least 2 releases must stay", app_deploy_keep=1),
    deployment("seconds that are none", "app_deploy_health_seconds", app_deploy_health_seconds="soon"),
    Case("a release that is not there", "1.9.9", {"app_deploy_release": "1.9.9"}, playbook="rollback"),
    Case("a variable that does not rotate", "LOG_LEVEL: declares no rotation", {"environment_rotate": "LOG_LEVEL"}, playbook="rotate"),
    Case("an unknown drill", "There is no drill fire", {"drill": "fire"}, playbook="drill"),
]


@pytest.fixture(scope="module")
def runs(applied: Place, source: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Run, list[dict]]]:
    """Every case's run, with what it asked of AWS under a key of its own."""
    folder = tmp_path_factory.mktemp("bad")
    right = (applied.folder / "shop.env").read_bytes()

    def run(number: int) -> tuple[Run, str]:
        case = CASES[number]
        key = f"AKIABADINPUT{number:08}"
        variables = dict(case.variables)
        if case.env:
            variables["environment_src"] = str(folder / f"{number}.env")
            Path(variables["environment_src"]).write_bytes(case.env(right))
        if case.source:
            variables["app_deploy_source"] = str(sources[number])
            case.source(sources[number])
        # Each has a lock of its own, or they could not run at once.
        variables |= {"runbook_aws": {**applied.aws, "access_key": key}, "runbook_locks": [case.id]}
        done = applied.playbook(case.playbook, *case.arguments, **variables)
        return done, key

    sources = {number: source("9.9.9") for number, case in enumerate(CASES) if case.source}
    applied.control("DELETE", "requests")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(run, range(len(CASES))))
    asked = applied.control("GET", "requests")["requests"]
    return {
        case.id: (one, [request for request in asked if request["access_key"] == key]) for case, (one, key) in zip(CASES, done, strict=True)
    }


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_bad_input_is_one_clear_error_and_nothing_is_touched(case, runs):
    run, asked = runs[case.id]
    assert run.code != 0
    assert [case.error in str(failure["result"].get("msg")) for failure in run.failures] == [True], run.error
    assert "Traceback" not in run.output
    assert [request["operation"] for request in asked if request["mutates"] and not is_of_lock(request)] == []
    assert run.changed == 0
