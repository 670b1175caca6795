"""The doctor on a sandbox where several things are wrong on purpose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.iam.least import without
from tests.integration.place import CHECKOUT, OPERATOR, Place, Run
from tests.proofs.policies import committed, enforce

# Six runs.
pytestmark = pytest.mark.timeout(600)
DOCTOR = committed("doctor")
IMMEDIATE = committed("immediate")


def found(run: Run) -> dict[str, dict[str, Any]]:
    (task,) = run.of("doctor")
    return {one["id"]: one for one in task["result"]["findings"]}


def in_state(findings: dict[str, dict[str, Any]], state: str) -> set[str]:
    return {name for name, one in findings.items() if one["state"] == state}


def test_the_doctor_names_all_that_is_wrong_with_what_mends_it_and_changes_nothing(place: Place, tmp_path: Path) -> None:
    assert DOCTOR and IMMEDIATE
    place.control("DELETE", "requests")
    whole = place.playbook("doctor")
    assert (whole.code, in_state(found(whole), "holds")) == (0, set(found(whole)))

    left = tmp_path / "left.yml"
    left.write_text('aws:\n  vars:\n    account: "<twelve digits>"\n')
    allowed = {**DOCTOR, "Statement": DOCTOR["Statement"] + without(IMMEDIATE, "s3:PutBucketVersioning")["Statement"]}
    enforce(place, allowed)
    place.control("PUT", "clock", {"offset_seconds": 3600})
    raised = {"name": "shop", "launch_template": "shop", "max_size": 40}
    ill = place.playbook("doctor", "-i", str(CHECKOUT / "inventories/sandbox"), "-i", str(left), autoscaling_groups=[raised])
    place.control("PUT", "clock", {"offset_seconds": 0})
    wrong = found(ill)
    assert ill.code != 0
    assert in_state(wrong, "fails") == {
        f"doctor.inventory.{left}",
        "doctor.machine.clock",
        "doctor.permissions.immediate",
        "doctor.quotas.ec2.L-1216C47A",
    }
    assert wrong["doctor.permissions.immediate"]["observed"] == ["s3:PutBucketVersioning"]
    assert f"attach-user-policy --user-name {OPERATOR}" in wrong["doctor.permissions.immediate"]["mend"]
    assert wrong["doctor.quotas.ec2.L-1216C47A"]["observed"] == "80 of 64"

    enforce(place, {**DOCTOR, "Statement": [one for one in DOCTOR["Statement"] if "iam" not in json.dumps(one["Action"])]})
    assert in_state(found(place.playbook("doctor")), "unproven") == {"doctor.permissions.immediate"}
    enforce(place, None)

    stranger = found(place.playbook("doctor", runbook_aws={**place.aws, "account": "999999999999"}))
    assert in_state(stranger, "fails") == {"doctor.account.right"}
    closed = found(place.playbook("doctor", runbook_aws={**place.aws, "region": "me-south-1"}))
    assert in_state(closed, "fails") == {"doctor.account.region"}
    nobody = found(place.playbook("doctor", runbook_aws={**place.aws, "profile": "<profile>"}))
    assert in_state(nobody, "fails") == {"doctor.account.credentials"}
    assert place.writes() == []
