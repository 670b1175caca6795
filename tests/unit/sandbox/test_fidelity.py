"""What an answer says of itself, and the table that people read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from botocore.session import Session

from sandbox.fidelity import STATES, load, table

ROOT = Path(__file__).parents[3]


def header(answer: dict) -> str | None:
    return answer["ResponseMetadata"]["HTTPHeaders"].get("x-fidelity")


def test_the_table_of_the_document_is_the_data():
    shown = re.search(r"<!-- fidelity -->\n(.*)\n<!-- /fidelity -->", (ROOT / "docs/sandbox.md").read_text(), re.DOTALL)
    assert shown and shown[1] == table(load())


@pytest.mark.parametrize("service", load())
def test_operations_are_botocores_and_states_are_three(service):
    known = load()[service]
    operations = known.get("operations", {})
    assert set(operations) <= set(Session().get_service_model(service).operation_names)
    states = {known["default"], *(of["state"] for of in [*operations.values(), *known.get("features", [])])}
    assert states <= set(STATES)


def test_an_answer_that_rests_on_what_was_only_accepted_says_so(client):
    s3 = client("s3")
    s3.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    assert header(s3.list_buckets()) is None
    assert header(s3.get_bucket_encryption(Bucket="logs")) == "accepted"
    assert header(client("ec2").describe_vpcs()) == "accepted"
    assert header(client("kms").list_keys()) == "accepted"
