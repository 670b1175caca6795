"""A load balancer of a sandbox, its targets, and the clients that ask it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integration.place import CHECKOUT, Place, until

PATIENCE_SECONDS = 30
FIXED = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": "fixed"}}


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: str
    certificate: dict[str, Any] | None = None

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def me(self) -> str:
        """The address of the target that answered."""
        return self.json["me"] if self.status == 200 and self.body.startswith("{") else ""

    @property
    def seen(self) -> dict[str, str]:
        """The headers that it got."""
        return {name.lower(): value for name, value in self.json["headers"].items()}

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    def get(self, name: str) -> str:
        return ", ".join(self.all(name))


class TargetProcess:
    def __init__(self, address: str, port: int) -> None:
        self.address, self.port = address, port
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(Path(__file__).parent / "target.py"), self.address, str(self.port)]
        self.process = subprocess.Popen(command, cwd=CHECKOUT)
        until(self._answers, f"the target {self.address}:{self.port} answers")

    def _answers(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex((self.address, self.port)) == 0

    def become(self, health: int) -> None:
        connection = http.client.HTTPConnection(self.address, self.port, timeout=PATIENCE_SECONDS)
        connection.request("GET", f"/become?health={health}")
        assert connection.getresponse().status == 200
        connection.close()

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_SECONDS)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)


class Balancing:
    """The load balancer `shop` in the default VPC of a sandbox, with listeners and groups as tests need them."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.state = place.state
        self.elbv2, self.ec2 = place.client("elbv2"), place.client("ec2")
        self.vpc = self.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        self.subnets = [subnet["SubnetId"] for subnet in self.ec2.describe_subnets()["Subnets"]]
        self.arn = self.elbv2.create_load_balancer(Name="shop", Subnets=self.subnets[:2])["LoadBalancers"][0]["LoadBalancerArn"]
        self.trusted = ssl.create_default_context(cafile=self.state["ca_path"])

    def address(self, host: int) -> str:
        """On this machine, of 172.31.5.<host>."""
        return f"127.{self.state['slice']}.5.{host}"

    def group(self, name: str, *targets: TargetProcess, wait: bool = True, **more: Any) -> str:
        asked = {"Name": name, "Protocol": "HTTP", "Port": 8080, "VpcId": self.vpc, "TargetType": "ip", "HealthCheckPath": "/healthz"}
        quick = {"HealthCheckIntervalSeconds": 10, "HealthyThresholdCount": 2, "UnhealthyThresholdCount": 2}
        arn = self.elbv2.create_target_group(**asked | quick | more)["TargetGroups"][0]["TargetGroupArn"]
        self.register(arn, *targets)
        return arn

    def attributes(self, kind: str, arn: str, **pairs: str) -> None:
        parameter = {"load_balancer": "LoadBalancerArn", "target_group": "TargetGroupArn", "listener": "ListenerArn"}[kind]
        wanted = [{"Key": key, "Value": value} for key, value in pairs.items()]
        getattr(self.elbv2, f"modify_{kind}_attributes")(**{parameter: arn, "Attributes": wanted})

    def register(self, group: str, *targets: TargetProcess) -> None:
        if targets:
            self.elbv2.register_targets(TargetGroupArn=group, Targets=[self.target(target) for target in targets])

    def deregister(self, group: str, *targets: TargetProcess) -> None:
        self.elbv2.deregister_targets(TargetGroupArn=group, Targets=[self.target(target) for target in targets])

    def target(self, target: TargetProcess) -> dict[str, Any]:
        return {"Id": f"172.31.5.{target.address.rpartition('.')[2]}", "Port": target.port}

    def health(self, group: str) -> dict[str, dict[str, str]]:
        """Of each target, by its address on this machine."""
        found = self.elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return {self.address(int(item["Target"]["Id"].rpartition(".")[2])): item["TargetHealth"] for item in found}

    def states(self, group: str) -> list[str]:
        return [health["State"] for health in self.health(group).values()]

    def until_healthy(self, group: str) -> None:
        until(lambda: set(self.states(group)) == {"healthy"}, "every target is healthy")

    def listen(self, port: int, *actions: dict[str, Any], **more: Any) -> str:
        asked = {"LoadBalancerArn": self.arn, "Protocol": "HTTP", "Port": port, "DefaultActions": list(actions)}
        arn = self.elbv2.create_listener(**asked | more)["Listeners"][0]["ListenerArn"]
        until(lambda: self.accepts(port), f"the listener of port {port} accepts connections")
        return arn

    def accepts(self, port: int) -> bool:
        real = self.real(port)
        with socket.socket() as client:
            return bool(real) and client.connect_ex(("127.0.0.1", real)) == 0

    def real(self, port: int) -> int:
        """The port of this machine that stands for a listener's; 0 where there is none."""
        address = self.place.control("GET", "plane")["connect_to"].get(f"shop:{port}", ":0")
        return int(address.rpartition(":")[2])

    def certificate(self, *names: str) -> str:
        """One that ACM issued, its DNS record being in a hosted zone."""
        acm, route53 = self.place.client("acm"), self.place.client("route53")
        arn = acm.request_certificate(DomainName=names[0], SubjectAlternativeNames=list(names), ValidationMethod="DNS")["CertificateArn"]

        def options() -> list[dict[str, Any]]:
            return acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]

        until(lambda: all("ResourceRecord" in option for option in options()), "the validation records are known")
        zone = route53.create_hosted_zone(Name="localhost", CallerReference=arn)["HostedZone"]["Id"]
        # A name and its wildcard have the same one.
        records = {option["ResourceRecord"]["Name"]: option["ResourceRecord"]["Value"] for option in options()}
        changes = [
            {"Action": "UPSERT", "ResourceRecordSet": {"Name": name, "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": value}]}}
            for name, value in records.items()
        ]
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
        assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"
        return arn

    def connect(
        self, port: int, tls: ssl.SSLContext | bool = False, name: str = "shop.localhost", client: str = "", real: int = 0
    ) -> http.client.HTTPConnection:
        made = http.client.HTTPConnection(name, port, timeout=PATIENCE_SECONDS)
        source = (client, 0) if client else None
        made.sock = socket.create_connection(("127.0.0.1", real or self.real(port)), PATIENCE_SECONDS, source)
        if tls:
            made.sock = (self.trusted if tls is True else tls).wrap_socket(made.sock, server_hostname=name)
        return made

    def ask(self, port: int, path: str = "/", method: str = "GET", headers: dict[str, str] | None = None, **how: Any) -> Answer:
        body = how.pop("body", None)
        connection = self.connect(port, **how)
        try:
            return answer_of(connection, path, method, headers, body)
        finally:
            connection.close()


def answer_of(connection: Any, path: str, method: str = "GET", headers: dict[str, str] | None = None, body: Any = None) -> Answer:
    # A connection that ends with its answer has no socket any more.
    certificate = connection.sock.getpeercert() if isinstance(connection.sock, ssl.SSLSocket) else None
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    return Answer(response.status, response.getheaders(), response.read().decode(errors="replace"), certificate)


@dataclass
class Clients:
    """Some that ask a listener over and over; every second one opens a connection for each request."""

    balancing: Balancing
    port: int
    tls: bool = False
    count: int = 6
    path: str = "/"
    pause: float = 0.02
    answers: list[tuple[float, int, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __enter__(self) -> Clients:
        self.done = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(number % 2 == 0,)) for number in range(self.count)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        for thread in self.threads:
            thread.join(PATIENCE_SECONDS)

    def _run(self, keep: bool) -> None:
        real, connection = self.balancing.real(self.port), None
        while not self.done.is_set():
            try:
                connection = connection or self.balancing.connect(self.port, self.tls, real=real)
                answer = answer_of(connection, self.path)
                self.answers.append((time.monotonic(), answer.status, answer.me))
                ends = not keep or answer.get("connection") == "close"
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                ends = True
            if connection and ends:
                connection.close()
                connection = None
            time.sleep(self.pause)
        if connection:
            connection.close()

    @property
    def statuses(self) -> Counter[int]:
        return Counter(status for _, status, _ in self.answers)

    def since(self, moment: float) -> Counter[str]:
        """Which targets answered from then on."""
        return Counter(me for at, _, me in list(self.answers) if at >= moment)

    def until_more(self, count: int) -> None:
        before = len(self.answers)
        until(lambda: len(self.answers) >= before + count, f"{count} more answers")
