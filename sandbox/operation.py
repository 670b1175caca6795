"""Which operation of AWS a request calls, and with what parameters: botocore's serialization read backwards.

moto has the routers and parsers for every protocol but rpc-v2-cbor, which it does not speak.
"""

from __future__ import annotations

import functools
import gzip
import io
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS, RequestParser, RequestParserError
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound
from werkzeug.wsgi import get_input_stream

from sandbox.aws_error import CBOR
from sandbox.model import services_by_signing_name

Environ = dict[str, Any]

_CREDENTIAL = re.compile(r"Credential=([^/,]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_CBOR_PATH = re.compile(r"/service/([^/]+)/operation/([^/]+)$")
# All that AWS answers without a signature, but for objects of S3.
_UNSIGNED = {
    "AssumeRoleWithSAML": "sts",
    "AssumeRoleWithWebIdentity": "sts",
    "ConfirmSubscription": "sns",
    "Unsubscribe": "sns",
}


@dataclass
class Call:
    """A request of AWS; what could not be found out is empty, and `problem` says why the parameters are."""

    service: str
    operation: str
    region: str
    access_key: str
    protocol: str
    params: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def identify(environ: Environ) -> Call:
    _buffer(environ)
    request = Request(environ, populate_request=False)
    access_key, region, signing_name = _scope(request)
    services = _candidates(request, signing_name)
    call = Call(services[0] if services else signing_name, "", region, access_key, "")
    for service in services:
        protocol = _protocol(request, service)
        call.protocol = call.protocol or protocol
        if found := _match(request, service, protocol):
            call.service, call.protocol, call.operation = service, protocol, found[0].name
            _parse(call, *found, request)
            break
    environ["wsgi.input"].seek(0)
    return call


def _buffer(environ: Environ) -> None:
    """The body is read more than once from here on, and never compressed or chunked."""
    body = get_input_stream(environ).read()
    if environ.get("HTTP_CONTENT_ENCODING") == "gzip" and not _is_s3(environ):
        body = gzip.decompress(body)
        del environ["HTTP_CONTENT_ENCODING"]
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}


def _is_s3(environ: Environ) -> bool:
    return "/s3/aws4_request" in environ.get("HTTP_AUTHORIZATION", "/s3/aws4_request")


def _scope(request: Request) -> tuple[str, str, str]:
    """Access key, region and signing name, https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html"""
    credential = request.headers.get("Authorization") or f"Credential={request.args.get('X-Amz-Credential', '')}"
    match = _CREDENTIAL.search(unquote(credential))
    if match:
        return match[1], match[2], match[3]
    action = request.values.get("Action")
    if action or "X-Amz-Target" in request.headers:
        return "", "", _UNSIGNED.get(action or "", "")
    return "", "us-east-1", "s3"


def _candidates(request: Request, signing_name: str) -> list[str]:
    services = services_by_signing_name().get(signing_name, [])
    if signing_name == "s3":  # S3 Control signs by this name too
        return ["s3control"] if request.path.startswith("/v20180820/") else ["s3"]
    version = request.values.get("Version") if len(services) > 1 else None
    if version:
        return [name for name in services if get_service_model(name).api_version == version] or services
    return services


def _protocol(request: Request, service: str) -> str:
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return CBOR
    model = get_service_model(service)
    try:
        return determine_request_protocol(model, request.content_type)
    except NotImplementedError:
        return model.resolved_protocol


def _match(request: Request, service: str, protocol: str) -> tuple[OperationModel, dict[str, Any]] | None:
    if protocol == CBOR:
        match = _CBOR_PATH.search(request.path)
        model = get_service_model(service)
        if match and match[1] == model.metadata.get("targetPrefix") and match[2] in model.operation_names:
            return model.operation_model(match[2]), {}
        return None
    try:
        operation, labels = get_service_router(service).match(request)
    except (NotFound, NotImplementedError):
        return None
    # Two of S3's operations have two names on one path, the older one deprecated.
    newer = f"{operation.name}Configuration"
    if operation.deprecated and newer in operation.service_model.operation_names:
        operation = operation.service_model.operation_model(newer)
    return operation, labels


@functools.cache
def _parser(protocol: str, service: str, operation: str) -> RequestParser:
    return PROTOCOL_PARSERS[protocol](get_service_model(service).operation_model(operation))


def _parse(call: Call, operation: OperationModel, labels: dict[str, Any], request: Request) -> None:
    if call.protocol == CBOR:
        return
    try:
        params = _parser(call.protocol, call.service, operation.name).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.get_data(),
                "url_path": request.path,
                "url_params": labels,
            }
        )
        call.params = {name: value for name, value in params.items() if value is not None}
    except (RequestParserError, ValueError, TypeError, AttributeError, KeyError) as error:
        call.problem = f"{type(error).__name__} while reading the request's body"
