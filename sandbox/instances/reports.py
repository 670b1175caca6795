"""What became of a host, as the state of its instance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from moto.ec2.models.instances import Instance

from sandbox.instances import account, cloud_init
from sandbox.instances.host import CONSOLE_BYTES
from sandbox.repairs import ec2_addresses

# Of the hosts, where there are any.
folder: Path | None = None


def take(instance: Instance, said: dict[str, Any]) -> bool:
    """Whether the instance has another state; a report of what was asked for before is not the last word."""
    before, state = instance.state, said["state"]
    if state == "gone":
        if before == "shutting-down":
            instance.__dict__["console"] = said.get("console", "")
            account.become(instance, "terminated")
            ec2_addresses.release(instance)
    elif state == "stopped":
        if before == "stopping":
            account.become(instance, "stopped")
    elif said["boots"] != account.boots(instance):
        return False
    elif state == "up" and before in ("pending", "running"):
        account.up(instance)
    elif state == "starting" and before == "running":
        # It was running when the snapshot was taken that the account has gone back to.
        account.become(instance, "pending")
    elif state == "down":
        account.down(instance)
    return instance.state != before


def console(instance: Instance) -> str:
    """What the boot script has printed, also of an instance that is gone."""
    file = folder / instance.id / cloud_init.LOG if folder else None
    if file and file.exists():
        return file.read_bytes()[-CONSOLE_BYTES:].decode(errors="replace")
    return instance.__dict__.get("console", "")
