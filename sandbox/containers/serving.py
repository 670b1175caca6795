"""Operations of the API as functions of the backend and the parameters that were asked with."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

Asked = dict[str, Any]
Operation = Callable[[EC2ContainerServiceBackend, Asked], dict[str, Any]]

# Requests, the scheduler, and what the daemon reports, change an account one after the other.
lock = threading.RLock()


def serve(**operations: Operation) -> None:
    """Put them in the place of moto's."""
    for name, operation in operations.items():
        setattr(EC2ContainerServiceResponse, name, _method(operation))


def _method(operation: Operation) -> Callable[[EC2ContainerServiceResponse], ActionResult]:
    @functools.wraps(operation)
    def method(self: EC2ContainerServiceResponse) -> ActionResult:
        from sandbox.containers import alone

        with lock:
            alone.settle(self.ecs_backend)
            found = operation(self.ecs_backend, self._get_params())
            alone.settle(self.ecs_backend)
            return ActionResult(found)

    return method
