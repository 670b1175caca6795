# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the account's quotas hold what the inventory declares beside what is there already.

https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .aws import Aws
from .doctor import Finding, finding
from .doctor_account import said
from .errors import AWS_ERRORS

Amounts = dict[str, float]
Declared = Mapping[str, list[dict[str, Any]]]

GRANT = "Attach policies/doctor.json to the caller, or look in the console of Service Quotas"
# What "Standard (A, C, D, H, I, M, R, T, Z) instances" are.
STANDARD = re.compile(r"(a|c|d|h|i|im|is|m|r|t|z)\d")
RUNNING = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]


@dataclass(frozen=True)
class Quota:
    """What is limited; how much of it the inventory declares, and how much there is, each by name."""

    what: str
    service: str
    code: str
    declared: Callable[[Aws, Declared], Amounts]
    there: Callable[[Aws], Amounts]


def _named(kind: str) -> Callable[[Aws, Declared], Amounts]:
    return lambda aws, declared: {one["name"]: 1 for one in declared[kind]}


def _load_balancers(aws: Aws) -> Amounts:
    found = aws.pages("elbv2", "describe_load_balancers", "LoadBalancers")
    return {one["LoadBalancerName"]: 1 for one in found if one["Type"] == "application"}


def _target_groups(aws: Aws) -> Amounts:
    return {one["TargetGroupName"]: 1 for one in aws.pages("elbv2", "describe_target_groups", "TargetGroups")}


def _groups(aws: Aws) -> Amounts:
    found = aws.pages("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups")
    return {one["AutoScalingGroupName"]: 1 for one in found}


def _tables(aws: Aws) -> Amounts:
    return dict.fromkeys(aws.pages("dynamodb", "list_tables", "TableNames"), 1)


def _nodes_declared(aws: Aws, declared: Declared) -> Amounts:
    return {one["name"]: int(one.get("shards", 1)) * (1 + int(one.get("replicas", 0))) for one in declared["replication_groups"]}


def _nodes(aws: Aws) -> Amounts:
    found: Amounts = {}
    for one in aws.pages("elasticache", "describe_cache_clusters", "CacheClusters"):
        name = one.get("ReplicationGroupId", one["CacheClusterId"])
        found[name] = found.get(name, 0) + one["NumCacheNodes"]
    return found


def _vcpus(aws: Aws, types: set[str]) -> Amounts:
    if not types:
        return {}
    found = aws.pages("ec2", "describe_instance_types", "InstanceTypes", InstanceTypes=sorted(types))
    return {one["InstanceType"]: one["VCpuInfo"]["DefaultVCpus"] for one in found}


def _instances_declared(aws: Aws, declared: Declared) -> Amounts:
    """At their largest, for that is what the load may call for; of a mixed group the kind is not known here."""
    templates = {one["name"]: one.get("instance_type") for one in declared["launch_templates"]}
    groups = {one["name"]: (templates.get(one.get("launch_template")), one.get("max_size", 0)) for one in declared["groups"]}
    standard = {name: (kind, most) for name, (kind, most) in groups.items() if kind and STANDARD.match(kind)}
    cores = _vcpus(aws, {kind for kind, __ in standard.values()})
    return {name: cores[kind] * int(most) for name, (kind, most) in standard.items()}


def _instances(aws: Aws) -> Amounts:
    found = [one for some in aws.pages("ec2", "describe_instances", "Reservations", Filters=RUNNING) for one in some["Instances"]]
    standard = [one for one in found if STANDARD.match(one["InstanceType"]) and one.get("InstanceLifecycle") != "spot"]
    cores = _vcpus(aws, {one["InstanceType"] for one in standard})
    amounts: Amounts = {}
    for one in standard:
        tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}
        name = tags.get("aws:autoscaling:groupName", one["InstanceId"])
        amounts[name] = amounts.get(name, 0) + cores[one["InstanceType"]]
    return amounts


QUOTAS = (
    Quota("tables", "dynamodb", "L-F98FE922", _named("tables"), _tables),
    Quota("application load balancers", "elasticloadbalancing", "L-53DA6B97", _named("load_balancers"), _load_balancers),
    Quota("target groups", "elasticloadbalancing", "L-B22855CB", _named("target_groups"), _target_groups),
    Quota("cache nodes", "elasticache", "L-DFE45DF3", _nodes_declared, _nodes),
    Quota("Auto Scaling groups", "autoscaling", "L-CDE20ADC", _named("groups"), _groups),
    Quota("vCPUs of on-demand instances", "ec2", "L-1216C47A", _instances_declared, _instances),
)


def limit(aws: Aws, quota: Quota) -> float:
    """The account's own, or AWS's default where it has none of its own."""
    about = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    applied = aws.call("service-quotas", "get_service_quota", ("NoSuchResourceException",), **about)
    return (applied or aws.call("service-quotas", "get_aws_default_service_quota", **about))["Quota"]["Value"]


def needed(declared: Amounts, there: Amounts) -> float:
    return sum(max(declared.get(name, 0), there.get(name, 0)) for name in declared | there)


def quotas(aws: Aws, declared: Declared) -> Iterator[Finding]:
    """A finding for each quota that something is declared of."""
    for quota in QUOTAS:
        name, says = f"quotas.{quota.service}.{quota.code}", f"There is room for the declared {quota.what}"
        try:
            wanted = quota.declared(aws, declared)
            if not wanted:
                continue
            total, most = needed(wanted, quota.there(aws)), limit(aws, quota)
        except AWS_ERRORS as error:
            yield finding(name, says, None, said(quota.what, error), GRANT)
            continue
        mend = (
            f"aws service-quotas request-service-quota-increase --service-code {quota.service} --quota-code {quota.code} "
            f"--desired-value {total:g} --region {aws.region}"
        )
        yield finding(name, says, total <= most, f"{total:g} of {most:g}", mend)
