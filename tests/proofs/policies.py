"""The least policies, from what playbooks really ask of AWS. `python -m tests.proofs.policies` writes policies/ anew."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import shutil
import tempfile
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from string import Template
from typing import Any

from sandbox.iam.least import parts, permissions, policy
from tests.integration.place import CHECKOUT, OPERATOR, Place, Run, shop, success_metrics
from tests.proofs.drift import (
    TAG,
    all_drift,
    drift,
    drift_each,
    empty,
    held_lock,
    leftover,
    no_leftover,
    others_at_work,
    rules_count,
)

POLICIES = CHECKOUT / "policies"
VALUES = {"partition": "aws", "region": "eu-central-1", "account": "123456789012", "app": "shop", "environment": "sandbox"}
WAIVED = {"reason": "New rules count before they block", "until": f"{date.today() + timedelta(14)}"}
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
DEPLOYER = "arn:aws:sts::123456789012:assumed-role/deployer/proof"
# IAM takes 6,144 in one policy, and names are longer than those of the placeholders.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
PART_CHARACTERS = 5600
PART = re.compile(r"-\d+$")
# Shorter than tests/proofs/strategy_plugins/again.py waits.
PAUSE_SECONDS = 0.5
AGAIN = {"ANSIBLE_STRATEGY": "again", "ANSIBLE_STRATEGY_PLUGINS": str(Path(__file__).parent / "strategy_plugins")}
_BLOCK = re.compile(r"(<!-- permissions.*?-->)(.*?)(<!-- /permissions -->)", re.DOTALL)
_ROLE = re.compile(r"(?:prodready\.aws\.)?(\w+) run/\S+")


@dataclass(frozen=True)
class Step:
    """A playbook as it is typed, and the policy that must suffice for it."""

    policy: str
    playbook: str
    arguments: tuple[str, ...] = ()
    before: Callable[[Place], object] = lambda place: None
    variables: dict[str, Any] = field(default_factory=dict)
    # Whose key it is; a user's when empty.
    principal: str = ""
    # A part of it asks in the background, where no task is run again.
    background: bool = False


def deployer(place: Place) -> None:
    """The role that the doctor is a session of."""
    with contextlib.suppress(place.client("iam").exceptions.EntityAlreadyExistsException):
        place.client("iam").create_role(RoleName="deployer", AssumeRolePolicyDocument="{}")
    place.client("iam").put_role_policy(RoleName="deployer", PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))


def first_run(place: Place) -> None:
    """What can be undone is made, on an account where others were at work."""
    empty(place)
    others_at_work(place)
    place.playbook("immediate", "--tags", "dynamodb,s3,cloudwatch,cost")


def repaired(place: Place) -> None:
    """What was changed by hand on an account that is whole is put right."""
    drift_each(place)
    place.playbook("immediate", "--tags", "dynamodb,s3,cloudwatch,cost")


def half_undone(place: Place) -> None:
    """And of one alarm a part is as it was before already."""
    client = place.client("cloudwatch")
    tag = {"ResourceARN": client.describe_alarms()["MetricAlarms"][0]["AlarmArn"], "TagKeys": [TAG]}
    client.untag_resource(**tag)
    repaired(place)
    client.untag_resource(**tag)


def whole_run(place: Place) -> None:
    """All of a phase, with a release that is new to the hosts."""
    empty(place)
    source = shop(Path(tempfile.mkdtemp(dir=place.folder.parent)), "1.0.2")
    place.playbook("immediate", app_deploy_source=str(source))


def next_phase(place: Place) -> None:
    """The load balancer and its web ACL are made."""
    whole_run(place)
    place.playbook("short_term")


def unplayed(place: Place) -> None:
    """What the attacks showed is no longer known, so that they are played again."""
    shutil.rmtree(place.evidence / "primary/waf")


def steps(source: Path) -> list[Step]:
    """On an empty account, then on one where things were changed by hand; `source` is another version of the application."""
    release = {"app_deploy_source": str(source)}
    behind, further = (shop(source.parent / version, version) for version in ("1.0.8", "1.0.9"))  # the load balancer
    return [
        Step("immediate-check", "immediate", ("--check",), empty),
        Step("undo-check", "undo", ("--check",), first_run),
        Step("undo", "undo", (), first_run),
        Step("immediate", "immediate", (), empty),
        Step("immediate-verify", "verify", variables={"phase": "immediate"}),
        Step("undo-check", "undo", ("--check",), half_undone),
        Step("undo", "undo", (), half_undone),
        Step("immediate-check", "immediate", ("--check",), drift),
        Step("immediate", "immediate", (), drift),
        Step("immediate", "immediate"),
        Step("doctor", "doctor", (), deployer, principal=DEPLOYER),
        Step("doctor", "doctor", variables={"doctor_policies": ["doctor"]}),
        Step("deploy-check", "deploy", ("--check",), variables=release),
        Step("deploy", "deploy", variables=release),
        Step("deploy-verify", "verify", ("--tags", "app_deploy")),
        Step("rollback-check", "rollback", ("--check",)),
        Step("rollback", "rollback"),
        Step("unlock-check", "unlock", ("--check",), held_lock, {"lock": "immediate"}),
        Step("unlock", "unlock", (), held_lock, {"lock": "immediate"}),
        Step("rotate-check", "rotate", ("--check",), variables={"environment_rotate": "SESSION_SECRET"}),
        Step("rotate", "rotate", variables={"environment_rotate": "SESSION_SECRET"}),
        Step("drill", "drill", (), no_leftover, {"drill": "alarms"}),
        Step("drill", "drill", (), leftover, {"drill": "alarms"}),
        Step("short_term-check", "short_term", ("--check",)),
        Step("short_term", "short_term"),
        Step("short_term-verify", "verify", variables={"phase": "short_term"}),
        Step("readiness", "readiness", (), unplayed, {"readiness_metrics": success_metrics()}),
        Step("short_term-check", "short_term", ("--check",), all_drift),
        Step("short_term", "short_term", (), all_drift),
        Step("short_term", "short_term"),
        Step("deploy-check", "deploy", ("--check",), variables={"app_deploy_source": str(behind)}),
        Step("deploy", "deploy", variables={"app_deploy_source": str(behind)}),
        Step("rollback-check", "rollback", ("--check",)),
        Step("rollback", "rollback"),
        Step("immediate-check", "immediate", ("--check",), variables={"app_deploy_source": str(further)}),
        Step("immediate", "immediate", variables={"app_deploy_source": str(further)}),
        Step("immediate-verify", "verify", variables={"phase": "immediate"}),
        Step("rotate-check", "rotate", ("--check",), variables={"environment_rotate": "SESSION_SECRET"}),
        Step("rotate", "rotate", variables={"environment_rotate": "SESSION_SECRET"}),
        Step("rotate-check", "rotate", ("--check",), variables={"environment_rotate": "REDIS_AUTH_TOKEN"}),
        Step("rotate", "rotate", variables={"environment_rotate": "REDIS_AUTH_TOKEN"}),
        Step("drill", "drill", (), no_leftover, {"drill": "health_checks"}, background=True),
        Step("drill", "drill", (), no_leftover, {"drill": "cache"}),
        Step("drill", "drill", (), no_leftover, {"drill": "scaling"}),
        Step("short_term-verify", "verify", (), rules_count, {"phase": "short_term", "waf_counting_waived": WAIVED}),
        Step("promote_waf-check", "promote_waf", ("--check",), rules_count),
        Step("promote_waf", "promote_waf", (), rules_count),
        Step("undo-check", "undo", ("--check",), whole_run),
        Step("undo", "undo", (), whole_run),
        Step("undo-check", "undo", ("--check",), next_phase),
        Step("undo", "undo", (), next_phase),
    ]


def committed(name: str, folder: Path = POLICIES, environment: str = VALUES["environment"]) -> dict[str, Any] | None:
    """What all parts of a policy allow."""
    files = sorted(file for file in folder.glob("*.json") if PART.sub("", file.stem) == name)
    texts = [Template(file.read_text()).substitute({**VALUES, "environment": environment}) for file in files]
    found = [statement for text in texts for statement in json.loads(text)["Statement"]]
    return {"Version": "2012-10-17", "Statement": found} if found else None


def enforce(place: Place, document: dict[str, Any] | None, principal: str = "", **options: Any) -> None:
    """Until the next call; a principal whose policy is to be found out may do everything."""
    place.control("DELETE", "enforcement")
    if document or principal:
        whose = {"principal": principal} if principal else {}
        place.control("PUT", "enforcement", {"access_key": OPERATOR, "policy": document or EVERYTHING, **whose, **options})


def take(
    place: Place,
    step: Step,
    document: dict[str, Any] | None,
    begun: Callable[[], object] = lambda: None,
    spared: Iterable[str] | None = None,
) -> tuple[Run, list[dict[str, Any]]]:
    """The run with this policy in force, and its requests; `begun` is called when what comes before it is done.

    Where some are `spared`, each other action is refused when it is first asked for, and each task is run again until it has what it needs;
    a proof that would go on fails then too.
    """
    step.before(place)
    begun()
    once: dict[str, Any] = {}
    env, variables = place.env, dict(step.variables)
    if spared is not None:
        once = {"refuse_once": {"pause_seconds": PAUSE_SECONDS, "spared": sorted(spared)}}
        place.env = env | AGAIN
        variables["runbook_strict"] = True
    enforce(place, document, step.principal, **once)
    place.control("DELETE", "requests")
    run = place.playbook(step.playbook, *step.arguments, **variables)
    place.env = env
    enforce(place, None)
    return run, place.requests()


def role_of(request: dict[str, Any]) -> str:
    """From the user agent that our requests carry."""
    match = _ROLE.search(request["user_agent"])
    return match[1] if match else ""


def allowed(requests: Iterable[dict[str, Any]]) -> dict[str, set[str]]:
    return permissions(requests, VALUES["app"], VALUES["environment"])


def derived(asked: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """The text of each policy."""
    first = [request for request in asked.get("immediate", []) if role_of(request) == "app_deploy"]
    found = {name: requests + first * (name == "deploy") for name, requests in asked.items()}  # also the first deployment of all
    return {
        f"{name}-{number}" if number > 1 else name: json.dumps(part, indent=2) + "\n"
        for name, requests in found.items()
        for number, part in enumerate(parts(policy(allowed(requests)), PART_CHARACTERS), 1)
    }


def readmes(asked: dict[str, list[dict[str, Any]]]) -> dict[Path, str]:
    """Each role's README with the actions that it needs, whatever the playbook."""
    by_role: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for request in itertools.chain.from_iterable(asked.values()):
        by_role[role_of(request)].append(request)
    files = {role: CHECKOUT / "roles" / role / "README.md" for role in by_role if role}
    return {file: _with_actions(file.read_text(), sorted(allowed(by_role[role]))) for role, file in files.items()}


def _with_actions(readme: str, actions: list[str]) -> str:
    services = itertools.groupby(actions, key=lambda action: action.partition(":")[0])
    lines = [f"* `{service}:` " + ", ".join(name.partition(":")[2] for name in names) for service, names in services]
    block = "\n".join(textwrap.fill(line, 140, subsequent_indent="  ", break_on_hyphens=False) for line in lines)
    text, count = _BLOCK.subn(lambda match: f"{match[1]}\n{block}\n{match[3]}", readme)
    if count != 1:
        raise ValueError("a role's README needs <!-- permissions --> and <!-- /permissions --> once, around the list")
    return text


def record(place: Place, source: Path) -> dict[str, list[dict[str, Any]]]:
    """What each policy has to allow."""
    asked: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for step in steps(source):
        run, requests = take(place, step, None)
        print(f"{len(requests):5} requests  {step.playbook} {' '.join(step.arguments)}", flush=True)
        if run.code:
            raise RuntimeError(f"{step.playbook} failed: {run.error or run.output[-2000:]}")
        allowed(requests)  # what can't be told is known at once, not after all playbooks
        asked[step.policy] += requests
    return asked


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    place = Place(folder / "sandbox")
    place.sandbox("up")
    try:
        asked = record(place, shop(folder / "shop", "1.0.1"))
    finally:
        place.sandbox("down")
        shutil.rmtree(folder)
    made = derived(asked)
    for file in POLICIES.glob("*.json"):
        if file.stem not in made:
            file.unlink()
    for name, text in made.items():
        (POLICIES / f"{name}.json").write_text(text)
    for file, text in readmes(asked).items():
        file.write_text(text)


if __name__ == "__main__":
    main()
