"""The rules of composite alarms."""

from __future__ import annotations

import pytest

from sandbox.watch.alarm_rule import parse
from sandbox.watch.tokens import Malformed

STATES = {"a": "ALARM", "b": "OK", "two words": "ALARM", "c": "INSUFFICIENT_DATA"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ALARM(a)", True),
        ('ALARM("two words") AND OK(b)', True),
        ("ALARM(b) OR ALARM(a) AND ALARM(b)", False),
        ("(ALARM(b) OR ALARM(a)) AND NOT ALARM(b)", True),
        ("INSUFFICIENT_DATA(c) AND FALSE", False),
        ("ALARM(arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a) OR FALSE", True),
        ("NOT TRUE", False),
    ],
)
def test_rules(rule, expected):
    assert parse(rule).holds(STATES.get) is expected


@pytest.mark.parametrize("rule", ["", "a", "ALARM", "ALARM()", "ALARM(a) ALARM(b)", "(ALARM(a)", "ALARM(a) XOR TRUE"])
def test_what_is_no_rule_is_malformed(rule):
    with pytest.raises(Malformed):
        parse(rule)


def test_a_rule_knows_its_alarms():
    assert parse("ALARM(a) AND (NOT OK(b) OR ALARM('two words'))").alarms() == {"a", "b", "two words"}
