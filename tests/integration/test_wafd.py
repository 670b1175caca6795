"""wafd alone, asked on its socket as Envoy asks it."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.place import CHECKOUT, until

ARN = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/0f1e"
BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188"
VISIBLE = {"MetricName": "x", "SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}


class Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("wafd", timeout=20)
        self._path = path

    def connect(self, waits: bool = True) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.setblocking(waits)
        self.sock.connect(str(self._path))


class Wafd:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "wafd.log"
        with self.log.open("wb") as output:
            command = [sys.executable, "-m", "sandbox.waf", "--folder", "."]
            env = os.environ | {"PYTHONPATH": str(CHECKOUT)}
            self.process = subprocess.Popen(command, cwd=folder, env=env, stdout=output, stderr=output)
        until((folder / "wafd.sock").exists, "wafd listens")

    def rules(self, *rules: dict[str, Any], **more: Any) -> None:
        """waf.json as the plane writes it."""
        acl = {"Name": "shop", "ARN": ARN, "DefaultAction": {"Allow": {}}, "Rules": rules, "VisibilityConfig": VISIBLE}
        acl |= {"LabelNamespace": "awswaf:123456789012:webacl:shop:", "Description": None} | more
        new = self.folder / "waf.json.new"
        new.write_text(json.dumps({"web_acls": {ARN: acl}, "associations": {BALANCER: ARN}}))
        new.replace(self.folder / "waf.json")

    def ask(self, uri: str, method: str = "GET", body: bytes = b"", client: str = "127.9.0.2", **headers: str) -> Any:
        asked = {"x-plane-resource-arn": BALANCER, "x-plane-client-address": client, "x-plane-protocol": "HTTP/1.1"}
        asked |= {"x-plane-trace-id": "Root=1-x", "x-forwarded-proto": "https", "host": "shop.localhost", "user-agent": "test"}
        asked |= {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(Connection(Path(os.path.relpath(self.folder / "wafd.sock")))) as connection:
            connection.request(method, uri, body, asked)
            answer = connection.getresponse()
            answer.content = answer.read()  # type: ignore[attr-defined]
        return answer

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "waf-log.jsonl").read_text().splitlines()]

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def wafd(tmp_path: Path) -> Iterator[Wafd]:
    made = Wafd(tmp_path)
    yield made
    made.end()


def rule(name: str, statement: dict[str, Any], action: dict[str, Any], priority: int = 0, **more: Any) -> dict[str, Any]:
    return {"Name": name, "Priority": priority, "Statement": statement, "Action": action, "VisibilityConfig": VISIBLE} | more


def path(starts: str) -> dict[str, Any]:
    field = {"FieldToMatch": {"UriPath": {}}, "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}
    text = base64.b64encode(starts.encode()).decode()
    return {"ByteMatchStatement": field | {"SearchString": text, "PositionalConstraint": "STARTS_WITH"}}


COMMON = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}


def test_without_a_web_acl_all_get_through(wafd):
    assert wafd.ask("/").status == 200
    wafd.rules(rule("all", path("/"), {"Block": {}}))
    assert wafd.ask("/", x_plane_resource_arn=BALANCER + "x").status == 200
    assert wafd.ask("/").status == 403


def test_a_rule_holds_from_the_next_request_on_and_is_logged(wafd):
    wafd.rules()
    assert wafd.ask("/admin").status == 200
    wafd.rules(rule("no-admin", path("/admin"), {"Block": {}}, RuleLabels=[{"Name": "admin"}]))
    answer = wafd.ask("/admin?a=1")
    assert (answer.status, answer.getheader("content-type")) == (403, "text/html")
    passed, blocked = wafd.records()
    assert (passed["action"], passed["terminatingRuleId"]) == ("ALLOW", "Default_Action")
    assert (blocked["action"], blocked["terminatingRuleId"], blocked["webaclId"]) == ("BLOCK", "no-admin", ARN)
    asked = blocked["httpRequest"]
    assert (asked["clientIp"], asked["uri"], asked["args"], asked["scheme"]) == ("127.9.0.2", "/admin", "a=1", "https")
    assert asked["requestId"] == "Root=1-x"
    names = [header["name"] for header in asked["headers"]]
    assert not [name for name in names if name.startswith(("x-plane", "x-envoy", "x-forwarded-proto"))]
    assert (wafd.folder / "waf-log.jsonl").stat().st_mode & 0o077 == 0


def test_any_other_status_is_told_by_a_header(wafd):
    custom = {"ResponseCode": 429, "CustomResponseBodyKey": "slow", "ResponseHeaders": [{"Name": "retry-after", "Value": "60"}]}
    bodies = {"slow": {"ContentType": "TEXT_PLAIN", "Content": "slow down"}}
    wafd.rules(rule("slow", path("/"), {"Block": {"CustomResponse": custom}}), CustomResponseBodies=bodies)
    answer = wafd.ask("/")
    assert (answer.status, answer.getheader("x-plane-status"), answer.getheader("retry-after")) == (403, "429", "60")
    assert answer.content == b"slow down"
    assert wafd.records()[0]["responseCodeSent"] == 429


def test_headers_are_inserted_into_what_gets_through(wafd):
    handling = {"CustomRequestHandling": {"InsertHeaders": [{"Name": "checked", "Value": "yes"}]}}
    wafd.rules(rule("checked", path("/"), {"Allow": handling}))
    assert wafd.ask("/").getheader("x-amzn-waf-checked") == "yes"


def test_a_flood_is_stopped_after_its_limit_and_nobody_else(wafd):
    limit = {"RateBasedStatement": {"Limit": 100, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"}}
    wafd.rules(rule("flood", limit, {"Block": {}}))
    assert [wafd.ask("/", client="127.9.0.88").status for _ in range(130)] == [200] * 100 + [403] * 30
    assert wafd.ask("/", client="127.9.0.2").status == 200


def test_an_oversize_body_is_known_by_envoys_word(wafd):
    wafd.rules({"Name": "common", "Priority": 0, "Statement": COMMON, "OverrideAction": {"None": {}}, "VisibilityConfig": VISIBLE})
    assert wafd.ask("/", "POST", b"x" * 8192).status == 200
    assert wafd.ask("/", "POST", b"x" * 8192, x_envoy_auth_partial_body="true").status == 403
    assert wafd.records()[1]["ruleGroupList"][0]["terminatingRule"]["ruleId"] == "SizeRestrictions_BODY"


def test_what_is_not_emulated_is_said_when_it_is_asked_for(wafd):
    wafd.rules(rule("germany", {"GeoMatchStatement": {"CountryCodes": ["DE"]}}, {"Block": {}}))
    assert wafd.ask("/").status == 200
    sentence = "Web ACL shop: rule germany does not match where it hangs on GeoMatchStatement, which is not emulated."
    assert sentence in wafd.log.read_text()
    assert json.loads((wafd.folder / "waf-not-emulated.json").read_text()) == [sentence]


def test_a_broken_file_leaves_it_to_fail_open(wafd):
    wafd.rules(rule("all", path("/"), {"Block": {}}))
    assert wafd.ask("/").status == 403
    (wafd.folder / "waf.json").write_text("{")
    assert wafd.ask("/").status == 500
    wafd.rules()
    assert wafd.ask("/").status == 200


def test_as_many_ask_at_once_as_come_while_it_is_kept_from_its_work(wafd):
    wafd.rules()
    until(lambda: answers(wafd), "wafd answers")
    os.kill(wafd.process.pid, signal.SIGSTOP)
    try:
        asking = [Connection(Path(os.path.relpath(wafd.folder / "wafd.sock"))) for _ in range(200)]
        for connection in asking:
            connection.connect(waits=False)
            connection.request("GET", "/", headers={"x-plane-resource-arn": BALANCER, "x-plane-client-address": "127.9.0.2"})
    finally:
        os.kill(wafd.process.pid, signal.SIGCONT)
    for connection in asking:
        connection.sock.settimeout(20)
        assert connection.getresponse().status == 200
        connection.close()


def test_it_ends_when_it_is_told_to_and_starts_again_over_its_old_socket(wafd):
    wafd.end()
    assert wafd.process.returncode == 0
    again = Wafd(wafd.folder)
    again.rules()
    until(lambda: answers(again), "wafd answers")
    again.end()


def answers(wafd: Wafd) -> bool:
    try:
        return wafd.ask("/").status == 200
    except OSError:
        return False
