"""Playbooks as an operator types them, each on a sandbox of the test's own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

CHECKOUT = Path(__file__).parents[2]
DEADLINE_SECONDS = 240


@dataclass
class Run:
    """What a playbook printed, and what it changed."""

    code: int
    output: str

    @property
    def changed(self) -> int:
        return sum(int(count) for count in re.findall(r"^\S+ +: ok=.* changed=(\d+)", self.output, re.MULTILINE))

    @property
    def error(self) -> str:
        return "\n".join(line for line in self.output.splitlines() if "ERROR" in line or "fatal" in line)


class Place:
    """A sandbox with its own state, and the playbooks run against it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            **os.environ,
            "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"),
            "SANDBOX_FOLDER": str(folder),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }

    def playbook(self, name: str, *arguments: str, **variables: Any) -> Run:
        """Run playbooks/<name>.yml with these command line arguments and extra variables."""
        extra = ["--extra-vars", json.dumps(variables)] if variables else []
        process = subprocess.run(
            ["ansible-playbook", f"playbooks/{name}.yml", *arguments, *extra],
            cwd=CHECKOUT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=DEADLINE_SECONDS,
        )
        return Run(process.returncode, process.stdout)

    def sandbox(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "sandbox", *arguments, "--folder", str(self.folder)], cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL
        )

    @property
    def state(self) -> dict[str, Any]:
        return json.loads((self.folder / "state.json").read_text())

    @property
    def evidence(self) -> Path:
        return self.folder / "evidence" / "sandbox"

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """The sandbox's own API."""
        answer = requests.request(method, f"{self.state['endpoint']}/_sandbox/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def writes(self) -> list[dict[str, Any]]:
        """The requests since the log was cleared that change something."""
        return [request for request in self.control("GET", "requests")["requests"] if request["mutates"]]

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.state["endpoint"],
            region_name="eu-central-1",
            aws_access_key_id="AKIASANDBOX000000000",
            aws_secret_access_key="the-sandbox-checks-no-signature-at-all",
        )

    def address(self, host: str) -> str:
        found = self.state["hosts"][host]
        return f"http://{found['address']}:{found['port']}"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An empty account."""
    made = Place(tmp_path / "sandbox")
    made.sandbox("up")
    yield made
    made.sandbox("down")
    shutil.rmtree(made.folder)


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An account on which the immediate phase was run once; `first` is that run."""
    made = Place(tmp_path_factory.mktemp("applied") / "sandbox")
    made.sandbox("up")
    made.first = made.playbook("immediate")  # type: ignore[attr-defined]
    yield made
    made.sandbox("down")
    shutil.rmtree(made.folder)
