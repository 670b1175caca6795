"""success_metrics: figures that rest on too little are asked for again, as long as there is patience."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.prodready.aws.plugins.modules import success_metrics
from ansible_collections.prodready.aws.plugins.modules.success_metrics import as_cloudwatch_knows, settled

BASE = {"part": None, "whole": None, "percentile": None, "scale": 1.0, "window_seconds": 3600, "period_seconds": 300, "region": None}


def metric(name: str, least: int) -> dict[str, Any]:
    return {**BASE, "name": name, "minimum_samples": least}


@pytest.fixture
def account(fake_aws, monkeypatch):
    """A function that makes one in which metrics have so many samples, one number after the other, and tells when they were asked for."""
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(success_metrics.time, "sleep", lambda _: None)

    def account(**samples: list[int]):
        def measured(_aws: Any, one: dict[str, Any], now: int) -> dict[str, Any]:
            asked.append((one["name"], now))
            left = samples[one["name"]]
            return {"samples": left.pop(0) if len(left) > 1 else left[0]}

        monkeypatch.setattr(success_metrics, "measured", measured)
        return fake_aws(), asked

    return account


def test_what_is_enough_is_asked_for_once_and_what_is_not_until_it_is(account):
    aws, asked = account(hits=[3, 3, 300], errors=[500])
    found = settled(aws, [metric("hits", 200), metric("errors", 200)], 1000, 90)
    assert [one["samples"] for one in found] == [300, 500]
    assert asked == [("hits", 1000), ("errors", 1000), ("hits", 1010), ("hits", 1020)]


def test_patience_ends(account):
    aws, asked = account(hits=[3])
    assert settled(aws, [metric("hits", 200)], 1000, 30) == [{"samples": 3}]
    assert [at for _, at in asked] == [1000, 1010, 1020, 1030]
    assert settled(aws, [metric("hits", 200)], 2000, 0) == [{"samples": 3}]
    assert asked[4:] == [("hits", 2000)]


def test_load_balancers_are_named_as_cloudwatch_knows_them(fake_aws):
    arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop/01"
    aws = fake_aws(
        describe_load_balancers={"LoadBalancers": [{"LoadBalancerName": "shop", "LoadBalancerArn": arn}]},
        describe_target_groups={"TargetGroups": []},
    )
    requests = {
        "namespace": "AWS/ApplicationELB",
        "metric_name": "RequestCount",
        "dimensions": {"LoadBalancer": "shop"},
        "statistic": "Sum",
    }
    own = {"namespace": "Shop", "metric_name": "Errors", "dimensions": {"Service": "shop"}, "statistic": "Sum"}
    (found,) = as_cloudwatch_knows(aws, [{**metric("errors", 1), "part": [own], "whole": [requests]}])
    assert (found["whole"][0]["dimensions"], found["part"]) == ({"LoadBalancer": "app/shop/01"}, [own])
