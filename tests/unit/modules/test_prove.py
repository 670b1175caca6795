"""Claims are asked, compared and kept; what cannot be seen does not hold."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.evidence import tampered
from ansible_collections.prodready.aws.plugins.modules import prove
from botocore.exceptions import ClientError

TABLE = {"service": "dynamodb", "operation": "describe_table", "params": {"TableName": "orders"}, "take": "Table.TableStatus"}
CLAIM = {"id": "table.orders", "item": "some.item", "says": "Table orders is there", "ask": TABLE, "expect": {"equals": "ACTIVE"}}
SEEN = {key: value for key, value in CLAIM.items() if key != "ask"}
CALLER = "arn:aws:iam::123456789012:user/ops"


@pytest.fixture
def dest(tmp_path) -> Path:
    return tmp_path / "evidence" / "dynamodb.json"


@pytest.fixture
def claims(run, fake_aws, dest, monkeypatch):
    """A function that proves claims, given AWS's answers; in the result is what was asked too."""

    def claims(*claims: dict, check_mode: bool = False, strict: bool = True, lists: dict | None = None, **answers) -> dict:
        made = []

        def aws(params: dict, check_mode: bool = False):
            made.append(
                fake_aws(get_caller_identity={"Arn": CALLER}, **{"describe_table": {"Table": {"TableStatus": "ACTIVE"}}, **answers})
            )
            made[-1].__dict__ |= {
                "params": params,
                "region": params["region"],
                "guard": SimpleNamespace(requests={}, check_mode=check_mode),
            }
            return made[-1]

        monkeypatch.setattr(prove, "Aws", aws)
        options = {"account": "123456789012", "region": "eu-central-1", "claims": list(claims), "dest": str(dest), "strict": strict}
        options["lists"] = lists or {}
        result = run(prove.main, check_mode=check_mode, **options)
        return {**result, "asked": [(one.region, *request) for one in made for request in one.asked], "made": made}

    return claims


def kept(dest: Path) -> list[dict]:
    return json.loads(dest.read_text())


def test_a_claim_that_holds_is_kept_with_what_was_asked_seen_when_and_by_whom(claims, dest):
    before = datetime.now(UTC).replace(microsecond=0)
    proven = claims(CLAIM)
    (record,) = kept(dest)

    assert not proven.get("failed")
    assert not proven["changed"]
    assert proven["claims"] == [record]
    assert (record["state"], record["observed"], record["expected"]) == ("holds", "ACTIVE", {"equals": "ACTIVE"})
    assert record["asked"] == TABLE
    assert record["by"] == CALLER
    assert before <= datetime.fromisoformat(record["at"]) <= datetime.now(UTC)


def test_a_claim_that_does_not_hold_fails_and_is_kept(claims, dest):
    proven = claims(CLAIM, {**CLAIM, "id": "table.deleted", "expect": {"equals": "DELETING"}})

    assert proven["failed"]
    assert proven["msg"] == "1 of 2 claims do not hold:\ntable.deleted: Table orders is there: expected equals 'DELETING', saw 'ACTIVE'"
    assert [record["state"] for record in kept(dest)] == ["holds", "fails"]


def test_without_strict_the_record_alone_says_that_a_claim_does_not_hold(claims, dest):
    assert not claims({**CLAIM, "expect": {"equals": "DELETING"}}, strict=False).get("failed")
    assert kept(dest)[0]["state"] == "fails"


@pytest.mark.parametrize("answer", [{}, {"Table": {}}, {"Table": {"TableStatus": None}}])
def test_nothing_observed_does_not_hold(claims, answer):
    assert claims({**CLAIM, "expect": {"differs": "DELETING"}}, describe_table=answer)["failed"]


def test_what_another_task_saw_is_compared(claims):
    assert not claims({**SEEN, "observed": "ACTIVE"}).get("failed")
    assert claims({**SEEN, "observed": "DELETING"})["failed"]


def test_what_another_task_did_not_see_does_not_hold_and_is_kept(claims, dest):
    assert claims({**SEEN, "observed": None})["failed"]
    assert kept(dest)[0]["state"] == "fails"


def test_what_cannot_be_compared_does_not_hold(claims, dest):
    assert claims({**CLAIM, "expect": {"below": 5}})["failed"]
    assert kept(dest)[0]["state"] == "fails"


def test_an_error_of_aws_is_in_the_record(claims, dest):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeTable")

    assert claims(CLAIM, describe_table=refuse)["failed"]
    (record,) = kept(dest)
    assert record["state"] == "fails"
    assert "dynamodb:DescribeTable failed with AccessDeniedException: no. Next: grant dynamodb:DescribeTable" in record["error"]


def test_one_claim_that_cannot_be_asked_spoils_no_other(claims, dest):
    def refuse(TableName):
        if TableName == "carts":
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no such table"}}, "DescribeTable")
        return {"Table": {"TableStatus": "ACTIVE"}}

    carts = {**CLAIM, "id": "table.carts", "ask": {**TABLE, "params": {"TableName": "carts"}}}
    claims(carts, CLAIM, describe_table=refuse)

    assert [record["state"] for record in kept(dest)] == ["fails", "holds"]


def test_an_operation_that_does_not_exist_is_in_the_record(claims, dest):
    def unknown(**_):
        raise AttributeError("'DynamoDB' object has no attribute 'describe_table'")

    assert claims(CLAIM, describe_table=unknown)["failed"]
    assert "dynamodb has no operation describe_table" in kept(dest)[0]["error"]


def test_a_take_that_is_no_jmespath_is_in_the_record(claims, dest):
    assert claims({**CLAIM, "ask": {**TABLE, "take": "Table.["}})["failed"]
    assert "take cannot be applied" in kept(dest)[0]["error"]


@pytest.mark.parametrize("operation", ["delete_table", "update_table", "put_item", "create_table", "start_query"])
def test_only_operations_that_read_are_asked(claims, dest, operation):
    refused = claims({**CLAIM, "ask": {**TABLE, "operation": operation}})

    assert refused["msg"] == f"table.orders: {operation} is not an operation that reads"
    assert refused["made"] == []
    assert not dest.exists()


def test_the_guard_lets_only_reads_through(claims):
    assert [aws.guard.check_mode for aws in claims(CLAIM)["made"]] == [True]


def test_in_check_mode_claims_are_examined_nothing_is_asked_and_no_evidence_is_written(claims, dest):
    assert "failed" not in claims(CLAIM, check_mode=True)
    assert "two claims have this id" in claims(CLAIM, CLAIM, check_mode=True)["msg"]
    assert claims(CLAIM, check_mode=True)["made"] == []
    assert not dest.exists()


def test_claims_that_ask_the_same_share_one_request(claims):
    other = {**CLAIM, "id": "table.arn", "ask": {**TABLE, "take": "Table.TableArn"}, "expect": {"equals": "arn"}}
    proven = claims(CLAIM, other, describe_table={"Table": {"TableStatus": "ACTIVE", "TableArn": "arn"}})

    assert [operation for _, operation, _ in proven["asked"]] == ["get_caller_identity", "describe_table"]


def test_another_region_is_asked_where_a_claim_names_it(claims):
    proven = claims(CLAIM, {**CLAIM, "id": "table.standby", "ask": {**TABLE, "region": "eu-west-1"}})

    assert {region for region, operation, _ in proven["asked"] if operation == "describe_table"} == {"eu-central-1", "eu-west-1"}


def test_a_waived_claim_counts_until_its_day_is_over(claims, dest):
    def waived(days: int) -> dict:
        until = (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
        return {**CLAIM, "expect": {"equals": "DELETING"}, "waived": {"reason": "it is moved", "until": until}}

    assert not claims(waived(0)).get("failed")
    assert kept(dest)[0]["state"] == "waived"
    assert claims(waived(-1))["failed"]
    assert kept(dest)[0]["state"] == "fails"


def test_each_value_is_a_claim_of_its_own(claims, dest):
    claim = {**CLAIM, "id": "table.$each", "says": "$each is there", "ask": {**TABLE, "params": {"TableName": "$each"}}}
    claims({**claim, "each": ["orders", "products"]})

    assert [(record["id"], record["says"]) for record in kept(dest)] == [
        ("table.orders", "orders is there"),
        ("table.products", "products is there"),
    ]


def test_each_dictionary_fills_the_claim_with_its_keys(claims, dest):
    claim = {**CLAIM, "id": "table.$name", "expect": {"equals": "$status"}, "ask": {**TABLE, "params": {"TableName": "$name"}}}
    claims({**claim, "each": [{"name": "orders", "status": "ACTIVE"}, {"name": "carts", "status": "DELETING"}]}, strict=False)

    assert [(record["id"], record["state"]) for record in kept(dest)] == [("table.orders", "holds"), ("table.carts", "fails")]


def test_a_list_is_named_once_for_all_claims_that_go_over_it(claims, dest):
    claim = {**CLAIM, "id": "table.$name", "each": "tables", "ask": {**TABLE, "params": {"TableName": "$name"}}}
    claims(claim, {**claim, "id": "there.$name"}, lists={"tables": [{"name": "orders"}, {"name": "products"}]})

    assert [record["id"] for record in kept(dest)] == ["table.orders", "table.products", "there.orders", "there.products"]


@pytest.mark.parametrize("each", ["sites", 5, {"name": "orders"}])
def test_each_that_is_no_list_and_the_name_of_none_is_refused(claims, dest, each):
    refused = claims({**CLAIM, "each": each}, lists={"tables": []})

    assert f"table.orders: each is {each!r}, allowed are a list, tables" in refused["msg"]
    assert not dest.exists()


@pytest.mark.parametrize(
    ("claim", "problem"),
    [
        (CLAIM, "table.orders: two claims have this id"),
        ({**CLAIM, "id": "x", "observed": 1}, "x: a claim has either ask or observed"),
        ({**CLAIM, "id": "x", "expect": {"resembles": 1}}, "x: expect must be one of equals"),
        ({**CLAIM, "id": "x", "waived": {"until": "2026-11-23"}}, "x: a waiver gives its reason"),
        ({**CLAIM, "id": "x", "waived": {"reason": "moved", "until": "soon"}}, "x: waived.until must be a date"),
    ],
)
def test_claims_that_could_not_fail_or_be_told_apart_are_refused_before_anything_is_asked(claims, dest, claim, problem):
    refused = claims(CLAIM, claim)

    assert problem in refused["msg"]
    assert refused["made"] == []
    assert not dest.exists()


def test_evidence_is_whole_when_it_has_its_name(claims, dest, monkeypatch):
    claims(CLAIM)
    before = dest.read_text()
    monkeypatch.setattr(Path, "replace", lambda self, to: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    failed = claims({**CLAIM, "id": "other"})

    assert failed["msg"] == f"dest: {dest} cannot be written: No space left on device."
    assert dest.read_text() == before


def test_nothing_but_the_evidence_and_its_seal_is_left_in_its_folder(claims, dest):
    claims(CLAIM)

    assert set(dest.parent.iterdir()) == {dest, dest.with_name("seals.jsonl")}
    assert tampered(dest.parent) == {}


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/garbage":
            self.wfile.write(b"not HTTP at all\r\n\r\n")
            return
        status = {"/moved": 301, "/missing": 404, "/down": 503}.get(self.path, 200)
        self.send_response(status)
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Content-Type", "text/plain" if self.path == "/text" else "application/json")
        if status == 301:
            self.send_header("Location", "https://shop.example/")
        self.end_headers()
        self.wfile.write(b"{" if self.path == "/broken" else b'{"release": "1.0.0"}')

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "take", "expected"),
    [
        ("/", "status", 200),
        ("/", "body.release", "1.0.0"),
        ("/", 'headers."x-frame-options"', "DENY"),
        ("/text", "body", '{"release": "1.0.0"}'),
        ("/moved", "status", 301),
        ("/moved", "headers.location", "https://shop.example/"),
        ("/missing", "status", 404),
        ("/down", "body.release", "1.0.0"),
    ],
)
def test_what_an_address_answers_is_seen(claims, site, path, take, expected):
    proven = claims({**CLAIM, "ask": {"url": f"{site}{path}", "take": take}, "expect": {"equals": expected}})

    assert not proven.get("failed"), proven["msg"]
    assert [operation for _, operation, _ in proven["asked"]] == ["get_caller_identity"]


@pytest.mark.parametrize("path", ["/broken", "/garbage"])
def test_an_answer_that_makes_no_sense_is_in_the_record(claims, dest, site, path):
    assert claims({**CLAIM, "ask": {"url": f"{site}{path}", "take": "status"}, "expect": {"equals": 200}})["failed"]
    assert f"{site}{path} gave no answer" in kept(dest)[0]["error"]


def test_an_address_where_nobody_answers_does_not_hold(claims, dest):
    assert claims({**CLAIM, "ask": {"url": "http://127.0.0.1:9/", "take": "status"}, "expect": {"differs": 200}})["failed"]
    assert "http://127.0.0.1:9/ gave no answer" in kept(dest)[0]["error"]
