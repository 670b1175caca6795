from __future__ import annotations


def test_events_to_eventbridge_are_read_back(client):
    s3 = client("s3")
    s3.create_bucket(Bucket="shop", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket="shop")
    s3.put_bucket_notification_configuration(Bucket="shop", NotificationConfiguration={"EventBridgeConfiguration": {}})
    assert s3.get_bucket_notification_configuration(Bucket="shop")["EventBridgeConfiguration"] == {}
