"""undo on the repaired emulator: what a module did is taken back, and what must not be is left and named."""

from __future__ import annotations

import json

import pytest
import requests
from ansible_collections.prodready.aws.plugins.module_utils import progress
from ansible_collections.prodready.aws.plugins.modules import (
    budgets,
    cloudwatch_alarms,
    cloudwatch_dashboards,
    dynamodb_backups,
    dynamodb_tables,
    listeners,
    load_balancers,
    log_groups,
    route53_health_checks,
    s3_buckets,
    scaling_targets,
    secret_rotations,
    secrets,
    sns_topics,
    target_groups,
    targets,
    undo,
    waf_ip_sets,
    waf_regex_pattern_sets,
    waf_web_acls,
)

from tests.unit.sandbox.ecs import Ecs

ALARM = {
    **{"name": "busy", "namespace": "Shop", "metric_name": "Requests", "statistic": "Sum"},
    **{"threshold": 5.0, "comparison_operator": "GreaterThanThreshold", "evaluation_periods": 3},
}
TABLE = {"name": "orders", "hash_key": {"name": "id"}}
GROUP = {"name": "/shop", "retention_days": 30}
FILTER = {"name": "errors", "pattern": "ERROR", "namespace": "Shop", "metric_name": "Errors"}
RULE = {"id": "old", "expiration": {"days": 30}}
SCHEMA = {"TOKEN": {"rotation": {"by": "generated", "maximum_age_days": 1}}}
QUEUE = "shop-inbox"
BALANCER = {"name": "shop", "subnets": ["eu-central-1a", "eu-central-1b"]}
TOLD = {"type": "ACTUAL", "threshold_percent": 80, "subscribers": ["alerts", "ops@example.com"]}
FIXED = {"fixed_response": {"status_code": "200"}}
PORT = {"load_balancer": "there", "port": 80, "protocol": "HTTP", "default_action": FIXED}
IN_GROUP = {"target_group": "there", "id": "172.31.1.11"}
TRACKS = {"name": "cpu", "target_tracking": {"metric": "ECSServiceAverageCPUUtilization", "target": 60}}
MORNING = {"name": "morning", "schedule": "rate(1 day)", "min": 2}
BANNED = {"name": "banned", "ip_address_version": "IPV4"}
WEB_ACL = {"name": "shop", "rules": [{"name": "foreign", "action": "block", "statement": {"geo_match": {"country_codes": ["DE"]}}}]}


@pytest.fixture
def journal(tmp_path):
    return tmp_path / "journal.jsonl"


@pytest.fixture
def at(journal):
    return lambda run_id, host="primary": {"path": str(journal), "run": run_id, "host": host}


@pytest.fixture
def apply(run, at):
    """A function that runs a module as part of a run and has it succeed."""

    def apply(module, run_id="r1", **options):
        name = f"prodready.aws.{module.__name__.rpartition('.')[2]}"
        done = run(module.main, journal=at(run_id), _ansible_module_name=name, **options)
        assert not done.get("failed"), done
        return done

    return apply


@pytest.fixture
def take_back(run, journal, at):
    def take_back(check_mode=False, run_id="u1", host="primary", **options):
        return run(undo.main, check_mode, src=str(journal), journal=at(run_id, host), **options)

    return take_back


# The module, what it is given first, what it is given then.
CHANGES = {
    "cloudwatch_alarms": (cloudwatch_alarms, {"alarms": [ALARM]}, {"alarms": [{**ALARM, "threshold": 9.0, "tags": {"team": "a"}}]}),
    "cloudwatch_dashboards": (
        cloudwatch_dashboards,
        {"dashboards": [{"name": "shop", "widgets": [{"markdown": "before"}]}]},
        {"dashboards": [{"name": "shop", "widgets": [{"markdown": "after"}, {"markdown": "more"}]}]},
    ),
    "log_groups": (
        log_groups,
        {"log_groups": [GROUP]},
        {"log_groups": [{**GROUP, "retention_days": 7, "tags": {"team": "a"}, "metric_filters": [FILTER]}]},
    ),
    "sns_topics": (
        sns_topics,
        {"topics": [{"name": "alerts", "display_name": "Before"}]},
        {
            "topics": [
                {"name": "alerts", "display_name": "After", "inbox": QUEUE, "publishers": ["budgets.amazonaws.com"], "tags": {"team": "a"}}
            ]
        },
    ),
    "budgets": (
        budgets,
        {"budgets": [{"name": "shop", "amount": 200, "notifications": [TOLD]}]},
        {
            "budgets": [
                {
                    **{
                        "name": "shop",
                        "amount": 300,
                        "time_unit": "DAILY",
                        "cost_filters": {"Service": ["AmazonS3"]},
                        "tags": {"team": "a"},
                    },
                    "notifications": [{**TOLD, "subscribers": ["other"]}, {**TOLD, "threshold_percent": 100}],
                }
            ]
        },
    ),
    "dynamodb_tables": (
        dynamodb_tables,
        {"tables": [TABLE]},
        {"tables": [{**TABLE, "recovery_days": 7, "ttl": "expires", "deletion_protection": True, "stream": "NEW_IMAGE"}]},
    ),
    "s3_buckets": (
        s3_buckets,
        {"buckets": [{"name": "images", "create": True}]},
        {"buckets": [{"name": "images", "lifecycle": [RULE], "versioning": "Enabled", "tls_only": True, "tags": {"team": "a"}}]},
    ),
    "secrets": (
        secrets,
        {"secrets": [{"name": "shop", "values": {"TOKEN": "one"}, "description": "Before"}]},
        {"secrets": [{"name": "shop", "values": {"TOKEN": "one"}, "description": "After", "tags": {"team": "a"}}]},
    ),
    "load_balancers": (
        load_balancers,
        {"load_balancers": [{**BALANCER, "idle_timeout_seconds": 60}]},
        {"load_balancers": [{**BALANCER, "idle_timeout_seconds": 30, "deletion_protection": True, "tags": {"team": "a"}}]},
    ),
    "target_groups": (
        target_groups,
        {"target_groups": [{"name": "shop", "port": 80}]},
        {"target_groups": [{"name": "shop", "port": 80, "health_check": {"path": "/health"}, "slow_start_seconds": 30}]},
    ),
    "listeners": (
        listeners,
        {"listeners": [PORT]},
        {
            "listeners": [
                {
                    **PORT,
                    "default_action": {"forward": [{"target_group": "there"}]},
                    "server_header": False,
                    "rules": [{"priority": 5, "conditions": {"path": ["/x"]}, "action": FIXED}],
                }
            ]
        },
    ),
    "scaling_targets": (
        scaling_targets,
        {"targets": [{"service": "shop/shop", "min": 1, "max": 3, "policies": [TRACKS]}]},
        {"targets": [{"service": "shop/shop", "min": 1, "max": 4, "suspended": ["in"], "policies": [], "schedules": [MORNING]}]},
    ),
    "route53_health_checks": (
        route53_health_checks,
        {"wait": False, "health_checks": [{"name": "shop", "fqdn": "shop.example", "tags": {"team": "a"}}]},
        {"wait": False, "health_checks": [{"name": "shop", "fqdn": "b.shop.example", "disabled": True, "tags": {"team": "b"}}]},
    ),
    "targets": (targets, {"targets": [IN_GROUP]}, {"targets": [IN_GROUP, {**IN_GROUP, "id": "172.31.1.12"}]}),
    "waf_ip_sets": (
        waf_ip_sets,
        {"ip_sets": [{**BANNED, "addresses": ["192.0.2.1"]}]},
        {"ip_sets": [{**BANNED, "addresses": ["192.0.2.2"], "description": "After", "tags": {"team": "a"}}]},
    ),
    "waf_regex_pattern_sets": (
        waf_regex_pattern_sets,
        {"regex_pattern_sets": [{"name": "foreign", "regular_expressions": ["^/before"]}]},
        {"regex_pattern_sets": [{"name": "foreign", "regular_expressions": ["^/after"], "tags": {"team": "a"}}]},
    ),
    "waf_web_acls": (
        waf_web_acls,
        {"web_acls": [WEB_ACL]},
        {"web_acls": [{**WEB_ACL, "captcha_config": 300, "tags": {"team": "a"}}], "promote": ["shop/foreign"]},
    ),
}
KEEPS_DATA = {"secrets"}


@pytest.fixture
def there(client):
    """A load balancer, a target group and a service of ECS that others have made."""
    Ecs(client).create()
    elbv2 = client("elbv2")
    subnets = [one["SubnetId"] for one in client("ec2").describe_subnets()["Subnets"]]
    vpc = client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    balancer = elbv2.create_load_balancer(Name="there", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    group = elbv2.create_target_group(Name="there", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")["TargetGroups"][0]
    at_once = [{"Key": "deregistration_delay.timeout_seconds", "Value": "0"}]
    elbv2.modify_target_group_attributes(TargetGroupArn=group["TargetGroupArn"], Attributes=at_once)
    forward = [{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}]
    elbv2.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=8080, DefaultActions=forward)


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_module_changed_is_as_it_was(apply, take_back, there, name):
    module, first, then = CHANGES[name]
    apply(module, "r1", **first)
    changed = apply(module, "r2", **then)
    planned = take_back(check_mode=True)
    done = take_back()

    assert not done.get("failed"), done
    assert (done["run"], done["changed"], done["stays"]) == ("r2", True, [])
    assert planned["plan"] == done["plan"]
    assert {one["name"] for one in done["plan"]} == {f"{name}: {one['name']}" for one in changed["plan"]}
    assert take_back()["plan"] == []
    # As much as the second run had to change, it would have to change again.
    assert apply(module, "r3", check_mode=True, **then)["plan"] == changed["plan"]


@pytest.mark.parametrize("name", sorted(set(CHANGES) - KEEPS_DATA))
def test_what_a_module_made_is_gone_and_comes_back_when_the_undo_is_undone(apply, take_back, there, name):
    module, __, options = CHANGES[name]
    if name == "s3_buckets":
        options = {"buckets": [{**options["buckets"][0], "create": True}]}
    made = apply(module, **options)
    gone = take_back()
    assert not gone.get("failed"), gone
    assert {one["action"] for one in gone["plan"]} == {"delete"}
    assert len(gone["plan"]) == len(made["plan"])

    back = take_back(run="u1", run_id="u2")
    assert not back.get("failed"), back
    assert {one["action"] for one in back["plan"]} == {"create"}
    assert apply(module, "r2", **options)["plan"] == []


def test_a_deletion_that_was_broken_off_is_gone_on_with(apply, take_back, client, endpoint_url):
    apply(dynamodb_tables, tables=[{**TABLE, "deletion_protection": True}])
    denied = {"operation": "DeleteTable", "code": "AccessDeniedException", "status": 400, "times": 1}
    requests.put(f"{endpoint_url}/_sandbox/faults", json={"rules": [denied]}, timeout=10).raise_for_status()
    assert "DeleteTable failed" in take_back()["msg"]
    assert not client("dynamodb").describe_table(TableName="orders")["Table"]["DeletionProtectionEnabled"]
    done = take_back(run_id="u2")
    assert not done.get("failed"), done
    assert client("dynamodb").list_tables()["TableNames"] == []


def test_what_takes_long_to_take_back_is_said(apply, take_back, monkeypatch):
    apply(cloudwatch_alarms, alarms=[ALARM])
    said = []
    monkeypatch.setattr(progress, "listener", said.append)
    monkeypatch.setattr(progress, "AGAIN_SECONDS", 0.0)
    assert take_back()["changed"]
    assert said == ["1 of 1: cloudwatch_alarms: busy"]


def test_what_somebody_else_changed_since_is_refused_by_name_and_all_else_is_undone(apply, take_back, client):
    apply(cloudwatch_alarms, alarms=[ALARM, {**ALARM, "name": "quiet"}])
    cloudwatch = client("cloudwatch")
    (busy,) = cloudwatch.describe_alarms(AlarmNames=["busy"])["MetricAlarms"]
    kept = ("AlarmName", "Namespace", "MetricName", "Statistic", "Period", "EvaluationPeriods", "ComparisonOperator")
    cloudwatch.put_metric_alarm(**{key: busy[key] for key in kept}, Threshold=7)
    done = take_back()
    assert done["failed"]
    assert done["changed"]
    assert "cloudwatch_alarms: busy is neither as the run left it nor as it was before (threshold)" in done["msg"]
    assert [alarm["AlarmName"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]] == ["busy"]


def test_a_table_with_items_and_a_bucket_with_objects_and_a_group_with_logs_stay(apply, take_back, client):
    apply(dynamodb_tables, tables=[TABLE])
    apply(s3_buckets, buckets=[{"name": "images", "create": True}])
    apply(log_groups, log_groups=[GROUP])
    client("dynamodb").put_item(TableName="orders", Item={"id": {"S": "1"}})
    client("s3").put_object(Bucket="images", Key="a", Body=b"b")
    client("logs").create_log_stream(logGroupName="/shop", logStreamName="app1")
    done = take_back()
    assert (done.get("failed", False), done["changed"]) == (False, False)
    assert [one.partition(" was made by this run and holds ")[0] for one in done["stays"]] == [
        "log_groups: /shop",
        "s3_buckets: images",
        "dynamodb_tables: orders",
    ]


def test_an_inbox_with_messages_stays(apply, take_back, client):
    apply(sns_topics, topics=[{"name": "alerts", "inbox": QUEUE}])
    client("sns").publish(TopicArn="arn:aws:sns:eu-central-1:123456789012:alerts", Message="wake up")
    done = take_back()
    assert ["holds messages" in one for one in done["stays"]] == [True]
    assert client("sqs").list_queues()["QueueUrls"][0].endswith(QUEUE)


def test_restore_points_stay_and_deleted_ones_are_said_to_be_gone(apply, take_back):
    apply(dynamodb_tables, "r0", tables=[TABLE])
    apply(dynamodb_backups, "r1", backups=[{"table": "orders", "name": "one", "prefix": "o", "keep": 1}])
    apply(dynamodb_backups, "r2", backups=[{"table": "orders", "name": "once", "prefix": "o", "keep": 1}])
    done = take_back()
    assert (done.get("failed", False), done["changed"], len(done["stays"])) == (False, False, 2)
    assert "orders/one was deleted, and a restore point that was deleted cannot come back" in done["stays"][0]
    assert "orders/once is a restore point" in done["stays"][1]


def test_of_new_values_of_a_secret_the_version_before_is_offered(apply, take_back, client):
    apply(secrets, "r1", secrets=[{"name": "shop", "values": {"TOKEN": "canary-one"}}])
    apply(secrets, "r2", secrets=[{"name": "shop", "values": {"TOKEN": "canary-two"}}])
    versions = client("secretsmanager").describe_secret(SecretId="shop")["VersionIdsToStages"]
    (old,) = [one for one, stages in versions.items() if "AWSPREVIOUS" in stages]
    done = take_back()
    assert (done.get("failed", False), done["changed"]) == (False, False)
    assert f"--move-to-version-id {old} --remove-from-version-id" in done["stays"][0]
    assert "canary" not in json.dumps(done)


def test_a_rotation_is_not_undone_and_the_version_before_is_offered(apply, take_back, client):
    apply(secrets, "r1", secrets=[{"name": "shop", "values": {"TOKEN": "canary-one"}}])
    about = {"name": "shop", "schema": SCHEMA, "only": ["TOKEN"]}
    version = apply(secret_rotations, "r2", step="pending", **about)["version"]
    before = client("secretsmanager").get_secret_value(SecretId="shop")["VersionId"]
    apply(secret_rotations, "r2", step="promote", version=version, **about)
    done = take_back()
    assert (done["run"], done["changed"]) == ("r2", False)
    assert f"--move-to-version-id {before} --remove-from-version-id {version}" in done["stays"][0]


def test_another_region_is_refused_and_another_hosts_is_only_named(apply, take_back, client):
    apply(cloudwatch_alarms, region="eu-west-1", alarms=[ALARM])
    done = take_back()
    assert done["failed"]
    assert "1 changes of primary in eu-west-1 of account 123456789012: this is eu-central-1 of account 123456789012" in done["msg"]
    other = take_back(host="standby")
    assert (other.get("failed", False), other["changed"]) == (False, False)
    assert "not of this place: 1 changes of primary in eu-west-1" in other["text"]


def test_a_wrong_account_is_refused(apply, take_back, journal):
    apply(cloudwatch_alarms, alarms=[ALARM])
    journal.write_text(journal.read_text().replace("123456789012", "210987654321"))
    done = take_back(account="210987654321")
    assert done["failed"]
    assert "belong to account 123456789012, the inventory names 210987654321" in done["msg"]


def test_a_run_that_is_not_in_the_journal_and_a_journal_that_is_not_there_are_errors(apply, take_back):
    assert "There is no journal" in take_back()["msg"]
    apply(cloudwatch_alarms, alarms=[ALARM])
    assert "tells of no run r9; these are there: r1" in take_back(run="r9")["msg"]


def test_a_line_of_something_that_has_no_undo_is_refused(take_back, journal):
    line = {"run": "r1", "host": "primary", "module": "os", "account": "123456789012", "region": "eu-central-1"}
    journal.write_text(json.dumps({**line, "name": "a", "before": None, "after": {}}) + "\n")
    assert "os: a: there is no undo for this" in take_back()["msg"]
