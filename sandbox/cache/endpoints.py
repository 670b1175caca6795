"""Where a group is reached (sandbox/cache/__init__.py says why by address)."""

from __future__ import annotations

import errno
import itertools
import socket
from collections.abc import Callable, Iterable

from sandbox import certificates
from sandbox.cache.account import Account, Cache, Group, Node, Serverless, Shard

PORT = 6379
PRIMARY, READER, FIRST_NODE = 1, 2, 3
# Of a group's own addresses, where those of its shards are others.
CONFIGURATION = 1
MOST_NODES = 6
_BLOCKS_A_NET = 31
_FIRST_NET = 240
_LAST_PORT = 65535
_BUS = 10000
# As in the names that AWS gives: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Endpoints.html
_DIRECTIONS = {"north": "n", "south": "s", "east": "e", "west": "w", "central": "c"}


def addresses(group: Cache) -> list[str]:
    """All that the group may have."""
    blocks = dict.fromkeys([group.block, *(shard.block for shard in group.shards)])
    return [address(group, block, number) for block in blocks if block is not None for number in range(1, FIRST_NODE + MOST_NODES)]


def address(group: Cache, block: int | None, number: int) -> str:
    assert block is not None
    net, place = divmod(block, _BLOCKS_A_NET)
    return f"127.{group.slice}.{_FIRST_NET + net}.{place * 8 + number}"


def of_nodes(group: Cache, shard: Shard) -> dict[str, str]:
    return {node.name: address(group, shard.block, FIRST_NODE + node.number - 1) for node in shard.nodes}


def free_blocks(used: Iterable[int | None], number: int) -> list[int]:
    taken = set(used)
    return list(itertools.islice((block for block in range(_BLOCKS_A_NET * 15) if block not in taken), number))


def bus_port(port: int) -> int:
    """Where the nodes of a cluster speak to each other."""
    return port + _BUS if port + _BUS <= _LAST_PORT else port - _BUS


def free_port(places: list[str], wanted: int, more: Callable[[int], Iterable[int]] = lambda port: ()) -> int:
    """The wanted one, or the next one that is free on all the addresses, as are `more`: another Redis may listen everywhere."""
    return next(
        port for port in range(wanted, _LAST_PORT) if all(_is_free(address, one) for address in places for one in (port, *more(port)))
    )


def region(account: Account) -> str:
    """use1 of us-east-1, euc1 of eu-central-1."""
    area, *directions, number = account.region.split("-")
    return f"{area}{''.join(letter for word in directions for name, letter in _DIRECTIONS.items() if name in word)}{number}"


def domain(account: Account, group: Group) -> str:
    return f"{group.name}.{group.uid}.{region(account)}.cache.amazonaws.com"


def serverless_name(account: Account, cache: Serverless) -> str:
    return f"{cache.name}-{cache.uid}.serverless.{region(account)}.cache.amazonaws.com"


def serverless(account: Account, cache: Serverless) -> dict[str, dict[str, object]]:
    """One name, and a port for those who only read."""
    name = serverless_name(account, cache)
    return {
        "Endpoint": _endpoint(cache, cache.block, PRIMARY, name),
        "ReaderEndpoint": _endpoint(cache, cache.block, PRIMARY, name, cache.port + 1),
    }


def names(account: Account, group: Group) -> list[str]:
    """What the certificate is for."""
    return [f"*.{domain(account, group)}", *addresses(group)]


def certificate(of: list[str]) -> tuple[str, str]:
    """With its key."""
    key = certificates.new_key("EC_prime256v1")
    begin, end = certificates.ALWAYS
    signed = certificates.sign(key, of, begin, (end - begin).days, clients=True)  # the nodes of a cluster ask each other for it
    return signed.decode(), certificates.key_pem(key).decode()


def configuration(account: Account, group: Group) -> dict[str, object]:
    return _endpoint(group, group.block, CONFIGURATION, f"clustercfg.{domain(account, group)}")


def primary(account: Account, group: Group, shard: Shard) -> dict[str, object]:
    return _endpoint(group, shard.block, PRIMARY, f"master.{domain(account, group)}")


def reader(account: Account, group: Group, shard: Shard) -> dict[str, object]:
    return _endpoint(group, shard.block, READER, f"replica.{domain(account, group)}")


def of(account: Account, group: Group, node: Node) -> dict[str, object]:
    shard = next(shard for shard in group.shards if node in shard.nodes)
    return _endpoint(group, shard.block, FIRST_NODE + node.number - 1, f"{node.name}.{domain(account, group)}")


def _endpoint(group: Cache, block: int | None, number: int, name: str, port: int | None = None) -> dict[str, object]:
    return {"Address": name if block is None else address(group, block, number), "Port": port or group.port}


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
