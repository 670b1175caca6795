"""The web ACL with real traffic: rules count, are shown, are promoted when nobody is harmed, and then block."""

from __future__ import annotations

import http.server
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.web import exchange

from tests.integration.place import Place, Run, until

# Eight runs are made once for all tests.
pytestmark = pytest.mark.timeout(900)
ALONE = "../tests/integration/playbooks/web_acl"
WAIVED = {"reason": "New rules count before they block", "until": "2999-12-31"}
INJECTION, IRISH = "/search?q=1%27%20OR%20%271%27%3D%271", "/search?q=O%27Brien"
# Somebody who means no harm, and looks as if.
TEACHER = {"id": "sql-teacher", "expect": "passed", "path": "/search", "query": {"q": "1' OR '1'='1"}}


class Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200 if self.path.partition("?")[0] in ("/", "/products", "/health") else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

    def log_message(self, *_: object) -> None:
        pass


@dataclass
class Walled:
    """A place with a load balancer before a shop, and what became of runs on it."""

    place: Place
    connect_to: dict[str, str]
    runs: dict[str, Run] = field(default_factory=dict)
    writes: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    actions: dict[str, dict[str, str]] = field(default_factory=dict)
    proven: dict[str, dict[str, str]] = field(default_factory=dict)

    def run(self, what: str, playbook: str, *arguments: str, **variables: Any) -> None:
        self.place.control("DELETE", "requests")
        site = {"waf_site": "http://shop.localhost", "waf_connect_to": self.connect_to, "waf_ca_path": ""}
        self.runs[what] = self.place.playbook(playbook, *arguments, **site, **variables)
        self.writes[what] = [request["operation"] for request in self.place.writes()]
        self.answers[what] = {path: self.ask(path) for path in (INJECTION, IRISH)}
        self.actions[what] = self.rules()
        self.proven[what] = {record["id"]: record["state"] for record in self.place.proven()}

    def ask(self, path: str) -> Any:
        found = exchange(f"http://shop.localhost{path}", headers={"User-Agent": "test"}, connect_to=self.connect_to)
        return found.get("status", found.get("error"))

    def rules(self) -> dict[str, str]:
        client = self.place.client("wafv2")
        found = client.list_web_acls(Scope="REGIONAL")["WebACLs"]
        rules = client.get_web_acl(ARN=found[0]["ARN"])["WebACL"]["Rules"] if found else []
        return {rule["Name"]: next(iter(rule.get("Action") or rule["OverrideAction"])) for rule in rules}


def balancer(place: Place, port: int) -> None:
    ec2, elb = place.client("ec2"), place.client("elbv2")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = elb.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(
        **{"Name": "shop", "Protocol": "HTTP", "Port": port, "VpcId": vpc, "TargetType": "ip"},
        **{"HealthCheckPath": "/health", "HealthCheckIntervalSeconds": 5, "HealthyThresholdCount": 2},
    )["TargetGroups"][0]["TargetGroupArn"]
    address = place.state["hosts"]["app1"]["private_address"]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": address, "Port": port}])
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    elb.create_listener(LoadBalancerArn=made, Protocol="HTTP", Port=80, DefaultActions=forward)


def another_pattern(place: Place) -> None:
    """Somebody changes a set that a rule refers to, and puts it back: what it was meanwhile nobody knows."""
    client = place.client("wafv2")
    (found,) = client.list_regex_pattern_sets(Scope="REGIONAL")["RegexPatternSets"]
    at = {"Name": found["Name"], "Id": found["Id"], "Scope": "REGIONAL"}
    patterns = client.get_regex_pattern_set(**at)["RegexPatternSet"]["RegularExpressionList"]
    for one in ([{"RegexString": "^/nothing"}], patterns):
        client.update_regex_pattern_set(
            **at, RegularExpressionList=one, LockToken=client.get_regex_pattern_set(**at)["LockToken"], Description=found["Description"]
        )


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walled]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = Place(tmp_path_factory.mktemp("waf") / "sandbox")
    place.sandbox("up")
    if off := place.state["off"]:
        pytest.skip(f"without the data plane: {off}")
    balancer(place, server.server_port)
    made = Walled(place, {"shop.localhost:80": place.state["connect_to"]["shop:80"]})
    until(lambda: made.ask("/products") == 200, "the shop answers through its load balancer")
    made.run("check", ALONE, "--check")
    made.run("counted", ALONE, waf_promote=False, waf_counting_waived=WAIVED)
    made.run("shown", "promote_waf", "--check")
    made.run("refused", "promote_waf", waf_scenarios=[TEACHER])
    made.run("promoted", "promote_waf")
    made.run("again", ALONE)
    made.run("kept", ALONE)
    another_pattern(place)
    made.run("changed by others", ALONE)
    yield made
    place.sandbox("down")
    shutil.rmtree(place.folder)
    server.shutdown()
    server.server_close()


def text(run: Run) -> str:
    return "\n".join(line for task in run.of("waf_matches") for line in task["result"]["text"])


def test_check_mode_writes_nothing_and_plans_what_is_then_done(walled):
    assert walled.runs["check"].code == 0, walled.runs["check"].error
    assert walled.writes["check"] == []
    assert {name for _, name, _ in walled.runs["check"].planned()} == {
        line["name"] for line in walled.place.journal() if "wafv2" in line["service"]
    } | {"aws-waf-logs-shop"}


def test_a_new_rule_counts_and_lets_an_attack_through(walled):
    assert walled.runs["counted"].code == 0, walled.runs["counted"].error
    assert set(walled.actions["counted"].values()) == {"Count"}
    assert walled.answers["counted"] == {INJECTION: 404, IRISH: 404}
    waived = {name for name, state in walled.proven["counted"].items() if state == "waived"}
    assert waived == {f"waf.rule.shop.{rule}" for rule in walled.actions["counted"]} | {
        "waf.scenarios.attacks",
        "waf.scenarios.flood.orders-flood",
    }


def test_what_rules_counted_is_shown_in_check_mode_and_nothing_is_changed(walled):
    assert (walled.runs["shown"].code, walled.writes["shown"]) == (0, [])
    assert "shop/sql-injection counted" in text(walled.runs["shown"])
    assert walled.actions["shown"] == walled.actions["counted"]


def test_a_rule_that_a_benign_request_matches_goes_on_counting_and_the_request_is_named(walled):
    assert walled.runs["refused"].code != 0
    assert "shop/sql-injection: it would block sql-teacher (GET /search?q=1%27%20OR%20%271%27%3D%271)" in walled.runs["refused"].error
    assert {name for name, action in walled.actions["refused"].items() if action == "Count"} == {"sql-injection"}


def test_a_rule_that_is_clean_blocks(walled):
    assert walled.runs["promoted"].code == 0, walled.runs["promoted"].error
    assert walled.writes["promoted"] == ["UpdateWebACL"]
    assert walled.answers["promoted"] == {INJECTION: 403, IRISH: 404}
    assert "Count" not in walled.actions["promoted"].values()


def test_a_second_run_changes_nothing_and_only_reads(walled):
    assert (walled.runs["again"].code, walled.runs["again"].changed, walled.writes["again"]) == (0, 0, [])


def test_scenarios_are_played_again_only_when_the_rules_that_they_tried_have_changed(walled):
    played = {what: bool(walled.runs[what].of("waf_scenarios")) for what in ("counted", "again", "kept", "changed by others")}
    assert played == {"counted": True, "again": True, "kept": False, "changed by others": True}
    assert walled.runs["kept"].code == 0, walled.runs["kept"].error
    assert walled.proven["kept"] == walled.proven["again"]
    assert walled.writes["changed by others"] == []


def test_attacks_are_blocked_benign_requests_pass_and_the_claims_say_so(walled):
    records = {record["id"]: record for record in walled.place.proven()}
    assert {record["state"] for record in records.values()} == {"holds"}
    assert records["waf.scenarios.benign"]["observed"] == 100
    assert records["waf.scenarios.attacks"]["observed"] >= 95
    assert records["waf.association.shop"]["observed"] == "shop"
    assert records["waf.scenarios.rules"]["observed"] == []


def test_a_promotion_is_undone(walled):
    (run,) = {line["run"] for line in walled.place.journal() if line["name"] == "shop" and line["run"] == walled.place.journal()[-1]["run"]}
    undone = walled.place.playbook("undo", run=run)
    assert undone.code == 0, undone.error
    assert {name for name, action in walled.rules().items() if action == "Count"} == {"sql-injection"}
    assert walled.ask(INJECTION) == 404
