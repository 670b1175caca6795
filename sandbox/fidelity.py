"""How far an answer can be trusted to be AWS's: the layer that says so in it, and the table of docs/sandbox.md.

An answer that rests on what was only accepted has the header `x-fidelity: accepted`, which no answer of AWS has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from sandbox.aws_error import Response
from sandbox.gateway import CUT, Answer
from sandbox.operation import Call, Environ

FILE = Path(__file__).with_suffix(".yml")
STATES = ("proved", "accepted", "not emulated")
HEADER = "x-fidelity"


class Fidelity:
    def __init__(self, services: dict[str, Any] | None = None) -> None:
        self._services = load() if services is None else services

    def __call__(self, call: Call, environ: Environ, answer: Answer) -> Response:
        response = answer(call, environ)
        if response is CUT or response.status >= 400 or self.of(call.service, call.operation) == "proved":
            return response
        return replace(response, headers=[*response.headers, (HEADER, "accepted")])

    def of(self, service: str, operation: str) -> str:
        known = self._services.get(service, {"default": "accepted"})
        return known.get("operations", {}).get(operation, {"state": known["default"]})["state"]


def load() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text())


def table(services: dict[str, Any]) -> str:
    lines = ["| Service | | State | |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows(services))])


def rows(services: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for service, known in services.items():
        others = known.get("operations", {})
        yield service, "all other operations" if others else "all operations", known["default"], ""
        yield from (("", f"`{name}`", of["state"], of.get("note", "")) for name, of in others.items())
        yield from (("", of["what"], of["state"], of.get("note", "")) for of in known.get("features", []))
