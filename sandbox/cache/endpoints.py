"""Where a group is reached (sandbox/cache/__init__.py says why by address)."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

from sandbox.cache.account import Account, Group, Node

PORT = 6379
PRIMARY, READER, FIRST_NODE = 1, 2, 3
MOST_NODES = 6
_BLOCKS_A_NET = 31
_FIRST_NET = 240
_LAST_PORT = 65535
# As in the names that AWS gives: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Endpoints.html
_DIRECTIONS = {"north": "n", "south": "s", "east": "e", "west": "w", "central": "c"}


def addresses(group: Group) -> list[str]:
    """All that the group may ever have."""
    if group.block is None:
        return []
    net, place = divmod(group.block, _BLOCKS_A_NET)
    return [f"127.{group.slice}.{_FIRST_NET + net}.{place * 8 + number}" for number in range(1, FIRST_NODE + MOST_NODES)]


def free_block(used: Iterable[int | None]) -> int:
    taken = set(used)
    return next(number for number in range(_BLOCKS_A_NET * 15) if number not in taken)


def free_port(places: list[str], wanted: int) -> int:
    """The wanted one, or the next one that is free on all the addresses: another Redis may listen on every address."""
    return next(port for port in range(wanted, _LAST_PORT) if all(_is_free(address, port) for address in places))


def domain(account: Account, group: Group) -> str:
    """use1 of us-east-1, euc1 of eu-central-1."""
    area, *directions, number = account.region.split("-")
    short = "".join(letter for word in directions for name, letter in _DIRECTIONS.items() if name in word)
    return f"{group.name}.{group.uid}.{area}{short}{number}.cache.amazonaws.com"


def names(account: Account, group: Group) -> list[str]:
    """What the certificate is for."""
    at = domain(account, group)
    return [f"master.{at}", f"replica.{at}", *(f"{group.name}-{number:03}.{at}" for number in range(1, MOST_NODES + 1)), *addresses(group)]


def primary(account: Account, group: Group) -> dict[str, object]:
    return _endpoint(group, PRIMARY, f"master.{domain(account, group)}")


def reader(account: Account, group: Group) -> dict[str, object]:
    return _endpoint(group, READER, f"replica.{domain(account, group)}")


def of(account: Account, group: Group, node: Node) -> dict[str, object]:
    return _endpoint(group, FIRST_NODE + node.number - 1, f"{node.name}.{domain(account, group)}")


def address(group: Group, number: int) -> str:
    return addresses(group)[number - 1]


def _endpoint(group: Group, number: int, name: str) -> dict[str, object]:
    return {"Address": name if group.block is None else address(group, number), "Port": group.port}


def _is_free(place: str, port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((place, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
        return True
