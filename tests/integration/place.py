"""A sandbox of a test's own, and the playbooks run against it as an operator types them."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import requests
import yaml

CHECKOUT = Path(__file__).parents[2]
DEADLINE_SECONDS = 600
# The requests of playbooks are told from the application's own by their key.
OPERATOR = "AKIAOPERATOR00000000"
BESIDE_OTHERS = yaml.safe_load((Path(__file__).parent / "beside_others.yml").read_text())


def success_metrics(window_seconds: int = 3600) -> list[dict[str, Any]]:
    """As the inventory has them, over this window, and for a machine that has other things to do."""
    found = yaml.safe_load((CHECKOUT / "inventories/sandbox/group_vars/aws/readiness.yml").read_text())["readiness_metrics"]
    busy = {"response_time": {"below": 2000}}
    window = {"window_seconds": window_seconds, "minimum_samples": 15}
    return [{**one, **window, "expect": busy.get(one["name"], one["expect"])} for one in found]


@dataclass
class Run:
    """What a playbook printed, and what became of its tasks."""

    code: int
    output: str
    tasks: list[dict[str, Any]]

    @property
    def changed(self) -> int:
        return sum(int(count) for count in re.findall(r"^\S+ +: ok=.* changed=(\d+)", self.output, re.MULTILINE))

    @property
    def failures(self) -> list[dict[str, Any]]:
        return [task for task in self.tasks if task["state"] == "failed"]

    @property
    def error(self) -> str:
        """The last one, which says what the run ended with."""
        return str(self.failures[-1]["result"]["msg"]) if self.failures else ""

    def of(self, action: str) -> list[dict[str, Any]]:
        """The results of one of our modules, with its host and role."""
        return [task for task in self.tasks if task["action"] == f"prodready.aws.{action}" and task["state"] == "ok"]

    def planned(self) -> set[tuple[str, str, str]]:
        """The changes of sets of AWS resources: role, name and action."""
        return {
            (task["role"], change["name"], change["action"])
            for task in self.tasks
            if task["action"].startswith("prodready.aws.")
            for change in task["result"].get("plan", [])
        }


class Started:
    """A playbook that is running, with all its processes."""

    def __init__(self, command: list[str], checkout: Path, env: dict[str, str]) -> None:
        self.record = Path(env["RECORD_TO"])
        self.printed = self.record.with_suffix(".txt")
        with self.printed.open("wb") as output:
            self.process = subprocess.Popen(command, cwd=checkout, env=env, stdout=output, stderr=subprocess.STDOUT)

    def wait(self) -> Run:
        try:
            self.process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        tasks = [json.loads(line) for line in self.record.read_text().splitlines()] if self.record.exists() else []
        return Run(self.process.returncode, self.printed.read_text(), tasks)

    def freeze(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def kill(self) -> None:
        """As when the machine's power fails, for all that the run has started."""
        self.freeze()
        for pid in [*descendants(self.process.pid), *keepers(self.process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(DEADLINE_SECONDS)


class Place:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Whose playbooks, roles and modules run here; tests.proofs.broken puts another in its place.
        self.checkout = CHECKOUT
        self.runs = itertools.count(1)
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_"))},
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "recorder",
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_LOCAL_TEMP": str(folder.parent / "temporary"),
            "ANSIBLE_REMOTE_TMP": str(folder.parent / "temporary"),
            "SANDBOX_FOLDER": str(folder),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }

    def start(self, name: str, *arguments: str, **variables: Any) -> Started:
        """Run playbooks/<name>.yml with these command line arguments and extra variables."""
        return self._start(name, arguments, {"runbook_aws": self.aws, **BESIDE_OTHERS, **variables})

    def _start(self, name: str, arguments: Sequence[str], extra: dict[str, Any]) -> Started:
        file = self.folder.parent / f"{next(self.runs):03}-{Path(name).name}.vars.json"
        file.touch(0o600)
        file.write_text(json.dumps(extra))
        command = ["ansible-playbook", f"playbooks/{name}.yml", *arguments, "--extra-vars", f"@{file}"]
        env = {**self.env, "ANSIBLE_CONFIG": str(self.checkout / "ansible.cfg"), "RECORD_TO": str(file.with_suffix(".jsonl"))}
        return Started(command, self.checkout, env)

    def playbook(self, name: str, *arguments: str, **variables: Any) -> Run:
        return self.start(name, *arguments, **variables).wait()

    def over(self, inventory: Path, name: str, *arguments: str, **variables: Any) -> Run:
        """Run a playbook over the places of an inventory, which says itself whose account each is."""
        extra = {"runbook_start": str(self.checkout / "sandbox/start.yml"), **variables}
        return self._start(name, ("--inventory", str(inventory), *arguments), extra).wait()

    @property
    def aws(self) -> dict[str, Any]:
        """runbook_aws as the sandbox's inventory has it, with the operator's key."""
        return {
            "account": "123456789012",
            "region": "eu-central-1",
            "app": "shop",
            "endpoint_url": self.state["endpoint"],
            "access_key": OPERATOR,
            "secret_key": "the-sandbox-checks-no-signature-at-all",
        }

    def sandbox(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "sandbox", *arguments, "--folder", str(self.folder)]
        subprocess.run(command, cwd=self.checkout, check=True, stdout=subprocess.DEVNULL, timeout=DEADLINE_SECONDS)

    def status(self) -> str:
        command = [sys.executable, "-m", "sandbox", "status", "--folder", str(self.folder)]
        return subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True, timeout=DEADLINE_SECONDS).stdout

    @property
    def state(self) -> dict[str, Any]:
        return json.loads((self.folder / "state.json").read_text())

    @property
    def evidence(self) -> Path:
        return self.folder / "evidence" / "sandbox"

    def journal(self) -> list[dict[str, Any]]:
        file = self.evidence / "journal.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def proven(self) -> list[dict[str, Any]]:
        """The records of the evidence."""
        found = [json.loads(file.read_text()) for file in self.evidence.glob("*/*.json")]
        return [record for records in found if isinstance(records, list) for record in records]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """The sandbox's own API."""
        answer = requests.request(method, f"{self.state['endpoint']}/_sandbox/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def requests(self) -> list[dict[str, Any]]:
        """What playbooks have asked of AWS since the log was cleared."""
        return [request for request in self.control("GET", "requests")["requests"] if request["access_key"] == OPERATOR]

    def writes(self) -> list[dict[str, Any]]:
        """Those that change something; a lock is gone when its run is."""
        return [request for request in self.requests() if request["mutates"] and not is_of_lock(request)]

    def client(self, service: str, region: str = "eu-central-1") -> Any:
        return boto3.client(
            service,
            endpoint_url=self.state["endpoint"],
            region_name=region,
            aws_access_key_id="AKIASANDBOX000000000",
            aws_secret_access_key="the-sandbox-checks-no-signature-at-all",
        )

    def secret(self, stage: str = "AWSCURRENT") -> dict[str, str]:
        found = self.client("secretsmanager").get_secret_value(SecretId="shop/sandbox", VersionStage=stage)
        content = json.loads(found["SecretString"])
        return {name: value for name, value in content.items() if not name.startswith("prodready:")}

    @property
    def hosts(self) -> list[str]:
        return sorted(self.state["hosts"])

    def root(self, host: str) -> Path:
        return Path(self.state["hosts"][host]["root"])

    def address(self, host: str) -> str:
        found = self.state["hosts"][host]
        return f"http://{found['address']}:{found['port']}"

    def release(self, host: str) -> str:
        """The release that answers."""
        return requests.get(f"{self.address(host)}/version", timeout=10).json()["release"]

    def releases(self, host: str) -> set[str]:
        return {path.name for path in (self.root(host) / "srv/shop/releases").iterdir()}

    def process(self, host: str) -> dict[str, str]:
        """The environment of the process that serves."""
        command = [self.root(host) / "bin/systemctl", "show", "--property=MainPID", "--value", "shop.service"]
        pid = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout.strip()
        text = Path(f"/proc/{pid}/environ").read_text()
        return dict(entry.split("=", 1) for entry in text.split("\0") if entry)


def shop(folder: Path, version: str, files: dict[str, str] | None = None) -> Path:
    """A copy of the shop as another version, with other texts in some of its files."""
    shutil.copytree(CHECKOUT / "examples/shop", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", "test"))
    package = folder / "package.json"
    package.write_text(package.read_text().replace('"version": "1.0.0"', f'"version": "{version}"', 1))
    for name, text in (files or {}).items():
        (folder / name).write_text(text)
    return folder


def is_of_lock(request: dict[str, Any]) -> bool:
    """Whether a request takes, prolongs or releases a lock."""
    return request["operation"] in ("PutItem", "DeleteItem") and request["params"].get("TableName", "").endswith("-locks")


def descendants(pid: int) -> list[int]:
    found = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, file.read_text().split()):
                found += [*descendants(child), child]
    return found


def keepers(pid: int) -> list[int]:
    """The processes that hold the locks of a run; they belong to no other process, but have its command line and environment."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes(), Path(f"/proc/{pid}/environ").read_bytes()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(folder.name) != pid and command == ((folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()):
                found.append(int(folder.name))
    return found


def until(holds: Callable[[], object], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.02)
