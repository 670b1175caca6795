"""A target of a load balancer as a process: it says who it is, can be made sick, slow or silent, and tells what it was asked."""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

state = {"health": 200}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A target keeps connections for longer than the load balancer does.
    timeout = 120

    def do_GET(self) -> None:
        path, asked = urlsplit(self.path).path, {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if path == "/healthz":
            return self._answer(state["health"])
        if path == "/become":
            state["health"] = int(asked["health"])
        if path == "/close":
            self.close_connection = True
            return self.connection.close()
        time.sleep(float(asked.get("seconds", 0)))
        headers = {"Set-Cookie": f"{asked['cookie']}=1"} if "cookie" in asked else {}
        return self._answer(int(asked.get("status", 200)), headers)

    do_POST = do_GET

    def _answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        length = int(self.headers.get("content-length") or 0)
        received = len(self.rfile.read(length))
        told = {"me": self.server.server_address[0], "path": self.path, "headers": dict(self.headers.items()), "received": received}
        body = json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "X-Frame-Options": "SAMEORIGIN", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    Server((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
