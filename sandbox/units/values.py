"""Values of settings: time spans, signals, exit statuses, limits (man systemd.time, systemd.exec)."""

from __future__ import annotations

import re
import resource
import signal
import time
from dataclasses import dataclass, field

_UNITS = {
    **dict.fromkeys(("us", "usec", "µs"), 1e-6),
    **dict.fromkeys(("ms", "msec"), 1e-3),
    **dict.fromkeys(("s", "sec", "second", "seconds", ""), 1.0),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
    **dict.fromkeys(("w", "week", "weeks"), 604800.0),
    **dict.fromkeys(("M", "month", "months"), 2629800.0),
    **dict.fromkeys(("y", "year", "years"), 31557600.0),
}
_SPAN = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([A-Za-zµ]*)")
INFINITY = float("inf")
_STEPS = (("w", 604800), ("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
_EXIT_NAMES = {"SUCCESS": 0, "FAILURE": 1, "TEMPFAIL": 75, "CHDIR": 200, "FDS": 202, "EXEC": 203, "LIMITS": 205,
               "GROUP": 216, "USER": 217}  # fmt: skip


def timespan(text: str) -> float:
    if text.strip() == "infinity":
        return INFINITY
    position, total = 0, 0.0
    while position < len(text.rstrip()):
        match = _SPAN.match(text, position)
        if not match or match[2] not in _UNITS:
            raise ValueError("Failed to parse sec value")
        total += float(match[1]) * _UNITS[match[2]]
        position = match.end()
    if not position:
        raise ValueError("Failed to parse sec value")
    return total


def show_timespan(seconds: float) -> str:
    if seconds == INFINITY:
        return "infinity"
    parts, rest = [], round(seconds * 1e6)
    for name, size in _STEPS:
        count, rest = divmod(rest, size * 1_000_000)
        if count:
            parts.append(f"{count}{name}")
    for name, size in (("ms", 1000), ("us", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{name}")
    return " ".join(parts) or "0"


def show_timestamp(moment: float | None) -> str:
    return time.strftime("%a %Y-%m-%d %H:%M:%S %Z", time.localtime(moment)) if moment else ""


def boolean(text: str) -> bool:
    if text.lower() in ("1", "yes", "y", "true", "t", "on"):
        return True
    if text.lower() in ("0", "no", "n", "false", "f", "off"):
        return False
    raise ValueError("Failed to parse boolean value")


def signal_number(text: str) -> int:
    name = text if text.startswith("SIG") else f"SIG{text}"
    if name in signal.Signals.__members__:
        return int(signal.Signals[name])
    if text.isdigit() and 0 < int(text) < signal.NSIG:
        return int(text)
    raise ValueError("Failed to parse signal name")


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return str(number)


def mode(text: str) -> int:
    if not re.fullmatch(r"[0-7]{1,4}", text):
        raise ValueError("Failed to parse mode value")
    return int(text, 8)


def limit(text: str) -> tuple[int, int]:
    soft, colon, hard = text.partition(":")
    pair = (_limit(soft), _limit(hard if colon else soft))
    if pair[1] != resource.RLIM_INFINITY and not 0 <= pair[0] <= pair[1]:
        raise ValueError("Failed to parse resource value")
    return pair


def _limit(text: str) -> int:
    if text == "infinity":
        return resource.RLIM_INFINITY
    match = re.fullmatch(r"([0-9]+)([KMGT]?)", text)
    if not match:
        raise ValueError("Failed to parse resource value")
    return int(match[1]) * 1024 ** " KMGT".index(match[2] or " ")


@dataclass(frozen=True)
class ExitStatuses:
    """Exit codes and signals, as SuccessExitStatus= lists them."""

    codes: frozenset[int] = field(default_factory=frozenset)
    signals: frozenset[int] = field(default_factory=frozenset)

    def __or__(self, other: ExitStatuses) -> ExitStatuses:
        return ExitStatuses(self.codes | other.codes, self.signals | other.signals)

    def __contains__(self, wait_status: int) -> bool:
        return -wait_status in self.signals if wait_status < 0 else wait_status in self.codes


def exit_statuses(words: list[str]) -> ExitStatuses:
    codes, signals = set(), set()
    for word in words:
        if word.isdigit() and int(word) < 256:
            codes.add(int(word))
        elif word in _EXIT_NAMES:
            codes.add(_EXIT_NAMES[word])
        else:
            try:
                signals.add(signal_number(word))
            except ValueError:
                raise ValueError("Failed to parse value") from None
    return ExitStatuses(frozenset(codes), frozenset(signals))
