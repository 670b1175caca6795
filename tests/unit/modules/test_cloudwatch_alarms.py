"""cloudwatch_alarms: the normal form, the requests, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.alarm_problems import problems
from ansible_collections.prodready.aws.plugins.module_utils.alarms import children, normal_rule, state_of, want
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, merged, plan
from ansible_collections.prodready.aws.plugins.modules.cloudwatch_alarms import calls, read, turn, unsettled

OURS = {"prodready:managed": "true"}
TAGS = [{"Key": "prodready:managed", "Value": "true"}]
TOPIC = "arn:aws:sns:eu-central-1:123456789012:shop-alerts"
METRIC = {
    "name": "slow",
    "namespace": "Shop",
    "metric_name": "Latency",
    "dimensions": {"Service": "shop"},
    "statistic": "p95",
    "threshold": 500.0,
    "comparison_operator": "GreaterThanThreshold",
    "evaluation_periods": 5,
    "alarm_actions": ["shop-alerts"],
}
MATH = {
    "name": "failing",
    "metrics": [
        {"id": "requests", "namespace": "Shop", "metric_name": "Requests", "statistic": "Sum"},
        {"id": "errors", "namespace": "Shop", "metric_name": "Errors", "statistic": "Sum"},
        {"id": "rate", "expression": "100 * errors / requests"},
    ],
    "threshold": 5.0,
    "comparison_operator": "GreaterThanThreshold",
    "evaluation_periods": 3,
    "treat_missing_data": "notBreaching",
}
ANOMALY = {
    **{key: METRIC[key] for key in ("namespace", "metric_name", "dimensions", "evaluation_periods")},
    "name": "unusual",
    "statistic": "Sum",
    "anomaly_deviations": 2.0,
    "comparison_operator": "LessThanLowerOrGreaterThanUpperThreshold",
}
COMPOSITE = {"name": "unhealthy", "rule": 'ALARM("slow")\n  OR ALARM(failing)', "alarm_actions": ["shop-alerts"]}


def put(aws: Any, item: dict[str, Any], before: Any = None) -> Change:
    state = want(item, OURS)
    return Change(item["name"], before, state if before is None else merged(before, state))


def answered(params: dict[str, Any]) -> dict[str, Any]:
    """What DescribeAlarms says of an alarm that was put so."""
    return {key: value for key, value in params.items() if key != "Tags"}


@pytest.mark.parametrize("item", [METRIC, MATH, ANOMALY, COMPOSITE], ids=lambda item: item["name"])
def test_what_is_read_after_a_put_is_what_was_wanted(item, fake_aws, requests_of):
    aws = fake_aws()
    call = requests_of("cloudwatch", calls(aws, put(aws, item)))[-1]
    state = {**state_of(answered(call.params), aws), "tags": OURS}
    assert plan({item["name"]: want(item, OURS)}, {item["name"]: state}) == []


@pytest.mark.parametrize("item", [METRIC, MATH, ANOMALY, COMPOSITE], ids=lambda item: item["name"])
def test_a_put_of_the_whole_state_that_was_read_is_the_same_put(item, fake_aws, requests_of):
    aws = fake_aws()
    first = requests_of("cloudwatch", calls(aws, put(aws, item)))[-1].params
    state = {**state_of(answered(first), aws), "tags": OURS}
    again = requests_of("cloudwatch", calls(aws, Change(item["name"], None, state)))[-1].params
    assert {key: value for key, value in again.items() if value not in ([], "", True)} == {
        key: value for key, value in first.items() if value not in ([], "", True)
    }


def test_a_single_metric_with_a_percentile_is_put_with_its_tags(fake_aws, requests_of):
    aws = fake_aws()
    assert requests_of("cloudwatch", calls(aws, put(aws, METRIC))) == [
        Call(
            "put_metric_alarm",
            {
                "AlarmName": "slow",
                "AlarmActions": [TOPIC],
                "OKActions": [],
                "InsufficientDataActions": [],
                "Namespace": "Shop",
                "MetricName": "Latency",
                "Dimensions": [{"Name": "Service", "Value": "shop"}],
                "ExtendedStatistic": "p95",
                "Period": 60,
                "EvaluationPeriods": 5,
                "DatapointsToAlarm": 5,
                "Threshold": 500.0,
                "ComparisonOperator": "GreaterThanThreshold",
                "TreatMissingData": "missing",
                "Tags": TAGS,
            },
        )
    ]


def test_the_last_query_of_metric_math_is_what_the_alarm_compares():
    assert {query["id"]: query["return_data"] for query in want(MATH, {})["watch"]} == {"errors": False, "rate": True, "requests": False}


def test_a_new_anomaly_alarm_gets_its_detector_first(fake_aws, requests_of):
    aws = fake_aws()
    sent = requests_of("cloudwatch", calls(aws, put(aws, ANOMALY)), [{"AnomalyDetectors": []}])
    assert [call.operation for call in sent] == ["describe_anomaly_detectors", "put_anomaly_detector", "put_metric_alarm"]
    assert sent[1].params["SingleMetricAnomalyDetector"] == {
        "Namespace": "Shop",
        "MetricName": "Latency",
        "Dimensions": [{"Name": "Service", "Value": "shop"}],
        "Stat": "Sum",
    }


def test_a_detector_that_exists_is_left_as_it_was_trained(fake_aws, requests_of):
    aws = fake_aws()
    known = {"SingleMetricAnomalyDetector": {"Stat": "Sum", "Dimensions": [{"Name": "Service", "Value": "shop"}]}}
    sent = requests_of("cloudwatch", calls(aws, put(aws, ANOMALY)), [{"AnomalyDetectors": [known]}])
    assert [call.operation for call in sent] == ["describe_anomaly_detectors", "put_metric_alarm"]


def test_a_muted_alarm_stays_muted_and_keeps_what_is_not_mentioned(fake_aws, requests_of):
    aws = fake_aws()
    before = {
        **want(METRIC, OURS),
        "actions_enabled": False,
        "description": "by hand",
        "other": {"EvaluationWindow": {"SlidingWindow": {}}},
    }
    (call,) = requests_of("cloudwatch", calls(aws, put(aws, {**METRIC, "threshold": 400.0}, before)))
    kept = {key: call.params[key] for key in ("ActionsEnabled", "AlarmDescription", "EvaluationWindow", "Threshold")}
    assert kept == {"ActionsEnabled": False, "AlarmDescription": "by hand", "EvaluationWindow": {"SlidingWindow": {}}, "Threshold": 400.0}
    assert "Tags" not in call.params


def test_tags_alone_do_not_write_the_alarm(fake_aws, requests_of):
    aws = fake_aws()
    before = {**want(METRIC, {}), "tags": {"team": "shop"}}
    assert requests_of("cloudwatch", calls(aws, put(aws, METRIC, before))) == [
        Call(
            "tag_resource",
            {
                "ResourceARN": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:slow",
                "Tags": TAGS,
            },
        )
    ]


def test_the_undone_change_untags_and_deletes(fake_aws, requests_of):
    aws = fake_aws()
    state = want(METRIC, OURS)
    assert [call.operation for call in requests_of("cloudwatch", calls(aws, Change("slow", state, {**state, "tags": {}})))] == [
        "untag_resource"
    ]
    assert requests_of("cloudwatch", calls(aws, Change("slow", state, None))) == [
        Call("delete_alarms", {"AlarmNames": ["slow"]}, missing=("ResourceNotFound",))
    ]


def test_reading_asks_once_for_a_hundred_alarms_and_once_for_their_tags(fake_aws):
    names = [f"a{number}" for number in range(250)]
    desired = {name: want({**METRIC, "name": name}, OURS) for name in names}

    def describe(AlarmNames, **_):
        return {"MetricAlarms": [{"AlarmName": name, "EvaluationPeriods": 1} for name in AlarmNames]}

    def resources(ResourceARNList):
        return {
            "ResourceTagMappingList": [
                {"ResourceARN": arn, "Tags": [{"Key": "prodready:managed", "Value": "true"}]} for arn in ResourceARNList
            ]
        }

    aws = fake_aws(describe_alarms=describe, get_resources=resources)
    assert set(read(aws, desired, names)) == set(names)
    assert [operation for operation, _ in aws.asked] == ["describe_alarms"] * 3 + ["get_resources"] * 3


def test_an_alarm_that_seems_to_lack_a_tag_is_asked_itself(fake_aws):
    aws = fake_aws(
        describe_alarms={"MetricAlarms": [{"AlarmName": "slow", "EvaluationPeriods": 1}]},
        get_resources={"ResourceTagMappingList": []},
        list_tags_for_resource={"Tags": [{"Key": "prodready:managed", "Value": "true"}]},
    )
    assert read(aws, {"slow": want(METRIC, OURS)}, ["slow"])["slow"]["tags"] == OURS


def test_children_come_before_composite_alarms_and_are_deleted_after_them():
    states = {"leaf": {"type": "metric"}, "low": {"rule": "ALARM(leaf)"}, "top": {"rule": "ALARM(low) OR ALARM(leaf)"}}
    puts = [Change(name, None, state) for name, state in states.items()]
    deletes = [Change(name, state, None) for name, state in states.items()]
    ranked = sorted([*puts, *deletes], key=lambda change: turn(change, states, states))
    assert [(change.action, change.name) for change in ranked] == [
        ("create", "leaf"),
        ("create", "low"),
        ("create", "top"),
        ("delete", "top"),
        ("delete", "low"),
        ("delete", "leaf"),
    ]


def test_a_rule_reads_the_same_with_other_white_space_and_with_arns():
    prefix = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:"
    assert normal_rule(f'ALARM("{prefix}a b")\n OR  OK(c)', prefix) == 'ALARM("a b") OR OK(c)'
    assert children('ALARM("a b") OR (OK(c) AND NOT INSUFFICIENT_DATA(d))') == ["a b", "c", "d"]


def test_a_child_that_is_nowhere_forbids_the_plan():
    change = Change("unhealthy", None, want(COMPOSITE, {}))
    assert list(unsettled([change], {"slow": {}, "unhealthy": {}}, {"failing": {}})) == []
    assert list(unsettled([change], {"slow": {}, "unhealthy": {}}, {})) == [
        "alarm unhealthy: its rule names the alarm failing, which is neither in the set nor in CloudWatch"
    ]


def test_a_composite_alarm_cannot_take_the_name_of_a_metric_alarm():
    change = Change("slow", want(METRIC, {}), want({**COMPOSITE, "name": "slow", "rule": "TRUE"}, {}))
    assert "cannot share a name" in next(unsettled([change], {"slow": {}}, {}))


def test_sound_alarms_have_no_problems():
    assert problems([METRIC, MATH, ANOMALY, COMPOSITE]) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({**METRIC, "period": 45}, "period must be 10, 20, 30 or a multiple of 60 seconds, not 45"),
        ({**METRIC, "period": 300, "evaluation_periods": 300}, "must be at most 86400 s"),
        ({**METRIC, "period": 3600, "evaluation_periods": 200}, "must be at most 604800 s"),
        ({**METRIC, "datapoints_to_alarm": 6}, "datapoints_to_alarm must be 1 to evaluation_periods (5), not 6"),
        ({**METRIC, "statistic": "p100.5"}, "statistic p100.5 is not one of"),
        ({**METRIC, "statistic": "Mean"}, "statistic Mean is not one of"),
        ({**METRIC, "metrics": MATH["metrics"]}, "give exactly one of metric_name, metrics and rule, not metric_name and metrics"),
        ({**METRIC, "threshold": None}, "give a threshold"),
        ({**METRIC, "comparison_operator": "GreaterThanUpperThreshold"}, "is only for anomaly alarms"),
        ({**METRIC, "alarm_actions": list("abcdef")}, "alarm_actions must have at most 5 actions, not 6"),
        ({**METRIC, "alarm_actions": ["shop alerts"]}, "shop alerts is neither a topic's name nor an ARN"),
        ({**METRIC, "unit": "Minutes"}, "unit Minutes is not one of"),
        ({**METRIC, "statistic": "Sum", "evaluate_low_sample_count_percentile": "ignore"}, "only for percentile"),
        ({**METRIC, "description": "x" * 1025}, "at most 1024"),
        ({**ANOMALY, "threshold": 1.0}, "give a threshold, or for an anomaly alarm"),
        ({**MATH, "metrics": [*MATH["metrics"][:1], {"id": "rate", "expression": "100 * errors"}]}, "uses errors, which is no id"),
        ({**MATH, "metrics": [{**MATH["metrics"][0], "id": "Requests"}]}, "id must begin with a lower-case letter"),
        ({**MATH, "metrics": [{**one, "return_data": True} for one in MATH["metrics"]]}, "one entry of metrics has return_data true"),
        ({**COMPOSITE, "rule": "slow is bad"}, "rule must be written of"),
        ({**COMPOSITE, "rule": '(ALARM("slow")'}, "rule has parentheses that do not match"),
        ({**COMPOSITE, "rule": 'ALARM("slow"'}, "rule must be written of"),
        ({**COMPOSITE, "rule": "ALARM(unhealthy)"}, "its rule leads back to itself"),
        ({**COMPOSITE, "rule": "ALARM(a)" + " " * 10240}, "at most 10240"),
        ({**COMPOSITE, "threshold": 1.0}, "threshold has no meaning for a composite alarm"),
        ({**COMPOSITE, "actions_suppressor": "slow"}, "needs actions_suppressor_wait_period"),
    ],
)
def test_what_cloudwatch_refuses_is_said_before_anything_is_touched(wrong, said):
    (found, *more) = problems([wrong])
    assert found.startswith(f"alarm {wrong['name']}: ")
    assert said in found
    assert more == []


def test_all_problems_of_a_set_are_said_at_once():
    found = problems([METRIC, {**METRIC, "period": 45}, {**MATH, "evaluation_periods": None}])
    assert len(found) == 3
    assert found[0] == "alarm slow: the name is used twice"
