"""A playbook planned and then run, each with no more than its policy allows, and what of the plan was not true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.integration.place import Place, Run
from tests.proofs import account, hosts, policies, truth


@dataclass(frozen=True)
class Case:
    """A playbook in a situation; `again` has the variables of the second run where it needs others."""

    name: str
    playbook: str
    before: Callable[[Place], object] = lambda place: None
    arguments: tuple[str, ...] = ()
    variables: dict[str, Any] = field(default_factory=dict)
    again: Callable[[Place], dict[str, Any]] = lambda place: {}


@dataclass
class Taken:
    """Both runs of a case, what each asked of AWS, and what was there before and after them."""

    plan: Run
    done: Run
    planning: list[dict[str, Any]]
    doing: list[dict[str, Any]]
    journal: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    hosts: list[dict[str, Any]]
    files: list[dict[str, Any]]

    @property
    def lies(self) -> list[str]:
        """What of the plan was not true."""
        plan, writes = truth.planned(self.plan), [request for request in self.doing if request["mutates"]]
        return [
            *(f"check mode asked for {request['operation']}" for request in self.planning if request["mutates"]),
            *(f"check mode changed {name}" for name in account.differences(*self.accounts[:2])),
            *(f"check mode wrote {name}" for name in account.differences(*self.files)),
            *truth.against_journal(plan, truth.journalled(self.journal)),
            *truth.against_account(plan, *self.accounts[1:]),
            *truth.against_requests(plan, writes),
            *truth.against_hosts(plan, *self.hosts),
        ]


def take(place: Place, case: Case) -> Taken:
    """The plan, then the run, each with no more than its policy allows."""
    case.before(place)
    accounts, running, files = [account.read(place.client)], [hosts.read(place)], [hosts.files(place)]
    policies.enforce(place, policies.committed(f"{case.playbook}-check"))
    place.control("DELETE", "requests")
    plan = place.playbook(case.playbook, "--check", "--diff", *case.arguments, **case.variables)
    planning = place.requests()
    accounts.append(account.read(place.client))
    files.append(hosts.files(place))
    lines = len(place.journal())
    policies.enforce(place, policies.committed(case.playbook))
    place.control("DELETE", "requests")
    done = place.playbook(case.playbook, *case.arguments, **case.variables)
    doing = place.requests()
    policies.enforce(place, None)
    accounts.append(account.read(place.client))
    running.append(hosts.read(place))
    return Taken(plan, done, planning, doing, place.journal()[lines:], accounts, running, files)
