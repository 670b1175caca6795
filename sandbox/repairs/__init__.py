"""Where the emulator is wrong or lacks something: one file per service, each saying how AWS behaves.

Every module here has a function `apply()` that patches moto once. moto has no plug-in interface, so its version is
pinned exactly and each repair is tested (tests/unit/sandbox).
"""

from __future__ import annotations

import importlib
import pkgutil


def apply() -> None:
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        importlib.import_module(f"{__name__}.{module.name}").apply()
