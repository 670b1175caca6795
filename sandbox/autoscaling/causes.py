"""Why an activity is there, in AWS's words."""

from __future__ import annotations

from datetime import datetime

from sandbox.autoscaling.account import Group


def said(now: datetime) -> str:
    return f"At {now:%Y-%m-%dT%H:%M:%SZ}"


def cause(group: Group, now: datetime, text: str) -> str:
    return " ".join(filter(None, (group.why, f"{said(now)} {text}")))
