"""Attributes: all of them are told, with their defaults, and only allowed ones are taken (sandbox/elbv2_attributes.py).

* Access logs need a bucket of the load balancer's Region whose policy lets Elastic Load Balancing write, encrypted with
  nothing but Amazon S3's own keys; a test file shows that it can.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
* Slow start goes with neither of the other algorithms, and stickiness by an application's cookie needs its name.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html

moto tells some of the attributes, and takes any value, any attribute of a listener, and any bucket.
"""

from __future__ import annotations

import json
from typing import Any

from moto.elbv2.exceptions import ELBClientError, LoadBalancerNotFoundError, TargetGroupNotFoundError, ValidationError
from moto.elbv2.models import ELBv2Backend, FakeListener, FakeLoadBalancer, FakeTargetGroup
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends

from sandbox import elbv2_attributes as known
from sandbox.bucket_policies import as_list
from sandbox.elbv2_attributes import Attribute
from sandbox.iam.policy import Request, evaluate, parse

TEST_FILE = "ELBAccessLogTestFile"
SERVICE = "logdelivery.elasticloadbalancing.amazonaws.com"
# Regions that there were before August 2022 write with an account of their own; of these here those that tests use.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html#attach-bucket-policy
ACCOUNTS = {"eu-central-1": "054676820928", "eu-west-1": "156460612806", "us-east-1": "127311923021"}


def check(allowed: dict[str, Attribute], noun: str, attributes: dict[str, Any]) -> None:
    for key, value in attributes.items():
        if problem := known.problem(allowed, noun, key, str(value or "")):
            raise ValidationError(problem)


def log_path(attributes: dict[str, str], account: str) -> str:
    prefix = attributes.get("access_logs.s3.prefix")
    return f"{prefix + '/' if prefix else ''}AWSLogs/{account}/{TEST_FILE}"


def check_bucket(balancer: FakeLoadBalancer, attributes: dict[str, str]) -> None:
    name = attributes.get("access_logs.s3.bucket")
    if not name:
        raise ValidationError("The value of 'access_logs.s3.bucket' cannot be empty")
    _, partition, _, region, account, *_ = balancer.arn.split(":")
    backend = s3_backends[account][partition]
    try:
        bucket = backend.get_bucket(name)
    except MissingBucket as error:
        raise ELBClientError("InvalidConfigurationRequest", f"S3 bucket '{name}' does not exist") from error
    if bucket.region_name != region:
        message = f"The S3 bucket '{name}' is in the Region {bucket.region_name}; it must be in the load balancer's, {region}"
        raise ELBClientError("InvalidConfigurationRequest", message)
    path = log_path(attributes, account)
    if not may_write(bucket, f"{bucket.arn}/{path}", balancer.arn, account, region) or "aws:kms" in json.dumps(bucket.encryption or {}):
        raise ELBClientError("InvalidConfigurationRequest", f"Access Denied for bucket: {name}. Please check S3bucket permission")
    backend.put_object(name, path, f"Enable AccessLog for ELB: {balancer.name}".encode())


def may_write(bucket: Any, resource: str, balancer_arn: str, account: str, region: str) -> bool:
    document = json.loads(bucket.policy or '{"Statement": []}')
    statements = [statement for statement in as_list(document["Statement"]) if is_delivery(statement.get("Principal"), region)]
    bare = [{key: value for key, value in statement.items() if key != "Principal"} for statement in statements]
    context = {"aws:securetransport": "true", "aws:sourcearn": balancer_arn, "aws:sourceaccount": account, "aws:resourceaccount": account}
    return evaluate(
        Request("s3:PutObject", resource, context), [parse({**document, "Statement": bare} | {"Version": "2012-10-17"})]
    ).allowed


def is_delivery(principal: Any, region: str) -> bool:
    if not isinstance(principal, dict):
        return principal == "*"
    account = ACCOUNTS.get(region, "-")
    accounts = {"*", account, f"arn:aws:iam::{account}:root"}
    return SERVICE in as_list(principal.get("Service")) or bool(accounts & set(as_list(principal.get("AWS"))))


def check_combined(attributes: dict[str, str]) -> None:
    algorithm = attributes["load_balancing.algorithm.type"]
    if attributes["slow_start.duration_seconds"] != "0" and algorithm != "round_robin":
        raise ELBClientError("InvalidConfigurationRequest", f"Slow start cannot be used with the load balancing algorithm '{algorithm}'")
    if attributes["load_balancing.algorithm.anomaly_mitigation"] == "on" and algorithm != "weighted_random":
        raise ELBClientError("InvalidConfigurationRequest", "Anomaly mitigation needs the load balancing algorithm 'weighted_random'")
    if attributes["stickiness.type"] == "app_cookie" and not attributes["stickiness.app_cookie.cookie_name"]:
        message = "You must set an application cookie name to enable stickiness of type 'app_cookie'"
        raise ELBClientError("InvalidConfigurationRequest", message)


def is_http(group: FakeTargetGroup) -> bool:
    return group.target_type in ("ip", "instance") and group.protocol in ("HTTP", "HTTPS")


def modify_load_balancer_attributes(self: ELBv2Backend, arn: str, attrs: dict[str, Any]) -> dict[str, Any]:
    balancer = self.load_balancers.get(arn)
    if balancer is None:
        raise LoadBalancerNotFoundError()
    if balancer.type == "application":
        check(known.BALANCER, "Load balancer", attrs)
        wanted = balancer.attrs | attrs
        if wanted["access_logs.s3.enabled"] == "true" and any(key.startswith("access_logs.") for key in attrs):
            check_bucket(balancer, wanted)
    balancer.attrs.update(attrs)
    return balancer.attrs


def apply() -> None:
    init_balancer, init_group, init_listener = FakeLoadBalancer.__init__, FakeTargetGroup.__init__, FakeListener.__init__
    modify_group, modify_listener = ELBv2Backend.modify_target_group_attributes, ELBv2Backend.modify_listener_attributes

    def balancer_with_defaults(self: FakeLoadBalancer, *args: Any, **kwargs: Any) -> None:
        init_balancer(self, *args, **kwargs)
        if self.type == "application":
            self.attrs = known.defaults(known.BALANCER)
            self.attrs["ipv6.deny_all_igw_traffic"] = str(self.scheme == "internal").lower()

    def group_with_defaults(self: FakeTargetGroup, *args: Any, **kwargs: Any) -> None:
        init_group(self, *args, **kwargs)
        if is_http(self):
            self.attributes = known.defaults(known.GROUP)

    def listener_with_defaults(self: FakeListener, *args: Any, **kwargs: Any) -> None:
        init_listener(self, *args, **kwargs)
        if self.protocol in ("HTTP", "HTTPS"):
            self.attributes = known.defaults(listener_attributes(self))

    def modify_target_group_attributes(self: ELBv2Backend, target_group_arn: str, attributes: dict[str, Any]) -> None:
        group = self.target_groups.get(target_group_arn)
        if group is None:
            raise TargetGroupNotFoundError()
        if is_http(group):
            check(known.GROUP, "Target group", attributes)
            check_combined(group.attributes | attributes)
        modify_group(self, target_group_arn, attributes)
        # The answer has all of them; moto makes it of this.
        attributes.update(group.attributes)

    def modify_listener_attributes(self: ELBv2Backend, listener_arn: str, attrs: list[dict[str, str]]) -> dict[str, str]:
        listener = self.describe_listeners(None, [listener_arn])[0]
        if listener.protocol in ("HTTP", "HTTPS"):
            check(listener_attributes(listener), "Listener", {pair["Key"]: pair.get("Value") for pair in attrs})
        return modify_listener(self, listener_arn, [{"Key": pair["Key"], "Value": pair.get("Value") or ""} for pair in attrs])

    FakeLoadBalancer.__init__ = balancer_with_defaults
    FakeTargetGroup.__init__ = group_with_defaults
    FakeListener.__init__ = listener_with_defaults
    ELBv2Backend.modify_load_balancer_attributes = modify_load_balancer_attributes
    ELBv2Backend.modify_target_group_attributes = modify_target_group_attributes
    ELBv2Backend.modify_listener_attributes = modify_listener_attributes


def listener_attributes(listener: FakeListener) -> dict[str, Attribute]:
    return known.HTTPS_LISTENER if listener.protocol == "HTTPS" else known.LISTENER
