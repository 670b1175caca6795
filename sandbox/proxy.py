"""An HTTPS proxy to an Internet that has AWS alone: what is sent to AWS's real host names reaches the emulator, all else is refused.

    python -m sandbox.proxy

prints what a run must be told, HTTPS_PROXY and AWS_CA_BUNDLE; it needs no endpoint, so a filled-in inventory of production runs as
it is. Certificates are signed by the sandbox's own authority. https://docs.aws.amazon.com/general/latest/gr/rande.html
"""

from __future__ import annotations

import argparse
import datetime
import os
import re
import select
import socket
import ssl
import sys
import threading
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sandbox import certificates
from sandbox.ports import ADDRESS
from sandbox.state import ROOT, Folder

AWS = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_CHUNK = 65536
_DAYS = 30


class Asked(NamedTuple):
    host: str
    served: bool


class Proxy(ThreadingTCPServer):
    """Serves in threads between enter and exit; `asked` is every host that somebody wanted to talk to."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path, endpoint: str, port: int = 0) -> None:
        super().__init__((ADDRESS, port), _Tunnel)
        self.emulator = (ADDRESS, urlsplit(endpoint).port)
        self.asked: list[Asked] = []
        self._folder = folder
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._making = threading.Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        certificates.keep_in(folder)
        self._key = certificates.new_key("EC_prime256v1")

    @property
    def environment(self) -> dict[str, str]:
        """What a run must be told."""
        return {"HTTPS_PROXY": f"http://{ADDRESS}:{self.server_address[1]}", "AWS_CA_BUNDLE": str(self._folder / "ca.pem")}

    def __enter__(self) -> Proxy:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.shutdown()
        self.server_close()

    def context(self, host: str) -> ssl.SSLContext:
        """As the server of that name."""
        with self._making:
            if host not in self._contexts:
                begin = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
                file = self._folder / "server.pem"
                descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                with os.fdopen(descriptor, "wb") as chain:
                    chain.write(certificates.key_pem(self._key) + certificates.sign(self._key, [host], begin, _DAYS))
                made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                made.load_cert_chain(file)
                self._contexts[host] = made
            return self._contexts[host]

    def handle_error(self, *_: Any) -> None:
        """A client that goes away is none."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*_)


class _Tunnel(StreamRequestHandler):
    server: Proxy
    rbufsize = 0  # what follows the blank line is TLS

    def handle(self) -> None:
        method, target = (self.rfile.readline().split() + [b"", b""])[:2]
        while self.rfile.readline().strip():
            pass
        host, _, port = target.decode("latin-1").lower().rpartition(":")
        served = (method, port) == (b"CONNECT", "443") and bool(AWS.fullmatch(host))
        if target:
            self.server.asked.append(Asked(host if method == b"CONNECT" else target.decode("latin-1"), served))
        if not served:
            self.wfile.write(b"HTTP/1.1 403 Only AWS is here\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with (
            self.server.context(host).wrap_socket(self.connection, server_side=True) as client,
            socket.create_connection(self.server.emulator) as emulator,
        ):
            _relay(client, emulator)


def _relay(client: ssl.SSLSocket, emulator: socket.socket) -> None:
    """Until one of them closes; by one thread, for a TLS connection is not to be used by two."""
    others: dict[socket.socket, socket.socket] = {client: emulator, emulator: client}
    while True:
        ready = [client] if client.pending() else select.select(others, [], [])[0]
        for one in ready:
            if not (data := one.recv(_CHUNK)):
                return
            others[one].sendall(data)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.proxy", description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=os.environ.get("SANDBOX_FOLDER") or ROOT / ".sandbox", help="of the sandbox")
    arguments = parser.parse_args()
    folder = Folder(arguments.folder)
    if folder.running_pid() is None:
        print("The sandbox is down. Start it: make sandbox-up", file=sys.stderr)
        return 1
    with Proxy(folder.path / "proxy", folder.read()["endpoint"], arguments.port) as proxy:
        for name, value in proxy.environment.items():
            print(f"export {name}={value}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
