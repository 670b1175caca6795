"""What playbooks, roles and claims say of themselves, for pages that are rendered from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[1]


def read(path: str) -> Any:
    return yaml.safe_load((CHECKOUT / path).read_text(encoding="utf-8"))


def dictionaries(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from dictionaries(item)


def plays(name: str) -> Iterator[dict[str, Any]]:
    """A playbook's plays and those that it imports, but for the place's own preparation, which production has none of."""
    for play in read(f"playbooks/{name}.yml"):
        imported = play.get("ansible.builtin.import_playbook", "").removesuffix(".yml")
        if imported == "lock":
            yield play
        elif imported not in ("", "place"):
            yield from plays(imported)
        elif not imported:
            yield play


def plain(text: str) -> str:
    """A task's name or a claim's sentence, without what is only known when it runs."""
    text = re.sub(r"^\{\{ inventory_hostname \}\}", "The host", text.strip())
    text = re.sub(r"\{\{ __\w+_says \}\}$|,[^,]*: \{\{.*$|^(Verify|Drill|Test|Play|Promote|Decide|Rotate) \| ", "", text)
    return re.sub(r"\{\{.*?\}\}|\$\w+", "…", text.replace("{{ inventory_hostname }}", "the host"))


def claim_id(claim: dict[str, Any]) -> str:
    return re.sub(r"\{\{.*?\}\}|\$\w+", "*", claim["id"])


def role(name: str) -> str:
    return name.removeprefix("prodready.aws.")


def sentences(name: str, entry: str = "main") -> list[str]:
    """What an entry point of a role reaches, with that of what it applies."""
    found: list[str] = []
    for task in read(f"roles/{role(name)}/tasks/{entry}.yml"):
        found += sentences(name, "apply") if task.get("ansible.builtin.include_tasks") == "apply.yml" else [plain(task["name"])]
    return found


def drills() -> dict[str, str]:
    """Each drill and the role that has it."""
    (found,) = (play["vars"]["drills"] for play in plays("drill") if "vars" in play)
    return found


def claims() -> list[dict[str, Any]]:
    files = sorted(CHECKOUT.glob("roles/*/vars/main.yml"))
    return [one for file in files for one in dictionaries(yaml.safe_load(file.read_text(encoding="utf-8"))) if {"id", "says"} <= one.keys()]


def options() -> dict[str, dict[str, Any]]:
    """Every variable of a role, as its argument_specs have it, with the default of the role."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(CHECKOUT.glob("roles/*/meta/argument_specs.yml")):
        defaults = yaml.safe_load((file.parents[1] / "defaults/main.yml").read_text(encoding="utf-8"))
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"].values():
            for name, spec in entry["options"].items():
                found[name] = {**spec, **({"default": defaults[name]} if name in defaults else {})}
    return found
