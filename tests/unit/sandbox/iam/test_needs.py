"""From a request to the actions that it needs and the resources that it needs them on."""

import pytest

from plugins.module_utils.iam_actions import ACTIONS, iam_action
from sandbox.iam import reference
from sandbox.iam.context import parameters
from sandbox.iam.needs import needs
from sandbox.iam.resources import resources


def arns(service, operation, **params):
    return [
        (action, resource)
        for action, asked in needs(service, operation, params)
        for resource in resources(action, asked, "123456789012", "eu-central-1")
    ]


@pytest.mark.parametrize(("service", "table"), ACTIONS.items())
def test_every_action_that_is_named_otherwise_exists(service, table):
    assert {action for action in table.values() if not reference.action(f"{service}:{action}").known} == set()


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("s3", "HeadBucket", "s3:ListBucket"),
        ("s3", "head_bucket", "s3:ListBucket"),
        ("s3", "HeadObject", "s3:GetObject"),
        ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
        ("s3", "ListObjectsV2", "s3:ListBucket"),
        ("s3", "PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
        ("s3", "DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"),
        ("s3", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
        ("s3", "PutBucketPolicy", "s3:PutBucketPolicy"),
        ("s3", "ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration"),
        ("resourcegroupstaggingapi", "GetResources", "tag:GetResources"),
        ("elbv2", "CreateLoadBalancer", "elasticloadbalancing:CreateLoadBalancer"),
        ("sqs", "SendMessageBatch", "sqs:SendMessage"),
        ("budgets", "DescribeSubscribersForNotification", "budgets:ViewBudget"),
        ("budgets", "UpdateNotification", "budgets:ModifyBudget"),
    ],
)
def test_actions_that_are_named_otherwise(service, operation, action):
    assert iam_action(service, operation) == action
    assert reference.action(action).known


def test_the_callers_identity_needs_nothing():
    assert needs("sts", "GetCallerIdentity", {}) == []


PLACE = "eu-central-1:123456789012"
BACKUP = f"arn:aws:dynamodb:{PLACE}:table/a/backup/1"


@pytest.mark.parametrize(
    ("service", "operation", "params", "expected"),
    [
        ("dynamodb", "DescribeTable", {"TableName": "a"}, [f"arn:aws:dynamodb:{PLACE}:table/a"]),
        ("dynamodb", "DescribeTable", {"TableName": f"arn:aws:dynamodb:{PLACE}:table/a"}, [f"arn:aws:dynamodb:{PLACE}:table/a"]),
        ("dynamodb", "Query", {"TableName": "a", "IndexName": "i"}, [f"arn:aws:dynamodb:{PLACE}:table/a/index/i"]),
        (
            "dynamodb",
            "DescribeBackup",
            {"BackupArn": f"arn:aws:dynamodb:{PLACE}:table/a/backup/1"},
            [f"arn:aws:dynamodb:{PLACE}:table/a/backup/1"],
        ),
        ("dynamodb", "ListTagsOfResource", {"ResourceArn": f"arn:aws:dynamodb:{PLACE}:table/a"}, [f"arn:aws:dynamodb:{PLACE}:table/a"]),
        ("dynamodb", "BatchGetItem", {"RequestItems": {"a": {}, "b": {}}}, [f"arn:aws:dynamodb:{PLACE}:table/{name}" for name in "ab"]),
        ("dynamodb", "ListTables", {}, ["*"]),
        ("s3", "HeadBucket", {"Bucket": "b"}, ["arn:aws:s3:::b"]),
        ("s3", "PutObject", {"Bucket": "b", "Key": "x/y"}, ["arn:aws:s3:::b/x/y"]),
        ("s3", "ListBuckets", {}, ["*"]),
        ("sns", "CreateTopic", {"Name": "t"}, [f"arn:aws:sns:{PLACE}:t"]),
        ("sns", "GetSubscriptionAttributes", {"SubscriptionArn": f"arn:aws:sns:{PLACE}:t:0-1"}, [f"arn:aws:sns:{PLACE}:t"]),
        ("sqs", "GetQueueAttributes", {"QueueUrl": "http://x/123456789012/q"}, [f"arn:aws:sqs:{PLACE}:q"]),
        ("logs", "CreateLogGroup", {"logGroupName": "/a/b"}, [f"arn:aws:logs:{PLACE}:log-group:/a/b:log-stream:"]),
        ("logs", "TagResource", {"resourceArn": f"arn:aws:logs:{PLACE}:log-group:/a/b"}, [f"arn:aws:logs:{PLACE}:log-group:/a/b"]),
        ("logs", "DescribeLogGroups", {"logGroupNamePrefix": "/a"}, ["*"]),
        ("cloudwatch", "PutMetricAlarm", {"AlarmName": "a"}, [f"arn:aws:cloudwatch:{PLACE}:alarm:a"]),
        ("cloudwatch", "DeleteAlarms", {"AlarmNames": ["a", "b"]}, [f"arn:aws:cloudwatch:{PLACE}:alarm:{name}" for name in "ab"]),
        ("cloudwatch", "DescribeAlarms", {"AlarmNames": ["a"]}, ["*"]),
        ("cloudwatch", "DescribeAlarmHistory", {}, [f"arn:aws:cloudwatch:{PLACE}:alarm:*"]),
        ("cloudwatch", "GetDashboard", {"DashboardName": "d"}, ["arn:aws:cloudwatch::123456789012:dashboard/d"]),
        ("cloudwatch", "PutMetricData", {"Namespace": "n"}, ["*"]),
        ("secretsmanager", "CreateSecret", {"Name": "shop-secret"}, [f"arn:aws:secretsmanager:{PLACE}:secret:shop-secret-??????"]),
        (
            "secretsmanager",
            "GetSecretValue",
            {"SecretId": f"arn:aws:secretsmanager:{PLACE}:secret:a/b-AbCdEf"},
            [f"arn:aws:secretsmanager:{PLACE}:secret:a/b-AbCdEf"],
        ),
        (
            "elbv2",
            "CreateListener",
            {"LoadBalancerArn": f"arn:aws:elasticloadbalancing:{PLACE}:loadbalancer/app/a/1"},
            [f"arn:aws:elasticloadbalancing:{PLACE}:loadbalancer/app/a/1"],
        ),
        (
            "wafv2",
            "AssociateWebACL",
            {
                "WebACLArn": f"arn:aws:wafv2:{PLACE}:regional/webacl/a/1",
                "ResourceArn": f"arn:aws:elasticloadbalancing:{PLACE}:loadbalancer/app/a/1",
            },
            [f"arn:aws:elasticloadbalancing:{PLACE}:loadbalancer/app/a/1", f"arn:aws:wafv2:{PLACE}:regional/webacl/a/1", "*"],
        ),
        ("elasticache", "DescribeReplicationGroups", {"ReplicationGroupId": "r"}, [f"arn:aws:elasticache:{PLACE}:replicationgroup:r"]),
        (
            "elasticache",
            "CreateReplicationGroup",
            {"ReplicationGroupId": "r", "ReplicationGroupDescription": "d", "UserGroupIds": ["g"]},
            [f"arn:aws:elasticache:{PLACE}:{name}" for name in ("parametergroup:default.*", "replicationgroup:r", "usergroup:g")],
        ),
        (
            "elasticache",
            "ModifyReplicationGroup",
            {"ReplicationGroupId": "r", "UserGroupIdsToAdd": ["g"], "UserGroupIdsToRemove": ["h"]},
            [f"arn:aws:elasticache:{PLACE}:{name}" for name in ("replicationgroup:r", "usergroup:g", "usergroup:h")],
        ),
        (
            "elasticache",
            "DeleteReplicationGroup",
            {"ReplicationGroupId": "r", "FinalSnapshotIdentifier": "s"},
            [f"arn:aws:elasticache:{PLACE}:{name}" for name in ("replicationgroup:r", "snapshot:s")],
        ),
        (
            "elasticache",
            "CreateServerlessCache",
            {"ServerlessCacheName": "c", "Engine": "valkey", "UserGroupId": "g"},
            [f"arn:aws:elasticache:{PLACE}:{name}" for name in ("serverlesscache:c", "usergroup:g")],
        ),
        (
            "elasticache",
            "DeleteServerlessCache",
            {"ServerlessCacheName": "c", "FinalSnapshotName": "s"},
            [f"arn:aws:elasticache:{PLACE}:{name}" for name in ("serverlesscache:c", "serverlesscachesnapshot:s")],
        ),
    ],
)
def test_resources_come_from_the_parameters(service, operation, params, expected):
    assert sorted({resource for _, resource in arns(service, operation, **params)}) == sorted(expected)


def test_tags_of_a_cache_that_is_made_are_put_on_that_alone():
    params = {
        "ReplicationGroupId": "r",
        "ReplicationGroupDescription": "d",
        "CacheSubnetGroupName": "s",
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    found = [resource for action, resource in arns("elasticache", "CreateReplicationGroup", **params) if "AddTags" in action]
    assert found == [f"arn:aws:elasticache:{PLACE}:replicationgroup:r"]


def test_a_transaction_needs_the_action_of_each_item():
    items = [{"Put": {"TableName": "a"}}, {"ConditionCheck": {"TableName": "b"}}, {"Delete": {"TableName": "a"}}]

    assert arns("dynamodb", "TransactWriteItems", TransactItems=items) == [
        ("dynamodb:PutItem", f"arn:aws:dynamodb:{PLACE}:table/a"),
        ("dynamodb:ConditionCheckItem", f"arn:aws:dynamodb:{PLACE}:table/b"),
        ("dynamodb:DeleteItem", f"arn:aws:dynamodb:{PLACE}:table/a"),
    ]


def test_a_copy_reads_one_object_and_writes_another():
    assert arns("s3", "CopyObject", Bucket="b", Key="k", CopySource="source/of/it?versionId=7") == [
        ("s3:GetObjectVersion", "arn:aws:s3:::source/of/it"),
        ("s3:PutObject", "arn:aws:s3:::b/k"),
    ]


def test_secrets_in_a_batch_are_read_one_by_one():
    assert arns("secretsmanager", "BatchGetSecretValue", SecretIdList=["a"]) == [
        ("secretsmanager:BatchGetSecretValue", "*"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{PLACE}:secret:a-??????"),
    ]


def test_a_restore_also_fills_the_new_table():
    found = arns("dynamodb", "RestoreTableToPointInTime", SourceTableName="a", TargetTableName="b")

    assert ("dynamodb:RestoreTableToPointInTime", f"arn:aws:dynamodb:{PLACE}:table/a") in found
    assert ("dynamodb:BatchWriteItem", f"arn:aws:dynamodb:{PLACE}:table/b") in found


@pytest.mark.parametrize(
    ("service", "operation", "params", "action"),
    [
        ("dynamodb", "CreateTable", {"TableName": "a", "Tags": [{"Key": "a", "Value": "b"}]}, "dynamodb:TagResource"),
        ("logs", "CreateLogGroup", {"logGroupName": "a", "tags": {"a": "b"}}, "logs:TagResource"),
        ("sqs", "CreateQueue", {"QueueName": "a", "tags": {"a": "b"}}, "sqs:TagQueue"),
        ("s3", "CreateBucket", {"Bucket": "b", "ACL": "private"}, "s3:PutBucketAcl"),
    ],
)
def test_what_is_set_beside_needs_its_own_action(service, operation, params, action):
    assert action in [name for name, _ in arns(service, operation, **params)]
    assert action not in [
        name for name, _ in arns(service, operation, **{key: value for key, value in params.items() if key.endswith("e")})
    ]


def test_condition_keys_come_from_the_parameters():
    tags = [{"Key": "App", "Value": "shop"}]

    assert parameters("secretsmanager:CreateSecret", "secretsmanager", "CreateSecret", {"Name": "a", "Tags": tags}) == {
        "aws:tagkeys": ["App"],
        "aws:requesttag/app": "shop",
        "secretsmanager:name": "a",
    }
    assert parameters("cloudwatch:PutMetricData", "cloudwatch", "PutMetricData", {"Namespace": "Shop"}) == {"cloudwatch:namespace": "Shop"}
    assert parameters("s3:ListBucket", "s3", "ListObjectsV2", {"Bucket": "b", "Prefix": "a/", "MaxKeys": 10}) == {
        "s3:prefix": "a/",
        "s3:max-keys": "10",
    }
    assert parameters("s3:CreateBucket", "s3", "CreateBucket", {"Bucket": "b", "ACL": "private"}) == {"s3:x-amz-acl": "private"}
    assert parameters("sns:Subscribe", "sns", "Subscribe", {"Protocol": "https", "Endpoint": "https://x"}) == {
        "sns:protocol": "https",
        "sns:endpoint": "https://x",
    }
    assert parameters("sns:UntagResource", "sns", "UntagResource", {"TagKeys": ["a"]}) == {"aws:tagkeys": ["a"]}


def test_tags_of_a_serverless_cache_are_not_put_on_its_user_group():
    params = {"ServerlessCacheName": "c", "Engine": "valkey", "UserGroupId": "g", "Tags": [{"Key": "a", "Value": "b"}]}
    found = [resource for action, resource in arns("elasticache", "CreateServerlessCache", **params) if "AddTags" in action]
    assert found == [f"arn:aws:elasticache:{PLACE}:serverlesscache:c"]


def test_a_last_snapshot_of_a_serverless_cache_takes_the_right_to_make_one():
    def actions(**params):
        return {action for action, _ in arns("elasticache", "DeleteServerlessCache", ServerlessCacheName="c", **params)}

    assert actions() == {"elasticache:DeleteServerlessCache"}
    assert actions(FinalSnapshotName="s") == {"elasticache:DeleteServerlessCache", "elasticache:CreateServerlessCacheSnapshot"}
