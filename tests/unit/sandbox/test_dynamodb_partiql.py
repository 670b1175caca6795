from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.unit.sandbox.dynamodb_table import create, identifiers


@pytest.fixture
def dynamodb(client, clock):
    dynamodb = client("dynamodb")
    create(dynamodb, clock)
    for identifier, count in (("a", 1), ("b", 5), ("c", 7)):
        run(dynamodb, "INSERT INTO orders VALUE {'id': ?, 'n': ?}", identifier, count)
    return dynamodb


def value(parameter) -> dict:
    return {"N": str(parameter)} if isinstance(parameter, int) else {"S": parameter}


def run(dynamodb, statement: str, *parameters) -> list[dict]:
    more = {"Parameters": [value(parameter) for parameter in parameters]} if parameters else {}
    return dynamodb.execute_statement(Statement=statement, **more)["Items"]


def found(dynamodb, condition: str, *parameters) -> str:
    return "".join(item["id"]["S"] for item in run(dynamodb, f'SELECT * FROM "orders" WHERE {condition}', *parameters))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("id='a'", "a"),
        ("id = 'b' AND n = 5", "b"),
        ("id = 'b' AND n = 6", ""),
        ("n > 1", "bc"),
        ("n BETWEEN 1 AND 5", "ab"),
        ("n > -1 AND n<>5", "ac"),
        ("id IN ['a', 'c']", "ac"),
        ("begins_with(id, 'b')", "b"),
        ("NOT (n = 1 OR n = 7)", "b"),
        ("state IS MISSING AND n IS NOT MISSING", "abc"),
        ("id = 'it''s'", ""),
    ],
)
def test_a_select_finds_what_its_condition_says(dynamodb, condition, expected):
    assert found(dynamodb, condition) == expected


def test_parameters_take_the_place_of_values(dynamodb):
    assert found(dynamodb, "id = ? AND n = ?", "b", 5) == "b"
    assert run(dynamodb, "UPDATE orders SET n = n + ? SET state = ? WHERE id = ?", 2, "paid", "a") == []
    assert run(dynamodb, "SELECT n, state FROM orders WHERE id = ?", "a") == [{"n": {"N": "3"}, "state": {"S": "paid"}}]


def test_documents_lists_and_sets_are_written_and_picked(dynamodb):
    run(dynamodb, "INSERT INTO orders VALUE {'id': 'd', 'm': {'l': [1, {'x': true}]}, 's': <<'p', 'q'>>, 'z': null}")
    (item,) = run(dynamodb, "SELECT m.l[1].x, s, z FROM orders WHERE m.l[0] = 1")
    assert item == {"x": {"BOOL": True}, "s": {"SS": ["p", "q"]}, "z": {"NULL": True}}


def test_an_update_answers_what_is_asked_for(dynamodb):
    (item,) = run(dynamodb, "UPDATE orders SET n = 9 REMOVE state WHERE id = 'a' AND n = 1 RETURNING ALL NEW *")
    assert item == {"id": {"S": "a"}, "n": {"N": "9"}}


def test_a_delete_takes_one_item(dynamodb):
    run(dynamodb, "DELETE FROM orders WHERE id = ?", "a")
    run(dynamodb, "DELETE FROM orders WHERE id = 'missing'")
    assert identifiers(dynamodb) == ["b", "c"]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("nonsense", "ValidationException"),
        ("SELECT COUNT(*) FROM orders", "ValidationException"),
        ("SELECT * FROM orders WHERE id = ?", "ValidationException"),
        ("SELECT * FROM missing", "ResourceNotFoundException"),
        ("UPDATE orders SET n = 2 WHERE n = 1", "ValidationException"),
        ("DELETE FROM orders", "ValidationException"),
        ("INSERT INTO orders VALUE {'id': 'a'}", "DuplicateItemException"),
        ("UPDATE orders SET n = 2 WHERE id = 'a' AND n = 2", "ConditionalCheckFailedException"),
        ("UPDATE orders SET n = 2 WHERE id = 'missing'", "ConditionalCheckFailedException"),
    ],
)
def test_a_statement_that_dynamodb_refuses_changes_nothing(dynamodb, statement, code):
    before = dynamodb.scan(TableName="orders")["Items"]
    with pytest.raises(ClientError) as error:
        run(dynamodb, statement)
    assert error.value.response["Error"]["Code"] == code
    assert dynamodb.scan(TableName="orders")["Items"] == before


def test_a_transaction_is_done_whole_or_not_at_all(dynamodb):
    insert, duplicate = ({"Statement": f"INSERT INTO orders VALUE {{'id': '{name}'}}"} for name in "da")
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        dynamodb.execute_transaction(TransactStatements=[insert, duplicate])
    assert identifiers(dynamodb) == ["a", "b", "c"]
    dynamodb.execute_transaction(TransactStatements=[insert])
    assert identifiers(dynamodb) == ["a", "b", "c", "d"]


def test_a_batch_answers_for_each_statement(dynamodb):
    statements = [f"SELECT n FROM {table} WHERE id = 'a'" for table in ("orders", "missing")]
    first, second = dynamodb.batch_execute_statement(Statements=[{"Statement": s} for s in statements])["Responses"]
    assert first == {"TableName": "orders", "Item": {"n": {"N": "1"}}}
    assert second["Error"]["Code"] == "ResourceNotFound"
