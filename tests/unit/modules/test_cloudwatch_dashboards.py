"""cloudwatch_dashboards: widgets from data, their places, and what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.dashboards import body, joined, metrics_of, problems
from ansible_collections.prodready.aws.plugins.module_utils.metrics import Metric
from ansible_collections.prodready.aws.plugins.module_utils.plan import Change
from ansible_collections.prodready.aws.plugins.modules.cloudwatch_dashboards import calls, read

REQUESTS = {"namespace": "Shop", "metric_name": "Requests", "dimensions": {"Service": "shop"}, "id": "requests"}
GRAPH = {"title": "Requests", "metrics": [REQUESTS, {"expression": "requests / 60", "label": "a second", "axis": "right"}]}


def places(widgets, aws):
    return [(widget["x"], widget["y"], widget["width"], widget["height"]) for widget in body(widgets, aws)["widgets"]]


def test_a_graph_is_written_as_cloudwatch_reads_it(fake_aws):
    assert body([{**GRAPH, "statistic": "Sum", "properties": {"yAxis": {"left": {"min": 0}}}}], fake_aws())["widgets"] == [
        {
            **{"type": "metric", "x": 0, "y": 0, "width": 8, "height": 6},
            "properties": {
                "title": "Requests",
                "metrics": [
                    ["Shop", "Requests", "Service", "shop", {"id": "requests"}],
                    [{"expression": "requests / 60", "label": "a second", "yAxis": "right"}],
                ],
                **{"region": "eu-central-1", "stat": "Sum", "period": 60, "view": "timeSeries", "yAxis": {"left": {"min": 0}}},
            },
        }
    ]


def test_text_alarms_and_logs_are_widgets_too(fake_aws):
    widgets = [{"markdown": "# Shop"}, {"alarms": ["slow"]}, {"query": "fields @message", "log_groups": ["/shop"]}]
    assert [(widget["type"], widget["properties"]) for widget in body(widgets, fake_aws())["widgets"]] == [
        ("text", {"markdown": "# Shop"}),
        ("alarm", {"alarms": ["arn:aws:cloudwatch:eu-central-1:123456789012:alarm:slow"]}),
        ("log", {"query": "SOURCE '/shop' | fields @message", "region": "eu-central-1", "view": "table"}),
    ]


def test_widgets_fill_rows_and_a_row_is_as_high_as_its_highest(fake_aws):
    widgets = [{"markdown": "x"}, GRAPH, {**GRAPH, "height": 9}, GRAPH, GRAPH, {"markdown": "x", "width": 16}]
    assert places(widgets, fake_aws()) == [(0, 0, 24, 2), (0, 2, 8, 6), (8, 2, 8, 9), (16, 2, 8, 6), (0, 11, 8, 6), (8, 11, 16, 2)]


def test_widgets_without_a_place_come_below_those_that_have_one(fake_aws):
    assert places([GRAPH, {**GRAPH, "x": 4, "y": 3}], fake_aws()) == [(0, 9, 8, 6), (4, 3, 8, 6)]


def test_widgets_of_others_come_after_the_dashboards_own():
    other = {"dashboard": "shop", "markdown": "tables"}
    assert joined([{"name": "shop", "widgets": [GRAPH]}, {"name": "empty"}], [other]) == {"shop": [GRAPH, other], "empty": []}


def test_every_metric_of_a_dashboard_is_known_by_its_widget():
    assert list(metrics_of("shop", [GRAPH])) == [("dashboard shop, widget Requests", Metric("Shop", "Requests", (("Service", "shop"),)))]


def test_the_same_meaning_in_other_words_is_no_change(fake_aws):
    written = '{"widgets": [\n {"height": 2.0, "width": 24, "y": 0, "x": 0, "properties": {"markdown": "x"}, "type": "text"}]}'
    aws = fake_aws(get_dashboard={"DashboardBody": written})
    wanted = {"body": body([{"markdown": "x"}], aws), "tags": {"prodready:managed": "true"}}
    assert read(aws, {"shop": wanted}) == {"shop": wanted}


def test_tags_are_given_at_creation_and_what_cloudwatch_finds_is_told(requests_of):
    told: list[str] = []
    found = [{"DashboardValidationMessages": [{"DataPath": "/widgets/0", "Message": "odd"}]}]
    (call,) = requests_of(
        "cloudwatch", calls(told.append, Change("shop", None, {"body": {}, "tags": {"prodready:managed": "true"}})), found
    )
    assert call.params["Tags"] == [{"Key": "prodready:managed", "Value": "true"}]
    assert told == ["dashboard shop, /widgets/0: odd"]
    (call,) = requests_of("cloudwatch", calls(told.append, Change("shop", {"body": {}}, {"body": {"widgets": []}, "tags": {"a": "b"}})))
    assert "Tags" not in call.params


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": "t"}, "give exactly one of metrics, markdown, alarms, query, not none"),
        ({**GRAPH, "markdown": "x"}, "not metrics and markdown"),
        ({**GRAPH, "width": 25}, "width must be 1 to 24"),
        ({**GRAPH, "x": 20, "y": 0}, "x plus width must be 0 to 24"),
        ({**GRAPH, "x": 4}, "give both x and y"),
        ({**GRAPH, "period": 45}, "period must be"),
        ({**GRAPH, "view": "gauge"}, "a gauge needs properties.yAxis.left with min and max"),
        ({"title": "t", "metrics": [{"metric_name": "Requests"}]}, "namespace is missing"),
        ({"title": "t", "metrics": [{"expression": "m1 * 2"}]}, "uses m1, which is no id"),
        ({"title": "t", "metrics": [{**REQUESTS, "statistic": "Mean"}]}, "statistic Mean is not one of"),
        ({"title": "t", "query": "fields @message"}, "query needs log_groups"),
        ({"markdown": "x", "period": 60}, "period is only for metrics"),
        ({**GRAPH, "properties": {"region": "eu-west-1"}}, "properties may not have region"),
    ],
)
def test_what_cloudwatch_refuses_is_said_with_its_widget(wrong, said):
    (found,) = problems([{"name": "shop", "widgets": [wrong]}], [])
    assert found.startswith("dashboard shop, widget ")
    assert said in found


def test_a_widget_for_a_dashboard_that_is_not_there_is_refused():
    assert problems([{"name": "shop", "widgets": [GRAPH]}], [{"dashboard": "shopp", **GRAPH}]) == [
        "widget Requests: there is no dashboard shopp, only shop"
    ]
