"""When a scheduled action of Application Auto Scaling is due: at(…), rate(…) or cron(…).

https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
A cron expression has six fields; of the days, one is `?`, days of the week are 1 (Sunday) to 7.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError

from sandbox.autoscaling.schedule import Malformed, zone

_FORM = re.compile(r"(at|rate|cron)\((.*)\)")
_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
MOST_TRIES = 400


def following(text: str, time_zone: str, begin: datetime, after: datetime) -> datetime | None:
    """The first time after this one, of an action that began then; UTC, naive. Nothing where there is none left."""
    match = _FORM.fullmatch(text)
    if not match:
        raise Malformed(f"{text} is neither at(), rate() nor cron()")
    kind, content = match.groups()
    if kind == "at":
        found = at(content, time_zone)
        return found if found > after else None
    if kind == "rate":
        step = rate(content)
        return begin + step * max(0, (after - begin) // step + 1)
    return cron(content, time_zone, after)


def at(content: str, time_zone: str) -> datetime:
    try:
        return datetime.fromisoformat(content).replace(tzinfo=zone(time_zone)).astimezone(UTC).replace(tzinfo=None)
    except ValueError as error:
        raise Malformed(f"at({content}) is not of the form at(yyyy-mm-ddThh:mm:ss)") from error


def rate(content: str) -> timedelta:
    number, _, unit = content.partition(" ")
    known = _UNITS.get(unit.removesuffix("s"))
    if not known or not number.isdigit() or int(number) < 1 or (number == "1") == unit.endswith("s"):
        raise Malformed(f"rate({content}) is not a positive number and minute(s), hour(s) or day(s)")
    return timedelta(seconds=int(number) * known)


def cron(content: str, time_zone: str, after: datetime) -> datetime | None:
    fields = content.split()
    if len(fields) != 6:
        raise Malformed(f"cron({content}) has not the six fields minutes, hours, day of month, month, day of week, year")
    *most, weekday, year = fields
    if [most[2], weekday].count("?") != 1:
        raise Malformed(f"cron({content}) must have ? as either its day of month or its day of week")
    text = " ".join([*("*" if field == "?" else field for field in most), _weekday(weekday)])
    years = _years(year, content)
    local = after.replace(tzinfo=UTC).astimezone(zone(time_zone))
    try:
        times = CronSim(text, local)
        for _ in range(MOST_TRIES):
            found = next(times)
            if not years or found.year in years:
                return found.astimezone(UTC).replace(tzinfo=None)
            if found.year < min(years):
                times = CronSim(text, found.replace(year=min(years), month=1, day=1, hour=0, minute=0) - timedelta(minutes=1))
            elif found.year > max(years):
                return None
    except CronSimError as error:
        raise Malformed(f"cron({content}) is not a valid cron expression") from error
    except StopIteration:
        return None
    return None


def _weekday(field: str) -> str:
    """Cron's week begins with 0."""
    if field == "?":
        return "*"
    return re.sub(r"(?<![#/\d])[1-7](?!\d)", lambda match: str(int(match[0]) - 1), field)


def _years(field: str, content: str) -> set[int]:
    if field == "*":
        return set()
    years: set[int] = set()
    for part in field.split(","):
        first, _, last = part.partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            raise Malformed(f"cron({content}) has no valid year")
        years |= set(range(int(first), int(last or first) + 1))
    return years
