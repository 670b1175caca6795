"""The HTTP server of the emulator: loopback only, persistent connections, threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from cheroot.wsgi import Gateway_10, Server
from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    environ_key_for_header,
    should_preserve_original_header_name,
)

ADDRESS = "127.0.0.1"
_THREADS = 16
_IDLE_SECONDS = 60


class _Gateway(Gateway_10):
    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]
        """cheroot's environment, with what moto takes from werkzeug's."""
        environ = super().get_environ()
        path, _, query = self.req.uri.partition(b"?")
        names = [name.decode("latin-1") for name in self.req.inheaders]
        environ["RAW_URI"] = self.req.uri.decode("latin-1")
        environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
        environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = {
            environ_key_for_header(name): name for name in names if should_preserve_original_header_name(name)
        }
        environ["sandbox.socket"] = self.req.conn.socket
        return environ


def make_server(app: Callable[..., Any], port: int) -> Server:
    server = Server((ADDRESS, port), app, numthreads=_THREADS, timeout=_IDLE_SECONDS, request_queue_size=128)
    server.gateway = _Gateway
    return server
