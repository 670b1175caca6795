"""python -m tests.benchmarks.traffic: what the sandbox's load balancer and web ACL cost a request, and what a change under load does.

On a sandbox of its own, on which both phases are applied: answer times and requests a second with and without load balancer, TLS
and web ACL; a new version deployed to both hosts, and a weight shifted from one target group to another in steps and back, at 200
requests a second; CPU, memory and seconds to ready of the sandbox's parts.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any

from plugins.module_utils.load import Load, Request, Sample, summary
from tests.integration.place import Place, shop, until
from tests.integration.visitors import through_the_balancer

RATE = 200
REQUESTS, CONNECTIONS, CALM_RATE, SECONDS = 1000, 8, 50, 10
STEPS = (100, 75, 50, 25, 0, 25, 50, 75, 100)
STEP_SECONDS = 3
IDLE_SECONDS = 20


class Site:
    """The shop, directly or through its load balancer."""

    def __init__(self, place: Place) -> None:
        self.place, self.elbv2, self.wafv2 = place, place.client("elbv2"), place.client("wafv2")
        (self.balancer,) = self.elbv2.describe_load_balancers(Names=["shop"])["LoadBalancers"]
        (self.group,) = self.elbv2.describe_target_groups(Names=["shop"])["TargetGroups"]
        (self.acl,) = self.wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"]
        listeners = self.elbv2.describe_listeners(LoadBalancerArn=self.balancer["LoadBalancerArn"])["Listeners"]
        self.secure = next(one["ListenerArn"] for one in listeners if one["Port"] == 443)

    def asked(self, url: str, times: list[float]) -> list[Sample]:
        by = {f"shop.localhost:{port}": self.place.state["connect_to"][f"shop:{port}"] for port in (443, 8080)}
        with Load(repeat(Request(url)), times, by, self.place.state["ca_path"], 30, CONNECTIONS) as load:
            assert load.wait(60), "not all were answered within 60 s"
        return load.samples

    @contextmanager
    def without_web_acl(self) -> Iterator[None]:
        self.wafv2.disassociate_web_acl(ResourceArn=self.balancer["LoadBalancerArn"])
        time.sleep(2)
        yield
        self.wafv2.associate_web_acl(ResourceArn=self.balancer["LoadBalancerArn"], WebACLArn=self.acl["ARN"])
        time.sleep(2)

    def weigh(self, weights: dict[str, int]) -> None:
        groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]
        self.elbv2.modify_listener(ListenerArn=self.secure, DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}])


def answers(site: Site, url: str) -> tuple[float, float, float]:
    """p50 and p95 in milliseconds at a low rate, and requests a second of eight connections."""
    calm = summary(site.asked(url, [number / CALM_RATE for number in range(CALM_RATE * SECONDS)]))
    burst = site.asked(url, [0.0] * REQUESTS)
    assert calm["failed"] + sum(one.failed or not one.sent for one in burst) == 0
    return calm["p50_ms"], calm["p95_ms"], REQUESTS / max(one.seconds for one in burst)


def overhead(site: Site) -> None:
    place = site.place
    forward = [{"Type": "forward", "TargetGroupArn": site.group["TargetGroupArn"]}]
    plain = site.elbv2.create_listener(LoadBalancerArn=site.balancer["LoadBalancerArn"], Protocol="HTTP", Port=8080, DefaultActions=forward)
    time.sleep(2)
    urls = {"HTTP": "http://shop.localhost:8080/version", "HTTPS": "https://shop.localhost/version"}
    print(f"{'':44}{'p50 ms':>8}{'p95 ms':>8}{'requests/s':>12}")

    def row(what: str, url: str) -> None:
        half, most, rate = answers(site, url)
        print(f"{what:44}{half:8.2f}{most:8.2f}{rate:12.0f}", flush=True)

    row("the application alone", f"{place.address('app1')}/version")
    with site.without_web_acl():
        for name, url in urls.items():
            row(f"load balancer, {name}", url)
    for name, url in urls.items():
        row(f"load balancer, {name}, web ACL", url)
    site.elbv2.delete_listener(ListenerArn=plain["Listeners"][0]["ListenerArn"])


def told(what: str, load: Load) -> None:
    found = summary(load.samples)
    print(f"{what}: {found['requests']} requests, {found['failed']} failed, p95 {found['p95_ms']} ms, {found['ends']}", flush=True)


def deployed(site: Site) -> None:
    with through_the_balancer(site.place, RATE) as load:
        run = site.place.playbook("deploy", app_deploy_source=str(shop(Path(tempfile.mkdtemp(dir=site.place.folder.parent)), "1.1.0")))
    assert run.code == 0, run.error
    told(f"a new version deployed to two hosts at {RATE} requests a second", load)


def shifted(site: Site) -> None:
    """The second target group has the same hosts, so that only the shift itself can fail a request."""
    same = ("Protocol", "Port", "VpcId", "TargetType", "HealthCheckPath", "HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds")
    (other,) = site.elbv2.create_target_group(Name="shop-green", **{key: site.group[key] for key in same})["TargetGroups"]
    hosts = [{"Id": one["private_address"], "Port": one["port"]} for one in site.place.state["hosts"].values()]
    site.elbv2.register_targets(TargetGroupArn=other["TargetGroupArn"], Targets=hosts)
    weights = {site.group["TargetGroupArn"]: 100, other["TargetGroupArn"]: 0}
    site.weigh(weights)

    def states() -> set[str]:
        found = site.elbv2.describe_target_health(TargetGroupArn=other["TargetGroupArn"])["TargetHealthDescriptions"]
        return {one["TargetHealth"]["State"] for one in found}

    until(lambda: states() == {"healthy"}, "both hosts are healthy in the second target group")
    with through_the_balancer(site.place, RATE) as load:
        for weight in STEPS:
            site.weigh({site.group["TargetGroupArn"]: weight, other["TargetGroupArn"]: 100 - weight})
            time.sleep(STEP_SECONDS)
    told(f"a weight shifted 100/0 to 0/100 in steps and back at {RATE} requests a second", load)


def cost(place: Place, ready: float) -> None:
    print(f"the sandbox was ready after {ready:.1f} s; idle, its parts take:")
    before = {name: _cpu(part["pid"]) for name, part in place.state["parts"].items() if part["pid"]}
    time.sleep(IDLE_SECONDS)
    for name, ticks in before.items():
        pid = place.state["parts"][name]["pid"]
        used = (_cpu(pid) - ticks) / IDLE_SECONDS
        print(f"  {name:20}{used:6.1f} % of a core{_memory(pid):8.0f} MB", flush=True)


def _cpu(pid: int) -> int:
    """In hundredths of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _memory(pid: int) -> float:
    lines: Any = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return next(int(line[1]) / 1024 for line in lines if line[0] == "VmRSS:")


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="prodready-traffic-"))
    place = Place(folder / "sandbox")
    start = time.monotonic()
    place.sandbox("up")
    ready = time.monotonic() - start
    try:
        for phase in ("immediate", "short_term"):
            run = place.playbook(phase)
            assert run.code == 0, run.error
        site = Site(place)
        overhead(site)
        # The web ACL's daemon is Python: with it two cores that also run Ansible and the clients do not keep up with the rate.
        with site.without_web_acl():
            deployed(site)
            shifted(site)
        cost(place, ready)
    finally:
        place.sandbox("down")
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
