"""waf_web_acls: rules that count before they block, updates that keep what is others', logging and load balancers by name."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.guard import Refused
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, merged, plan
from ansible_collections.prodready.aws.plugins.module_utils.waf import EARLY, LOCKED
from ansible_collections.prodready.aws.plugins.module_utils.waf_rules import clashes, problems, settled, waiting, want, want_logging
from ansible_collections.prodready.aws.plugins.module_utils.web_acls import calls, known, locks, read
from ansible_collections.prodready.aws.plugins.modules.waf_web_acls import absent, capacity, excessive

OURS = {"prodready:managed": "true"}
TAGS = [{"Key": "prodready:managed", "Value": "true"}]
ID, TOKEN = "0f000000-0000-0000-0000-000000000001", "0f000000-0000-0000-0000-00000000000a"
REGIONAL = "arn:aws:wafv2:eu-central-1:123456789012:regional"
ARN, IP_SET = f"{REGIONAL}/webacl/shop/{ID}", f"{REGIONAL}/ipset/banned/{ID}"
BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188"
GROUP = "arn:aws:logs:eu-central-1:123456789012:log-group:aws-waf-logs-shop"
AT = {"Name": "shop", "Scope": "REGIONAL", "Id": ID}

BANNED = {"name": "banned", "action": "block", "statement": {"ip_set_reference": "banned"}}
SQLI = {
    **{"name": "sqli", "override_action": "none"},
    "statement": {"managed_rule_group": {"vendor_name": "AWS", "name": "AWSManagedRulesSQLiRuleSet", "version": "Version_2.0"}},
}
ACL = {"name": "shop", "rules": [BANNED, SQLI]}
LOGGED = {
    "destination": {"log_group": "aws-waf-logs-shop"},
    "redacted_fields": ["query_string", {"single_header": "authorization"}],
    "logging_filter": {
        "default_behavior": "DROP",
        "filters": [{"behavior": "KEEP", "requirement": "MEETS_ANY", "conditions": [{"action_condition": "BLOCK"}]}],
    },
}


def seen(name):
    return {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}


def rule(name="banned", priority=0, **more):
    statement = {"IPSetReferenceStatement": {"ARN": IP_SET}}
    return {
        **{"Name": name, "Priority": priority, "Statement": statement, "VisibilityConfig": seen(name)},
        **(more or {"Action": {"Count": {}}}),
    }


def group(**action):
    statement = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesSQLiRuleSet", "Version": "Version_2.0"}}
    return {"Name": "sqli", "Priority": 10, "Statement": statement, "VisibilityConfig": seen("sqli"), "OverrideAction": action}


def answer(*rules, **more):
    acl = {"Name": "shop", "Id": ID, "ARN": ARN, "DefaultAction": {"Allow": {}}, "VisibilityConfig": seen("shop"), "Rules": list(rules)}
    return {"WebACL": {**acl, **more}, "LockToken": TOKEN}


def account(fake_aws, *rules, **answers):
    return fake_aws(
        **{
            "list_web_acls": {"WebACLs": [{"Name": "shop", "Id": ID, "ARN": ARN}]},
            "list_ip_sets": {"IPSets": [{"Name": "banned", "Id": ID, "ARN": IP_SET}]},
            "get_web_acl": answer(*rules),
            "list_tags_for_resource": {"TagInfoForResource": {"TagList": TAGS}},
            "describe_load_balancers": {"LoadBalancers": [{"LoadBalancerArn": BALANCER}]},
            **answers,
        }
    )


def states(aws, *names):
    return read(aws, "REGIONAL", names, known(aws, "REGIONAL", names))


def change_of(aws, acl, promoted=(), **options):
    before = states(aws, "shop").get("shop")
    desired = settled(want(acl, "REGIONAL", OURS), before, "shop", list(promoted), **options)
    return next(iter(plan({"shop": desired}, {"shop": before} if before else {})), None)


def test_a_new_web_acl_allows_samples_and_its_rules_only_count(fake_aws, requests_of):
    aws = account(fake_aws, list_web_acls={"WebACLs": []})
    assert requests_of("wafv2", calls(aws, change_of(aws, ACL))) == [
        Call(
            "create_web_acl",
            {
                **{"Name": "shop", "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": seen("shop")},
                **{"Rules": [rule(), group(Count={})], "Tags": TAGS},
            },
            again=EARLY,
        )
    ]


def test_what_counts_goes_on_counting_and_nothing_is_sent(fake_aws):
    assert change_of(account(fake_aws, rule(), group(Count={})), ACL) is None


def test_a_rule_that_is_promoted_blocks_and_the_others_count_on(fake_aws, requests_of):
    aws = account(fake_aws, rule(), group(Count={}))
    get, update = requests_of("wafv2", calls(aws, change_of(aws, ACL, ["sqli"])), [answer(rule(), group(Count={}))])
    about = {**AT, "DefaultAction": {"Allow": {}}, "VisibilityConfig": seen("shop"), "LockToken": TOKEN}
    assert get == Call("get_web_acl", AT)
    assert update == Call("update_web_acl", {**about, "Rules": [rule(), group(**{"None": {}})]}, missing=LOCKED, again=EARLY)


def test_a_rule_that_blocks_goes_on_blocking_when_its_statement_changes(fake_aws, requests_of):
    aws = account(fake_aws, rule(Action={"Block": {}}), group(**{"None": {}}))
    newer = {**SQLI, "statement": {"managed_rule_group": {**SQLI["statement"]["managed_rule_group"], "version": "Version_2.1"}}}
    sent = requests_of("wafv2", calls(aws, change_of(aws, {**ACL, "rules": [BANNED, newer]})), [aws.answers["get_web_acl"]])
    assert sent[-1].params["Rules"][1]["OverrideAction"] == {"None": {}}
    assert sent[-1].params["Rules"][1]["Statement"]["ManagedRuleGroupStatement"]["Version"] == "Version_2.1"


def test_without_count_first_a_new_rule_blocks_at_once(fake_aws):
    aws = account(fake_aws, list_web_acls={"WebACLs": []})
    rules = change_of(aws, ACL, count_first=False).after["rules"]
    assert (rules["banned"]["action"], rules["sqli"]["override_action"]) == ("block", "none")


@pytest.mark.parametrize("action", ["allow", "count"])
def test_a_rule_that_does_not_block_has_its_action_at_once(fake_aws, action):
    aws = account(fake_aws, list_web_acls={"WebACLs": []})
    assert change_of(aws, {**ACL, "rules": [{**BANNED, "action": action}]}).after["rules"]["banned"]["action"] == action


def test_a_challenge_and_a_custom_response_count_first_and_come_whole(fake_aws):
    given = {**ACL, "rules": [{**BANNED, "action": {"block": {"response_code": 429, "response_headers": {"retry-after": "60"}}}}]}
    aws = account(fake_aws, rule())
    assert change_of(aws, given) is None
    assert change_of(aws, given, ["banned"]).after["rules"]["banned"]["action"] == given["rules"][0]["action"]
    assert change_of(aws, {**ACL, "rules": [{**BANNED, "action": "challenge"}]}) is None


def test_which_rules_wait_is_known():
    wanted = want(ACL, "REGIONAL", OURS)
    assert waiting(wanted, settled(wanted, None, "shop", ["banned"])) == ["sqli"]


def test_an_update_keeps_what_it_does_not_manage_as_it_is_now(fake_aws, requests_of):
    aws = account(fake_aws, rule())
    by_hand = {"TokenDomains": ["example.com"], "CaptchaConfig": {"ImmunityTimeProperty": {"ImmunityTime": 300}}, "Description": "By hand"}
    theirs = rule("theirs", 5, Action={"Allow": {}})
    now = answer(theirs, rule(), **by_hand)
    _, update = requests_of("wafv2", calls(aws, change_of(aws, ACL)), [now])
    kept = {"DefaultAction": {"Allow": {}}, "VisibilityConfig": seen("shop"), **by_hand}
    assert update.params == {**AT, **kept, "Rules": [rule(), theirs, group(Count={})], "LockToken": TOKEN}


def test_when_somebody_was_quicker_their_change_is_read_and_kept(fake_aws, requests_of):
    aws = account(fake_aws, rule())
    theirs = rule("theirs", 5, Action={"Allow": {}})
    sent = requests_of("wafv2", calls(aws, change_of(aws, ACL)), [answer(rule()), None, answer(rule(), theirs)])
    assert [[one["Name"] for one in call.params["Rules"]] for call in sent if call.operation == "update_web_acl"] == [
        ["banned", "sqli"],
        ["banned", "theirs", "sqli"],
    ]


def test_rules_that_are_not_listed_stay_unless_they_are_purged(fake_aws):
    aws = account(fake_aws, rule(), rule("theirs", 5))
    assert list(change_of(aws, {**ACL, "rules": [BANNED], "description": "New one"}).after["rules"]) == ["theirs", "banned"]
    assert list(change_of(aws, {**ACL, "rules": [BANNED]}, purge_rules=True).after["rules"]) == ["banned"]


def test_a_purged_rule_is_gone_and_undo_brings_it_back(fake_aws, requests_of):
    both = (rule(), rule("theirs", 5))
    aws = account(fake_aws, *both)
    change = change_of(aws, {**ACL, "rules": [BANNED]}, purge_rules=True)
    assert requests_of("wafv2", calls(aws, change), [answer(*both)])[-1].params["Rules"] == [rule()]
    back = Change("shop", change.after, change.before)
    assert requests_of("wafv2", calls(aws, back), [answer(rule())])[-1].params["Rules"] == list(both)


def test_a_setting_that_was_added_is_gone_when_that_is_undone(fake_aws, requests_of):
    aws = account(fake_aws)
    before = states(aws, "shop")["shop"]
    after = {**before, "captcha_config": 300, "description": "New"}
    _, update = requests_of("wafv2", calls(aws, Change("shop", before, after)), [answer()])
    assert update.params["CaptchaConfig"] == {"ImmunityTimeProperty": {"ImmunityTime": 300}}
    _, update = requests_of("wafv2", calls(aws, Change("shop", after, before)), [answer(Description="New", **{"CaptchaConfig": {}})])
    assert not {"CaptchaConfig", "Description"} & set(update.params)


def test_a_rule_that_refers_to_something_that_is_gone_is_an_error_with_a_name(fake_aws):
    aws = account(fake_aws, list_ip_sets={"IPSets": []})
    assert list(absent(aws, [change_of(aws, ACL)], "REGIONAL", {})) == [
        "web ACL shop: there is no ip set banned: declare it, or correct the name"
    ]


def test_two_rules_of_one_priority_are_named():
    wanted = want({**ACL, "rules": [BANNED, {**SQLI, "priority": 0}]}, "REGIONAL", OURS)
    assert list(clashes(wanted)) == ["rules banned and sqli have the same priority 0: give one of them another"]


def test_capacity_is_asked_before_and_the_limit_is_said(fake_aws):
    aws = account(fake_aws, check_capacity={"Capacity": 1727})
    found = capacity(aws, [change_of(aws, ACL)], "REGIONAL")
    assert found == {"shop": 1727}
    assert aws.asked[-1] == ("check_capacity", {"Scope": "REGIONAL", "Rules": [rule(), group(Count={})]})
    (said,) = excessive(found, 1500)
    assert "its rules take 1727 WCU, and capacity_limit is 1500 (AWS's own limit is 5000" in said
    assert list(excessive(found, 2000)) == []


def test_capacity_is_unknown_while_something_that_is_referred_to_is_not_there(fake_aws):
    aws = account(fake_aws, list_ip_sets={"IPSets": []})
    assert capacity(aws, [change_of(aws, ACL)], "REGIONAL") == {"shop": None}


def test_logging_goes_to_a_name_and_is_read_back_as_it_was_wanted(fake_aws, requests_of):
    wanted = {"web_acl": "shop", "scope": "REGIONAL", **want_logging({"logging": LOGGED})}
    aws = account(fake_aws)
    (put,) = requests_of("wafv2", calls(aws, Change("logging of shop", None, wanted)))
    assert put == Call(
        "put_logging_configuration",
        {
            "LoggingConfiguration": {
                **{"ResourceArn": ARN, "LogDestinationConfigs": [GROUP]},
                "RedactedFields": [{"QueryString": {}}, {"SingleHeader": {"Name": "authorization"}}],
                "LoggingFilter": {
                    "DefaultBehavior": "DROP",
                    "Filters": [{"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}]}],
                },
            }
        },
        again=EARLY,
    )
    aws = account(fake_aws, get_logging_configuration=put.params)
    assert plan({"logging of shop": wanted}, states(aws, "logging of shop")) == []


def test_a_load_balancer_is_associated_and_goes_back_to_the_web_acl_that_it_had(fake_aws, requests_of):
    aws = account(
        fake_aws,
        get_web_acl_for_resource={"WebACL": {"Name": "old"}},
        list_web_acls={"WebACLs": [{"Name": name, "Id": ID, "ARN": ARN.replace("shop", name)} for name in ("shop", "old")]},
    )
    found = states(aws, "load balancer shop")
    assert found == {"load balancer shop": {"web_acl": "old", "scope": "REGIONAL"}}
    (change,) = plan({"load balancer shop": {"web_acl": "shop", "scope": "REGIONAL"}}, found)
    there = {"LoadBalancers": [{"LoadBalancerArn": BALANCER}]}
    assert requests_of("wafv2", calls(aws, change), [there]) == [
        Call("describe_load_balancers", {"Names": ["shop"]}, service="elbv2"),
        Call("associate_web_acl", {"WebACLArn": ARN, "ResourceArn": BALANCER}, again=EARLY),
    ]
    back = requests_of("wafv2", calls(aws, Change(change.name, change.after, change.before)), [there])
    assert back[-1].params["WebACLArn"] == ARN.replace("shop", "old")
    gone = requests_of("wafv2", calls(aws, Change(change.name, change.after, None)), [there])
    assert gone[-1].operation == "disassociate_web_acl"


def test_in_check_mode_what_the_playbook_makes_before_is_no_error_and_a_wrong_name_is(fake_aws):
    aws = account(fake_aws, list_ip_sets={"IPSets": []})
    changes = [change_of(aws, ACL), Change("load balancer shop", None, {})]
    assert list(absent(aws, changes, "REGIONAL", {}, {"ip_set": ["banned"]})) == []
    assert list(absent(aws, changes, "REGIONAL", {}, {"ip_set": ["bannned"]})) == [
        "web ACL shop: there is no ip set banned: declare it, or correct the name"
    ]


def test_a_load_balancer_that_is_not_there_is_an_error_with_a_name(fake_aws):
    aws = account(fake_aws, describe_load_balancers=None)
    change = Change("load balancer shop", None, {"web_acl": "shop", "scope": "REGIONAL"})
    assert list(absent(aws, [change], "REGIONAL", known(aws, "REGIONAL", [change.name]))) == [
        "There is no load balancer shop: make it first (role alb), or correct load_balancers"
    ]


def test_a_change_of_a_web_acl_or_of_a_set_that_its_rules_refer_to_is_another_lock_token(fake_aws):
    sets = {"IPSets": [{"Name": name, "Id": ID, "ARN": IP_SET, "LockToken": f"token of {name}"} for name in ("banned", "others")]}
    aws = account(fake_aws, rule(), group(Count={}), list_ip_sets=sets)
    assert locks(aws, "REGIONAL", ["shop", "gone"]) == {"web_acl/shop": TOKEN, "ip_set/banned": "token of banned"}
    assert locks(account(fake_aws, list_web_acls={"WebACLs": []}), "REGIONAL", ["shop"]) == {}


def test_a_web_acl_that_vanishes_while_it_is_updated_is_said(fake_aws):
    aws = account(fake_aws, rule())
    change = change_of(aws, ACL)
    aws.answers["list_web_acls"] = {"WebACLs": []}
    with pytest.raises(Refused, match="shop: there is no web acl of this name"):
        list(calls(aws, change))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rules": [{**BANNED, "statement": {"ip_set": "banned"}}]}, "rule banned: rule.statement: ip_set is not one of byte_match"),
        (
            {"rules": [{**BANNED, "override_action": "none"}]},
            "rule banned: a rule with a statement of its own has action, and no override_action",
        ),
        ({"rules": [{"name": "a", "statement": BANNED["statement"]}]}, "a rule with a statement of its own has action"),
        ({"rules": [{**SQLI, "action": "block"}]}, "a rule with a rule group has override_action, and no action"),
        ({"rules": [BANNED, BANNED]}, "rule banned: the name is used twice"),
        ({"rules": [{**BANNED, "statement": {"not": SQLI["statement"]}}]}, "managed_rule_group can only be a rule's whole statement"),
        (
            {"rules": [{**BANNED, "statement": {"rate_based": {"limit": 10, "aggregate_key_type": "IP", "evaluation_window_sec": 77}}}]},
            "evaluation_window_sec must be one of 60, 120, 300, 600, not 77",
        ),
        ({"rules": [{"statement": {}}]}, "rule 0: name must be given"),
        ({"default_action": "refuse"}, "default_action: refuse is not one of block, allow"),
        ({"logging": {"destination": {"log_group": "shop"}}}, "WAF writes only where the name begins with aws-waf-logs-"),
        ({"logging": {"destination": {"queue": "a"}}}, "logging.destination must be one of log_group, bucket, delivery_stream"),
        ({"logging": {"redacted": []}}, "logging: redacted is not one of"),
    ],
)
def test_what_waf_refuses_is_said_before_anything_is_touched(wrong, said):
    (found,) = problems([{**ACL, **wrong}])
    assert found.startswith("web ACL shop: ")
    assert said in found


def test_a_state_that_is_merged_is_whole(fake_aws):
    aws = account(fake_aws, rule())
    before = states(aws, "shop")["shop"]
    after = merged(before, settled(want(ACL, "REGIONAL", {"team": "a"}), before, "shop", None))
    assert after["tags"] == {**OURS, "team": "a"}
    assert after["default_action"] == "allow"
