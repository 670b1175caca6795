"""Operations of the API as functions of an account and the parameters that were asked with."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, PaginatedResult
from moto.elasticache.responses import ElastiCacheResponse

from sandbox.cache import account, alone
from sandbox.cache.account import Account

Asked = dict[str, Any]
Operation = Callable[[Account, Asked], dict[str, Any]]

# Requests, and what the daemon reports, change an account one after the other.
lock = threading.RLock()


def serve(paged: bool = False, **operations: Operation) -> None:
    """Put them in the place of moto's."""
    for name, operation in operations.items():
        setattr(ElastiCacheResponse, name, _method(operation, PaginatedResult if paged else ActionResult))


def _method(operation: Operation, result: type[ActionResult]) -> Callable[[ElastiCacheResponse], ActionResult]:
    @functools.wraps(operation)
    def method(self: ElastiCacheResponse) -> ActionResult:
        with lock:
            found = account.of(self.elasticache_backend)
            alone.settle(found)
            return result(operation(found, self._get_params()))

    return method
