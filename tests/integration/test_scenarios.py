"""The Molecule scenarios, each whole: created, planned, converged, converged again without a change, verified, destroyed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.place import CHECKOUT

pytestmark = pytest.mark.timeout(1800)
SCENARIOS = sorted(file.parent.name for file in CHECKOUT.glob("molecule/*/molecule.yml"))
# Of six minutes; test_balancer.py runs the same phase in make test.
LONG = {"short_term"}


@pytest.mark.parametrize("scenario", [pytest.param(one, marks=pytest.mark.long if one in LONG else ()) for one in SCENARIOS])
def test_a_scenario_passes_all_its_steps(scenario: str) -> None:
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = ["molecule", "test", "--scenario-name", scenario]
    done = subprocess.run(command, cwd=CHECKOUT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
