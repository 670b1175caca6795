"""python -m sandbox.agent --endpoint URL --host NAME=ROOT ..."""

from __future__ import annotations

import argparse
import contextlib
import functools
import logging
import os
import time
from pathlib import Path
from typing import Any

from sandbox.agent import LOG_GROUP, REGION
from sandbox.agent.backlog import Backlog
from sandbox.agent.shipper import Shipper

POLL_SECONDS = 1.0
TIMEOUT_SECONDS = 10


@functools.cache
def _client(endpoint: str) -> Any:
    import botocore.session  # not before there is something to ship: it takes most of the start and of the memory
    from botocore.config import Config

    session = botocore.session.Session()
    session.set_config_variable("config_file", os.devnull)  # the person's own profile is none of the sandbox's business
    session.set_credentials("AKIASANDBOXAGENT0000", "the-sandbox-checks-no-signature-at-all")
    once = Config(retries={"total_max_attempts": 1}, proxies={}, connect_timeout=TIMEOUT_SECONDS, read_timeout=TIMEOUT_SECONDS)
    return session.create_client("logs", region_name=REGION, endpoint_url=endpoint, config=once)


def main() -> None:
    parser = argparse.ArgumentParser(description="Ship what the hosts' services print to CloudWatch Logs.")
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--host", nargs="+", required=True, metavar="NAME=ROOT")
    parser.add_argument("--instances", type=Path, help="the folder of EC2's instances, each a host while it is there")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    fixed = {name: Path(root) for name, _, root in (host.partition("=") for host in arguments.host)}
    shippers: dict[str, Shipper] = {}
    while True:
        roots = fixed | (instances(arguments.instances) if arguments.instances else {})
        for name in shippers.keys() - roots.keys():
            del shippers[name]
        for name in roots.keys() - shippers.keys():
            shippers[name] = Shipper(functools.partial(_client, arguments.endpoint), LOG_GROUP, name, Backlog(roots[name]))
        for shipper in shippers.values():
            with contextlib.suppress(FileNotFoundError):  # an instance that goes this moment
                shipper.step()
        time.sleep(POLL_SECONDS)


def instances(folder: Path) -> dict[str, Path]:
    """Those that have a journal."""
    return {journal.parts[-4]: journal.parents[2] for journal in folder.glob("i-*/var/log/journal")}


if __name__ == "__main__":
    main()
