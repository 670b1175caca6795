"""The modules of load balancers against the emulator: what they make stays as it is, and can be taken back."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.modules import certificates, listeners, load_balancers, target_groups, targets

POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
CERTIFICATES = {"certificates": [{"domains": ["shop.example.com", "*.shop.example.com"]}]}
BALANCERS = {
    "load_balancers": [
        {
            "name": "shop",
            "subnets": ["eu-central-1b", "eu-central-1a"],
            "security_groups": ["default"],
            "deletion_protection": True,
            "drop_invalid_headers": True,
            "idle_timeout_seconds": 30,
            "tags": {"team": "web"},
        }
    ]
}
GROUPS = {
    "target_groups": [
        {
            "name": name,
            "port": 3000,
            "health_check": {"path": "/health", "interval_seconds": 10, "timeout_seconds": 5, "healthy_threshold": 2, "matcher": "200"},
            "deregistration_delay_seconds": 30,
            "slow_start_seconds": 30,
            "stickiness": {"enabled": True, "seconds": 60},
        }
        for name in ("blue", "green")
    ]
}
LISTENERS = {
    "listeners": [
        {
            "load_balancer": "shop",
            "port": 80,
            "protocol": "HTTP",
            "default_action": {"redirect": {"protocol": "HTTPS", "port": "443"}},
        },
        {
            "load_balancer": "shop",
            "port": 443,
            "protocol": "HTTPS",
            "ssl_policy": POLICY,
            "certificate": "shop.example.com",
            "certificates": ["www.shop.example.org"],
            "response_headers": {"strict_transport_security": "max-age=31536000", "x_frame_options": "DENY"},
            "server_header": False,
            "default_action": {
                "forward": [{"target_group": "blue", "weight": 90}, {"target_group": "green", "weight": 10}],
                "stickiness_seconds": 60,
            },
            "rules": [
                {"priority": 10, "conditions": {"path": ["/internal/*"]}, "action": {"fixed_response": {"status_code": "404"}}},
                {
                    "priority": 20,
                    "conditions": {"host": ["green.shop.example.com"], "header": [{"name": "X-Try", "values": ["1"]}]},
                    "action": {"forward": [{"target_group": "green"}]},
                },
                {"priority": 30, "conditions": {"query": [{"key": "v", "value": "2"}]}, "action": {"redirect": {"path": "/v2"}}},
            ],
        },
    ]
}
TARGETS = {"targets": [{"target_group": "blue", "id": "172.31.1.11"}, {"target_group": "blue", "id": "172.31.1.12", "port": 3001}]}
SETS = [(certificates, CERTIFICATES), (load_balancers, BALANCERS), (target_groups, GROUPS), (listeners, LISTENERS)]


@pytest.fixture
def account(client):
    client("route53").create_hosted_zone(Name="example.com", CallerReference="1")
    client("route53").create_hosted_zone(Name="example.org", CallerReference="2")
    return client


@pytest.fixture
def made(run, account):
    """Everything, and a second certificate; by module the first result."""
    run(certificates.main, certificates=[{"domains": ["www.shop.example.org"]}])
    return {module: run(module.main, **options) for module, options in SETS}


def names(result):
    return [(change["action"], change["name"]) for change in result["plan"]]


def asked(result):
    return {name.partition(":")[2] for name in result["requests"]}


@pytest.mark.parametrize(("module", "options"), SETS)
def test_check_mode_tells_on_an_empty_account_what_would_be_made(run, account, module, options):
    result = run(module.main, check_mode=True, **options)
    assert not result.get("failed"), result
    assert {change["action"] for change in result["plan"]} == {"create"}
    assert all(operation.startswith(("Describe", "List", "Get")) for operation in asked(result))


def test_everything_is_made_and_a_second_run_changes_nothing(run, made):
    for module, options in SETS:
        assert not made[module].get("failed"), made[module]
        assert made[module]["changed"]
        again = run(module.main, **options)
        assert (again.get("failed", False), again["changed"], again["diff"]) == (False, False, [])
        assert all(operation.startswith(("Describe", "List", "Get")) for operation in asked(again))


def test_what_aws_then_has(client, made):
    elbv2 = client("elbv2")
    (balancer,) = elbv2.describe_load_balancers()["LoadBalancers"]
    assert len(balancer["AvailabilityZones"]) == 2
    found = {one["Port"]: one for one in elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]}
    assert found[443]["SslPolicy"] == POLICY
    assert [one["Weight"] for one in found[443]["DefaultActions"][0]["ForwardConfig"]["TargetGroups"]] == [90, 10]
    assert found[80]["DefaultActions"][0]["RedirectConfig"]["StatusCode"] == "HTTP_301"
    certificates = elbv2.describe_listener_certificates(ListenerArn=found[443]["ListenerArn"])["Certificates"]
    assert len(certificates) == 2
    rules = elbv2.describe_rules(ListenerArn=found[443]["ListenerArn"])["Rules"]
    assert sorted(rule["Priority"] for rule in rules) == ["10", "20", "30", "default"]


def test_names_that_do_not_exist_fail_before_anything_is_touched(run, account):
    result = run(listeners.main, **LISTENERS)
    assert result["failed"]
    assert "shop:443: there is no load balancer shop" in result["msg"]
    assert "shop:443: there is no issued certificate for shop.example.com" in result["msg"]
    assert not any(name.partition(":")[2].startswith(("Create", "Modify")) for name in result["requests"])


def test_a_subnet_in_one_zone_only_is_refused_before_anything_is_touched(run, account):
    one = {"load_balancers": [{"name": "shop", "subnets": ["eu-central-1a"]}]}
    result = run(load_balancers.main, **one)
    assert result["failed"]
    assert "one in each of at least 2 zones" in result["msg"]
    assert account("elbv2").describe_load_balancers()["LoadBalancers"] == []


def test_purge_deletes_what_is_ours_and_leaves_what_is_not(run, client, made):
    elbv2 = client("elbv2")
    (balancer,) = elbv2.describe_load_balancers()["LoadBalancers"]
    found = {one["Port"]: one for one in elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]}
    fixed = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]
    path = [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/theirs"]}}]
    elbv2.create_rule(ListenerArn=found[443]["ListenerArn"], Priority=5, Conditions=path, Actions=fixed)
    elbv2.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=8080, DefaultActions=fixed)
    without = {"listeners": [{**LISTENERS["listeners"][1], "rules": LISTENERS["listeners"][1]["rules"][:1]}]}
    assert names(run(listeners.main, **without)) == []
    assert sorted(names(run(listeners.main, **without, purge=True))) == [
        *(("delete", "shop:443 rule 20"), ("delete", "shop:443 rule 30"), ("delete", "shop:80")),
    ]
    assert names(run(listeners.main, **without, purge=True)) == []
    left = elbv2.describe_rules(ListenerArn=found[443]["ListenerArn"])["Rules"]
    assert sorted(rule["Priority"] for rule in left) == ["10", "5", "default"]


def test_the_weights_of_a_rule_are_shifted_and_nothing_else_is_sent(run, made):
    shifted = [{"target_group": "blue", "weight": 0}, {"target_group": "green", "weight": 100}]
    secure = {**LISTENERS["listeners"][1], "default_action": {"forward": shifted, "stickiness_seconds": 60}}
    result = run(listeners.main, listeners=[secure])
    assert names(result) == [("update", "shop:443")]
    written = {name for name in asked(result) if not name.startswith(("Describe", "List", "Get"))}
    assert written == {"ModifyListener"}


def test_targets_are_registered_and_taken_out(run, client, made):
    first = run(targets.main, **TARGETS)
    assert names(first) == [("create", "blue 172.31.1.11:3000"), ("create", "blue 172.31.1.12:3001")]
    again = run(targets.main, **TARGETS)
    assert (again["changed"], again["health"]) == (False, dict.fromkeys(["blue 172.31.1.11:3000", "blue 172.31.1.12:3001"], "healthy"))
    one = {"targets": TARGETS["targets"][:1]}
    assert names(run(targets.main, **one, state="deregistered")) == [("delete", "blue 172.31.1.11:3000")]
    assert names(run(targets.main, **one, state="deregistered")) == []
    assert sorted(run(targets.main, **TARGETS, check_mode=True)["health"]) == ["blue 172.31.1.12:3001"]


def test_a_target_group_that_is_not_there_is_an_error_unless_it_may_be_missing(run, account):
    assert run(targets.main, **TARGETS)["msg"].startswith("There is no target group blue yet: make it first")
    skipped = run(targets.main, **TARGETS, optional=True)
    assert (skipped["changed"], skipped["plan"]) == (False, [])
    assert any("There is no target group blue yet: its targets are left out" in str(one) for one in skipped["warnings"])
