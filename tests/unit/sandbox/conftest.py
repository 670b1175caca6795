"""The repaired emulator in this process, on a free port."""

from __future__ import annotations

import datetime
import functools
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import requests
import time_machine
from ansible.module_utils.testing import patch_module_args
from ansible_collections.prodready.aws.plugins.module_utils import waiters

from sandbox.launcher import create_app
from sandbox.server import make_server


@pytest.fixture(scope="session")
def endpoint_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = make_server(create_app(tmp_path_factory.mktemp("sandbox") / "requests.jsonl"), port=0)
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    yield f"http://127.0.0.1:{server.bind_addr[1]}"
    server.stop()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The time of the emulator and of the test; clock.shift(seconds) lets it pass, nothing else does."""
    with time_machine.travel(datetime.datetime.now(datetime.UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def client(endpoint_url: str) -> Callable[..., Any]:
    """A function that makes a boto3 client of the emulator, which is empty when the test starts."""
    requests.post(f"{endpoint_url}/_sandbox/reset", timeout=10)
    session = boto3.Session(aws_access_key_id="AKIASANDBOX0000000", aws_secret_access_key="sandbox-secret-key-sandbox")
    return functools.partial(session.client, endpoint_url=endpoint_url, region_name="eu-central-1")


@pytest.fixture
def run(
    endpoint_url: str, client: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, Any]]:
    """A function that runs a module's main() against the emulator and gives its result; it waits with short pauses."""
    monkeypatch.setattr(waiters, "POLL_SECONDS", 0.05)
    # Other tests import what makes ansible take this process for a controller, which shows warnings at once.
    monkeypatch.setattr("ansible.module_utils._internal.is_controller", False)
    place = {
        "account": "123456789012",
        "region": "eu-central-1",
        "app": "shop",
        "endpoint_url": endpoint_url,
        "access_key": "AKIASANDBOX0000000",
        "secret_key": "sandbox-secret-key-sandbox",
    }

    def run(main: Callable[[], None], check_mode: bool = False, **options: Any) -> dict[str, Any]:
        capsys.readouterr()
        with patch_module_args({**place, **options, "_ansible_check_mode": check_mode}), pytest.raises(SystemExit):
            main()
        return json.loads(capsys.readouterr().out)

    return run
