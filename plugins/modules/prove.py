#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: prove
short_description: Prove a set of claims about production and keep the evidence
version_added: 0.1.0
description:
  - Asks AWS or a URL, compares the answer with what the claim expects, and writes one evidence record for each claim.
  - Claims that ask the same share one request.
  - Never changes anything in AWS. Nothing observed means that a claim does not hold.
  - In check mode the claims are examined, nothing is asked and no evidence is written.
extends_documentation_fragment:
  - prodready.aws.aws
options:
  claims:
    description: The claims.
    type: list
    elements: dict
    required: true
    suboptions:
      id:
        description: A name that no other claim of the list has.
        type: str
        required: true
      item:
        description: The roadmap item that the claim belongs to.
        type: str
        required: true
      says:
        description: The claim, in a sentence.
        type: str
        required: true
      each:
        description:
          - Values to prove the claim for; each is written in place of C($each) in the claim.
          - The keys of a dictionary are written in place of C($key).
          - Either a list, or the name of one of O(lists).
        type: raw
      ask:
        description:
          - Where to look. Either O(claims[].ask.service) with O(claims[].ask.operation), or O(claims[].ask.url), or O(claims[].ask.tls).
        type: dict
        suboptions:
          service: {description: The boto3 client., type: str}
          operation: {description: An operation that reads., type: str}
          params: {description: Its parameters., type: dict, default: {}}
          region: {description: Another region than the place's own., type: str}
          url: {description: "An address; what it answers is looked at as C(status), C(headers) and C(body).", type: str}
          tls:
            description:
              - A host and port; looked at are the C(handshake), which is C(accepted) or C(refused), the C(version), and of a certificate
                that is trusted the C(names), the C(issuer), the C(serial) and the C(days_left). Otherwise C(distrusted) says why it is not.
            type: str
          tls_version:
            description: "The only version of TLS to offer to O(claims[].ask.tls): V(TLSv1.0), V(TLSv1.1), V(TLSv1.2) or V(TLSv1.3)."
            type: str
          connect_to:
            description: Where O(claims[].ask.url) and O(claims[].ask.tls) are really reached, from C(host:port) to C(address:port).
            type: dict
            default: {}
          ca_path: {description: "A file with the authorities to trust, in place of the system's.", type: str}
          take:
            description: A JMESPath into the answer; its function C(from_json) reads a text that is JSON.
            type: str
            required: true
      observed:
        description: What another task already saw.
        type: raw
      expect:
        description:
          - One comparison with its value, of C(equals), C(differs), C(below), C(above), C(at_most), C(at_least),
            C(contains), C(among), C(matches), C(younger_than_days).
        type: dict
        required: true
      samples:
        description:
          - On how many samples a figure rests, and how many it takes. With fewer the claim is C(unproven), whatever the figure.
        type: dict
        suboptions:
          seen: {description: How many there were., type: int}
          at_least: {description: How many it takes., type: int, required: true}
      waived:
        description: Why the claim need not hold, and until which day.
        type: dict
        suboptions:
          reason: {description: Why., type: str}
          until: {description: "The last day, as YYYY-MM-DD.", type: str}
  lists:
    description: Lists of values, which O(claims[].each) speaks of by their names.
    type: dict
    default: {}
  dest:
    description: The file that the evidence is written to, as JSON.
    type: path
    required: true
  strict:
    description: Whether a claim that does not hold fails the task; without it the record alone says so.
    type: bool
    default: true
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The orders table can be restored
  prodready.aws.prove:
    dest: evidence/dynamodb.json
    claims:
      - id: pitr.orders
        item: immediate.infrastructure
        says: The orders table can be restored to any second of the last 35 days
        ask:
          service: dynamodb
          operation: describe_continuous_backups
          params: {TableName: orders}
          take: ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus
        expect: {equals: ENABLED}
"""

RETURN = r"""
claims:
  description:
    - The evidence, one record for each claim.
    - C(fidelity) is C(accepted) where the answer comes from an emulator that has only accepted what it tells; AWS's answers have none.
  type: list
  elements: dict
  returned: outside check mode
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

try:
    import jmespath
    from jmespath import functions
except ImportError:
    jmespath = None

from ansible.module_utils.basic import missing_required_lib

from ..module_utils import web
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.claim import complaint, expand, is_each, judge, problems
from ..module_utils.errors import AWS_ERRORS, code_of, explain
from ..module_utils.evidence import keep
from ..module_utils.guard import reads
from ..module_utils.report import broken

ASK_SPEC = {
    "service": {"type": "str"},
    "operation": {"type": "str"},
    "params": {"type": "dict", "default": {}},
    "region": {"type": "str"},
    "url": {"type": "str"},
    "tls": {"type": "str"},
    "tls_version": {"type": "str"},
    "connect_to": {"type": "dict", "default": {}},
    "ca_path": {"type": "str"},
    "take": {"type": "str", "required": True},
}
CLAIM_SPEC = {
    "id": {"type": "str", "required": True},
    "item": {"type": "str", "required": True},
    "says": {"type": "str", "required": True},
    "each": {"type": "raw"},
    "ask": {
        "type": "dict",
        "options": ASK_SPEC,
        "required_one_of": [["service", "url", "tls"]],
        "mutually_exclusive": [["service", "url", "tls"]],
        "required_together": [["service", "operation"]],
    },
    "observed": {"type": "raw"},
    "expect": {"type": "dict", "required": True},
    "samples": {"type": "dict", "options": {"seen": {"type": "int"}, "at_least": {"type": "int", "required": True}}},
    "waived": {"type": "dict", "options": {"reason": {"type": "str"}, "until": {"type": "str"}}},
}


def search(expression: str, answer: object) -> object:
    """JMESPath with one function more: AWS hands policies and dashboards out as texts."""

    class Functions(functions.Functions):
        @functions.signature({"types": ["string", "null"]})
        def _func_from_json(self, text: str | None) -> object:
            return None if text is None else json.loads(text)

    return jmespath.search(expression, answer, jmespath.Options(custom_functions=Functions()))


def question(claim: dict) -> str:
    """What is asked, without what is taken from the answer: claims with the same question share one answer."""
    return json.dumps({key: value for key, value in claim["ask"].items() if key != "take"}, sort_keys=True, default=str)


def answer(aws: Aws, ask: dict) -> dict[str, Any]:
    """What is there, or the error that came instead."""
    at = {"at": datetime.now(UTC).isoformat(timespec="seconds")}
    try:
        if address := ask["url"] or ask["tls"]:
            by = {"connect_to": ask["connect_to"], "ca_path": ask["ca_path"]}
            found = web.answer(address, **by) if ask["url"] else web.handshake(address, **by, version=ask["tls_version"])
            return {"error": f"{address} gave no answer: {found['error']}", **at} if "error" in found else {"answer": found, **at}
        place = Aws({**aws.params, "region": ask["region"]}, check_mode=True) if ask["region"] else aws
        found = place.call(ask["service"], ask["operation"], **ask["params"])
        # What stands in for AWS says in its answers where it does no more than remember what it was told.
        fidelity = found.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("x-fidelity")
        return {"answer": found, **at, **({"fidelity": fidelity} if fidelity else {})}
    except AWS_ERRORS as error:
        operation = "".join(word.title() for word in ask["operation"].split("_"))
        return {"error": explain(code_of(error), ask["service"], operation, error), **at}
    except AttributeError as error:
        return {"error": f"{ask['service']} has no operation {ask['operation']}: {error}", **at}


def prove(claim: dict, found: dict[str, Any], **more: str) -> dict:
    """The record of one claim; what was seen in JSON's types only, so that the evidence can be compared and kept."""
    today = datetime.now(UTC).date()
    if not claim["ask"]:
        return judge(claim, claim["observed"], today, at=datetime.now(UTC).isoformat(timespec="seconds"), **more)
    more |= {key: value for key, value in found.items() if key != "answer"}
    if "error" in found:
        return judge(claim, None, today, **more)
    try:
        observed = json.loads(json.dumps(search(claim["ask"]["take"], found["answer"]), default=str))
    except ValueError as error:
        return judge(claim, None, today, error=f"take cannot be applied: {error}", **more)
    return judge(claim, observed, today, **more)


def main() -> None:
    module = AwsModule(
        {
            "claims": {"type": "list", "elements": "dict", "required": True, "options": CLAIM_SPEC},
            "lists": {"type": "dict", "default": {}},
            "dest": {"type": "path", "required": True},
            "strict": {"type": "bool", "default": True},
        }
    )
    if jmespath is None:
        module.fail_json(msg=missing_required_lib("jmespath"))

    lists = module.params["lists"]
    if unknown := [claim for claim in module.params["claims"] if not is_each(claim["each"], lists)]:
        allowed = ", ".join(["a list", *lists])
        module.fail("; ".join(f"{claim['id']}: each is {claim['each']!r}, allowed are {allowed}" for claim in unknown))
    claims = [one for claim in module.params["claims"] for one in expand(claim, lists)]
    wrong = problems(claims, datetime.now(UTC).date())
    for claim in claims:
        operation = (claim["ask"] or {}).get("operation")
        if operation and not reads("".join(word.title() for word in operation.split("_"))):
            wrong.append(f"{claim['id']}: {operation} is not an operation that reads")
        version = (claim["ask"] or {}).get("tls_version")
        if version and version not in web.VERSIONS:
            wrong.append(f"{claim['id']}: tls_version is {version}, allowed are {', '.join(web.VERSIONS)}")
    if wrong:
        module.fail("; ".join(wrong))
    if module.check_mode:
        module.done(changed=False)

    # A proof only reads.
    aws = module.aws = Aws(module.params, check_mode=True)
    identity = module.ask("the caller", aws.call, "sts", "get_caller_identity")
    asked = {question(claim): claim["ask"] for claim in claims if claim["ask"]}
    found = dict(zip(asked, aws.each(lambda ask: answer(aws, ask), asked.values()), strict=True))
    evidence = [prove(claim, found[question(claim)] if claim["ask"] else {}, by=identity["Arn"]) for claim in claims]
    try:
        keep(Path(module.params["dest"]), evidence)
    except OSError as error:
        module.fail(f"dest: {module.params['dest']} cannot be written: {error.strerror}.")

    complaints = list(map(complaint, broken(evidence)))
    if complaints and module.params["strict"]:
        module.fail("\n".join([f"{len(complaints)} of {len(evidence)} claims do not hold:", *complaints]))
    module.done(changed=False, claims=evidence)


if __name__ == "__main__":
    main()
