"""Which instances of the account are hosts, and how they change their state.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ec2.models.instances import Instance, InstanceState

CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
# Where hosts run, an instance is on its way until its host has come or gone.
TRANSITIONS = {"running": "pending", "stopped": "stopping", "terminated": "shutting-down"}
# Status checks are made every minute.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html
CHECK_SECONDS = 60.0

# Requests, and what the daemon reports, change an instance one after the other.
lock = threading.RLock()

# How many times as fast as on AWS status checks are made; None where no hosts run (an emulator of its own, in tests).
speed: float | None = None


def _nobody() -> None:
    """Nobody runs hosts."""


# Tells who runs the hosts that others are to run.
wake: Callable[[], None] = _nobody


def instances() -> Iterator[Instance]:
    backends = [backend for regions in list(ec2_backends.values()) for backend in list(regions.values())]
    for backend in backends:
        for reservation in list(backend.reservations.values()):
            yield from list(reservation.instances)


def is_host(instance: Instance) -> bool:
    return bool(instance.user_data)


def boots(instance: Instance) -> int:
    return instance.__dict__.get("boots", 1)


def boot_again(instance: Instance) -> None:
    instance.__dict__["boots"] = boots(instance) + 1
    wake()


def become(instance: Instance, state: str) -> None:
    # A new one: moto has handed the old one out as the previous state.
    instance._state = InstanceState(state, CODES[state])
    instance.__dict__.pop("up_since", None)


def on_the_way(instance: Instance) -> None:
    """From what moto did at once to what AWS is doing."""
    if speed and is_host(instance) and instance.state in TRANSITIONS:
        become(instance, TRANSITIONS[instance.state])
        wake()


def up(instance: Instance) -> None:
    if instance.state == "pending":
        become(instance, "running")
    instance.__dict__.setdefault("up_since", utcnow())


def down(instance: Instance) -> None:
    """Its host does not answer, and is being started again."""
    instance.__dict__.pop("up_since", None)


def status(instance: Instance) -> str:
    """Of the instance status check."""
    if not speed or not is_host(instance):
        return "ok"
    since = instance.__dict__.get("up_since")
    if since is None:
        return "impaired"
    return "ok" if (utcnow() - since).total_seconds() >= CHECK_SECONDS / speed else "initializing"
