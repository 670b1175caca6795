"""What a sandbox has of its own: addresses, ports, and how fast its time runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Settings:
    folder: Path
    slice: int
    hosts: frozenset[str]
    roots: tuple[Path, ...]
    listeners: dict[str, int]
    speed: float

    @classmethod
    def of(cls, sandbox: Path, state: dict[str, Any]) -> Settings:
        return cls(
            sandbox / "plane",
            state["slice"],
            frozenset(host["private_address"] for host in state["hosts"].values()),
            tuple(Path(host["root"]) for host in state["hosts"].values()),
            {name: int(address.rpartition(":")[2]) for name, address in state["connect_to"].items()},
            state["health_check_speed"],
        )

    def real(self, address: str) -> str:
        """The address on this machine of one in a VPC: a host's is 127.0.0.1, another x.y.a.b is 127.S.a.b."""
        return "127.0.0.1" if address in self.hosts else f"127.{self.slice}.{'.'.join(address.split('.')[2:])}"
