#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_connections
short_description: See how caches answer those who connect to them
version_added: 0.1.0
description:
  - Connects to each cache as a client does, with TLS and a password, and tells what it saw. Then it tries the door without a password
    and without TLS.
  - A cache that does not answer is told of as such; the module does not fail. Changes nothing.
  - ElastiCache is reached from its own VPC. Delegate the task to a host there.
extends_documentation_fragment:
  - prodready.aws.aws
options:
  connections:
    description: The caches.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The replication group or the serverless cache, whose endpoint AWS is asked for where neither URL nor host is given.
        type: str
        required: true
      redis_url:
        description: Place and password in one, such as V(rediss://user:password@host:6379).
        type: str
      host:
        description: The host.
        type: str
      port:
        description: The port at O(connections[].host).
        type: int
        default: 6379
      user:
        description: The user, where there are users.
        type: str
      password:
        description: The user's password, or the AUTH token.
        type: str
  ca_path:
    description: A file with the authorities to trust, in place of the system's.
    type: str
  connect_to:
    description: Addresses to connect to in place of others, by host and port, as curl's C(--connect-to).
    type: dict
    default: {}
  timeout_seconds:
    description: How long each answer may take.
    type: float
    default: 5
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: What the shop's cache lets in is known
  prodready.aws.elasticache_connections:
    connections:
      - name: shop
        password: "{{ shop_variables.REDIS_AUTH_TOKEN }}"
  register: caches
"""

RETURN = r"""
connections:
  description:
    - By name, what was seen. What was not seen is not there, and C(error) says why.
    - Words for C(without_password) and C(plain_text) are V(refused), V(accepted), or why nothing is known.
  type: dict
  returned: always
  sample:
    shop:
      host: master.shop.abc123.euc1.cache.amazonaws.com
      port: 6379
      tls: TLSv1.3
      authenticated: true
      ping_ms: 0.8
      role: master
      without_password: refused
      plain_text: refused
      engine_version: 8.0.1
      keyspace_hits: 900
      keyspace_misses: 100
      hit_rate_percent: 90.0
"""

import time
from collections.abc import Mapping
from typing import Any

from ..module_utils import elasticache_serverless as serverless
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.elasticache import replication_groups
from ..module_utils.elasticache_groups import endpoint
from ..module_utils.lists import declared_twice
from ..module_utils.redis import Client, Failed, Place, place

CONNECTION_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "redis_url": {"type": "str", "no_log": True},
    **{key: {"type": "str"} for key in ("host", "user")},
    "port": {"type": "int", "default": 6379},
    "password": {"type": "str", "no_log": True},
}
COUNTERS = (
    *("keyspace_hits", "keyspace_misses", "evicted_keys", "expired_keys", "connected_clients", "connected_slaves"),
    *("used_memory", "maxmemory", "uptime_in_seconds", "total_commands_processed"),
)


class Look:
    """How to look at a cache."""

    def __init__(self, seconds: float, ca_path: str | None, connect_to: Mapping[str, str]) -> None:
        self.by = (seconds, ca_path, connect_to)

    def seen(self, at: Place) -> dict[str, Any]:
        """What a cache shows; what it does not is not there."""
        found: dict[str, Any] = {"host": at.host, "port": at.port}
        try:
            with Client(at, *self.by) as client:
                found["tls"] = client.tls
                found["authenticated"] = False
                client.authenticate()
                start = time.monotonic()
                client.ask("PING")
                found |= {"authenticated": at.password is not None, "ping_ms": round((time.monotonic() - start) * 1000, 2)}
                found |= numbers(client.ask("INFO"))
        except Failed as error:
            found["error"] = str(error)
        nobody = Place(at.host, at.port, tls=at.tls)
        return {**found, "without_password": self.door(nobody), "plain_text": self.door(Place(at.host, at.port, tls=False))}

    def door(self, at: Place) -> str:
        """What becomes of somebody without a password."""
        try:
            with Client(at, *self.by) as client:
                client.ask("PING")
                return "accepted"
        except Failed as error:
            if error.kind == "password needed":
                # Whoever is told so in clear is listened to in clear.
                return "refused" if at.tls else "accepted"
            if not at.tls and error.kind in ("closed", "not Redis"):
                return "refused"
            return str(error)


def numbers(info: str) -> dict[str, Any]:
    """What INFO tells of use."""
    fields = dict(line.split(":", 1) for line in info.splitlines() if ":" in line and not line.startswith("#"))
    found: dict[str, Any] = {key: int(fields[key]) for key in COUNTERS if fields.get(key, "").isdecimal()}
    asked = found.get("keyspace_hits", 0) + found.get("keyspace_misses", 0)
    if asked:
        found["hit_rate_percent"] = round(100 * found["keyspace_hits"] / asked, 2)
    version = fields.get("valkey_version") or fields.get("redis_version")
    return {**found, **({"role": fields["role"]} if "role" in fields else {}), **({"engine_version": version} if version else {})}


def places(connections: list[Mapping[str, Any]], endpoints: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, Place], list[str]]:
    """Where each cache is, and what is wrong."""
    found, wrong = {}, []
    for one in connections:
        if one["redis_url"] is not None:
            try:
                found[one["name"]] = place(one["redis_url"])
            except ValueError as error:
                wrong.append(f"{one['name']}: redis_url {error}")
        elif one["host"] is not None:
            found[one["name"]] = Place(one["host"], one["port"], one["user"], one["password"])
        elif there := endpoints.get(one["name"]):
            found[one["name"]] = Place(there["Address"], there["Port"], one["user"], one["password"])
    return found, wrong


def endpoints(aws: Aws, names: set[str]) -> dict[str, Mapping[str, Any]]:
    """Where the caches of these names are; serverless ones are asked for only where no replication group has the name."""
    groups = replication_groups(aws) if names else {}
    caches = serverless.there(aws) if names - groups.keys() else {}
    found = {**{name: one.get("Endpoint") for name, one in caches.items()}, **{name: endpoint(one) for name, one in groups.items()}}
    return {name: there for name, there in found.items() if there}


def main() -> None:
    module = AwsModule(
        {
            "connections": {
                **{"type": "list", "elements": "dict", "required": True, "options": CONNECTION_SPEC},
                **{"mutually_exclusive": [["redis_url", "host"], ["redis_url", "password"]], "required_by": {"user": ["password"]}},
            },
            "ca_path": {"type": "str"},
            "connect_to": {"type": "dict", "default": {}},
            "timeout_seconds": {"type": "float", "default": 5},
        }
    )
    params, connections = module.params, module.params["connections"]
    if found := declared_twice("connection", (one["name"] for one in connections)):
        module.fail("; ".join(found))
    asked = {one["name"] for one in connections if one["redis_url"] is one["host"] is None}
    at, wrong = places(connections, module.ask("caches", endpoints, module.aws, asked))
    if wrong:
        module.fail("; ".join(wrong))
    look = Look(params["timeout_seconds"], params["ca_path"], params["connect_to"])
    seen = dict(zip(at, module.aws.each(look.seen, at.values()), strict=True))
    missing = {"error": f"there is no replication group and no serverless cache of this name with an endpoint in {module.aws.region}"}
    module.done(changed=False, connections={one["name"]: seen.get(one["name"], missing) for one in connections})


if __name__ == "__main__":
    main()
