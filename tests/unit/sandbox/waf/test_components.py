"""https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-fields-list.html"""

from __future__ import annotations

import pytest

from sandbox.waf.components import component
from sandbox.waf.request import Request
from tests.unit.sandbox.waf.acls import request

ALL = {"MatchPattern": {"All": {}}, "MatchScope": "ALL", "OversizeHandling": "CONTINUE"}


def values(field: dict, asked: Request) -> list[bytes]:
    return component(field, asked).values


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({"Method": {}}, [b"GET"]),
        ({"UriPath": {}}, [b"/a%20b"]),
        ({"QueryString": {}}, [b"SalesRegion=boston&UserName=abc&SalesRegion=seattle&empty"]),
        ({"SingleQueryArgument": {"Name": "salesregion"}}, [b"boston", b"seattle"]),  # AWS's example
        ({"AllQueryArguments": {}}, [b"boston", b"abc", b"seattle", b""]),
        ({"SingleHeader": {"Name": "User-Agent"}}, [b"probe/1"]),
        ({"SingleHeader": {"Name": "absent"}}, []),
        ({"HeaderOrder": {"OversizeHandling": "CONTINUE"}}, [b"host:user-agent:cookie"]),
        ({"Headers": ALL | {"MatchScope": "KEY"}}, [b"Host", b"user-agent", b"cookie"]),
        ({"Headers": ALL | {"MatchPattern": {"IncludedHeaders": ["HOST"]}, "MatchScope": "VALUE"}}, [b"shop.example"]),
        ({"Headers": ALL | {"MatchPattern": {"ExcludedHeaders": ["host", "cookie"]}}}, [b"user-agent", b"probe/1"]),
        ({"Cookies": ALL | {"MatchScope": "VALUE"}}, [b"1", b"2"]),
        ({"Cookies": ALL | {"MatchPattern": {"IncludedCookies": ["a"]}, "MatchScope": "VALUE"}}, [b"1"]),
        ({"Cookies": ALL | {"MatchPattern": {"IncludedCookies": ["A"]}, "MatchScope": "VALUE"}}, []),  # case counts for cookies
        ({"Cookies": ALL | {"MatchPattern": {"ExcludedCookies": ["a"]}, "MatchScope": "KEY"}}, [b"b"]),
    ],
)
def test_what_a_field_takes_of_a_request(field, expected):
    uri = "/a%20b?SalesRegion=boston&UserName=abc&SalesRegion=seattle&empty"
    assert values(field, request(uri, Host="shop.example", user_agent="probe/1", cookie="a=1; b=2")) == expected


def test_without_a_question_mark_there_is_no_query_string():
    assert values({"QueryString": {}}, request("/")) == []
    assert values({"QueryString": {}}, request("/?")) == [b""]


@pytest.mark.parametrize(("handling", "decided"), [("CONTINUE", None), ("MATCH", True), ("NO_MATCH", False), (None, None)])
def test_a_body_over_8_kb_is_handled_as_the_rule_says(handling, decided):
    options = {"OversizeHandling": handling} if handling else {}
    found = component({"Body": options}, request(body=b"x" * 8193, method="POST"))
    assert (found.decided, found.oversize, len(found.values[0])) == (decided, "REQUEST_BODY", 8192)
    cut = Request("192.0.2.1", "POST", "/", (), b"x" * 8192, is_cut=True)
    assert component({"Body": options}, cut).oversize == "REQUEST_BODY"
    assert component({"Body": options}, request(body=b"x" * 8192)).oversize == ""


def test_headers_are_seen_up_to_200_and_8_kb():
    many = Request("192.0.2.1", "GET", "/", tuple((f"h{number}", "v") for number in range(205)))
    found = component({"Headers": ALL | {"MatchScope": "KEY", "OversizeHandling": "MATCH"}}, many)
    assert (len(found.values), found.oversize, found.decided) == (200, "REQUEST_HEADERS", True)
    large = Request("192.0.2.1", "GET", "/", (("a", "x" * 8000), ("b", "y" * 300)))
    assert values({"Headers": ALL | {"MatchScope": "KEY"}}, large) == [b"a"]


def json_values(body: str, pattern: dict | None = None, scope: str = "ALL", **options: str) -> list[bytes]:
    field = {"JsonBody": {"MatchPattern": pattern or {"All": {}}, "MatchScope": scope, **options}}
    return values(field, request(body=body.encode(), method="POST"))


@pytest.mark.parametrize(("scope", "expected"), [("ALL", [b"e", b"f", b"g"]), ("KEY", [b"e", b"f"]), ("VALUE", [b"g"])])
def test_aws_example_of_included_elements(scope, expected):
    body = '{"a": {"c": "d", "b": {"e": {"f": "g"}}}}'
    assert json_values(body, {"IncludedPaths": ["/a/b"]}, scope) == expected


@pytest.mark.parametrize(
    "body",
    [
        '{"key1":"value1""key2":"value2"}',
        '{"key1":"value1","key2""value2"}',
        '{"key1"::"value1","key2""value2"}',
    ],
)
def test_aws_examples_of_json_that_is_read_all_the_same(body):
    assert json_values(body, scope="VALUE", InvalidFallbackBehavior="NO_MATCH") == [b"value1", b"value2"]


def test_json_pointers_name_places_in_lists():
    body = '{"dogs": [{"name": "rex"}, {"name": "ada", "age": 3}], "a/b": true}'
    assert json_values(body, {"IncludedPaths": ["/dogs/0/name", "/dogs/1/name"]}) == [b"rex", b"ada"]
    assert json_values(body, {"IncludedPaths": ["/a~1b"]}) == [b"true"]


@pytest.mark.parametrize("body", ['{"a": "b", "c": @}', '{"a": "b", "a": "c"}', '{"a": "b"', '{"a": "b"} x'])
@pytest.mark.parametrize(
    ("behavior", "decided", "seen"),
    [("MATCH", True, [b"a", b"b"]), ("NO_MATCH", False, [b"a", b"b"]), ("EVALUATE_AS_STRING", None, "body"), (None, None, [b"a", b"b"])],
)
def test_json_that_cannot_be_read_to_its_end_falls_back_as_the_rule_says(body, behavior, decided, seen):
    options = {"InvalidFallbackBehavior": behavior} if behavior else {}
    field = {"JsonBody": {"MatchPattern": {"All": {}}, "MatchScope": "ALL", **options}}
    found = component(field, request(body=body.encode()))
    assert found.decided is decided
    assert found.values[:2] == ([body.encode()] if seen == "body" else seen)


def test_a_root_that_is_no_object_or_list_is_not_read():
    assert json_values('"text"') == []
    assert (
        component({"JsonBody": {"MatchPattern": {"All": {}}, "MatchScope": "ALL", "InvalidFallbackBehavior": "MATCH"}}, request()).decided
        is None
    )
