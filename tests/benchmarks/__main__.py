"""python -m tests.benchmarks: set modules against loops and bare boto3, on one emulator in one run.

Whole processes are timed; what changes nothing is the best of three. The growth from 100 to 500 and the same with 50 ms
added to every call are in the table; so is the time of a playbook whose one task does nothing, which every Ansible row
includes. The emulator has been asked before, for it loads a service at its first request.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import requests

from tests.benchmarks import peer

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]


class Bench:
    def __init__(self, folder: Path, collections: Path) -> None:
        self.folder = folder
        self.endpoint = json.loads((folder / "state.json").read_text())["endpoint"]
        self.aws = {
            "account": "123456789012",
            "region": "eu-central-1",
            "endpoint_url": self.endpoint,
            "access_key": "AKIASANDBOX000000000",
            "secret_key": "the-sandbox-checks-no-signature-at-all",
        }
        self.env = {
            **os.environ,
            "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": f"{CHECKOUT / '.collections'}:{collections}",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "AWS_ENDPOINT_URL": self.endpoint,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        self.env.pop("PYTHONDONTWRITEBYTECODE", None)
        self.rows: list[tuple[str, float]] = []

    def seconds(self, argv: list[str], best_of: int = 1) -> float:
        times = []
        for _ in range(best_of):
            start = time.perf_counter()
            done = subprocess.run(argv, cwd=CHECKOUT, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            times.append(time.perf_counter() - start)
            if done.returncode:
                raise SystemExit(f"{' '.join(argv)} failed:\n{done.stdout[-3000:]}")
        return min(times)

    def playbook(self, name: str, best_of: int = 1, **variables: Any) -> float:
        extra = self.folder / "variables.json"
        extra.write_text(json.dumps({"runbook_aws": self.aws, "ansible_connection": "local", **variables}))
        return self.seconds(
            ["ansible-playbook", "--inventory", "localhost,", str(HERE / "playbooks" / f"{name}.yml"), "--extra-vars", f"@{extra}"], best_of
        )

    def bare(self, count: int, prefix: str, best_of: int = 1) -> float:
        return self.seconds([sys.executable, "-m", "tests.benchmarks.bare", str(count), prefix], best_of)

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.aws["region"],
            aws_access_key_id=self.aws["access_key"],
            aws_secret_access_key=self.aws["secret_key"],
        )

    @contextlib.contextmanager
    def slow_calls(self, seconds: float) -> Iterator[None]:
        requests.put(f"{self.endpoint}/_sandbox/faults", json={"rules": [{"delay_seconds": seconds}]}, timeout=10).raise_for_status()
        yield
        requests.delete(f"{self.endpoint}/_sandbox/faults", timeout=10).raise_for_status()

    def row(self, what: str, seconds: float) -> float:
        print(f"{seconds:8.2f} s  {what}", flush=True)
        return seconds


def alarms(count: int, prefix: str) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{prefix}-{number}",
            "namespace": "Shop",
            "metric_name": "Errors",
            "dimensions": {"Service": "shop"},
            "statistic": "Sum",
            "period": 60,
            "evaluation_periods": 5,
            "threshold": 10,
            "comparison_operator": "GreaterThanThreshold",
        }
        for number in range(count)
    ]


def ratio(what: str, numerator: float, denominator: float, wanted: str) -> None:
    print(f"{numerator / denominator:8.1f} x  {what} (wanted: {wanted})", flush=True)


def alarm_rows(bench: Bench, empty: float) -> None:
    create = bench.row("100 alarms created, set module", bench.playbook("alarms_set", alarms=alarms(100, "set")))
    keep = bench.row("100 alarms unchanged, set module", bench.playbook("alarms_set", 3, alarms=alarms(100, "set")))
    loop_create = bench.row(
        "100 alarms created, loop of amazon.aws.cloudwatch_metric_alarm", bench.playbook("alarms_loop", count=100, prefix="loop")
    )
    loop_keep = bench.row("100 alarms unchanged, loop", bench.playbook("alarms_loop", count=100, prefix="loop"))
    bare_create = bench.row("100 alarms created, bare boto3 with 8 threads", bench.bare(100, "bare"))
    bare_keep = bench.row("100 alarms unchanged, bare boto3", bench.bare(100, "bare", 3))
    ratio("created: loop against set, whole processes", loop_create, create, "at least 25")
    ratio("unchanged: loop against set, whole processes", loop_keep, keep, "at least 25")
    ratio("created: set less Ansible's start-up against bare boto3", create - empty, bare_create, "at most 1.5")
    ratio("unchanged: set less Ansible's start-up against bare boto3", keep - empty, bare_keep, "at most 1.5")

    many = bench.row("500 alarms created, set module", bench.playbook("alarms_set", alarms=alarms(500, "many")))
    many_keep = bench.row("500 alarms unchanged, set module", bench.playbook("alarms_set", 3, alarms=alarms(500, "many")))
    ratio("created: growth for 5 times as many alarms, start-up apart", many - empty, create - empty, "at most 5")
    ratio("unchanged: growth for 5 times as many alarms, start-up apart", many_keep - empty, keep - empty, "at most 5")

    with bench.slow_calls(0.05):
        create = bench.row("100 alarms created, set module, 50 ms a call", bench.playbook("alarms_set", alarms=alarms(100, "slow")))
        keep = bench.row("100 alarms unchanged, set module, 50 ms a call", bench.playbook("alarms_set", 3, alarms=alarms(100, "slow")))
        bare_create = bench.row("100 alarms created, bare boto3, 50 ms a call", bench.bare(100, "slowbare"))
        bare_keep = bench.row("100 alarms unchanged, bare boto3, 50 ms a call", bench.bare(100, "slowbare", 3))
        loop_create = bench.row("100 alarms created, loop, 50 ms a call", bench.playbook("alarms_loop", count=100, prefix="slowloop"))
        loop_keep = bench.row("100 alarms unchanged, loop, 50 ms a call", bench.playbook("alarms_loop", count=100, prefix="slowloop"))
    ratio("created, 50 ms a call: loop against set", loop_create, create, "at least 25")
    ratio("unchanged, 50 ms a call: loop against set", loop_keep, keep, "at least 25")
    ratio("created, 50 ms a call: set less start-up against bare boto3", create - empty, bare_create, "at most 1.5")
    ratio("unchanged, 50 ms a call: set less start-up against bare boto3", keep - empty, bare_keep, "at most 1.5")


def lifecycle_rows(bench: Bench) -> None:
    """On buckets that are there, and are kept by the module or by nobody."""
    bench.playbook("lifecycles_set", buckets=[{"name": f"set-{number}", "create": True} for number in range(50)])
    for number in range(50):
        bench.client("s3").create_bucket(Bucket=f"loop-{number}", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    rules = [{"id": "expire", "prefix": "tmp/", "expiration": {"days": 30}}]
    buckets = [{"name": f"set-{number}", "lifecycle": rules} for number in range(50)]
    create = bench.row("50 lifecycles created, set module", bench.playbook("lifecycles_set", buckets=buckets))
    keep = bench.row("50 lifecycles unchanged, set module", bench.playbook("lifecycles_set", 3, buckets=buckets))
    loop_create = bench.row(
        "50 lifecycles created, loop of community.aws.s3_lifecycle", bench.playbook("lifecycles_loop", count=50, prefix="loop")
    )
    loop_keep = bench.row("50 lifecycles unchanged, loop", bench.playbook("lifecycles_loop", count=50, prefix="loop"))
    ratio("lifecycles created: loop against set", loop_create, create, "at least 25")
    ratio("lifecycles unchanged: loop against set", loop_keep, keep, "at least 25")


def ip_set_rows(bench: Bench, empty: float) -> None:
    """Ten are all that a place has, so Ansible's start-up, which both have, is most of the set's time."""
    sets = [{"name": f"set-{number}", "addresses": ["192.0.2.0/24", "198.51.100.7"]} for number in range(10)]
    create = bench.row("10 IP sets created, set module", bench.playbook("ip_sets_set", ip_sets=sets))
    keep = bench.row("10 IP sets unchanged, set module", bench.playbook("ip_sets_set", 3, ip_sets=sets))
    loop_create = bench.row(
        "10 IP sets created, loop of community.aws.wafv2_ip_set", bench.playbook("ip_sets_loop", count=10, prefix="loop")
    )
    loop_keep = bench.row("10 IP sets unchanged, loop", bench.playbook("ip_sets_loop", count=10, prefix="loop"))
    # On a busy machine the start-up alone may take longer than the start-up with the set.
    ratio("IP sets created: loop against set, start-up apart", loop_create - empty, max(create - empty, 0.01), "at least 25")
    ratio("IP sets unchanged: loop against set, start-up apart", loop_keep - empty, max(keep - empty, 0.01), "at least 25")


def target_groups(count: int) -> list[dict[str, Any]]:
    check = {"protocol": "HTTP", "path": "/health", "interval_seconds": 10, "timeout_seconds": 5}
    return [{"name": f"set-{n}", "port": 3000, "health_check": check, "deregistration_delay_seconds": 30} for n in range(count)]


def balancer_rows(bench: Bench, empty: float) -> None:
    """Rules are those of two load balancers, each kept by one of both; upstream adds them one at a time."""
    ec2, elbv2 = bench.client("ec2"), bench.client("elbv2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    groups = target_groups(20)
    create = bench.row("20 target groups created, set module", bench.playbook("groups_set", target_groups=groups))
    keep = bench.row("20 target groups unchanged, set module", bench.playbook("groups_set", 3, target_groups=groups))
    loop = {"count": 20, "prefix": "loop", "vpc": vpc}
    loop_create = bench.row("20 target groups created, loop of community.aws.elb_target_group", bench.playbook("groups_loop", **loop))
    loop_keep = bench.row("20 target groups unchanged, loop", bench.playbook("groups_loop", **loop))
    ratio("target groups created: loop against set, whole processes", loop_create, create, "as much as 20 can show")
    ratio("target groups unchanged: loop against set, whole processes", loop_keep, keep, "as much as 20 can show")
    ratio("target groups created: loop against set, start-up apart", loop_create - empty, create - empty, "at least 25")
    ratio("target groups unchanged: loop against set, start-up apart", loop_keep - empty, keep - empty, "at least 25")

    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
    fixed = {"fixed_response": {"status_code": "200", "body": "ok"}}
    for name in ("set", "loop"):
        elbv2.create_load_balancer(Name=name, Subnets=subnets)
    rules = [{"priority": number + 1, "conditions": {"path": [f"/{number}"]}, "action": fixed} for number in range(40)]
    listener = {"load_balancer": "set", "port": 80, "protocol": "HTTP", "default_action": fixed, "rules": rules}
    create = bench.row("40 listener rules created, set module", bench.playbook("rules_set", listeners=[listener]))
    keep = bench.row("40 listener rules unchanged, set module", bench.playbook("rules_set", 3, listeners=[listener]))
    group = next(one["GroupId"] for one in ec2.describe_security_groups()["SecurityGroups"] if one["GroupName"] == "default")
    loop = {"count": 40, "balancer": "loop", "subnets": subnets, "security_group": group}
    loop_create = bench.row("40 listener rules created, loop of amazon.aws.elb_application_lb", bench.playbook("rules_loop", **loop))
    loop_keep = bench.row("40 listener rules unchanged, loop", bench.playbook("rules_loop", **loop))
    ratio("listener rules created: loop against set, whole processes", loop_create, create, "as much as 40 can show")
    ratio("listener rules unchanged: loop against set, whole processes", loop_keep, keep, "as much as 40 can show")
    ratio("listener rules created: loop against set, start-up apart", loop_create - empty, create - empty, "at least 25")
    ratio("listener rules unchanged: loop against set, start-up apart", loop_keep - empty, keep - empty, "at least 25")


def main() -> None:
    collections = peer.fetch()
    folder = Path(tempfile.mkdtemp(prefix="prodready-benchmark-"))
    sandbox = [sys.executable, "-m", "sandbox"]
    subprocess.run([*sandbox, "up", "--folder", str(folder), "--only", "emulator"], cwd=CHECKOUT, check=True)
    try:
        bench = Bench(folder, collections)
        for service, operation in (
            ("cloudwatch", "describe_alarms"),
            ("s3", "list_buckets"),
            ("wafv2", "list_ip_sets"),
            ("resourcegroupstaggingapi", "get_resources"),
            ("ec2", "describe_vpcs"),
            ("elbv2", "describe_target_groups"),
        ):
            getattr(bench.client(service), operation)(**({"Scope": "REGIONAL"} if service == "wafv2" else {}))
        empty = bench.row("one task that does nothing: Ansible's start-up", bench.playbook("nothing", 3))
        alarm_rows(bench, empty)
        lifecycle_rows(bench)
        ip_set_rows(bench, empty)
        balancer_rows(bench, empty)
    finally:
        subprocess.run([*sandbox, "down", "--folder", str(folder)], cwd=CHECKOUT, check=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
