"""Whose resource a request or a description is, and which field of a plan each of its members is about: AWS's words in ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.prodready.aws.plugins.module_utils.autoscaling_groups import PLAIN as SCALING_GROUP
from ansible_collections.prodready.aws.plugins.module_utils.elasticache_groups import FIXED, MODIFIED
from ansible_collections.prodready.aws.plugins.module_utils.health_checks import FIELDS as HEALTH_CHECK

Key = tuple[str, str]
WATCH = ("Namespace", "MetricName", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Metrics", "Unit")
FIELDS: dict[str, dict[str, str]] = {
    "secret": {"Description": "description", "KmsKeyId": "kms_key", "Tags": "tags", "TagKeys": "tags", "SecretString": "variables"},
    "table": {
        **{"KeySchema": "keys", "AttributeDefinitions": "keys", "BillingMode": "capacity", "BillingModeSummary": "capacity"},
        **{"DeletionProtectionEnabled": "deletion_protection", "SSESpecification": "encryption", "SSEDescription": "encryption"},
        **{"GlobalSecondaryIndexes": "global_indexes", "GlobalSecondaryIndexUpdates": "global_indexes", "StreamSpecification": "stream"},
        **{"PointInTimeRecoverySpecification": "recovery_days", "ContinuousBackupsDescription": "recovery_days"},
        **{"TimeToLiveSpecification": "ttl", "TimeToLiveDescription": "ttl", "Tags": "tags", "TagKeys": "tags"},
    },
    "backup": {"BackupName": "status"},
    "bucket": {
        **{"CreateBucketConfiguration": "region", "PublicAccessBlockConfiguration": "public_access_block", "Policy": "policy"},
        **{"OwnershipControls": "object_ownership", "VersioningConfiguration": "versioning", "Tagging": "tags"},
        **{"ServerSideEncryptionConfiguration": "encryption", "LifecycleConfiguration": "lifecycle"},
        **{"get_public_access_block": "public_access_block", "get_bucket_ownership_controls": "object_ownership"},
        **{"get_bucket_policy": "policy", "get_bucket_versioning": "versioning", "get_bucket_encryption": "encryption"},
        **{"get_bucket_lifecycle_configuration": "lifecycle", "get_bucket_tagging": "tags"},
    },
    "topic": {
        **{"DisplayName": "display_name", "KmsMasterKeyId": "kms_key", "Policy": "policy", "DeliveryPolicy": "delivery_policy"},
        **{"Tags": "tags", "TagKeys": "tags"},
    },
    "subscription": {"Protocol": "protocol", "Endpoint": "endpoint", "RawMessageDelivery": "raw_delivery"},
    "inbox": {"Policy": "writers", "MessageRetentionPeriod": "retention_days", "Tags": "tags", "tags": "tags", "TagKeys": "tags"},
    "log group": {"retentionInDays": "retention_days", "kmsKeyId": "kms_key", "tags": "tags", "tagKeys": "tags"},
    "filter": {
        **{"filterPattern": "pattern", "metricName": "metric_name", "metricNamespace": "namespace", "metricValue": "value"},
        **{"defaultValue": "default_value", "unit": "unit", "dimensions": "dimensions"},
    },
    "alarm": {
        **{"AlarmDescription": "description", "AlarmActions": "alarm_actions", "OKActions": "ok_actions", "AlarmRule": "rule"},
        **{"InsufficientDataActions": "insufficient_data_actions", "ActionsEnabled": "actions_enabled", **dict.fromkeys(WATCH, "watch")},
        **{"ComparisonOperator": "comparison_operator", "EvaluationPeriods": "evaluation_periods", "Threshold": "threshold"},
        **{
            "DatapointsToAlarm": "datapoints_to_alarm",
            "ThresholdMetricId": "threshold_metric_id",
            "TreatMissingData": "treat_missing_data",
        },
        **{"EvaluateLowSampleCountPercentile": "evaluate_low_sample_count_percentile", "Tags": "tags", "TagKeys": "tags"},
        "SingleMetricAnomalyDetector": "watch",
    },
    "certificate": {
        **{"DomainName": "domains", "SubjectAlternativeNames": "domains", "ValidationMethod": "dns", "ChangeBatch": "dns"},
        **{"Status": "status", "Tags": "tags"},
    },
    "balancer": {
        **{"Scheme": "scheme", "SecurityGroups": "security_groups", "Subnets": "subnets", "AvailabilityZones": "subnets"},
        **{"IpAddressType": "ip_address_type", "Tags": "tags", "TagKeys": "tags"},
        **dict.fromkeys(("access_logs.s3.enabled", "access_logs.s3.bucket", "access_logs.s3.prefix"), "access_logs"),
    },
    "target_group": {
        **{"Protocol": "protocol", "ProtocolVersion": "protocol_version", "Port": "port", "VpcId": "vpc", "TargetType": "target_type"},
        **{"HealthCheckPath": "health_check.path", "HealthCheckPort": "health_check.port", "Matcher": "health_check.matcher"},
        **{"HealthCheckIntervalSeconds": "health_check.interval_seconds", "HealthCheckTimeoutSeconds": "health_check.timeout_seconds"},
        **{"HealthyThresholdCount": "health_check.healthy_threshold", "UnhealthyThresholdCount": "health_check.unhealthy_threshold"},
        **{"HealthCheckProtocol": "health_check.protocol", "Tags": "tags", "TagKeys": "tags"},
    },
    "listener": {
        **{"Protocol": "protocol", "Port": "port", "SslPolicy": "ssl_policy", "Certificates": "certificate", "DefaultActions": "action"},
        **{"LoadBalancerArn": "load_balancer", "Tags": "tags", "TagKeys": "tags"},
    },
    "rule": {"Priority": "priority", "Conditions": "conditions", "Actions": "action", "Tags": "tags", "TagKeys": "tags"},
    "target": {"Targets": "id", "Id": "id", "Port": "port"},
    "ip_set": {
        **{"Addresses": "addresses", "IPAddressVersion": "ip_address_version", "Description": "description", "Scope": "scope"},
        **{"Tags": "tags", "TagList": "tags", "TagKeys": "tags"},
    },
    "regex_pattern_set": {
        **{"RegularExpressionList": "regular_expressions", "Description": "description", "Scope": "scope"},
        **{"Tags": "tags", "TagList": "tags", "TagKeys": "tags"},
    },
    "web_acl": {
        **{"DefaultAction": "default_action", "Rules": "rules", "VisibilityConfig": "visibility_config", "Description": "description"},
        **{"CustomResponseBodies": "custom_response_bodies", "Scope": "scope", "Tags": "tags", "TagList": "tags", "TagKeys": "tags"},
    },
    "logging": {"LogDestinationConfigs": "destination", "RedactedFields": "redacted_fields", "LoggingFilter": "logging_filter"},
    "association": {"WebACLArn": "web_acl"},
    "cache_parameters": {
        **{"CacheParameterGroupFamily": "family", "Description": "description", "ParameterNameValues": "parameters"},
        **{"Parameters": "parameters", "Tags": "tags", "TagKeys": "tags"},
    },
    "cache_subnets": {
        **{"CacheSubnetGroupDescription": "description", "SubnetIds": "subnets", "Subnets": "subnets", "VpcId": "subnets"},
        **{"Tags": "tags", "TagKeys": "tags"},
    },
    "cache_user": {
        **{"UserName": "user_name", "Engine": "engine", "AccessString": "access_string", "AuthenticationMode": "authentication"},
        **{"Authentication": "authentication", "Tags": "tags", "TagKeys": "tags"},
    },
    "cache_users": {
        **{"Engine": "engine", "UserIds": "users", "UserIdsToAdd": "users", "UserIdsToRemove": "users"},
        **{"Tags": "tags", "TagKeys": "tags"},
    },
    "cache": {
        **{member: name for name, member in {**MODIFIED, **FIXED}.items()},
        **{"Description": "description", "MultiAZ": "multi_az", "AutomaticFailover": "automatic_failover"},
        **{"CacheParameterGroup": "parameter_group", "SecurityGroupIds": "security_groups", "SecurityGroups": "security_groups"},
        **dict.fromkeys(("NumCacheClusters", "NewReplicaCount", "ReplicasPerNodeGroup", "MemberClusters"), "replicas"),
        **dict.fromkeys(("NotificationTopicArn", "NotificationTopicStatus", "NotificationConfiguration"), "notification_topic"),
        **dict.fromkeys(("UserGroupIds", "UserGroupIdsToAdd", "UserGroupIdsToRemove", "RemoveUserGroups"), "user_groups"),
        **{"NumNodeGroups": "shards", "NodeGroupCount": "shards", "ClusterEnabled": "cluster_mode"},
        **{"AuthToken": "auth_token_enabled", "AuthTokenEnabled": "auth_token_enabled"},
        **{"LogDeliveryConfigurations": "log_deliveries", "Tags": "tags", "TagKeys": "tags"},
    },
    "cache_token": {"AuthToken": "auth_token", "since": "auth_token"},
    "object": {"Key": "key", "Body": "key", "Tagging": "tags", "TagSet": "tags"},
    "profile": {
        **{"AssumeRolePolicyDocument": "trusted", "PolicyName": "statements", "PolicyDocument": "statements", "Path": "path"},
        **{"PolicyArn": "managed_policies", "PermissionsBoundary": "permissions_boundary", "Tags": "tags", "TagKeys": "tags"},
    },
    "template": {
        **{"ImageId": "image", "InstanceType": "instance_type", "IamInstanceProfile": "instance_profile", "KeyName": "key_name"},
        **{"SecurityGroupIds": "security_groups", "UserData": "user_data", "BlockDeviceMappings": "disks", "Monitoring": "monitoring"},
        **{"HttpTokens": "metadata.tokens", "HttpPutResponseHopLimit": "metadata.hop_limit", "InstanceMetadataTags": "metadata.tags"},
        **{"EbsOptimized": "ebs_optimized", "TagSpecifications": "instance_tags", "Tags": "tags", "TagKeys": "tags"},
    },
    "group": {
        **{member: name for name, member in SCALING_GROUP.items()},
        **{"VPCZoneIdentifier": "subnets", "AvailabilityZones": "subnets", "LaunchTemplate": "version", "MixedInstancesPolicy": "mixed"},
        **{"TargetGroupARNs": "target_groups", "InstanceMaintenancePolicy": "maintenance"},
        **{"EnabledMetrics": "metrics", "Metrics": "metrics"},
        **dict.fromkeys(("WarmPoolConfiguration", "WarmPoolSize", "PoolState", "MaxGroupPreparedCapacity"), "warm_pool"),
        **{"SuspendedProcesses": "suspended_processes", "ScalingProcesses": "suspended_processes", "Tags": "tags"},
        **{"LifecycleHookSpecificationList": "hooks", "NotificationTypes": "notifications"},
    },
    "scaling_policy": {"PolicyType": "type", "TargetTrackingConfiguration": "target", "Enabled": "enabled"},
    "schedule": {
        **{"DesiredCapacity": "desired", "MinSize": "min_size", "MaxSize": "max_size", "Recurrence": "recurrence"},
        **{"TimeZone": "time_zone", "StartTime": "start", "EndTime": "end"},
    },
    "instances": {"Instances": "outdated"},
    "health_check": {
        **{member: name for name, member in HEALTH_CHECK.items()},
        **dict.fromkeys(("AddTags", "RemoveTagKeys", "Tags"), "tags"),
    },
    "dashboard": {"DashboardBody": "body", "Tags": "tags"},
    "budget": {
        **{"Amount": "amount", "Unit": "unit", "TimeUnit": "time_unit", "CostFilters": "cost_filters"},
        **dict.fromkeys(("NotificationsWithSubscribers", "Notifications"), "notifications"),
        **dict.fromkeys(("ResourceTags", "ResourceTagKeys", "Tags"), "tags"),
    },
    "lock table": {"KeySchema": "key", "AttributeDefinitions": "key", "BillingMode": "billing", "Tags": "tags"},
    "lock": {},
}
KINDS = {
    **{"secret": "secrets", "table": "dynamodb_tables", "backup": "dynamodb_backups", "bucket": "s3_buckets"},
    **dict.fromkeys(("lock table", "lock"), "lock"),
    **dict.fromkeys(("topic", "subscription", "inbox"), "sns_topics"),
    **dict.fromkeys(("log group", "filter"), "log_groups"),
    **{"alarm": "cloudwatch_alarms", "dashboard": "cloudwatch_dashboards", "budget": "budgets"},
    **{"certificate": "certificates", "record": "certificates", "balancer": "load_balancers", "target_group": "target_groups"},
    **{"listener": "listeners", "rule": "listener_rules", "target": "targets"},
    **{"ip_set": "waf_ip_sets", "regex_pattern_set": "waf_regex_pattern_sets"},
    **dict.fromkeys(("web_acl", "logging", "association"), "waf_web_acls"),
    **{"cache_parameters": "elasticache_parameter_groups", "cache_subnets": "elasticache_subnet_groups"},
    **{"cache_user": "elasticache_users", "cache_users": "elasticache_user_groups"},
    **{"cache": "elasticache_replication_groups", "cache_token": "elasticache_auth_tokens"},
    **{"object": "s3_objects", "profile": "instance_profiles", "template": "launch_templates", "group": "autoscaling_groups"},
    "health_check": "route53_health_checks",
    **{"scaling_policy": "autoscaling_policies", "schedule": "autoscaling_schedules", "instances": "autoscaling_refreshes"},
}
# They say whose request it is, or come of something else.
NAMES = {
    *("TableName", "ResourceArn", "ResourceARN", "resourceArn", "Bucket", "AlarmName", "AlarmNames", "DashboardName", "DashboardNames"),
    *("logGroupName", "filterName", "Name", "TopicArn", "QueueName", "QueueUrl", "SecretId", "SubscriptionArn", "BackupArn"),
    *(
        "ChecksumAlgorithm",
        "ReturnSubscriptionArn",
        "ClientRequestToken",
        "VersionStage",
        "VersionStages",
        "MoveToVersionId",
        "RemoveFromVersionId",
    ),
    *("AttributeValue", "RecoveryWindowInDays", "TableStatus", "TableArn", "AlarmArn", "DashboardArn", "arn", "logGroupArn", "Owner"),
    *("LoadBalancerArn", "LoadBalancerArns", "LoadBalancerName", "TargetGroupArn", "TargetGroupName", "ListenerArn", "RuleArn"),
    *("ResourceArns", "CertificateArn", "HostedZoneId", "KeyAlgorithm", "Type", "State", "CanonicalHostedZoneId"),
    *("ARN", "LockToken", "Capacity", "LabelNamespace", "ManagedByFirewallManager", "RetrofittedByFirewallManager"),
    *("WarmThroughput", "SubscriptionsPending", "SubscriptionsConfirmed", "SubscriptionsDeleted", "EffectiveDeliveryPolicy", "Id"),
    *("ResourceName", "ReplicationGroupId", "CacheParameterGroupName", "CacheSubnetGroupName", "UserId", "UserGroupId", "ApplyImmediately"),
    "AuthTokenUpdateStrategy",
    *("HealthCheckId", "HealthCheckVersion", "CallerReference", "ResourceType", "ResourceId"),
    *("RoleName", "InstanceProfileName", "LaunchTemplateName", "LaunchTemplateId", "DefaultVersion", "Resources"),
    *("AccountId", "BudgetName", "BudgetType"),
    *("AutoScalingGroupName", "ScheduledActionName", "Granularity", "PolicyName", "ClientToken", "ChecksumSHA256", "ContentLength"),
}
# What is a name elsewhere.
OTHERS = {"target": {"Id"}, "health_check": {"Type"}, "cache": {"CacheParameterGroupName", "CacheSubnetGroupName"}}


def field(what: str, member: str) -> str:
    """Attributes of load balancers have their own names in plans; any other member that nothing is known of no plan has."""
    return FIELDS[what].get(member) or (member if "." in member else f"{what}.{member}")


def names(what: str) -> set[str]:
    """The members that no field is about; the name of another resource is one."""
    return NAMES - OTHERS.get(what, set())


def last(text: str) -> str:
    return text.rpartition("/" if text.startswith("http") else ":")[2]


def subject(request: Mapping[str, Any]) -> Key:
    """The kind of a resource, and a pattern of its name in plans."""
    what, name = _subject(request["service"], request["operation"], request["params"])
    return KINDS[what], name


def _subject(service: str, operation: str, params: Mapping[str, Any]) -> Key:
    arn = next((params[key] for key in ("ResourceArn", "ResourceARN", "resourceArn") if key in params), "")
    match service:
        case "secretsmanager":
            return "secret", params.get("Name") or params["SecretId"]
        case "s3" if "Key" in params:
            return "object", f"{params['Bucket']}/{params['Key']}"
        case "s3":
            return "bucket", params["Bucket"]
        case "iam":
            return "profile", params.get("RoleName") or params["InstanceProfileName"]
        case "ec2":
            return "template", params.get("LaunchTemplateName", "*")
        case "autoscaling":
            return _of_autoscaling(operation, params)
        case "sqs":
            return "inbox", f"* inbox {params.get('QueueName') or last(params['QueueUrl'])}"
        case "dynamodb":
            return _of_dynamodb(operation, params, arn)
        case "sns":
            return _of_sns(params, arn)
        case "logs":
            group = params.get("logGroupName") or arn.partition(":log-group:")[2]
            return ("filter", f"{group} filter {params['filterName']}") if "filterName" in params else ("log group", group)
        case "cloudwatch" if any(key.startswith("Dashboard") for key in params):
            return "dashboard", params.get("DashboardName") or params["DashboardNames"][0]
        case "cloudwatch" if "AnomalyDetector" in operation:
            return "alarm", "*-unusual"
        case "cloudwatch":
            return "alarm", params.get("AlarmName") or (params.get("AlarmNames") or [last(arn)])[0]
        case "budgets":
            about = params.get("Budget") or params.get("NewBudget") or params
            return "budget", about.get("BudgetName") or arn.rpartition(":budget/")[2]
        case "elbv2":
            return _of_elbv2(operation, params)
        case "acm":
            return "certificate", params.get("DomainName", "*")
        case "route53" if "ChangeBatch" not in params:
            return "health_check", "*"  # AWS knows it by its id, and its name is a tag
        case "route53":
            # Of the domains of one certificate, which is named by its first, that of the others.
            records = [one["ResourceRecordSet"]["Name"].partition(".")[2].rstrip(".") for one in params["ChangeBatch"]["Changes"]]
            return "certificate", min(records, key=len)
        case "wafv2":
            return _of_wafv2(operation, params)
        case "elasticache":
            return _of_elasticache(params)
    raise ValueError(f"{service}:{operation} belongs to no resource that is known here")


def _of_dynamodb(operation: str, params: Mapping[str, Any], arn: str) -> Key:
    table = params.get("TableName") or (arn or params["BackupArn"]).partition(":table/")[2].partition("/")[0]
    if operation.endswith("Backup"):
        return "backup", f"{table}/{params.get('BackupName', '*')}"
    if operation.endswith("Item"):
        return "lock", next(iter(({**params.get("Item", {}), **params.get("Key", {})}).get("lock_name", {"S": "?"}).values()))
    return "lock table" if table.endswith("-locks") else "table", table


def _of_sns(params: Mapping[str, Any], arn: str) -> Key:
    if "SubscriptionArn" in params:
        return "subscription", f"{params['SubscriptionArn'].split(':')[-2]} * *"
    topic = params.get("Name") or last(params.get("TopicArn") or arn)
    return ("subscription", f"{topic} {params['Protocol']} {last(params['Endpoint'])}") if "Protocol" in params else ("topic", topic)


def _of_elbv2(operation: str, params: Mapping[str, Any]) -> Key:
    """Listeners and rules that are there are known to AWS by an id alone."""
    kinds = {"loadbalancer": "balancer", "targetgroup": "target_group", "listener": "listener", "listener-rule": "rule"}
    members = [f"{kind}Arn" for kind in ("Rule", "Listener", "TargetGroup", "LoadBalancer")]
    arn = next((params[key] for key in members if key in params), "") or (params.get("ResourceArns") or [""])[0]
    kind, *path = arn.rpartition(":")[2].split("/")
    name = params.get("Name") or (path[0] if kind == "targetgroup" else path[1])
    match operation:
        case "CreateLoadBalancer":
            return "balancer", name
        case "CreateTargetGroup":
            return "target_group", name
        case "CreateListener":
            return "listener", f"{name}:{params['Port']}"
        case "CreateRule":
            return "rule", f"{name}:* rule {params['Priority']}"
        case "RegisterTargets" | "DeregisterTargets":
            one, *more = params["Targets"]
            return "target", f"{name} {'*' if more else '{Id}:{Port}'.format(**one)}"
    return kinds[kind], f"{name}:*" if kind.startswith("listener") else name


def _of_wafv2(operation: str, params: Mapping[str, Any]) -> Key:
    arn = str(params.get("ResourceArn") or params.get("ResourceARN") or params.get("LoggingConfiguration", {}).get("ResourceArn", ""))
    _, kind, name = (arn.rpartition(":")[2].split("/") + ["", ""])[:3]
    if operation.endswith("WebACL") and "ResourceArn" in params:
        return "association", f"load balancer {name}"
    if operation.endswith("LoggingConfiguration"):
        return "logging", f"logging of {name}"
    kinds = {"ipset": "ip_set", "regexpatternset": "regex_pattern_set", "webacl": "web_acl"}
    return kinds[kind or operation.removeprefix("Create").removeprefix("Update").removeprefix("Delete").lower()], params.get("Name", name)


def _of_autoscaling(operation: str, params: Mapping[str, Any]) -> Key:
    group = params.get("AutoScalingGroupName") or params["Tags"][0]["ResourceId"]
    for what, member in (("scaling_policy", "PolicyName"), ("schedule", "ScheduledActionName")):
        if member in params:
            return what, f"{group}/{params[member]}"
    return "instances" if operation.endswith("InstanceRefresh") else "group", group


def _of_elasticache(params: Mapping[str, Any]) -> Key:
    kinds = {"parametergroup": "cache_parameters", "subnetgroup": "cache_subnets", "user": "cache_user", "usergroup": "cache_users"}
    if "ResourceName" in params:
        kind, name = params["ResourceName"].split(":")[-2:]
        return kinds.get(kind, "cache"), name
    if "AuthTokenUpdateStrategy" in params and "AuthToken" in params:
        return "cache_token", params["ReplicationGroupId"]
    members = {"ReplicationGroupId": "cache", "UserGroupId": "cache_users", "UserId": "cache_user"}
    members |= {"CacheParameterGroupName": "cache_parameters", "CacheSubnetGroupName": "cache_subnets"}
    return next((what, params[member]) for member, what in members.items() if member in params)


def fields_of(request: Mapping[str, Any]) -> set[str]:
    """The fields that a request gives a value."""
    what, _ = _subject(request["service"], request["operation"], request["params"])
    return {field(what, member) for member in _members(what, request["params"])}


def _members(what: str, params: Mapping[str, Any]) -> Iterator[str]:
    for name, value in params.items():
        if value in ([], {}, ""):  # says nothing of a resource that is new
            continue
        if name == "Attributes":
            yield from (one["Key"] for one in value) if isinstance(value, list) else value
        elif name in ("LoggingConfiguration", "LaunchTemplateData", "MetadataOptions", "HealthCheckConfig", "Budget", "BudgetLimit"):
            yield from _members(what, value)
        elif name == "metricTransformations":
            yield from value[0]
        elif name == "AttributeName":
            yield value
        elif name not in names(what):
            yield name


def described(found: Mapping[str, Any]) -> dict[Key, dict[str, Any]]:
    """The resources of `account.read`, by kind and pattern of their names in plans, with their fields."""
    resources: dict[Key, dict[str, Any]] = {}
    for label, value in found.items():
        for what, name, fields in _described(label, value):
            resources.setdefault((KINDS[what], name), {}).update(fields)
    return resources


def _described(label: str, value: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What one label of `account.read` says of which resources."""
    what = "topic" if label.startswith("arn:aws:sns:") else next(one for one in ("log group", *label.split()[:1]) if label.startswith(one))
    name, _, part = label.removeprefix(f"{what} ").partition(" ")
    members = value if isinstance(value, dict) else {}
    if what == "topic":
        name = last(name)
    if part == "list_subscriptions_by_topic":
        for one in members.get("Subscriptions", []):
            yield "subscription", f"{name} {one['Protocol']} {last(one['Endpoint'])}", {"endpoint": one["Endpoint"]}
    elif part == "filters":
        for one in members.get("metricFilters", []):
            (to,) = one["metricTransformations"]
            fields = {field("filter", key): item for key, item in {**to, "filterPattern": one["filterPattern"]}.items()}
            yield "filter", f"{name} filter {one['filterName']}", fields
    elif what == "bucket":
        yield what, name, {field(what, part): value}
    elif what == "secret":
        variables = {f"variables.{key}": item for key, item in members["Values"].items()}
        yield what, name, variables | {field(what, key): item for key, item in members.items() if key not in (*NAMES, "Values")}
    elif what == "queue":
        members = members.get("Attributes", members)
        yield "inbox", f"* inbox {last(name)}", {field("inbox", key): item for key, item in members.items()}
    elif what in ("rule", "target"):  # whose names have several words
        yield what, f"{name} {part}", {field(what, key): item for key, item in members.items() if key not in names(what)}
    elif what in ("logging", "association"):
        name = f"logging of {name}" if what == "logging" else f"load balancer {name}"
        yield what, name, {field(what, key): item for key, item in members.items() if key not in NAMES}
    elif what == "cache_token":  # a change, where there was one before
        yield from ((what, name, {"auth_token": since}) for since in [members["since"]] if since)
    elif what in ("record", "serving"):  # the one stays, for every certificate of its domain; the others are what a refresh is about
        return
    elif what == "table" and name.endswith("-locks"):
        yield "lock table", name, {}
    else:
        inner = next(
            (key for key in ("Table", "Attributes", "IPSet", "RegexPatternSet", "WebACL", "TagInfoForResource") if key in members), None
        )
        members = members[inner] if inner else members
        fields: dict[str, Any] = {}
        for key, item in members.items():
            if key not in names(what):  # several members may be one field
                fields.setdefault(field(what, key), {})[key] = item
        yield what, name, fields
