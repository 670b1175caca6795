"""The least policies, from what playbooks really ask of AWS. `python -m tests.proofs.policies` writes policies/ anew."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

from sandbox.iam.least import permissions, policy
from tests.integration.place import CHECKOUT, OPERATOR, Place, Run, shop
from tests.proofs.drift import drift

POLICIES = CHECKOUT / "policies"
VALUES = {"partition": "aws", "region": "eu-central-1", "account": "123456789012", "app": "shop", "environment": "sandbox"}
_ROLE = re.compile(r"(?:prodready\.aws\.)?(\w+) run/\S+")


@dataclass(frozen=True)
class Step:
    """A playbook as it is typed, and the policy that must suffice for it."""

    policy: str
    playbook: str
    arguments: tuple[str, ...] = ()
    is_drifted: bool = False
    variables: dict[str, Any] = field(default_factory=dict)


def steps(source: Path) -> list[Step]:
    """On an empty account, then on one where things were changed by hand; `source` is another version of the application."""
    release = {"app_deploy_source": str(source)}
    return [
        Step("immediate-check", "immediate", ("--check",)),
        Step("immediate", "immediate"),
        Step("immediate-verify", "verify"),
        Step("immediate-check", "immediate", ("--check",), is_drifted=True),
        Step("immediate", "immediate"),
        Step("immediate", "immediate"),
        Step("deploy-check", "deploy", ("--check",), variables=release),
        Step("deploy", "deploy", variables=release),
        Step("deploy-verify", "verify", ("--tags", "app_deploy")),
        Step("rollback-check", "rollback", ("--check",)),
        Step("rollback", "rollback"),
        Step("rotate-check", "rotate", ("--check",), variables={"environment_rotate": "SESSION_SECRET"}),
        Step("rotate", "rotate", variables={"environment_rotate": "SESSION_SECRET"}),
        Step("drill", "drill", variables={"drill": "alarms"}),
    ]


def committed(name: str) -> dict[str, Any] | None:
    file = POLICIES / f"{name}.json"
    return json.loads(Template(file.read_text()).substitute(VALUES)) if file.exists() else None


def enforce(place: Place, document: dict[str, Any] | None) -> None:
    place.control("DELETE", "enforcement")
    if document:
        place.control("PUT", "enforcement", {"access_key": OPERATOR, "policy": document})


def take(place: Place, step: Step, document: dict[str, Any] | None) -> tuple[Run, list[dict[str, Any]]]:
    """The run with this policy in force, and its requests."""
    if step.is_drifted:
        drift(place)
    enforce(place, document)
    place.control("DELETE", "requests")
    run = place.playbook(step.playbook, *step.arguments, **step.variables)
    enforce(place, None)
    return run, place.requests()


def derived(requests: list[dict[str, Any]]) -> dict[str, Any]:
    return policy(permissions(requests, VALUES["app"], VALUES["environment"]))


def by_role(requests: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The actions that each role needs, from the user agent that its requests carry."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for request in requests:
        if match := _ROLE.search(request["user_agent"]):
            found[match[1]].append(request)
    return {role: sorted(permissions(some, VALUES["app"], VALUES["environment"])) for role, some in sorted(found.items())}


def text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    place, asked = Place(folder / "sandbox"), defaultdict(list)
    place.sandbox("up")
    try:
        for step in steps(shop(folder / "shop", "1.0.1")):
            print(f"{step.policy}: {step.playbook} {' '.join(step.arguments)}", flush=True)
            run, requests = take(place, step, None)
            if run.code:
                sys.exit(f"{step.playbook} failed: {run.error or run.output[-2000:]}")
            asked[step.policy] += requests
    finally:
        place.sandbox("down")
        shutil.rmtree(folder)
    for name, requests in asked.items():
        (POLICIES / f"{name}.json").write_text(text(derived(requests)))
    for role, actions in by_role([request for requests in asked.values() for request in requests]).items():
        print(role, *actions, sep="\n  ")


if __name__ == "__main__":
    main()
