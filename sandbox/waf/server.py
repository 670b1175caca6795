"""HTTP on a UNIX socket, for Envoy alone."""

from __future__ import annotations

import logging
from pathlib import Path

from cheroot.server import Gateway, HTTPServer

from sandbox.waf.asked import Answer
from sandbox.waf.daemon import Wafd

log = logging.getLogger(__name__)

_THREADS = 8
_IDLE_SECONDS = 300
# Envoy opens as many connections as it has requests under way; one that cannot be opened is a request that is not let through.
_MOST_CONNECTIONS = 4096


class Server(HTTPServer):
    def __init__(self, socket: Path, wafd: Wafd) -> None:
        super().__init__(str(socket), _Gateway, minthreads=_THREADS, maxthreads=_THREADS)
        self.request_queue_size = _MOST_CONNECTIONS
        self.keep_alive_conn_limit = _MOST_CONNECTIONS
        self.timeout = _IDLE_SECONDS
        self.wafd = wafd


class _Gateway(Gateway):
    def respond(self) -> None:
        request = self.req
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.inheaders.items()}
        body = request.rfile.read(int(headers.get("content-length", 0)))
        try:
            answer = request.server.wafd.answer(request.method.decode("latin-1"), request.uri.decode("latin-1"), headers, body)
        except Exception:
            # Envoy does what waf.fail_open.enabled says.
            log.exception("a request could not be inspected")
            answer = Answer(500, [])
        request.status = f"{answer.status} ".encode()
        request.outheaders = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        request.outheaders.append((b"Content-Length", str(len(answer.body)).encode()))
        request.ensure_headers_sent()
        request.write(answer.body)
