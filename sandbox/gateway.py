"""What stands around the emulator: layers, each of which sees a request of AWS and may answer it itself."""

from __future__ import annotations

import contextlib
import functools
import socket
from collections.abc import Callable, Iterable
from typing import Any

from botocore.exceptions import UnknownServiceError

from sandbox import aws_error
from sandbox.aws_error import Response
from sandbox.model import service_model
from sandbox.operation import Call, Environ, identify

WsgiApp = Callable[..., Iterable[bytes]]
Answer = Callable[[Call, Environ], Response]
Layer = Callable[..., Response]  # (call, environ, answer)

# The connection is closed without an answer.
CUT = Response(0, [])

# moto's own interface, and the metadata service of an EC2 instance: not requests of AWS's APIs.
_PASSED = ("/moto-api", "/latest/", "/favicon.ico")


class Gateway:
    def __init__(self, emulator: WsgiApp, layers: list[Layer], control: WsgiApp) -> None:
        self._emulator = emulator
        self._control = control
        answer: Answer = self._emulate
        for layer in reversed(layers):
            answer = functools.partial(layer, answer=answer)
        self._answer = answer

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith("/_sandbox/"):
            return self._control(environ, start_response)
        if path.startswith(_PASSED):
            return self._emulator(environ, start_response)
        response = self._answer(identify(environ), environ)
        if response is CUT:
            _close(environ)
            return []
        headers = response.headers
        if not response.header("content-length"):
            headers = [*headers, ("Content-Length", str(len(response.body)))]
        start_response(f"{response.status} ", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]

    def _emulate(self, call: Call, environ: Environ) -> Response:
        head: list[Any] = []
        body = self._emulator(environ, lambda status, headers, *_: head.extend((status, headers)))
        content = b"".join(body)
        return Response(int(head[0].split(" ", 1)[0]), head[1], content)


def refuse(call: Call, code: str, message: str, status: int) -> Response:
    try:
        service = service_model(call.service)
    except UnknownServiceError:
        service = None
    return aws_error.response(service, call.protocol or "json", code, message, status)


def _close(environ: Environ) -> None:
    connection = environ.get("sandbox.socket") or environ["werkzeug.socket"]
    with contextlib.suppress(OSError):  # the client may be gone
        connection.shutdown(socket.SHUT_RDWR)
