#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_parameter_groups
short_description: Keep a set of ElastiCache's parameter groups as desired
version_added: 0.1.0
description:
  - Creates cache parameter groups that are missing and sets the parameters that are given; others stay as they are. Never deletes a
    group.
  - A parameter that the family has not, that AWS does not let anybody change, or a value that it does not allow, is refused before
    anything is touched, with what is allowed.
  - See U(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  parameter_groups:
    description: The cache parameter groups.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Its name, lower-case letters, digits and hyphens.
        type: str
        required: true
      family:
        description: The engine and version that it is for, such as V(valkey8) or V(redis7). Needed for a new one, never changed.
        type: str
      description:
        description: What it is for. Its name for a new one. For a new one only.
        type: str
      parameters:
        description: Parameters by name. Numbers, and V(yes) and V(no), are written as AWS writes them.
        type: dict
        default: {}
      purge:
        description: Whether parameters of the group that are not given go back to the engine's defaults.
        type: bool
        default: false
      tags:
        description: Tags to have; others are kept.
        type: dict
        default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's cache throws away what was not used for longest, and tells of keys that expire
  prodready.aws.elasticache_parameter_groups:
    parameter_groups:
      - name: shop
        family: valkey8
        parameters:
          maxmemory-policy: allkeys-lru
          notify-keyspace-events: Ex
          activedefrag: true
          slowlog-log-slower-than: 5000
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

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..module_utils import elasticache, elasticache_parameters, tag_rules
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.elasticache import BUSY, SERVICE, name_problem
from ..module_utils.elasticache_data import kept_by_data
from ..module_utils.elasticache_parameters import Rules, set_here, texts, values_of
from ..module_utils.lists import batches, declared_twice
from ..module_utils.plan import Call, Calls, Change, State
from ..module_utils.tags import as_list
from ..module_utils.undo import Undo

GROUP_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    **{key: {"type": "str"} for key in ("family", "description")},
    "parameters": {"type": "dict", "default": {}},
    "purge": {"type": "bool", "default": False},
    "tags": {"type": "dict", "default": {}},
}
# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyCacheParameterGroup.html
MOST_AT_ONCE = 20


def problems(groups: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("cache parameter group", (one["name"] for one in groups))
    for one in groups:
        found = [*name_problem(one["name"], 255), *tag_rules.problems(tag_rules.as_text(one["tags"]))]
        yield from (f"{one['name']}: {problem}" for problem in found)


def groups_of(aws: Aws, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    found = aws.pages(SERVICE, "describe_cache_parameter_groups", "CacheParameterGroups")
    return {one["CacheParameterGroupName"]: one for one in found if one["CacheParameterGroupName"] in names}


def parameters_of(aws: Aws, name: str) -> dict[str, dict[str, Any]]:
    found = aws.pages(SERVICE, "describe_cache_parameters", "Parameters", CacheParameterGroupName=name)
    return {one["ParameterName"]: one for one in found}


def defaults_of(aws: Aws, family: str) -> dict[str, dict[str, Any]]:
    """The parameters of a family; none when AWS does not know it."""
    found: list[dict[str, Any]] = []
    marker: dict[str, str] = {}
    while True:
        params = {"CacheParameterGroupFamily": family, **marker}
        answer = aws.call(SERVICE, "describe_engine_default_parameters", missing=("InvalidParameterValue",), **params)
        found += ((answer or {}).get("EngineDefaults") or {}).get("Parameters") or []
        if not answer or not answer["EngineDefaults"].get("Marker"):
            return {one["ParameterName"]: one for one in found}
        marker = {"Marker": answer["EngineDefaults"]["Marker"]}


def rules_of(aws: Aws, groups: list[Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]]) -> dict[str, Rules]:
    """What is known of each group's parameters; for one that is to be made, of its family's."""
    families = sorted({one["family"] for one in groups if one["name"] not in found and one["family"]})
    defaults = dict(zip(families, aws.each(lambda family: defaults_of(aws, family), families), strict=True))
    present = dict(zip(found, aws.each(lambda name: parameters_of(aws, name), found), strict=True))
    return {one["name"]: present.get(one["name"]) or defaults.get(one["family"], {}) for one in groups}


def forbidden(groups: list[Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]], rules: Mapping[str, Rules]) -> Iterator[str]:
    """What only the account can tell is wrong."""
    for one in groups:
        yield from (f"{one['name']}: {problem}" for problem in group_problems(one, found.get(one["name"]), rules[one["name"]]))


def group_problems(one: Mapping[str, Any], there: Mapping[str, Any] | None, rules: Rules) -> Iterator[str]:
    if there is None and not one["family"]:
        yield "there is no cache parameter group of this name; a new one needs family"
    elif there is None and not rules:
        yield f"family {one['family']} is unknown to ElastiCache; see aws elasticache describe-cache-engine-versions"
    elif there and one["name"].startswith("default."):
        yield "this is a default of AWS, which nobody can change; take another name"
    elif there and one["family"] not in (None, there["CacheParameterGroupFamily"]):
        yield f"its family is {there['CacheParameterGroupFamily']} and cannot become {one['family']}; make a group of another name"
    elif there and one["description"] not in (None, there.get("Description")):
        yield "its description cannot be changed; leave it out, or make a group of another name"
    else:
        yield from elasticache_parameters.problems(one["parameters"], rules)


def want(one: Mapping[str, Any], found: Mapping[str, Mapping[str, Any]], rules: Rules, ownership: Mapping[str, str]) -> State:
    """With the parameters that stay."""
    given, there = texts(one["parameters"], rules), found.get(one["name"])
    stay = {name: value for name, value in values_of(rules).items() if name in set_here(rules)} if there and not one["purge"] else {}
    new = {"family": one["family"], "description": one["description"] or one["name"]} if there is None else {}
    return {**new, "parameters": {**stay, **given}, "tags": {**tag_rules.as_text(one["tags"]), **ownership}}


def read(aws: Aws, asked: Mapping[str, State], found: Mapping[str, Mapping[str, Any]], rules: Mapping[str, Rules]) -> dict[str, State]:
    tags = elasticache.tags_of(aws, "parametergroup", found)

    def state(name: str, group: Mapping[str, Any]) -> State:
        told = {*set_here(rules[name]), *asked[name].get("parameters", {})}
        return {
            "family": group["CacheParameterGroupFamily"],
            "description": group.get("Description", ""),
            "parameters": {key: value for key, value in values_of(rules[name]).items() if key in told},
            "tags": tags[name],
        }

    return {name: state(name, group) for name, group in found.items()}


def known_state(aws: Aws, known: Mapping[str, State]) -> dict[str, State]:
    found = groups_of(aws, known)
    return read(aws, known, found, rules_of(aws, [{"name": name, "family": None} for name in found], found))


def calls(aws: Aws, change: Change) -> Calls:
    state, group = change.after, {"CacheParameterGroupName": change.name}
    if state is None:
        yield Call("delete_cache_parameter_group", group, missing=("CacheParameterGroupNotFound",))
        return
    if change.before is None:
        about = {"CacheParameterGroupFamily": state["family"], "Description": state["description"]}
        yield Call("create_cache_parameter_group", {**group, **about, "Tags": as_list(state["tags"])})
    else:
        yield from elasticache.tag_calls(change, elasticache.arn(aws, "parametergroup", change.name))
    old, new = (change.before or {}).get("parameters", {}), state["parameters"]
    reset = [{"ParameterName": name, "ParameterValue": old[name]} for name in sorted(old.keys() - new.keys())]
    for page in batches(reset, MOST_AT_ONCE):
        yield Call("reset_cache_parameter_group", {**group, "ParameterNameValues": page}, again=BUSY)
    changed = [{"ParameterName": name, "ParameterValue": value} for name, value in sorted(new.items()) if old.get(name) != value]
    for page in batches(changed, MOST_AT_ONCE):
        yield Call("modify_cache_parameter_group", {**group, "ParameterNameValues": page}, again=BUSY)


UNDO = Undo(
    SERVICE,
    known_state,
    lambda module, change: calls(module.aws, change),
    lambda aws, change: kept_by_data(
        aws, change, lambda group: (group.get("CacheParameterGroup") or {}).get("CacheParameterGroupName") == change.name
    ),
)


def main() -> None:
    module = AwsModule({"parameter_groups": {"type": "list", "elements": "dict", "required": True, "options": GROUP_SPEC}})
    groups, aws = module.params["parameter_groups"], module.aws
    if problem := list(problems(groups)):
        module.fail("; ".join(problem))
    what = f"cache parameter groups {', '.join(one['name'] for one in groups)}"
    found = module.ask(what, groups_of, aws, [one["name"] for one in groups])
    rules = module.ask(what, rules_of, aws, groups, found)
    if problem := list(forbidden(groups, found, rules)):
        module.fail("; ".join(problem))
    wanted = {one["name"]: want(one, found, rules[one["name"]], module.ownership) for one in groups}
    module.ensure(SERVICE, wanted, lambda *_: read(aws, wanted, found, rules), lambda change: calls(aws, change))


if __name__ == "__main__":
    main()
