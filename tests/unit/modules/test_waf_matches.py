"""waf_matches: what the samples say of rules that count, and whether they may block."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.waf_samples import MOST, Rule, missed, sights, verdict, would_block
from ansible_collections.prodready.aws.plugins.modules import waf_matches

ARN = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/0f000000-0000-0000-0000-000000000001"
RULE = Rule("shop", "sqli", "sqli", "AWSManagedRulesSQLiRuleSet")
PLAYED = [
    {"id": "tea", "expect": "passed", "rule": None, "request": "GET /tea", "outcome": "passed", "ok": True},
    {"id": "union", "expect": "blocked", "rule": "AWSManagedRulesSQLiRuleSet", "request": "GET /x", "outcome": "passed", "ok": False},
]


def sample(scenario=None, uri="/x", action="COUNT"):
    headers = [{"Name": "x-prodready-scenario", "Value": f"mark.{scenario}"}] if scenario else []
    asked = {"ClientIP": "192.0.2.1", "Country": "IE", "URI": uri, "Method": "GET", "HTTPVersion": "HTTP/1.1", "Headers": headers}
    return {
        "Request": asked,
        "Weight": 1,
        "Action": action,
        "RuleNameWithinRuleGroup": "AWS#AWSManagedRulesSQLiRuleSet#SQLi_QUERYARGUMENTS",
    }


def of(*samples, population=None, marker="mark"):
    return sights(RULE, {"SampledRequests": list(samples), "PopulationSize": population or len(samples)}, marker)


def test_a_rule_that_matched_attacks_alone_may_block():
    assert verdict(of(sample("union")), PLAYED, seen=True) is None


def test_a_rule_that_matched_a_benign_scenario_goes_on_counting_and_the_request_is_named():
    assert verdict(of(sample("union"), sample("tea")), PLAYED, seen=True) == "it would block tea (GET /tea) by SQLi_QUERYARGUMENTS"


def test_a_rule_goes_on_counting_while_nothing_was_sampled_or_played():
    assert "sampled none" in verdict(of(), PLAYED, seen=False)
    assert verdict(of(sample("union")), PLAYED[1:], seen=True) == "no benign scenario was played"
    assert verdict(of(sample("union")), [{**PLAYED[0], "ok": None}], seen=True) == "no benign scenario was played"


def test_a_rule_goes_on_counting_when_the_samples_are_not_all_that_it_matched():
    assert f"more requests than WAF samples ({MOST})" in verdict(of(sample("union"), population=900), PLAYED, seen=True)


def test_what_a_group_only_counts_by_declaration_is_nothing_that_it_would_block():
    rule = replace(RULE, harmless=frozenset({"SQLi_QUERYARGUMENTS"}))
    found = sights(rule, {"SampledRequests": [sample("tea"), sample(uri="/basket")], "PopulationSize": 2}, "mark")
    assert verdict(found, PLAYED, seen=True) is None
    assert would_block(found.found) == []


def test_requests_of_another_run_and_of_others_are_not_scenarios():
    found = of(sample("tea"), sample(), marker="other").found
    assert [one.scenario for one in found] == [None, None]
    assert would_block(found) == ["1 x GET /x by SQLi_QUERYARGUMENTS"]


def test_what_real_traffic_would_have_been_blocked_is_shown_most_frequent_first():
    found = of(sample(uri="/a"), sample(uri="/b"), sample(uri="/b"), sample("union"), sample(action="BLOCK")).found
    assert would_block(found) == ["2 x GET /b by SQLi_QUERYARGUMENTS", "1 x GET /a by SQLi_QUERYARGUMENTS"]


@pytest.mark.parametrize("name", ["sqli", "shop/sqli", "AWSManagedRulesSQLiRuleSet", "SQLi_QUERYARGUMENTS"])
def test_a_scenario_can_name_its_rule_by_each_of_its_names(name):
    found = of(sample("union")).found
    assert missed([{**PLAYED[1], "rule": name}], found) == []
    assert missed([{**PLAYED[1], "rule": "common"}], found) == ["union was not matched by common"]


class Account:
    """WAF with one web ACL whose rule counts."""

    def __init__(self, fake_aws, samples):
        statement = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesSQLiRuleSet", "Version": "Version_2.0"}}
        seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "sqli"}
        rule = {"Name": "sqli", "Priority": 0, "Statement": statement, "VisibilityConfig": seen, "OverrideAction": {"Count": {}}}
        about = {"Name": "shop", "ARN": ARN, "VisibilityConfig": {**seen, "MetricName": "shop"}, "Rules": [rule]}
        other = {**about, "Name": "other", "ARN": ARN.replace("shop", "other")}
        acls = {acl["Name"]: acl for acl in (about, other)}

        def sampled(WebAclArn, **_):
            if WebAclArn != ARN:
                return {"SampledRequests": [], "PopulationSize": 0}
            return samples.pop(0) if len(samples) > 1 else samples[0]

        self.aws = fake_aws(
            list_web_acls={"WebACLs": [{"Name": name, "Id": ARN.rpartition("/")[2], "ARN": acl["ARN"]} for name, acl in acls.items()]},
            get_web_acl=lambda Name, **_: {"WebACL": acls[Name]},
            get_sampled_requests=sampled,
            get_metric_data={"MetricDataResults": [{"Id": "m0", "Values": [3.0, 4.0]}]},
        )


@pytest.fixture
def look(run, fake_aws, monkeypatch):
    def look(*answers, **options):
        samples = [{"SampledRequests": list(one), "PopulationSize": len(one)} for one in answers]
        account = Account(fake_aws, samples)
        account.aws.guard = type("Guard", (), {"requests": {}})
        monkeypatch.setattr(waf_matches.AwsModule, "__init__", init(account.aws))
        monkeypatch.setattr(waf_matches, "PAUSE_SECONDS", 0)
        here = {"account": "123456789012", "region": "eu-central-1", "web_acls": ["shop"], "counting": ["shop/sqli", "shop/gone"]}
        return run(waf_matches.main, **{**here, "settle_seconds": 0, "wait_seconds": 1, **options})

    def init(aws):
        real = waf_matches.AwsModule.__init__

        def replaced(self, *args, **kwargs):
            real(self, *args, **kwargs)
            self.aws = aws

        return replaced

    return look


def test_the_scenarios_are_waited_for_then_the_rule_may_block(look):
    done = look([], [sample("union")], marker="mark", started=1.0, records=PLAYED, wait_seconds=60)
    assert (done["promotable"], done["sampled"], done["rules_missed"]) == (["shop/sqli"], 1, [])
    assert done["text"][0] == "shop/sqli counted 7 requests in 24 h, 1 attacks of the scenarios; blocks from now on"


def test_a_web_acl_that_the_scenarios_did_not_go_through_is_not_judged_by_them(look):
    done = look(
        [sample("union")], marker="mark", started=1.0, records=PLAYED, web_acls=["shop", "other"], counting=["shop/sqli", "other/sqli"]
    )
    assert done["promotable"] == ["shop/sqli"]
    assert [one["why"] for one in done["rules"] if one["rule"] == "other/sqli"][0].startswith("WAF has sampled none")


def test_a_wait_in_vain_ends_and_the_rule_counts_on(look):
    done = look([], marker="mark", started=1.0, records=PLAYED)
    assert done["promotable"] == []
    assert "sampled none of the scenarios" in done["rules"][0]["why"]


def test_without_a_play_it_only_says_what_was_counted(look):
    done = look([sample(uri="/basket")])
    assert (done["promotable"], done["changed"]) == ([], False)
    assert done["text"] == [
        "shop/sqli counted 7 requests in 24 h, 0 attacks of the scenarios; counts",
        "    1 x GET /basket by SQLi_QUERYARGUMENTS",
    ]
