"""PartiQL is executed by DynamoDB's own operations, from the statement translated (sandbox/partiql.py).

* UPDATE and DELETE name one item by its whole key; INSERT does not replace one.
  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
* A transaction is done whole or not at all.
  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.multiplestatements.transactions.html

moto's parser crashes on conditions, finds nothing for AND and BETWEEN, and an UPDATE with parameters does nothing.
"""

from __future__ import annotations

import copy
from typing import Any

from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    ConditionalCheckFailed,
    JsonRESTError,
    MockValidationException,
    TransactionCanceledException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

from sandbox.partiql import NotWellFormed, Statement, translate

Attributes = dict[str, Any]


def parse(text: str, parameters: list[Attributes] | None) -> Statement:
    try:
        return translate(text, parameters or [])
    except NotWellFormed as error:
        raise MockValidationException(f"Statement wasn't well formed, can't be processed: {error}") from error


def key_of(table: Table, statement: Statement) -> Attributes:
    equals = statement.equals()
    if not set(table.table_key_attrs) <= equals.keys():
        raise MockValidationException("Where clause does not contain a mandatory equality on all key attributes")
    return {name: equals[name] for name in table.table_key_attrs}


def value_at(attributes: Attributes, path: list[str]) -> Attributes | None:
    value = attributes.get(path[0])
    for part in path[1:]:
        if value is None:
            return None
        if part.startswith("["):
            members = value.get("L", [])
            value = members[int(part[1:-1])] if int(part[1:-1]) < len(members) else None
        else:
            value = value.get("M", {}).get(part)
    return value


def select(backend: DynamoDBBackend, table: Table, statement: Statement) -> list[Attributes]:
    condition = " ".join(statement.condition) if statement.condition else None
    found, start = [], None
    while True:
        names, values = statement.names, statement.values
        request = ({}, None, start, condition, names, values, statement.index, False, None, (None, None))
        page, _, start = backend.scan(table.name, *request)  # type: ignore[arg-type]
        found += [item.to_json()["Attributes"] for item in page]
        if start is None:
            break
    if statement.descending:
        found.reverse()
    if statement.columns is None:
        return found
    picked = [{path[-1]: value_at(item, path) for path in statement.columns} for item in found]
    return [{name: value for name, value in item.items() if value is not None} for item in picked]


def insert(backend: DynamoDBBackend, table: Table, statement: Statement) -> list[Attributes]:
    try:
        backend.put_item(
            table.name,
            statement.item or {},
            condition_expression="attribute_not_exists(#key)",
            expression_attribute_names={"#key": table.hash_key_attr},
            expression_attribute_values={},
        )
    except ConditionalCheckFailed as error:
        raise JsonRESTError(f"{ERROR_TYPE_PREFIX}DuplicateItemException", "Duplicate primary key exists in table") from error
    return []


def update(backend: DynamoDBBackend, table: Table, statement: Statement) -> list[Attributes]:
    key = key_of(table, statement)
    before = backend.get_item(table.name, key)
    old = before.to_json()["Attributes"] if before else {}
    item = backend.update_item(
        table.name,
        key,
        statement.updates,
        statement.names,
        statement.values,
        condition_expression=" ".join(statement.condition or []),
    )
    which = statement.returning.partition(" ")[2]
    return [{"NEW": item.to_json()["Attributes"], "OLD": copy.deepcopy(old)}[which]] if which else []


def delete(backend: DynamoDBBackend, table: Table, statement: Statement) -> list[Attributes]:
    key = key_of(table, statement)
    only_key = len(statement.condition or []) == 4 * len(key) - 1
    item = backend.delete_item(
        table.name,
        key,
        statement.names,
        statement.values,
        None if only_key else " ".join(statement.condition or []),
    )
    return [item.to_json()["Attributes"]] if item and statement.returning else []


EXECUTE = {"SELECT": select, "INSERT": insert, "UPDATE": update, "DELETE": delete}


def execute_statement(self: DynamoDBBackend, statement: str, parameters: list[Attributes] | None = None) -> list[Attributes]:
    parsed = parse(statement, parameters)
    return EXECUTE[parsed.kind](self, self.get_table(parsed.table), parsed)


def error_code(error: JsonRESTError, end: str) -> str:
    code = error.error_type.partition("#")[2].removesuffix("Exception")
    return f"{code}{end}" if code == "Validation" else code


def execute_transaction(self: DynamoDBBackend, statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    requests = [(each["Statement"], each.get("Parameters")) for each in statements]
    tables = {self.get_table(parse(*request).table).name for request in requests}
    before = {name: copy.deepcopy(self.tables[name]) for name in tables}
    responses: list[dict[str, Any]] = []
    reasons: list[tuple[Any, Any, Any]] = [(None, None, None)] * len(requests)
    for number, request in enumerate(requests):
        try:
            responses += [{"Item": item} for item in execute_statement(self, *request)]
        except JsonRESTError as error:
            self.tables.update(before)
            reasons[number] = (error_code(error, "Error"), error.message, None)
            raise TransactionCanceledException(reasons) from error
    return responses


def batch_execute_statement(self: DynamoDBBackend, statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    responses: list[dict[str, Any]] = []
    for each in statements:
        try:
            table = parse(each["Statement"], each.get("Parameters")).table
            items = execute_statement(self, each["Statement"], each.get("Parameters"))
            responses.append({"TableName": table} | ({"Item": items[0]} if items else {}))
        except JsonRESTError as error:
            responses.append({"Error": {"Code": error_code(error, "Error"), "Message": error.message}})
    return responses


def apply() -> None:
    DynamoDBBackend.execute_statement = execute_statement
    DynamoDBBackend.execute_transaction = execute_transaction
    DynamoDBBackend.batch_execute_statement = batch_execute_statement
