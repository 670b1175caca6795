"""The account goes back to a moment, with all that refers to all else."""

from __future__ import annotations

import pytest
import requests


@pytest.fixture
def snapshot(endpoint_url):
    def call(method, name):
        answer = requests.request(method, f"{endpoint_url}/_sandbox/snapshot", json={"name": name}, timeout=30)
        return answer.json()

    return call


def test_what_was_made_since_is_gone_and_what_was_removed_is_back(client, snapshot):
    dynamodb, s3 = client("dynamodb"), client("s3")
    key = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    dynamodb.create_table(TableName="ttt", BillingMode="PAY_PER_REQUEST", **key)
    dynamodb.get_waiter("table_exists").wait(TableName="ttt", WaiterConfig={"Delay": 1})
    dynamodb.put_item(TableName="ttt", Item={"id": {"S": "1"}})
    s3.create_bucket(Bucket="bbb", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="bbb", Key="k", Body=b"before")
    assert snapshot("PUT", "a") == {}

    dynamodb.delete_item(TableName="ttt", Key={"id": {"S": "1"}})
    s3.put_object(Bucket="bbb", Key="k", Body=b"after")
    client("sns").create_topic(Name="t")
    for _ in range(2):
        assert snapshot("POST", "a") == {}
        assert dynamodb.scan(TableName="ttt")["Items"] == [{"id": {"S": "1"}}]
        assert s3.get_object(Bucket="bbb", Key="k")["Body"].read() == b"before"
        assert client("sns").list_topics()["Topics"] == []
        dynamodb.delete_table(TableName="ttt")


def test_services_know_each_other_afterwards(client, snapshot):
    sns, sqs = client("sns"), client("sqs")
    topic, queue = sns.create_topic(Name="t")["TopicArn"], sqs.create_queue(QueueName="q")["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-central-1:123456789012:q")
    snapshot("PUT", "a")
    snapshot("POST", "a")
    sns.publish(TopicArn=topic, Message="m")
    assert "m" in sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"]


def test_keys_and_certificates_are_kept(client, snapshot):
    acm, kms = client("acm"), client("kms")
    arn = acm.request_certificate(DomainName="shop.example")["CertificateArn"]
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    public = kms.get_public_key(KeyId=key)["PublicKey"]
    snapshot("PUT", "a")
    client("acm").delete_certificate(CertificateArn=arn)
    snapshot("POST", "a")
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainName"] == "shop.example"
    assert kms.get_public_key(KeyId=key)["PublicKey"] == public


def test_parameters_and_instances_are_kept(client, snapshot):
    ssm, ec2 = client("ssm"), client("ec2")
    ssm.put_parameter(Name="/shop/image", Type="String", Value="ami-1", Tags=[{"Key": "app", "Value": "shop"}])
    image = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    asked = {"ImageId": image, "InstanceType": "t3.micro", "UserData": "#!/bin/sh\n", "MinCount": 1, "MaxCount": 1}
    launched = ec2.run_instances(**asked)["Instances"][0]["InstanceId"]
    assert snapshot("PUT", "a") == {}
    ec2.terminate_instances(InstanceIds=[launched])
    ssm.delete_parameter(Name="/shop/image")
    for _ in range(2):
        assert snapshot("POST", "a") == snapshot("PUT", "a") == {}
    assert ec2.describe_instances(InstanceIds=[launched])["Reservations"][0]["Instances"][0]["State"]["Name"] == "running"
    assert ssm.get_parameter(Name="/shop/image")["Parameter"]["Value"] == "ami-1"
    assert ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/shop/image")["TagList"] == [{"Key": "app", "Value": "shop"}]
    assert ec2.run_instances(**asked)["Instances"]


def test_a_moment_that_nobody_kept_is_an_error(client, snapshot):
    assert snapshot("POST", "nowhere") == {"error": "'nowhere' is missing"}
