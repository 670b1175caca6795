"""The shop as an image, and as a service of two tasks behind the sandbox's load balancer."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from tests.integration.place import CHECKOUT, DEADLINE_SECONDS, Place, shop

SECRET = ("SESSION_SECRET", "ADMIN_TOKEN", "PAYMENT_API_KEY")
GROUP = "/ecs/shop"
TRUST = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
RIGHTS = {"Effect": "Allow", "Action": ["ecr:*", "logs:*", "secretsmanager:GetSecretValue"], "Resource": "*"}
WAIT = {"Delay": 1, "MaxAttempts": 90}
NPM = ("npm", "ci", "--omit=dev", "--no-audit", "--no-fund", "--prefer-offline")


class Containers:
    def __init__(self, place: Place, folder: Path) -> None:
        self.place, self.folder = place, folder
        self.ecs, self.elb = place.client("ecs"), place.client("elbv2")
        env = (place.folder / "shop.env").read_text().splitlines()
        self.env = dict(line.split("=", 1) for line in env)
        self.url = f"http://{place.state['connect_to']['shop:80']}"

    def prepare(self) -> None:
        self.place.client("ecr").create_repository(repositoryName="shop")
        iam = self.place.client("iam")
        document = {"Version": "2012-10-17"}
        iam.create_role(RoleName="tasks", AssumeRolePolicyDocument=json.dumps({**document, "Statement": [TRUST]}))
        iam.put_role_policy(RoleName="tasks", PolicyName="own", PolicyDocument=json.dumps({**document, "Statement": [RIGHTS]}))
        self.place.client("logs").create_log_group(logGroupName=GROUP)
        kept = json.dumps({name: self.env[name] for name in SECRET})
        self.secret = self.place.client("secretsmanager").create_secret(Name="shop/containers", SecretString=kept)["ARN"]
        subnets = self.place.client("ec2").describe_subnets()["Subnets"]
        self.subnets = [one["SubnetId"] for one in subnets][:2]
        self.group = self.elb.create_target_group(
            Name="shop-containers",
            Protocol="HTTP",
            Port=3000,
            VpcId=subnets[0]["VpcId"],
            TargetType="ip",
            HealthCheckPath="/health/live",
            HealthCheckIntervalSeconds=10,
            HealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        # A busy machine takes a second to tell Envoy.
        delay = [{"Key": "deregistration_delay.timeout_seconds", "Value": "4"}]
        self.elb.modify_target_group_attributes(TargetGroupArn=self.group, Attributes=delay)
        made = self.elb.create_load_balancer(Name="shop", Subnets=self.subnets)
        self.balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
        forward = [{"Type": "forward", "TargetGroupArn": self.group}]
        self.elb.create_listener(LoadBalancerArn=self.balancer, Protocol="HTTP", Port=80, DefaultActions=forward)
        self.ecs.create_cluster(clusterName="shop")

    def image(self, version: str, files: dict[str, str] | None = None) -> str:
        """The URI of the shop's image; its packages are installed once."""
        source = shop(self.folder / version, version, files)
        installed = self.folder / "node_modules"
        if not installed.exists():
            subprocess.run(NPM, cwd=source, check=True, stdout=subprocess.DEVNULL, timeout=DEADLINE_SECONDS)
            (source / "node_modules").rename(installed)
        shutil.copytree(installed, source / "node_modules", symlinks=True)
        command = ["image", "push", f"shop:{version}", str(source), "--command", "node", "--command", "bin/server.js", "--port", "3000"]
        done = subprocess.run(
            [sys.executable, "-m", "sandbox", *command, "--env", "NODE_ENV=production", "--folder", str(self.place.folder)],
            cwd=CHECKOUT,
            check=True,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
        )
        return done.stdout.strip()

    def register(self, image: str) -> str:
        plain = [{"name": name, "value": value} for name, value in self.env.items() if name not in (*SECRET, "NODE_ENV")]
        options = {"awslogs-group": GROUP, "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "shop"}
        container = {
            "name": "shop",
            "image": image,
            "portMappings": [{"containerPort": 3000}],
            "environment": plain,
            "secrets": [{"name": name, "valueFrom": f"{self.secret}:{name}::"} for name in SECRET],
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            "stopTimeout": 20,
        }
        made = self.ecs.register_task_definition(
            family="shop",
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            executionRoleArn="arn:aws:iam::123456789012:role/tasks",
            containerDefinitions=[container],
        )
        return made["taskDefinition"]["taskDefinitionArn"]

    def create(self, definition: str) -> None:
        self.ecs.create_service(
            cluster="shop",
            serviceName="shop",
            taskDefinition=definition,
            desiredCount=2,
            launchType="FARGATE",
            healthCheckGracePeriodSeconds=300,
            networkConfiguration={"awsvpcConfiguration": {"subnets": self.subnets}},
            loadBalancers=[{"targetGroupArn": self.group, "containerName": "shop", "containerPort": 3000}],
            deploymentConfiguration={
                "minimumHealthyPercent": 50,
                "maximumPercent": 200,
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            },
        )

    def stable(self) -> None:
        self.ecs.get_waiter("services_stable").wait(cluster="shop", services=["shop"], WaiterConfig=WAIT)

    def service(self) -> dict[str, Any]:
        return self.ecs.describe_services(cluster="shop", services=["shop"])["services"][0]

    def is_steady(self) -> bool:
        found = self.service()
        last = found["events"][0]["message"] if found["events"] else ""
        return len(found["deployments"]) == 1 and last.endswith("has reached a steady state.")

    def tasks(self, state: str = "RUNNING") -> list[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster="shop", desiredStatus=state)["taskArns"]
        return self.ecs.describe_tasks(cluster="shop", tasks=arns)["tasks"] if arns else []

    def get(self, path: str = "/version") -> requests.Response:
        return requests.get(f"{self.url}{path}", timeout=10)

    def processes(self) -> list[int]:
        """Those of the shop's containers."""
        images = str(self.place.folder / "containers/images")
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208
            try:
                if os.readlink(f"/proc/{entry}/cwd").startswith(images):  # noqa: PTH115
                    found.append(int(entry))
            except OSError:
                continue
        return sorted(found)

    def healthy(self) -> int:
        found = self.elb.describe_target_health(TargetGroupArn=self.group)["TargetHealthDescriptions"]
        return sum(one["TargetHealth"]["State"] == "healthy" for one in found)

    @property
    def label(self) -> str:
        return f"{self.balancer.partition(':loadbalancer/')[2]}/{self.group.rpartition(':')[2]}"


def is_broken(version: str) -> dict[str, str]:
    text = (CHECKOUT / "examples/shop/bin/server.js").read_text()
    return {
        "bin/server.js": re.sub(
            r"^import", f"console.error('{version} has no shelves')\nprocess.exit(3)\nimport", text, count=1, flags=re.M
        )
    }
