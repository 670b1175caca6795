"""What the guide of the sandbox has people send to it works as it stands there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import requests

GUIDE = (Path(__file__).parents[3] / "docs/sandbox.md").read_text()
BLOCKS = [block for block in re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL) if "$endpoint/" in block]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: re.findall(r"_sandbox/(\w+)", block)[0])
def test_requests_of_the_guide_are_answered(endpoint_url: str, block: str) -> None:
    typed = "\n".join(line for line in block.splitlines() if not line.startswith("endpoint="))
    script = f'set -e\ncurl() {{ command curl --silent --show-error --fail "$@"; }}\nendpoint={endpoint_url}\n{typed}'
    try:
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=60)
    finally:
        for path in ("faults", "enforcement"):
            requests.delete(f"{endpoint_url}/_sandbox/{path}", timeout=10)
        requests.put(f"{endpoint_url}/_sandbox/clock", json={"offset_seconds": 0}, timeout=10)
        requests.post(f"{endpoint_url}/_sandbox/reset", timeout=10)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_guide_shows_faults_snapshots_enforcement_and_the_clock() -> None:
    assert {name for block in BLOCKS for name in re.findall(r"_sandbox/(\w+)", block)} == {"faults", "snapshot", "enforcement", "clock"}
