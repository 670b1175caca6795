"""log_groups: groups and metric filters as resources of their own."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, merged, plan
from ansible_collections.prodready.aws.plugins.modules.log_groups import calls, filter_state, forbidden, problems, read, want

OURS = {"prodready:managed": "true"}
FILTER = {
    **{"name": "errors", "pattern": '{ $.level = "error" }', "namespace": "Shop", "metric_name": "LogErrors"},
    **{"value": "1", "default_value": 0.0, "unit": "None", "dimensions": None},
}
GROUP = {"name": "/shop", "retention_days": 30, "metric_filters": [FILTER]}


def test_a_group_is_created_then_its_retention_and_its_filter_are_set(fake_aws, requests_of):
    changes = plan(want(GROUP, OURS), {})
    assert [call for change in changes for call in requests_of("logs", calls(fake_aws(), change))] == [
        Call("create_log_group", {"logGroupName": "/shop", "tags": OURS}),
        Call("put_retention_policy", {"logGroupName": "/shop", "retentionInDays": 30}),
        Call(
            "put_metric_filter",
            {
                "logGroupName": "/shop",
                "filterName": "errors",
                "filterPattern": '{ $.level = "error" }',
                "metricTransformations": [
                    {"metricNamespace": "Shop", "metricName": "LogErrors", "metricValue": "1", "unit": "None", "defaultValue": 0.0}
                ],
            },
        ),
    ]


def test_what_aws_answers_about_a_filter_is_what_was_put(fake_aws, requests_of):
    wanted = want(GROUP, OURS)["/shop filter errors"]
    (call,) = requests_of("logs", calls(fake_aws(), Change("/shop filter errors", None, wanted)))
    assert filter_state("/shop", call.params) == wanted


def test_reading_finds_a_group_by_its_exact_name_and_reads_no_filters_when_none_matter(fake_aws):
    groups = {"/shop": [{"logGroupName": "/shop", "retentionInDays": 30}], "/sho": [{"logGroupName": "/shop"}]}
    aws = fake_aws(
        describe_log_groups=lambda logGroupNamePrefix, limit: {"logGroups": groups[logGroupNamePrefix]},
        list_tags_for_resource={"tags": OURS},
    )
    state = {"retention_days": 30, "kms_key": "", "log_class": "STANDARD", "deletion_protection": False, "tags": OURS}
    assert read(aws, ["/shop", "/sho"], []) == {"/shop": state}


def test_only_what_differs_is_sent(fake_aws, requests_of):
    before = {"retention_days": 30, "kms_key": "", "log_class": "STANDARD", "deletion_protection": False, "tags": {"team": "shop"}}
    desired = {"retention_days": 0, "deletion_protection": True, "tags": OURS}
    change = Change("/shop", before, merged(before, desired))
    assert requests_of("logs", calls(fake_aws(), change)) == [
        Call("delete_retention_policy", {"logGroupName": "/shop"}),
        Call("put_log_group_deletion_protection", {"logGroupIdentifier": "/shop", "deletionProtectionEnabled": True}),
        Call("tag_resource", {"resourceArn": "arn:aws:logs:eu-central-1:123456789012:log-group:/shop", "tags": OURS}),
    ]


def test_a_key_is_associated_and_disassociated(fake_aws, requests_of):
    without, key = {"kms_key": "", "tags": {}}, {"kms_key": "arn:aws:kms:eu-central-1:123456789012:key/1", "tags": {}}
    sent = [requests_of("logs", calls(fake_aws(), Change("/shop", *states)))[0] for states in ((without, key), (key, without))]
    assert [call.operation for call in sent] == ["associate_kms_key", "disassociate_kms_key"]


def test_the_class_of_a_group_cannot_change():
    (said,) = forbidden([Change("/shop", {"log_class": "STANDARD"}, {"log_class": "INFREQUENT_ACCESS"})])
    assert "is STANDARD and cannot become INFREQUENT_ACCESS" in said


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({**GROUP, "name": "aws/x"}, "not begin with aws/"),
        ({**GROUP, "log_class": "INFREQUENT_ACCESS"}, "metric_filters need the log_class STANDARD"),
        ({**GROUP, "metric_filters": [FILTER, FILTER]}, "metric filter errors: the name is used twice"),
        ({**GROUP, "metric_filters": [{**FILTER, "dimensions": {"Path": "/"}}]}, "give either dimensions or default_value"),
        ({**GROUP, "metric_filters": [{**FILTER, "value": "$.ms"}]}, "$.ms must be a field that its pattern has"),
        ({**GROUP, "metric_filters": [{**FILTER, "metric_name": "a:b"}]}, "metric_name must have"),
        ({**GROUP, "metric_filters": [{**FILTER, "unit": "Stones"}]}, "unit Stones is not one of"),
    ],
)
def test_what_logs_refuses_is_said_before_anything_is_touched(wrong, said):
    (found,) = problems([wrong])
    assert said in found


@pytest.mark.parametrize(("pattern", "value"), [("{ $.took.ms > 5 }", "$.took.ms"), ("[host, status, bytes]", "$bytes"), ("ERROR", "1")])
def test_a_field_of_the_pattern_is_a_value(pattern, value):
    assert problems([{**GROUP, "metric_filters": [{**FILTER, "pattern": pattern, "value": value}]}]) == []


def test_a_field_whose_name_only_begins_as_one_of_the_pattern_is_another():
    assert len(problems([{**GROUP, "metric_filters": [{**FILTER, "pattern": "{ $.msec > 5 }", "value": "$.ms"}]}])) == 1


def test_two_groups_of_one_name_are_refused():
    assert problems([GROUP, GROUP]) == ["log group /shop: the name is used twice"]
