"""Bad input of every kind, on an empty account: one clear error, before anything is touched."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.place import CHECKOUT, Place
from tests.proofs import bad_input
from tests.proofs.bad_input import Case, Result

ALL = os.environ.get("PROOFS") == "all"
pytestmark = pytest.mark.timeout(3600 if ALL else 900)


# As a private key begins, in two parts lest it is taken for one.
KEY = "-----BEGIN " + "PRIVATE KEY-----"


def inventory(role: str, group: str = "aws") -> dict[str, Any]:
    return yaml.safe_load((CHECKOUT / f"inventories/sandbox/group_vars/{group}/{role}.yml").read_text())


def env(id: str, edit: Callable[[str], str | bytes], *says: str) -> Case:
    """The .env file, edited."""

    def edited(text: str) -> bytes:
        new = edit(text)
        return new if isinstance(new, bytes) else new.encode()

    return Case(id, says, env=edited, tags="environment")


def variable(id: str, name: str, value: str | None, *says: str) -> Case:
    """The .env file with another value of a variable, or without it."""

    def edit(text: str) -> str:
        rest = [one for one in text.splitlines(keepends=True) if not one.startswith(f"{name}=")]
        return "".join([*rest, *([f"{name}={value}\n"] if value is not None else [])])

    return env(id, edit, name, "(environment_src)", *says)


def schema(id: str, name: str, rule: Any, *says: str) -> Case:
    found = {**inventory("environment", "all")["environment_schema"], name: rule}
    return Case(
        id, (f"environment_schema{f'.{name}' if name.isidentifier() else ''}: ", *says), {"environment_schema": found}, tags="environment"
    )


def secret(id: str, says: str, **rotation: Any) -> Case:
    rule = {"secret": True, "rotation": {"by": "generated", "maximum_age_days": 30, **rotation}}
    return schema(id, "ADMIN_TOKEN", rule, says)


def tables(id: str, given: Any, *says: str) -> Case:
    return Case(id, says, {"dynamodb_tables": given}, tags="dynamodb")


def table(id: str, given: dict[str, Any], *says: str) -> Case:
    return tables(id, [{"name": "shop-carts", "hash_key": {"name": "id"}, **given}], *says)


def bucket(id: str, given: dict[str, Any], *says: str) -> Case:
    return Case(id, says, {"s3_buckets": [{"name": "shop-new-123456789012", "create": True, **given}]}, tags="s3")


def rule(id: str, given: dict[str, Any], *says: str) -> Case:
    return bucket(id, {"lifecycle": [{"id": "age", **given}]}, "shop-new-123456789012: lifecycle rule age: ", *says)


def monitoring(id: str, variables: dict[str, Any], *says: str) -> Case:
    return Case(id, says, variables, tags="cloudwatch")


def spending(id: str, given: dict[str, Any], *says: str) -> Case:
    """The inventory's budget with something of it changed."""
    (budget,) = inventory("cost")["cost_budgets"]
    return Case(id, ("shop: ", *says), {"cost_budgets": [{**budget, **given}]}, tags="cost")


def alarm(id: str, given: dict[str, Any], *says: str) -> Case:
    whole = {name: value for name, value in {**ALARM, **given}.items() if value is not None}
    return monitoring(id, {"cloudwatch_alarms": [whole]}, "alarm", *says)


def widget(id: str, given: dict[str, Any], *says: str) -> Case:
    return monitoring(id, {"cloudwatch_dashboards": [{"name": "shop", "widgets": [given]}]}, "dashboard shop, widget ", *says)


def balancing(id: str, name: str, edit: Callable[[Any], object], *says: str) -> Case:
    """The inventory's variable with something in it changed."""
    edit(given := inventory("alb")[name])
    return Case(id, says, {name: given}, playbook="short_term", tags="alb")


def guarding(id: str, name: str, edit: Callable[[Any], object], *says: str) -> Case:
    edit(given := inventory("waf")[name])
    return Case(id, says, {name: given}, playbook="short_term", tags="waf")


def caching(id: str, name: str, edit: Callable[[Any], object], *says: str) -> Case:
    edit(given := inventory("elasticache")[name])
    return Case(id, says, {name: given}, playbook="short_term", tags="elasticache")


def serverless(id: str, given: dict[str, Any], *says: str) -> Case:
    variables = {"elasticache_serverless_caches": [{"name": "light", "engine": "valkey", **given}]}
    return Case(id, says, variables, playbook="short_term", tags="elasticache")


def scaling(id: str, name: str, edit: Callable[[Any], object], *says: str) -> Case:
    edit(given := inventory("autoscaling")[name])
    return Case(id, says, {name: given, "autoscaling_release": "1.0.0-00000000"}, playbook="short_term", tags="autoscaling")


def loading(id: str, name: str, value: Any, *says: str) -> Case:
    return Case(id, says, {name: value}, playbook="short_term", tags="load_test", place=False)


def sets(value: Any, *path: Any) -> Callable[[Any], object]:
    """The edit that puts a value there."""

    def edit(given: Any) -> None:
        for step in path[:-1]:
            given = given[step]
        given[path[-1]] = value

    return edit


def aws(id: str, given: dict[str, Any], *says: str) -> Case:
    return Case(id, says, aws=given, tags="dynamodb")


def whole_phase(id: str, case: Case) -> Case:
    """The same without tags: roles that come before the one with bad input would have much to do."""
    return replace(case, id=id, tags="")


def deployment(id: str, source: Callable[[Path], object] | None = None, *says: str, **variables: Any) -> Case:
    return Case(id, says, variables, source=source, tags="app_deploy", place=False)


def typed(id: str, playbook: str, variables: dict[str, Any], *says: str) -> Case:
    return Case(id, says, variables, playbook=playbook, place=False)


def package(**changes: Any) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        file = folder / "package.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))

    return edit


ALARM = {
    "name": "bad",
    "namespace": "Shop",
    "metric_name": "Requests",
    "dimensions": {"Service": "shop"},
    "statistic": "Sum",
    "threshold": 1,
    "comparison_operator": "GreaterThanThreshold",
    "evaluation_periods": 1,
}
REQUESTS = {"namespace": "Shop", "metric_name": "Requests", "dimensions": {"Service": "shop"}}
TYPO = {"title": "x", "metrics": [{"namespace": "Shop", "metric_name": "Reqests"}]}
AT_80 = {"type": "ACTUAL", "threshold_percent": 80}
WAIVED = {"cloudwatch_muted_waived": {"reason": "moving", "until": "soon"}}

ENVIRONMENT = [
    Case(
        "no .env file",
        ("/nowhere/shop.env", "does not exist", "correct the path"),
        {"environment_src": "/nowhere/shop.env"},
        tags="environment",
    ),
    Case("the .env file is a folder", ("/proc: cannot be read: Is a directory",), {"environment_src": "/proc"}, tags="environment"),
    env("a line without =", lambda text: f"{text}FORGOTTEN\n", ".env: line 20: has no =; write NAME= for an empty value"),
    env("an open quote", lambda text: f'{text}GREETING="hello\n', ".env: line 20: is not NAME=value", "a quote may be open"),
    env("a variable twice", lambda text: f"{text}LOG_LEVEL=info\n", ".env: line 20: LOG_LEVEL is set again, first in line 2; keep one"),
    env("no name", lambda text: f"{text}2ND=x\n", ".env: line 20: ", "is not a name (letters, digits and _)"),
    env("no UTF-8", lambda text: text.encode() + b"CITY=K\xf6ln\n", ".env: line 20: is not UTF-8 text"),
    env("an undeclared variable", lambda text: f"{text}EXTRA=1\n", "EXTRA is not declared in the schema"),
    env("more than a secret holds", lambda text: f"{text}EXTRA={'x' * 70000}\n", "a secret holds 65536 at most"),
    variable("a required variable is missing", "ADMIN_TOKEN", None, "ADMIN_TOKEN is required and missing"),
    variable("a required variable is empty", "ADMIN_TOKEN", "", "ADMIN_TOKEN is required and empty"),
    variable("a placeholder", "ADMIN_TOKEN", "changeme", "ADMIN_TOKEN is a placeholder"),
    variable("a secret that is easy to guess", "SESSION_SECRET", "ab" * 30, "is too easy to guess: less than 128 bits of entropy"),
    variable("a value that is no choice", "LOG_LEVEL", "loud", "is not one of debug, info, warn, error"),
    variable("no number", "RATE_LIMIT_PER_MINUTE", "many", "is not an integer such as 60"),
    variable("a number that is too small", "RATE_LIMIT_PER_MINUTE", "0", "is below 1"),
    variable("a number that is too large", "KEEP_ALIVE_SECONDS", "601", "is above 600"),
    variable("no boolean", "S3_FORCE_PATH_STYLE", "perhaps", "is not a boolean (true, false, 1, 0)"),
    variable("no URL", "PUBLIC_URL", "shop", "is not a URL with scheme and host"),
    variable("a host that is not allowed", "PUBLIC_URL", "http://shop.example.org", "has a host that is not one of 127.0.0.1"),
    variable("not the pattern", "AWS_REGION", "Frankfurt", "does not match the pattern"),
    schema("an unknown rule", "LOG_LEVEL", {"chioces": ["info"]}, "chioces", "choices"),
    schema("a rule that is none", "LOG_LEVEL", "info", "pattern"),
    schema("a type that is none", "LOG_LEVEL", {"type": "word"}, "string", "got: word"),
    schema("no name of a variable", "LOG-LEVEL", {}, "'LOG-LEVEL' is not a name of a variable (letters, digits and _)"),
    schema("a pattern that is none", "LOG_LEVEL", {"pattern": "("}, "pattern is not a regular expression"),
    schema(
        "a secret without rotation", "ADMIN_TOKEN", {"secret": True}, "a secret declares its rotation: by generated, command or external"
    ),
    secret("a rotation that never is due", "rotation.maximum_age_days must be at least 1, not 0", maximum_age_days=0),
    secret("a generated secret that is short", "rotation.length must be at least 16, not 4", length=4),
    secret("a rotation without its command", "command", by="command"),
    secret("a rotation command that is not there", "take-over is not an executable program here", by="command", command=["take-over"]),
    Case("no schema", ("environment_schema",), {"environment_schema": None}, tags="environment"),
]
TABLES = [
    tables("tables that are no list", "shop-orders", "dynamodb_tables", "dictionary requested"),
    tables("a missing table without definition", [{"name": "nosuch"}], "nosuch", "hash_key"),
    tables("a table twice", [{"name": "shop-carts"}] * 2, "shop-carts: the table is declared twice"),
    table("too many days of recovery", {"recovery_days": 99}, "shop-carts: recovery_days is 99, allowed are 1 to 35"),
    table("a name that no table can have", {"name": "a b"}, "a b: name must have 3 to 255 characters"),
    table("an unknown option", {"recovry_days": 7}, "recovry_days", "recovery_days"),
    table(
        "capacity without its mode",
        {"capacity": {"read": 1, "write": 1}},
        "capacity is given with billing_mode PROVISIONED, and with it only",
    ),
    table("a key that is none", {"encryption": "mine"}, "encryption is 'mine', allowed are AWS_OWNED, AWS_MANAGED, alias/<name>"),
    Case(
        "a restore point outside its prefix",
        ("the name must begin with the prefix daily-",),
        {"dynamodb_restore_points": [{"table": "shop-orders", "name": "monthly-1", "prefix": "daily-", "keep": 3}]},
        tags="dynamodb",
    ),
    aws(
        "another account",
        {"account": "999999999999"},
        "belong to account 123456789012, the inventory names 999999999999 (runbook_aws.account)",
    ),
    aws("no account", {"account": None}, "account"),
    aws("a region that there is not", {"region": "eu nowhere"}, "region", "eu nowhere"),
    aws("a profile that there is not", {"profile": "nobody", "access_key": None, "secret_key": None}, "nobody", "runbook_aws"),
]
BUCKETS = [
    bucket("a missing bucket", {"create": False}, "shop-new-123456789012", "create: true"),
    bucket("a name that no bucket can have", {"name": "Shop_Images"}, "Shop_Images: name must have 3 to 63 characters"),
    bucket("an encryption that there is not", {"encryption": {"algorithm": "rot13"}}, "algorithm", "AES256", "rot13"),
    bucket(
        "a key without its algorithm",
        {"encryption": {"algorithm": "AES256", "key": "alias/x"}},
        "encryption.key is for the algorithms aws:kms",
    ),
    bucket("a versioning that there is not", {"versioning": "on"}, "versioning", "Enabled, Suspended"),
    bucket("a lifecycle rule twice", {"lifecycle": [{"id": "age", "expiration": {"days": 1}}] * 2}, "lifecycle rule age is declared twice"),
    rule("a rule that does nothing", {}, "it does nothing; give one of"),
    rule("an end before its day", {"expiration": {"days": 0}}, "expiration.days must be at least 1"),
    rule(
        "an end before the move",
        {"transitions": [{"storage_class": "GLACIER", "days": 90}], "expiration": {"days": 30}},
        "objects expire (days 30) only after their last transition (days 90)",
    ),
    bucket(
        "a class that there is not",
        {"lifecycle": [{"id": "age", "transitions": [{"storage_class": "COLD", "days": 90}]}]},
        *("storage_class", "GLACIER", "COLD"),
    ),
]
MONITORING = [
    alarm(
        "an alarm on nothing",
        {"metric_name": "Reqests"},
        "nobody emits the metric Shop Reqests",
        "closest is Shop Requests",
        "cloudwatch_emitted_metrics",
    ),
    alarm("an unknown statistic", {"statistic": "median"}, "statistic median is not one of SampleCount, Average"),
    alarm("an unknown operator", {"comparison_operator": "Above"}, "GreaterThanThreshold", "got: Above"),
    alarm("an alarm without threshold", {"threshold": None}, "give a threshold"),
    alarm("more datapoints than periods", {"datapoints_to_alarm": 3}, "datapoints_to_alarm must be 1 to evaluation_periods (1), not 3"),
    alarm("a period that there is not", {"period": 45}, "period must be 10, 20, 30 or a multiple of 60 seconds, not 45"),
    alarm("no action", {"alarm_actions": ["page the team"]}, "alarm_actions: page the team is neither a topic's name nor an ARN"),
    monitoring("an alarm twice", {"cloudwatch_alarms": [ALARM, ALARM]}, "alarm bad: the name is used twice"),
    monitoring(
        "an alarm on itself",
        {"cloudwatch_alarms": [{"name": "bad", "rule": 'ALARM("bad")'}]},
        "alarm bad: its rule leads back to itself",
    ),
    widget("a widget that shows nothing", TYPO, "x: nobody emits the metric Shop Reqests", "cloudwatch_emitted_metrics"),
    widget(
        "a widget of two kinds", {"markdown": "# Shop", "metrics": [REQUESTS]}, "1: give exactly one of metrics, markdown, alarms, query"
    ),
    widget("a widget that is too wide", {"markdown": "# Shop", "width": 25}, "1: width must be 1 to 24", "not 25"),
    monitoring(
        "days that CloudWatch does not know",
        {"cloudwatch_log_groups": [{"name": "/shop/x", "retention_days": 31}]},
        "retention_days",
        "30, 60",
        "31",
    ),
    monitoring(
        "a log field that is not looked for",
        {
            "cloudwatch_log_groups": [
                {
                    "name": "/shop/x",
                    "metric_filters": [
                        {"namespace": "Shop", "metric_name": "Ms", "name": "ms", "pattern": "{ $.msec > 9 }", "value": "$.ms"}
                    ],
                }
            ]
        },
        "log group /shop/x: metric filter ms: $.ms must be a field that its pattern has",
    ),
    monitoring("no log group's name", {"cloudwatch_log_groups": [{"name": "a b"}]}, "log group a b: name must be 1 to 512 of letters"),
    monitoring("no topic's name", {"cloudwatch_topics": [{"name": "a b"}]}, "topic a b: name must be 1 to 256 of letters, digits, _ and -"),
    monitoring(
        "no address",
        {"cloudwatch_topics": [{"name": "alerts", "subscriptions": [{"protocol": "email", "endpoint": "the team"}]}]},
        "topic alerts: subscription email the team: endpoint does not look like one of the protocol email",
    ),
    monitoring("a waiver without a day", WAIVED, "waived.until must be a date such as", "'soon'"),
]
COST = [
    spending("a budget of nothing", {"amount": 0}, "amount is 0, it must be more than 0"),
    spending("a budget of which nobody is told", {"notifications": [{**AT_80, "subscribers": []}]}, "nobody is told"),
    spending(
        "a budget of two topics",
        {"notifications": [{**AT_80, "subscribers": ["shop-alerts", "other"]}]},
        "notification ACTUAL GREATER_THAN 80 %: subscribers have 2 topics (shop-alerts, other), at most 1 is allowed",
    ),
    spending("a budget of a day that is forecast", {"time_unit": "DAILY"}, "a DAILY budget takes notifications of type ACTUAL only"),
    monitoring(
        "no service",
        {"cloudwatch_topics": [{"name": "alerts", "publishers": ["budgets"]}]},
        "topic alerts: publishers has 'budgets', which is no service of AWS such as budgets.amazonaws.com",
    ),
]
BALANCER = [
    balancing("a balancer twice", "alb_load_balancers", lambda given: given.append(given[0]), "shop", "twice"),
    balancing("a balancer's name", "alb_load_balancers", sets("the shop", 0, "name"), "the shop: ", "letters"),
    balancing("one zone", "alb_load_balancers", sets(["eu-central-1a"], 0, "subnets"), "shop: subnets must be one in each of at least 2"),
    balancing("a zone that there is not", "alb_load_balancers", sets("eu-central-1x", 0, "subnets", 1), "no subnet eu-central-1x, only"),
    balancing("an idle timeout of none", "alb_load_balancers", sets(0, 0, "idle_timeout_seconds"), "shop: idle_timeout_seconds is 0"),
    balancing("a port that there is not", "alb_target_groups", sets(70000, 0, "port"), "shop: port is 70000, allowed are 1 to 65535"),
    balancing("a path without /", "alb_target_groups", sets("health", 0, "health_check", "path"), "health_check.path is 'health'"),
    balancing("a matcher of words", "alb_target_groups", sets("ok", 0, "health_check", "matcher"), "'ok', allowed are statuses"),
    balancing("a TLS policy that there is not", "alb_listeners", sets("Modern", 1, "ssl_policy"), "ssl_policy Modern is none of AWS's"),
    balancing(
        "HTTPS without certificate", "alb_listeners", sets(None, 1, "certificate"), "shop:443: a listener for HTTPS needs certificate"
    ),
    balancing("a rule without condition", "alb_listeners", sets({}, 1, "rules", 0, "conditions"), "shop:443 rule 10: conditions have 0"),
    balancing("a group that there is not", "alb_listeners", sets("shpo", 1, "default_action", "forward", 0, "target_group"), "group shpo"),
    balancing("a domain that is none", "alb_certificates", sets("shop_localhost", 0, "domains", 0), "'shop_localhost' is no domain"),
    balancing("a domain nobody can prove", "alb_certificates", sets("shop.example.com", 0, "domains", 0), "no public hosted zone"),
]
GUARD = [
    guarding("an address that is none", "waf_ip_sets", sets("10.0.0.300/32", 0, "addresses", 0), "shop-offices: ", "10.0.0.300/32"),
    guarding("addresses of two versions", "waf_ip_sets", lambda given: given[0]["addresses"].append("2001:db8::/32"), "shop-offices: "),
    guarding("a pattern set without patterns", "waf_regex_pattern_sets", sets([], 0, "regular_expressions"), "must be 1 to 10, not 0"),
    guarding("a statement that there is not", "waf_web_acls", sets({"geo": {}}, 0, "rules", 0, "statement"), "rule banned: ", "geo"),
    guarding("an action that there is not", "waf_web_acls", sets("deny", 0, "rules", 0, "action"), "rule banned: ", "deny"),
    guarding("a rule twice", "waf_web_acls", lambda given: given[0]["rules"].append(given[0]["rules"][0]), "banned", "twice"),
    guarding("a set that there is not", "waf_web_acls", sets("shop-bnd", 0, "rules", 0, "statement", "ip_set_reference"), "set shop-bnd"),
    guarding(
        "a window that there is not", "waf_web_acls", sets(90, 0, "rules", 1, "statement", "rate_based", "evaluation_window_sec"), "90"
    ),
]
CACHE = [
    caching("a parameter that there is not", "elasticache_parameter_groups", sets("x", 0, "parameters", "maxmemry"), "shop: ", "maxmemry"),
    caching("a value no parameter takes", "elasticache_parameter_groups", sets("lru", 0, "parameters", "maxmemory-policy"), "'lru'"),
    caching("more zones than there are", "elasticache_subnet_groups", sets(9, 0, "zones"), "shop: VPC default has subnets in 3 zones"),
    caching(
        "a replication group without name", "elasticache_replication_groups", lambda given: given[0].pop("name"), "missing required", "name"
    ),
    caching("a failover without its replica", "elasticache_replication_groups", sets(0, 0, "replicas"), "shop: ", "replica"),
    caching("two zones without failover", "elasticache_replication_groups", sets(False, 0, "automatic_failover"), "automatic_failover"),
    caching("a window too short", "elasticache_replication_groups", sets("01:00-01:30", 0, "snapshot_window"), "shop: snapshot_window"),
    caching("more days than snapshots are kept", "elasticache_replication_groups", sets(36, 0, "snapshot_retention_days"), "0 to 35"),
    caching("a group's node type", "elasticache_replication_groups", sets("t4g", 0, "node_type"), "shop: node_type is 't4g'; write it as"),
    serverless("a serverless cache of 6 TB", {"data_storage_max_gb": 6000}, "light: data_storage_max_gb is 6000, allowed are 1 to 5000"),
    serverless("a serverless cache with less than nothing to do", {"ecpus_per_second_max": 10}, "light: ecpus_per_second_max is 10"),
    serverless(
        "a whole version of a serverless cache", {"major_engine_version": "8.0"}, "light: major_engine_version is '8.0'", "such as 8"
    ),
    serverless(
        "a time without daily snapshots", {"daily_snapshot_time": "01:00"}, "light: daily_snapshot_time needs snapshot_retention_days"
    ),
    serverless("a serverless cache where there is nothing", {"subnets": ["nowhere"]}, "light: there is no subnet nowhere, only "),
    serverless("a serverless cache on a cache node", {"node_type": "cache.t4g.small"}, "node_type", "Supported parameters include"),
    serverless("two caches of one name", {"name": "shop"}, "shop is a replication group and a serverless cache"),
    Case(
        "cache rules that are no list",
        ("elasticache_rules", "dictionary requested"),
        {"elasticache_rules": 7},
        playbook="short_term",
        tags="elasticache",
    ),
    caching("a cache rule without its time", "elasticache_rules", lambda given: given[1].pop("ttl_seconds"), "[1].ttl_seconds is missing"),
    caching("a cache rule's unknown key", "elasticache_rules", sets(9, 0, "ttl"), "elasticache_rules[0].ttl is unknown, known are path, "),
    caching("a cache rule's path", "elasticache_rules", sets("products", 0, "path"), "elasticache_rules[0].path must be a path", "with /"),
]
SCALING = [
    scaling("a profile without effect", "autoscaling_instance_profiles", sets("allow", 0, "statements", 0, "Effect"), "Effect 'allow'"),
    scaling("an image that is none", "autoscaling_launch_templates", sets("al2023", 0, "image"), "shop: image is 'al2023'; write ami-"),
    scaling(
        "user data that is too long",
        "autoscaling_launch_templates",
        sets("#!/bin/sh\n" * 2000, 0, "user_data"),
        "at most 16384 are allowed",
    ),
    scaling("a secret in user data", "autoscaling_launch_templates", sets(f"#!/bin/sh\n# {KEY}", 0, "user_data"), "shop: user_data holds"),
    scaling("more instances than there may be", "autoscaling_groups", sets(5, 0, "min_size"), "shop: min_size is 5, more than max_size"),
    scaling("a group in no zone", "autoscaling_groups", sets(0, 0, "zones"), "shop: zones is 0, it must be at least 1"),
    scaling("a target of nothing", "autoscaling_policies", sets(0, 0, "target_tracking", "target"), "shop/requests: target is 0"),
    scaling("a time that is none", "autoscaling_schedules", sets("at noon", 0, "recurrence"), "shop/sale-begins: recurrence is 'at noon'"),
    Case(
        "a refresh that keeps nobody",
        ("shop: min_healthy_percent is -1, allowed are 0 to 100",),
        {"autoscaling_refresh": {"min_healthy_percent": -1}, "autoscaling_release": "1.0.0-00000000"},
        playbook="short_term",
        tags="autoscaling",
    ),
]
LOAD = [
    loading("a host nobody may test", "load_test_site", "https://example.org", "example.org is not among the hosts that may be tested"),
    loading("a load test's path", "load_test_requests", [{"name": "home", "path": "home"}], "request home: path must begin with /"),
    loading("a load test of no time", "load_test_stages", [], "stages: at least one must be no warm-up"),
    loading("a load test's workers", "load_test_workers", "nobody", "'nobody' is neither a number of processes nor a group"),
]
WHOLE_PHASE = [
    whole_phase("a phase whose .env file has a placeholder", ENVIRONMENT[11]),
    whole_phase("a phase that lacks a table's definition", TABLES[1]),
    whole_phase("a phase that lacks a bucket", BUCKETS[0]),
    whole_phase("a phase with an alarm on nothing", MONITORING[0]),
    whole_phase("a phase with a widget that shows nothing", MONITORING[9]),
    whole_phase("a phase with a waiver without a day", MONITORING[-1]),
    whole_phase("a phase with a budget of nothing", COST[0]),
]
DEPLOYMENT = [
    deployment(
        "no lock file", lambda folder: (folder / "package-lock.json").unlink(), "has no package-lock.json: run npm install there once"
    ),
    deployment("no version", package(version=None), "package.json", "must be a text of at most 64 letters, digits and . -"),
    deployment("a package.json that is no JSON", lambda folder: (folder / "package.json").write_text("{"), "package.json gives no version"),
    deployment(
        "a link out of the source", lambda folder: (folder / "hosts").symlink_to("/etc/hosts"), "hosts is a link to /etc/hosts, out of"
    ),
    deployment(
        "a source that is not there", None, "/nowhere has no package.json: name the application's folder", app_deploy_source="/nowhere"
    ),
    deployment("one release kept", None, "keep: at least 2 releases must stay", app_deploy_keep=1),
    deployment("seconds that are none", None, "app_deploy_health_seconds", "int", app_deploy_health_seconds="soon"),
    replace(deployment("a phase that cannot deploy", None, "/nowhere has no package.json", app_deploy_source="/nowhere"), tags=""),
]
# On an account that has a secret, for without one nothing else would be looked at; one after the other, for they take a lock.
TYPED = [
    typed("a variable that does not rotate", "rotate", {"environment_rotate": "LOG_LEVEL"}, "LOG_LEVEL: declares no rotation. These do: "),
    typed(
        "a variable that its owner supplies",
        "rotate",
        {"environment_rotate": "PAYMENT_API_KEY"},
        "PAYMENT_API_KEY: its owner supplies the value",
    ),
    typed(
        "a release that is not there",
        "rollback",
        {"app_deploy_release": "1.9.9"},
        "app1 has no release 1.9.9",
        "-e app_deploy_release=NAME",
    ),
    typed(
        "a release that cannot be",
        "rollback",
        {"app_deploy_release": "../etc"},
        "'../etc' is not the name of a release: letters, digits and . -",
    ),
    typed(
        "an unknown drill",
        "drill",
        {"drill": "fire"},
        "There is no drill fire. Say -e drill=NAME with one of: alarms, health_checks, cache, scaling.",
    ),
    typed("no drill", "drill", {}, "Which drill? Say -e drill=NAME with one of: alarms, health_checks, cache, scaling."),
    typed(
        "a language that is none",
        "verify",
        {"runbook_language": "de"},
        "runbook_language: de is none of the languages, which are en and tr",
    ),
    typed("no lock", "unlock", {}, "Which lock? Say -e lock=NAME"),
    typed("a run that there is not", "undo", {"run": "yesterday"}, "yesterday"),
]
# With PROOFS=all only, for what is typed takes a run each.
LONG = (
    *("no version", "a package.json that is no JSON", "a link out of the source", "seconds that are none"),
    *("a variable that its owner supplies", "a release that cannot be", "no drill"),
)
CASES = [*ENVIRONMENT, *TABLES, *BUCKETS, *MONITORING, *COST, *BALANCER, *GUARD, *CACHE, *SCALING, *LOAD, *WHOLE_PHASE, *DEPLOYMENT]
EVERY = [*CASES, *TYPED]
TAKEN = [case for case in EVERY if ALL or case.id not in LONG]


@pytest.fixture(scope="module")
def results(shared_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Result]]:
    folder = tmp_path_factory.mktemp("bad")
    before = files(shared_place)
    found = bad_input.run(shared_place, [case for case in TAKEN if case in CASES], folder)
    assert files(shared_place) == before
    shared_place.playbook("immediate", "--tags", "environment")
    assert shared_place.secret()
    yield found | bad_input.run(shared_place, [case for case in TAKEN if case in TYPED], folder, at_once=1)


def files(place: Place) -> set[Path]:
    """On the hosts and where evidence, journal and archives are."""
    folders = [
        place.folder / name
        for name in ("evidence", "archives", *(f"hosts/{host}/{part}" for host in place.hosts for part in ("srv", "etc")))
    ]
    return {path for folder in folders for path in folder.rglob("*")}


@pytest.mark.parametrize("case", TAKEN, ids=[case.id for case in TAKEN])
def test_bad_input_is_one_clear_error_and_nothing_is_touched(case: Case, results: dict[str, Result]) -> None:
    assert not (found := results[case.id].faults(case)), "; ".join(found)


def test_the_table_has_cases_of_every_kind():
    assert len(TAKEN) >= 60
    assert {case.id for case in EVERY} >= set(LONG)
    assert len({case.id for case in EVERY}) == len(EVERY)


@pytest.fixture(scope="module")
def made_wrong(shared_place: Place, results: dict[str, Result], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the proof says of a phase that is not rehearsed, and of input that is right."""
    cases = [
        replace(MONITORING[9], id="too late", playbook="../tests/proofs/playbooks/unrehearsed", tags=""),
        replace(BUCKETS[0], id="let through", variables={}),
    ]
    found = bad_input.run(shared_place, cases, tmp_path_factory.mktemp("wrong"))
    return {case.id: found[case.id].faults(case) for case in cases}


def test_the_proof_notices_a_phase_that_writes_before_it_has_looked_at_everything(made_wrong):
    assert "s3:CreateBucket was asked for" in made_wrong["too late"]
    assert "sns:CreateTopic was asked for" in made_wrong["too late"]
    assert "cloudwatch:PutDashboard was asked for" not in made_wrong["too late"]


def test_the_proof_notices_input_that_is_let_through(made_wrong):
    assert any(fault.startswith(("it was let through", "the error does not say")) for fault in made_wrong["let through"])


def test_the_proof_notices_an_error_that_says_too_little_or_comes_with_others():
    error = {"state": "failed", "task": "x", "result": {"msg": "no"}}
    other = {"state": "failed", "task": "x", "result": {"msg": "nor this"}}
    assert Result(0, "", [], []).faults(BUCKETS[0]) == ["it was let through"]
    assert Result(2, "", [error], []).faults(Case("", ("no",))) == []
    assert Result(2, "Traceback", [error, other], []).faults(Case("", ("what is allowed",))) == [
        "there are 2 errors: ['no', 'nor this']",
        "the error does not say 'what is allowed': no",
        "there is a traceback",
    ]
