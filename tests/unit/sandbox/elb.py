"""A load balancer to test with."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox import certificates

ONCE = Config(retries={"total_max_attempts": 1})
FIXED = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}


class Elb:
    """The load balancing of an account with its default VPC; whatever is asked of it goes to the client of elbv2."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.elbv2, self.ec2 = client("elbv2", config=ONCE), client("ec2")
        self.vpc = self.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        found = self.ec2.describe_subnets()["Subnets"]
        self.subnets = [subnet["SubnetId"] for subnet in sorted(found, key=lambda subnet: subnet["AvailabilityZone"])]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.elbv2, name)

    def balancer(self, name: str = "shop", **more: Any) -> str:
        made = self.elbv2.create_load_balancer(**{"Name": name, "Subnets": self.subnets[:2]} | more)
        return made["LoadBalancers"][0]["LoadBalancerArn"]

    def group(self, name: str = "shop", **more: Any) -> str:
        asked = {"Name": name, "Protocol": "HTTP", "Port": 8080, "VpcId": self.vpc, "TargetType": "ip"}
        return self.elbv2.create_target_group(**asked | more)["TargetGroups"][0]["TargetGroupArn"]

    def listener(self, balancer: str, port: int = 80, action: dict[str, Any] = FIXED, **more: Any) -> str:
        asked = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": port, "DefaultActions": [action]}
        return self.elbv2.create_listener(**asked | more)["Listeners"][0]["ListenerArn"]

    def rule(self, listener: str, priority: int, path: str = "/a", action: dict[str, Any] = FIXED) -> str:
        conditions = [{"Field": "path-pattern", "Values": [path]}]
        made = self.elbv2.create_rule(ListenerArn=listener, Priority=priority, Conditions=conditions, Actions=[action])
        return made["Rules"][0]["RuleArn"]

    def certificate(self, name: str = "shop.example") -> str:
        """An imported one, which needs no validation."""
        import datetime

        key = certificates.new_key("EC_prime256v1")
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None, microsecond=0)
        leaf = certificates.sign(key, [name], now, days=90)
        return self.client("acm").import_certificate(Certificate=leaf, PrivateKey=certificates.key_pem(key))["CertificateArn"]


def forward(*groups: str) -> dict[str, Any]:
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": group} for group in groups]}}


def refused(code: str, words: str = "") -> Any:
    return pytest.raises(ClientError, match=rf"\({re.escape(code)}\).*{re.escape(words)}")
