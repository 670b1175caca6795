#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: waf_regex_pattern_sets
short_description: Keep a set of WAF's regex pattern sets as desired
version_added: 0.1.0
description:
  - Creates regex pattern sets that are missing and sets what is given; what is not given stays as it is. Never deletes one.
  - An update holds the lock token of a fresh read, and is made anew when somebody else was quicker.
  - See U(https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateRegexPatternSet.html).
extends_documentation_fragment:
  - prodready.aws.aws
  - prodready.aws.waf
options:
  regex_pattern_sets:
    description: The regex pattern sets.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The set's name, by which rules refer to it.
        type: str
        required: true
      description:
        description: What it is for.
        type: str
      regular_expressions:
        description:
          - Exactly its patterns, one to ten; a set matches when one of them does.
          - Their dialect is in U(https://docs.aws.amazon.com/waf/latest/developerguide/waf-regex-pattern-set-managing.html).
        type: list
        elements: str
        required: true
      tags:
        description: Tags to have; others are kept.
        type: dict
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The patterns that the rules speak of are known
  prodready.aws.waf_regex_pattern_sets:
    regex_pattern_sets:
      - name: shop-tools
        regular_expressions: ['^/(\.git|\.env)', '\.(bak|sql)$']
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

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.lists import used_twice
from ..module_utils.plan import Calls, Change, State
from ..module_utils.undo import Undo
from ..module_utils.waf import SCOPE_SPEC, at, by_scope, each_of, misplaced, set_calls, text_problems

SET_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "regular_expressions": {"type": "list", "elements": "str", "required": True},
    "tags": {"type": "dict"},
}
# https://docs.aws.amazon.com/waf/latest/developerguide/limits.html
MOST_PATTERNS = 10
LONGEST_PATTERN = 200


def problems(sets: list[Mapping[str, Any]]) -> list[str]:
    found = used_twice("regex pattern set", [one["name"] for one in sets])
    return found + [f"regex pattern set {one['name']}: {problem}" for one in sets for problem in _of(one)]


def _of(one: Mapping[str, Any]) -> Iterator[str]:
    yield from text_problems("CreateRegexPatternSetRequest", one, "name", "description")
    patterns = one["regular_expressions"]
    if not 1 <= len(set(patterns)) <= MOST_PATTERNS:
        yield f"regular_expressions must be 1 to {MOST_PATTERNS}, not {len(set(patterns))}"
    if too_long := [pattern for pattern in patterns if not 1 <= len(pattern) <= LONGEST_PATTERN]:
        yield f"a pattern must have 1 to {LONGEST_PATTERN} characters: {', '.join(too_long)}"


def want(one: Mapping[str, Any], scope: str, ownership: Mapping[str, str]) -> State:
    state: dict[str, Any] = {"scope": scope, "regular_expressions": sorted(set(one["regular_expressions"]))}
    if one.get("description") is not None:
        state["description"] = one["description"]
    return {**state, "tags": {**(one.get("tags") or {}), **ownership}}


def read(aws: Aws, scope: str, names: list[str]) -> dict[str, State]:
    def state(one: Mapping[str, Any]) -> State:
        found = aws.call("wafv2", "get_regex_pattern_set", **at(one, scope))["RegexPatternSet"]
        patterns = [pattern["RegexString"] for pattern in found.get("RegularExpressionList") or []]
        return {"description": found.get("Description") or "", "regular_expressions": sorted(patterns)}

    return each_of(aws, "regex_pattern_set", scope, names, state)


def params(state: State) -> dict[str, Any]:
    patterns = [{"RegexString": pattern} for pattern in state["regular_expressions"]]
    return {"RegularExpressionList": patterns, **({"Description": state["description"]} if state.get("description") else {})}


def calls(aws: Aws, change: Change) -> Calls:
    content = params(change.after) if change.after else {}
    yield from set_calls(aws, "regex_pattern_set", change, content, "regular_expressions", lambda found: content)


UNDO = Undo(
    "wafv2",
    lambda aws, known: by_scope(known, functools.partial(read, aws)),
    lambda module, change: calls(module.aws, change),
)


def main() -> None:
    module = AwsModule({"regex_pattern_sets": {"type": "list", "elements": "dict", "required": True, "options": SET_SPEC}, **SCOPE_SPEC})
    sets, scope = module.params["regex_pattern_sets"], module.params["scope"]
    if found := misplaced(scope, module.aws.region) + problems(sets):
        module.fail("; ".join(found))
    module.ensure(
        "wafv2",
        {one["name"]: want(one, scope, module.ownership) for one in sets},
        lambda aws, names: read(aws, scope, names),
        functools.partial(calls, module.aws),
    )


if __name__ == "__main__":
    main()
