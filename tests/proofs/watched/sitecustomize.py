"""Python reads this first where PYTHONPATH has its folder: whom a process talks to, and which names it looks up, are written down."""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        address = arguments[:2] if event == "socket.getaddrinfo" else arguments[1]
        with open(os.environ["WATCHED_TO"], "a") as file:  # noqa: PTH123, no import that is not needed
            file.write(json.dumps([event, address], default=repr) + "\n")


sys.addaudithook(watch)
