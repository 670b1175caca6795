"""One thing of each kind of resource changed by hand."""

from __future__ import annotations

import contextlib
from typing import Any

from botocore.exceptions import ClientError

from tests.integration.place import Place

TAG = "prodready:managed"
TABLE, BUCKET, GROUP = "shop-orders", "shop-images-123456789012", "/shop/application"


def drift(place: Place) -> None:
    _secret(place.client("secretsmanager"))
    _table(place.client("dynamodb"))
    _bucket(place.client("s3"))
    _logs(place.client("logs"))
    _alarms(place.client("cloudwatch"))
    _topics(place.client("sns"), place.client("sqs"))


def no_leftover(place: Place) -> None:
    sqs = place.client("sqs")
    for url in sqs.list_queues(QueueNamePrefix="prodready-drill-").get("QueueUrls", []):
        sqs.delete_queue(QueueUrl=url)


def leftover(place: Place) -> None:
    """A drill that died has left its queue and a subscription."""
    no_leftover(place)
    sqs, sns = place.client("sqs"), place.client("sns")
    sqs.create_queue(QueueName="prodready-drill-shop-00000000")
    topic = next(one["TopicArn"] for one in sns.list_topics()["Topics"])
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-central-1:123456789012:prodready-drill-shop-00000000")


def _secret(client: Any) -> None:
    client.update_secret(SecretId="shop/sandbox", Description="by hand")
    client.put_secret_value(SecretId="shop/sandbox", SecretString='{"LOG_LEVEL": "debug"}')
    client.untag_resource(SecretId="shop/sandbox", TagKeys=[TAG])
    client.tag_resource(SecretId="shop/sandbox", Tags=[{"Key": "prodready:app", "Value": "other"}])


def _table(client: Any) -> None:
    client.update_table(TableName=TABLE, DeletionProtectionEnabled=False)
    client.update_continuous_backups(TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False})
    arn = client.describe_table(TableName=TABLE)["Table"]["TableArn"]
    client.untag_resource(ResourceArn=arn, TagKeys=[TAG])


def _bucket(client: Any) -> None:
    client.delete_bucket_lifecycle(Bucket=BUCKET)
    client.delete_bucket_policy(Bucket=BUCKET)
    client.delete_bucket_tagging(Bucket=BUCKET)
    client.delete_public_access_block(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})


def _logs(client: Any) -> None:
    client.delete_retention_policy(logGroupName=GROUP)
    for one in client.describe_metric_filters(logGroupName=GROUP)["metricFilters"]:
        client.delete_metric_filter(logGroupName=GROUP, filterName=one["filterName"])
    arn = client.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"][0]["arn"].removesuffix(":*")
    client.untag_resource(resourceArn=arn, tagKeys=[TAG])


def _alarms(client: Any) -> None:
    alarm = client.describe_alarms(AlarmNamePrefix="shop-")["MetricAlarms"][0]
    client.put_metric_alarm(
        AlarmName=alarm["AlarmName"],
        Namespace="Other",
        MetricName="Other",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    client.untag_resource(ResourceARN=alarm["AlarmArn"], TagKeys=[TAG])
    client.put_dashboard(DashboardName="shop", DashboardBody='{"widgets": []}')


def _topics(sns: Any, sqs: Any) -> None:
    topic = next(one["TopicArn"] for one in sns.list_topics()["Topics"])
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="by hand")
    sns.untag_resource(ResourceArn=topic, TagKeys=[TAG])
    for one in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
        with contextlib.suppress(ClientError):  # a mail address has none
            sns.set_subscription_attributes(
                SubscriptionArn=one["SubscriptionArn"], AttributeName="RawMessageDelivery", AttributeValue="true"
            )
    for url in sqs.list_queues(QueueNamePrefix="shop-")["QueueUrls"]:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
        sqs.untag_queue(QueueUrl=url, TagKeys=[TAG])
