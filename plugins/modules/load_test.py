#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: load_test
short_description: Send requests to a site at a constant rate, and tell what became of them
version_added: 0.1.0
description:
  - A request is sent when its time has come, not when the one before is answered, and its duration counts from that time (an open
    model); so a site that stalls shows in the percentiles. See U(https://www.scylladb.com/2021/04/22/on-coordinated-omission/).
  - Goes to O(site) alone, which must be among O(allowed_hosts). Redirects are not followed. Nothing is sent in check mode.
  - Figures are of the stages that are no warm-up. Percentiles are of the requests that did not fail.
  - Says every five seconds how it stands, where it runs in the controller.
options:
  site:
    description: The site, such as V(https://shop.example.com).
    type: str
    required: true
  allowed_hosts:
    description: The hosts that may be tested, each with its port where that is not 443 of https or 80 of http.
    type: list
    elements: str
    required: true
  requests:
    description: What is asked for, by weight.
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: What its answers are counted under., type: str, required: true}
      method: {description: The method., type: str, default: GET}
      path: {description: "The path. C($name) stands for one of O(requests[].values).", type: str, required: true}
      values: {description: "Lists of values for the path, by name; which is taken is chance.", type: dict}
      query: {description: Arguments of the query., type: dict}
      headers: {description: Headers of this request., type: dict}
      json: {description: "A body, sent as JSON.", type: raw}
      form: {description: "A body, sent as a form.", type: dict}
      body: {description: "A body, sent as text.", type: str}
      weight: {description: How often it is sent for each of the others' weights., type: int, default: 1}
      statuses: {description: The statuses of a good answer. All below 400 when not given., type: list, elements: int}
  stages:
    description: How many requests a second are sent for how long, one after the other.
    type: list
    elements: dict
    required: true
    suboptions:
      rate: {description: Requests a second., type: float, required: true}
      seconds: {description: For how long., type: float, required: true}
      warm_up: {description: Whether it does not count., type: bool, default: false}
  headers:
    description: Headers of every request, never shown, such as a token.
    type: dict
    default: {}
  counted_header:
    description: A header of the answers whose values are counted, such as C(X-Cache).
    type: str
    default: ""
  seed:
    description: What chance begins with; the same seed sends the same requests.
    type: int
    default: 1
  connections:
    description: How many requests may be under way at once. One that finds none free waits, and that counts.
    type: int
    default: 1000
  timeout_seconds:
    description: How long an answer may take. A request that could not be sent for so long is not sent.
    type: float
    default: 30
  connect_to:
    description: Where the site is really reached, from C(host:port) to C(address:port).
    type: dict
    default: {}
  ca_path:
    description: A file with the authorities to trust, in place of the system's.
    type: path
  workers:
    description:
      - Processes that send a part of the requests each, all at the same times as one alone would; without any, this one sends them.
      - They begin together when all are ready. One that is lost meanwhile is said in C(lost); what it did not send was not held.
    type: list
    elements: dict
    default: []
    suboptions:
      name: {description: What it is called., type: str, required: true}
      connection: {description: Whether it runs on this machine or is reached by ssh., type: str, choices: [local, ssh], default: local}
      python: {description: "Python 3.11 or later, with aiohttp; C(python3) there when not given, and this one here.", type: str}
      address: {description: Where ssh reaches it; its name when not given., type: str}
      port: {description: The port of ssh., type: int}
      user: {description: Who logs in there., type: str}
      private_key: {description: The file of the key that logs in., type: path}
      ssh_arguments: {description: More arguments for ssh., type: str, default: ""}
requirements:
  - aiohttp, here and where workers are
author:
  - prodready contributors (@prodready)
attributes:
  check_mode:
    support: full
    description: Sends nothing.
  diff_mode:
    support: none
    description: Returns no diff.
"""

EXAMPLES = r"""
- name: The shop answers two hundred requests a second
  prodready.aws.load_test:
    site: https://shop.example.com
    allowed_hosts: [shop.example.com]
    requests:
      - {name: catalogue, path: /products, weight: 4}
      - {name: product, path: /products/$id, values: {id: [1, 2, 3]}, weight: 10}
      - {name: order, method: POST, path: /orders, json: {product: 1, quantity: 1}, statuses: [201]}
    stages:
      - {rate: 50, seconds: 10, warm_up: true}
      - {rate: 200, seconds: 60}
  register: shop_load

- name: Two machines send six thousand requests a second
  prodready.aws.load_test:
    site: https://shop.example.com
    allowed_hosts: [shop.example.com]
    requests: [{name: catalogue, path: /products}]
    stages: [{rate: 6000, seconds: 60}]
    workers:
      - {name: load1, connection: ssh, address: 192.0.2.11, user: ops}
      - {name: load2, connection: ssh, address: 192.0.2.12, user: ops}
"""

RETURN = r"""
load:
  description:
    - What the test showed; nothing in check mode. C(asked_a_second) and C(held_a_second) are the rates that were asked for and kept,
      C(late_p99_ms) how late this machine itself sent 99 % of the requests, C(failed_percent) those that failed or could not be sent,
      C(counted) how often the counted header had each value.
    - C(workers) is how many others have sent, C(lost) those that ended before they had sent all, with the reason.
    - C(by_request) has the same figures by the requests' names, C(series) those of each second.
  type: dict
  returned: always
  sample:
    {started: "2026-11-26T12:00:00+00:00", site: https://shop.example.com, seconds: 60, asked_a_second: 200.0, held_a_second: 200.0,
     held_percent: 100.0, late_p99_ms: 0.4, requests: 12000, not_sent: 0, failed: 3, failed_percent: 0.025, ends: {"200": 11997},
     counted: {HIT: 11200, MISS: 797}, workers: 0, lost: {},
     p50_ms: 12.1, p95_ms: 40.5, p99_ms: 77.0, p99_9_ms: 120.4, by_request: {}, series: {}}
"""

import os
import ssl
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils import load_plan, load_worker, progress
from ..module_utils.lists import repeated
from ..module_utils.load import aiohttp
from ..module_utils.load_workers import NotReady, Workers

REQUEST_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "method": {"type": "str", "default": "GET"},
    "path": {"type": "str", "required": True},
    **{name: {"type": "dict"} for name in ("values", "query", "headers", "form")},
    "json": {"type": "raw"},
    "body": {"type": "str"},
    "weight": {"type": "int", "default": 1},
    "statuses": {"type": "list", "elements": "int"},
}
STAGE_SPEC: dict[str, Any] = {
    "rate": {"type": "float", "required": True},
    "seconds": {"type": "float", "required": True},
    "warm_up": {"type": "bool", "default": False},
}
WORKER_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "connection": {"type": "str", "choices": ["local", "ssh"], "default": "local"},
    **{name: {"type": "str"} for name in ("python", "address", "user")},
    "port": {"type": "int"},
    "private_key": {"type": "path"},
    "ssh_arguments": {"type": "str", "default": ""},
}
SAY_SECONDS = 5


def problems(params: dict[str, Any]) -> list[str]:
    found = list(load_plan.problems(params["site"], params["allowed_hosts"], params["requests"], params["stages"]))
    found += [f"{name} must be above 0" for name in ("connections", "timeout_seconds") if params[name] <= 0]
    found += [f"workers: the name {name!r} is used twice" for name in repeated(one["name"] for one in params["workers"])]
    # What is wrong with a header may not show what is in it.
    for name, value in params["headers"].items():
        if any(character in f"{name}{value}" for character in "\r\n"):
            found.append("headers: one has more than one line")
    return found


def plan(params: dict[str, Any]) -> dict[str, Any]:
    """What workers are told to send."""
    same = ("site", "requests", "seed", "stages", "connect_to", "timeout_seconds", "connections", "counted_header")
    headers = {name: str(value) for name, value in params["headers"].items()}
    authorities = Path(params["ca_path"]).read_text(encoding="ascii") if params["ca_path"] else None
    # What cannot be used is found here, before anything is sent.
    ssl.create_default_context(cadata=authorities)
    return {**{name: params[name] for name in same}, "headers": headers, "authorities": authorities}


def run(params: dict[str, Any]) -> dict[str, Any]:
    stages, site, planned = params["stages"], params["site"], plan(params)
    workers = Workers(params["workers"], planned) if params["workers"] else None
    load = workers or load_worker.part({**planned, "number": 0, "of": 1})
    lost: dict[str, str] = {}
    asking = os.getppid()
    with load:
        # Where who asked has been killed, nothing more is to be sent.
        while not load.wait(SAY_SECONDS) and os.getppid() == asking:
            progress.say(f"{site}: {load_plan.line(load.samples, time.time(), load.started, stages, load.under_way)}")
        if workers:
            lost = workers.lost
    started = datetime.fromtimestamp(load.started, UTC).isoformat(timespec="seconds")
    about = {"started": started, "site": site, "workers": len(params["workers"]), "lost": lost}
    return {**about, **load_plan.found(load.samples, load.started, stages)}


def main() -> None:
    module = AnsibleModule(
        {
            "site": {"type": "str", "required": True},
            "allowed_hosts": {"type": "list", "elements": "str", "required": True},
            "requests": {"type": "list", "elements": "dict", "required": True, "options": REQUEST_SPEC},
            "stages": {"type": "list", "elements": "dict", "required": True, "options": STAGE_SPEC},
            "headers": {"type": "dict", "default": {}, "no_log": True},
            "counted_header": {"type": "str", "default": ""},
            "seed": {"type": "int", "default": 1},
            "connections": {"type": "int", "default": 1000},
            "timeout_seconds": {"type": "float", "default": 30},
            "connect_to": {"type": "dict", "default": {}},
            "ca_path": {"type": "path"},
            "workers": {"type": "list", "elements": "dict", "default": [], "options": WORKER_SPEC},
        },
        supports_check_mode=True,
    )
    if aiohttp is None:
        module.fail_json(msg=missing_required_lib("aiohttp"))
    if found := problems(module.params):
        module.fail_json(msg="; ".join(found))
    try:
        load = {} if module.check_mode else run(module.params)
    except NotReady as error:
        module.fail_json(msg=f"{error}. Nothing was sent")
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"ca_path: {module.params['ca_path']} cannot be used: {error}")
    for name, why in load.get("lost", {}).items():
        module.warn(f"{module.params['site']}: worker {name} was lost: {why}")
    module.exit_json(changed=False, load=load)


if __name__ == "__main__":
    main()
