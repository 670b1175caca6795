"""The `journalctl` of a host: reads the journal's files, with or without a running manager (man journalctl)."""

from __future__ import annotations

import argparse
import heapq
import json
import re
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from sandbox.units import journal, values
from sandbox.units.journal import Entry
from sandbox.units.names import is_glob

_FOLLOW_S = 0.2
_CLOCKS = {"short": "%b %d %H:%M:%S", "short-full": "%a %Y-%m-%d %H:%M:%S %Z"}
_OUTPUTS = ("short", "short-full", "short-iso", "short-precise", "short-unix", "cat", "json")
_PRIORITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")


def moment(text: str, now: float) -> float:
    """A point in time as `--since` takes it (man systemd.time)."""
    today = time.localtime(now)[:3]
    midnight = time.mktime((*today, 0, 0, 0, 0, 0, -1))
    named = {"now": now, "today": midnight, "yesterday": midnight - 86400, "tomorrow": midnight + 86400}
    if text in named:
        return named[text]
    if text.startswith("@"):
        return float(text[1:])
    if text.startswith("-"):
        return now - values.timespan(text[1:])
    if text.endswith(" ago"):
        return now - values.timespan(text.removesuffix(" ago"))
    body, utc = (text[:-4], True) if text.endswith(" UTC") else (text, False)
    whole, _, fraction = body.replace("T", " ").partition(".")
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            parsed = time.strptime(whole, form)
        except ValueError:
            continue
        import calendar

        return (calendar.timegm(parsed) if utc else time.mktime(parsed)) + float(f"0.{fraction or 0}")
    clock = re.fullmatch(r"(\d\d?):(\d\d)(?::(\d\d))?", text)
    if clock:
        return midnight + int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
    raise ValueError(f"Failed to parse timestamp: {text}")


def shown(entry: Entry, output: str) -> str:
    if output == "cat":
        return str(entry["MESSAGE"])
    if output == "json":
        return json.dumps(entry)
    stamp = int(entry["__REALTIME_TIMESTAMP"]) / 1e6
    if output == "short-iso":
        return journal.short(entry, "%Y-%m-%dT%H:%M:%S%z")
    if output == "short-precise":
        return journal.short(entry, f"%b %d %H:%M:%S.{int(stamp % 1 * 1e6):06d}")
    if output == "short-unix":
        return journal.short(entry, f"{stamp:.6f}")
    return journal.short(entry, _CLOCKS[output])


def entries(folder: Path, names: list[str]) -> Iterator[Entry]:
    streams = [journal.read(folder, unit) for unit in journal.units(folder, names)]
    return heapq.merge(*streams, key=lambda entry: int(entry["__REALTIME_TIMESTAMP"]))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="journalctl")
    parser.add_argument("-u", "--unit", action="append", default=[])
    parser.add_argument("-n", "--lines", nargs="?", const="10")
    parser.add_argument("-o", "--output", default="short", choices=_OUTPUTS)
    parser.add_argument("-S", "--since")
    parser.add_argument("-U", "--until")
    parser.add_argument("-p", "--priority")
    parser.add_argument("-t", "--identifier", action="append", default=[])
    parser.add_argument("-r", "--reverse", action="store_true")
    parser.add_argument("-f", "--follow", action="store_true")
    parser.add_argument("-q", "--quiet", action="store_true")
    parser.add_argument("-e", "--pager-end", action="store_true")
    for ignored in (("--no-pager",), ("-x", "--catalog"), ("-b", "--boot"), ("--no-hostname",), ("-a", "--all"),
                    ("-l", "--full"), ("--system",), ("-m", "--merge")):  # fmt: skip
        parser.add_argument(*ignored, action="store_true")
    parser.add_argument("matches", nargs="*", help="FIELD=VALUE")
    return parser.parse_args(arguments)


def _chosen(found: Iterator[Entry], options: argparse.Namespace) -> Iterator[Entry]:
    now = time.time()
    since = moment(options.since, now) * 1e6 if options.since else 0
    until = moment(options.until, now) * 1e6 if options.until else values.INFINITY
    worst = 7
    if options.priority:
        worst = int(options.priority) if options.priority.isdigit() else _PRIORITIES.index(options.priority)
    matches = [match.split("=", 1) for match in options.matches]
    for entry in found:
        if (
            since <= int(entry["__REALTIME_TIMESTAMP"]) <= until
            and int(entry["PRIORITY"]) <= worst
            and (not options.identifier or entry["SYSLOG_IDENTIFIER"] in options.identifier)
            and all(entry.get(name) == value for name, value in matches)
        ):
            yield entry


def main(root: str, arguments: list[str]) -> int:
    options = _options(arguments)
    folder = journal.folder_of(Path(root))
    names = [name if is_glob(name) or "." in name else f"{name}.service" for name in options.unit]
    lines = options.lines or ("10" if options.follow else "1000" if options.pager_end else "all")
    try:
        chosen = list(deque(_chosen(entries(folder, names), options), None if lines == "all" else int(lines)))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for entry in reversed(chosen) if options.reverse else chosen:
        print(shown(entry, options.output))
    if not chosen and not options.quiet and not options.follow and options.output != "json":
        print("-- No entries --")
    sys.stdout.flush()
    if options.follow:
        _follow(folder, names, options, int(chosen[-1]["__REALTIME_TIMESTAMP"]) if chosen else 0)
    return 0


def _follow(folder: Path, names: list[str], options: argparse.Namespace, last: int) -> None:
    try:
        while True:
            for entry in _chosen(entries(folder, names), options):
                if int(entry["__REALTIME_TIMESTAMP"]) > last:
                    last = int(entry["__REALTIME_TIMESTAMP"])
                    print(shown(entry, options.output), flush=True)
            time.sleep(_FOLLOW_S)
    except (KeyboardInterrupt, BrokenPipeError):
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
