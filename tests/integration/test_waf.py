"""Web ACLs on real requests: from a client's connection through Envoy and wafd, and back into the account."""

from __future__ import annotations

import contextlib
import datetime
import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox import programs
from tests.integration.place import Place, until
from tests.integration.test_wafd import COMMON, VISIBLE, rule

SCOPED = {"Scope": "REGIONAL"}
FIXED = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": "hello"}}


class Front:
    """A load balancer that says hello, and its web ACL."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.waf, self.elbv2 = place.client("wafv2"), place.client("elbv2")
        subnets = [subnet["SubnetId"] for subnet in place.client("ec2").describe_subnets()["Subnets"]][:2]
        self.arn = self.elbv2.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
        self.elbv2.create_listener(LoadBalancerArn=self.arn, Protocol="HTTP", Port=80, DefaultActions=[FIXED])
        self.port = int(place.state["connect_to"]["shop:80"].rpartition(":")[2])
        self.slice = place.state["slice"]
        until(lambda: self.status("/") == 200, "the load balancer answers")

    def ask(self, uri: str, method: str = "GET", body: bytes | None = None, last: int = 2, **headers: str) -> Any:
        source = (f"127.{self.slice}.0.{last}", 0)
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20, source_address=source)) as connection:
            connection.request(method, uri, body, {"Host": "shop.localhost", "User-Agent": "Mozilla/5.0"} | headers)
            answer = connection.getresponse()
            answer.content = answer.read()  # type: ignore[attr-defined]
        return answer

    def status(self, *asked: Any, **more: Any) -> int | None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask(*asked, **more).status
        return None

    def protect(self, name: str, *rules: dict[str, Any]) -> str:
        asked = {"DefaultAction": {"Allow": {}}, "VisibilityConfig": VISIBLE | {"MetricName": name}, "Rules": rules}
        made = self.waf.create_web_acl(Name=name, **SCOPED, **asked)["Summary"]
        self.waf.associate_web_acl(WebACLArn=made["ARN"], ResourceArn=self.arn)
        return made["ARN"]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    if "envoy" in programs.off():
        pytest.skip(programs.off()["envoy"])
    place = Place(tmp_path_factory.mktemp("waf") / "sandbox")
    place.sandbox("up", "--only", "emulator", "wafd", "envoy")
    yield Front(place)
    place.sandbox("down")


def named(name: str, statement: dict[str, Any], priority: int = 0, **more: Any) -> dict[str, Any]:
    own = {"OverrideAction": {"None": {}}} if "ManagedRuleGroupStatement" in statement else {"Action": {"Block": {}}}
    made = {"Name": name, "Priority": priority, "Statement": statement, "VisibilityConfig": VISIBLE | {"MetricName": name}}
    return made | own | more


def test_requests_are_held_to_the_web_acl_and_the_account_knows(front):
    limit = {"RateBasedStatement": {"Limit": 20, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"}}
    custom = {"Block": {"CustomResponse": {"ResponseCode": 429, "ResponseHeaders": [{"Name": "retry-after", "Value": "60"}]}}}
    ips = front.waf.create_ip_set(Name="bad", **SCOPED, IPAddressVersion="IPV4", Addresses=[f"127.{front.slice}.0.66/32"])["Summary"]
    banned = {"IPSetReferenceStatement": {"ARN": ips["ARN"]}}
    arn = front.protect("shop", named("banned", banned), named("flood", limit, 1, Action=custom), named("common", COMMON, 2))
    front.place.client("logs").create_log_group(logGroupName="aws-waf-logs-shop")
    group = "arn:aws:logs:eu-central-1:123456789012:log-group:aws-waf-logs-shop"
    logging = {"ResourceArn": arn, "LogDestinationConfigs": [group], "RedactedFields": [{"SingleHeader": {"Name": "authorization"}}]}
    front.waf.put_logging_configuration(LoggingConfiguration=logging)
    until(lambda: front.status("/", last=66) == 403, "the address is banned")
    assert front.status("/?q=O%27Brien") == 200
    blocked = front.ask("/backup.sql", Authorization="Bearer secret")
    assert (blocked.status, b"403 Forbidden" in blocked.content) == (403, True)
    assert front.status("/", "POST", b"x" * 9000) == 403
    assert front.status("/", "POST", b"x" * 8000) == 200
    statuses = [front.status("/", last=88) for _ in range(25)]
    assert statuses == [200] * 20 + [429] * 5
    assert front.ask("/", last=88).getheader("retry-after") == "60"
    now = datetime.datetime.now(datetime.UTC)
    window = {"StartTime": now - datetime.timedelta(minutes=5), "EndTime": now + datetime.timedelta(minutes=1)}
    asked = {"WebAclArn": arn, **SCOPED, "TimeWindow": window, "MaxItems": 100}
    samples = front.waf.get_sampled_requests(**asked, RuleMetricName="common")["SampledRequests"]
    within = [sample["RuleNameWithinRuleGroup"].rpartition("#")[2] for sample in samples]
    assert within == ["RestrictedExtensions_URIPATH", "SizeRestrictions_BODY"]
    place = {"Region": "eu-central-1", "WebACL": "shop", "Rule": "flood"}
    metric = {"Namespace": "AWS/WAFV2", "MetricName": "BlockedRequests", "Period": 60, "Statistics": ["Sum"], **window}
    dimensions = [{"Name": name, "Value": value} for name, value in place.items()]
    points = front.place.client("cloudwatch").get_metric_statistics(**metric, Dimensions=dimensions)["Datapoints"]
    assert sum(point["Sum"] for point in points) == 6
    limited = front.waf.get_rate_based_statement_managed_keys(
        WebACLName="shop", WebACLId=arn.rpartition("/")[2], RuleName="flood", **SCOPED
    )
    assert limited["ManagedKeysIPV4"]["Addresses"] == [f"127.{front.slice}.0.88/32"]
    messages = [event["message"] for event in front.place.client("logs").filter_log_events(logGroupName="aws-waf-logs-shop")["events"]]
    assert not [message for message in messages if "secret" in message]
    sizes = [line for line in map(json.loads, messages) if line["terminatingRuleId"] == "common"]
    assert [line["httpRequest"]["uri"] for line in sizes] == ["/backup.sql", "/"]
    assert sizes[0]["httpRequest"]["requestId"].startswith("Root=1-")


def test_an_attack_is_blocked_and_what_is_not_emulated_is_in_the_status(front):
    if "waf" in programs.off():
        pytest.skip(programs.off()["waf"])
    sqli = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesSQLiRuleSet"}}
    germany = rule("germany", {"GeoMatchStatement": {"CountryCodes": ["DE"]}}, {"Block": {}}, 1)
    front.protect("attacks", named("sqli", sqli), germany | {"VisibilityConfig": VISIBLE})
    until(lambda: front.status("/?id=1%27%20or%20%271%27%3D%271") == 403, "the injection is blocked")
    assert front.status("/?q=O%27Brien") == 200
    assert front.status("/", "POST", b'{"name": "O\'Brien"}', **{"Content-Type": "application/json"}) == 200
    assert "rule germany does not match where it hangs on GeoMatchStatement" in front.place.status()
