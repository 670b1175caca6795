"""The examples of the roles' READMEs are variables that the roles take, and items that their modules take."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from tests.unit.test_examples import validator
from tools.said import dictionaries, options

CHECKOUT = Path(__file__).parents[2]
ROLES = {path.name for path in (CHECKOUT / "roles").iterdir()}
# A role's own default does not belong to what a variable may be.
OPTIONS = {name: {key: value for key, value in spec.items() if key != "default"} for name, spec in options().items()}
# What the role cloudwatch takes from other roles' settings, as it takes its own.
BROUGHT = {"alarms": "cloudwatch_alarms"}
LATER = ("widgets", "emitted_metrics")
EXAMPLES = [
    pytest.param(yaml.safe_load(block), id=f"{readme.parent.name}-{number}")
    for readme in sorted(CHECKOUT.glob("roles/*/README.md"))
    for number, block in enumerate(re.findall(r"^```yaml\n(.*?)^```$", readme.read_text(), re.MULTILINE | re.DOTALL), 1)
]
examples = pytest.mark.parametrize("example", EXAMPLES)


def modules() -> dict[str, tuple[str, str]]:
    """The module and its option that a role gives a variable to as it is."""
    found = {}
    for file in CHECKOUT.glob("roles/*/tasks/*.yml"):
        for task in dictionaries(yaml.safe_load(file.read_text())):
            for key, arguments in task.items():
                if key.startswith("prodready.aws.") and isinstance(arguments, dict):
                    for option, value in arguments.items():
                        if match := re.fullmatch(r"\{\{ (\w+) \}\}", str(value)):
                            found[match[1]] = (key.rpartition(".")[2], option)
    return found


# The role puts together its own alarms and those of others.
GIVEN = {**modules(), "cloudwatch_alarms": ("cloudwatch_alarms", "alarms")}


def variables(example: Any) -> dict[str, Any]:
    """Its variables under the names that the roles have for them."""
    if isinstance(example, list) or "statement" in example:
        return {}
    brought = {name: re.fullmatch(rf"({'|'.join(ROLES)})_cloudwatch_(\w+)", name) for name in example}
    return {BROUGHT[match[2]] if match else name: example[name] for name, match in brought.items() if not match or match[2] not in LATER}


@examples
def test_an_example_is_a_play_of_the_role_or_its_variables(example: Any) -> None:
    if isinstance(example, list):
        named = [role["role"] for play in example for role in play["roles"]]
        assert [name for name in named if name.removeprefix("prodready.aws.") not in ROLES] == []
    elif "statement" not in example:
        assert [name for name in variables(example) if name not in OPTIONS] == []


@examples
def test_the_role_takes_the_variables_of_an_example(example: Any) -> None:
    given = variables(example)
    result = ArgumentSpecValidator({name: OPTIONS[name] for name in given}).validate(given)

    assert result.error_messages == []


@examples
def test_the_module_takes_what_the_role_gives_it_of_an_example(example: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    given = variables(example)
    if isinstance(example, dict) and "statement" in example:
        given = {"waf_web_acls": [{"name": "shop", "rules": [{"name": "limit", "action": "block", **example}]}]}
    for name, value in given.items():
        if name not in GIVEN:
            continue
        with monkeypatch.context() as patched:
            module, option = GIVEN[name]
            spec = validator(importlib.import_module(f"ansible_collections.prodready.aws.plugins.modules.{module}"), patched).argument_spec
        result = ArgumentSpecValidator({option: spec[option]}).validate({option: value})
        assert result.error_messages == [], name


def test_items_of_the_examples_are_held_to_their_modules() -> None:
    held = {name for example in EXAMPLES for name in variables(example.values[0]) if name in GIVEN}

    assert {"cloudwatch_alarms", "dynamodb_tables", "s3_buckets", "uptime_health_checks", "waf_web_acls"} <= held
