"""Render the roadmap as README's table: python tools/roadmap_table.py writes it between README's two marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[1]
PLACE = re.compile(r"(?<=<!-- roadmap -->\n).*?(?=<!-- /roadmap -->)", re.DOTALL)


def roadmap() -> list[dict[str, Any]]:
    return yaml.safe_load((CHECKOUT / "playbooks/vars/roadmap.yml").read_text(encoding="utf-8"))["roadmap"]


def table(items: Iterable[Mapping[str, Any]]) -> str:
    lines = ["| Phase | Item | Promise | Role |", "|---|---|---|---|"]
    for item in items:
        roles = ", ".join(f"[{role}](roles/{role}/README.md)" for role in item["roles"])
        lines.append(f"| {item['phase']} | {item['item']} (`{item['id']}`) | {item['promise']} | {roles} |")
    return "\n".join([*lines, ""])


def main() -> None:
    readme = CHECKOUT / "README.md"
    readme.write_text(PLACE.sub(lambda _: table(roadmap()), readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
