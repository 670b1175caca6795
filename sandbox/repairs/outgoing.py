"""The emulator answers and never calls: nothing leaves this machine.

moto really posts to SNS subscribers, API destinations and Firehose endpoints, wherever they are. In the emulator's
process only loopback addresses can be reached with `requests`, which is what moto uses.
"""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

import requests

_send = requests.Session.send


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def send(self: requests.Session, request: requests.PreparedRequest, **settings: Any) -> requests.Response:
    if not is_loopback(request.url or ""):
        raise requests.ConnectionError(f"the emulator sends nothing outside this machine: {request.url}")
    return _send(self, request, **settings)


def apply() -> None:
    requests.Session.send = send
