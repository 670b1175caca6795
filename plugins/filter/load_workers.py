# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: load_workers
short_description: The processes that send a load test's requests
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - Brings the hosts of a group, each as Ansible reaches it, or a number of processes on this machine into the C(workers) of
    M(prodready.aws.load_test).
positional: _input, groups, hostvars
options:
  _input:
    description: A group of the inventory, or how many processes; 0 for none.
    type: raw
    required: true
  groups:
    description: The inventory's groups.
    type: dict
    required: true
  hostvars:
    description: The variables of its hosts.
    type: dict
    required: true
"""

EXAMPLES = r"""
workers: "{{ 'load_generators' | prodready.aws.load_workers(groups, hostvars) }}"
"""

RETURN = r"""
_value:
  description: The workers, as M(prodready.aws.load_test) takes them.
  type: list
  elements: dict
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError


def load_workers(given: Any, groups: Mapping[str, Sequence[str]], hostvars: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    if str(given).isdecimal():
        return [{"name": f"process {number}"} for number in range(1, int(given) + 1)]
    if given not in groups:
        others = ", ".join(sorted(set(groups) - {"all", "ungrouped"}))
        raise AnsibleFilterError(f"load_test_workers: {given!r} is neither a number of processes nor a group of the inventory: {others}")
    if not groups[given]:
        raise AnsibleFilterError(f"load_test_workers: the group {given} has no host")
    return [worker(host, hostvars[host]) for host in groups[given]]


def worker(host: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """A host as Ansible reaches it."""
    python = str(known.get("ansible_python_interpreter", "auto"))
    connection = known.get("ansible_connection", "ssh")
    found = {
        "name": host,
        "connection": "ssh" if connection == "smart" else connection,
        "python": None if python.startswith("auto") else python,
        "address": known.get("ansible_host"),
        "port": known.get("ansible_port"),
        "user": known.get("ansible_user"),
        "private_key": known.get("ansible_ssh_private_key_file") or known.get("ansible_private_key_file"),
        "ssh_arguments": " ".join(filter(None, (known.get(f"ansible_ssh_{which}_args") for which in ("common", "extra")))),
    }
    return {name: value for name, value in found.items() if value}


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"load_workers": load_workers}
