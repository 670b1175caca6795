"""What is locked in compliance mode stays so: nobody shortens it, and its bucket keeps its versions.

A retention can only be lengthened, and versioning of a bucket with Object Lock cannot be suspended.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html

moto refuses to delete a locked version, and lets both of these pass.
"""

from __future__ import annotations

from typing import Any

from moto.s3.exceptions import AccessDeniedByLock, InvalidBucketState
from moto.s3.models import S3Backend

_put_retention = S3Backend.put_object_retention
_put_versioning = S3Backend.put_bucket_versioning


def put_object_retention(self: S3Backend, bucket_name: str, key_name: str, version_id: Any, retention: tuple[Any, Any]) -> None:
    key: Any = self.get_object(bucket_name, key_name, version_id=version_id)
    mode, until = retention
    if key and key.lock_mode == "COMPLIANCE" and (mode != "COMPLIANCE" or str(until) < str(key.lock_until)):
        raise AccessDeniedByLock
    _put_retention(self, bucket_name, key_name, version_id, retention)


def put_bucket_versioning(self: S3Backend, bucket_name: str, status: str) -> None:
    if status == "Suspended" and self.get_bucket(bucket_name).object_lock_enabled:
        raise InvalidBucketState("An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.")
    _put_versioning(self, bucket_name, status)


def apply() -> None:
    S3Backend.put_object_retention = put_object_retention  # type: ignore[method-assign]
    S3Backend.put_bucket_versioning = put_bucket_versioning  # type: ignore[method-assign]
