"""Metrics that alarms and dashboards name: whether anybody emits them."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.metrics import Metric, declared, statistic_allowed, strangers, unknown

REQUESTS = Metric("Shop", "Requests", (("Service", "shop"),))
LISTED = {"Namespace": "Shop", "MetricName": "Requests", "Dimensions": [{"Name": "Service", "Value": "shop"}]}


@pytest.mark.parametrize("value", ["shop", ["cart", "shop"], "*"])
def test_a_declared_metric_has_the_dimension_given_one_of_several_or_any(value):
    assert declared(REQUESTS, [{"namespace": "Shop", "metrics": ["Errors", "Requests"], "dimensions": {"Service": value}}])


@pytest.mark.parametrize(
    "other",
    [
        {"namespace": "Shopp"},
        {"metrics": ["Errors"]},
        {"dimensions": {}},
        {"dimensions": {"Service": "cart"}},
        {"dimensions": {"Host": "*"}},
    ],
)
def test_a_metric_is_its_namespace_name_and_all_dimensions(other):
    assert not declared(REQUESTS, [{"namespace": "Shop", "metrics": ["Requests"], "dimensions": {"Service": "shop"}, **other}])


def test_nothing_is_asked_about_declared_metrics(fake_aws):
    aws = fake_aws()
    assert unknown(aws, [("alarm a", REQUESTS)], [{"namespace": "Shop", "metrics": ["Requests"], "dimensions": {"Service": "*"}}]) == []
    assert aws.asked == []


def test_a_metric_that_cloudwatch_lists_is_emitted(fake_aws):
    assert unknown(fake_aws(list_metrics={"Metrics": [LISTED]}), [("alarm a", REQUESTS), ("alarm b", REQUESTS)], []) == []


def test_a_metric_with_more_dimensions_than_asked_for_is_another(fake_aws):
    more = {**LISTED, "Dimensions": [*LISTED["Dimensions"], {"Name": "Host", "Value": "1"}]}
    assert len(unknown(fake_aws(list_metrics={"Metrics": [more]}), [("alarm a", REQUESTS)], [])) == 1


def test_a_metric_nobody_emits_is_named_with_its_users_and_what_is_closest(fake_aws):
    wrong = Metric("Shop", "Request", (("Service", "shop"),))
    aws = fake_aws(list_metrics=lambda Namespace, MetricName=None, Dimensions=(): {"Metrics": [] if MetricName else [LISTED]})
    assert unknown(aws, [("alarm a", wrong), ("dashboard d, widget w", wrong)], []) == [
        "alarm a, dashboard d, widget w: nobody emits the metric Shop Request {Service=shop}; closest is Shop Requests {Service=shop}; "
        "correct it, or declare it as emitted (cloudwatch_emitted_metrics)"
    ]


@pytest.mark.parametrize("statistic", ["Sum", "p95", "p99.9", "p100", "tm90", "IQM", "PR(0:300)", "TM(10%:90%)", "TM(:200)"])
def test_statistics_of_cloudwatch_are_allowed(statistic):
    assert statistic_allowed(statistic)


@pytest.mark.parametrize("statistic", ["sum", "p101", "95", "TM", "PR()", "p95 "])
def test_other_statistics_are_not(statistic):
    assert not statistic_allowed(statistic)


def test_an_expression_may_use_ids_functions_texts_and_numbers_only():
    assert strangers("100 * errors / requests", ["errors", "requests"]) == []
    assert strangers("SUM(SEARCH('{Shop,Service} errors', 'Sum', 300)) * 1e3", []) == []
    assert strangers("SELECT SUM(x) FROM y", []) == []
    assert strangers("FILL(m1, 0) + m2", ["m1"]) == ["m2"]
