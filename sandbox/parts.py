"""The processes that make a sandbox, in the order in which they start."""

from __future__ import annotations

import http.client
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import programs
from sandbox.agent import LOG_GROUP
from sandbox.plane import bootstrap
from sandbox.ports import ADDRESS

# A process that cannot ask the kernel to be told of its parent's death is watched by one that polls.
_LEASH = () if sys.platform == "linux" else (sys.executable, "-m", "sandbox.leash")


@dataclass(frozen=True)
class Part:
    name: str
    argv: tuple[str, ...]
    address: str
    is_ready: Callable[[], bool]
    deadline_seconds: float = 60


def parts(folder: Path, state: dict[str, Any]) -> list[Part]:
    units = [_units(folder, name, Path(host["root"])) for name, host in state["hosts"].items()]
    program = programs.envoy()
    plane = [_wafd(), _envoy(program)] if program else []
    caches = [_caches(state["health_check_speed"])] if programs.caches_run() else []
    instances = [_instances(state["endpoint"])] if programs.instances_run() else []
    containers = _containers(state["health_check_speed"])
    return [_emulator(folder, state["ports"]["emulator"]), *plane, *caches, *instances, containers, _checkers(), *units, _agent(state)]


def _emulator(folder: Path, port: int) -> Part:
    arguments = ("sandbox.launcher", "--port", str(port), "--folder", str(folder))
    return Part("emulator", _python(*arguments), f"http://{ADDRESS}:{port}", lambda: _answers(port))


def _envoy(program: Path) -> Part:
    """The load balancers' proxy."""
    argv = (*_LEASH, str(program), "--config-path", f"{bootstrap.FOLDER}/envoy.json", *bootstrap.OPTIONS)
    return Part("envoy", argv, bootstrap.ADMIN, lambda: _accepts(bootstrap.ADMIN))


def _wafd() -> Part:
    """The web ACLs, for Envoy's questions."""
    return Part("wafd", _python("sandbox.waf", "--folder", bootstrap.FOLDER), bootstrap.WAFD, lambda: _accepts(bootstrap.WAFD))


def _caches(speed: float) -> Part:
    """The nodes of replication groups."""
    path = "elasticache/daemon.sock"
    return Part("elasticache", _python("sandbox.cache", "--folder", "elasticache", "--speed", f"{speed:g}"), path, lambda: _accepts(path))


def _instances(endpoint: str) -> Part:
    """The hosts that instances of EC2 are."""
    path = "instances/daemon.sock"
    return Part("instances", _python("sandbox.instances", "--folder", "instances", "--endpoint", endpoint), path, lambda: _accepts(path))


def _containers(speed: float) -> Part:
    """The tasks of ECS."""
    path = "containers/daemon.sock"
    return Part(
        "containers", _python("sandbox.containers", "--folder", "containers", "--speed", f"{speed:g}"), path, lambda: _accepts(path)
    )


def _checkers() -> Part:
    """Those who send the requests of Route 53's health checks."""
    path = "checkers/daemon.sock"
    return Part("checkers", _python("sandbox.checkers", "--folder", "checkers"), path, lambda: _accepts(path))


def _units(folder: Path, host: str, root: Path) -> Part:
    """The service manager of an application host."""
    # Relative to the supervisor's folder: a checkout may lie deeper than the 107 characters that a socket's path has.
    socket_path = str((root / "run" / "units.sock").relative_to(folder))
    return Part(host, _python("sandbox.units", "serve", "--root", str(root)), socket_path, lambda: _accepts(socket_path))


def _agent(state: dict[str, Any]) -> Part:
    """Nobody waits for it: what it has not shipped stays in the hosts' journals."""
    hosts = (f"{name}={host['root']}" for name, host in state["hosts"].items())
    arguments = ("--endpoint", state["endpoint"], "--instances", "instances", "--host", *hosts)
    return Part("cloudwatch-agent", _python("sandbox.agent", *arguments), LOG_GROUP, lambda: True)


def _python(*arguments: str) -> tuple[str, ...]:
    return (*_LEASH, sys.executable, "-m", *arguments)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=2)
    try:
        connection.request("GET", "/_sandbox/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _accepts(path: str) -> bool:
    if not os.path.exists(path):  # noqa: PTH110, asked often
        return False
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(path)
        except OSError:
            return False
        return True
