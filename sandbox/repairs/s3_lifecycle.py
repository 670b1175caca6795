"""A bucket's lifecycle is read back as it was written, and refused where S3 refuses it (sandbox/lifecycle.py).

A rule without an ID gets one; TransitionDefaultMinimumObjectSize is all_storage_classes_128K unless given.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html

moto drops the size conditions, NewerNoncurrentVersions of an expiration and TransitionDefaultMinimumObjectSize, and
checks little. Its own rules are kept beside, as AWS Config reads them.
"""

from __future__ import annotations

from typing import Any

from botocore.parsers import ResponseParserError, create_parser
from moto.core.responses import ActionResult
from moto.core.utils import get_service_model
from moto.moto_api._internal import mock_random
from moto.s3.exceptions import MalformedXML, NoSuchLifecycleConfiguration, S3ClientError
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from sandbox.lifecycle import check

SIZE_HEADER = "x-amz-transition-default-minimum-object-size"
SIZES = ("all_storage_classes_128K", "varies_by_storage_class")


def parse(body: bytes) -> list[dict[str, Any]]:
    """The rules of a request; a response has the same form, and for that botocore has a parser."""
    shape = get_service_model("s3").operation_model("GetBucketLifecycleConfiguration").output_shape
    try:
        parsed = create_parser("rest-xml").parse({"status_code": 200, "headers": {}, "body": body}, shape)
    except (ResponseParserError, ValueError) as error:
        raise MalformedXML from error
    return parsed.get("Rules", [])


def minimum_size(given: str | None) -> str:
    size = given or SIZES[0]
    if size not in SIZES:
        raise S3ClientError("InvalidRequest", "Invalid TransitionDefaultMinimumObjectSize found")
    return size


def get_bucket_lifecycle(self: S3Response) -> Any:
    self.data["Action"] = "GetBucketLifecycleConfiguration"
    lifecycle = getattr(self.backend.get_bucket(self.bucket_name), "lifecycle", None)
    if not lifecycle:
        raise NoSuchLifecycleConfiguration(bucket_name=self.bucket_name)
    return self.serialized(ActionResult(lifecycle))


def apply() -> None:
    S3Response.get_bucket_lifecycle = get_bucket_lifecycle
    put, delete = S3Response._bucket_response_put, FakeBucket.delete_lifecycle

    def put_with_lifecycle(self: S3Response, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if "lifecycle" not in querystring:
            return put(self, request, bucket_name, querystring)
        bucket = self.backend.get_bucket(bucket_name)
        rules, size = parse(self.body), minimum_size(request.headers.get(SIZE_HEADER))
        check(rules)
        put(self, request, bucket_name, querystring)
        for rule in rules:
            rule["ID"] = rule.get("ID") or str(mock_random.uuid4())
        bucket.lifecycle = {"Rules": rules, "TransitionDefaultMinimumObjectSize": size}
        return 200, {SIZE_HEADER: size}, ""

    def delete_lifecycle(self: FakeBucket) -> None:
        delete(self)
        self.lifecycle = None

    S3Response._bucket_response_put = put_with_lifecycle
    FakeBucket.delete_lifecycle = delete_lifecycle
