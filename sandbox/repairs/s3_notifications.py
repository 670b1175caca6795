"""GetBucketNotificationConfiguration answers EventBridgeConfiguration when events go to EventBridge.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html

moto keeps it and sends the events, and leaves it out of the answer.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.s3.responses import S3Response


def apply() -> None:
    original = S3Response.get_bucket_notification

    def get_bucket_notification(self: S3Response) -> Any:
        configuration = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if configuration is not None and configuration.event_bridge is not None:
            serialized = self.serialized
            self.serialized = lambda answer: serialized(  # type: ignore[method-assign]
                ActionResult(answer.result | {"EventBridgeConfiguration": {}})
            )
        return original(self)

    S3Response.get_bucket_notification = get_bucket_notification
