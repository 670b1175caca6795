"""A program that cannot be had is said to be off, and the rest runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox import __main__ as commands
from sandbox import packages, parts, ports, programs
from sandbox.state import Folder

STATE = {"endpoint": "http://127.0.0.1:20000", "ports": {"emulator": 20000}, "hosts": {}, "health_check_speed": 10}


@pytest.fixture
def without_envoy(monkeypatch):
    monkeypatch.setattr(programs, "find_spec", lambda name: None)


@pytest.fixture
def redis(monkeypatch):
    """A machine that has it; set to None, one that has not."""
    found = {"server": packages.Server(Path("/usr/bin/redis-server"), None)}

    def server() -> packages.Server:
        if not found["server"]:
            raise packages.Missing("redis-server is missing: install it.")
        return found["server"]

    monkeypatch.setattr(programs.packages, "redis", server)
    return found


def names(folder) -> list[str]:
    return [part.name for part in parts.parts(folder, STATE)]


def test_envoy_is_a_part_where_its_wheel_is(tmp_path, redis):
    assert "envoy" not in programs.off()
    assert names(tmp_path) == ["emulator", "wafd", "envoy", "elasticache", "instances", "containers", "checkers", "cloudwatch-agent"]


def test_without_it_the_rest_runs_and_the_loss_is_said_with_its_remedy(without_envoy, tmp_path, redis):
    assert names(tmp_path) == ["emulator", "elasticache", "instances", "containers", "checkers", "cloudwatch-agent"]
    said = programs.off()["envoy"]
    assert "load balancers take no traffic" in said and "tools/setup sandbox" in said


def test_without_redis_the_rest_runs_and_groups_are_kept_without_nodes(tmp_path, redis):
    redis["server"] = None
    assert "elasticache" not in names(tmp_path)
    assert programs.off()["elasticache"] == (
        "elasticache is off, so replication groups are kept without nodes: redis-server is missing: install it."
    )


def test_up_and_status_say_what_is_off(tmp_path, capsys, monkeypatch):
    folder = Folder(tmp_path)
    folder.create()
    part = {"emulator": {"pid": 1, "address": "", "state": "ready", "since": "", "restarts": 0}}
    folder.write({**STATE, "pid": 1, "started": "", "health_check_speed": 10, "off": {"envoy": "envoy is off: no wheel"}, "parts": part})
    monkeypatch.setattr(Folder, "running_pid", lambda self: 1)
    assert commands.status(folder) == 0
    assert "envoy is off: no wheel" in capsys.readouterr().out
    assert commands.up(folder, None, [], None, as_json=True) == 0
    told = capsys.readouterr()
    assert "envoy is off: no wheel" in told.err
    assert json.loads(told.out)["off"] == {"envoy": "envoy is off: no wheel"}


def test_another_speed_needs_another_start(tmp_path, monkeypatch):
    folder = Folder(tmp_path)
    folder.create()
    folder.write({**STATE, "pid": 1, "health_check_speed": 10, "off": {}, "parts": {}})
    monkeypatch.setattr(Folder, "running_pid", lambda self: 1)
    with pytest.raises(commands.Failed, match="health checks 10 times as fast: take it down before"):
        commands.up(folder, None, [], 60, as_json=False)


def test_the_ports_of_an_older_sandbox_are_kept_and_completed(monkeypatch):
    monkeypatch.setattr(ports, "_is_free", lambda port: True)
    kept = ports.kept({"emulator": 20000, "app1": 20001})
    assert (kept["emulator"], kept["app1"]) == (20000, 20001)
    assert set(kept) == set(ports.NAMES)
    assert len(set(kept.values())) == len(ports.NAMES)


def test_slices_are_everybodys_own_and_not_the_first_two(tmp_path):
    found = {ports.slice_of(tmp_path / str(number)) for number in range(200)}
    assert min(found) >= 2 and max(found) <= 254 and len(found) > 100
