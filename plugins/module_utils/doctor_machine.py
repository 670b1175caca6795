# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is found without AWS: the packages where Ansible runs, the application's hosts, and what the inventory lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from ansible.module_utils.ansible_release import __version__ as ansible_core

try:
    import yaml
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
except ImportError:  # ansible-core cannot be without them
    yaml = Requirement = SpecifierSet = None  # type: ignore[assignment, misc]

from .doctor import Finding, finding

PLACEHOLDER = re.compile(r"<[^<>\n]+>")


def packages(root: Path) -> Iterator[Finding]:
    """Whether ansible-core and the Python packages are as meta/runtime.yml and requirements.txt demand."""
    wanted = yaml.safe_load((root / "meta/runtime.yml").read_text(encoding="utf-8"))["requires_ansible"]
    fits = SpecifierSet(wanted).contains(ansible_core, prereleases=True)
    yield finding("machine.ansible", f"ansible-core is {wanted}", fits, ansible_core, f"pip install 'ansible-core{wanted}'")
    file = root / "requirements.txt"
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            required = Requirement(line)
            version = _version(required.name)
            fits = version is not None and required.specifier.contains(version, prereleases=True)
            yield finding(f"machine.{required.name}", f"{required} is installed", fits, version, f"pip install -r {file}")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def hosts(answers: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """`answers` are, by host, the results of asking each program that a deployment takes for its version."""
    for host, answer in answers.items():
        results = answer.get("results", [])
        away = next((one.get("msg", "") for one in [*results, answer] if one.get("unreachable")), None)
        holds, saw = (None, "it was not asked") if not answer else (away is None, away or "it answers")
        yield finding(
            f"hosts.reached.{host}",
            f"Ansible reaches {host}",
            holds,
            saw,
            f"Correct its entry in the inventory until this answers: ansible {host} -m ping",
        )
        if holds:
            lacks = [one["item"] for one in results if one.get("rc") != 0]
            has = ", ".join(f"{one['item']} {one['stdout'].splitlines()[0]}" for one in results if one.get("rc") == 0)
            mend = f"Install {', '.join(lacks)} on {host}, where the PATH of services has it"
            yield finding(f"hosts.programs.{host}", f"{host} has what a deployment takes", not lacks, lacks or has, mend)


def placeholders(sources: Iterable[str], example: Path) -> Iterator[Finding]:
    """Which of the example's <placeholders> the files of an inventory still have."""
    known = {one for file in _files(example) for __, one in _marked(file)}
    for source in map(Path, sources):
        left = {file: [f"line {line} {one}" for line, one in _marked(file) if one in known] for file in _files(source)}
        for file in [file for file in left if left[file]]:
            mend = "Replace what stands in <angle brackets>; the comment above it says by what"
            yield finding(f"inventory.{file}", f"{file} is filled in", False, left[file], mend)
        if left and not any(left.values()):
            yield finding(f"inventory.{source}", f"{source} is filled in", True, f"{len(left)} files without a placeholder", "")


def _files(source: Path) -> list[Path]:
    if not source.exists():  # hosts may be named on the command line
        return []
    root = source if source.is_dir() else source.parent
    beside = [path for name in ("group_vars", "host_vars") for path in root.glob(f"{name}/**/*")]
    own = [path for path in root.iterdir() if path.is_file()] if source.is_dir() else [source]
    return sorted(path for path in {*own, *beside} if path.is_file() and not path.name.startswith("."))


def _marked(file: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        yield from ((number, one) for one in PLACEHOLDER.findall(re.split(r"(?:^|\s)#", line)[0]))
