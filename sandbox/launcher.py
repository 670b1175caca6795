"""The emulator as one WSGI application: moto, repaired, behind the sandbox's own layers."""

from __future__ import annotations

import argparse
import functools
import logging
import os
from pathlib import Path

from moto.core import responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sandbox import repairs
from sandbox.autoscaling import pace
from sandbox.control import Control
from sandbox.enforcement import Enforcement
from sandbox.faults import Faults
from sandbox.fidelity import Fidelity
from sandbox.gateway import Gateway, Layer
from sandbox.plane.plane import Plane
from sandbox.plane.settings import Settings
from sandbox.prices import prices
from sandbox.request_log import RequestLog
from sandbox.service_metrics import ServiceMetrics
from sandbox.snapshots import Snapshots
from sandbox.state import Folder
from sandbox.unimplemented import Unimplemented
from sandbox.validation import validation


class _Emulator(DomainDispatcherApplication):
    @functools.cache  # noqa: B019, there is one of it; moto reads its whole folder anew at each request
    def get_backend_for_host(self, host: str | None) -> str | None:
        return super().get_backend_for_host(host)


def create_app(requests: Path = Path(os.devnull), plane: Plane | None = None) -> Gateway:
    """The application, which keeps its request log in a file, and tells a data plane what changes."""
    repairs.apply()
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
    emulator = _Emulator(create_backend_app)
    log, faults, enforcement, snapshots = RequestLog(requests), Faults(), Enforcement(), Snapshots()
    layers: list[Layer] = [log, Fidelity(), ServiceMetrics(), faults, enforcement, prices]
    layers += [Unimplemented(emulator), validation, snapshots]
    if plane:
        layers.append(plane)
    return Gateway(emulator, layers, Control(log, faults, enforcement, snapshots, plane))


def main() -> None:
    from sandbox.server import make_server

    parser = argparse.ArgumentParser(description="Serve the emulator on loopback.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="the sandbox's own")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    folder = Folder(arguments.folder)
    state = folder.read()
    settings = Settings.of(folder.path, state)
    pace.set_speed(settings.speed)
    plane = Plane(settings, state["endpoint"])
    plane.start()
    make_server(create_app(folder.requests, plane), arguments.port).safe_start()


if __name__ == "__main__":
    main()
