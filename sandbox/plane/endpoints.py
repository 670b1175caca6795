"""The targets of a group, at their real addresses."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.plane.account import Group, Target
from sandbox.plane.actions import NAMESPACE
from sandbox.plane.envoy import Config


def endpoints(group: Group, real: Callable[[str], str]) -> Config:
    return {"cluster_name": group.arn, "endpoints": [{"lb_endpoints": [_endpoint(group, target, real) for target in group.targets]}]}


def _endpoint(group: Group, target: Target, real: Callable[[str], str]) -> Config:
    checked = {"hostname": str(target)} | ({} if group.check.port == "traffic-port" else {"port_value": int(group.check.port)})
    return {
        "endpoint": {"address": socket_address(real(target.address), target.port), "health_check_config": checked},
        "metadata": {"filter_metadata": {NAMESPACE: {"target": str(target)}}},
    }


def socket_address(address: str, port: int) -> Config:
    return {"socket_address": {"address": address, "port_value": port}}
