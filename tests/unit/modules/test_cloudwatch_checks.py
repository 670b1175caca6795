"""The filter cloudwatch_checks: what the role's claims go over."""

from __future__ import annotations

from ansible_collections.prodready.aws.plugins.filter.cloudwatch_checks import cloudwatch_checks

ARN = "arn:aws:sns:eu-central-1:123456789012:"
NOTHING = {"alarms": [], "log_groups": [], "dashboards": [], "widgets": [], "topic_arn": ARN}


def test_alarms_are_asked_for_by_the_hundred_and_know_their_topics():
    names = [f"a{number}" for number in range(150)]
    alarms = [{"name": name, "alarm_actions": ["one", f"{ARN}two"]} for name in names]
    checks = cloudwatch_checks({**NOTHING, "alarms": alarms})["alarms"]
    assert checks[0]["actions"] == [f"{ARN}one", f"{ARN}two"]
    assert (checks[99]["page"], checks[100]["page"]) == (names[:100], names[100:])
    assert cloudwatch_checks({**NOTHING, "alarms": [{"name": "quiet"}]})["alarms"][0]["actions"] == []


def test_what_a_metric_filter_emits_needs_no_declaration():
    one = {"name": "slow", "namespace": "Shop", "metric_name": "Slow", "dimensions": {"Path": "$.path"}}
    checks = cloudwatch_checks({**NOTHING, "log_groups": [{"name": "/shop", "metric_filters": [one]}, {"name": "/other"}]})
    assert checks["emitted"] == [{"namespace": "Shop", "metrics": ["Slow"], "dimensions": {"Path": "*"}}]
    assert checks["filters"] == [{"group": "/shop", "name": "slow", "metric": ["Shop", "Slow"]}]


def test_a_dashboard_must_show_its_own_widgets_and_those_of_others():
    own, other, elsewhere = {"markdown": 'a "b"'}, {"dashboard": "shop", "title": "Tables"}, {"dashboard": "x", "title": "No"}
    checks = cloudwatch_checks({**NOTHING, "dashboards": [{"name": "shop", "widgets": [own]}], "widgets": [other, elsewhere]})
    assert checks["dashboards"] == [{"name": "shop", "texts": ['"a \\"b\\""', '"Tables"']}]
