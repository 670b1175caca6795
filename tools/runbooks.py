"""Render the pages of docs/runbooks: python -m tools.runbooks writes them from docs/runbooks.yml and from what the checkout says itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from plugins.module_utils.language import say, speaking
from tools.said import CHECKOUT, claim_id, claims, drills, options, plain, plays, read, role, sentences

PAGES = CHECKOUT / "docs/runbooks"
INVENTORY = "inventories/shop"
IMPORTS = ("ansible.builtin.import_role", "ansible.builtin.include_role")
RENDERED = "<!-- Rendered by tools/runbooks.py. What only people know is in docs/runbooks.yml. -->"


def runbooks() -> list[dict[str, Any]]:
    return read("docs/runbooks.yml")["runbooks"]


def playbook(page: dict[str, Any]) -> str:
    return "drill" if "drill" in page else page["name"]


def locks(page: dict[str, Any]) -> list[str]:
    return [lock for play in plays(playbook(page)) for lock in play.get("vars", {}).get("runbook_locks", [])]


def hosts(page: dict[str, Any]) -> bool:
    """Whether it works on the application's hosts."""
    return any(play.get("hosts") == "app" for play in plays(playbook(page)))


def states(page: dict[str, Any], play: dict[str, Any]) -> Iterator[str]:
    """What a play reaches, as Markdown."""
    if play.get("check_mode"):
        yield "Every role looks whether all that is declared can be done, and nothing is changed"
        return
    for one in play.get("roles", []):
        yield f"[{role(one['role'])}](../../roles/{role(one['role'])}/README.md): {'; '.join(sentences(one['role']))}"
    for task in play.get("tasks", []):
        imported = next((task[key] for key in IMPORTS if key in task), None)
        if imported is None or imported.get("tasks_from") == "verify":
            yield plain(task["name"])
            continue
        name = drills()[page["drill"]] if "{{" in imported["name"] else imported["name"]
        reached = sentences(name, imported.get("tasks_from", "main"))
        yield f"{plain(task['name'])}: {'; '.join(reached)}" if len(reached) > 1 else plain(task["name"])


def steps(page: dict[str, Any]) -> Iterator[str]:
    for number, play in enumerate(plays(playbook(page)), 1):
        if "ansible.builtin.import_playbook" in play:
            named = " and ".join(f"`{lock}`" for lock in play["vars"]["runbook_locks"])
            yield f"{number}. **{play['name']}**: the run holds the lock of {named} until it has ended."
            continue
        where = "the application's hosts" if play["hosts"] == "app" else "the places of the inventory"
        yield f"{number}. **{plain(play['name'])}** ({where})"
        yield from (f"   * {state}" for state in states(page, play))


def proven(page: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in claims() if any(fnmatchcase(claim_id(one), pattern) for pattern in page["claims"])]


def policies(page: dict[str, Any]) -> list[str]:
    """The files of the policies for it, and for its plan."""
    of = {playbook(page), f"{playbook(page)}-check"}
    names = sorted(file.stem for file in CHECKOUT.glob("policies/*.json"))
    return [name for name in names if re.sub(r"-\d+$", "", name) in of or page["name"] == "verify" and name.endswith("-verify")]


def policy(name: str) -> str:
    statements = json.loads((CHECKOUT / f"policies/{name}.json").read_text(encoding="utf-8"))["Statement"]
    actions = {action for one in statements for action in one["Action"]}
    services = sorted({action.partition(":")[0] for action in actions})
    return f"| [`{name}`](../../policies/{name}.json) | {len(actions)} | {', '.join(services)} |"


def value(default: Any) -> str:
    """A default as it is read; one that is worked out stands in the role's defaults."""
    if "{{" in str(default):
        return "worked out"
    if default in ("", [], {}, None):
        return "none"
    return f"`{json.dumps(default) if not isinstance(default, str) else default}`"


def input_line(one: dict[str, Any], known: dict[str, dict[str, Any]]) -> str:
    spec = known.get(one["name"], {})
    meaning = (one.get("meaning") or spec["description"]).rstrip(".")
    required = one.get("required", spec.get("required"))
    default = "must be given" if required else one.get("default") or value(spec.get("default", ""))
    return f"| `{one['name']}` | {meaning} | {default} |"


def typed(command: str) -> str:
    """With the inventory of production, as docs/production.md names it."""
    program, _, rest = command.partition(".yml")
    return f"{command} -i {INVENTORY}" if not rest and ".yml" not in command else f"{program}.yml -i {INVENTORY}{rest}"


def commands(some: Iterable[dict[str, Any]]) -> Iterator[str]:
    for one in some:
        if "say" in one:
            yield f"{one['say']}\n"
        if "type" in one:
            yield f"```console\n$ {typed(one['type'])}\n```\n"


def recovery() -> list[dict[str, Any]]:
    return read("playbooks/vars/recovery.yml")["recovery"]


def first_way(failure: dict[str, Any]) -> str:
    """The page of the first playbook among its steps."""
    found = re.search(r"playbooks/(\w+)\.yml(?: -e drill=(\w+))?", " ".join(failure["steps"]))
    return "" if not found else f"drill-{found[2]}" if found[2] else found[1]


def occasions(page: dict[str, Any]) -> Iterator[str]:
    yield from (f"{one['failure']}: {one['seen'][0].lower() + one['seen'][1:]}" for one in recovery() if first_way(one) == page["name"])
    yield from page["when"]


def permissions(page: dict[str, Any]) -> Iterator[str]:
    if named := policies(page):
        yield "| Policy | Actions | Services |\n|---|---|---|"
        yield from map(policy, named)
        if any("-check" in name for name in named):
            yield "\nThose with `-check` are for the plan alone."
        yield "\n[How to attach them](../production.md#4-permissions)."
    else:
        yield "None on AWS beyond asking whose credentials these are."
    if hosts(page):
        yield "\nSSH and root (`become`) on the application's hosts."
    if "also" in page:
        yield f"\n{page['also']}"


def section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield from lines


def page_text(page: dict[str, Any]) -> str:
    known = options()
    held = ", ".join(f"`{lock}`" for lock in locks(page)) or "none, so it waits for nobody"
    head = [RENDERED, f"# {page['title']}\n", page["purpose"], "\n| | |\n|---|---|"]
    takes = [f"| Takes | {page['time']} |"] if "time" in page else []
    about = [f"| Changes | {page['changes']} |", *takes, f"| Lock | {held} |"]
    inputs = ["| Variable or option | Meaning | Default |\n|---|---|---|", *(input_line(one, known) for one in page["inputs"])]
    wrong = ["| You see | Do |\n|---|---|", *(f"| {one['see']} | {one['do']} |" for one in page["wrong"])]
    says = [f"* `{claim_id(one)}`: {plain(one['says'])}" for one in proven(page)]
    lines = [
        *(*head, *about),
        *section("When", (f"* {one}" for one in occasions(page))),
        *section("Run it", commands(page["run"])),
        *section("It worked when", (f"* {one}" for one in page["worked"])),
        *section("When something goes wrong", wrong),
        *section("Undo", commands(page["undo"])),
        *section("Inputs", inputs),
        *section("Permissions", permissions(page)),
        *section("What happens", steps(page)),
        *(section("What is proven", says) if says else ()),
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def turkish(title: str) -> str:
    with speaking("tr"):
        return say(title)


def index_text() -> str:
    lines = [RENDERED, "# Runbooks\n", "Something is wrong? Find what you see. Each page begins with what to type.\n"]
    lines += ["| What happened | You see | Do |\n|---|---|---|"]
    for one in recovery():
        todo = "<br>".join(f"`{step}`" if re.match(r"ansible-playbook |aws ", step) else step for step in one["steps"])
        way = first_way(one)
        failure = f"[{one['failure']}]({way}.md)" if way else one["failure"]
        lines.append(f"| {failure} | {one['seen']} | {todo} |")
    lines += [f"\nIn production each `ansible-playbook` takes the inventory, too: `-i {INVENTORY}`.\n", "## All of them\n"]
    lines += [
        "| Runbook | What it is for | Türkçe |\n|---|---|---|",
        *(f"| [{one['title']}]({one['name']}.md) | {one['purpose']} | {turkish(one['title'])} |" for one in runbooks()),
    ]
    return "\n".join(lines) + "\n"


def rendered() -> dict[str, str]:
    """The text of each file."""
    return {"README.md": index_text(), **{f"{page['name']}.md": page_text(page) for page in runbooks()}}


def main() -> None:
    PAGES.mkdir(exist_ok=True)
    texts = rendered()
    for file in PAGES.glob("*.md"):
        if file.name not in texts:
            file.unlink()
    for name, text in texts.items():
        (PAGES / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
