"""python -m tests.benchmarks: set modules against loops and bare boto3, on one emulator in one run.

Whole processes are timed; a set is the best of three, each made anew, for half of its time is Ansible's start-up and varies.
The growth from 100 to 500 and the same with 50 ms added to every call are in the table; so is the time of a playbook whose
one task does nothing, which every Ansible row includes. The emulator has been asked before, for it loads a service at its
first request.

Others are commands of their own: tests.benchmarks.load_rates and load_stall (load generators), shop_cache,
traffic, unchanged, fleet and fleet_slices.
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import requests

from tests.benchmarks import peer

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
SETS = ("first-set", "second-set", "third-set")


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


@dataclass
class Times:
    """The seconds of a set, made and then unchanged, by its module and by a loop of the peer's."""

    create: float
    keep: float
    loop_create: float
    loop_keep: float

    def ratios(self, what: str, how: str, wanted: str, apart: float = 0) -> None:
        """`apart` is what both have in common; on a busy machine it alone may take longer than the whole."""
        for state, loop, whole in (("created", self.loop_create, self.create), ("unchanged", self.loop_keep, self.keep)):
            ratio(f"{what} {state}: loop against set{how}".strip(), loop - apart, max(whole - apart, 0.01), wanted)


def times(bench: Bench, what: str, module: str, playbook: str, sets: list[dict[str, Any]], loop: dict[str, Any]) -> Times:
    """Measure `playbook`_set, with what is given to each of some sets that are alike, and `playbook`_loop."""
    return Times(
        bench.row(f"{what} created, set module", min(bench.playbook(f"{playbook}_set", **given) for given in sets)),
        bench.row(f"{what} unchanged, set module", bench.playbook(f"{playbook}_set", 3, **sets[-1])),
        bench.row(f"{what} created, loop of {module}", bench.playbook(f"{playbook}_loop", **loop)),
        bench.row(f"{what} unchanged, loop", bench.playbook(f"{playbook}_loop", **loop)),
    )


def alarm_rows(bench: Bench, empty: float) -> None:
    sets, loop = [{"alarms": alarms(100, name)} for name in SETS], {"count": 100, "prefix": "loop"}
    found = times(bench, "100 alarms", "amazon.aws.cloudwatch_metric_alarm", "alarms", sets, loop)
    create, keep = found.create, found.keep
    bare_create = bench.row("100 alarms created, bare boto3 with 8 threads", bench.bare(100, "bare"))
    bare_keep = bench.row("100 alarms unchanged, bare boto3", bench.bare(100, "bare", 3))
    found.ratios("", ", whole processes", "at least 25")
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
    names = {one: [f"{one}-{number}" for number in range(50)] for one in SETS}
    bench.playbook("lifecycles_set", buckets=[{"name": name, "create": True} for one in SETS for name in names[one]])
    for number in range(50):
        bench.client("s3").create_bucket(Bucket=f"loop-{number}", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    rules = [{"id": "expire", "prefix": "tmp/", "expiration": {"days": 30}}]
    # The emulator loads what lifecycles take at the first of them.
    bench.playbook("lifecycles_set", buckets=[{"name": "first", "create": True, "lifecycle": rules}])
    sets = [{"buckets": [{"name": name, "lifecycle": rules} for name in names[one]]} for one in SETS]
    loop = {"count": 50, "prefix": "loop"}
    found = times(bench, "50 lifecycles", "community.aws.s3_lifecycle", "lifecycles", sets, loop)
    found.ratios("lifecycles", "", "at least 25")


def ip_set_rows(bench: Bench, empty: float) -> None:
    """Ten are all that a place has, so Ansible's start-up, which both have, is most of the set's time."""
    bench.playbook("ip_sets_set", ip_sets=[{"name": "first", "addresses": ["192.0.2.0/24"]}])
    addresses = ["192.0.2.0/24", "198.51.100.7"]
    sets = [{"ip_sets": [{"name": f"{name}-{number}", "addresses": addresses} for number in range(10)]} for name in SETS]
    loop = {"count": 10, "prefix": "loop"}
    found = times(bench, "10 IP sets", "community.aws.wafv2_ip_set", "ip_sets", sets, loop)
    found.ratios("IP sets", ", start-up apart", "at least 25", empty)


def target_groups(count: int, prefix: str) -> list[dict[str, Any]]:
    check = {"protocol": "HTTP", "path": "/health", "interval_seconds": 10, "timeout_seconds": 5}
    return [{"name": f"{prefix}-{n}", "port": 3000, "health_check": check, "deregistration_delay_seconds": 30} for n in range(count)]


def balancer_rows(bench: Bench, empty: float) -> None:
    """Rules are those of a load balancer for each set, and one for the loop; upstream adds them one at a time."""
    ec2, elbv2 = bench.client("ec2"), bench.client("elbv2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    loop = {"count": 20, "prefix": "loop", "vpc": vpc}
    sets = [{"target_groups": target_groups(20, name)} for name in SETS]
    found = times(bench, "20 target groups", "community.aws.elb_target_group", "groups", sets, loop)
    found.ratios("target groups", ", whole processes", "as much as 20 can show")
    found.ratios("target groups", ", start-up apart", "at least 25", empty)

    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
    fixed = {"fixed_response": {"status_code": "200", "body": "ok"}}
    for name in (*SETS, "loop"):
        elbv2.create_load_balancer(Name=name, Subnets=subnets)
    rules = [{"priority": number + 1, "conditions": {"path": [f"/{number}"]}, "action": fixed} for number in range(40)]
    listener = {"port": 80, "protocol": "HTTP", "default_action": fixed, "rules": rules}
    group = next(one["GroupId"] for one in ec2.describe_security_groups()["SecurityGroups"] if one["GroupName"] == "default")
    loop = {"count": 40, "balancer": "loop", "subnets": subnets, "security_group": group}
    sets = [{"listeners": [{"load_balancer": name, **listener}]} for name in SETS]
    found = times(bench, "40 listener rules", "amazon.aws.elb_application_lb", "rules", sets, loop)
    found.ratios("listener rules", ", whole processes", "as much as 40 can show")
    found.ratios("listener rules", ", start-up apart", "at least 25", empty)


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
