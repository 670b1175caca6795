"""Filter patterns of CloudWatch Logs."""

from __future__ import annotations

import json

import pytest

from sandbox.watch.filter_pattern import compile
from sandbox.watch.tokens import Malformed

EVENT = json.dumps(
    {
        "level": "error",
        "latency": 512.5,
        "ok": False,
        "user": None,
        "http": {"status": 503, "path": "/orders/7"},
        "tags": ["a", "b"],
        "dotted.key": 1,
    }
)
ACCESS = '127.0.0.1 - frank [10/Oct/2025:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", True),
        ("503 error", True),
        ("503 warn", False),
        ("?warn ?error", True),
        ("?warn ?fatal", False),
        ("error -orders", False),
        ('"level\\": \\"error"', True),
        ("%stat.s%", True),
        ('{ $.level = "error" }', True),
        ("{ $.level = err* }", True),
        ('{ $.level != "error" }', False),
        ("{ $.latency > 512 && $.http.status >= 500 }", True),
        ("{ $.latency < 512 || ($.http.status = 503 && $.tags[1] = b) }", True),
        ("{ $.http.path = %^/orders/[0-9]+$% }", True),
        ("{ $.user IS NULL }", True),
        ("{ $.ok IS FALSE }", True),
        ("{ $.ok IS TRUE }", False),
        ("{ $.missing NOT EXISTS }", True),
        ("{ $.http.status EXISTS }", True),
        ("{ $.tags[*] = a }", True),
        ("{ $.['dotted.key'] = 1 }", True),
        ("{ $.missing != 1 }", False),
    ],
)
def test_json_event(pattern, expected):
    assert compile(pattern).matches(EVENT) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[ip, id, user, timestamp, request, status_code, bytes]", True),
        ("[ip, id, user, timestamp, request=*index.html*, status_code=4*, bytes > 1000]", True),
        ("[ip, id, user, timestamp, request, status_code = 404 || status_code = 410, bytes]", True),
        ("[..., status_code >= 500, bytes]", False),
        ("[ip, ..., bytes]", True),
        ("[ip, bytes]", False),
        ('{ $.level = "error" }', False),
    ],
)
def test_space_delimited_event(pattern, expected):
    assert compile(pattern).matches(ACCESS) is expected


def test_values_are_taken_from_the_event():
    assert compile("{ $.latency > 0 }").value(EVENT, "$.http.status") == 503
    assert compile("[..., status, bytes]").value(ACCESS, "$bytes") == "1534"


@pytest.mark.parametrize("pattern", ["{ $.a = }", "{ level = 1 }", "{ $.a = 1", "{ $.a > b }", "[a, b", "{ $.a = %(% }"])
def test_what_is_no_pattern_is_malformed(pattern):
    with pytest.raises(Malformed):
        compile(pattern)
