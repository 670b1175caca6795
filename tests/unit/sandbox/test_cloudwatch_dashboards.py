"""PutDashboard."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

METRIC = {
    "type": "metric",
    "x": 0,
    "y": 0,
    "width": 12,
    "height": 6,
    "properties": {"region": "eu-central-1", "metrics": [["Shop", "Errors", "Host", "a", {"stat": "Sum"}]]},
}
TEXT = {"type": "text", "properties": {"markdown": "# Shop"}}


@pytest.fixture
def cloudwatch(client):
    return client("cloudwatch")


def _body(*widgets):
    return json.dumps({"widgets": widgets})


def test_a_dashboard_comes_back_as_it_was_put(cloudwatch):
    body = _body(METRIC, TEXT, {**METRIC, "properties": {"region": "eu-central-1", "metrics": [[{"expression": "m1"}]]}})
    assert cloudwatch.put_dashboard(DashboardName="shop", DashboardBody=body)["DashboardValidationMessages"] == []
    assert cloudwatch.get_dashboard(DashboardName="shop")["DashboardBody"] == body


@pytest.mark.parametrize(
    ("widget", "path"),
    [
        ({**TEXT, "type": "nonsense"}, "/widgets/0/type"),
        ({"properties": {}}, "/widgets/0"),
        ({"type": "text"}, "/widgets/0"),
        ({"type": "text", "properties": {}}, "/widgets/0/properties"),
        ({**TEXT, "x": 24}, "/widgets/0/x"),
        ({**TEXT, "width": 0}, "/widgets/0/width"),
        ({**TEXT, "height": "6"}, "/widgets/0/height"),
        ({**METRIC, "properties": {"region": "eu-central-1"}}, "/widgets/0/properties"),
        ({**METRIC, "properties": {"metrics": [["Shop", "Errors", "Host"]]}}, "/widgets/0/properties/metrics/0"),
        ({**METRIC, "properties": {**METRIC["properties"], "period": 45}}, "/widgets/0/properties/period"),
    ],
)
def test_a_faulty_widget_is_refused_with_its_path(cloudwatch, widget, path):
    with pytest.raises(ClientError, match="InvalidParameterInput") as error:
        cloudwatch.put_dashboard(DashboardName="shop", DashboardBody=_body(widget))
    assert f'"dataPath": "{path}"' in error.value.response["Error"]["Message"]


@pytest.mark.parametrize("body", ["{", "[]", '{"widgets": {}}'])
def test_a_body_that_is_no_dashboard_is_refused(cloudwatch, body):
    with pytest.raises(ClientError, match="InvalidParameterInput"):
        cloudwatch.put_dashboard(DashboardName="shop", DashboardBody=body)


def test_a_minor_fault_is_told_and_kept(cloudwatch):
    widget = {**METRIC, "properties": {"metrics": [["Shop", "Errors"]]}}
    [message] = cloudwatch.put_dashboard(DashboardName="shop", DashboardBody=_body(widget))["DashboardValidationMessages"]
    assert message["DataPath"] == "/widgets/0/properties"
    assert cloudwatch.list_dashboards()["DashboardEntries"][0]["DashboardName"] == "shop"
