"""ListBuckets in pages, in the order of names; a request with any parameter gets each bucket's region too.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html

moto cuts the list at max-buckets, gives no token for the rest, and no region.
"""

from __future__ import annotations

import base64
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.responses import S3Response

PARAMETERS = ("prefix", "bucket-region", "max-buckets", "continuation-token")
MOST_IN_A_PAGE = 10_000


def all_buckets(self: S3Response) -> Any:
    self.data["Action"] = "ListAllMyBuckets"
    self._authenticate_and_authorize_s3_action()
    given = {name: self._get_param(name) for name in PARAMETERS if self._get_param(name)}
    after = base64.urlsafe_b64decode(given.get("continuation-token", "")).decode()
    found = self.backend.list_buckets(given.get("prefix"), given.get("bucket-region"), None)
    left = sorted((bucket for bucket in found if bucket.name > after), key=lambda bucket: bucket.name)
    size = int(given.get("max-buckets", MOST_IN_A_PAGE))
    page, rest = left[:size], left[size:]
    self.data["Action"] = "ListBuckets"
    return self.serialized(
        ActionResult(
            {
                "Owner": {"ID": "bcaf1ffd86f41161ca5fb16fd081034f", "DisplayName": "webfile"},
                "Buckets": [
                    {"Name": bucket.name, "CreationDate": bucket.creation_date_ISO8601}
                    | ({"BucketRegion": bucket.region_name} if given else {})
                    for bucket in page
                ],
                "ContinuationToken": base64.urlsafe_b64encode(page[-1].name.encode()).decode() if rest else None,
                "Prefix": given.get("prefix"),
            }
        )
    )


def apply() -> None:
    S3Response.all_buckets = all_buckets
