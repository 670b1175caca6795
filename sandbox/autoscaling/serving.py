"""Operations of the API as functions of an account and the parameters that were asked with."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult

from sandbox.autoscaling import account, keeper
from sandbox.autoscaling.account import Account
from sandbox.autoscaling.errors import fault
from sandbox.watch.paging import page

Asked = dict[str, Any]
Operation = Callable[[Account, Asked], dict[str, Any]]
MOST = 100


class InvalidNextToken(Exception):
    pass


def serve(paged: str = "", default: int = 50, **operations: Operation) -> None:
    """Put them in the place of moto's; `paged` is the list of the answer that has pages."""
    for name, operation in operations.items():
        setattr(AutoScalingResponse, name, _method(operation, paged, default))


def _method(operation: Operation, paged: str, default: int) -> Callable[[AutoScalingResponse], ActionResult]:
    @functools.wraps(operation)
    def method(self: AutoScalingResponse) -> ActionResult:
        asked = self._get_params()
        with keeper.lock:
            found = account.of(self.autoscaling_backend)
            keeper.settle(found)
            answer = operation(found, asked)
        keeper.wake()
        return ActionResult(_page(answer, paged, asked, default) if paged else answer)

    return method


def _page(answer: dict[str, Any], name: str, asked: Asked, default: int) -> dict[str, Any]:
    size = int(asked.get("MaxRecords") or default)
    try:
        shown, token = page(answer[name], min(size, MOST), asked.get("NextToken"), InvalidNextToken)
    except InvalidNextToken as error:
        raise fault("InvalidNextToken", "The NextToken value is not valid.") from error
    return {**answer, name: list(shown), "NextToken": token}
