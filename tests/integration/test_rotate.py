"""Rotation: what is due, new values that work, and new values that do not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import yaml

from tests.integration.place import CHECKOUT
from tests.integration.visitors import Visitors

pytestmark = pytest.mark.timeout(600)
NAME = "shop/sandbox"


def schema(**changes):
    found = yaml.safe_load((CHECKOUT / "inventories/sandbox/group_vars/all/environment.yml").read_text())["environment_schema"]
    return {**found, **changes}


def stages(place):
    versions = place.client("secretsmanager").describe_secret(SecretId=NAME)["VersionIdsToStages"]
    return sorted(stage for stages in versions.values() for stage in stages)


@pytest.fixture(scope="module")
def refused(applied, rotated):
    """A rotation to a value that the shop does not accept: its ADMIN_TOKEN has at least 32 characters."""
    before = applied.secret()
    short = {"secret": True, "rotation": {"by": "generated", "length": 16, "maximum_age_days": 30}}
    with Visitors(map(applied.address, applied.hosts)) as visitors:
        run = applied.playbook(
            "rotate", environment_rotate="ADMIN_TOKEN", environment_schema=schema(ADMIN_TOKEN=short), app_deploy_health_seconds=5
        )
    return SimpleNamespace(run=run, before=before, visitors=visitors)


@pytest.fixture
def old_session_secret(applied):
    """The secret says that SESSION_SECRET is 100 days old."""
    client = applied.client("secretsmanager")
    text = client.get_secret_value(SecretId=NAME)["SecretString"]
    content = json.loads(text)
    content["prodready:origin"]["since"]["SESSION_SECRET"] = (datetime.now(UTC) - timedelta(days=100)).isoformat()
    client.put_secret_value(SecretId=NAME, SecretString=json.dumps(content))
    yield
    client.put_secret_value(SecretId=NAME, SecretString=text)


def test_check_mode_tells_what_would_rotate_and_writes_nothing(applied, old_session_secret):
    applied.control("DELETE", "requests")
    run = applied.playbook("rotate", "--check")
    assert run.code == 0, run.error
    assert "Rotating: SESSION_SECRET" in run.output
    assert applied.writes() == []


def test_nothing_is_due_when_all_values_are_young(applied):
    run = applied.playbook("rotate", "--check")
    assert (run.code, run.changed) == (0, 0)
    assert "Nothing is due" in run.output


def test_a_variable_by_name_gets_a_new_value_and_the_one_before_is_kept(applied, rotated):
    assert rotated.run.code == 0, rotated.run.error
    current, previous = applied.secret(), applied.secret("AWSPREVIOUS")
    assert {name for name in current if current[name] != rotated.before[name]} == {"SESSION_SECRET"}
    assert previous == rotated.before
    assert stages(applied) == ["AWSCURRENT", "AWSPREVIOUS"]


def test_the_running_processes_have_the_new_value_and_no_request_failed(applied, rotated):
    current = applied.secret()
    assert [applied.process(host)["SESSION_SECRET"] for host in applied.hosts] == [current["SESSION_SECRET"]] * 2
    assert rotated.visitors.failures == []


def test_a_phase_run_after_a_rotation_does_not_bring_the_old_value_back(applied, rotated):
    current = applied.secret()
    run = applied.playbook("immediate", "--tags", "environment")
    assert (run.code, run.changed) == (0, 0)
    assert applied.secret() == current


def test_a_new_value_that_the_application_refuses_is_forgotten(applied, refused):
    assert refused.run.code != 0
    assert "ADMIN_TOKEN did not rotate" in refused.run.error
    assert applied.secret() == refused.before
    assert "AWSPENDING" not in stages(applied)


def test_meanwhile_the_application_serves_with_the_value_before(applied, refused):
    assert refused.visitors.failures == []
    assert [applied.process(host)["ADMIN_TOKEN"] for host in applied.hosts] == [refused.before["ADMIN_TOKEN"]] * 2


def test_a_variable_that_its_owner_supplies_is_not_generated(applied):
    before = applied.secret()
    run = applied.playbook("rotate", environment_rotate="PAYMENT_API_KEY")
    assert run.code != 0
    assert "PAYMENT_API_KEY: its owner supplies the value" in run.error
    assert applied.secret() == before
