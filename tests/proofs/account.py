"""What an account holds, read by boto3 alone, so that two moments can be compared resource by resource."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

# What AWS makes up, and what changes by itself.
VOLATILE = (
    *("ResponseMetadata", "CreationDate", "CreationDateTime", "TableId", "LatestStreamArn", "LatestStreamLabel", "LastModified"),
    *("AlarmConfigurationUpdatedTimestamp", "StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp"),
    *("StateTransitionedTimestamp", "ActionsSuppressedBy", "ActionsSuppressedReason", "creationTime", "storedBytes", "metricFilterCount"),
    *("LockToken", "SubscriptionArn", "TableSizeBytes", "ItemCount", "IndexSizeBytes", "LastUpdateToPayPerRequestDateTime", "IndexStatus"),
    *(
        "EarliestRestorableDateTime",
        "LatestRestorableDateTime",
        "ProvisionedThroughput",
        "LastIncreaseDateTime",
        "TransitionDefaultMinimumObjectSize",
    ),
    *("CreatedTime", "DNSName", "ELBv2Tags", "IsDefault"),
    *("NodeGroups", "ReplicationGroupCreateTime", "SnapshottingClusterId"),
)
# The ids by which AWS tells resources of one name apart, within an ARN or alone.
_ID = re.compile(r"(?:(?<=/)|^)(?:[0-9a-f]{16}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=/|$)")

# What a replication group has, and only its members tell.
OF_MEMBERS = (
    *("EngineVersion", "CacheParameterGroup", "CacheSubnetGroupName", "SecurityGroups", "PreferredMaintenanceWindow"),
    "NotificationConfiguration",
)
# What it means to give nothing.
DEFAULTS = {"TableClassSummary": {"TableClass": "STANDARD"}, "AlarmDescription": "", "TreatMissingData": "missing", "unit": "None"}


def stable(value: Any) -> Any:
    """Without what is volatile; lists of resources in one order, policies as what they say."""
    if isinstance(value, dict):
        return {key: stable(item) for key, item in value.items() if key not in VOLATILE and DEFAULTS.get(key) != item}
    if isinstance(value, list):
        return sorted(map(stable, value), key=lambda item: json.dumps(item, sort_keys=True, default=str))
    if isinstance(value, str) and value[:2] == '{"':
        return json.loads(value)
    return value


def without_ids(value: Any) -> Any:
    """With what a plan says in the place of ids that AWS makes up."""
    if isinstance(value, dict):
        return {key: without_ids(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_ids(item) for item in value]
    return _ID.sub("(known after apply)", value) if isinstance(value, str) else value


def read(client: Callable[[str], Any]) -> dict[str, Any]:
    """Every resource that the roles keep, by service and name."""
    cloudwatch, dynamodb, kms, logs, s3, sns, sqs = map(client, ("cloudwatch", "dynamodb", "kms", "logs", "s3", "sns", "sqs"))
    aliases = {one["TargetKeyId"]: one["AliasName"] for one in kms.list_aliases()["Aliases"]}
    wafv2 = client("wafv2")
    found: dict[str, Any] = {**secrets(client("secretsmanager")), **dict(balancers(client)), **dict(certificates(client))}
    found |= {**dict(caches(client("elasticache"))), **dict(scaling(client)), **dict(profiles(client("iam")))}
    found |= {**dict(health_checks(client("route53"))), **dict(budgets(client))}

    def ask(what: str, function: Callable[..., Any], **params: Any) -> None:
        try:
            found[what] = stable(function(**params))
        except ClientError as error:
            found[what] = error.response["Error"]["Code"]

    for alarm in (
        alarm
        for kind in ("MetricAlarms", "CompositeAlarms")
        for alarm in cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])[kind]
        if not alarm["AlarmName"].startswith("TargetTracking-")  # which AWS makes for a scaling policy
    ):
        found[f"alarm {alarm['AlarmName']}"] = stable(alarm)
        ask(f"alarm {alarm['AlarmName']} tags", cloudwatch.list_tags_for_resource, ResourceARN=alarm["AlarmArn"])
    for one in cloudwatch.list_dashboards()["DashboardEntries"]:
        ask(f"dashboard {one['DashboardName']}", cloudwatch.get_dashboard, DashboardName=one["DashboardName"])
    for group in logs.describe_log_groups()["logGroups"]:
        name = group["logGroupName"]
        found[f"log group {name}"] = stable(group)
        ask(f"log group {name} tags", logs.list_tags_for_resource, resourceArn=group["logGroupArn"])
        ask(f"log group {name} filters", logs.describe_metric_filters, logGroupName=name)
    for topic in sns.list_topics()["Topics"]:
        for operation in ("get_topic_attributes", "list_subscriptions_by_topic"):
            ask(f"{topic['TopicArn']} {operation}", getattr(sns, operation), TopicArn=topic["TopicArn"])
        ask(f"{topic['TopicArn']} tags", sns.list_tags_for_resource, ResourceArn=topic["TopicArn"])
    for url in sqs.list_queues().get("QueueUrls", []):
        ask(f"queue {url}", sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["Policy", "MessageRetentionPeriod"])
        ask(f"queue {url} tags", sqs.list_queue_tags, QueueUrl=url)
    for kind, take in (("ip_set", "IPSets"), ("regex_pattern_set", "RegexPatternSets"), ("web_acl", "WebACLs")):
        for one in getattr(wafv2, f"list_{kind}s")(Scope="REGIONAL")[take]:
            ask(f"{kind} {one['Name']}", getattr(wafv2, f"get_{kind}"), Name=one["Name"], Scope="REGIONAL", Id=one["Id"])
            ask(f"{kind} {one['Name']} tags", wafv2.list_tags_for_resource, ResourceARN=one["ARN"])
    for one in wafv2.list_logging_configurations(Scope="REGIONAL")["LoggingConfigurations"]:
        found[f"logging {one['ResourceArn'].split('/')[-2]}"] = stable(one)
    for name in dynamodb.list_tables()["TableNames"]:
        ask(f"table {name}", dynamodb.describe_table, TableName=name)
        key = found[f"table {name}"]["Table"].get("SSEDescription", {})
        if (arn := key.get("KMSMasterKeyArn", "")).rpartition("/")[2] in aliases:
            key["KMSMasterKeyArn"] = aliases[arn.rpartition("/")[2]]
        ask(f"table {name} recovery", dynamodb.describe_continuous_backups, TableName=name)
        ask(f"table {name} ttl", dynamodb.describe_time_to_live, TableName=name)
        ask(f"table {name} tags", dynamodb.list_tags_of_resource, ResourceArn=dynamodb.describe_table(TableName=name)["Table"]["TableArn"])
        if name.endswith("-locks"):
            for item in dynamodb.scan(TableName=name)["Items"]:
                found[f"lock {item['lock_name']['S']}"] = {"who": item["who"]["S"]}
    for one in dynamodb.list_backups(BackupType="USER")["BackupSummaries"]:
        found[f"backup {one['TableName']}/{one['BackupName']}"] = {"BackupName": one["BackupName"]}
    for name in (bucket["Name"] for bucket in s3.list_buckets()["Buckets"]):
        for operation in (
            *("get_public_access_block", "get_bucket_ownership_controls", "get_bucket_policy", "get_bucket_versioning"),
            *("get_bucket_encryption", "get_bucket_lifecycle_configuration", "get_bucket_tagging"),
        ):
            ask(f"bucket {name} {operation}", getattr(s3, operation), Bucket=name)
        if name.startswith("shop-releases-"):
            for one in s3.list_objects_v2(Bucket=name).get("Contents", []):
                ask(f"object {name}/{one['Key']}", s3.get_object_tagging, Bucket=name, Key=one["Key"])
    return found


def balancers(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    """Load balancers and what belongs to them, each with its attributes and tags."""
    elbv2, wafv2 = client("elbv2"), client("wafv2")

    def whole(one: dict[str, Any], arn: str, attributes: Callable[..., Any] | None = None, **params: Any) -> dict[str, Any]:
        set_ = attributes(**params)["Attributes"] if attributes else []
        tags = elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
        return stable({**one, **{item["Key"]: item["Value"] for item in set_}, "Tags": tags})

    for one in elbv2.describe_load_balancers()["LoadBalancers"]:
        name, arn = one["LoadBalancerName"], {"LoadBalancerArn": one["LoadBalancerArn"]}
        yield f"balancer {name}", whole(one, *arn.values(), elbv2.describe_load_balancer_attributes, **arn)
        if acl := wafv2.get_web_acl_for_resource(ResourceArn=one["LoadBalancerArn"]).get("WebACL"):
            yield f"association {name}", stable({"WebACLArn": acl["ARN"]})
        for listener in elbv2.describe_listeners(**arn)["Listeners"]:
            port, own = f"{name}:{listener['Port']}", {"ListenerArn": listener["ListenerArn"]}
            yield f"listener {port}", whole(listener, *own.values(), elbv2.describe_listener_attributes, **own)
            for rule in elbv2.describe_rules(**own)["Rules"]:
                if not rule["IsDefault"]:
                    yield f"rule {port} rule {rule['Priority']}", whole(rule, rule["RuleArn"])
    for one in elbv2.describe_target_groups()["TargetGroups"]:
        name, arn = one["TargetGroupName"], {"TargetGroupArn": one["TargetGroupArn"]}
        yield f"target_group {name}", whole(one, *arn.values(), elbv2.describe_target_group_attributes, **arn)
        for target in elbv2.describe_target_health(**arn)["TargetHealthDescriptions"]:
            address = target["Target"]
            # An instance is registered by its group.
            if target["TargetHealth"]["State"] != "draining" and not address["Id"].startswith("i-"):
                yield f"target {name} {address['Id']}:{address['Port']}", {"Id": address["Id"], "Port": address["Port"]}


def caches(client: Any) -> Iterator[tuple[str, Any]]:
    """What is in ElastiCache; what every account has of it is named default."""

    def pages(operation: str, take: str, **params: Any) -> Iterator[dict[str, Any]]:
        for page in client.get_paginator(operation).paginate(**params):
            yield from page[take]

    def whole(one: dict[str, Any], **more: Any) -> dict[str, Any]:
        tags = client.list_tags_for_resource(ResourceName=one["ARN"])["TagList"]
        return stable({**one, **more, "Tags": tags})

    for one in pages("describe_cache_parameter_groups", "CacheParameterGroups"):
        name = one["CacheParameterGroupName"]
        if not name.startswith("default."):
            values = pages("describe_cache_parameters", "Parameters", CacheParameterGroupName=name, Source="user")
            yield f"cache_parameters {name}", whole(one, Parameters={value["ParameterName"]: value["ParameterValue"] for value in values})
    for one in pages("describe_cache_subnet_groups", "CacheSubnetGroups"):
        if (name := one["CacheSubnetGroupName"]) != "default":
            yield f"cache_subnets {name}", whole(one)
    for one in pages("describe_users", "Users"):
        if one["UserId"] != "default":
            yield f"cache_user {one['UserId']}", whole(one)
    for one in pages("describe_user_groups", "UserGroups"):
        yield f"cache_users {one['UserGroupId']}", whole(one)
    members = {one["CacheClusterId"]: one for one in pages("describe_cache_clusters", "CacheClusters")}
    for one in pages("describe_replication_groups", "ReplicationGroups"):
        name, member = one["ReplicationGroupId"], members[one["MemberClusters"][0]]
        # Nobody is told which token is in force, but since when.
        yield f"cache_token {name}", {"since": one.pop("AuthTokenLastModifiedDate", None)}
        yield f"cache {name}", whole(one, **{key: member[key] for key in OF_MEMBERS if key in member})
    for one in pages("describe_serverless_caches", "ServerlessCaches"):
        yield f"serverless {one['ServerlessCacheName']}", whole(one)


def scaling(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    """Launch templates and Auto Scaling groups. A version is known by what it says: one that a killed run made has a number, too."""
    autoscaling, ec2 = client("autoscaling"), client("ec2")
    says: dict[tuple[str, str], Any] = {}
    for one in ec2.describe_launch_templates()["LaunchTemplates"]:
        name = one["LaunchTemplateName"]
        for version in ec2.describe_launch_template_versions(LaunchTemplateName=name)["LaunchTemplateVersions"]:
            says[name, str(version["VersionNumber"])] = version["LaunchTemplateData"]
        data = says[name, str(one["DefaultVersionNumber"])]
        yield f"template {name}", stable({**data, **data.get("MetadataOptions", {}), "MetadataOptions": {}, "Tags": one.get("Tags", [])})

    def version(of: dict[str, Any]) -> Any:
        return stable(says[of["LaunchTemplateName"], of["Version"]])

    def serving(group: dict[str, Any]) -> list[dict[str, Any]]:
        return [one for one in group["Instances"] if one["LifecycleState"] == "InService"]

    def group(one: dict[str, Any]) -> dict[str, Any]:
        made_up = ("Instances", "AutoScalingGroupARN", "CreatedTime", "DesiredCapacity", "LaunchTemplate")
        return stable({key: value for key, value in one.items() if key not in made_up}) | {
            "LaunchTemplate": version(one["LaunchTemplate"]),
        }

    for one in autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]:
        yield f"group {one['AutoScalingGroupName']}", group(one)
        # Which they are only a refresh changes, as far as a plan goes.
        yield f"instances {one['AutoScalingGroupName']}", {"Instances": sorted(each["InstanceId"] for each in serving(one))}
        yield f"serving {one['AutoScalingGroupName']}", [version(each["LaunchTemplate"]) for each in serving(one)]
    for one in autoscaling.describe_policies()["ScalingPolicies"]:
        about = {key: value for key, value in one.items() if key not in ("PolicyARN", "Alarms")}
        yield f"scaling_policy {one['AutoScalingGroupName']}/{one['PolicyName']}", stable(about)
    for one in autoscaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"]:
        about = {key: value for key, value in one.items() if key not in ("ScheduledActionARN", "StartTime", "Time")}
        yield f"schedule {one['AutoScalingGroupName']}/{one['ScheduledActionName']}", stable(about)


def profiles(client: Any) -> Iterator[tuple[str, Any]]:
    """Instance profiles, with what their roles may do."""
    for one in client.list_instance_profiles()["InstanceProfiles"]:
        name = one["InstanceProfileName"]
        roles = [client.get_role(RoleName=role["RoleName"])["Role"] for role in one["Roles"]]
        policies = {
            each: client.get_role_policy(RoleName=role["RoleName"], PolicyName=each)["PolicyDocument"]
            for role in roles
            for each in client.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
        }
        trusted = [role["AssumeRolePolicyDocument"] for role in roles]
        tags = [role.get("Tags", []) for role in roles]
        yield f"profile {name}", stable({"AssumeRolePolicyDocument": trusted, "PolicyDocument": policies, "Tags": tags})


def certificates(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    """With the DNS records that prove them, whose names begin with what AWS makes up."""
    acm, route53 = client("acm"), client("route53")
    for one in acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1", "RSA_2048"]})["CertificateSummaryList"]:
        tags = acm.list_tags_for_certificate(CertificateArn=one["CertificateArn"])["Tags"]
        yield f"certificate {one['DomainName']}", stable({"Status": one["Status"], "KeyAlgorithm": one["KeyAlgorithm"], "Tags": tags})
    for zone in route53.list_hosted_zones()["HostedZones"]:
        for one in route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]:
            if one["Type"] == "CNAME":
                yield f"record {one['Name'].partition('.')[2].rstrip('.')}", {"ChangeBatch": {"Type": one["Type"], "TTL": one["TTL"]}}


def health_checks(client: Any) -> Iterator[tuple[str, Any]]:
    """By their tag Name, whose values tags have beside it."""
    for one in client.list_health_checks()["HealthChecks"]:
        tags = client.list_tags_for_resource(ResourceType="healthcheck", ResourceId=one["Id"])["ResourceTagSet"]["Tags"]
        name = next((tag["Value"] for tag in tags if tag["Key"] == "Name"), one["CallerReference"])
        yield f"health_check {name}", stable({**one["HealthCheckConfig"], "Tags": tags})


def budgets(client: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
    """With who is told when."""
    service, account = client("budgets"), {"AccountId": client("sts").get_caller_identity()["Account"]}
    for one in service.describe_budgets(**account)["Budgets"]:
        own = {**account, "BudgetName": one["BudgetName"]}
        told = service.describe_notifications_for_budget(**own)["Notifications"]
        identities = [{key: value for key, value in each.items() if key != "NotificationState"} for each in told]
        subscribers = [service.describe_subscribers_for_notification(**own, Notification=each)["Subscribers"] for each in identities]
        tags = service.list_tags_for_resource(ResourceARN=f"arn:aws:budgets::{own['AccountId']}:budget/{own['BudgetName']}")
        about = {key: one[key] for key in ("TimeUnit", "CostFilters") if key in one} | one["BudgetLimit"]
        notifications = [{**each, "Subscribers": some} for each, some in zip(identities, subscribers, strict=True)]
        yield f"budget {one['BudgetName']}", stable({**about, "Notifications": notifications, "Tags": tags["ResourceTags"]})


def secrets(client: Any) -> dict[str, Any]:
    """Of every secret what describes it, and its current values as hashes."""
    found = {}
    for one in client.list_secrets()["SecretList"]:
        values = json.loads(client.get_secret_value(SecretId=one["Name"])["SecretString"])
        hashes = {key: hashlib.sha256(str(value).encode()).hexdigest() for key, value in values.items() if not key.startswith("prodready:")}
        described = {key: one[key] for key in ("Name", "Description", "KmsKeyId", "Tags") if key in one}
        found[f"secret {one['Name']}"] = stable(described) | {"Values": hashes}
    return found


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The resources that differ, each with the parts that do."""
    found = {}
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new and isinstance(old, dict) and isinstance(new, dict):
            found[name] = differences(old, new)
        elif old != new:
            found[name] = (old, new)
    return found
