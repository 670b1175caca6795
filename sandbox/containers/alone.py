"""Where no container runs, what was asked for is done when the account is looked at: the API alone."""

from __future__ import annotations

from moto.ecs.models import EC2ContainerServiceBackend

from sandbox.containers import keeper, lifecycle, targets
from sandbox.containers.account import services
from sandbox.scalable import keeper as scalable


def settle(backend: EC2ContainerServiceBackend) -> None:
    if lifecycle.is_alone:
        scalable.step()
        keeper.step(backend, targets.observe(backend, services(backend)))
