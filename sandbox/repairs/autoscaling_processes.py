"""Processes of a group that are suspended, its metrics, and what Auto Scaling says of itself.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html

moto knows no way to disable metrics, and suspends processes without effect.
"""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow

from sandbox.autoscaling import checks, measures, termination
from sandbox.autoscaling.account import Account
from sandbox.autoscaling.errors import invalid
from sandbox.autoscaling.policy_checks import ADJUSTMENTS
from sandbox.autoscaling.serving import Asked, serve

PROCESSES = (
    *("Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck"),
    *("InstanceRefresh", "ReplaceUnhealthy", "ScheduledActions"),
)
MOST_GROUPS = 500


def _processes(asked: Asked) -> list[str]:
    given = asked.get("ScalingProcesses") or list(PROCESSES)
    if unknown := [name for name in given if name not in PROCESSES]:
        raise invalid(f"{unknown[0]} is not a valid process type. Valid process types are: {', '.join(PROCESSES)}")
    return given


def suspend(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    when = utcnow()
    for name in _processes(asked):
        group.suspended.setdefault(name, f"User suspended at {when:%Y-%m-%dT%H:%M:%SZ}")
    return {}


def resume(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    for name in _processes(asked):
        group.suspended.pop(name, None)
    return {}


def _metrics(asked: Asked) -> list[str]:
    given = asked.get("Metrics") or list(measures.METRICS)
    if unknown := [name for name in given if name not in measures.METRICS]:
        raise invalid(f"{unknown[0]} is not a valid metric type. Valid metric types are: {', '.join(measures.METRICS)}")
    return given


def enable_metrics(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    if asked["Granularity"] != "1Minute":
        raise invalid("Granularity must be 1Minute")
    group.metrics = sorted({*group.metrics, *_metrics(asked)})
    return {}


def disable_metrics(account: Account, asked: Asked) -> dict[str, Any]:
    group = checks.usable(account, asked["AutoScalingGroupName"])
    gone = _metrics(asked)
    group.metrics = [name for name in group.metrics if name not in gone]
    return {}


def limits(account: Account, asked: Asked) -> dict[str, Any]:
    return {
        "MaxNumberOfAutoScalingGroups": MOST_GROUPS,
        "MaxNumberOfLaunchConfigurations": 200,
        "NumberOfAutoScalingGroups": len(account.groups),
        "NumberOfLaunchConfigurations": 0,
    }


def metric_types(account: Account, asked: Asked) -> dict[str, Any]:
    return {"Metrics": [{"Metric": name} for name in measures.METRICS], "Granularities": [{"Granularity": "1Minute"}]}


def apply() -> None:
    serve(suspend_processes=suspend, resume_processes=resume)
    serve(enable_metrics_collection=enable_metrics, disable_metrics_collection=disable_metrics)
    serve(describe_account_limits=limits, describe_metric_collection_types=metric_types)
    serve(describe_scaling_process_types=lambda *_: {"Processes": [{"ProcessName": name} for name in PROCESSES]})
    serve(describe_adjustment_types=lambda *_: {"AdjustmentTypes": [{"AdjustmentType": name} for name in ADJUSTMENTS]})
    serve(describe_termination_policy_types=lambda *_: {"TerminationPolicyTypes": list(termination.POLICIES)})
