"""The guard: nothing leaves for another account, and nothing but reads in check mode."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import botocore
import pytest
from ansible_collections.prodready.aws.plugins.module_utils.guard import Guard, Refused, reads

HERE, ELSEWHERE = "123456789012", "210987654321"


def operation(name, service="dynamodb"):
    return SimpleNamespace(name=name, service_model=SimpleNamespace(service_name=service))


def guard(check_mode=False, found=HERE):
    asked = []
    made = Guard(HERE, check_mode, lambda: asked.append(1) or found)
    made.asked = asked
    return made


def model(service):
    (file,) = (Path(botocore.__file__).parent / "data" / service).glob("*/service-2.json.gz")
    return json.loads(gzip.decompress(file.read_bytes()))["operations"]


def test_a_request_for_another_account_is_refused_and_told_both():
    with pytest.raises(Refused, match=f"account {ELSEWHERE}, the inventory names {HERE}.*Nothing was touched"):
        guard(found=ELSEWHERE).before_call(operation("DescribeTable"))


def test_the_account_is_asked_once():
    one = guard()
    for name in ("DescribeTable", "UpdateTable", "DescribeTable"):
        one.before_call(operation(name))

    assert one.asked == [1]


def test_a_wrong_account_is_refused_every_time():
    one = guard(found=ELSEWHERE)
    for _ in range(2):
        with pytest.raises(Refused):
            one.before_call(operation("DescribeTable"))


def test_the_question_who_is_calling_is_let_through():
    one = guard(found=ELSEWHERE)
    one.before_call(operation("GetCallerIdentity", "sts"))

    assert one.asked == []


def test_a_write_in_check_mode_is_refused_by_name():
    with pytest.raises(Refused, match="dynamodb:UpdateTable would write, and this is check mode"):
        guard(check_mode=True).before_call(operation("UpdateTable"))


def test_a_read_in_check_mode_is_let_through():
    one = guard(check_mode=True)
    one.before_call(operation("DescribeTable"))

    assert one.requests == {"dynamodb:DescribeTable": 1}


def test_requests_are_counted_by_operation_refused_ones_too():
    one = guard(check_mode=True)
    for name in ("DescribeTable", "DescribeTable", "UpdateTable"):
        try:
            one.before_call(operation(name))
        except Refused:
            continue

    assert one.requests == {"dynamodb:DescribeTable": 2, "dynamodb:UpdateTable": 1}


@pytest.mark.parametrize("service", ["cloudwatch", "dynamodb", "logs", "s3", "secretsmanager", "sns"])
def test_no_operation_that_changes_something_passes_as_a_read(service):
    writes = ("Put", "Create", "Delete", "Update", "Set", "Tag", "Untag", "Enable", "Disable", "Restore", "Rotate", "Publish", "Execute")

    assert not [name for name in model(service) if reads(name) and name.startswith(writes)]
    assert [name for name in model(service) if name.startswith(("Put", "Create")) and not reads(name)]


@pytest.mark.parametrize("name", ["PartiQLSelect", "BatchWriteItem", "BatchExecuteStatement", "TransactWriteItems", "StartQuery"])
def test_what_is_not_known_to_read_is_taken_for_a_write(name):
    assert not reads(name)
