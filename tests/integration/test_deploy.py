"""Releases: good ones, broken ones, half-made ones, and going back, all while people are in the shop."""

from __future__ import annotations

import getpass
import platform
import re
import stat
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from sandbox import trust
from tests.integration.place import until
from tests.integration.visitors import Visitors, deployed

pytestmark = pytest.mark.timeout(600)
# https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Environment%20Variables%20Set%20or%20Propagated%20by%20the%20Service%20Manager
SYSTEMD_SETS = {
    *("PATH", "LANG", "USER", "LOGNAME", "HOME", "SHELL", "INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "MEMORY_PRESSURE_WATCH"),
    *("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"),
}


def lock(place):
    return place.client("dynamodb").get_item(TableName="shop-locks", Key={"lock_name": {"S": "immediate"}}).get("Item")


@pytest.fixture(scope="module")
def unhealthy(applied, source):
    failing = ("every((check) => check.ok)", "every((check) => false)")
    return deployed(applied, source("1.0.2", {"src/routes/health.js": failing}), app_deploy_health_seconds=8)


@pytest.fixture(scope="module")
def unable_to_migrate(applied, source):
    migration = "export async function up () { throw new Error('the table is too small') }\n"
    return deployed(applied, source("1.0.3", {"migrations/0003-fails.js": ("", migration)}))


@pytest.fixture(scope="module")
def killed(applied, source):
    """A run that was killed while it installed on the first host, and another that wanted to deploy while it was at work."""
    started = applied.start("deploy", app_deploy_source=str(source("1.0.4")))
    folder = applied.root("app1") / "srv/shop/releases"
    until(lambda: list(folder.glob(".1.0.4-*/node_modules/*")) or started.process.poll() is not None, "npm installs")
    started.freeze()
    held, late = lock(applied), applied.playbook("deploy", app_deploy_source=str(source("1.0.5")))
    started.kill()
    return SimpleNamespace(held=held, late=late, lock=lock(applied), releases=applied.releases("app1"))


@pytest.fixture(scope="module")
def upgraded(applied, source, killed):
    return deployed(applied, source("1.1.0"), app_deploy_keep=2)


def test_a_release_that_does_not_start_never_serves_and_no_request_fails(unable_to_start):
    assert unable_to_start.run.code != 0
    assert unable_to_start.visitors.failures == []
    assert unable_to_start.visitors.seen == [{release} for release in unable_to_start.before]
    assert unable_to_start.after == unable_to_start.before


def test_its_error_shows_the_last_log_lines_and_what_still_runs(unable_to_start):
    error = unable_to_start.run.error
    assert "release 1.0.1-" in error
    assert "the shop has no shelves" in error
    assert f"app1 runs {unable_to_start.before[0]}" in error


def test_no_further_host_is_touched(unable_to_start):
    assert {task["host"] for task in unable_to_start.run.tasks} == {"primary", "app1"}


def test_what_failed_is_no_release_to_roll_back_to(applied, unable_to_start):
    assert [name for host in applied.hosts for name in applied.releases(host) if "1.0.1-" in name] == []


def test_a_release_that_is_not_healthy_never_serves_and_no_request_fails(unhealthy):
    assert unhealthy.run.code != 0
    assert unhealthy.visitors.failures == []
    assert unhealthy.visitors.seen == [{release} for release in unhealthy.before]
    assert unhealthy.after == unhealthy.before
    assert re.search(r"Waited (8|9|1\d) s until .*status 503", unhealthy.run.error)
    assert f"app1 runs {unhealthy.before[0]}" in unhealthy.run.error


def test_a_migration_that_fails_stops_before_the_switch(unable_to_migrate):
    assert unable_to_migrate.run.code != 0
    assert "the table is too small" in unable_to_migrate.run.error
    assert unable_to_migrate.visitors.failures == []
    assert unable_to_migrate.after == unable_to_migrate.before


def test_a_restore_point_was_taken_before_the_migration(applied, unable_to_migrate):
    backups = applied.client("dynamodb").list_backups(BackupType="USER")["BackupSummaries"]
    taken = {backup["TableName"] for backup in backups if backup["BackupName"].startswith("before-1.0.3-")}
    assert taken == {"shop-products", "shop-orders"}


def test_a_failed_deployment_frees_the_lock(applied, unable_to_migrate):
    assert lock(applied) is None


def test_a_lock_that_a_living_run_holds_refuses_and_says_by_whom_and_since_when(killed):
    since = datetime.fromtimestamp(float(killed.held["since"]["N"]), UTC).isoformat(timespec="seconds")
    assert killed.late.code != 0
    assert f"immediate is locked by {getpass.getuser()}@{platform.node()}" in killed.late.error
    assert f"since {since}" in killed.late.error
    assert "playbooks/unlock.yml -e lock=immediate" in killed.late.error
    assert not any("1.0.5-" in name for name in killed.releases)


def test_a_killed_run_leaves_a_half_made_release_and_its_lock(killed):
    assert any(name.startswith(".1.0.4-") for name in killed.releases)
    assert not any(name.startswith("1.0.4-") for name in killed.releases)
    assert killed.lock == killed.held


def test_the_next_run_takes_the_lock_of_a_dead_one_over_and_succeeds(applied, upgraded):
    assert upgraded.run.code == 0, upgraded.run.error
    assert lock(applied) is None


def test_a_lock_is_released_by_hand(applied, killed, upgraded):
    applied.client("dynamodb").put_item(TableName="shop-locks", Item=killed.held)
    run = applied.playbook("unlock", lock="immediate")
    assert (run.code, run.changed, lock(applied)) == (0, 1, None)


def test_a_good_release_is_switched_to_without_a_failed_request(upgraded):
    assert upgraded.visitors.failures == []
    assert {release.partition("-")[0] for release in upgraded.after} == {"1.1.0"}
    assert upgraded.visitors.seen == [set(pair) for pair in zip(upgraded.before, upgraded.after, strict=True)]


def test_only_so_many_releases_stay_and_nothing_half_made(applied, upgraded):
    for host, before, after in zip(applied.hosts, upgraded.before, upgraded.after, strict=True):
        assert applied.releases(host) == {before, after}


def test_rollback_goes_back_without_a_failed_request(applied, upgraded):
    with Visitors(map(applied.address, applied.hosts)) as visitors:
        run = applied.playbook("rollback")
    assert run.code == 0, run.error
    assert visitors.failures == []
    assert [applied.release(host) for host in applied.hosts] == upgraded.before


def test_the_environment_lies_in_files_that_only_their_owner_reads(applied):
    for host in applied.hosts:
        folder = applied.root(host) / "etc/shop"
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert modes == {"shop.env": 0o600, "candidate.env": 0o600}


def test_the_process_has_exactly_the_variables_of_the_secret(applied):
    wanted = applied.secret()
    for host in applied.hosts:
        found = applied.process(host)
        assert {name: found.get(name) for name in wanted} == wanted
        assert found.keys() - wanted.keys() - SYSTEMD_SETS - {*trust.VARIABLES} == {"RELEASE"}
