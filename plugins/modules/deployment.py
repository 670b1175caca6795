#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: deployment
short_description: Say what it takes to run a release on a host
version_added: 0.1.0
description:
  - Reads the releases, the units, the environment and the running process of an application host, and plans what must
    be done so that the release runs there. It changes nothing; the role C(app_deploy) takes the steps.
options:
  root:
    description: The application's folder on the host, with C(releases/) and the link C(current).
    type: path
    required: true
  service:
    description: The name of the systemd service, without C(.service); its socket has the same name.
    type: str
    required: true
  release:
    description: The release that is to run; the one that C(current) points to when not set.
    type: str
  units:
    description: The unit files that are to be there, by path, with their content.
    type: dict
    default: {}
  environment_file:
    description: The file with the environment that the process is to have.
    type: path
    required: true
  environment_differs:
    description: Whether O(environment_file) is about to change, so that the process must start anew.
    type: bool
    default: false
  urls:
    description: Addresses to ask on the host, by a name; what they answer is in RV(answers).
    type: dict
    default: {}
  keep:
    description: How many releases stay on the host.
    type: int
    default: 5
  drain:
    description: Whether a load balancer sends requests to the host, which it must not while the process is replaced.
    type: bool
    default: false
  register:
    description: Whether the host is behind a load balancer that does not send it requests yet.
    type: bool
    default: false
author:
  - prodready contributors (@prodready)
attributes:
  check_mode:
    support: full
    description: Changes nothing in any mode; C(changed) says whether there is something to do.
  diff_mode:
    support: full
    description: Returns what is and what is to be.
"""

EXAMPLES = r"""
- name: What it takes to run the release is known
  prodready.aws.deployment:
    root: /srv/shop
    service: shop
    release: 1.0.0-3f2a9c1b
    environment_file: /etc/shop/shop.env
"""

RETURN = r"""
release:
  description: The release that is to run.
  type: str
  returned: always
previous:
  description: The release that C(current) points to, if any.
  type: str
  returned: always
releases:
  description: The releases on the host, newest first.
  type: list
  elements: str
  returned: always
obsolete:
  description: The releases that are more than O(keep), and what an earlier run left unfinished.
  type: list
  elements: str
  returned: always
steps:
  description: What must be done, of C(install), C(units), C(drain), C(switch), C(restart), C(register).
  type: list
  elements: str
  returned: always
environment:
  description: The variables that the running process has not got as the file says, by name.
  type: dict
  returned: always
answers:
  description: What the addresses of O(urls) answer, as C(status), C(headers) and C(body); C(error) where nothing does.
  type: dict
  returned: always
tree:
  description: The packages whose installed version is not that of the lock file; nothing without a lock file.
  type: dict
  returned: always
"""

import json
import re
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.environment import differences, load, parse
from ..module_utils.web import answer

PROPERTIES = ("ActiveState", "UnitFileState", "MainPID")
RELEASE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]*")
# Of a host to which nothing was deployed.
NOTHING: dict[str, Any] = {
    **{"release": "", "previous": None, "running": None, "releases": [], "obsolete": []},
    **{"steps": [], "environment": {}, "answers": {}, "tree": {}},
}


def shown(module: AnsibleModule, unit: str) -> dict[str, str]:
    """What systemd says of a unit; nothing of one it does not know."""
    systemctl = module.get_bin_path("systemctl", required=True)
    properties = [f"--property={name}" for name in PROPERTIES]
    output = module.run_command([systemctl, "show", unit, *properties])[1]
    return dict(line.split("=", 1) for line in output.splitlines() if "=" in line)


def process_environment(pid: int) -> dict[str, str]:
    """The environment that a process was started with. https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html"""
    try:
        text = Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return dict(entry.split("=", 1) for entry in text.split("\0") if "=" in entry)


def newest_first(folder: Path) -> list[str]:
    found = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()] if folder.is_dir() else []
    return [path.name for path in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)]


def obsolete(everything: list[str], wanted: str, current: str | None, keep: int) -> list[str]:
    """Of the releases, newest first, those that are more than `keep`, and what an earlier run left unfinished."""
    staying = {wanted, current} - {None}
    others = [name for name in everything if name not in staying and not name.startswith(".")]
    return others[max(keep - len(staying), 0) :] + [name for name in everything if name.startswith(".")]


def tree_differences(release: Path) -> dict[str, str] | None:
    """Packages of the lock file that are not installed as locked, and installed ones that are not in it."""

    def packages(path: Path) -> dict[str, str]:
        try:
            entries = json.loads(path.read_text(encoding="utf-8")).get("packages", {})
        except (OSError, ValueError):
            return {}
        return {
            name: entry.get("version", "")
            for name, entry in entries.items()
            if name and not entry.get("dev") and not entry.get("devOptional") and not entry.get("optional") and not entry.get("peer")
        }

    if not (release / "package-lock.json").is_file():
        return None
    locked = packages(release / "package-lock.json")
    installed = packages(release / "node_modules" / ".package-lock.json")
    return {
        name: f"locked {locked.get(name, 'not at all')}, installed {installed.get(name, 'not at all')}"
        for name in sorted(locked.keys() | installed.keys())
        if locked.get(name) != installed.get(name)
    }


def plan(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """The steps, in their order."""
    steps = []
    if wanted["release"] not in found["releases"]:
        steps.append("install")
    if wanted["units"] != found["units"] or not found["enabled"]:
        steps.append("units")
    if wanted["release"] != found["current"]:
        steps.append("switch")
    if steps or wanted["release"] != found["running"] or found["environment"] or wanted["environment_differs"]:
        steps.append("restart")
        if wanted["drain"]:
            steps.insert(steps.index("switch" if "switch" in steps else "restart"), "drain")
    if wanted["register"] or "drain" in steps:
        steps.append("register")
    return steps


def diff(wanted: dict[str, Any], found: dict[str, Any], everything: list[str], gone: list[str]) -> dict[str, dict[str, Any]]:
    """The host as it is and as it will be; of the environment names alone, of units those that differ."""
    units = sorted(path for path in {**wanted["units"], **found["units"]} if wanted["units"].get(path) != found["units"].get(path))
    return {
        "before": {
            "running": found["running"],
            "releases": sorted(everything),
            "units": {path: found["units"].get(path) for path in units},
            "environment": dict.fromkeys(found["environment"], "old"),
        },
        "after": {
            "running": wanted["release"],
            "releases": sorted({*everything, wanted["release"]} - set(gone)),
            "units": {path: wanted["units"].get(path) for path in units},
            "environment": dict.fromkeys(found["environment"], "new"),
        },
    }


def main() -> None:
    module = AnsibleModule(
        {
            "root": {"type": "path", "required": True},
            "service": {"type": "str", "required": True},
            "release": {"type": "str"},
            "units": {"type": "dict", "default": {}},
            "environment_file": {"type": "path", "required": True},
            "environment_differs": {"type": "bool", "default": False},
            "urls": {"type": "dict", "default": {}},
            "keep": {"type": "int", "default": 5},
            **{name: {"type": "bool", "default": False} for name in ("drain", "register")},
        },
        supports_check_mode=True,
    )
    root = Path(module.params["root"])
    current = (root / "current").resolve().name if (root / "current").is_symlink() else None
    release: str = module.params["release"] or current or ""
    if not release and module.check_mode:
        # What will be deployed before is not known to a plan.
        module.exit_json(changed=False, **NOTHING)
    if not release:
        module.fail_json(msg=f"release: nothing was deployed to {root} yet, so a release must be named.")
    if not RELEASE.fullmatch(release):
        module.fail_json(msg=f"release: {release!r} is not the name of a release: letters, digits and . - only, the first no . or -.")
    if module.params["keep"] < 2:
        module.fail_json(msg="keep: at least 2 releases must stay on the host, or there is nothing to roll back to.")

    service = shown(module, f"{module.params['service']}.service")
    socket = shown(module, f"{module.params['service']}.socket")
    found_units = {path: Path(path).read_text(encoding="utf-8") for path in module.params["units"] if Path(path).is_file()}
    try:
        wanted_environment = parse(load(Path(module.params["environment_file"])))
    except FileNotFoundError:
        wanted_environment = {}
    except PermissionError:
        module.fail_json(msg=f"{module.params['environment_file']} cannot be read by this user: run as its owner (become).")
    try:
        running_environment = process_environment(int(service.get("MainPID") or 0))
    except PermissionError:
        module.fail_json(msg=f"The environment of process {service['MainPID']} cannot be read by this user: run as root (become).")

    everything = newest_first(root / "releases")
    releases = [name for name in everything if not name.startswith(".")]
    found: dict[str, Any] = {
        "releases": releases,
        "units": found_units,
        "enabled": socket.get("UnitFileState") == service.get("UnitFileState") == "enabled",
        "current": current,
        "running": running_environment.get("RELEASE") if service.get("ActiveState") == "active" else None,
        "environment": differences(wanted_environment, running_environment) if running_environment else {},
    }
    wanted = {"release": release, **{name: module.params[name] for name in ("units", "environment_differs", "drain", "register")}}
    steps = plan(wanted, found)
    gone = obsolete(everything, release, current, module.params["keep"])
    states = diff(wanted, found, everything, gone)
    header = f"{module.params['service']} ({'update' if found['running'] else 'create'})"
    module.exit_json(
        changed=bool(steps),
        release=release,
        previous=current,
        running=found["running"],
        releases=releases,
        obsolete=gone,
        steps=steps,
        environment=found["environment"],
        answers={name: answer(url) for name, url in module.params["urls"].items()},
        tree=tree_differences(root / "releases" / release),
        diff={
            "before": states["before"],
            "after": {**states["after"], "steps": steps},
            "before_header": header,
            "after_header": header,
        },
    )


if __name__ == "__main__":
    main()
