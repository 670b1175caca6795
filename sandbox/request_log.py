"""What was asked of the sandbox and what it answered: one JSON line a request, without secrets."""

from __future__ import annotations

import json
import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import UnknownServiceError

from sandbox import clock
from sandbox.aws_error import Response
from sandbox.gateway import Answer
from sandbox.model import is_secret, operation_model
from sandbox.operation import Call, Environ

HIDDEN = "***"

_READS = re.compile(
    "(Batch|Transact)?(Check|Decode|Describe|Estimate|Evaluate|Filter|Get|Head|List|Lookup|Preview|Query|Scan|Search"
    "|Select|Simulate|Test|Validate)([A-Z]|$)"
    "|Assume(Role|Root)|Generate(Random|DataKey|Mac)|(De|En|ReEn)crypt$|(Start|Stop)Query$"
)
_WRITES = {"elasticache.TestFailover", "elasticache.TestMigration"}
_CODE = re.compile(rb"<Code>([^<]+)</Code>|\"__type\": *\"(?:[^\"]*#)?([^\"]+)\"")


def mutates(service: str, operation: str) -> bool:
    """Whether an operation, by its AWS or its Python name, changes the account; what is not known to read does."""
    if operation.islower():
        operation = operation.replace("_", " ").title().replace(" ", "")
    return f"{service}.{operation}" in _WRITES or not _READS.match(operation)


def without_secrets(shape: Any, value: Any) -> Any:
    """The parameters as they may be written down."""
    kind = shape.type_name if shape else ""
    if kind == "structure" and isinstance(value, dict):
        members = shape.members
        return {
            name: HIDDEN if name not in members or is_secret(name, members[name]) else without_secrets(members[name], item)
            for name, item in value.items()
        }
    if kind == "map" and isinstance(value, dict):
        return {key: HIDDEN if is_secret(key, shape.value) else without_secrets(shape.value, item) for key, item in value.items()}
    if kind == "list" and isinstance(value, list):
        return [HIDDEN if is_secret("", shape.member) else without_secrets(shape.member, item) for item in value]
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return value.isoformat() if isinstance(value, datetime) else value


class RequestLog:
    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)

    def __call__(self, call: Call, environ: Environ, answer: Answer) -> Response:
        moment = datetime.fromtimestamp(clock.machine_time(), UTC)
        start = time.perf_counter()
        response = answer(call, environ)
        entry = {
            "time": moment.isoformat(timespec="milliseconds"),
            "service": call.service,
            "operation": call.operation,
            "region": call.region,
            "access_key": call.access_key,
            "user_agent": environ.get("HTTP_USER_AGENT", ""),
            "mutates": mutates(call.service, call.operation),
            "params": _params(call),
            "status": response.status,
            "error": error_code(response),
            "ms": round((time.perf_counter() - start) * 1000, 1),
        }
        os.write(self._file, json.dumps(entry, default=str).encode() + b"\n")
        return response

    def entries(self) -> list[dict[str, Any]]:
        size = os.fstat(self._file).st_size
        return [json.loads(line) for line in os.pread(self._file, size, 0).splitlines()]

    def clear(self) -> None:
        os.ftruncate(self._file, 0)


def _params(call: Call) -> dict[str, Any]:
    try:
        return without_secrets(operation_model(call.service, call.operation).input_shape, call.params)
    except (KeyError, UnknownServiceError):
        return {}


def error_code(response: Response) -> str:
    if response.status == 0:
        return "ConnectionCut"
    if response.status < 400:
        return ""
    query_error = response.header("x-amzn-query-error").partition(";")[0]
    match = _CODE.search(response.body)
    return query_error or (match and (match[1] or match[2]).decode()) or str(response.status)
