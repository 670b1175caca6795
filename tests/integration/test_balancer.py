"""Behind a load balancer, with a cache: the second phase, a deployment under load, a failed one, a rollback, and a target that fails."""

from __future__ import annotations

import json
import signal
import time
from typing import Any

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import web
from ansible_collections.prodready.aws.plugins.module_utils.load import summary
from ansible_collections.prodready.aws.plugins.module_utils.redis import Place as At
from ansible_collections.prodready.aws.plugins.module_utils.redis import authenticates

from tests.integration.cached import catalogue, nodes, said, send
from tests.integration.place import Place, until
from tests.integration.visitors import through_the_balancer
from tests.proofs import truth

pytestmark = pytest.mark.timeout(1500)
RATE = 50
# Of what the emulated tables answer when there is no cache, beside other tests.
RATE_OF_TABLES = 8


def targets(place: Place) -> dict[str, str]:
    elbv2 = place.client("elbv2")
    (group,) = elbv2.describe_target_groups(Names=["shop"])["TargetGroups"]
    found = elbv2.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
    return {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in found}


HEALTHY = {"172.31.1.11": "healthy", "172.31.1.12": "healthy"}


def test_check_mode_tells_all_that_the_run_then_does_and_writes_nothing(taken):
    assert taken.plan.code == 0, taken.plan.error
    assert len(taken.plan.planned()) > 10
    assert "\n".join(taken.lies) == ""


def test_the_phase_is_proven_on_real_requests_and_changes_nothing_the_second_time(balanced):
    records = {record["id"]: record for record in balanced.proven()}
    assert records["alb.tls.refused.shop.localhost.TLSv1.1"]["observed"] == "refused"
    assert records["alb.redirect.shop.localhost"]["observed"][0] == 301
    assert {record["state"] for record in records.values()} == {"holds"}
    balanced.control("DELETE", "requests")
    again = balanced.playbook("short_term")
    assert (again.code, again.changed) == (0, 0), again.error
    assert {request["operation"] for request in balanced.writes()} <= {"PutItem", "UpdateItem", "DeleteItem"}  # the lock


def test_the_processes_use_the_cache_that_the_secret_names(balanced):
    secret = balanced.secret()
    cache = {name: secret[name] for name in ("REDIS_URL", "REDIS_AUTH_TOKEN", "CACHE_RULES")}
    assert cache["REDIS_URL"].startswith("rediss://")
    for host in balanced.hosts:
        assert {name: balanced.process(host)[name] for name in cache} == cache
    with catalogue(balanced, RATE_OF_TABLES) as load:
        time.sleep(5)
    assert summary(load.samples)["failed"] == 0
    assert set(said(load.samples)) <= {"HIT", "MISS", "STALE", "BYPASS"}
    assert said(load.samples)["HIT"] > len(load.samples) / 2


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
def test_losing_the_cache_fails_no_request_and_it_is_used_again_when_it_is_back(balanced, how):
    assert nodes(balanced)
    with catalogue(balanced, RATE_OF_TABLES) as load:
        time.sleep(2)
        send(balanced, how)
        time.sleep(6)
        send(balanced, signal.SIGCONT)
        until(lambda: said(load.samples[-RATE_OF_TABLES:])["HIT"] > RATE_OF_TABLES / 2, "answers come from the cache again")
    found = summary(load.samples)
    assert (found["failed"], found["not_sent"]) == (0, 0), found


def test_the_drill_lets_the_cache_fail_over(balanced):
    run = balanced.playbook("drill", drill="cache", elasticache_drill_rate=RATE_OF_TABLES, elasticache_drill_p95_ms=20000)
    assert run.code == 0, run.error
    records = json.loads((balanced.evidence / "primary" / "drill-cache.json").read_text())
    assert {record["id"].rpartition(".")[2]: record["state"] for record in records} == dict.fromkeys(
        ("sent", "moved", "whole", "failed", "p95"), "holds"
    )


def test_the_token_of_the_cache_rotates_and_no_request_fails(balanced):
    before = balanced.secret()
    with catalogue(balanced, RATE_OF_TABLES) as load:
        run = balanced.playbook("rotate", environment_rotate="REDIS_AUTH_TOKEN")
    assert run.code == 0, run.error
    assert summary(load.samples)["failed"] == 0
    after = balanced.secret()
    assert {name for name in after if after[name] != before[name]} == {"REDIS_AUTH_TOKEN"}
    assert [balanced.process(host)["REDIS_AUTH_TOKEN"] for host in balanced.hosts] == [after["REDIS_AUTH_TOKEN"]] * 2
    host, _, port = after["REDIS_URL"].rpartition("/")[2].partition(":")
    works = {}
    for token in (before["REDIS_AUTH_TOKEN"], after["REDIS_AUTH_TOKEN"]):
        works[token] = authenticates(At(host, int(port), password=token), ca_path=balanced.state["ca_path"])
    assert list(works.values()) == [False, True]


def instances(place: Place) -> dict[str, Any]:
    """What an instance of the Auto Scaling group answers, through the load balancer."""
    where = {"scaled.shop.localhost:443": place.state["connect_to"]["shop:443"]}
    return web.answer("https://scaled.shop.localhost/version", connect_to=where, ca_path=place.state["ca_path"])["body"]


def test_a_deployment_drains_and_registers_each_host_then_replaces_instances_and_no_request_fails(balanced, source):
    planned = balanced.playbook("deploy", "--check", app_deploy_source=str(source("1.1.0")))
    assert ("update", "shop") in {(one.action, one.name) for one in truth.planned(planned) if one.kind == "autoscaling_refreshes"}
    steps = {task["host"]: task["result"]["steps"] for task in planned.of("deployment")}
    assert steps == dict.fromkeys(("app1", "app2"), ["install", "drain", "switch", "restart", "register"])

    before = len(balanced.journal())
    with through_the_balancer(balanced, RATE) as load:
        run = balanced.playbook("deploy", app_deploy_source=str(source("1.1.0")))
    assert run.code == 0, run.error
    found = summary(load.samples)
    assert (found["failed"], set(found["ends"])) == (0, {"200"}), found
    assert found["requests"] > 10 * RATE
    moves = [
        (line["action"], line["name"].split()[1].partition(":")[0]) for line in balanced.journal()[before:] if "targets" in line["module"]
    ]
    assert moves == [(action, address) for address in HEALTHY for action in ("delete", "create")]
    assert targets(balanced) == HEALTHY
    assert {balanced.release(host).partition("-")[0] for host in balanced.hosts} == {"1.1.0"}
    assert instances(balanced)["release"] == balanced.release("app1")


def test_a_deployment_that_fails_leaves_the_host_registered_and_no_request_fails(balanced, source):
    words = ("import { application }", "console.error('the shop has no shelves')\nprocess.exit(3)\nimport { application }")
    with through_the_balancer(balanced, RATE) as load:
        run = balanced.playbook("deploy", app_deploy_source=str(source("1.1.1", {"bin/server.js": words})), app_deploy_health_seconds=8)
    assert run.code != 0
    found = summary(load.samples)
    assert (found["failed"], set(found["ends"])) == (0, {"200"}), found
    assert targets(balanced) == HEALTHY


def test_a_host_that_was_taken_out_by_hand_is_registered_though_nothing_else_is_to_be_done(balanced, source):
    elbv2 = balanced.client("elbv2")
    (group,) = elbv2.describe_target_groups(Names=["shop"])["TargetGroups"]
    app2 = balanced.state["hosts"]["app2"]
    target = {"TargetGroupArn": group["TargetGroupArn"], "Targets": [{"Id": app2["private_address"], "Port": app2["port"]}]}
    elbv2.deregister_targets(**target)
    elbv2.get_waiter("target_deregistered").wait(**target, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    run = balanced.playbook("deploy", app_deploy_source=str(source("1.1.0")))
    assert run.code == 0, run.error
    assert [task["result"]["steps"] for task in run.of("deployment") if task["host"] == "app2"] == [["register"], []]
    assert targets(balanced) == HEALTHY


@pytest.mark.long
def test_rollback_drains_and_registers_too(balanced):
    with through_the_balancer(balanced, RATE) as load:
        run = balanced.playbook("rollback")
    assert run.code == 0, run.error
    found = summary(load.samples)
    assert (found["failed"], set(found["ends"])) == (0, {"200"}), found
    assert targets(balanced) == HEALTHY
    assert {balanced.release(host).partition("-")[0] for host in balanced.hosts} == {"1.0.0"}


def test_the_drill_shows_a_target_leave_and_come_back(balanced):
    run = balanced.playbook("drill", drill="health_checks", alb_drill_rate=RATE, alb_drill_grace_seconds=120)
    records = json.loads((balanced.evidence / "primary" / "drill-health_checks.json").read_text())
    assert {record["id"].rpartition(".")[2] for record in records} == {"sent", "answered", "left", "back", "failed", "counted"}
    assert run.code == 0, run.error
    assert targets(balanced) == HEALTHY
