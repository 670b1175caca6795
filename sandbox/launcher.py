"""The emulator as one WSGI application: moto, repaired, behind the sandbox's own layers."""

from __future__ import annotations

import os
from pathlib import Path

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sandbox import repairs
from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.gateway import Gateway
from sandbox.request_log import RequestLog
from sandbox.unimplemented import Unimplemented
from sandbox.validation import validation


def create_app(requests: Path = Path(os.devnull)) -> Gateway:
    """The application, which keeps its request log in a file."""
    repairs.apply()
    emulator = DomainDispatcherApplication(create_backend_app)
    log, faults = RequestLog(requests), Faults()
    return Gateway(emulator, [log, faults, Unimplemented(emulator), validation], Control(log, faults))
