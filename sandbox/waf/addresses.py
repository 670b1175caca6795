"""Client addresses: the connection's, or those that a header forwards; and the IP sets that hold them.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-forwarded-ip-address.html
"""

from __future__ import annotations

import functools
import ipaddress
from typing import Any

from sandbox.waf.request import Request

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MOST_FORWARDED = 10


class NoHeader(Exception):
    """Without the header a statement does not apply to the request at all."""


class Malformed(Exception):
    """There is no address where one should be: the fallback behavior decides."""


def forwarded(request: Request, config: dict[str, Any], position: str = "FIRST") -> list[Address]:
    values = request.header(config["HeaderName"])
    if not values:
        raise NoHeader
    listed = [entry.strip() for value in values for entry in value.split(",")]
    match config.get("Position", position):
        case "FIRST":
            listed = listed[:1]
        case "LAST":
            listed = listed[-1:]
        case _:
            listed = listed[-_MOST_FORWARDED:]
    try:
        return [ipaddress.ip_address(entry) for entry in listed]
    except ValueError as error:
        raise Malformed from error


@functools.lru_cache(maxsize=64)
def _networks(addresses: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(address, strict=False) for address in addresses)


def is_in(ip_set: dict[str, Any], request: Request, config: dict[str, Any] | None) -> bool:
    try:
        addresses = forwarded(request, config) if config else [ipaddress.ip_address(request.client_ip)]
    except NoHeader:
        return False
    except Malformed:
        return config is not None and config["FallbackBehavior"] == "MATCH"
    return any(address in network for network in _networks(tuple(ip_set["Addresses"])) for address in addresses)
