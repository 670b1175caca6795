"""What the sandbox adds around the emulator, seen through boto3."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import botocore.config
import pytest
import requests
from botocore.exceptions import ClientError, ConnectionClosedError
from moto.cloudwatch.responses import CloudWatchResponse

from tests.unit.sandbox.waiting import eventually

ONCE = botocore.config.Config(retries={"total_max_attempts": 1})
ALARM = {"AlarmName": "a", "EvaluationPeriods": 1, "ComparisonOperator": "LessThanThreshold"}


@pytest.fixture
def control(endpoint_url):
    """A function that calls the sandbox's own API."""

    def call(method, path, body=None):
        answer = requests.request(method, f"{endpoint_url}/_sandbox/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()

    call("DELETE", "requests")
    return call


def error(call, **params):
    with pytest.raises(ClientError) as raised:
        call(**params)
    return raised.value.response


# What is not implemented


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("cloudwatch", "put_managed_insight_rules", {"ManagedRules": []}),  # json
        ("elasticache", "describe_service_updates", {}),  # query
        ("ec2", "get_spot_placement_scores", {"TargetCapacity": 1}),  # ec2
        ("guardduty", "list_malware_scans", {}),  # rest-json
        ("cloudfront", "list_realtime_log_configs", {}),  # rest-xml
        ("rum", "list_app_monitors", {}),  # no such service in the emulator
        ("s3", "put_bucket_request_payment", {"Bucket": "b", "RequestPaymentConfiguration": {"Payer": "Requester"}}),
        ("s3", "get_object_retention", {"Bucket": "b", "Key": "k"}),
        ("s3", "list_bucket_metrics_configurations", {"Bucket": "b"}),
        ("s3", "get_bucket_intelligent_tiering_configuration", {"Bucket": "b", "Id": "i"}),
        ("s3", "list_bucket_analytics_configurations", {"Bucket": "b"}),
    ],
)
def test_what_the_emulator_lacks_is_refused_by_name_and_not_retried(client, service, operation, params):
    api = client(service)
    answer = error(getattr(api, operation), **params)
    name = api.meta.method_to_api_mapping[operation]
    assert answer["Error"]["Code"] == "NotImplemented"
    assert answer["Error"]["Message"].endswith(f"{service}.{name}")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0


def test_a_refused_sub_resource_makes_no_bucket(client):
    s3 = client("s3", region_name="us-east-1")
    error(s3.put_bucket_request_payment, Bucket="bbb", RequestPaymentConfiguration={"Payer": "Requester"})
    assert s3.list_buckets()["Buckets"] == []


def test_an_operation_that_aws_does_not_have_is_told_so(endpoint_url):
    headers = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20261123/eu-central-1/logs/aws4_request",
        "X-Amz-Target": "Logs_20140328.Nonsense",
        "Content-Type": "application/x-amz-json-1.1",
    }
    answer = requests.post(endpoint_url, data="{}", headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["__type"]) == (404, "UnknownOperationException")


def test_an_unsigned_request_is_refused(endpoint_url):
    answer = requests.post(endpoint_url, data={"Action": "GetCallerIdentity", "Version": "2011-06-15"}, timeout=10)
    assert (answer.status_code, answer.json()["__type"]) == (403, "MissingAuthenticationToken")


def test_the_protocol_that_the_emulator_does_not_speak_is_refused_in_that_protocol(endpoint_url):
    headers = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20261123/eu-central-1/monitoring/aws4_request",
        "smithy-protocol": "rpc-v2-cbor",
        "Content-Type": "application/cbor",
    }
    path = "/service/GraniteServiceVersion20100801/operation/DescribeAlarms"
    answer = requests.post(endpoint_url + path, data=b"\xa0", headers=headers, timeout=10)
    assert answer.status_code == 501
    assert answer.headers["Content-Type"] == "application/cbor"
    assert answer.headers["x-amzn-query-error"] == "NotImplemented;Receiver"
    assert b"cloudwatch.DescribeAlarms" in answer.content


def test_a_crash_of_the_emulator_is_an_error_of_aws_and_in_the_log(client, monkeypatch, caplog):
    monkeypatch.setattr(CloudWatchResponse, "describe_alarms", lambda self: 1 / 0)
    answer = error(client("cloudwatch", config=ONCE).describe_alarms)
    assert answer["Error"]["Code"] == "InternalFailure"
    assert "cloudwatch.DescribeAlarms" in answer["Error"]["Message"]
    assert "ZeroDivisionError" in caplog.text


# What AWS would refuse


@pytest.mark.parametrize(
    ("service", "operation", "params", "code", "message"),
    [
        (
            "cloudwatch",
            "put_metric_alarm",
            ALARM | {"EvaluationPeriods": 0},
            "ValidationError",
            "greater than or equal",
        ),
        ("logs", "create_log_group", {"logGroupName": "a b"}, "InvalidParameterException", "'a b' at 'logGroupName'"),
        ("secretsmanager", "get_random_password", {"PasswordLength": 5000}, "ValidationException", "'passwordLength'"),
        (
            "iam",
            "create_role",
            {"RoleName": "a b", "AssumeRolePolicyDocument": "{}"},
            "ValidationError",
            "'a b' at 'roleName'",
        ),
        ("autoscaling", "describe_tags", {"Filters": [{"Name": "\x01"}]}, "ValidationError", "filters.1.member.name"),
        (
            "s3",
            "put_bucket_versioning",
            {"Bucket": "b", "VersioningConfiguration": {"Status": "On"}},
            "MalformedXML",
            "[Enabled, Suspended]",
        ),
        ("lambda", "list_functions", {"MaxItems": 100000}, "ValidationException", "'maxItems'"),
        ("ec2", "describe_vpcs", {"MaxResults": 1}, "InvalidParameterValue", "'maxResults'"),
    ],
)
def test_what_breaks_the_model_is_refused_with_the_code_of_the_service(client, service, operation, params, code, message):
    answer = error(getattr(client(service, config=botocore.config.Config(parameter_validation=False)), operation), **params)
    assert answer["Error"]["Code"] == code
    assert answer["Error"]["Message"].startswith("1 validation error detected: Value ")
    assert message in answer["Error"]["Message"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_body_that_cannot_be_read_is_refused(endpoint_url):
    headers = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20261123/eu-central-1/logs/aws4_request",
        "X-Amz-Target": "Logs_20140328.PutRetentionPolicy",
        "Content-Type": "application/x-amz-json-1.1",
    }
    body = '{"logGroupName": "a", "retentionInDays": "many"}'
    answer = requests.post(endpoint_url, data=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["__type"]) == (400, "SerializationException")


def test_a_key_with_any_characters_is_kept(client):
    s3 = client("s3")
    s3.create_bucket(Bucket="bbb", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="bbb", Key="a b/ü+%2F/", Body=b"\x00\xff", Metadata={"my_key": "v"})
    answer = s3.get_object(Bucket="bbb", Key="a b/ü+%2F/")
    assert answer["Body"].read() == b"\x00\xff"
    assert answer["Metadata"] == {"my_key": "v"}
    assert [item["Key"] for item in s3.list_objects_v2(Bucket="bbb")["Contents"]] == ["a b/ü+%2F/"]


def test_a_compressed_body_is_read(client, control):
    # botocore compresses from 10 kB on
    data = [{"MetricName": f"m{number}", "Value": 1.0} for number in range(500)]
    client("cloudwatch").put_metric_data(Namespace="n", MetricData=data)
    (entry,) = control("GET", "requests")["requests"]
    assert len(entry["params"]["MetricData"]) == 500


# The request log


def test_every_request_is_logged_without_its_secrets(client, control):
    secrets = client("secretsmanager")
    secrets.create_secret(Name="s", SecretString="hunter2")
    secrets.get_secret_value(SecretId="s")
    client("ssm").put_parameter(Name="p", Value="hunter2", Type="SecureString")
    error(client("sns").get_topic_attributes, TopicArn="arn:aws:sns:eu-central-1:123456789012:t")
    made, read, parameter, failed = control("GET", "requests")["requests"]
    assert made["params"] == {
        "Name": "s",
        "ClientRequestToken": made["params"]["ClientRequestToken"],
        "SecretString": "***",
    }
    assert {name: made[name] for name in ("service", "operation", "region", "access_key", "mutates", "status", "error")} == {
        "service": "secretsmanager",
        "operation": "CreateSecret",
        "region": "eu-central-1",
        "access_key": "AKIASANDBOX0000000",
        "mutates": True,
        "status": 200,
        "error": "",
    }
    assert read["mutates"] is False
    assert parameter["params"] == {"Name": "p", "Value": "***", "Type": "SecureString"}
    assert (failed["error"], failed["status"]) == ("NotFound", 404)


def test_parallel_requests_are_a_line_each(client, control):
    sns = client("sns")
    threads = [threading.Thread(target=sns.create_topic, kwargs={"Name": f"t{number}"}) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = {entry["params"]["Name"] for entry in control("GET", "requests")["requests"]}
    assert names == {f"t{number}" for number in range(20)}


# Faults


def test_a_fault_befalls_as_many_requests_as_it_says(client, control):
    control("PUT", "faults", {"rules": [{"service": "sns", "code": "Throttling", "status": 400, "times": 1}]})
    sns = client("sns", config=ONCE)
    assert error(sns.list_topics)["Error"]["Code"] == "Throttling"
    assert sns.list_topics()["Topics"] == []


def test_a_fault_is_bound_to_operation_region_and_parameters(client, control):
    rule = {"service": "sns", "operation": "CreateTopic", "region": "eu-central-1", "match": {"Name": "a"}, "code": "X"}
    control("PUT", "faults", {"rules": [rule]})
    client("sns").list_topics()
    client("sns", region_name="eu-west-1").create_topic(Name="a")
    client("sns").create_topic(Name="b")
    assert error(client("sns").create_topic, Name="a")["Error"]["Code"] == "X"


@pytest.mark.parametrize(("cut", "topics"), [("before", 0), ("after", 1)])
def test_a_connection_is_cut_before_or_after_the_work_is_done(client, control, cut, topics):
    control("PUT", "faults", {"rules": [{"operation": "CreateTopic", "cut": cut}]})
    sns = client("sns", config=ONCE)
    with pytest.raises(ConnectionClosedError):
        sns.create_topic(Name="t")
    assert len(sns.list_topics()["Topics"]) == topics
    assert control("GET", "requests")["requests"][0]["error"] == "ConnectionCut"


def test_a_fault_is_bound_to_an_access_key_and_to_what_changes_something(client, control):
    control("PUT", "faults", {"rules": [{"access_key": "AKIASANDBOX0000000", "mutates": True, "code": "X"}]})
    client("sns").list_topics()
    other = client("sns", aws_access_key_id="AKIAOTHER000000000", aws_secret_access_key="other")
    assert other.create_topic(Name="t")["TopicArn"]
    assert error(client("sns").create_topic, Name="t")["Error"]["Code"] == "X"


def test_a_fault_lets_so_many_pass_first(client, control):
    control("PUT", "faults", {"rules": [{"service": "sns", "code": "X", "passes": 2, "times": 1}]})
    sns = client("sns", config=ONCE)
    sns.list_topics(), sns.list_topics()
    assert error(sns.list_topics)["Error"]["Code"] == "X"
    sns.list_topics()


@pytest.mark.parametrize(("cut", "topics"), [("before", 0), ("after", 1)])
def test_a_request_is_held_until_the_rules_change(client, control, cut, topics):
    control("PUT", "faults", {"rules": [{"operation": "CreateTopic", "cut": cut, "hold": True}]})
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(client("sns", config=ONCE).create_topic, Name="t")
        eventually(lambda: control("GET", "faults")["rules"][0]["holding"], 1)
        assert len(client("sns").list_topics()["Topics"]) == topics
        assert not asked.done()
        control("DELETE", "faults")
        assert isinstance(asked.exception(timeout=10), ConnectionClosedError)
    assert len(client("sns").list_topics()["Topics"]) == topics


def test_a_rate_hits_the_same_requests_each_time(client, control):
    sns = client("sns", config=ONCE)

    def run():
        control("PUT", "faults", {"rules": [{"code": "X", "rate": 0.5, "seed": 3}]})
        control("DELETE", "requests")
        for _ in range(10):
            try:
                sns.list_topics()
            except ClientError:
                continue
        return [entry["error"] for entry in control("GET", "requests")["requests"]]

    first = run()
    assert first == run()
    assert set(first) == {"", "X"}


def test_a_request_is_delayed(client, control):
    control("PUT", "faults", {"rules": [{"service": "sns", "delay_seconds": 0.2}]})
    start = time.monotonic()
    client("sns").list_topics()
    assert time.monotonic() - start >= 0.2


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"codde": "X"}, "rule 1: codde is unknown, allowed are service, operation"),
        ({"cut": "middle"}, "rule 1: cut is 'middle', allowed are 'before'"),
        ({"code": "X", "rate": 2}, "rule 1: rate is 2"),
        ({"service": "sns"}, "rule 1: a rule needs one of code, cut, delay_seconds and hold"),
    ],
)
def test_a_wrong_rule_is_one_clear_error(endpoint_url, rule, says):
    answer = requests.put(f"{endpoint_url}/_sandbox/faults", json={"rules": [rule]}, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(says)


# The clock, and the rest of the control API


def test_the_clock_can_be_set_forward_while_the_log_keeps_real_time(client, control):
    before = datetime.now(UTC)
    control("PUT", "clock", {"offset_seconds": 86400})
    client("secretsmanager").create_secret(Name="s", SecretString="x")
    created = client("secretsmanager").describe_secret(SecretId="s")["CreatedDate"]
    logged = datetime.fromisoformat(control("GET", "requests")["requests"][0]["time"])
    control("PUT", "clock", {"offset_seconds": 0})
    assert timedelta(hours=23) < created - before < timedelta(hours=25)
    assert abs(logged - before) < timedelta(seconds=30)


def test_reset_takes_state_faults_and_clock_back(client, control):
    client("sns").create_topic(Name="t")
    control("PUT", "faults", {"rules": [{"service": "sqs", "code": "X"}]})
    control("PUT", "clock", {"offset_seconds": 100})
    control("POST", "reset")
    assert client("sns").list_topics()["Topics"] == []
    assert control("GET", "faults") == {"rules": []}
    assert control("GET", "health") == {"status": "up", "clock_offset_seconds": 0}
