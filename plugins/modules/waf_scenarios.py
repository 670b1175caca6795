#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: waf_scenarios
short_description: Play attacks and benign requests against a site, and score what became of them
version_added: 0.1.0
description:
  - Every request goes to O(site) alone, at most O(connections) at once. Nothing is sent in check mode.
  - Benign scenarios are played first, then attacks, then floods one after the other, each until it is blocked.
  - Each request carries the header C(X-Prodready-Scenario), by which M(prodready.aws.waf_matches) finds it in WAF's samples.
  - Use it against sites of your own only. See U(https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-testing.html).
options:
  site:
    description: The address of the site, without a path.
    type: str
    required: true
  scenarios:
    description: The scenarios.
    type: list
    elements: dict
    required: true
    suboptions:
      id: {description: Its name., type: str, required: true}
      expect: {description: What is to become of it., type: str, required: true, choices: [blocked, passed]}
      status: {description: "The status that is expected, if one.", type: int}
      rule: {description: "The rule that is to decide on it or to count it, by its own name or its managed rule group's.", type: str}
      method: {description: The method., type: str, default: GET}
      path: {description: "The path, sent as it is.", type: str, default: /}
      query: {description: "Arguments, encoded as a browser does.", type: dict}
      query_bytes: {description: An argument of so many bytes., type: int}
      headers: {description: "Headers; null for one that is otherwise sent, such as C(User-Agent).", type: dict}
      body: {description: A body of text., type: str}
      json: {description: A body of JSON., type: raw}
      form: {description: A body as a browser's form sends it., type: dict}
      body_bytes: {description: A body of so many bytes., type: int}
      client:
        description: The name of one of O(clients) that sends it. Where there is none of this name it is not played, and does not count.
        type: str
      flood:
        description: The request is repeated until it is blocked; the first must pass.
        type: dict
        suboptions:
          requests: {description: How often at most., type: int, required: true}
          seconds: {description: "For how long, evenly.", type: int, required: true}
  clients:
    description:
      - Names of clients, each with the address of this machine that its requests come from, or a network of such addresses of which
        each run takes one at random; empty for any.
    type: dict
    default: {}
  connect_to:
    description: For a C(host:port), the C(address:port) to connect to, as curl's C(--connect-to).
    type: dict
    default: {}
  ca_path:
    description: The file of the authority that signed the site's certificate, if it is a private one.
    type: path
  blocked_statuses:
    description: The statuses that WAF answers with when it does not let a request through.
    type: list
    elements: int
    default: [403]
  again_seconds:
    description: For how long scenarios that did not come out are played again; a change takes WAF a while.
    type: int
    default: 0
  attacks_again:
    description: Whether attacks are among them; where rules still count, an attack that passes is nothing to wait for.
    type: bool
    default: true
  connections:
    description: How many requests are under way at once.
    type: int
    default: 4
  timeout_seconds:
    description: How long an answer may take.
    type: int
    default: 10
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
- name: The site is attacked, and used
  prodready.aws.waf_scenarios:
    site: https://shop.example.com
    scenarios:
      - {id: sqli, expect: blocked, path: /search, query: {q: "1' OR '1'='1"}}
      - {id: irish-name, expect: passed, path: /search, query: {q: O'Brien}}
      - {id: flood, expect: blocked, path: /, client: flooder, flood: {requests: 2000, seconds: 60}}
    clients: {flooder: 192.0.2.7}
"""

RETURN = r"""
marker:
  description: What the header of each request of this run begins with.
  type: str
  returned: always
started:
  description: When the first request was sent, as seconds since 1970.
  type: float
  returned: always
records:
  description: What became of each scenario.
  type: list
  elements: dict
  returned: always
misses:
  description: Those that did not come out as they should, in words.
  type: list
  elements: str
  returned: always
attacks_blocked_percent:
  description: How many of the scenarios that are to be blocked were; null when none was played.
  type: float
  returned: always
benign_passed_percent:
  description: How many of the scenarios that are to pass did; null when none was played.
  type: float
  returned: always
"""

import ipaddress
import random
import secrets
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.scenarios import outcome, percent, problems, record, request, said, unplayed
from ..module_utils.web import exchange

SCENARIO_SPEC: dict[str, Any] = {
    "id": {"type": "str", "required": True},
    "expect": {"type": "str", "required": True, "choices": ["blocked", "passed"]},
    "method": {"type": "str", "default": "GET"},
    "path": {"type": "str", "default": "/"},
    **{key: {"type": "str"} for key in ("rule", "body", "client")},
    **{key: {"type": "int"} for key in ("status", "query_bytes", "body_bytes")},
    **{key: {"type": "dict"} for key in ("query", "headers", "form")},
    "json": {"type": "raw"},
    "flood": {"type": "dict", "options": {key: {"type": "int", "required": True} for key in ("requests", "seconds")}},
}
PAUSE_SECONDS = 2


def address(given: str) -> str | None:
    """One of the addresses of a client: who was just limited is so for a while."""
    if "/" not in given:
        return given or None
    return str(random.choice(list(ipaddress.ip_network(given).hosts())))


class Player:
    """Sends the requests of scenarios to one site."""

    def __init__(self, params: Mapping[str, Any], marker: str) -> None:
        self.params, self.marker = params, marker
        self.blocking = params["blocked_statuses"]
        self.sources = {name: address(given) for name, given in params["clients"].items()}

    def send(self, one: Mapping[str, Any]) -> dict[str, Any]:
        asked = request(one, self.marker)
        return exchange(
            self.params["site"] + asked["target"],
            asked["method"],
            asked["headers"],
            asked["body"],
            seconds=self.params["timeout_seconds"],
            connect_to=self.params["connect_to"],
            ca_path=self.params["ca_path"],
            source=self.sources.get(one["client"]),
        )

    def once(self, one: Mapping[str, Any]) -> dict[str, Any]:
        return record(one, self.send(one), self.blocking)

    def each(self, scenarios: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        with ThreadPoolExecutor(self.params["connections"]) as pool:
            return list(pool.map(self.once, scenarios))

    def flood(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """One that must pass, then evenly more, until the first that is blocked."""
        start, limit = time.monotonic(), one["flood"]
        answer, sent = self.send(one), 1
        if outcome(answer, self.blocking) != "passed":
            return {**record(one, answer, self.blocking, requests=1, seconds=0), "ok": False}
        with ThreadPoolExecutor(self.params["connections"]) as pool:
            while sent < limit["requests"] and outcome(answer, self.blocking) != "blocked":
                time.sleep(max(0.0, start + sent * limit["seconds"] / limit["requests"] - time.monotonic()))
                answers = list(pool.map(self.send, [one] * min(self.params["connections"], limit["requests"] - sent)))
                sent += len(answers)
                answer = next((each for each in answers if outcome(each, self.blocking) == "blocked"), answers[-1])
        return record(one, answer, self.blocking, requests=sent, seconds=round(time.monotonic() - start, 1))

    def play(self, scenarios: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Benign requests first: what comes later cannot have harmed them, and is seen later."""
        end = time.monotonic() + self.params["again_seconds"]
        waves = [[one for one in scenarios if not one["flood"] and one["expect"] == expect] for expect in ("passed", "blocked")]
        found = {each["id"]: each for wave in waves for each in self.each(wave)}
        repeated = waves if self.params["attacks_again"] else waves[:1]
        while (missed := [one for wave in repeated for one in wave if not found[one["id"]]["ok"]]) and time.monotonic() < end:
            time.sleep(PAUSE_SECONDS)
            found |= {each["id"]: each for each in self.each(missed)}
        found |= {one["id"]: self.flood(one) for one in scenarios if one["flood"]}
        return [found[one["id"]] for one in scenarios]


def main() -> None:
    module = AnsibleModule(
        {
            "site": {"type": "str", "required": True},
            "scenarios": {"type": "list", "elements": "dict", "required": True, "options": SCENARIO_SPEC},
            **{key: {"type": "dict", "default": {}} for key in ("clients", "connect_to")},
            "ca_path": {"type": "path"},
            "blocked_statuses": {"type": "list", "elements": "int", "default": [403]},
            "again_seconds": {"type": "int", "default": 0},
            "attacks_again": {"type": "bool", "default": True},
            "connections": {"type": "int", "default": 4},
            "timeout_seconds": {"type": "int", "default": 10},
        },
        supports_check_mode=True,
    )
    params = module.params
    site, scenarios = urlsplit(params["site"]), params["scenarios"]
    found = problems(scenarios)
    if site.scheme not in ("http", "https") or not site.hostname or site.path or site.query:
        found.insert(0, f"site must be an address without a path, such as https://shop.example.com, not {params['site']}")
    for name, given in params["clients"].items():
        try:
            ipaddress.ip_network(given or "127.0.0.1")
        except ValueError as error:
            found.append(f"clients.{name}: {error}")
    if params["connections"] < 1:
        found.append("connections must be at least 1")
    if found:
        module.fail_json(msg="; ".join(found))

    marker = secrets.token_hex(6)
    why = {
        one["id"]: f"there is no client {one['client']}" for one in scenarios if one["client"] and one["client"] not in params["clients"]
    }
    if module.check_mode:
        why = {one["id"]: "nothing is sent in check mode" for one in scenarios}
    started = time.time()
    played = {one["id"]: one for one in Player(params, marker).play([one for one in scenarios if one["id"] not in why])}
    records = [played.get(one["id"]) or unplayed(one, why[one["id"]]) for one in scenarios]
    module.exit_json(
        changed=False,
        marker=marker,
        started=started,
        records=records,
        misses=[said(one) for one in records if one["ok"] is False],
        attacks_blocked_percent=percent(records, "blocked"),
        benign_passed_percent=percent(records, "passed"),
    )


if __name__ == "__main__":
    main()
