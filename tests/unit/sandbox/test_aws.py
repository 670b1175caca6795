"""The collection's access to AWS, against the emulator: guard, counting, waits, partial failure, journal."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest
import requests
from ansible_collections.prodready.aws.plugins.module_utils import waiters
from ansible_collections.prodready.aws.plugins.module_utils.aws import Aws
from ansible_collections.prodready.aws.plugins.module_utils.guard import Refused
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Wait
from ansible_collections.prodready.aws.plugins.modules import dynamodb_tables
from botocore.exceptions import ClientError, EndpointConnectionError, ProfileNotFound, ReadTimeoutError

HERE, ELSEWHERE = "123456789012", "210987654321"
CREATE = {
    "TableName": "orders",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
TABLES = [{"name": name, "hash_key": {"name": "id"}} for name in ("orders", "users")]


@pytest.fixture
def aws(endpoint_url, client):
    def make(check_mode=False, **params):
        place = {
            "account": HERE,
            "region": "eu-central-1",
            "endpoint_url": endpoint_url,
            "access_key": "AKIASANDBOX0000000",
            "secret_key": "sandbox-secret-key-sandbox",
            "concurrency": 4,
            "deadline_seconds": 5,
        }
        return Aws({**place, **params}, check_mode)

    return make


def test_a_wrong_account_is_refused_before_the_first_request(aws, client):
    wrong = aws(account=ELSEWHERE)
    with pytest.raises(Refused, match=ELSEWHERE):
        wrong.call("dynamodb", "create_table", **CREATE)

    assert client("dynamodb").list_tables()["TableNames"] == []


def test_check_mode_cannot_write(aws, client):
    with pytest.raises(Refused, match="check mode"):
        aws(check_mode=True).call("dynamodb", "create_table", **CREATE)

    assert client("dynamodb").list_tables()["TableNames"] == []


def test_requests_are_counted_the_question_for_the_account_among_them(aws):
    one = aws()
    for _ in range(2):
        one.call("dynamodb", "list_tables")

    assert one.guard.requests == {"sts:GetCallerIdentity": 1, "dynamodb:ListTables": 2}


def test_threads_that_start_together_ask_for_the_account_once(aws):
    one = aws(concurrency=8)
    one.each(lambda _: one.call("dynamodb", "list_tables"), range(8))

    assert one.guard.requests == {"sts:GetCallerIdentity": 1, "dynamodb:ListTables": 8}


def test_what_is_expected_to_be_missing_is_none(aws):
    missing = ("ResourceNotFoundException",)

    assert aws().call("dynamodb", "describe_table", missing, TableName="orders") is None


def test_what_was_done_though_its_answer_was_lost_is_done(aws, endpoint_url):
    rules = [{"operation": "CreateTable", "cut": "after", "times": 1}]
    requests.put(f"{endpoint_url}/_sandbox/faults", json={"rules": rules}, timeout=10)
    one = aws()

    assert one.call("dynamodb", "create_table", **CREATE) is None
    with pytest.raises(ClientError, match="ResourceInUseException"):
        one.call("dynamodb", "create_table", **CREATE)


@pytest.mark.parametrize("silent", [True, False])
def test_a_request_without_an_answer_is_given_up_in_time(aws, silent):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if silent:
            listener.listen()
        one = aws(endpoint_url=f"http://127.0.0.1:{listener.getsockname()[1]}", unanswered_seconds=1)
        start = time.monotonic()
        with pytest.raises(ReadTimeoutError if silent else EndpointConnectionError):
            one.call("dynamodb", "list_tables")

    # After the time there may be one attempt more, and the pause before it.
    assert time.monotonic() - start < 15


def test_what_is_not_expected_is_an_error_that_knows_its_service(aws):
    with pytest.raises(ClientError) as caught:
        aws().call("dynamodb", "describe_table", TableName="orders")

    assert (caught.value.service, caught.value.operation_name) == ("dynamodb", "DescribeTable")


def test_all_pages_are_read(aws, client):
    for name in ("orders", "users", "products"):
        client("dynamodb").create_table(**{**CREATE, "TableName": name})

    found = aws().pages("dynamodb", "list_tables", "TableNames", PaginationConfig={"PageSize": 1})
    assert sorted(found) == ["orders", "products", "users"]


def test_an_operation_without_pages_is_asked_once(aws):
    one = aws()

    assert one.pages("dynamodb", "describe_endpoints", "Endpoints")
    assert one.guard.requests["dynamodb:DescribeEndpoints"] == 1


def test_one_client_for_a_service_whichever_thread_asks(aws):
    one = aws()

    assert len({id(found) for found in one.each(lambda _: one.client("dynamodb"), range(8))}) == 1


def test_items_are_asked_side_by_side_and_answered_in_order(aws):
    together = threading.Barrier(4, timeout=5)

    assert aws().each(lambda item: together.wait() >= 0 and item, [3, 1, 2, 4]) == [3, 1, 2, 4]


def test_a_wait_ends_at_its_deadline_and_says_what_it_waited_for(aws, client):
    client("dynamodb").create_table(**CREATE)
    start = time.monotonic()
    with pytest.raises(TimeoutError, match="waited up to 1 s until the table is gone.*Max attempts exceeded.*raise deadline_seconds"):
        aws(deadline_seconds=1).send("dynamodb", Wait("table_not_exists", {"TableName": "orders"}, until="the table is gone"))

    assert time.monotonic() - start < 3


def test_a_step_may_belong_to_another_service(aws):
    assert aws().send("dynamodb", Call("get_caller_identity", service="sts"))["Account"] == HERE


def test_arns_name_account_and_region(aws):
    assert aws().arn("dynamodb", "table/orders") == f"arn:aws:dynamodb:eu-central-1:{HERE}:table/orders"


def test_a_module_refuses_a_wrong_account_with_nothing_asked_but_who_is_calling(run):
    result = run(dynamodb_tables.main, tables=TABLES, account=ELSEWHERE)

    assert f"account {HERE}, the inventory names {ELSEWHERE}" in result["msg"]
    assert result["failed"] is True and not result.get("changed")


def test_of_a_set_the_rest_is_done_and_every_error_listed_when_some_fail(run, client):
    bad = [{**TABLES[0], "name": name, "encryption": "alias/nowhere"} for name in ("bad-1", "bad-2")]
    result = run(dynamodb_tables.main, tables=[bad[0], *TABLES, bad[1]])

    assert (result["failed"], result["changed"], len(result["errors"])) == (True, True, 2)
    assert all(error in result["msg"] for error in result["errors"])
    assert sorted(client("dynamodb").list_tables()["TableNames"])[-2:] == ["orders", "users"]


def test_nothing_is_changed_when_all_fail(run):
    result = run(dynamodb_tables.main, tables=[{**TABLES[0], "encryption": "alias/nowhere", "name": "bad"}])

    assert (result["failed"], result["changed"]) == (True, False)


def test_every_change_is_in_the_journal_and_what_failed_says_why(run, tmp_path):
    path = tmp_path / "journal.jsonl"
    bad = {**TABLES[0], "name": "bad", "encryption": "alias/nowhere"}
    run(dynamodb_tables.main, tables=[TABLES[0], bad], journal={"path": str(path), "run": "r1", "host": "primary"})
    lines = [json.loads(line) for line in path.read_text().splitlines()]

    assert sorted((line["name"], "error" in line) for line in lines) == [("bad", False), ("bad", True), ("orders", False)]
    assert {(line["run"], line["host"], line["account"], line["region"]) for line in lines} == {("r1", "primary", HERE, "eu-central-1")}


def test_check_mode_leaves_no_journal(run, tmp_path):
    path = tmp_path / "journal.jsonl"
    result = run(dynamodb_tables.main, check_mode=True, tables=TABLES, journal={"path": str(path)})

    assert result["changed"] is True and not path.exists()


def test_what_the_collection_made_is_found_by_its_tags(run, client):
    run(dynamodb_tables.main, tables=TABLES)
    mapped = client("resourcegroupstaggingapi").get_resources(
        TagFilters=[{"Key": "prodready:managed", "Values": ["true"]}, {"Key": "prodready:app", "Values": ["shop"]}]
    )

    assert len(mapped["ResourceTagMappingList"]) == 2


def test_a_profile_that_is_not_there_is_an_error_before_any_request(aws):
    with pytest.raises(ProfileNotFound, match="nosuch"):
        aws(profile="nosuch")


def test_what_is_too_early_is_asked_again_until_the_deadline(aws, client, endpoint_url, monkeypatch):
    monkeypatch.setattr(waiters, "POLL_SECONDS", 0.01)
    early = Call("create_table", CREATE, again=("WAFUnavailableEntityException",))
    rule = {"operation": "CreateTable", "code": "WAFUnavailableEntityException", "status": 400}
    requests.put(f"{endpoint_url}/_sandbox/faults", json={"rules": [{**rule, "times": 2}]}, timeout=10).raise_for_status()
    one = aws()
    one.send("dynamodb", early)
    assert one.guard.requests["dynamodb:CreateTable"] == 3

    requests.put(f"{endpoint_url}/_sandbox/faults", json={"rules": [rule]}, timeout=10).raise_for_status()
    with pytest.raises(ClientError, match="WAFUnavailableEntityException"):
        aws(deadline_seconds=0).send("dynamodb", early)
