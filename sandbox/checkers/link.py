"""The thread in the emulator that tells the daemon what is to be checked, and takes in what it saw. It sleeps while there is nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from moto.core.utils import utcnow

from sandbox import link
from sandbox.checkers import account, measures
from sandbox.checkers.account import Config
from sandbox.checkers.verdict import Checker, Report

# Relative to the sandbox's folder, in which every part runs.
SOCKET = Path("checkers/daemon.sock")


class Link(link.Link):
    lock = account.lock

    def __init__(self, slice_of_sandbox: int, speed: float) -> None:
        super().__init__(SOCKET, "checkers")
        self._slice = slice_of_sandbox
        self._speed = speed

    def order(self) -> dict[str, Any]:
        configs = {check.id: account.config_of(check) for _, check in account.known()}
        return {"health_checks": {uid: self._order_of(config) for uid, config in configs.items() if account.is_checked(config)}}

    def _order_of(self, config: Config) -> dict[str, Any]:
        return {
            "type": config["Type"],
            "host": config.get("FullyQualifiedDomainName"),
            "address": config.get("IPAddress"),
            "port": config["Port"],
            "path": config.get("ResourcePath") or "/",
            "search": config.get("SearchString"),
            "sni": config.get("EnableSNI", False),
            "seconds": config["RequestInterval"] / self._speed,
            "checkers": {region: self._address(region) for region in account.regions(config)},
        }

    def _address(self, region: str) -> str:
        return f"127.{self._slice}.53.{1 + account.REGIONS.index(region)}"

    def heard(self, said: dict[str, Any]) -> None:
        for backend, check in account.known():
            config = account.config_of(check)
            # It may have been disabled, or the region taken from it, while the request was on its way.
            if check.id == said["health_check"] and account.is_checked(config) and said["region"] in account.regions(config):
                seen = account.checkers(check)
                checker = seen.setdefault(said["region"], Checker(said["region"], self._address(said["region"])))
                checker.take(Report(said["passed"], said["status"], utcnow()), config["FailureThreshold"])
                latency = said["milliseconds"] if config["MeasureLatency"] else {}
                measures.put(backend.account_id, check.id, seen, config["Inverted"], latency)
