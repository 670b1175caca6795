"""An error as AWS writes it, in the form of each protocol."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape

from botocore.model import ServiceModel

CBOR = "smithy-rpc-v2-cbor"

# https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Response:
    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


def response(service: ServiceModel | None, protocol: str, code: str, message: str, status: int) -> Response:
    """The answer that makes botocore raise ClientError with this code and message."""
    request_id = str(uuid.uuid4())
    metadata = service.metadata if service else {}
    headers = [("x-amzn-RequestId", request_id)]
    if protocol in ("json", "rest-json", CBOR):
        headers.append(("x-amzn-ErrorType", code))
        if "awsQueryCompatible" in metadata:
            headers.append(("x-amzn-query-error", f"{code};{_fault(status)}"))
        content = {"__type": code, "message": message}
        if protocol == CBOR:
            headers += [("smithy-protocol", "rpc-v2-cbor"), ("Content-Type", "application/cbor")]
            return Response(status, headers, _cbor(content))
        version = metadata.get("jsonVersion", "1.0")
        kind = f"application/x-amz-json-{version}" if protocol == "json" else "application/json"
        return Response(status, [*headers, ("Content-Type", kind)], json.dumps(content).encode())
    text = _xml(
        service.service_name if service else "",
        protocol,
        escape(code),
        escape(_NOT_XML.sub("\ufffd", message)),
        _fault(status),
        request_id,
    )
    return Response(status, [*headers, ("Content-Type", "text/xml")], text.encode())


def _xml(service: str, protocol: str, code: str, message: str, fault: str, request_id: str) -> str:
    error = f"<Code>{code}</Code><Message>{message}</Message>"
    if service == "s3":
        return f"<Error>{error}<RequestId>{request_id}</RequestId></Error>"
    if protocol == "ec2":
        return f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    return f"<ErrorResponse><Error><Type>{fault}</Type>{error}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"


def _fault(status: int) -> str:
    return "Sender" if status < 500 else "Receiver"


def _cbor(content: dict[str, str]) -> bytes:
    """A map of strings, https://www.rfc-editor.org/rfc/rfc8949#section-3.1"""
    words = [word.encode() for pair in content.items() for word in pair]
    return bytes([0xA0 | len(content)]) + b"".join(b"\x79" + len(word).to_bytes(2, "big") + word for word in words)
