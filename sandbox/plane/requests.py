"""A request as Envoy wrote it down (sandbox/plane/access.py), in a load balancer's terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.plane.account import Balancer, Listener

# The client closed the connection before it had an answer.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-460-issues
CLIENT_CLOSED = 460


@dataclass(frozen=True)
class Request:
    entry: dict[str, Any]
    balancer: Balancer
    listener: Listener
    # How much later than this machine's time the emulator's is.
    offset: float = 0
    # How many targets its target group has.
    targets: int = 1

    @property
    def begin(self) -> datetime:
        return datetime.fromtimestamp(float(self.entry["start"]) + self.offset, UTC)

    @property
    def end(self) -> datetime:
        return self.begin + timedelta(milliseconds=self.entry["duration_ms"] or 0)

    @property
    def status(self) -> int:
        return self.entry["status"] or CLIENT_CLOSED

    @property
    def target(self) -> str:
        """Empty where no target was chosen."""
        return self.entry["target"] or ""

    @property
    def group(self) -> str:
        return self.entry["group"] or ""

    @property
    def target_status(self) -> int | None:
        """None where the answer is the load balancer's own."""
        return self.status if self.entry["details"] == "via_upstream" else None

    @property
    def flags(self) -> set[str]:
        return set((self.entry["flags"] or "-").split(","))

    @property
    def was_refused_by_waf(self) -> bool:
        return str(self.entry["details"]).startswith("ext_authz")

    def seconds(self, name: str) -> float | None:
        value = self.entry[f"{name}_us"]
        return None if value is None else max(int(value), 0) / 1e6
