"""The emulator as one WSGI application: moto, repaired, behind the sandbox's own layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sandbox import repairs

WsgiApp = Callable[..., Any]


def create_app() -> WsgiApp:
    repairs.apply()
    return DomainDispatcherApplication(create_backend_app)
