"""Modules that ask nothing of AWS, run in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """A function that runs a module's main() and gives its result, as printed under `printed` too."""

    def run(main: Callable[[], None], check_mode: bool = False, **options: Any) -> dict[str, Any]:
        capsys.readouterr()
        inner = {"_ansible_check_mode": check_mode, "_ansible_diff": True}
        with patch_module_args({**options, **inner}), pytest.raises(SystemExit):
            main()
        printed = "".join(capsys.readouterr())
        return {**json.loads(printed), "printed": printed}

    return run
