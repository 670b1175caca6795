"""The thread in the emulator that keeps the files of the data plane as the account is."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from moto.core.utils import utcnow
from moto.elbv2.models import FakeTargetGroup

from sandbox import certificates, programs, trust
from sandbox.autoscaling import keeper
from sandbox.aws_error import Response
from sandbox.cache.link import Link
from sandbox.checkers import link as checkers
from sandbox.containers import link as containers
from sandbox.gateway import Answer
from sandbox.instances import link as instances
from sandbox.operation import Call, Environ
from sandbox.plane import admin, bootstrap, files, health, render, snapshot, waf
from sandbox.plane.account import Account, Group, Target
from sandbox.plane.feedback import Feedback
from sandbox.plane.health import NOT_IN_USE, UNKNOWN, Health
from sandbox.plane.listener_ports import ListenerPorts
from sandbox.plane.settings import Settings
from sandbox.repairs import ec2_addresses, elbv2_targets
from sandbox.request_log import mutates
from sandbox.waf import intake

log = logging.getLogger(__name__)

LONGEST_REFUSAL = 500
# Relative to the sandbox's folder, in which every part runs.
CACHES = Path("elasticache/daemon.sock")
INSTANCES = Path("instances")
FOLDERS = ("secrets", "endpoints", "routes")
# What load balancers and web ACLs are made of.
SERVICES = {"elbv2", "ec2", "autoscaling", "wafv2", "route53", "iam"}


class Plane:
    """A layer of the gateway: what a request changed is rendered by the thread, some milliseconds after its answer."""

    def __init__(self, settings: Settings, endpoint: str) -> None:
        self._settings = settings
        self._changed = threading.Event()
        self._ports = ListenerPorts(settings.listeners)
        self._account = Account()
        self._intake = intake.Intake(settings.folder / "waf-log.jsonl")
        self._caches = Link(CACHES, settings.slice) if programs.caches_run() else None
        self._instances = instances.Link(INSTANCES, settings.speed, settings.real, self._changed.set) if programs.instances_run() else None
        self._containers = containers.Link(settings, endpoint, self._changed.set)
        self._checkers = checkers.Link(settings.slice, settings.speed)
        self._feedback = Feedback(settings.folder, settings.speed, lambda: self._account)

    def start(self) -> None:
        folder = self._settings.folder
        for path in (folder, *(folder / name for name in FOLDERS)):
            path.mkdir(mode=0o700, exist_ok=True)
        certificates.keep_in(folder)
        for root in self._settings.roots:
            trust.install(root, certificates.ca_pem())
        files.write(folder / "envoy.json", bootstrap.envoy())
        self._render()
        ec2_addresses.reserved |= self._settings.hosts
        for link in self._links():
            link.start()
        elbv2_targets.observers.append(self.health)
        keeper.followers.append(self._changed.set)
        for run in (self._run, self._feedback.run, self._intake.run):
            threading.Thread(target=run, name="plane", daemon=True).start()

    def __call__(self, call: Call, environ: Environ, answer: Answer) -> Response:
        if call.service == "cloudwatch":
            self._feedback.collect()
        if call.service in intake.ASKING:
            self._intake.take()
        response = answer(call, environ)
        # A certificate is issued and renewed when it is looked at.
        if call.service == "acm" or call.service in SERVICES and mutates(call.service, call.operation):
            self.wake()
        if self._caches and call.service == "elasticache" and mutates(call.service, call.operation):
            self._caches.wake()
        if call.service in ("ecs", "application-autoscaling") and mutates(call.service, call.operation):
            self._containers.wake()
        return response

    def wake(self) -> None:
        self._changed.set()
        for link in self._links():
            link.wake()

    def _links(self) -> list[Any]:
        """What tells daemons what the accounts have."""
        return [link for link in (self._caches, self._instances, self._containers, self._checkers) if link]

    def describe(self) -> dict[str, Any]:
        """For the control API."""
        return {
            "connect_to": self._ports.connect_to(),
            "not_emulated": render.not_emulated(self._account),
            # What Envoy does not take leaves the old state in force, so it must not go unseen.
            "refused": self._refused(),
        }

    def _refused(self) -> list[str]:
        path = self._settings.folder.parent / "log" / "envoy.log"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return [line[:LONGEST_REFUSAL] for line in lines if " rejected: " in line]

    def health(self, group: FakeTargetGroup) -> dict[str, Health]:
        """What Envoy found of each target of a group, by its key."""
        account = snapshot.take()
        if group.arn not in account.groups:
            return {}
        found = account.groups[group.arn]
        if group.arn not in render.in_use(account):
            return dict.fromkeys((target.key for target in found.targets), NOT_IN_USE)
        try:
            hosts = admin.clusters(self._settings.folder / "admin.sock").get(group.arn, {})
        except OSError:
            return dict.fromkeys((target.key for target in found.targets), UNKNOWN)
        return {target.key: self._health(found, target, hosts, group.targets.get(target.key, {})) for target in found.targets}

    def _health(self, group: Group, target: Target, hosts: dict[str, Any], registered: dict[str, Any]) -> Health:
        status = hosts.get(f"{self._settings.real(target.address)}:{target.port}")
        found = health.of(status, lambda: health.probe(group, target, self._settings.real))
        # Envoy takes the first failed check for the last word.
        initial = timedelta(seconds=group.check.unhealthy * group.check.interval / self._settings.speed)
        return health.CHECKING if found.state == "unhealthy" and utcnow() < registered.get("since", datetime.min) + initial else found

    def _run(self) -> None:
        while True:
            self._changed.wait()
            self._changed.clear()
            try:
                self._render()
            except Exception:
                log.exception("the data plane was not brought up to date")

    def _render(self) -> None:
        self._account = snapshot.take()
        self._ports.follow(self._account)
        made = render.files(self._account, self._settings.speed, self._settings.real, self._ports.of)
        for name, content in made.items():
            files.write(self._settings.folder / f"{name}.json", content)
        files.write(self._settings.folder / "waf.json", waf.state())
        for folder in FOLDERS:
            files.remove_others(self._settings.folder / folder, {f"{name}.json" for name in made})
