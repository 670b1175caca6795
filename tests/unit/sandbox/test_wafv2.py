"""The repairs of wafv2, asked as a client asks AWS."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import json
import time

import pytest
from botocore.exceptions import ClientError

from sandbox.waf import delivery
from sandbox.waf.acl import Acl
from sandbox.waf.intake import Intake
from sandbox.waf.records import record
from tests.unit.sandbox.waf.acls import BALANCER, NONE, acl, request, rule, text, verdict, visible
from tests.unit.sandbox.waf.test_evaluation import COMMON, managed

REGION = "eu-central-1"
SCOPED = {"Scope": "REGIONAL"}
GEO = {"GeoMatchStatement": {"CountryCodes": ["DE"]}}


@pytest.fixture
def waf(client):
    return client("wafv2")


@pytest.fixture
def balancer(client):
    ec2 = client("ec2")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
    return client("elbv2").create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]


def wanted(*rules, name: str = "shop", **more) -> dict:
    default = {"DefaultAction": {"Allow": {}}, "VisibilityConfig": visible("shop"), "Rules": list(rules)}
    return {"Name": name, **SCOPED} | default | more


def created(waf, *rules, **more) -> dict:
    return waf.create_web_acl(**wanted(*rules, **more))["Summary"]


def found(waf, summary: dict) -> dict:
    return waf.get_web_acl(Name=summary["Name"], Id=summary["Id"], **SCOPED)["WebACL"]


@contextlib.contextmanager
def refused(code: str, word: str = ""):
    with pytest.raises(ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code
    assert word in caught.value.response["Error"]["Message"]


def rate(**more) -> dict:
    return {"RateBasedStatement": {"Limit": 100, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"} | more}


def test_a_web_acl_has_the_capacity_of_its_rules_also_after_an_update(waf):
    summary = created(waf, managed(), rule("rate", rate(), priority=1))
    assert found(waf, summary)["Capacity"] == 702
    asked = wanted(rule("one", GEO)) | {"Id": summary["Id"], "LockToken": summary["LockToken"]}
    token = waf.update_web_acl(**asked)["NextLockToken"]
    assert found(waf, summary)["Capacity"] == 1
    waf.update_web_acl(**asked | {"LockToken": token, "Rules": []})
    assert found(waf, summary)["Rules"] == []


def test_an_update_replaces_what_it_does_not_give(waf):
    bodies = {"no": {"ContentType": "TEXT_PLAIN", "Content": "no"}}
    summary = created(waf, Description="of the shop", CustomResponseBodies=bodies)
    waf.update_web_acl(**wanted(), Id=summary["Id"], LockToken=summary["LockToken"])
    assert not {"Description", "CustomResponseBodies"} & found(waf, summary).keys()


def test_an_old_lock_token_is_refused(waf):
    summary = created(waf)
    waf.update_web_acl(**wanted(), Id=summary["Id"], LockToken=summary["LockToken"])
    with refused("WAFOptimisticLockException"):
        waf.update_web_acl(**wanted(), Id=summary["Id"], LockToken=summary["LockToken"])


def test_more_than_5000_units_are_refused(waf):
    script = {"XssMatchStatement": {"FieldToMatch": {"UriPath": {}}, "TextTransformations": NONE}}
    rules = [rule(f"r{number}", script, priority=number) for number in range(126)]
    assert waf.check_capacity(Rules=rules[:125], **SCOPED)["Capacity"] == 5000
    with refused("WAFLimitsExceededException"):
        created(waf, *rules)


LOOKAHEAD = {"RegexMatchStatement": {"FieldToMatch": {"UriPath": {}}, "TextTransformations": NONE, "RegexString": "a(?=b)"}}
BAD_RULES = {
    "priorities": ([rule("a", GEO), rule("b", GEO)], "duplicate priority"),
    "names": ([rule("a", GEO), rule("a", GEO, priority=1)], "duplicate name"),
    "window": ([rule("a", rate(EvaluationWindowSec=77))], "EVALUATION_WINDOW_SEC"),
    "no override": ([managed() | {"OverrideAction": {}}], "exactly one value"),
    "action of a group": ([{k: v for k, v in managed().items() if k != "OverrideAction"} | {"Action": {"Block": {}}}], "reference"),
    "no action": ([{k: v for k, v in rule("a", GEO).items() if k != "Action"}], "exactly one value"),
    "two actions": ([rule("a", GEO) | {"Action": {"Block": {}, "Count": {}}}], "RULE_ACTION"),
    "two statements": ([rule("a", GEO | rate())], "STATEMENT"),
    "and of one": ([rule("a", {"AndStatement": {"Statements": [GEO]}})], "at least two"),
    "nested rate": ([rule("a", {"NotStatement": {"Statement": rate()}})], "not valid"),
    "constant without scope": ([rule("a", rate(AggregateKeyType="CONSTANT"))], "scope-down"),
    "custom without keys": ([rule("a", rate(AggregateKeyType="CUSTOM_KEYS"))], "CUSTOM_KEYS"),
    "forwarded without header": ([rule("a", rate(AggregateKeyType="FORWARDED_IP"))], "FORWARDED_IP_CONFIG"),
    "body unknown": (
        [rule("a", GEO) | {"Action": {"Block": {"CustomResponse": {"ResponseCode": 429, "CustomResponseBodyKey": "x"}}}}],
        "custom response body",
    ),
    "regex": ([rule("a", LOOKAHEAD)], "regular expression"),
    "metric": ([rule("a", GEO) | {"VisibilityConfig": visible("All")}], "reserved"),
}


@pytest.mark.parametrize("bad", list(BAD_RULES))
def test_rules_that_aws_refuses(waf, bad):
    rules, word = BAD_RULES[bad]
    with refused("WAFInvalidParameterException", word):
        created(waf, *rules)
    assert waf.list_web_acls(**SCOPED)["WebACLs"] == []


@pytest.mark.parametrize(
    "statement",
    [
        {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesNonsense"}},
        {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": COMMON, "Version": "Version_9.9"}},
        {"IPSetReferenceStatement": {"ARN": "arn:aws:wafv2:eu-central-1:123456789012:regional/ipset/none/1"}},
    ],
)
def test_what_a_rule_refers_to_must_be_there(waf, statement):
    with refused("WAFNonexistentItemException"):
        created(waf, rule("a", statement))


def test_a_name_is_taken_once(waf):
    created(waf)
    with refused("WAFDuplicateItemException"):
        created(waf)
    addresses = {"Name": "ips", **SCOPED, "IPAddressVersion": "IPV4", "Addresses": []}
    waf.create_ip_set(**addresses)
    with refused("WAFDuplicateItemException"):
        waf.create_ip_set(**addresses)


def test_cloudfronts_items_are_in_us_east_1_only(waf, client):
    with refused("WAFInvalidParameterException", "CLOUDFRONT"):
        waf.create_web_acl(**wanted() | {"Scope": "CLOUDFRONT"})
    assert client("wafv2", region_name="us-east-1").create_web_acl(**wanted() | {"Scope": "CLOUDFRONT"})["Summary"]["Name"] == "shop"


BAD_ADDRESSES = [("IPV4", "192.0.2.1"), ("IPV4", "192.0.2.0/33"), ("IPV4", "0.0.0.0/0"), ("IPV6", "192.0.2.0/24")]


@pytest.mark.parametrize(("version", "address"), BAD_ADDRESSES)
def test_addresses_are_cidr_blocks_of_the_sets_version(waf, version, address):
    with refused("WAFInvalidParameterException", "IP_ADDRESS"):
        waf.create_ip_set(Name="ips", **SCOPED, IPAddressVersion=version, Addresses=[address])
    made = waf.create_ip_set(Name="ips", **SCOPED, IPAddressVersion=version, Addresses=[])["Summary"]
    with refused("WAFInvalidParameterException", "IP_ADDRESS"):
        waf.update_ip_set(Name="ips", Id=made["Id"], LockToken=made["LockToken"], **SCOPED, Addresses=[address])


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "a(?!b)", r"\Ra", "a++"])
def test_patterns_that_aws_cannot_use(waf, pattern):
    with refused("WAFInvalidParameterException", "REGEX_PATTERN"):
        waf.create_regex_pattern_set(Name="set", **SCOPED, RegularExpressionList=[{"RegexString": pattern}])


def test_a_rule_group_holds_what_it_was_created_for(waf):
    group = {"Name": "own", **SCOPED, "VisibilityConfig": visible("own"), "Rules": [rule("a", GEO), rule("b", rate(), priority=1)]}
    with refused("WAFLimitsExceededException"):
        waf.create_rule_group(**group, Capacity=2)
    made = waf.create_rule_group(**group, Capacity=10)["Summary"]
    reference = {"RuleGroupReferenceStatement": {"ARN": made["ARN"]}}
    summary = created(waf, rule("own", reference) | {"OverrideAction": {"None": {}}})
    assert found(waf, summary)["Capacity"] == 10
    with refused("WAFAssociatedItemException"):
        waf.delete_rule_group(Name="own", Id=made["Id"], LockToken=made["LockToken"], **SCOPED)


def test_a_set_in_use_is_not_deleted(waf):
    made = waf.create_ip_set(Name="ips", **SCOPED, IPAddressVersion="IPV4", Addresses=["192.0.2.0/24"])["Summary"]
    nested = {"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": made["ARN"]}}}}
    summary = created(waf, rule("not-ours", nested))
    with refused("WAFAssociatedItemException"):
        waf.delete_ip_set(Name="ips", Id=made["Id"], LockToken=made["LockToken"], **SCOPED)
    waf.delete_web_acl(Name="shop", Id=summary["Id"], LockToken=summary["LockToken"], **SCOPED)
    waf.delete_ip_set(Name="ips", Id=made["Id"], LockToken=made["LockToken"], **SCOPED)


def test_a_resource_has_the_last_web_acl_that_it_was_given(waf, balancer):
    first, second = created(waf), created(waf, name="second")
    for summary in (first, first, second):
        waf.associate_web_acl(WebACLArn=summary["ARN"], ResourceArn=balancer)
    assert waf.get_web_acl_for_resource(ResourceArn=balancer)["WebACL"]["Name"] == "second"
    assert waf.list_resources_for_web_acl(WebACLArn=first["ARN"])["ResourceArns"] == []
    assert waf.list_resources_for_web_acl(WebACLArn=second["ARN"])["ResourceArns"] == [balancer]
    assert waf.list_resources_for_web_acl(WebACLArn=second["ARN"], ResourceType="API_GATEWAY")["ResourceArns"] == []
    waf.disassociate_web_acl(ResourceArn=balancer)
    assert "WebACL" not in waf.get_web_acl_for_resource(ResourceArn=balancer)


def test_a_web_acl_in_use_is_not_deleted_until_its_load_balancer_is_gone(waf, balancer, client):
    summary = created(waf)
    waf.associate_web_acl(WebACLArn=summary["ARN"], ResourceArn=balancer)
    delete = {"Name": "shop", "Id": summary["Id"], "LockToken": summary["LockToken"], **SCOPED}
    with refused("WAFAssociatedItemException"):
        waf.delete_web_acl(**delete)
    client("elbv2").delete_load_balancer(LoadBalancerArn=balancer)
    waf.delete_web_acl(**delete)


def test_only_what_is_there_is_associated(waf):
    nobody = f"arn:aws:elasticloadbalancing:{REGION}:123456789012:loadbalancer/app/none/1"
    summary = created(waf)
    with refused("WAFNonexistentItemException"):
        waf.associate_web_acl(WebACLArn=summary["ARN"], ResourceArn=nobody)


def logging(summary: dict, destination: str, **more) -> dict:
    return {"ResourceArn": summary["ARN"], "LogDestinationConfigs": [destination], **more}


def test_a_logging_destination_has_the_name_that_aws_wants(waf):
    summary = created(waf)
    for name in (f"arn:aws:logs:{REGION}:123456789012:log-group:shop", "arn:aws:s3:::shop-logs"):
        with refused("WAFInvalidParameterException", "aws-waf-logs-"):
            waf.put_logging_configuration(LoggingConfiguration=logging(summary, name))
    good = f"arn:aws:logs:{REGION}:123456789012:log-group:aws-waf-logs-shop"
    with refused("WAFInvalidParameterException", "REDACTED"):
        waf.put_logging_configuration(LoggingConfiguration=logging(summary, good, RedactedFields=[{"Body": {}}]))
    with refused("WAFNonexistentItemException"):
        waf.put_logging_configuration(LoggingConfiguration=logging({"ARN": summary["ARN"] + "x"}, good))
    waf.put_logging_configuration(LoggingConfiguration=logging(summary, good))
    waf.delete_web_acl(Name="shop", Id=summary["Id"], LockToken=summary["LockToken"], **SCOPED)
    with refused("WAFNonexistentItemException"):
        waf.get_logging_configuration(ResourceArn=summary["ARN"])


def test_managed_groups_are_listed_and_described(waf):
    groups = {group["Name"]: group for group in waf.list_available_managed_rule_groups(**SCOPED)["ManagedRuleGroups"]}
    assert groups[COMMON]["VersioningSupported"]
    assert not groups["AWSManagedRulesAmazonIpReputationList"]["VersioningSupported"]
    first = waf.list_available_managed_rule_groups(**SCOPED, Limit=2)
    assert (len(first["ManagedRuleGroups"]), bool(first["NextMarker"])) == (2, True)
    versions = waf.list_available_managed_rule_group_versions(VendorName="AWS", Name=COMMON, **SCOPED)
    assert versions["CurrentDefaultVersion"] in [version["Name"] for version in versions["Versions"]]
    described = waf.describe_managed_rule_group(VendorName="AWS", Name=COMMON, **SCOPED)
    assert (described["Capacity"], described["LabelNamespace"]) == (700, "awswaf:managed:aws:core-rule-set:")
    assert {"Name": "CrossSiteScripting_BODY", "Action": {"Block": {}}} in described["Rules"]
    assert {"Name": "awswaf:managed:aws:core-rule-set:CrossSiteScripting_Body"} in described["AvailableLabels"]
    with refused("WAFNonexistentItemException"):
        waf.describe_managed_rule_group(VendorName="AWS", Name="AWSManagedRulesNonsense", **SCOPED)


def now() -> int:
    return int(time.time() * 1000)


class Seen:
    """What wafd would have logged of these requests, taken in by the emulator."""

    def __init__(self, file, waf, summary: dict, balancer: str) -> None:
        self._file, self._waf, self._summary, self._balancer = file, waf, summary, balancer

    def requests(self, *asked) -> None:
        web_acl = Acl(found(self._waf, self._summary))
        self.lines(*(record(web_acl.arn, verdict(web_acl, entry), entry, self._balancer, now()) for entry in asked))

    def lines(self, *records: dict) -> None:
        self._file.write_text("".join(f"{json.dumps(line)}\n" for line in records))
        Intake(self._file).take()


@pytest.fixture
def seen(tmp_path, waf, balancer):
    limited = rule("rate", rate(Limit=10), "Count", 1)
    summary = created(waf, rule("no-admin", text("UriPath", "/admin", "STARTS_WITH"), RuleLabels=[{"Name": "admin"}]), limited)
    return Seen(tmp_path / "waf-log.jsonl", waf, summary, balancer), summary


ADMIN = request("/admin?token=1", authorization="Bearer secret", host="shop.example")


def window() -> dict:
    present = datetime.datetime.now(datetime.UTC)
    return {"StartTime": present - datetime.timedelta(minutes=5), "EndTime": present + datetime.timedelta(minutes=1)}


def test_sampled_requests_are_those_that_came(waf, seen):
    traffic, summary = seen
    traffic.requests(ADMIN, request("/"), ADMIN)
    asked = {"WebAclArn": summary["ARN"], "RuleMetricName": "no-admin", **SCOPED, "TimeWindow": window(), "MaxItems": 1}
    answer = waf.get_sampled_requests(**asked)
    (sample,) = answer["SampledRequests"]
    assert (answer["PopulationSize"], sample["Action"], sample["Request"]["URI"]) == (2, "BLOCK", "/admin")
    assert sample["Labels"] == [{"Name": "awswaf:123456789012:webacl:shop:admin"}]
    assert waf.get_sampled_requests(**asked | {"RuleMetricName": "shop", "MaxItems": 9})["PopulationSize"] == 1


def test_metrics_count_what_came(client, waf, seen):
    seen[0].requests(ADMIN, request("/"), ADMIN)
    dimensions = {"Region": REGION, "WebACL": "shop", "Rule": "ALL"}
    asked = {"Namespace": "AWS/WAFV2", "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()]}
    when = {"Period": 60, "Statistics": ["Sum"], **window()}
    for name, expected in (("BlockedRequests", 2), ("AllowedRequests", 1)):
        points = client("cloudwatch").get_metric_statistics(**asked, MetricName=name, **when)["Datapoints"]
        assert sum(point["Sum"] for point in points) == expected


def test_logs_reach_the_log_group_redacted_and_filtered(client, waf, seen):
    traffic, summary = seen
    client("logs").create_log_group(logGroupName="aws-waf-logs-shop")
    kept = [{"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}]}]
    config = {"RedactedFields": [{"SingleHeader": {"Name": "authorization"}}, {"QueryString": {}}]}
    config |= {"LoggingFilter": {"DefaultBehavior": "DROP", "Filters": kept}}
    destination = f"arn:aws:logs:{REGION}:123456789012:log-group:aws-waf-logs-shop"
    waf.put_logging_configuration(LoggingConfiguration=logging(summary, destination, **config))
    traffic.requests(request("/"), ADMIN)
    (event,) = client("logs").filter_log_events(logGroupName="aws-waf-logs-shop")["events"]
    assert event["logStreamName"] == f"{REGION}_shop_0"
    line = json.loads(event["message"])
    assert (line["action"], line["terminatingRuleId"], line["httpRequest"]["args"]) == ("BLOCK", "no-admin", "REDACTED")
    assert "secret" not in event["message"]


def test_requests_that_ended_in_another_order_than_they_began_are_logged_by_their_times(client):
    client("logs").create_log_group(logGroupName="aws-waf-logs-shop")
    now = int(datetime.datetime.now(datetime.UTC).timestamp() * 1000)
    records = [{"timestamp": now - ago, "httpRequest": {"uri": f"/{ago}"}} for ago in (10, 200, 100)]
    delivery.deliver(records, f"arn:aws:logs:{REGION}:123456789012:log-group:aws-waf-logs-shop", "shop", "123456789012", REGION)
    events = client("logs").filter_log_events(logGroupName="aws-waf-logs-shop")["events"]
    assert [json.loads(event["message"])["httpRequest"]["uri"] for event in events] == ["/200", "/100", "/10"]


def test_logs_reach_the_bucket(client, waf, seen):
    traffic, summary = seen
    s3 = client("s3")
    s3.create_bucket(Bucket="aws-waf-logs-shop", CreateBucketConfiguration={"LocationConstraint": REGION})
    waf.put_logging_configuration(LoggingConfiguration=logging(summary, "arn:aws:s3:::aws-waf-logs-shop"))
    traffic.requests(ADMIN)
    (item,) = s3.list_objects_v2(Bucket="aws-waf-logs-shop")["Contents"]
    assert item["Key"].startswith(f"AWSLogs/123456789012/WAFLogs/{REGION}/shop/")
    text_of_it = gzip.decompress(s3.get_object(Bucket="aws-waf-logs-shop", Key=item["Key"])["Body"].read()).decode()
    assert json.loads(text_of_it)["terminatingRuleId"] == "no-admin"


def test_what_was_taken_in_is_on_disk_no_more(tmp_path, seen):
    seen[0].requests(ADMIN)
    assert (tmp_path / "waf-log.jsonl").read_text() == ""


def test_the_addresses_that_a_rate_rule_limits(waf, seen):
    traffic, summary = seen
    made = record(summary["ARN"], verdict(acl()), request(), BALANCER, now())
    traffic.lines(made | {"rateBasedRuleList": [{"rateBasedRuleName": "rate", "limitValue": "192.0.2.44", "evaluationWindowSec": "60"}]})
    asked = {"WebACLName": "shop", "WebACLId": summary["Id"], "RuleName": "rate", **SCOPED}
    assert waf.get_rate_based_statement_managed_keys(**asked)["ManagedKeysIPV4"]["Addresses"] == ["192.0.2.44/32"]
    with refused("WAFNonexistentItemException"):
        waf.get_rate_based_statement_managed_keys(**asked | {"RuleName": "none"})


def test_a_search_string_is_read_as_it_was_written(waf):
    summary = created(waf, rule("a", text("UriPath", "/admin")))
    assert found(waf, summary)["Rules"][0]["Statement"]["ByteMatchStatement"]["SearchString"] == b"/admin"
