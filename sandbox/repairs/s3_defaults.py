"""What every new bucket has without asking.

* Encryption with SSE-S3; a deleted encryption configuration falls back to it.
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
* All four public access blocks, and no ACLs (BucketOwnerEnforced).
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html

moto gives a bucket none of them.
"""

from __future__ import annotations

from typing import Any

from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend


def sse_s3() -> dict[str, Any]:
    return {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}}


def apply() -> None:
    init = FakeBucket.__init__

    def init_with_defaults(self: FakeBucket, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        self.encryption = sse_s3()
        self.public_access_block = PublicAccessBlock(True, True, True, True)
        self.ownership_rule = "BucketOwnerEnforced"  # type: ignore[assignment]

    def delete_bucket_encryption(self: S3Backend, bucket_name: str) -> None:
        self.get_bucket(bucket_name).encryption = sse_s3()

    FakeBucket.__init__ = init_with_defaults
    S3Backend.delete_bucket_encryption = delete_bucket_encryption
