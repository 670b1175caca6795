"""waf_ip_sets: addresses by name, updated under a lock token."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, merged, plan
from ansible_collections.prodready.aws.plugins.module_utils.waf import ATTEMPTS, EARLY, LOCKED
from ansible_collections.prodready.aws.plugins.modules.waf_ip_sets import calls, forbidden, problems, read, want

OURS = {"prodready:managed": "true"}
TAGS = [{"Key": "prodready:managed", "Value": "true"}]
ID, TOKEN = "0f000000-0000-0000-0000-000000000001", "0f000000-0000-0000-0000-00000000000a"
ARN = f"arn:aws:wafv2:eu-central-1:123456789012:regional/ipset/offices/{ID}"
AT = {"Name": "offices", "Scope": "REGIONAL", "Id": ID}
OFFICES = {"name": "offices", "addresses": ["192.0.2.9", "198.51.100.0/24"]}
LISTED = {"IPSets": [{"Name": "offices", "Id": ID, "ARN": ARN}]}
ANSWER = {"IPSet": {"Name": "offices", "IPAddressVersion": "IPV4", "Addresses": ["198.51.100.0/24", "192.0.2.9/32"]}, "LockToken": TOKEN}


def account(fake_aws, **answers):
    tags = {"TagInfoForResource": {"TagList": TAGS}}
    return fake_aws(**{"list_ip_sets": LISTED, "get_ip_set": ANSWER, "list_tags_for_resource": tags, **answers})


def test_an_ip_set_is_created_with_its_tags_and_the_version_of_its_addresses(fake_aws, requests_of):
    (change,) = plan({"offices": want(OFFICES, "REGIONAL", OURS)}, {})
    assert requests_of("wafv2", calls(fake_aws(), change)) == [
        Call(
            "create_ip_set",
            {
                **{"Name": "offices", "Scope": "REGIONAL", "IPAddressVersion": "IPV4"},
                **{"Addresses": ["192.0.2.9/32", "198.51.100.0/24"], "Tags": TAGS},
            },
        )
    ]


def test_what_is_read_is_what_was_wanted_in_whatever_order_and_form(fake_aws):
    assert plan({"offices": want(OFFICES, "REGIONAL", OURS)}, read(account(fake_aws), "REGIONAL", ["offices", "none"])) == []


def test_ipv6_addresses_are_the_same_in_long_and_short_form(fake_aws):
    wanted = want({"name": "offices", "addresses": ["2001:db8::1"]}, "REGIONAL", OURS)
    long = {"IPAddressVersion": "IPV6", "Addresses": ["2001:0db8:0000:0000:0000:0000:0000:0001/128"]}
    found = read(account(fake_aws, get_ip_set={"IPSet": long}), "REGIONAL", ["offices"])
    assert plan({"offices": wanted}, found) == []


def test_all_pages_of_a_list_are_read(fake_aws):
    def pages(Scope, Limit, NextMarker=None):
        return LISTED if NextMarker else {"IPSets": [{"Name": "a", "Id": ID, "ARN": ARN}], "NextMarker": "a"}

    assert set(read(account(fake_aws, list_ip_sets=pages), "REGIONAL", ["offices"])) == {"offices"}


def test_an_update_holds_the_token_of_a_fresh_read_and_is_made_anew_when_somebody_was_quicker(fake_aws, requests_of):
    before = read(account(fake_aws), "REGIONAL", ["offices"])["offices"]
    change = Change("offices", before, merged(before, want({**OFFICES, "addresses": ["192.0.2.1"]}, "REGIONAL", {"team": "a"})))
    other = {**ANSWER, "LockToken": TOKEN.replace("a", "b")}
    update = {**AT, "Addresses": ["192.0.2.1/32"]}
    assert requests_of("wafv2", calls(account(fake_aws), change), [ANSWER, None, other, {}]) == [
        Call("get_ip_set", AT),
        Call("update_ip_set", {**update, "LockToken": TOKEN}, missing=LOCKED, again=EARLY),
        Call("get_ip_set", AT),
        Call("update_ip_set", {**update, "LockToken": other["LockToken"]}, missing=LOCKED, again=EARLY),
        Call("tag_resource", {"ResourceARN": ARN, "Tags": [{"Key": "team", "Value": "a"}]}),
    ]


def test_the_last_attempt_lets_the_error_be_seen(fake_aws, requests_of):
    before = read(account(fake_aws), "REGIONAL", ["offices"])["offices"]
    answers = [answer for _ in range(ATTEMPTS) for answer in (ANSWER, None)]
    sent = requests_of("wafv2", calls(account(fake_aws), Change("offices", before, {**before, "addresses": []})), answers)
    assert [call.missing for call in sent if call.operation == "update_ip_set"] == [LOCKED] * (ATTEMPTS - 1) + [()]


def test_addresses_that_are_not_declared_are_sent_back_as_they_are_now(fake_aws, requests_of):
    before = read(account(fake_aws), "REGIONAL", ["offices"])["offices"]
    change = Change("offices", before, merged(before, want({"name": "offices", "description": "For all"}, "REGIONAL", OURS)))
    now = {**ANSWER, "IPSet": {**ANSWER["IPSet"], "Addresses": ["203.0.113.7/32"]}}
    _, update = requests_of("wafv2", calls(account(fake_aws), change), [now])
    assert update.params == {**AT, "Description": "For all", "Addresses": ["203.0.113.7/32"], "LockToken": TOKEN}


def test_what_was_made_is_undone_under_a_lock_token_too(fake_aws, requests_of):
    before = read(account(fake_aws), "REGIONAL", ["offices"])["offices"]
    sent = requests_of("wafv2", calls(account(fake_aws), Change("offices", before, None)), [ANSWER])
    assert sent[-1] == Call("delete_ip_set", {**AT, "LockToken": TOKEN}, missing=LOCKED, again=EARLY)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "a b"}, "name must fit"),
        ({"addresses": ["192.0.2.300"]}, "does not appear to be an IPv4 or IPv6 network"),
        ({"addresses": ["192.0.2.1/24"]}, "has host bits set; write an address, or a network such as 192.0.2.0/24"),
        ({"addresses": ["0.0.0.0/0"]}, "is everybody, which WAF does not take"),
        ({"addresses": ["192.0.2.1", "2001:db8::1"]}, "must be of one IP version"),
        ({"addresses": ["192.0.2.1"], "ip_address_version": "IPV6"}, "are of version IPV4, and ip_address_version is IPV6"),
    ],
)
def test_what_waf_refuses_is_said_before_anything_is_touched(wrong, said):
    (found,) = problems([{**OFFICES, **wrong}])
    assert said in found


def test_two_ip_sets_of_one_name_are_refused():
    assert problems([OFFICES, OFFICES]) == ["IP set offices: the name is used twice"]


def test_the_version_must_be_known_to_create_and_cannot_change():
    new = Change("a", None, want({"name": "a", "addresses": []}, "REGIONAL", {}))
    other = Change("b", {"ip_address_version": "IPV4"}, {"ip_address_version": "IPV6"})
    assert [
        "neither addresses nor ip_address_version" in one or "is IPV4 and cannot become IPV6" in one for one in forbidden([new, other])
    ] == [
        True,
        True,
    ]
