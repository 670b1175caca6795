"""The examples of the modules' documentation are tasks that the modules take."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

MODULES = sorted(path.stem for path in Path(__file__).parents[2].glob("plugins/modules/*.py"))
PLACE = {"account": "123456789012", "region": "eu-central-1"}


class Stopped(Exception):
    pass


def validator(module: Any, monkeypatch: pytest.MonkeyPatch) -> ModuleArgumentSpecValidator:
    """What the module makes of its arguments."""
    made: list[ModuleArgumentSpecValidator] = []

    def stop(_self: Any, argument_spec: dict[str, Any], **rules: Any) -> None:
        names = ("mutually_exclusive", "required_together", "required_one_of", "required_if", "required_by")
        made.append(ModuleArgumentSpecValidator(argument_spec, **{name: rules[name] for name in names if name in rules}))
        raise Stopped

    monkeypatch.setattr(AnsibleModule, "__init__", stop)
    with pytest.raises(Stopped):
        module.main()
    return made[0]


@pytest.mark.parametrize("name", MODULES)
def test_every_example_is_a_task_that_the_module_takes(name: str, monkeypatch: pytest.MonkeyPatch):
    module = importlib.import_module(f"ansible_collections.prodready.aws.plugins.modules.{name}")
    tasks = yaml.safe_load(module.EXAMPLES)
    assert tasks
    place = PLACE if hasattr(module, "AwsModule") else {}
    for task in tasks:
        assert task["name"]
        result = validator(module, monkeypatch).validate({**place, **task[f"prodready.aws.{name}"]})
        assert result.error_messages == []
