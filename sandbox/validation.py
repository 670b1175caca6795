"""The layer that answers as AWS does to a request that breaks its model."""

from __future__ import annotations

from sandbox.aws_error import Response
from sandbox.gateway import Answer, refuse
from sandbox.operation import Call, Environ
from sandbox.validator import message, violations

# The code by service where it is not the protocol's.
_CODES = {
    "cloudwatch": "ValidationError",
    "ec2": "InvalidParameterValue",
    "elasticache": "InvalidParameterValue",
    "logs": "InvalidParameterException",
    "rds": "InvalidParameterValue",
    "route53": "InvalidInput",
    "sqs": "InvalidParameterValue",
}
_PROTOCOL_CODES = {"query": "ValidationError", "ec2": "InvalidParameterValue", "rest-xml": "InvalidArgument"}


def validation(call: Call, environ: Environ, answer: Answer) -> Response:
    if call.problem:
        code = "MalformedXML" if call.protocol == "rest-xml" else "SerializationException"
        return refuse(call, code, call.problem, 400)
    found = violations(call.service, call.operation, call.params) if call.operation else []
    if not found:
        return answer(call, environ)
    # S3 holds documents to its schema, and headers and query to their own rules.
    if call.service == "s3" and environ.get("CONTENT_LENGTH") not in (None, "", "0"):
        return refuse(call, "MalformedXML", message(found), 400)
    code = _CODES.get(call.service) or _PROTOCOL_CODES.get(call.protocol, "ValidationException")
    return refuse(call, code, message(found), 400)
