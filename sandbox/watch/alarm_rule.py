"""The rule of a composite alarm.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import NamedTuple

from sandbox.watch.tokens import Malformed, Tokens

# A name without quotes may hold anything but parentheses and white space.
_TOKENS = re.compile(r"(?P<string>\"[^\"]*\"|'[^']*')|(?P<bracket>[()])|(?P<word>[^\s()\"']+)")
_STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")


class Rule(NamedTuple):
    """kind: AND, OR, NOT, TRUE, FALSE, or a state that `alarm` must be in."""

    kind: str
    alarm: str = ""
    parts: tuple[Rule, ...] = ()

    def alarms(self) -> set[str]:
        own = {self.alarm} if self.alarm else set()
        return own.union(*(part.alarms() for part in self.parts))

    def holds(self, state_of: Callable[[str], str]) -> bool:
        match self.kind:
            case "AND":
                return all(part.holds(state_of) for part in self.parts)
            case "OR":
                return any(part.holds(state_of) for part in self.parts)
            case "NOT":
                return not self.parts[0].holds(state_of)
            case "TRUE" | "FALSE":
                return self.kind == "TRUE"
        return state_of(self.alarm) == self.kind


@functools.lru_cache(maxsize=1024)
def parse(text: str) -> Rule:
    tokens = Tokens(text, _TOKENS)
    rule = _either(tokens)
    tokens.end()
    return rule


def _either(tokens: Tokens) -> Rule:
    parts = [_both(tokens)]
    while tokens.accept("OR"):
        parts.append(_both(tokens))
    return parts[0] if len(parts) == 1 else Rule("OR", parts=tuple(parts))


def _both(tokens: Tokens) -> Rule:
    parts = [_one(tokens)]
    while tokens.accept("AND"):
        parts.append(_one(tokens))
    return parts[0] if len(parts) == 1 else Rule("AND", parts=tuple(parts))


def _one(tokens: Tokens) -> Rule:
    if tokens.accept("NOT"):
        return Rule("NOT", parts=(_one(tokens),))
    if tokens.accept("("):
        inner = _either(tokens)
        tokens.expect(")")
        return inner
    if constant := tokens.accept("TRUE", "FALSE"):
        return Rule(constant)
    kind = tokens.accept(*_STATES)
    if not kind:
        raise Malformed(f"expected ALARM, OK, INSUFFICIENT_DATA, TRUE, FALSE or NOT, found {tokens.next.text!r}")
    tokens.expect("(")
    token = tokens.take()
    if token.kind not in ("string", "word"):
        raise Malformed(f"{kind} takes the name or ARN of an alarm")
    tokens.expect(")")
    return Rule(kind, _name(token.text.strip("\"'")))


def _name(reference: str) -> str:
    """The name, also where an ARN is given: arn:aws:cloudwatch:region:account:alarm:name."""
    return reference.split(":", 6)[6] if reference.startswith("arn:") and reference.count(":") > 5 else reference
