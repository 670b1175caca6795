"""Faults on demand: throttling, errors, delays, held requests and cut connections, by rule."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sandbox.aws_error import Response
from sandbox.gateway import CUT, Answer, refuse
from sandbox.operation import Call, Environ
from sandbox.request_log import mutates

_CUTS = ("", "before", "after")


@dataclass
class Rule:
    """A fault and the requests that it befalls; what is not given matches all."""

    service: str = ""
    operation: str = ""
    region: str = ""
    access_key: str = ""
    mutates: bool | None = None
    match: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    message: str = "Injected by the sandbox"
    status: int = 400
    delay_seconds: float = 0
    cut: str = ""
    hold: bool = False
    passes: int = 0
    times: int | None = None
    rate: float = 1
    seed: int = 0
    holding: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.cut not in _CUTS:
            raise ValueError(f"cut is {self.cut!r}, allowed are 'before' (nothing is done) and 'after' (it is done)")
        if not 0 < self.rate <= 1:
            raise ValueError(f"rate is {self.rate!r}, allowed is more than 0, up to 1")
        if not (self.code or self.cut or self.delay_seconds or self.hold):
            raise ValueError("a rule needs one of code, cut, delay_seconds and hold")
        self._random = random.Random(self.seed)

    def befalls(self, call: Call) -> bool:
        """Whether this call is hit; one that fits uses up one of `passes`, and then a hit one of `times`."""
        wanted = (
            *((self.service, call.service), (self.operation, call.operation), (self.region, call.region)),
            (self.access_key, call.access_key),
        )
        if self.mutates not in (None, mutates(call.service, call.operation)):
            return False
        if any(rule and rule != value for rule, value in wanted):
            return False
        if any(call.params.get(name) != value for name, value in self.match.items()):
            return False
        if self.passes:
            self.passes -= 1
            return False
        if self.times == 0 or self._random.random() >= self.rate:
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._changed = threading.Event()

    def __call__(self, call: Call, environ: Environ, answer: Answer) -> Response:
        with self._lock:
            rule = next((rule for rule in self._rules if rule.befalls(call)), None)
            changed = self._changed
        if not rule:
            return answer(call, environ)
        time.sleep(rule.delay_seconds)
        if rule.cut == "after":
            answer(call, environ)
        if rule.hold:
            rule.holding += 1
            changed.wait()
        if rule.cut:
            return CUT
        if rule.code:
            return refuse(call, rule.code, rule.message, rule.status)
        return answer(call, environ)

    def rules(self) -> list[dict[str, Any]]:
        return [asdict(rule) for rule in self._rules]

    def replace(self, rules: list[dict[str, Any]]) -> None:
        """All rules anew, which releases what is held; the first that befalls a request is the one.

        ValueError says what is wrong with which.
        """
        new = [_rule(number, rule) for number, rule in enumerate(rules, 1)]
        with self._lock:
            self._rules = new
            self._changed.set()
            self._changed = threading.Event()


def _rule(number: int, given: dict[str, Any]) -> Rule:
    known = [item.name for item in fields(Rule) if item.init]
    unknown = set(given) - set(known)
    if unknown:
        raise ValueError(f"rule {number}: {', '.join(sorted(unknown))} is unknown, allowed are {', '.join(known)}")
    try:
        return Rule(**given)
    except (ValueError, TypeError) as error:
        raise ValueError(f"rule {number}: {error}") from error
