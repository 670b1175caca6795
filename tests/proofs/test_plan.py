"""tools/plan: what it prints, and how it ends."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.integration.place import CHECKOUT, Place

pytestmark = pytest.mark.timeout(300)
LOGS = "shop-logs-123456789012"


def plan(place: Place, tag: str, **variables: object) -> tuple[int, list[str]]:
    extra = json.dumps({"runbook_aws": place.aws, **variables})
    command = [CHECKOUT / "tools/plan", "playbooks/immediate.yml", "--tags", tag, "--extra-vars", extra]
    env = {name: value for name, value in place.env.items() if "CALLBACK" not in name}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=CHECKOUT, check=False)
    return done.returncode, done.stdout.splitlines()


def test_a_plan_says_what_would_be_done_and_ends_accordingly(place: Place) -> None:
    code, lines = plan(place, "s3")
    assert (code, lines[-1]) == (2, "4 to create, 0 to change, 0 to remove, 0 to leave")
    assert [line for line in lines if line.startswith("  + ")] == [
        "  + lock: shop-locks",
        "  + s3_buckets: shop-images-123456789012",
        f"  + s3_buckets: {LOGS}",
        "  + s3_buckets: shop-releases-123456789012",
    ]
    assert place.client("s3").list_buckets()["Buckets"] == []

    place.playbook("immediate", "--tags", "s3")
    assert plan(place, "s3") == (0, ["0 to create, 0 to change, 0 to remove, 4 to leave"])

    place.client("s3").put_public_access_block(
        Bucket=LOGS,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": False,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    assert plan(place, "s3") == (
        2,
        [
            "primary · s3",
            f"  ~ s3_buckets: {LOGS}",
            "    ~ public_access_block.block_public_acls: false -> true",
            "",
            "0 to create, 1 to change, 0 to remove, 3 to leave",
        ],
    )


def test_no_value_of_a_secret_is_in_a_plan(place: Place) -> None:
    code, lines = plan(place, "environment")
    values = [
        line.partition("=")[2].strip("\"'")
        for line in (place.folder / "shop.env").read_text().splitlines()
        if "SECRET" in line or "KEY" in line
    ]
    assert code == 2
    assert "      variables.SESSION_SECRET: (secret)" in lines
    assert values
    assert [value for value in values if value and value in "\n".join(lines)] == []


def test_an_error_is_shown_and_ends_with_1(place: Place) -> None:
    code, lines = plan(place, "s3", runbook_aws={**place.aws, "account": "999999999999"})
    assert code == 1
    assert "belong to account 123456789012, the inventory names 999999999999" in "\n".join(lines)
    assert lines[-1].startswith("The plan is not whole. ")
