"""inventories/production as an operator has it: copied, filled in as its comments say, with AWS by its real host names.

What is not as it is in production, and why:
* The application's hosts are those of the sandbox: folders with a service manager of their own, on this machine. What tells Ansible so
  are host variables that anybody may set. Its npm packages are in the cache already, for there is no registry behind the proxy.
* The application itself knows where the emulator is, by its own .env file: Node.js does not ask for HTTPS_PROXY.
* The command `aws` is tests/proofs/bin/aws, for the AWS command line is no requirement of ours.
* Its load balancer knows it by an address, for it is no instance; and clients by the address where the sandbox serves, with the
  authority that signs its certificates, for no DNS leads there.
* An instance is a folder too, HOST_ROOT for its boot script; it has Node.js, and knows where the emulator is. Since hosts are known by
  addresses, the Auto Scaling group has a target group of its own, which a rule sends to what its site and its drill ask for.
* The tables and the bucket are there before, as those of an application that is to be taken to production.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from sandbox.proxy import Proxy
from tests.integration.place import BESIDE_OTHERS, CHECKOUT, DEADLINE_SECONDS, Place

ACCOUNT, REGION = "123456789012", "eu-central-1"
BUCKET, RELEASES = f"shop-images-{ACCOUNT}", f"shop-releases-{ACCOUNT}"
SCALED = "shop-scaled"
# Who runs the playbooks, and who grants that.
KEY, ADMINISTRATOR = "AKIAPRODUCTION000000", "AKIAADMINISTRATOR000"
ADDRESS = re.compile(r"[\d.]+|[\da-f:]*:[\da-f:.]*")
PLACEHOLDER = re.compile(r"<([^<>]+)>")


def host(place: Place, name: str) -> dict[str, Any]:
    """host_vars of a host of the application: see above."""
    found = place.state["hosts"][name]
    node, root = shutil.which("node"), found["root"]
    return {
        "ansible_connection": "local",
        "ansible_become": False,
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "runbook_host_environment": {"PATH": f"{root}/bin:{os.environ['PATH']}"},
        "app_deploy_user": "{{ lookup('ansible.builtin.pipe', 'id -un') }}",
        "app_deploy_root": f"{root}/srv/shop",
        "app_deploy_unit_dir": f"{root}/etc/systemd/system",
        "app_deploy_environment_dir": f"{root}/etc/shop",
        "app_deploy_address": found["address"],
        "app_deploy_port": found["port"],
        "private_address": found["private_address"],
        "app_deploy_spare_port": found["spare_port"],
        "app_deploy_command": f"{node} bin/server.js",
        "app_deploy_migration_command": f"{node} bin/migrate.js",
    }


def answers(place: Place, checkout: Path) -> dict[str, str]:
    """What is filled in for what stands in angle brackets."""
    return {
        "path of the .env file": str(place.folder / "shop.env"),
        "the application, as resources are named and tagged": "shop",
        "twelve digits": ACCOUNT,
        "region, such as eu-central-1": REGION,
        "profile of the AWS configuration; leave the line out to use the environment's credentials": "production",
        "folder of the application on the machine that runs Ansible": str(checkout / "examples/shop"),
        "mail address of the people on call": "oncall@example.com",
        "namespace of the application's metrics": "Shop",
        "What the one who is woken does first.": "Look at the dashboard.",
        "what a month may cost, such as 400": "400",
        "table": "shop-orders",
        "bucket": BUCKET,
        "host name or address": "app1:\n    app2",
        "host name": "shop.localhost",
        "public subnet": f"{REGION}a",
        "public subnet in another zone": f"{REGION}b",
        "security group that lets 80 and 443 in": "default",
        "VPC": place.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"],
        "application": "shop",
        "name of the load balancer": "shop",
        "requests of one address in five minutes": "20000",
        "path that takes uploads, such as /images": "/images",
        "Version_1.22, or a newer one": "Version_1.22",
        "Version_2.0, or a newer one": "Version_2.0",
        "Version_1.16, or a newer one": "Version_1.16",
        "YYYY-MM-DD, two weeks from now": f"{date.today() + timedelta(14)}",
        "private subnet": f"{REGION}a",
        "private subnet in another zone": f"{REGION}b",
        "security group that lets the hosts in at port 6379": "default",
        "path, such as /products": "/products",
        "instance type, such as t3.small": "t3.small",
        "security group that lets the load balancer in at port 3000": "default",
        "package of Node.js, such as nodejs24": "nodejs24",
        "requests a minute of one instance": "600",
        "requests a second of the drill": "50",
        "requests a second": "20",
        # In comments.
        "DNS name of the load balancer": "<DNS name of the load balancer>",
        "what it may cost, in gigabytes": "5",
        "what it may cost, in requests of 1 kB a second": "1000",
        "security group that lets the hosts in at ports 6379 and 6380": "default",
        # That is about them.
        "angle brackets": "<angle brackets>",
        "yours": "<yours>",
    }


def fill_in(folder: Path, place: Place, checkout: Path, **other: str) -> None:
    """Nothing but what the comments ask for."""
    filled = {**answers(place, checkout), **other}
    _fill(folder.rglob("*.yml"), filled)
    # "What is not declared here is refused": the shop has more variables than the example.
    environment = folder / "group_vars/all/environment.yml"
    shop = yaml.safe_load((CHECKOUT / "inventories/sandbox/group_vars/all/environment.yml").read_text())["environment_schema"]
    declared = yaml.safe_load(environment.read_text())["environment_schema"]
    more = {name: rule for name, rule in shop.items() if name not in declared}
    environment.write_text(environment.read_text() + "".join(f"  {name}: {json.dumps(rule)}\n" for name, rule in more.items()))
    # "until then the role's claim is red, or waived with a reason and a day"
    waived = f"cloudwatch_unconfirmed_waived: {{reason: the mailing list is being set up, until: {date.today() + timedelta(30)}}}"
    edit(folder / "group_vars/aws/cloudwatch.yml", r"^# cloudwatch_unconfirmed_waived: .*$", waived)
    # "A bucket for the access logs of load balancers lets them write"
    s3 = folder / "group_vars/aws/s3.yml"
    text, comment, statements = s3.read_text().partition("lets them write:\n")
    s3.write_text(text + comment + statements.replace("    # ", "    "))
    target = 'app_deploy_target: {target_group: shop, id: "{{ private_address }}", port: "{{ app_deploy_port }}"}'
    edit(folder / "group_vars/app/app_deploy.yml", r"^# app_deploy_target: .*$", target)
    (folder / "host_vars").mkdir()
    for name in place.hosts:
        (folder / f"host_vars/{name}.yml").write_text(yaml.safe_dump(host(place, name)))
    (folder / "host_vars/primary.yml").write_text(yaml.safe_dump(site(place)))


def fill_in_next(folder: Path, place: Place, checkout: Path) -> None:
    """The files of the second phase."""
    roles = ("elasticache", "alb", "waf", "uptime", "autoscaling", "load_test", "readiness")
    files = {name: folder / f"group_vars/aws/{name}.yml" for name in roles}
    _fill(files.values(), answers(place, checkout))
    # Where the sandbox serves port 443: there is no other way to tell checkers, who take a name and a port alone.
    (asked,) = yaml.safe_load(files["uptime"].read_text())["uptime_health_checks"]
    port = int(place.state["connect_to"]["shop:443"].rpartition(":")[2])
    files["uptime"].write_text(yaml.safe_dump({"uptime_health_checks": [{**asked, "port": port}]}))
    balanced = yaml.safe_load(files["alb"].read_text())
    (hosts,) = balanced["alb_target_groups"]
    hosts["deregistration_delay_seconds"] = 20  # "As long as the longest request may take"
    balanced["alb_target_groups"] = [{**hosts, "target_type": "ip"}, {**hosts, "name": SCALED}]
    balanced["alb_scaled_target_groups"] = [SCALED]
    rule = {"priority": 10, "conditions": {"path": ["/version"]}, "action": {"forward": [{"target_group": SCALED}]}}
    balanced["alb_listeners"][1]["rules"] = [rule]
    files["alb"].write_text(yaml.safe_dump(balanced))
    edit(files["autoscaling"], r"target_groups: .*$", f"target_groups: [{SCALED}]")
    edit(files["autoscaling"], r"target_group: .*$", f"target_group: {SCALED}")
    # "As long as an instance takes", of which the sandbox gives it a tenth, on a busy machine.
    edit(files["autoscaling"], r"grace_seconds: .*$", "grace_seconds: 900")


def _fill(files: Iterable[Path], filled: dict[str, str]) -> None:
    for file in files:
        file.write_text(PLACEHOLDER.sub(lambda match: filled[match[1]], file.read_text()))


def edit(file: Path, pattern: str, text: str) -> None:
    changed, count = re.subn(pattern, lambda _: text, file.read_text(), flags=re.MULTILINE)
    assert count, f"{file} has no {pattern}"
    file.write_text(changed)


def site(place: Place) -> dict[str, Any]:
    """host_vars of the machine that proves the site: see above."""
    where = {f"shop.localhost:{port}": place.state["connect_to"][f"shop:{port}"] for port in (80, 443)}
    authority = place.state["ca_path"]
    roles = ("alb", "waf", "autoscaling", "load_test")
    reached = {f"{role}_{name}": value for role in roles for name, value in (("connect_to", where), ("ca_path", authority))}
    cache = {"elasticache_ca_path": authority, "elasticache_drill_connect_to": where, "elasticache_drill_ca_path": authority}
    # The emulated tables would not keep up with a hundred looks into the catalogue a second.
    return {**reached, **cache, **instance(), **BESIDE_OTHERS, "alb_drill_rate": 20}


def instance() -> dict[str, Any]:
    """What an instance of the sandbox is to its boot script: see above."""
    return {
        "autoscaling_root": "$HOST_ROOT/srv/shop",
        "autoscaling_unit_dir": "$HOST_ROOT/etc/systemd/system",
        "autoscaling_environment_dir": "$HOST_ROOT/etc/shop",
        "autoscaling_user": "{{ lookup('ansible.builtin.pipe', 'id -un') }}",
        "autoscaling_command": f"{shutil.which('node')} bin/server.js",
        "autoscaling_boot_commands": [],
    }


class Production:
    """A checkout of an operator's own, and commands typed in it; whom they talk to is known afterwards."""

    def __init__(self, place: Place, proxy: Proxy, checkout: Path) -> None:
        self.place, self.proxy, self.checkout = place, proxy, checkout
        self.home = place.folder.parent / "home"
        self.watched = place.folder.parent / "watched.jsonl"
        self.ever: set[str] = set()
        (self.home / ".aws").mkdir(parents=True, exist_ok=True)
        keys = {"production": KEY, "default": ADMINISTRATOR}
        profiles = (f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {'k' * 40}\n" for name, key in keys.items())
        (self.home / ".aws/credentials").write_text("".join(profiles))
        config = subprocess.run(["npm", "config", "get", "userconfig"], capture_output=True, text=True, check=True).stdout.strip()
        self.env = {
            "HOME": str(self.home),
            "ANSIBLE_ASYNC_DIR": str(self.home / ".ansible_async"),
            "PATH": os.pathsep.join([str(Path(__file__).parent / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "LANG": "C.UTF-8",
            "ANSIBLE_NOCOLOR": "true",
            "NPM_CONFIG_USERCONFIG": config,
            **proxy.environment,
            # Not for the run: whom it talks to is written down.
            "PYTHONPATH": str(Path(__file__).parent / "watched"),
            "WATCHED_TO": str(self.watched),
        }

    def typed(self, command: str) -> subprocess.CompletedProcess[str]:
        self.proxy.asked.clear()
        self.watched.write_text("")
        done = subprocess.run(
            ["bash", "-euc", command],
            cwd=self.checkout,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        self.ever |= self.hosts
        return done

    @property
    def hosts(self) -> set[str]:
        """The hosts of AWS that the last command talked to."""
        return {one.host for one in self.proxy.asked if one.served}

    @property
    def strangers(self) -> set[str]:
        """Whom else it talked to, through the proxy or past it; sockets of this machine and the application are none."""
        own = {(app["address"], app[port]) for app in self.place.state["hosts"].values() for port in ("port", "spare_port")}
        own |= {self.proxy.server_address}
        own |= {tuple(where.rsplit(":", 1)) for where in self.place.state["connect_to"].values()}
        own |= {(at["Address"], at["Port"]) for at in caches(self.place)}
        told = [json.loads(line) for line in self.watched.read_text().splitlines()]
        internet = [(event, *address[:2]) for event, address in told if isinstance(address, list)]
        # Who looks up an address asks nobody; Ansible does so to try its Python.
        past = {f"{name}:{port}" for event, name, port in internet if event != "socket.getaddrinfo" or not ADDRESS.fullmatch(str(name))}
        past -= {f"{name}:{port}" for name, port in own}
        return past | {one.host for one in self.proxy.asked if not one.served}


def caches(place: Place) -> list[dict[str, Any]]:
    """Where the application's caches are."""
    groups = place.client("elasticache").describe_replication_groups()["ReplicationGroups"]
    return [node["PrimaryEndpoint"] for group in groups for node in group.get("NodeGroups", []) if "PrimaryEndpoint" in node]


def existing(place: Place) -> None:
    """The application's tables and bucket."""
    dynamodb, s3 = place.client("dynamodb"), place.client("s3")
    for name, index in (("shop-products", ()), ("shop-migrations", ()), ("shop-orders", ("customer", "created_at"))):
        keys = [{"AttributeName": key, "KeyType": kind} for key, kind in zip(index, ("HASH", "RANGE"), strict=False)]
        indexes = [{"IndexName": "by-customer", "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}] if index else []
        dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("id", *index)],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        )
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})


def packages(place: Place) -> None:
    """The application's npm packages are in its hosts' caches."""
    source = place.folder.parent / "packages"
    shutil.copytree(CHECKOUT / "examples/shop", source, ignore=shutil.ignore_patterns("node_modules"))
    cache, *others = (place.root(name) / "srv/shop/cache/npm" for name in place.hosts)
    command = ["npm", "ci", "--omit=dev", "--no-audit", "--no-fund", "--prefer-offline", "--cache", str(cache)]
    subprocess.run(command, cwd=source, check=True, stdout=subprocess.DEVNULL, timeout=DEADLINE_SECONDS)
    shutil.rmtree(source)
    for other in others:
        shutil.copytree(cache, other)
