"""What a node is started with, and what it is told once it runs."""

from __future__ import annotations

from typing import Any

from sandbox.cache import endpoints

ADMINISTRATOR = "elasticache"
DUMP = "dump.rdb"
SOCKET = "redis.sock"


def configuration(order: dict[str, Any], name: str, is_primary: bool, master: str, secret: str, digest: str) -> str:
    """redis.conf, which Redis reads from its standard input: its secret is in no file and no argument.

    Nobody but the administrator gets in until the users are there. Paths are relative to the node's folder.
    """
    port = order["port"]
    addresses = [order["nodes"][name], *([order["primary_address"]] if is_primary and order["primary_address"] else [])]
    lines = [
        f"bind {' '.join(addresses)}",
        f"unixsocket {SOCKET}",
        "unixsocketperm 700",
        "protected-mode no",
        "daemonize no",
        'save ""',
        "appendonly no",
        f"dbfilename {DUMP}",
        f"databases {order['databases']}",
        f"maxmemory {order['maxmemory']}",
        f"user {ADMINISTRATOR} on #{digest} ~* &* +@all",
        "user default off",
        f"masteruser {ADMINISTRATOR}",
        f"masterauth {secret}",
        f"replica-announce-ip {order['nodes'][name]}",
        # A replica is sent what is written from the moment on that it is told as online; from a stream it would be a second later.
        "repl-diskless-sync no",
    ]
    if order["tls"]:
        lines += [
            "port 0",
            f"tls-port {port}",
            "tls-cert-file ../server.pem",
            "tls-key-file ../server.key",
            "tls-ca-cert-file ../authority.pem",
            "tls-auth-clients no",
            "tls-replication yes",
            'tls-protocols "TLSv1.2 TLSv1.3"',
        ]
    else:
        lines.append(f"port {port}")
    if order["cluster"]:
        lines += [
            "cluster-enabled yes",
            "cluster-config-file cluster.conf",
            f"cluster-port {endpoints.bus_port(port)}",
            f"tls-cluster {'yes' if order['tls'] else 'no'}",
            f"cluster-announce-ip {order['nodes'][name]}",
            # Who takes over, and which slots are whose, is said here and by nobody else.
            "cluster-replica-no-failover yes",
            "cluster-allow-replica-migration no",
        ]
    elif master:
        lines.append(f"replicaof {master} {port}")
    return "".join(f"{line}\n" for line in lines)


def told(order: dict[str, Any]) -> tuple[Any, ...]:
    """What a running node is to be told of; another value is told again."""
    return order["users"], order["parameters"], order["maxmemory"]
