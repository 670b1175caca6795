"""An account with an image, a role, a load balancer's target group and a cluster."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.containers import image, push

ROLE = "arn:aws:iam::123456789012:role/exec"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
RIGHTS = ["ecr:*", "logs:*"]
SCALED = {"ServiceNamespace": "ecs", "ResourceId": "service/shop/shop", "ScalableDimension": "ecs:service:DesiredCount"}


class Ecs:
    def __init__(self, client: Callable[..., Any], rights: list[str] = RIGHTS) -> None:
        self.client = client
        self.ecs = client("ecs")
        self.image = push_image(client)
        client("iam").create_role(RoleName="exec", AssumeRolePolicyDocument=json.dumps(TRUST))
        statement = {"Effect": "Allow", "Action": rights, "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        client("iam").put_role_policy(RoleName="exec", PolicyName="p", PolicyDocument=json.dumps(document))
        self.ecs.create_cluster(clusterName="shop")
        found = client("ec2").describe_subnets()["Subnets"]
        self.vpc, self.subnets = found[0]["VpcId"], [one["SubnetId"] for one in found][:2]
        self.network = {"awsvpcConfiguration": {"subnets": self.subnets}}

    def register(self, container: dict[str, Any] | None = None, **more: Any) -> str:
        asked: dict[str, Any] = {
            "family": "shop",
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": ROLE,
            "containerDefinitions": [{"name": "shop", "image": self.image, "portMappings": [{"containerPort": 3000}], **(container or {})}],
            **more,
        }
        return self.ecs.register_task_definition(**asked)["taskDefinition"]["taskDefinitionArn"]

    def group(self) -> str:
        """The ARN of a target group behind a load balancer."""
        elb = self.client("elbv2")
        asked = {"Name": "shop", "Protocol": "HTTP", "Port": 3000, "VpcId": self.vpc, "TargetType": "ip"}
        arn = elb.create_target_group(**asked)["TargetGroups"][0]["TargetGroupArn"]
        at_once = [{"Key": "deregistration_delay.timeout_seconds", "Value": "0"}]
        elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=at_once)
        balancer = elb.create_load_balancer(Name="shop", Subnets=self.subnets)["LoadBalancers"][0]["LoadBalancerArn"]
        forward = [{"Type": "forward", "TargetGroupArn": arn}]
        elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward)
        self.label = f"{balancer.partition(':loadbalancer/')[2]}/{arn.rpartition(':')[2]}"
        return arn

    def asked(self, definition: str, **more: Any) -> dict[str, Any]:
        return {"cluster": "shop", "taskDefinition": definition, "launchType": "FARGATE", "networkConfiguration": self.network, **more}

    def create(self, definition: str = "", **more: Any) -> dict[str, Any]:
        asked = self.asked(definition or self.register(), serviceName="shop", **{"desiredCount": 2, **more})
        return self.ecs.create_service(**asked)["service"]

    def service(self) -> dict[str, Any]:
        return self.ecs.describe_services(cluster="shop", services=["shop"])["services"][0]

    def tasks(self, state: str = "RUNNING") -> list[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster="shop", desiredStatus=state)["taskArns"]
        return self.ecs.describe_tasks(cluster="shop", tasks=arns)["tasks"] if arns else []

    def told(self) -> list[str]:
        return [event["message"] for event in self.service()["events"]]


def push_image(client: Callable[..., Any], text: str = "echo hello", tag: str = "1", make: bool = True) -> str:
    ecr = client("ecr")
    if make:
        ecr.create_repository(repositoryName="shop")
    with tempfile.TemporaryDirectory() as work:
        source = Path(work) / "source"
        source.mkdir()
        (source / "run.sh").write_text(text)
        return push.push(ecr, "shop", tag, image.pack(source, ["sh", "run.sh"], [3000], {"A": "1"}, Path(work)))
