"""waf_regex_pattern_sets: patterns by name, updated under a lock token."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, merged, plan
from ansible_collections.prodready.aws.plugins.module_utils.waf import EARLY, LOCKED
from ansible_collections.prodready.aws.plugins.modules.waf_regex_pattern_sets import calls, problems, read, want

OURS = {"prodready:managed": "true"}
TAGS = [{"Key": "prodready:managed", "Value": "true"}]
ID, TOKEN = "0f000000-0000-0000-0000-000000000001", "0f000000-0000-0000-0000-00000000000a"
ARN = f"arn:aws:wafv2:eu-central-1:123456789012:regional/regexpatternset/tools/{ID}"
AT = {"Name": "tools", "Scope": "REGIONAL", "Id": ID}
TOOLS = {"name": "tools", "description": "What scanners look for", "regular_expressions": [r"\.bak$", "^/wp-"]}
PATTERNS = [{"RegexString": r"\.bak$"}, {"RegexString": "^/wp-"}]
ANSWER = {"RegexPatternSet": {"Description": TOOLS["description"], "RegularExpressionList": PATTERNS[::-1]}, "LockToken": TOKEN}


@pytest.fixture
def account(fake_aws):
    return fake_aws(
        list_regex_pattern_sets={"RegexPatternSets": [{"Name": "tools", "Id": ID, "ARN": ARN}]},
        get_regex_pattern_set=ANSWER,
        list_tags_for_resource={"TagInfoForResource": {"TagList": TAGS}},
    )


def test_a_set_is_created_with_its_tags(fake_aws, requests_of):
    (change,) = plan({"tools": want(TOOLS, "REGIONAL", OURS)}, {})
    about = {"Name": "tools", "Scope": "REGIONAL", "Description": TOOLS["description"]}
    assert requests_of("wafv2", calls(fake_aws(), change)) == [
        Call("create_regex_pattern_set", {**about, "RegularExpressionList": PATTERNS, "Tags": TAGS})
    ]


def test_what_is_read_is_what_was_wanted(account):
    assert plan({"tools": want(TOOLS, "REGIONAL", OURS)}, read(account, "REGIONAL", ["tools"])) == []


def test_an_update_holds_the_token_of_a_fresh_read(account, requests_of):
    before = read(account, "REGIONAL", ["tools"])["tools"]
    change = Change("tools", before, merged(before, want({"name": "tools", "regular_expressions": ["^/wp-"]}, "REGIONAL", OURS)))
    about = {**AT, "Description": TOOLS["description"], "RegularExpressionList": PATTERNS[1:], "LockToken": TOKEN}
    assert requests_of("wafv2", calls(account, change), [ANSWER]) == [
        Call("get_regex_pattern_set", AT),
        Call("update_regex_pattern_set", about, missing=LOCKED, again=EARLY),
    ]


def test_what_was_made_is_undone(account, requests_of):
    before = read(account, "REGIONAL", ["tools"])["tools"]
    sent = requests_of("wafv2", calls(account, Change("tools", before, None)), [ANSWER])
    assert sent[-1] == Call("delete_regex_pattern_set", {**AT, "LockToken": TOKEN}, missing=LOCKED, again=EARLY)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"regular_expressions": []}, "regular_expressions must be 1 to 10, not 0"),
        ({"regular_expressions": [str(number) for number in range(11)]}, "regular_expressions must be 1 to 10, not 11"),
        ({"regular_expressions": ["a" * 201]}, "a pattern must have 1 to 200 characters"),
        ({"description": "é!"}, "description must fit"),
    ],
)
def test_what_waf_refuses_is_said_before_anything_is_touched(wrong, said):
    (found,) = problems([{**TOOLS, **wrong}])
    assert said in found
