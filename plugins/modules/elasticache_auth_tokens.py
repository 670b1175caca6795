#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_auth_tokens
short_description: Change the AUTH token of a replication group in two steps
version_added: 0.1.0
description:
  - C(add) makes a new token work beside the old one, C(settle) makes it the only one. In between, every client is given the new one,
    so none is ever refused.
  - AWS does not tell which tokens are in force, so the module connects and tries. A token that works already is not added, and one
    beside which O(previous_auth_token) is refused is not settled. What was changed is proven in the same way.
  - Tokens are in no plan, diff or journal. A new one is not replaced by the old one when a run is undone.
  - ElastiCache is reached from its own VPC. Delegate the task to a host there, or set O(connect=false).
  - See U(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  name:
    description: The replication group.
    type: str
    required: true
  auth_token:
    description: The new token, 16 to 128 letters, digits and C(!&#$^<>-).
    type: str
    required: true
  step:
    description: What is to be reached.
    type: str
    choices: [add, settle]
    required: true
  previous_auth_token:
    description: The token that C(settle) puts out of force. Without it nobody knows whether that is done, and every run settles anew.
    type: str
  connect:
    description: Whether to connect. Without, every run sends the request, and only AWS's word is awaited.
    type: bool
    default: true
  ca_path:
    description: A file with the authorities to trust, in place of the system's.
    type: str
  connect_to:
    description: Addresses to connect to in place of others, by host and port, as curl's C(--connect-to).
    type: dict
    default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The new token works beside the old one
  prodready.aws.elasticache_auth_tokens:
    name: shop
    auth_token: "{{ pending.REDIS_AUTH_TOKEN }}"
    step: add

- name: The new token is the only one
  prodready.aws.elasticache_auth_tokens:
    name: shop
    auth_token: "{{ current.REDIS_AUTH_TOKEN }}"
    previous_auth_token: "{{ previous.REDIS_AUTH_TOKEN }}"
    step: settle
"""

RETURN = r"""
plan:
  description: What is changed, or would be in check mode.
  type: list
  elements: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

import time
from collections.abc import Mapping
from typing import Any

from ..module_utils import elasticache
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.elasticache import SERVICE
from ..module_utils.elasticache_group_rules import TOKEN, TOKEN_ALLOWED
from ..module_utils.elasticache_groups import endpoint
from ..module_utils.plan import Call, Calls, Change, State, diff
from ..module_utils.redis import Failed, Place, authenticates
from ..module_utils.undo import Undo

STRATEGIES = {"add": "ROTATE", "settle": "SET"}
REACHED = {"add": "in force beside the one before", "settle": "the only one in force"}
BEFORE = {"add": "not in force", "settle": REACHED["add"]}
PROOF_SECONDS = 60
PAUSE_SECONDS = 1


def steps(name: str, step: str, auth_token: str) -> Calls:
    """The requests of a step.

    A second ROTATE would put the old token out of force, so this request is not made again: where its answer is lost and the
    group is found at work, it is at work on this.
    """
    yield elasticache.available(name)
    params = {"ReplicationGroupId": name, "AuthToken": auth_token, "AuthTokenUpdateStrategy": STRATEGIES[step], "ApplyImmediately": True}
    yield Call("modify_replication_group", params, missing=("InvalidReplicationGroupState",))
    yield elasticache.available(name)


def change(name: str, step: str) -> Change:
    return Change(name, {"auth_token": BEFORE[step]}, {"auth_token": REACHED[step]})


def unfit(group: Mapping[str, Any]) -> str | None:
    """Why a group has no token to change."""
    if not group.get("TransitEncryptionEnabled"):
        return "it has no transit_encryption, without which ElastiCache takes no AUTH token"
    if group.get("UserGroupIds"):
        return f"it has user groups ({', '.join(group['UserGroupIds'])}) in place of a token: change passwords of elasticache_users"
    return None


def kept(aws: Aws, change: Change) -> str:
    return "has a new AUTH token, which is not replaced by the old one: rotate once more"


def known(aws: Aws, states: Mapping[str, State]) -> dict[str, State]:
    found = elasticache.replication_groups(aws)
    return {name: state for name, state in states.items() if name in found}


UNDO = Undo(SERVICE, known, kept=kept)


class Tokens:
    """The tokens of one group, tried at its endpoint."""

    def __init__(self, params: Mapping[str, Any], at: Mapping[str, Any]) -> None:
        self.params, self.at = params, at

    def works(self, token: str) -> bool:
        place = Place(self.at["Address"], self.at["Port"], password=token)
        return authenticates(place, ca_path=self.params["ca_path"], connect_to=self.params["connect_to"])

    def reached(self) -> bool:
        """Whether the step's state is there, as far as it can be known."""
        previous = self.params["previous_auth_token"]
        if self.params["step"] == "add":
            return self.works(self.params["auth_token"])
        return previous is not None and self.works(self.params["auth_token"]) and not self.works(previous)

    def lacking(self) -> str | None:
        """What is not so when the step was made; None when all is."""
        previous = self.params["previous_auth_token"]
        if not self.works(self.params["auth_token"]):
            return "auth_token is refused"
        if self.params["step"] == "settle" and previous is not None and self.works(previous):
            return "previous_auth_token still works"
        return None

    def proven(self) -> str | None:
        """What is still lacking when nodes had time to follow."""
        end = time.monotonic() + PROOF_SECONDS
        while (lacking := self.lacking()) and time.monotonic() < end:
            time.sleep(PAUSE_SECONDS)
        return lacking


def main() -> None:
    module = AwsModule(
        {
            "name": {"type": "str", "required": True},
            "auth_token": {"type": "str", "required": True, "no_log": True},
            "step": {"type": "str", "choices": list(STRATEGIES), "required": True},
            "previous_auth_token": {"type": "str", "no_log": True},
            "connect": {"type": "bool", "default": True},
            "ca_path": {"type": "str"},
            "connect_to": {"type": "dict", "default": {}},
        }
    )
    params, name, step = module.params, module.params["name"], module.params["step"]
    if not TOKEN.fullmatch(params["auth_token"]):
        module.fail(f"{name}: auth_token {TOKEN_ALLOWED}.")
    group = module.ask(name, elasticache.awaited, module.aws, [name]).get(name)
    if group is None:
        module.fail(f"There is no replication group {name} in {module.aws.region} of account {module.aws.account}.")
    if why := unfit(group):
        module.fail(f"{name}: {why}.")
    tokens = Tokens(params, endpoint(group))
    try:
        # While it is only planned, the step before may be no more than planned too.
        if step == "settle" and params["connect"] and not module.check_mode and not tokens.works(params["auth_token"]):
            module.fail(f"{name}: auth_token does not work yet, and settling it would shut all clients out: run step add first.")
        todo = [] if params["connect"] and tokens.reached() else [change(name, step)]
        result = {"plan": [{"action": one.action, "name": one.name} for one in todo], "diff": diff(todo), "unchanged": int(not todo)}
        for one in [] if module.check_mode else todo:
            if problem := module.apply(SERVICE, one, steps(name, step, params["auth_token"]), step=step):
                module.fail(problem, **result)
            if params["connect"] and (lacking := tokens.proven()):
                module.fail(f"{name}: AWS has ended step {step}, and {lacking}. Run again.", **result)
    except Failed as error:
        module.fail(f"{name}: {error}. Run this on a host of its VPC that its security group lets in, or set connect to false.")
    module.done(changed=bool(todo), **result)


if __name__ == "__main__":
    main()
