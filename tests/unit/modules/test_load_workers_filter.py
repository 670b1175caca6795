"""The filter load_workers: who sends a load test's requests."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.prodready.aws.plugins.filter.load_workers import load_workers

GROUPS = {"all": ["primary", "load1", "load2"], "load": ["load1", "load2"], "empty": []}
HOSTVARS = {
    "load1": {
        "ansible_host": "192.0.2.11",
        "ansible_user": "ops",
        "ansible_port": 2222,
        "ansible_private_key_file": "/keys/ops",
        "ansible_ssh_common_args": "-J bastion",
        "ansible_ssh_extra_args": "-C",
        "ansible_python_interpreter": "/opt/load/bin/python",
    },
    "load2": {"ansible_connection": "local", "ansible_python_interpreter": "auto_silent"},
}


@pytest.mark.parametrize("given", [2, "2"])
def test_a_number_is_so_many_processes_here(given):
    assert load_workers(given, GROUPS, HOSTVARS) == [{"name": "process 1"}, {"name": "process 2"}]


def test_none_is_none():
    assert load_workers(0, GROUPS, HOSTVARS) == []


def test_a_group_is_its_hosts_as_ansible_reaches_them():
    assert load_workers("load", GROUPS, HOSTVARS) == [
        {
            "name": "load1",
            "connection": "ssh",
            "python": "/opt/load/bin/python",
            "address": "192.0.2.11",
            "port": 2222,
            "user": "ops",
            "private_key": "/keys/ops",
            "ssh_arguments": "-J bastion -C",
        },
        {"name": "load2", "connection": "local"},
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("laod", "'laod' is neither a number of processes nor a group of the inventory: empty, load"),
        (-1, "-1 is neither a number of processes nor a group"),
        ("empty", "the group empty has no host"),
    ],
)
def test_what_is_neither_is_one_error(given, says):
    with pytest.raises(AnsibleFilterError, match=says):
        load_workers(given, GROUPS, HOSTVARS)
