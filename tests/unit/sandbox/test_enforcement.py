"""Policies in force, as boto3 sees them."""

import functools
import json
import time

import boto3
import botocore.config
import pytest
import requests
from botocore.exceptions import ClientError

KEY = "AKIAENFORCED00000000"
USER = f"arn:aws:iam::123456789012:user/{KEY}"
ONCE = botocore.config.Config(retries={"total_max_attempts": 1})


@pytest.fixture
def enforce(endpoint_url):
    """A function that puts a policy of these statements in force for KEY."""

    def put(*statements, **options):
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        answer = requests.put(f"{endpoint_url}/_sandbox/enforcement", json={"access_key": KEY, "policy": policy, **options}, timeout=10)
        answer.raise_for_status()

    yield put
    requests.delete(f"{endpoint_url}/_sandbox/enforcement", timeout=10)


@pytest.fixture
def limited(endpoint_url, client):
    """Like `client`, with the access key that policies are enforced on."""
    session = boto3.Session(aws_access_key_id=KEY, aws_secret_access_key="x")
    return functools.partial(session.client, endpoint_url=endpoint_url, region_name="eu-central-1", config=ONCE)


def allow(*actions, resource="*", **elements):
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **elements}


def denied(call, **params):
    with pytest.raises(ClientError) as raised:
        call(**params)
    error = raised.value.response
    return error["Error"]["Code"], error["Error"]["Message"], error["ResponseMetadata"]["HTTPStatusCode"]


ALARM = {"AlarmName": "a", "EvaluationPeriods": 1, "ComparisonOperator": "LessThanThreshold"}


@pytest.mark.parametrize(
    ("service", "operation", "params", "code", "status", "said"),
    [
        (
            "secretsmanager",
            "list_secrets",
            {},
            "AccessDeniedException",
            400,
            "secretsmanager:ListSecrets because no identity-based policy allows the secretsmanager:ListSecrets action",
        ),
        (
            "dynamodb",
            "describe_table",
            {"TableName": "shop-orders"},
            "AccessDeniedException",
            400,
            "dynamodb:DescribeTable on resource: arn:aws:dynamodb:eu-central-1:123456789012:table/shop-orders"
            " because no identity-based policy allows the dynamodb:DescribeTable action",
        ),
        (
            "sns",
            "create_topic",
            {"Name": "alerts"},
            "AuthorizationError",
            403,
            "SNS:CreateTopic on resource: arn:aws:sns:eu-central-1:123456789012:alerts"
            " because no identity-based policy allows the SNS:CreateTopic action",
        ),
        (
            "sqs",
            "create_queue",
            {"QueueName": "inbox"},
            "AccessDenied",
            403,
            "sqs:createqueue on resource: arn:aws:sqs:eu-central-1:123456789012:inbox"
            " because no identity-based policy allows the sqs:createqueue action",
        ),
        (
            "s3",
            "get_bucket_encryption",
            {"Bucket": "images"},
            "AccessDenied",
            403,
            's3:GetEncryptionConfiguration on resource: "arn:aws:s3:::images"'
            " because no identity-based policy allows the s3:GetEncryptionConfiguration action",
        ),
        (
            "logs",
            "put_retention_policy",
            {"logGroupName": "/shop", "retentionInDays": 30},
            "AccessDeniedException",
            400,
            "logs:PutRetentionPolicy on resource: arn:aws:logs:eu-central-1:123456789012:log-group:/shop:log-stream:"
            " because no identity-based policy allows the logs:PutRetentionPolicy action",
        ),
        (
            "cloudwatch",
            "list_metrics",
            {},
            "AccessDenied",
            403,
            "cloudwatch:ListMetrics because no identity-based policy allows the cloudwatch:ListMetrics action",
        ),
        (
            "elbv2",
            "describe_load_balancers",
            {},
            "AccessDenied",
            403,
            "elasticloadbalancing:DescribeLoadBalancers"
            " because no identity-based policy allows the elasticloadbalancing:DescribeLoadBalancers action",
        ),
        (
            "resourcegroupstaggingapi",
            "get_resources",
            {},
            "AccessDeniedException",
            400,
            "tag:GetResources because no identity-based policy allows the tag:GetResources action",
        ),
    ],
)
def test_what_is_not_allowed_is_denied_in_the_services_own_words(enforce, limited, service, operation, params, code, status, said):
    enforce()

    call = getattr(limited(service), operation)

    assert denied(call, **params) == (code, f"User: {USER} is not authorized to perform: {said}", status)


def test_ec2_says_more(enforce, limited):
    enforce()

    code, message, status = denied(limited("ec2").describe_vpcs)

    assert (code, status) == ("UnauthorizedOperation", 403)
    assert message == (
        f"You are not authorized to perform this operation. User: {USER} is not authorized to perform: ec2:DescribeVpcs "
        "because no identity-based policy allows the ec2:DescribeVpcs action"
    )


def test_a_head_request_is_denied_without_words(enforce, limited):
    enforce()

    code, _, status = denied(limited("s3").head_bucket, Bucket="images")

    assert (code, status) == ("403", 403)


def test_an_explicit_deny_says_so(enforce, limited):
    enforce(allow("sns:*"), {"Effect": "Deny", "Action": "sns:ListTopics", "Resource": "*"})

    assert "SNS:ListTopics with an explicit deny in an identity-based policy" in denied(limited("sns").list_topics)[1]


def test_a_boundary_and_a_session_policy_limit(enforce, limited):
    nothing = {"Version": "2012-10-17", "Statement": []}

    enforce(allow("*"), boundary=nothing)
    assert "because no permissions boundary allows the SNS:ListTopics action" in denied(limited("sns").list_topics)[1]

    enforce(allow("*"), session=nothing)
    assert "because no session policy allows the SNS:ListTopics action" in denied(limited("sns").list_topics)[1]


def test_other_keys_and_the_callers_identity_need_no_policy(enforce, client, limited):
    enforce()

    assert client("sns").list_topics()["Topics"] == []
    assert limited("sts").get_caller_identity()["Account"] == "123456789012"


def test_a_secret_is_the_stored_one_or_one_with_made_up_characters(enforce, client, limited):
    client("secretsmanager").create_secret(Name="shop/test", SecretString="x")
    enforce(allow("secretsmanager:*", resource="arn:aws:secretsmanager:*:*:secret:shop/test-??????"))
    secrets = limited("secretsmanager")

    assert secrets.describe_secret(SecretId="shop/test")["Name"] == "shop/test"
    assert denied(secrets.describe_secret, SecretId="shop/test-other")[0] == "AccessDeniedException"
    enforce(allow("secretsmanager:*", resource="arn:aws:secretsmanager:*:*:secret:shop/*-??????"))
    assert denied(secrets.describe_secret, SecretId="shop/none")[0] == "ResourceNotFoundException"
    assert secrets.create_secret(Name="shop/new", SecretString="x")["Name"] == "shop/new"


def test_what_is_tagged_as_it_is_made_needs_the_permission_to_tag(enforce, limited):
    enforce(allow("sns:CreateTopic"))
    sns = limited("sns")

    assert sns.create_topic(Name="plain")["TopicArn"].endswith(":plain")
    assert "SNS:TagResource" in denied(sns.create_topic, Name="tagged", Tags=[{"Key": "a", "Value": "b"}])[1]


def test_a_transaction_needs_what_its_items_need(enforce, client, limited):
    tables = client("dynamodb")
    for name in ("one", "two"):
        tables.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        tables.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 0.05})
    items = [
        {"Put": {"TableName": "one", "Item": {"id": {"S": "a"}}}},
        {"Delete": {"TableName": "two", "Key": {"id": {"S": "a"}}}},
    ]
    enforce(allow("dynamodb:PutItem", resource="arn:aws:dynamodb:*:*:table/one"))

    assert (
        "dynamodb:DeleteItem on resource: arn:aws:dynamodb:eu-central-1:123456789012:table/two"
        in (denied(limited("dynamodb").transact_write_items, TransactItems=items)[1])
    )
    assert tables.scan(TableName="one")["Count"] == 0


@pytest.mark.parametrize(
    ("condition", "namespace", "passes"),
    [
        ({"StringEquals": {"cloudwatch:namespace": "Shop"}}, "Shop", True),
        ({"StringEquals": {"cloudwatch:namespace": "Shop"}}, "Other", False),
        ({"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}, "Shop", True),
        ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, "Shop", False),
        ({"StringEquals": {"aws:username": KEY, "aws:PrincipalAccount": "123456789012"}}, "Shop", True),
        ({"Bool": {"aws:SecureTransport": "true"}}, "Shop", False),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, "Shop", True),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, "Shop", False),
    ],
)
def test_conditions_see_the_request(enforce, limited, condition, namespace, passes):
    enforce(allow("cloudwatch:PutMetricData", Condition=condition))
    data = {"Namespace": namespace, "MetricData": [{"MetricName": "a", "Value": 1}]}

    if passes:
        limited("cloudwatch").put_metric_data(**data)
    else:
        assert denied(limited("cloudwatch").put_metric_data, **data)[0] == "AccessDenied"


def test_conditions_see_tags_of_the_request_and_of_the_resource(enforce, client, limited):
    tagged = {"StringEquals": {"aws:RequestTag/app": "shop"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["app"]}}
    enforce(allow("sns:*", Condition=tagged))
    sns = limited("sns")
    mine = sns.create_topic(Name="mine", Tags=[{"Key": "app", "Value": "shop"}])["TopicArn"]
    assert denied(sns.create_topic, Name="other", Tags=[{"Key": "app", "Value": "other"}])[0] == "AuthorizationError"

    other = client("sns").create_topic(Name="other", Tags=[{"Key": "app", "Value": "other"}])["TopicArn"]
    enforce(allow("sns:*", Condition={"StringEquals": {"aws:ResourceTag/app": "shop"}}))
    assert sns.get_topic_attributes(TopicArn=mine)["Attributes"]["TopicArn"] == mine
    assert denied(sns.get_topic_attributes, TopicArn=other)[0] == "AuthorizationError"


def test_a_denied_request_does_nothing_and_is_logged_with_its_code(enforce, endpoint_url, client, limited):
    enforce(allow("s3:ListAllMyBuckets"))
    requests.delete(f"{endpoint_url}/_sandbox/requests", timeout=10)

    denied(limited("s3").create_bucket, Bucket="images", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    assert limited("s3").list_buckets()["Buckets"] == []
    log = requests.get(f"{endpoint_url}/_sandbox/requests", timeout=10).json()["requests"]
    assert [(entry["operation"], entry["error"]) for entry in log] == [("CreateBucket", "AccessDenied"), ("ListBuckets", "")]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"policy": {"Statement": []}}, "'access_key' is missing"),
        ({"access_key": KEY}, "'policy' is missing"),
        ({"access_key": KEY, "policy": {"Statement": [{"Effect": "Permit"}]}}, "statement 1: Effect is 'Permit'"),
        ({"access_key": KEY, "policies": []}, "policies is unknown"),
    ],
)
def test_a_wrong_policy_is_refused(endpoint_url, given, problem):
    answer = requests.put(f"{endpoint_url}/_sandbox/enforcement", data=json.dumps(given), timeout=10)

    assert answer.status_code == 400
    assert problem in answer.json()["error"]


def test_what_is_in_force_can_be_read_and_taken_back(enforce, endpoint_url, limited):
    enforce(allow("sns:ListTopics"))
    url = f"{endpoint_url}/_sandbox/enforcement"
    assert requests.get(url, timeout=10).json()["policies"][KEY]["policy"]["Statement"] == [allow("sns:ListTopics")]

    requests.delete(url, timeout=10)

    assert limited("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_each_action_may_be_refused_once_one_after_another_until_there_is_a_pause(enforce, limited):
    granted = allow("secretsmanager:ListSecrets", "sns:ListTopics", "logs:DescribeLogGroups")
    enforce(granted, refuse_once={"pause_seconds": 0.1, "spared": ["logs:DescribeLogGroups"]})
    secrets, topics, queues = limited("secretsmanager").list_secrets, limited("sns").list_topics, limited("sqs").list_queues
    assert "no identity-based policy allows the secretsmanager:ListSecrets action" in denied(secrets)[1]
    assert topics()["Topics"] == []
    assert denied(secrets)[2] == 400
    time.sleep(0.2)
    assert secrets()["SecretList"] == []
    assert "no identity-based policy allows the SNS:ListTopics action" in denied(topics)[1]
    time.sleep(0.2)
    assert topics()["Topics"] == []
    assert limited("logs").describe_log_groups()["logGroups"] == []
    # What the policies do not allow always is.
    assert denied(queues)[2] == 403


def test_who_may_not_list_a_bucket_is_not_told_that_an_object_is_not_there(client, enforce, limited):
    s3, seen = client("s3"), limited("s3")
    s3.create_bucket(Bucket="shop-releases", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="shop-releases", Key="there", Body=b"1")
    enforce(allow("s3:GetObject"))
    assert seen.head_object(Bucket="shop-releases", Key="there")["ContentLength"] == 1
    assert denied(seen.head_object, Bucket="shop-releases", Key="missing")[2] == 403
    enforce(allow("s3:GetObject", "s3:ListBucket"))
    assert denied(seen.head_object, Bucket="shop-releases", Key="missing")[2] == 404
