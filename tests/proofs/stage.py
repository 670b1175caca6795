"""A place that can be put back to any of its moments, account and hosts, in a second."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.integration.place import Place, shop, until
from tests.proofs import whole
from tests.proofs.drift import balancer_drift, cache_drift, drift, held_lock, others_at_work, scaling_drift, waf_drift

LEFT = ("srv/shop/releases", "srv/shop/current", "etc")


class Stage:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.kept: dict[str, dict[str, Any]] = {}
        self.journals: dict[str, bytes | None] = {}
        self.sources = place.folder.parent / "sources"

    def source(self, version: str) -> Path:
        """Another version of the application."""
        folder = self.sources / version
        return folder if folder.exists() else shop(folder, version)

    def at(self, moment: str) -> None:
        """The place is as it was when MOMENTS[moment] had made it so."""
        if moment in self.kept:
            self._go_back(moment)
        else:
            MOMENTS[moment](self)
            self.keep(moment)

    def run(self, playbook: str, *arguments: str, **variables: Any) -> None:
        run = self.place.playbook(playbook, *arguments, **variables)
        assert run.code == 0, f"{playbook}: {run.error or run.output[-2000:]}"

    def keep(self, moment: str) -> None:
        """The place as it is can be gone back to."""
        # An account has its default VPC from the start; the emulator makes it when somebody first asks, each time another.
        self.place.client("ec2").describe_vpcs()
        self.place.control("PUT", "snapshot", {"name": moment})
        self.kept[moment] = {host: self._host(host) for host in self.place.hosts}
        self.journals[moment] = self._journal.read_bytes() if self._journal.exists() else None
        for host in self.place.hosts:
            for name in LEFT:
                _copy(self.place.root(host) / name, self._copies(moment, host) / name)

    def _go_back(self, moment: str) -> None:
        self.place.control("DELETE", "faults")
        self.place.control("POST", "snapshot", {"name": moment})
        self._put_journal_back(self.journals[moment])
        self._caches_are_up()
        self._instances_serve()
        for host in self.place.hosts:
            if self._host(host) != self.kept[moment][host]:
                self._put_back(host, moment)

    def _put_journal_back(self, content: bytes | None) -> None:
        if content is None:
            self._journal.unlink(missing_ok=True)
        else:
            self._journal.write_bytes(content)

    def _caches_are_up(self) -> None:
        """Their processes are started anew, with nothing in them."""

        def states() -> set[str]:
            return {one["Status"] for one in client.describe_replication_groups()["ReplicationGroups"]}

        client = self.place.client("elasticache")
        until(lambda: states() <= {"available"}, "replication groups are available")

    def _instances_serve(self) -> None:
        """Those that were gone boot anew."""

        def states() -> set[str]:
            groups = [one["TargetGroupArn"] for one in client.describe_target_groups()["TargetGroups"] if one["TargetType"] == "instance"]
            found = [one for arn in groups for one in client.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]]
            return {one["TargetHealth"]["State"] for one in found} - {"draining"}

        client = self.place.client("elbv2")
        until(lambda: states() <= {"healthy"}, "instances serve")

    @property
    def _journal(self) -> Path:
        return self.place.evidence / "journal.jsonl"

    def _put_back(self, host: str, moment: str) -> None:
        root = self.place.root(host)
        before, after = whole.host(self.place, host), self.kept[moment][host]
        whole.systemctl(self.place, host, "stop", *before["units"])
        for name in LEFT:
            _remove(root / name)
            _copy(self._copies(moment, host) / name, root / name)
        whole.systemctl(self.place, host, "daemon-reload")
        if after["serves"]:
            whole.systemctl(self.place, host, "start", *whole.UNITS)
            until(lambda: self._host(host) == after, f"{host} is as it was at {moment}: {after} is not {self._host(host)}")

    def _host(self, host: str) -> dict[str, Any]:
        return whole.host(self.place, host)

    def _copies(self, moment: str, host: str) -> Path:
        return self.place.folder.parent / "moments" / moment / host


def _copy(source: Path, target: Path) -> None:
    """By hard links, for what is left on hosts is replaced and never written to."""
    if source.is_symlink():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(source.readlink())
    elif source.is_dir():
        shutil.copytree(source, target, symlinks=True, copy_function=os.link)


def _remove(path: Path) -> None:
    if path.is_symlink():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)


def _tables_and_buckets(stage: Stage) -> None:
    """All that the application needs of the account, and no application yet."""
    stage.at("empty")
    stage.run("immediate", "--tags", "environment,dynamodb,s3,cloudwatch", "--skip-tags", "always")


def _applied(stage: Stage) -> None:
    stage.at("empty")
    stage.run("immediate")


def _used(stage: Stage) -> None:
    stage.at("empty")
    others_at_work(stage.place)
    stage.run("immediate", "--tags", "dynamodb,s3,cloudwatch,cost", "--skip-tags", "always")


def _with(change: Callable[[Place], object], moment: str = "applied") -> Callable[[Stage], None]:
    def made(stage: Stage) -> None:
        stage.at(moment)
        change(stage.place)

    return made


def _upgraded(stage: Stage) -> None:
    stage.at("applied")
    for version in ("1.0.1", "1.0.2"):
        stage.run("deploy", app_deploy_source=str(stage.source(version)))


def _balanced(stage: Stage) -> None:
    """The application is behind a load balancer."""
    stage.at("applied")
    stage.run("short_term", "--tags", "alb", "--skip-tags", "always")


def _guarded(stage: Stage) -> None:
    """A web ACL is before the load balancer, and its rules count."""
    stage.at("balanced")
    stage.run("short_term", "--tags", "waf", "--skip-tags", "always", waf_promote=False, waf_strict=False)


def _cached(stage: Stage) -> None:
    """The application has a cache, and its processes know it."""
    stage.at("applied")
    stage.run("short_term", "--tags", "elasticache", "--skip-tags", "always")


def _scaled(stage: Stage) -> None:
    """Instances serve the application too."""
    stage.at("balanced")
    stage.run("short_term", "--tags", "autoscaling", "--skip-tags", "always")


MOMENTS: dict[str, Callable[[Stage], None]] = {
    "empty": lambda stage: None,
    "account": _tables_and_buckets,
    "applied": _applied,
    "drifted": _with(drift),
    "locked": _with(held_lock),
    "upgraded": _upgraded,
    "used": _used,
    "balanced": _balanced,
    "balanced and drifted": _with(balancer_drift, "balanced"),
    "guarded": _guarded,
    "guarded and drifted": _with(waf_drift, "guarded"),
    "cached": _cached,
    "cached and drifted": _with(cache_drift, "cached"),
    "scaled": _scaled,
    "scaled and drifted": _with(scaling_drift, "scaled"),
}
