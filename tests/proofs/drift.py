"""What others do to an account, by hand or by dying."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from typing import Any

from botocore.exceptions import ClientError

from tests.integration.place import Place, until

TAG = "prodready:managed"
TABLE, IMAGES, GROUP = "shop-orders", "shop-images-123456789012", "/shop/application"
BUDGET = {"AccountId": "123456789012", "BudgetName": "shop"}
NOTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}]}
CACHE_VARIABLES = ("REDIS_URL", "CACHE_RULES", "REDIS_AUTH_TOKEN")
TABLES = (TABLE, "shop-products", "shop-migrations")
BUCKETS = (IMAGES, "shop-logs-123456789012", "shop-releases-123456789012")


def empty(place: Place) -> None:
    place.control("POST", "reset")


def drift(place: Place) -> None:
    """One thing of each kind of resource is changed."""
    _secret(place.client("secretsmanager"))
    _table(place.client("dynamodb"))
    _bucket(place.client("s3"))
    _logs(place.client("logs"))
    _alarms(place.client("cloudwatch"))
    _topics(place.client("sns"), place.client("sqs"))
    _budget(place.client("budgets"))


def balancer_drift(place: Place) -> None:
    """Of each kind of resource of a load balancer one thing is changed."""
    elbv2 = place.client("elbv2")
    (balancer,) = elbv2.describe_load_balancers(Names=["shop"])["LoadBalancers"]
    (group,) = elbv2.describe_target_groups(Names=["shop"])["TargetGroups"]
    found = {one["Port"]: one for one in elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]}
    secure = found[443]["ListenerArn"]
    rule = next(one for one in elbv2.describe_rules(ListenerArn=secure)["Rules"] if not one["IsDefault"])
    off = [{"Key": "deletion_protection.enabled", "Value": "false"}]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=balancer["LoadBalancerArn"], Attributes=off)
    slow = [{"Key": "slow_start.duration_seconds", "Value": "0"}, {"Key": "deregistration_delay.timeout_seconds", "Value": "5"}]
    elbv2.modify_target_group_attributes(TargetGroupArn=group["TargetGroupArn"], Attributes=slow)
    elbv2.modify_target_group(TargetGroupArn=group["TargetGroupArn"], HealthCheckPath="/version")
    elbv2.modify_listener(ListenerArn=secure, SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06")
    header = [{"Key": "routing.http.response.x_frame_options.header_value", "Value": "SAMEORIGIN"}]
    elbv2.modify_listener_attributes(ListenerArn=secure, Attributes=header)
    fixed = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "403"}}]
    elbv2.modify_rule(RuleArn=rule["RuleArn"], Actions=fixed)
    elbv2.remove_tags(ResourceArns=[balancer["LoadBalancerArn"], group["TargetGroupArn"], secure], TagKeys=[TAG])
    address = {"Id": place.state["hosts"]["app2"]["private_address"], "Port": place.state["hosts"]["app2"]["port"]}
    elbv2.deregister_targets(TargetGroupArn=group["TargetGroupArn"], Targets=[address])
    elbv2.get_waiter("target_deregistered").wait(TargetGroupArn=group["TargetGroupArn"], Targets=[address], WaiterConfig={"Delay": 1})
    acm = place.client("acm")
    for one in acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})["CertificateSummaryList"]:
        acm.remove_tags_from_certificate(CertificateArn=one["CertificateArn"], Tags=[{"Key": TAG, "Value": "true"}])


def waf_drift(place: Place) -> None:
    """Of each kind of resource of a web ACL one thing is changed."""
    client = place.client("wafv2")
    for kind, change in (("ip_set", {"Addresses": ["192.0.2.0/24"]}), ("regex_pattern_set", {"RegularExpressionList": []})):
        noun = {"ip_set": "IPSet", "regex_pattern_set": "RegexPatternSet"}[kind]
        for one in getattr(client, f"list_{kind}s")(Scope="REGIONAL")[f"{noun}s"]:
            own = {"Name": one["Name"], "Scope": "REGIONAL", "Id": one["Id"]}
            found = getattr(client, f"get_{kind}")(**own)
            getattr(client, f"update_{kind}")(**own, LockToken=found["LockToken"], Description=found[noun]["Description"], **change)
            client.untag_resource(ResourceARN=one["ARN"], TagKeys=[TAG])
    rules_count(place)
    (acl,) = client.list_web_acls(Scope="REGIONAL")["WebACLs"]
    logging = client.get_logging_configuration(ResourceArn=acl["ARN"])["LoggingConfiguration"]
    client.put_logging_configuration(LoggingConfiguration={**logging, "RedactedFields": []})
    (balancer,) = place.client("elbv2").describe_load_balancers(Names=["shop"])["LoadBalancers"]
    client.disassociate_web_acl(ResourceArn=balancer["LoadBalancerArn"])
    place.client("logs").put_retention_policy(logGroupName="aws-waf-logs-shop", retentionInDays=3)


def uptime_drift(place: Place) -> None:
    """The health check asks for something else, and has lost a tag."""
    client = place.client("route53")
    for one in client.list_health_checks()["HealthChecks"]:
        client.update_health_check(HealthCheckId=one["Id"], ResourcePath="/version", FailureThreshold=5)
        client.change_tags_for_resource(ResourceType="healthcheck", ResourceId=one["Id"], RemoveTagKeys=[TAG])


def cache_drift(place: Place) -> None:
    """Of each kind of resource of a cache one thing is changed."""
    client = place.client("elasticache")
    client.modify_cache_parameter_group(
        CacheParameterGroupName="shop", ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": "noeviction"}]
    )
    client.modify_cache_subnet_group(CacheSubnetGroupName="shop", CacheSubnetGroupDescription="by hand")
    client.modify_replication_group(
        **{"ReplicationGroupId": "shop", "ReplicationGroupDescription": "by hand", "ApplyImmediately": True},
        **{"SnapshotRetentionLimit": 1, "SnapshotWindow": "04:00-05:00", "NotificationTopicStatus": "inactive"},
    )
    client.get_waiter("replication_group_available").wait(ReplicationGroupId="shop", WaiterConfig={"Delay": 1})
    for kind in ("parametergroup", "subnetgroup", "replicationgroup"):
        arn = f"arn:aws:elasticache:eu-central-1:123456789012:{kind}:shop"
        client.remove_tags_from_resource(ResourceName=arn, TagKeys=[TAG])


def scaling_drift(place: Place) -> None:
    """Of each kind of resource of a group one thing is changed; its instances are of a version of somebody else's."""
    autoscaling, ec2, iam = map(place.client, ("autoscaling", "ec2", "iam"))
    iam.put_role_policy(RoleName="shop-instance", PolicyName="shop-instance", PolicyDocument=json.dumps(NOTHING))
    for untag, name in (
        (iam.untag_role, {"RoleName": "shop-instance"}),
        (iam.untag_instance_profile, {"InstanceProfileName": "shop-instance"}),
    ):
        untag(**name, TagKeys=[TAG])
    made = ec2.create_launch_template_version(
        LaunchTemplateName="shop", SourceVersion="$Default", LaunchTemplateData={"InstanceType": "t3.medium"}
    )["LaunchTemplateVersion"]
    ec2.modify_launch_template(LaunchTemplateName="shop", DefaultVersion=str(made["VersionNumber"]))
    ec2.delete_tags(Resources=[made["LaunchTemplateId"]], Tags=[{"Key": TAG}])
    autoscaling.update_auto_scaling_group(AutoScalingGroupName="shop", MaxSize=3, HealthCheckGracePeriod=300)
    autoscaling.disable_metrics_collection(AutoScalingGroupName="shop")
    autoscaling.delete_tags(Tags=[{"ResourceId": "shop", "ResourceType": "auto-scaling-group", "Key": TAG}])
    policy = {"AutoScalingGroupName": "shop", "PolicyName": "requests", "PolicyType": "TargetTrackingScaling"}
    metric = {"PredefinedMetricType": "ASGAverageCPUUtilization"}
    autoscaling.put_scaling_policy(**policy, TargetTrackingConfiguration={"PredefinedMetricSpecification": metric, "TargetValue": 50.0})
    autoscaling.put_scheduled_update_group_action(
        AutoScalingGroupName="shop", ScheduledActionName="sale-begins", Recurrence="0 7 3 1 *", DesiredCapacity=3
    )


def all_drift(place: Place) -> None:
    cache_drift(place)
    balancer_drift(place)
    waf_drift(place)
    uptime_drift(place)
    scaling_drift(place)


def drift_each(place: Place) -> None:
    """One thing of every resource of the first phase is changed."""
    cloudwatch, dynamodb, logs, s3, sns, sqs = map(place.client, ("cloudwatch", "dynamodb", "logs", "s3", "sns", "sqs"))
    place.client("secretsmanager").update_secret(SecretId="shop/sandbox", Description="by hand")
    for table in TABLES:
        dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    for bucket in BUCKETS:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=3)
    for one in logs.describe_metric_filters(logGroupName=GROUP)["metricFilters"]:
        given = {key: one[key] for key in ("logGroupName", "filterName", "metricTransformations")}
        logs.put_metric_filter(**given, filterPattern="by hand")
    found = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    for kind, put in (("MetricAlarms", cloudwatch.put_metric_alarm), ("CompositeAlarms", cloudwatch.put_composite_alarm)):
        known = cloudwatch.meta.service_model.operation_model(cloudwatch.meta.method_to_api_mapping[put.__name__]).input_shape.members
        for alarm in found[kind]:
            put(**{key: value for key, value in alarm.items() if key in known} | {"AlarmDescription": "by hand"})
    cloudwatch.put_dashboard(DashboardName="shop", DashboardBody='{"widgets": []}')
    topic = next(one["TopicArn"] for one in sns.list_topics()["Topics"])
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="by hand")
    for one in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    for url in sqs.list_queues(QueueNamePrefix="shop-")["QueueUrls"]:
        sqs.untag_queue(QueueUrl=url, TagKeys=[TAG])
    _budget(place.client("budgets"))
    unit = place.root("app1") / "etc/systemd/system/shop.service"
    unit.write_text(unit.read_text() + "# by hand\n")
    environment = place.root("app2") / "etc/shop/shop.env"
    environment.write_text(environment.read_text().replace("LOG_LEVEL", "LOG_LEVELS"))


def without(place: Place, role: str) -> None:
    """What a role has made is gone."""
    REMOVED[role](place)


def others_at_work(place: Place) -> None:
    """An empty account gets of each kind one resource that differs from what the inventory says."""
    cloudwatch, dynamodb, logs, s3, sns, sqs = map(place.client, ("cloudwatch", "dynamodb", "logs", "s3", "sns", "sqs"))
    dynamodb.create_table(
        TableName="shop-orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "customer", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-customer-only",
                "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        Tags=[{"Key": "team", "Value": "shop"}],
    )
    # They use our playbooks too: undo leaves the table of the locks.
    dynamodb.create_table(
        TableName="shop-locks",
        AttributeDefinitions=[{"AttributeName": "lock_name", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "lock_name", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for name in ("shop-orders", "shop-locks"):
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    dynamodb.put_item(TableName="shop-orders", Item={"id": {"S": "1"}})
    s3.create_bucket(Bucket=IMAGES, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    # One that nobody has set anything of.
    s3.create_bucket(Bucket=BUCKETS[1], CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    # A bucket that once had versions can be suspended, and never be without again.
    s3.put_bucket_versioning(Bucket=IMAGES, VersioningConfiguration={"Status": "Suspended"})
    rule = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 3}}
    s3.put_bucket_lifecycle_configuration(Bucket=IMAGES, LifecycleConfiguration={"Rules": [rule]})
    statement = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": f"arn:aws:s3:::{IMAGES}"}
    s3.put_bucket_policy(Bucket=IMAGES, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    sns.create_topic(Name="shop-alerts", Attributes={"DisplayName": "Theirs"}, Tags=[{"Key": "team", "Value": "shop"}])
    sqs.create_queue(QueueName="shop-alerts-inbox", tags={"team": "shop"})
    logs.create_log_group(logGroupName="/shop/application", tags={"team": "shop"})
    logs.put_retention_policy(logGroupName="/shop/application", retentionInDays=3)
    metric = {"metricName": "Theirs", "metricNamespace": "Shop", "metricValue": "1"}
    logs.put_metric_filter(logGroupName="/shop/application", filterName="errors", filterPattern="ERROR", metricTransformations=[metric])
    cloudwatch.put_metric_alarm(
        **{"AlarmName": "shop-latency", "Namespace": "Shop", "MetricName": "Latency", "Statistic": "Average", "Period": 300},
        **{"EvaluationPeriods": 2, "DatapointsToAlarm": 1, "Threshold": 9, "ComparisonOperator": "GreaterThanThreshold"},
        Tags=[{"Key": "team", "Value": "shop"}],
    )
    text = {"type": "text", "x": 0, "y": 0, "width": 6, "height": 6, "properties": {"markdown": "Theirs"}}
    cloudwatch.put_dashboard(DashboardName="shop", DashboardBody=json.dumps({"widgets": [text]}))


def rules_count(place: Place) -> None:
    """Somebody has every rule of the web ACLs count again."""
    client = place.client("wafv2")
    for one in client.list_web_acls(Scope="REGIONAL")["WebACLs"]:
        found = client.get_web_acl(ARN=one["ARN"])
        acl = found["WebACL"]
        rules = [{**rule, "OverrideAction" if "OverrideAction" in rule else "Action": {"Count": {}}} for rule in acl["Rules"]]
        kept = {key: acl[key] for key in ("Name", "Id", "DefaultAction", "VisibilityConfig", "CustomResponseBodies") if acl.get(key)}
        client.update_web_acl(Scope="REGIONAL", LockToken=found["LockToken"], Rules=rules, **kept)


def held_lock(place: Place) -> None:
    """A run on another machine has died with the lock."""
    held = {
        name: {"S": value} for name, value in {"lock_name": "immediate", "who": "somebody", "run": "dead", "machine": "another"}.items()
    }
    place.client("dynamodb").put_item(TableName="shop-locks", Item=held | {"since": {"N": "1"}, "expires": {"N": "9999999999"}})


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
    client.delete_bucket_lifecycle(Bucket=IMAGES)
    client.delete_bucket_policy(Bucket=IMAGES)
    client.delete_bucket_tagging(Bucket=IMAGES)
    client.delete_public_access_block(Bucket=IMAGES)
    client.put_bucket_versioning(Bucket=IMAGES, VersioningConfiguration={"Status": "Suspended"})


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


def _budget(client: Any) -> None:
    """Its tags stay: without them it would be somebody else's."""
    found = client.describe_budget(**BUDGET)["Budget"]
    kept = {key: found[key] for key in ("BudgetName", "BudgetType", "TimeUnit")}
    client.update_budget(AccountId=BUDGET["AccountId"], NewBudget={**kept, "BudgetLimit": {"Amount": "9000", "Unit": "USD"}})
    told = client.describe_notifications_for_budget(**BUDGET)["Notifications"]
    first, *others = ({key: value for key, value in one.items() if key != "NotificationState"} for one in told)
    (subscriber,) = client.describe_subscribers_for_notification(**BUDGET, Notification=first)["Subscribers"]
    nobody = {"SubscriptionType": "EMAIL", "Address": "nobody@example.com"}
    client.update_subscriber(**BUDGET, Notification=first, OldSubscriber=subscriber, NewSubscriber=nobody)
    for one in others:
        client.delete_notification(**BUDGET, Notification=one)


def _no_secret(place: Place) -> None:
    place.client("secretsmanager").delete_secret(SecretId="shop/sandbox", ForceDeleteWithoutRecovery=True)


def _no_tables(place: Place) -> None:
    client = place.client("dynamodb")
    for table in TABLES:
        client.update_table(TableName=table, DeletionProtectionEnabled=False)
        client.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
        client.delete_table(TableName=table)


def _no_buckets(place: Place) -> None:
    client = place.client("s3")
    for bucket in BUCKETS:
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for one in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
                client.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
        client.delete_bucket(Bucket=bucket)


def _no_monitoring(place: Place) -> None:
    cloudwatch, logs, sns, sqs = map(place.client, ("cloudwatch", "logs", "sns", "sqs"))
    for kind in ("CompositeAlarms", "MetricAlarms"):
        alarms = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])[kind]
        cloudwatch.delete_alarms(AlarmNames=[alarm["AlarmName"] for alarm in alarms])
    cloudwatch.delete_dashboards(DashboardNames=["shop"])
    logs.delete_log_group(logGroupName=GROUP)
    for topic in sns.list_topics()["Topics"]:
        for one in sns.list_subscriptions_by_topic(TopicArn=topic["TopicArn"])["Subscriptions"]:
            sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
        sns.delete_topic(TopicArn=topic["TopicArn"])
    for url in sqs.list_queues(QueueNamePrefix="shop-")["QueueUrls"]:
        sqs.delete_queue(QueueUrl=url)


def _no_budget(place: Place) -> None:
    place.client("budgets").delete_budget(**BUDGET)


def _no_application(place: Place) -> None:
    for host in place.hosts:
        root = place.root(host)
        for command in (("disable", "--now", "shop.socket", "shop.service"), ("daemon-reload",)):
            subprocess.run([root / "bin/systemctl", *command], check=True, capture_output=True, timeout=60)
            for unit in (root / "etc/systemd/system").glob("shop*"):
                unit.unlink(missing_ok=True)
        for folder in ("srv/shop", "etc/shop"):
            shutil.rmtree(root / folder)


def _no_scaling(place: Place) -> None:
    autoscaling, ec2, iam, s3 = map(place.client, ("autoscaling", "ec2", "iam", "s3"))
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName="shop", ForceDelete=True)
    until(lambda: not autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"], "the group is gone")
    ec2.delete_launch_template(LaunchTemplateName="shop")
    iam.remove_role_from_instance_profile(InstanceProfileName="shop-instance", RoleName="shop-instance")
    iam.delete_instance_profile(InstanceProfileName="shop-instance")
    iam.delete_role_policy(RoleName="shop-instance", PolicyName="shop-instance")
    iam.delete_role(RoleName="shop-instance")
    for one in s3.list_object_versions(Bucket=BUCKETS[-1]).get("Versions", []):
        s3.delete_object(Bucket=BUCKETS[-1], Key=one["Key"], VersionId=one["VersionId"])


def _no_balancer(place: Place) -> None:
    elbv2, acm = place.client("elbv2"), place.client("acm")
    (balancer,) = elbv2.describe_load_balancers(Names=["shop"])["LoadBalancers"]
    arn = {"LoadBalancerArn": balancer["LoadBalancerArn"]}
    elbv2.modify_load_balancer_attributes(**arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}])
    elbv2.delete_load_balancer(**arn)
    for group in elbv2.describe_target_groups()["TargetGroups"]:
        elbv2.delete_target_group(TargetGroupArn=group["TargetGroupArn"])
    for one in acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})["CertificateSummaryList"]:
        acm.delete_certificate(CertificateArn=one["CertificateArn"])


def _no_cache(place: Place) -> None:
    client = place.client("elasticache")
    client.delete_replication_group(ReplicationGroupId="shop")
    client.get_waiter("replication_group_deleted").wait(ReplicationGroupId="shop", WaiterConfig={"Delay": 1})
    client.delete_cache_parameter_group(CacheParameterGroupName="shop")
    client.delete_cache_subnet_group(CacheSubnetGroupName="shop")
    secrets = place.client("secretsmanager")
    content = json.loads(secrets.get_secret_value(SecretId="shop/sandbox")["SecretString"])
    kept = {name: value for name, value in content.items() if name not in CACHE_VARIABLES}
    secrets.put_secret_value(SecretId="shop/sandbox", SecretString=json.dumps(kept))


def _no_web_acl(place: Place) -> None:
    client = place.client("wafv2")
    for balancer in place.client("elbv2").describe_load_balancers()["LoadBalancers"]:
        client.disassociate_web_acl(ResourceArn=balancer["LoadBalancerArn"])
    for kind, noun in (("web_acl", "WebACLs"), ("ip_set", "IPSets"), ("regex_pattern_set", "RegexPatternSets")):
        for one in getattr(client, f"list_{kind}s")(Scope="REGIONAL")[noun]:
            own = {"Name": one["Name"], "Scope": "REGIONAL", "Id": one["Id"]}
            getattr(client, f"delete_{kind}")(**own, LockToken=getattr(client, f"get_{kind}")(**own)["LockToken"])
    place.client("logs").delete_log_group(logGroupName="aws-waf-logs-shop")


def _no_health_check(place: Place) -> None:
    client = place.client("route53")
    for one in client.list_health_checks()["HealthChecks"]:
        client.delete_health_check(HealthCheckId=one["Id"])


REMOVED = {
    "environment": _no_secret,
    "dynamodb": _no_tables,
    "s3": _no_buckets,
    "cloudwatch": _no_monitoring,
    "cost": _no_budget,
    "app_deploy": _no_application,
    "alb": _no_balancer,
    "waf": _no_web_acl,
    "uptime": _no_health_check,
    "elasticache": _no_cache,
    "autoscaling": _no_scaling,
}
