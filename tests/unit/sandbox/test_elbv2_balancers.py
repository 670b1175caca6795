from __future__ import annotations

import json
import time

import pytest

from sandbox.phases import SECONDS
from tests.unit.sandbox.elb import Elb, forward, refused


@pytest.fixture
def elb(client):
    return Elb(client)


def one(elb: Elb, arn: str) -> dict:
    return elb.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]


@pytest.mark.parametrize("count", [0, 1])
def test_two_subnets_in_two_zones_are_needed(elb, count):
    with refused("ValidationError", "At least two subnets in two different Availability Zones must be specified"):
        elb.balancer(Subnets=elb.subnets[:count])


def test_two_subnets_of_one_zone_are_refused(elb):
    zone = elb.ec2.describe_subnets(SubnetIds=elb.subnets[:1])["Subnets"][0]["AvailabilityZone"]
    twin = elb.ec2.create_subnet(VpcId=elb.vpc, CidrBlock="172.31.128.0/20", AvailabilityZone=zone)["Subnet"]["SubnetId"]
    with refused("InvalidConfigurationRequest", "multiple subnets in the same Availability Zone"):
        elb.balancer(Subnets=[elb.subnets[0], twin])
    with refused("SubnetNotFound", "subnet-0123456789abcdef0"):
        elb.balancer(Subnets=[elb.subnets[0], "subnet-0123456789abcdef0"])


def test_security_groups_must_exist_in_the_vpc_and_default_to_its_own(elb):
    with refused("InvalidSecurityGroup", "sg-0123456789abcdef0"):
        elb.balancer(SecurityGroups=["sg-0123456789abcdef0"])
    other = elb.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = elb.ec2.create_security_group(GroupName="other", Description="other", VpcId=other)["GroupId"]
    with refused("InvalidConfigurationRequest"):
        elb.balancer(SecurityGroups=[group])
    (default,) = one(elb, elb.balancer())["SecurityGroups"]
    assert elb.ec2.describe_security_groups(GroupIds=[default])["SecurityGroups"][0]["GroupName"] == "default"


def test_the_same_again_is_the_same_and_anything_else_is_a_duplicate(elb):
    arn = elb.balancer()
    assert elb.balancer() == arn
    with refused("DuplicateLoadBalancerName", "'shop' exists, but with different settings"):
        elb.balancer(Scheme="internal")
    assert len(elb.describe_load_balancers()["LoadBalancers"]) == 1


@pytest.mark.parametrize("name", ["-shop", "internal-shop", "shop_1", "x" * 33])
def test_names_that_aws_refuses(elb, name):
    with refused("ValidationError"):
        elb.balancer(name)


def test_it_is_provisioning_for_a_moment(elb):
    arn = elb.balancer()
    assert one(elb, arn)["State"]["Code"] == "provisioning"
    time.sleep(2 * SECONDS)
    assert one(elb, arn)["State"]["Code"] == "active"
    assert one(elb, arn)["DNSName"].startswith("shop-")


def test_a_protected_one_is_not_deleted_and_a_missing_one_is_no_error(elb):
    arn = elb.balancer()
    protect = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=protect)
    with refused("OperationNotPermitted", "cannot be deleted because deletion protection is enabled"):
        elb.delete_load_balancer(LoadBalancerArn=arn)
    protect[0]["Value"] = "false"
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=protect)
    for _ in range(2):
        elb.delete_load_balancer(LoadBalancerArn=arn)
    with refused("LoadBalancerNotFound"):
        elb.describe_load_balancers(Names=["shop"])


def test_a_name_that_there_is_not_is_not_taken_for_the_one_before_it(elb):
    elb.balancer()
    with refused("LoadBalancerNotFound", "other"):
        elb.describe_load_balancers(Names=["shop", "other"])


def test_a_group_knows_the_load_balancer_that_forwards_to_it_now(elb):
    balancer, group = elb.balancer(), elb.group()

    def users():
        return elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0].get("LoadBalancerArns", [])

    assert users() == []
    listener = elb.listener(balancer, action=forward(group))
    assert users() == [balancer]
    with refused("ResourceInUse"):
        elb.delete_target_group(TargetGroupArn=group)
    elb.delete_listener(ListenerArn=listener)
    assert users() == []
    elb.delete_target_group(TargetGroupArn=group)


def attributes(elb: Elb, arn: str) -> dict[str, str]:
    return {pair["Key"]: pair["Value"] for pair in elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]}


def test_all_attributes_are_told_with_their_defaults(elb):
    told = attributes(elb, elb.balancer())
    assert told["idle_timeout.timeout_seconds"] == "60"
    assert told["routing.http.desync_mitigation_mode"] == "defensive"
    assert told["access_logs.s3.enabled"] == told["deletion_protection.enabled"] == "false"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("idle_timeout.timeout_seconds", "4001"),
        ("idle_timeout.timeout_seconds", "soon"),
        ("routing.http.desync_mitigation_mode", "lax"),
        ("deletion_protection.enabled", "yes"),
        ("access_logs.s3.prefix", "a/AWSLogs/b"),
        ("no.such.attribute", "1"),
    ],
)
def test_attributes_that_aws_refuses_change_nothing(elb, key, value):
    arn = elb.balancer()
    before = attributes(elb, arn)
    with refused("ValidationError", key):
        elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{"Key": key, "Value": value}])
    assert attributes(elb, arn) == before


class TestAccessLogs:
    @pytest.fixture
    def s3(self, client):
        return client("s3")

    @pytest.fixture
    def enable(self, elb):
        arn = elb.balancer()

        def enable(bucket="logs"):
            pairs = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": bucket, "access_logs.s3.prefix": "shop"}
            wanted = [{"Key": key, "Value": value} for key, value in pairs.items()]
            return elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=wanted)

        return enable

    def bucket(self, s3, region="eu-central-1"):
        s3.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": region})

    def test_a_bucket_must_exist_in_the_region(self, client, s3, enable):
        with refused("InvalidConfigurationRequest", "'logs' does not exist"):
            enable()
        self.bucket(client("s3", region_name="eu-west-1"), "eu-west-1")
        with refused("InvalidConfigurationRequest", "eu-west-1"):
            enable()
        with refused("ValidationError"):
            enable("")

    def allow(self, s3, *more, **statement):
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::logs/shop/AWSLogs/123456789012/*",
        }
        document = {"Version": "2012-10-17", "Statement": [allowed | statement, *more]}
        s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(document))

    def test_its_policy_must_let_load_balancing_write_under_the_prefix(self, s3, enable):
        self.bucket(s3)
        with refused("InvalidConfigurationRequest", "Access Denied for bucket: logs. Please check S3bucket permission"):
            enable()
        for wrong in ({"Principal": {"Service": "delivery.logs.amazonaws.com"}}, {"Resource": "arn:aws:s3:::logs/AWSLogs/123456789012/*"}):
            self.allow(s3, **wrong)
            with refused("InvalidConfigurationRequest", "Access Denied"):
                enable()
        self.allow(s3)
        enable()
        assert s3.get_object(Bucket="logs", Key="shop/AWSLogs/123456789012/ELBAccessLogTestFile")["Body"].read()

    def test_the_account_that_writes_in_older_regions_does_too(self, s3, enable):
        self.bucket(s3)
        self.allow(s3, Principal={"AWS": "arn:aws:iam::054676820928:root"})
        enable()

    def test_a_deny_of_plain_requests_does_not_stop_it_and_another_does(self, s3, enable):
        self.bucket(s3)
        deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]}
        self.allow(s3, deny | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}})
        enable()
        self.allow(s3, deny)
        with refused("InvalidConfigurationRequest", "Access Denied"):
            enable()

    def test_a_key_of_kms_is_refused(self, s3, enable):
        self.bucket(s3)
        self.allow(s3)
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
        s3.put_bucket_encryption(Bucket="logs", ServerSideEncryptionConfiguration={"Rules": [rule]})
        with refused("InvalidConfigurationRequest", "Access Denied"):
            enable()
