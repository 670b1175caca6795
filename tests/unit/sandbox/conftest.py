"""The repaired emulator in this process, on a free port."""

from __future__ import annotations

import datetime
import functools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore.session
import pytest
import requests
import time_machine
from werkzeug.serving import make_server

from sandbox.launcher import create_app

# Reading a service's model is most of the time that a client takes.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)


@pytest.fixture(scope="session")
def endpoint_url() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The time of the emulator and of the test; clock.shift(seconds) lets it pass, nothing else does."""
    with time_machine.travel(datetime.datetime.now(datetime.UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def client(endpoint_url: str) -> Callable[..., Any]:
    """A function that makes a boto3 client of the emulator, which is empty when the test starts."""
    requests.post(f"{endpoint_url}/moto-api/reset", timeout=10)
    session = boto3.Session(aws_access_key_id="AKIASANDBOX0000000", aws_secret_access_key="sandbox-secret-key-sandbox")
    return functools.partial(session.client, endpoint_url=endpoint_url, region_name="eu-central-1")
