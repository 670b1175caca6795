"""What it takes to run a release on a host is read from the host itself."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.prodready.aws.plugins.modules import deployment
from hypothesis import given
from hypothesis import strategies as st

PLUGINS = Path(__file__).parents[3] / "plugins"
WANTED = {
    **{"release": "2", "units": {"/etc/shop.service": "[Service]"}, "environment_differs": False},
    **{"drain": False, "register": False},
}
DONE = {"releases": ["2", "1"], "units": WANTED["units"], "enabled": True, "current": "2", "running": "2", "environment": {}}


def test_nothing_is_left_to_do_where_the_release_runs():
    assert deployment.plan(WANTED, DONE) == []


@pytest.mark.parametrize(
    ("found", "steps"),
    [
        ({"releases": [], "units": {}, "enabled": False, "current": None, "running": None}, ["install", "units", "switch", "restart"]),
        ({"releases": ["1"], "current": "1", "running": "1"}, ["install", "switch", "restart"]),
        ({"current": "1", "running": "1"}, ["switch", "restart"]),
        ({"units": {"/etc/shop.service": ""}}, ["units", "restart"]),
        ({"enabled": False}, ["units", "restart"]),
        ({"running": "1"}, ["restart"]),
        ({"running": None}, ["restart"]),
        ({"environment": {"PORT": "other value"}}, ["restart"]),
    ],
)
def test_the_steps_are_what_is_missing_in_their_order(found, steps):
    assert deployment.plan(WANTED, {**DONE, **found}) == steps


@pytest.mark.parametrize(
    ("found", "steps"),
    [
        ({}, []),
        ({"current": "1", "running": "1"}, ["drain", "switch", "restart", "register"]),
        ({"units": {}, "current": "1"}, ["units", "drain", "switch", "restart", "register"]),
        ({"environment": {"PORT": "other value"}}, ["drain", "restart", "register"]),
    ],
)
def test_a_host_that_gets_requests_is_drained_before_its_process_is_replaced_and_registered_after(found, steps):
    assert deployment.plan({**WANTED, "drain": True}, {**DONE, **found}) == steps


def test_a_host_that_should_get_requests_and_does_not_is_registered():
    assert deployment.plan({**WANTED, "register": True}, DONE) == ["register"]
    assert deployment.plan({**WANTED, "register": True}, {**DONE, "running": None}) == ["restart", "register"]


RELEASES = st.lists(st.sampled_from(["1", "2", "3", "4", "5", ".4", ".6"]), unique=True)


@given(RELEASES, st.sampled_from(["3", "4", "9"]), st.sampled_from(["1", "3", "8", None]), st.integers(2, 6))
def test_neither_the_wanted_nor_the_current_release_is_ever_obsolete(found, wanted, current, keep):
    gone = deployment.obsolete(found, wanted, current, keep)

    assert not {wanted, current} & set(gone)
    whole = {name for name in found if not name.startswith(".")}
    assert len((whole | {wanted}) - set(gone)) <= max(keep, 2)
    assert {name for name in found if name.startswith(".")} <= set(gone)


def test_as_many_releases_stay_as_are_to_be_kept_the_newest():
    found = ["5", "4", "3", "2", "1"]

    assert deployment.obsolete(found, "5", "5", 3) == ["2", "1"]
    assert deployment.obsolete(found, "6", "5", 3) == ["3", "2", "1"]
    assert deployment.obsolete(found, "1", "5", 3) == ["3", "2"]


def test_an_environment_that_is_about_to_change_takes_a_new_process():
    assert deployment.plan({**WANTED, "environment_differs": True}, DONE) == ["restart"]


def test_what_an_earlier_run_left_unfinished_is_obsolete():
    assert deployment.obsolete(["2", ".3", "1"], "2", "1", 5) == [".3"]


def test_the_plan_of_a_host_names_releases_that_go_units_that_differ_and_no_value_of_the_environment():
    wanted = {"release": "3", "units": {"/a.service": "new", "/b.service": "same"}}
    found = {"running": "2", "units": {"/a.service": "old", "/b.service": "same"}, "environment": {"KEY": "differs"}}

    assert deployment.diff(wanted, found, ["2", "1", ".half"], ["1", ".half"]) == {
        "before": {"running": "2", "releases": [".half", "1", "2"], "units": {"/a.service": "old"}, "environment": {"KEY": "old"}},
        "after": {"running": "3", "releases": ["2", "3"], "units": {"/a.service": "new"}, "environment": {"KEY": "new"}},
    }


def test_releases_are_listed_newest_first_without_files_and_links(tmp_path):
    for age, name in enumerate(["new", "middle", "old"]):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to("new")

    assert deployment.newest_first(tmp_path) == ["new", "middle", "old"]
    assert deployment.newest_first(tmp_path / "missing") == []


def test_the_environment_of_a_process_is_what_it_was_started_with():
    given = {"RELEASE": "1", "EMPTY": "", "LINES": "a\nb=c", "QUOTED": '"$x"'}
    with subprocess.Popen([sys.executable, "-c", "print(flush=True); input()"], env=given, stdin=-1, stdout=-1) as process:
        assert process.stdout.read(1)
        assert deployment.process_environment(process.pid) == given
        process.stdin.write(b"\n")


def test_a_process_that_is_gone_has_no_environment():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()

    assert deployment.process_environment(process.pid) == {}
    assert deployment.process_environment(0) == {}


@pytest.fixture
def release(tmp_path):
    """A function that makes a release of these locked and installed packages."""

    def make(locked: dict | None, installed: dict | None) -> Path:
        (tmp_path / "node_modules").mkdir(exist_ok=True)
        for packages, path in ((locked, tmp_path / "package-lock.json"), (installed, tmp_path / "node_modules" / ".package-lock.json")):
            if packages is not None:
                path.write_text(json.dumps({"packages": packages}))
        return tmp_path

    return make


A1, A2 = {"version": "1.0.0"}, {"version": "2.0.0"}


@pytest.mark.parametrize(
    ("locked", "installed", "differences"),
    [
        ({"": A1, "node_modules/a": A1}, {"node_modules/a": A1}, {}),
        ({"node_modules/a": A1}, {"node_modules/a": A2}, {"node_modules/a": "locked 1.0.0, installed 2.0.0"}),
        ({"node_modules/a": A1}, {}, {"node_modules/a": "locked 1.0.0, installed not at all"}),
        ({"node_modules/a": A1}, None, {"node_modules/a": "locked 1.0.0, installed not at all"}),
        ({}, {"node_modules/a": A1}, {"node_modules/a": "locked not at all, installed 1.0.0"}),
        ({"node_modules/a": {**A1, "dev": True}, "node_modules/b": {**A1, "optional": True}}, {}, {}),
    ],
)
def test_what_is_installed_is_compared_with_the_lock_file(release, locked, installed, differences):
    assert deployment.tree_differences(release(locked, installed)) == differences


def test_without_a_lock_file_nothing_is_known_of_the_tree(release):
    assert deployment.tree_differences(release(None, None)) is None
    assert deployment.tree_differences(release(None, {"node_modules/a": A1})) is None


@pytest.fixture
def host(run, tmp_path, monkeypatch):
    """A host with release 1 running and release 2 beside it, behind a systemctl that says so."""
    root, bin_folder = tmp_path / "srv", tmp_path / "bin"
    for name in ("1", "2", ".3"):
        (root / "releases" / name).mkdir(parents=True)
    (root / "current").symlink_to("releases/1")
    (tmp_path / "shop.env").write_bytes(b'A="1\r\n"\n')
    running = {"RELEASE": "1", "A": "1\r\n"}
    process = subprocess.Popen([sys.executable, "-c", "print(flush=True); input()"], env=running, stdin=-1, stdout=-1)
    process.stdout.read(1)
    bin_folder.mkdir()
    (bin_folder / "systemctl").write_text(f"#!/bin/sh\necho ActiveState=active\necho UnitFileState=enabled\necho MainPID={process.pid}\n")
    (bin_folder / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", str(bin_folder), prepend=os.pathsep)
    options = {"root": str(root), "service": "shop", "environment_file": str(tmp_path / "shop.env")}
    yield lambda **more: run(deployment.main, **{**options, **more})
    process.communicate(b"\n")


def test_a_host_that_runs_its_release_has_nothing_to_do(host):
    found = host()

    assert not found["changed"]
    assert (found["release"], found["previous"], found["running"]) == ("1", "1", "1")
    assert found["steps"] == []
    assert found["environment"] == {}
    assert found["obsolete"] == [".3"]


def test_a_new_release_on_a_host_takes_its_steps(host):
    found = host(release="3", keep=2)

    assert found["steps"] == ["install", "switch", "restart"]
    assert found["obsolete"] == ["2", ".3"]


def test_a_variable_that_the_process_lacks_is_named_without_its_value(host, tmp_path):
    (tmp_path / "shop.env").write_text('A="hunter2"\nB="hunter3"\n')
    found = host()

    assert found["environment"] == {"A": "other value", "B": "missing"}
    assert found["steps"] == ["restart"]
    assert "hunter" not in found["printed"]


@pytest.mark.parametrize("release", ["..", ".3", "-rf", "1/../2", "1 2", "1+2"])
def test_what_is_no_name_of_a_release_is_refused(host, release):
    assert f"{release!r} is not the name of a release" in host(release=release)["msg"]


def test_fewer_than_two_releases_cannot_be_kept(host):
    assert host(keep=1)["msg"].startswith("keep: at least 2 releases")


def test_a_host_without_a_release_must_be_told_which(host, tmp_path):
    assert "a release must be named" in host(root=str(tmp_path / "empty"))["msg"]


@pytest.mark.parametrize("name", ["modules/deployment", "modules/environment_file", "module_utils/environment"])
def test_what_runs_on_the_hosts_is_python_3_9(name):
    tree = ast.parse((PLUGINS / f"{name}.py").read_text(), feature_version=(3, 9))

    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert "annotations" in imported
    assert not imported & {"UTC", "StrEnum", "Self", "assert_never"}
