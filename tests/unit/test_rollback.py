"""Which release a rollback goes back to: the same on all hosts, whatever a killed one has done already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

VARS = yaml.safe_load((Path(__file__).parents[2] / "roles/app_deploy/vars/main.yml").read_text())
NAMES = ("__app_deploy_running", "__app_deploy_release_newest", "__app_deploy_release_before")


def before(running: dict[str, str | None], releases: list[str], host: str = "app1") -> str:
    states: dict[str, Any] = {name: {"previous": release, "releases": releases} for name, release in running.items()}
    known = {
        "groups": {"app": list(running)},
        "hostvars": {name: {"app_deploy_state": state} for name, state in states.items()},
        "app_deploy_state": states[host],
        **{name: trust_as_template(VARS[name]) for name in NAMES},
    }
    return Templar(loader=DataLoader(), variables=known).template(trust_as_template("{{ __app_deploy_release_before }}"))


@pytest.mark.parametrize("host", ["app1", "app2"])
@pytest.mark.parametrize(
    ("running", "expected"),
    [
        ({"app1": "3", "app2": "3"}, "2"),
        ({"app1": "2", "app2": "3"}, "2"),
        ({"app1": "2", "app2": "2"}, "1"),
        ({"app1": "1", "app2": "1"}, ""),
    ],
    ids=["all run the newest", "a rollback was killed between them", "it came to its end", "nothing is older"],
)
def test_all_hosts_go_back_to_the_release_before_the_newest_that_any_of_them_runs(running, expected, host):
    assert before(running, ["3", "2", "1"], host) == expected


def test_a_newer_release_that_no_host_runs_does_not_count():
    assert before({"app1": "2", "app2": "2"}, ["3", "2", "1"]) == "1"


def test_a_host_on_which_nothing_runs_does_not_count():
    assert before({"app1": "2", "app2": None}, ["2", "1"]) == "1"
