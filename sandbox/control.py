"""The sandbox's own HTTP API, under /_sandbox/; loopback only, as all of it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_api._internal.models import moto_api_backend
from werkzeug.wrappers import Request, Response

from sandbox import clock
from sandbox.autoscaling import keeper
from sandbox.containers import serving as containers
from sandbox.enforcement import Enforcement
from sandbox.faults import Faults
from sandbox.plane.plane import Plane
from sandbox.request_log import RequestLog
from sandbox.snapshots import Snapshots


class Control:
    def __init__(
        self, requests: RequestLog, faults: Faults, enforcement: Enforcement, snapshots: Snapshots, plane: Plane | None = None
    ) -> None:
        self._requests = requests
        self._plane = plane
        self._faults = faults
        self._enforcement = enforcement
        self._routes: dict[str, Callable[[Any], Any]] = {
            "GET /health": lambda _: {"status": "up", "clock_offset_seconds": clock.offset()},
            "GET /requests": lambda _: {"requests": requests.entries()},
            "DELETE /requests": lambda _: requests.clear(),
            "GET /faults": lambda _: {"rules": faults.rules()},
            "PUT /faults": lambda body: faults.replace(body["rules"]),
            "DELETE /faults": lambda _: faults.replace([]),
            "GET /enforcement": lambda _: {"policies": enforcement.policies()},
            "PUT /enforcement": lambda body: enforcement.put(body),
            "DELETE /enforcement": lambda _: enforcement.clear(),
            "GET /clock": lambda _: {"offset_seconds": clock.offset()},
            "PUT /clock": lambda body: clock.set_offset(float(body["offset_seconds"])),
            "PUT /snapshot": lambda body: snapshots.take(body["name"]),
            "POST /snapshot": lambda body: self._go_back(snapshots, body["name"]),
            "GET /plane": lambda _: plane.describe() if plane else {},
            "POST /reset": lambda _: self._reset(),
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        route = self._routes.get(f"{request.method} {request.path.removeprefix('/_sandbox')}")
        if not route:
            return _json({"error": f"unknown; known are {', '.join(self._routes)}"}, 404)
        try:
            return _json(route(json.loads(request.get_data() or "{}")))
        except (ValueError, TypeError) as error:
            return _json({"error": str(error)}, 400)
        except KeyError as error:
            return _json({"error": f"{error} is missing"}, 400)

    def _go_back(self, snapshots: Snapshots, name: str) -> None:
        snapshots.go_back(name)
        if self._plane:
            self._plane.wake()

    def _reset(self) -> None:
        with keeper.lock, containers.lock:
            moto_api_backend.reset()
        self._faults.replace([])
        self._enforcement.clear()
        clock.set_offset(0)
        if self._plane:
            self._plane.wake()


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content or {}, default=str), status, content_type="application/json")
