"""Playbooks as they are typed, each to be disturbed while it runs; and what must hold afterwards.

A later phase is one more line in ROWS.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.place import OPERATOR, Run, Started, until
from tests.integration.visitors import Visitors
from tests.proofs import whole
from tests.proofs.account import differences
from tests.proofs.stage import Stage

HELD_SECONDS = 240


@dataclass(frozen=True)
class Row:
    """A playbook at a moment of the place, and `settled`, which changes nothing afterwards: the same, when not given."""

    name: str
    moment: str
    playbook: str
    arguments: tuple[str, ...] = ()
    release: str = ""
    settled: Row | None = None
    serves: bool = False
    hosts: bool = False


def role(name: str, moment: str, playbook: str = "immediate", *more: str) -> Row:
    # A deployment takes its lock only where there is something to do, and a dead run's is for the next one that does.
    typed = ("--tags", name, *(() if name == "app_deploy" else ("--skip-tags", "always")), *more)
    return Row(
        f"{name} on {moment}",
        moment,
        playbook,
        typed,
        serves=moment not in ("empty", "account"),
        hosts=name in ("app_deploy", "elasticache"),
    )


# Rules that count are not promoted, and a web ACL that does not block yet is no failure.
RULES_COUNT = ("-e", '{"waf_promote": false, "waf_strict": false}')
DEPLOYED = Row("deploy", "", "deploy", release="1.0.1")
VERIFIED = Row("verify", "", "verify")

ROWS = [
    *(role(name, moment) for moment in ("empty", "drifted") for name in ("environment", "dynamodb", "s3", "cloudwatch")),
    # It notifies a topic of the role cloudwatch.
    *(role("cost", moment) for moment in ("account", "drifted")),
    role("app_deploy", "account"),
    *(role("alb", moment, "short_term") for moment in ("applied", "balanced and drifted")),
    *(role("waf", moment, "short_term", *RULES_COUNT) for moment in ("balanced", "guarded and drifted")),
    role("uptime", "balanced", "short_term"),
    *(role("elasticache", moment, "short_term") for moment in ("applied", "cached and drifted")),
    *(role("autoscaling", moment, "short_term") for moment in ("balanced", "scaled and drifted")),
    Row("deploy to instances too", "scaled", "deploy", release="1.0.1", serves=True, hosts=True),
    Row("promote_waf", "guarded", "promote_waf", serves=True),
    Row("deploy behind a load balancer", "balanced", "deploy", release="1.0.1", serves=True, hosts=True),
    Row("deploy", "applied", "deploy", release="1.0.1", serves=True, hosts=True),
    # Once more it would go back one further.
    Row("rollback", "upgraded", "rollback", settled=DEPLOYED, serves=True, hosts=True),
    Row(
        "rotate",
        "applied",
        "rotate",
        ("-e", "environment_rotate=SESSION_SECRET"),
        settled=Row("rotate", "", "rotate"),
        serves=True,
        hosts=True,
    ),
    Row(
        "rotate REDIS_AUTH_TOKEN",
        "cached",
        "rotate",
        ("-e", "environment_rotate=REDIS_AUTH_TOKEN"),
        settled=Row("rotate", "", "rotate"),
        serves=True,
        hosts=True,
    ),
    Row("undo", "used", "undo"),
    Row("unlock", "locked", "unlock", ("-e", "lock=immediate"), serves=True),
    Row("drill", "applied", "drill", ("-e", "drill=alarms"), settled=VERIFIED, serves=True),
]


@dataclass
class Reference:
    """What an undisturbed run of a row did."""

    row: Row
    state: dict[str, Any]
    writes: list[dict[str, Any]]
    tasks: list[int]  # those that changed something, by number
    keeps: bool  # the version of the secret that was current, under one label or another


class Disturbance:
    """Rows, each from its moment on, on one place."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.place = stage.place
        self.references: dict[str, Reference] = {}

    def start(self, row: Row, **variables: Any) -> Started:
        release = {"app_deploy_source": str(self.stage.source(row.release))} if row.release else {}
        return self.place.start(row.playbook, *row.arguments, **release, **variables)

    def run(self, row: Row, **variables: Any) -> Run:
        return self.start(row, **variables).wait()

    def begin(self, row: Row) -> None:
        self.stage.at(row.moment)
        self.values = self.place.secret() if whole.stages(self.place) else {}
        self.current = whole.stages(self.place).get("AWSCURRENT")
        self.place.control("DELETE", "requests")

    def reference(self, row: Row) -> Reference:
        if row.name not in self.references:
            self.begin(row)
            run = self.run(row)
            assert run.code == 0, run.error or run.output[-2000:]
            writes = self.place.writes()
            tasks = [number for number, task in enumerate(run.tasks, 1) if task["result"].get("changed")]
            self.references[row.name] = Reference(row, whole.read(self.place, self.values), writes, tasks, self._is_kept())
        return self.references[row.name]

    @contextlib.contextmanager
    def visited(self, row: Row) -> Iterator[list[str]]:
        """What visitors had to complain of."""
        if not row.serves:
            yield []
            return
        with Visitors(map(self.place.address, self.place.hosts)) as visitors:
            yield visitors.failures

    def faults(self, *rules: dict[str, Any]) -> None:
        self.place.control("PUT", "faults", {"rules": [{"access_key": OPERATOR, **rule} for rule in rules]})

    def killed_at(self, row: Row, number: int, cut: str) -> None:
        """The run is killed while its n-th request that changes something is on its way there, or on its way back."""
        self.faults({"mutates": True, "passes": number - 1, "times": 1, "hold": True, "cut": cut})
        started = self.start(row)
        until(lambda: self._holding() or started.process.poll() is not None, f"request {number} of {row.name}", HELD_SECONDS)
        held = self._holding()
        started.kill()
        self.faults()
        assert held, f"the run came to its end before request {number}"

    def killed_after_task(self, row: Row, number: int) -> None:
        """The run is killed when so many of its tasks have ended."""
        started = self.start(row)
        until(lambda: _lines(started.record) >= number or started.process.poll() is not None, f"task {number} of {row.name}", HELD_SECONDS)
        started.kill()

    def _holding(self) -> bool:
        return any(rule["holding"] for rule in self.place.control("GET", "faults")["rules"])

    def wounds(self, row: Row) -> list[str]:
        """What is not as an undisturbed run leaves it, after the playbook was run again and then once more."""
        wrong = [f"{name}: {found}" for name, found in differences(self.references[row.name].state, self.state()).items()]
        if self.references[row.name].keeps and not self._is_kept():
            wrong.append(f"the version that was current ({self.current}) is lost: {whole.stages(self.place)}")
        wrong += [f"lock {name} is held" for name in whole.locks(self.place)]
        return wrong + self._third(row.settled or row)

    def _is_kept(self) -> bool:
        return self.current in whole.stages(self.place).values()

    def state(self) -> dict[str, Any]:
        return whole.read(self.place, self.values)

    def _third(self, row: Row) -> list[str]:
        self.place.control("DELETE", "requests")
        run = self.run(row)
        wrong = [f"the third run: {run.error or run.output[-500:]}"] if run.code else []
        wrong += [f"the third run changed {run.changed} things"] if run.changed else []
        return wrong + [f"the third run asked for {one['service']}:{one['operation']}" for one in self.place.writes() if not _locks(one)]


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


def _locks(request: dict[str, Any]) -> bool:
    """Every run takes a lock and gives it back."""
    return request["params"].get("TableName") == "shop-locks"


REMEDY = re.compile(r"\b(Next: |run again|rotate again|deploy again|correct|check|look|raise|release it|name one)", re.IGNORECASE)


def untidy(run: Run) -> list[str]:
    """What is wrong with how a run ended that could not do its work: one error that says what, where and what to do."""
    wrong = ["a traceback was printed"] if "Traceback" in run.output else []
    ended = sum(int(count) for count in re.findall(r" (?:failed|unreachable)=(\d+)", run.output))
    if ended != 1:
        wrong.append(f"{ended} errors: {[task['result'].get('msg') for task in run.failures]}")
    return wrong if REMEDY.search(run.error) else [*wrong, f"no remedy in: {run.error}"]
