"""The least policy for requests: neither more nor less, for any account, region and application."""

import json

import pytest

from sandbox.iam.least import parts, permissions, policy, without


def entry(service, operation, **params):
    return {"service": service, "operation": operation, "params": params}


def least(*entries):
    return policy(permissions(entries, "shop", "production"))["Statement"]


def resource(*entries):
    (statement,) = least(*entries)
    return statement["Resource"]


@pytest.mark.parametrize(
    ("asked", "pattern"),
    [
        (entry("dynamodb", "DescribeTable", TableName="shop-orders"), "arn:${partition}:dynamodb:${region}:${account}:table/${app}-*"),
        (entry("dynamodb", "GetItem", TableName="shop-locks"), "arn:${partition}:dynamodb:${region}:${account}:table/${app}-locks"),
        (
            entry("dynamodb", "DescribeBackup", BackupArn="arn:aws:dynamodb:eu-west-1:1:table/shop-orders/backup/017"),
            "arn:${partition}:dynamodb:${region}:${account}:table/${app}-*/backup/*",
        ),
        (entry("s3", "HeadBucket", Bucket="shop-images-1"), "arn:${partition}:s3:::${app}-*"),
        (entry("cloudwatch", "GetDashboard", DashboardName="shop"), "arn:${partition}:cloudwatch::${account}:dashboard/${app}"),
        (entry("logs", "PutRetentionPolicy", logGroupName="/shop/app"), "arn:${partition}:logs:${region}:${account}:log-group:/${app}/*"),
        (
            entry("secretsmanager", "DescribeSecret", SecretId="shop/production"),
            "arn:${partition}:secretsmanager:${region}:${account}:secret:${app}/${environment}-??????",
        ),
        (
            entry("wafv2", "UpdateIPSet", Name="shop-banned", Scope="REGIONAL", Id="1f", Addresses=[]),
            "arn:${partition}:wafv2:${region}:${account}:regional/ipset/${app}-*",
        ),
        (
            entry("wafv2", "CreateIPSet", Name="shop-banned", Scope="CLOUDFRONT", Addresses=[], Tags=[{"Key": "a", "Value": "b"}]),
            "arn:${partition}:wafv2:${region}:${account}:global/ipset/${app}-*",
        ),
        (
            entry("wafv2", "GetWebACLForResource", ResourceArn="arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shop/50d"),
            "arn:${partition}:elasticloadbalancing:${region}:${account}:loadbalancer/app/${app}/*",
        ),
        (
            entry("autoscaling", "SetDesiredCapacity", AutoScalingGroupName="shop", DesiredCapacity=2),
            "arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${app}",
        ),
        (
            entry("autoscaling", "CreateOrUpdateTags", Tags=[{"ResourceId": "shop-web", "Key": "a", "Value": "b"}]),
            "arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${app}-*",
        ),
        (
            entry("elbv2", "CreateLoadBalancer", Name="shop", Subnets=["subnet-1"], Tags=[{"Key": "a", "Value": "b"}]),
            "arn:${partition}:elasticloadbalancing:${region}:${account}:loadbalancer/app/${app}/*",
        ),
        (
            entry("elbv2", "CreateTargetGroup", Name="shop-blue", Tags=[{"Key": "a", "Value": "b"}]),
            "arn:${partition}:elasticloadbalancing:${region}:${account}:targetgroup/${app}-*",
        ),
        (
            entry("elbv2", "RemoveTags", ResourceArns=["arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shop/50d"]),
            "arn:${partition}:elasticloadbalancing:${region}:${account}:loadbalancer/app/${app}/*",
        ),
        (
            entry("elbv2", "ModifyListener", ListenerArn="arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/shop/50d/f2f"),
            "arn:${partition}:elasticloadbalancing:${region}:${account}:listener/app/${app}/*",
        ),
        (
            entry("elbv2", "DeleteRule", RuleArn="arn:aws:elasticloadbalancing:eu-west-1:1:listener-rule/app/shop/50d/f2f/9a1"),
            "arn:${partition}:elasticloadbalancing:${region}:${account}:listener-rule/app/${app}/*",
        ),
        (
            entry("elbv2", "RegisterTargets", TargetGroupArn="arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/shop-blue/73e"),
            "arn:${partition}:elasticloadbalancing:${region}:${account}:targetgroup/${app}-*",
        ),
        (
            entry("acm", "DescribeCertificate", CertificateArn="arn:aws:acm:eu-west-1:1:certificate/de0d7ccc-46a5-4460-be38-47a91833cc86"),
            "arn:${partition}:acm:${region}:${account}:certificate/*",
        ),
        (entry("route53", "ListResourceRecordSets", HostedZoneId="Z0AB1C"), "arn:${partition}:route53:::hostedzone/*"),
        (
            entry("logs", "PutRetentionPolicy", logGroupName="aws-waf-logs-shop"),
            "arn:${partition}:logs:${region}:${account}:log-group:aws-waf-logs-${app}:*",
        ),
        (
            entry("sqs", "CreateQueue", QueueName="prodready-drill-shop-1"),
            "arn:${partition}:sqs:${region}:${account}:prodready-drill-${app}-*",
        ),
        (entry("iam", "PutRolePolicy", RoleName="shop-instance", PolicyName="p"), "arn:${partition}:iam::${account}:role/${app}-*"),
        (entry("iam", "GetInstanceProfile", InstanceProfileName="shop"), "arn:${partition}:iam::${account}:instance-profile/${app}"),
        (
            entry("ssm", "GetParameter", Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"),
            "arn:${partition}:ssm:${region}::parameter/aws/service/*",
        ),
        (entry("s3", "PutObject", Bucket="shop-releases-1", Key="shop/1.tar.gz"), "arn:${partition}:s3:::${app}-*/${app}/*"),
        (entry("s3", "GetObject", Bucket="shop-releases-1", Key="other/1.tar.gz"), "arn:${partition}:s3:::${app}-*/*"),
        (entry("budgets", "UpdateBudget", NewBudget={"BudgetName": "shop"}), "arn:${partition}:budgets::${account}:budget/${app}"),
        (entry("cloudwatch", "DescribeAlarmHistory"), "arn:${partition}:cloudwatch:${region}:${account}:alarm:*"),
        (entry("cloudwatch", "DescribeAlarms"), "*"),
    ],
)
def test_names_become_patterns(asked, pattern):
    assert resource(asked) == pattern


@pytest.mark.parametrize("name", ["orders", "shopping-orders", "my-shop-orders"])
def test_a_name_of_another_application_is_not_generalised(name):
    with pytest.raises(ValueError, match=f"'table/{name}' does not start with the application's"):
        least(entry("dynamodb", "DescribeTable", TableName=name))


def test_what_is_made_is_tagged_under_the_name_that_it_will_have():
    arn = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shop/50d"
    allowed = permissions([entry("elbv2", "CreateListener", LoadBalancerArn=arn, Tags=[{"Key": "a", "Value": "b"}])], "shop", "production")
    place = "arn:${partition}:elasticloadbalancing:${region}:${account}"
    assert allowed == {
        "elasticloadbalancing:CreateListener": {f"{place}:loadbalancer/app/${{app}}/*"},
        "elasticloadbalancing:AddTags": {f"{place}:listener/app/${{app}}/*"},
    }


def test_a_budget_that_is_made_is_tagged():
    asked = entry("budgets", "CreateBudget", Budget={"BudgetName": "shop"}, ResourceTags=[{"Key": "a", "Value": "b"}])
    arn = "arn:${partition}:budgets::${account}:budget/${app}"
    assert permissions([asked], "shop", "production") == {"budgets:ModifyBudget": {arn}, "budgets:TagResource": {arn}}


def test_what_is_asked_of_no_resource_in_particular_is_one_statement_for_all_services():
    (statement,) = least(entry("elbv2", "DescribeTags", ResourceArns=[]), entry("sns", "ListTopics"))
    assert (statement["Sid"], statement["Resource"]) == ("Any", "*")


def test_actions_of_one_kind_of_resource_are_one_statement_in_stable_order():
    asked = [
        entry("dynamodb", "UpdateTable", TableName="shop-b"),
        entry("sns", "GetTopicAttributes", TopicArn="arn:aws:sns:eu-west-1:1:shop-alerts"),
        entry("dynamodb", "DescribeTable", TableName="shop-a"),
    ]

    assert least(*asked) == least(*reversed(asked))
    assert [(one["Sid"], one["Action"]) for one in least(*asked)] == [
        ("DynamodbTable", ["dynamodb:DescribeTable", "dynamodb:UpdateTable"]),
        ("SnsTopic", ["sns:GetTopicAttributes"]),
    ]


def test_items_are_read_in_the_collections_own_table_alone():
    found = least(entry("dynamodb", "DescribeTable", TableName="shop-locks"), entry("dynamodb", "GetItem", TableName="shop-locks"))

    assert {statement["Sid"]: statement["Action"] for statement in found} == {
        "DynamodbTableLocks": ["dynamodb:DescribeTable", "dynamodb:GetItem"],
    }
    found = least(
        entry("dynamodb", "DescribeTable", TableName="shop-orders"),
        entry("dynamodb", "DescribeTable", TableName="shop-locks"),
        entry("dynamodb", "GetItem", TableName="shop-locks"),
    )
    assert {statement["Sid"]: statement["Action"] for statement in found} == {
        "DynamodbTable": ["dynamodb:DescribeTable"],
        "DynamodbTableLocks": ["dynamodb:GetItem"],
    }


def test_what_has_no_resource_is_bound_to_the_region_and_buckets_to_the_account():
    regional, account, bucket = least(
        entry("logs", "DescribeLogGroups"), entry("s3", "ListBuckets"), entry("s3", "HeadBucket", Bucket="shop-a")
    )

    assert regional["Condition"] == {"StringEquals": {"aws:RequestedRegion": "${region}"}}
    assert "Condition" not in account
    assert bucket["Condition"] == {"StringEqualsIfExists": {"s3:ResourceAccount": "${account}"}}


def test_the_callers_identity_takes_no_permission():
    assert least(entry("sts", "GetCallerIdentity")) == []


def test_an_operation_without_a_known_action_is_an_error():
    with pytest.raises(ValueError, match=r"dynamodb\.ExecuteStatement needs a line in needs\.py"):
        least(entry("dynamodb", "ExecuteStatement", Statement="SELECT"))


def test_an_action_can_be_taken_away():
    document = {"Version": "2012-10-17", "Statement": [{"Sid": "A", "Action": ["s3:A", "s3:B"]}, {"Sid": "B", "Action": ["s3:A"]}]}

    assert without(document, "s3:A")["Statement"] == [{"Sid": "A", "Action": ["s3:B"]}]


def test_a_web_acl_needs_the_sets_that_its_rules_refer_to():
    reference = {"IPSetReferenceStatement": {"ARN": "arn:aws:wafv2:eu-west-1:1:regional/ipset/shop-banned/1f"}}
    rules = [{"Name": "a", "Statement": {"NotStatement": {"Statement": reference}}}]
    found = least(entry("wafv2", "UpdateWebACL", Name="shop", Scope="REGIONAL", Id="1f", Rules=rules, DefaultAction={"Allow": {}}))
    assert [one["Resource"].rpartition(":")[2] for one in found] == ["regional/ipset/${app}-*", "regional/webacl/${app}/*"]


def test_logging_of_a_web_acl_to_a_log_group_needs_what_lets_waf_write_there():
    about = {"ResourceArn": "arn:aws:wafv2:eu-west-1:1:regional/webacl/shop/1f"}
    to = ["arn:aws:logs:eu-west-1:1:log-group:aws-waf-logs-shop"]
    found = least(entry("wafv2", "PutLoggingConfiguration", LoggingConfiguration={**about, "LogDestinationConfigs": to}))
    assert {action for one in found for action in one["Action"]} >= {"logs:PutResourcePolicy", "wafv2:PutLoggingConfiguration"}


def test_a_role_is_handed_on_to_instances_alone():
    asked = entry("iam", "AddRoleToInstanceProfile", InstanceProfileName="shop-instance", RoleName="shop-instance")
    (passed,) = [one for one in least(asked) if one["Action"] == ["iam:PassRole"]]
    assert passed["Resource"] == "arn:${partition}:iam::${account}:role/${app}-*"
    assert passed["Condition"] == {"StringEqualsIfExists": {"iam:PassedToService": "ec2.amazonaws.com"}}


def test_who_is_to_be_told_that_an_object_is_not_there_may_list_its_bucket():
    found = {one["Resource"]: one["Action"] for one in least(entry("s3", "HeadObject", Bucket="shop-releases-1", Key="shop/1.tar.gz"))}
    assert found == {"arn:${partition}:s3:::${app}-*": ["s3:ListBucket"], "arn:${partition}:s3:::${app}-*/${app}/*": ["s3:GetObject"]}


def test_a_group_that_gets_a_launch_template_needs_what_launches_from_it():
    template = {"LaunchTemplateName": "shop", "Version": "2"}
    for asked in (
        entry("autoscaling", "CreateAutoScalingGroup", AutoScalingGroupName="shop", LaunchTemplate=template),
        entry("autoscaling", "StartInstanceRefresh", AutoScalingGroupName="shop", DesiredConfiguration={"LaunchTemplate": template}),
    ):
        assert {"ec2:RunInstances", "ec2:CreateTags"} <= {action for one in least(asked) for action in one["Action"]}
        (passed,) = [one for one in least(asked) if one["Action"] == ["iam:PassRole"]]
        assert passed["Resource"] == "arn:${partition}:iam::${account}:role/${app}-*"
    resized = entry("autoscaling", "UpdateAutoScalingGroup", AutoScalingGroupName="shop", MinSize=1)
    assert {action for one in least(resized) for action in one["Action"]} == {"autoscaling:UpdateAutoScalingGroup"}


def test_a_policy_that_is_too_large_is_in_parts_of_whole_statements():
    statements = [{"Sid": f"S{number}", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "a" * 100} for number in range(10)]
    document = {"Version": "2012-10-17", "Statement": statements}
    found = parts(document, 500)
    assert len(found) > 2
    assert [one for part in found for one in part["Statement"]] == statements
    assert all(len(json.dumps(part, separators=(",", ":"))) <= 500 for part in found)
    assert parts(document, 100_000) == [document]


def test_what_is_asked_of_the_region_of_global_services_is_allowed_there_alone():
    here, there = ({**entry("cloudwatch", "GetMetricData"), "region": region} for region in ("eu-central-1", "us-east-1"))
    found = least(here, there)
    assert [(one["Resource"], one["Condition"]["StringEquals"]["aws:RequestedRegion"]) for one in found] == [
        ("*", "${region}"),
        ("*", "us-east-1"),
    ]
    assert all(one["Action"] == ["cloudwatch:GetMetricData"] for one in found)
    global_service = {**entry("route53", "ListHealthChecks"), "region": "us-east-1"}
    assert [one.get("Condition") for one in least(global_service)] == [None]
