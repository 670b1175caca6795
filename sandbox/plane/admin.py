"""Envoy's admin interface, which is on a socket that only the sandbox's owner can use."""

from __future__ import annotations

import http.client
import json
import os
import socket
from pathlib import Path
from typing import Any

_SECONDS = 2


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_SECONDS)
        # Relative to where this process runs: a checkout may lie deeper than the 107 characters that a socket's path has.
        self.sock.connect(os.path.relpath(self._path))


def ask(path: Path, request: str, method: str = "GET") -> bytes:
    """OSError when Envoy is not there."""
    connection = _Connection(path)
    try:
        connection.request(method, request)
        return connection.getresponse().read()
    except http.client.HTTPException as error:
        raise OSError(f"Envoy's admin interface: {error!r}") from error
    finally:
        connection.close()


def clusters(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Envoy's health status of each host (127.0.0.1:8080) of each cluster."""
    found = json.loads(ask(path, "/clusters?format=json"))
    return {
        cluster["name"]: {_address(host): host.get("health_status", {}) for host in cluster.get("host_statuses", [])}
        for cluster in found["cluster_statuses"]
    }


def _address(host: dict[str, Any]) -> str:
    address = host["address"].get("socket_address", {})
    return f"{address.get('address')}:{address.get('port_value')}"
