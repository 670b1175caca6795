"""What the emulator lacks is said in AWS's own form, and nothing is served as something else.

moto answers an operation that it lacks with an HTML page and status 500 or 404, or (S3) with another operation. A 501
is not retried by botocore, and is never taken for "does not exist".
"""

from __future__ import annotations

import functools
import importlib
import logging
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from sandbox.aws_error import CBOR, Response
from sandbox.gateway import Answer, refuse
from sandbox.operation import Call, Environ

log = logging.getLogger(__name__)

# Methods that are not named after the operation: any operation may be there.
_OWN_NAMES = {"batch", "polly", "xray"}

# What moto's S3 serves in methods that are not named after the operation. All the rest of S3 it serves as something
# else: PutBucketMetricsConfiguration as CreateBucket, GetObjectRetention as GetObject.
_S3 = {
    "CompleteMultipartUpload",
    "CreateBucket",
    "CreateMultipartUpload",
    "DeleteObjects",
    "GetBucketLifecycleConfiguration",
    "GetBucketNotificationConfiguration",
    "GetBucketTagging",
    "ListBuckets",
    "PutBucketAccelerateConfiguration",
    "PutBucketAcl",
    "PutBucketCors",
    "PutBucketEncryption",
    "PutBucketInventoryConfiguration",
    "PutBucketLifecycleConfiguration",
    "PutBucketLogging",
    "PutBucketNotificationConfiguration",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
    "PutBucketReplication",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutBucketWebsite",
    "PutObjectLockConfiguration",
    "PutPublicAccessBlock",
    "RestoreObject",
    "SelectObjectContent",
}


class Unimplemented:
    def __init__(self, dispatcher: DomainDispatcherApplication) -> None:
        self._dispatcher = dispatcher
        self._served: dict[tuple[str, str], bool] = {}

    def __call__(self, call: Call, environ: Environ, answer: Answer) -> Response:
        name = f"{call.service}.{call.operation}"
        if not call.service:
            return refuse(call, "MissingAuthenticationToken", "Request is missing Authentication Token", 403)
        if call.protocol == CBOR:
            return _missing(call, f"the protocol rpc-v2-cbor, in which {name} was called")
        if call.operation and not self._serves(call, environ):
            return _missing(call, name)
        if not call.operation and call.service != "s3":  # S3 also has OPTIONS and form posts
            return self._unknown(call, environ)
        try:
            response = answer(call, environ)
        except NotImplementedError as error:
            return _missing(call, f"{name} as it was called: {error}")
        except Exception as error:
            log.exception("%s failed in the emulator", name)
            return refuse(call, "InternalFailure", f"The emulator failed in {name}: {error!r}", 500)
        return _missing(call, name) if _is_page(call, response) else response

    def _serves(self, call: Call, environ: Environ) -> bool:
        key = (call.service, call.operation)
        if key not in self._served:
            host = self._dispatcher.infer_service_region_host(environ, environ["PATH_INFO"])
            backend = self._dispatcher.get_backend_for_host(host or "s3.amazonaws.com")
            self._served[key] = serves(backend, call.operation)
        return self._served[key]

    def _unknown(self, call: Call, environ: Environ) -> Response:
        if not call.protocol:
            return _missing(call, f"the service {call.service}")
        if call.protocol in ("query", "ec2"):
            return refuse(call, "InvalidAction", f"The action is not valid for {call.service}", 400)
        target = environ.get("HTTP_X_AMZ_TARGET") or f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        return refuse(call, "UnknownOperationException", f"{call.service} has no operation {target}", 404)


def serves(backend: str | None, operation: str) -> bool:
    """Whether one of the classes that answer for a service of moto has a method for the operation."""
    if not backend:
        return False
    if backend in _OWN_NAMES or backend == "s3" and operation in _S3:
        return True
    method = camelcase_to_underscores(operation)
    return any(hasattr(handler, method) for handler in _handlers(backend))


@functools.cache
def _handlers(backend: str) -> set[Any]:
    try:
        urls = importlib.import_module(f"moto.{backend}.urls")
    except ImportError as error:  # moto's extra for this service is not installed
        log.warning("%s is not available: %s", backend, error)
        return set()
    handlers = {getattr(handler, "__self__", handler) for handler in urls.url_paths.values()}
    # The two generations of load balancers share an address; the version in the request tells them apart.
    return handlers | {urls.ELBResponse, urls.ELBV2Response} if backend == "elb" else handlers


def _missing(call: Call, what: str) -> Response:
    return refuse(call, "NotImplemented", f"The sandbox does not implement {what}", 501)


def _is_page(call: Call, response: Response) -> bool:
    """An answer of moto's web framework, not of a service."""
    if response.status == 404 and not response.body:
        return call.service != "s3"
    return response.status >= 400 and response.header("content-type").startswith("text/html") and b"<html" in response.body
