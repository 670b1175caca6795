"""PartiQL statements, translated into DynamoDB's own expressions.

A condition of PartiQL says the same as a condition expression, with literals for values and names: both become
placeholders.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

Value = dict[str, Any]

TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z_][\w$]*)
    |(?P<mark><<|>>|<>|<=|>=|!=|[-=<>(),.\[\]{}:*?+]))""",
    re.VERBOSE,
)
CLAUSES = ("FROM", "WHERE", "SET", "REMOVE", "RETURNING", "ORDER")
CONSTANTS = {"TRUE": {"BOOL": True}, "FALSE": {"BOOL": False}, "NULL": {"NULL": True}}
BEFORE_VALUE = ("", "=", "<>", "<", "<=", ">", ">=", "(", ",", "AND", "BETWEEN", "+", "-")


class Token(NamedTuple):
    kind: str
    text: str


class Statement(NamedTuple):
    kind: str
    table: str
    index: str | None = None  # type: ignore[assignment]
    columns: list[list[str]] | None = None
    item: Value | None = None
    updates: str = ""
    condition: list[str] | None = None
    descending: bool = False
    returning: str = ""
    names: dict[str, str] = {}
    values: dict[str, Value] = {}

    def equals(self) -> dict[str, Value]:
        """The attributes that the condition fixes to one value."""
        words = self.condition or []
        if {"OR", "NOT"} & set(words):
            return {}
        triples = zip(words, words[1:], words[2:], strict=False)
        return {
            self.names[left]: self.values[right]
            for left, operator, right in triples
            if operator == "=" and left in self.names and right in self.values
        }


class NotWellFormed(Exception):
    """The statement cannot be read; the message says where."""


def tokens_of(text: str) -> list[Token]:
    tokens, position = [], 0
    while position < len(text.rstrip().rstrip(";")):
        match = TOKEN.match(text, position)
        if match is None:
            raise NotWellFormed(f"unexpected {text[position : position + 10]!r}")
        tokens.append(Token(match.lastgroup or "", match[match.lastgroup or 0]))
        position = match.end()
    return tokens


class Translator:
    def __init__(self, text: str, parameters: list[Value]) -> None:
        self.tokens, self.position = tokens_of(text), 0
        self.parameters = list(parameters)
        self.names: dict[str, str] = {}
        self.values: dict[str, Value] = {}

    @property
    def next(self) -> Token:
        return self.tokens[self.position] if self.position < len(self.tokens) else Token("end", "")

    def take(self, *texts: str) -> Token:
        token = self.next
        if texts and token.text.upper() not in texts:
            raise NotWellFormed(f"expected {' or '.join(texts)}, not {token.text or 'the end'!r}")
        self.position += 1
        return token

    def skip(self, *texts: str) -> bool:
        """Take these tokens when they are what comes next."""
        ahead = self.tokens[self.position : self.position + len(texts)]
        if [token.text.upper() for token in ahead] != list(texts):
            return False
        self.position += len(texts)
        return True

    def at_clause(self) -> bool:
        return self.next.kind == "end" or (self.next.kind == "word" and self.next.text.upper() in CLAUSES)

    def name(self) -> str:
        token = self.take()
        if token.kind not in ("word", "quoted"):
            raise NotWellFormed(f"expected a name, not {token.text or 'the end'!r}")
        return token.text[1:-1].replace('""', '"') if token.kind == "quoted" else token.text

    def literal(self) -> Value:
        token = self.take()
        if token.kind == "string":
            return {"S": token.text[1:-1].replace("''", "'")}
        if token.kind == "number":
            return {"N": token.text}
        if token.text.upper() in CONSTANTS:
            return CONSTANTS[token.text.upper()]
        if token.text == "-":
            return {"N": f"-{self.take().text}"}
        if token.text == "?" and self.parameters:
            return self.parameters.pop(0)
        if token.text == "[":
            return {"L": self.literals("]")}
        if token.text == "<<":
            members = self.literals(">>")
            kind = next(iter(members[0]), "S") if members else "S"
            return {f"{kind}S": [member[kind] for member in members]}
        if token.text == "{":
            return {"M": self.members()}
        raise NotWellFormed(f"expected a value, not {token.text or 'the end'!r}")

    def literals(self, end: str) -> list[Value]:
        found: list[Value] = []
        while not self.skip(end):
            if found:
                self.take(",")
            found.append(self.literal())
        return found

    def members(self) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while not self.skip("}"):
            if found:
                self.take(",")
            key = self.literal().get("S")
            self.take(":")
            if key is None:
                raise NotWellFormed("a key is a string")
            found[key] = self.literal()
        return found

    def placeholder(self, value: Value) -> str:
        self.values[f":v{len(self.values)}"] = value
        return f":v{len(self.values) - 1}"

    def path(self) -> list[str]:
        parts = [self.name()]
        while self.next.text in (".", "["):
            if self.take().text == ".":
                parts.append(self.name())
            else:
                parts.append(f"[{self.take().text}]")
                self.take("]")
        return parts

    def path_expression(self) -> str:
        written = ""
        for part in self.path():
            if not part.startswith("["):
                self.names[f"#n{len(self.names)}"] = part
                part = f"{'.' if written else ''}#n{len(self.names) - 1}"
            written += part
        return written

    def at_value(self, before: str) -> bool:
        token = self.next
        return (
            token.kind in ("string", "number")
            or token.text.upper() in CONSTANTS
            or token.text in ("?", "[", "{", "<<")
            or (token.text == "-" and before in BEFORE_VALUE)
        )

    def expression(self) -> list[str]:
        """What comes next up to a clause, in the words of an expression."""
        words: list[str] = []
        while not self.at_clause():
            token, word = self.next, self.next.text.upper()
            if token.kind == "word" and word in ("AND", "OR", "NOT", "BETWEEN"):
                words.append(self.take().text.upper())
            elif token.kind == "word" and word == "IN":
                self.take()
                end = "]" if self.take("[", "(").text == "[" else ")"
                members = [self.placeholder(value) for value in self.literals(end)]
                words += ["IN", "(", *", ".join(members).replace(",", " ,").split(), ")"]
            elif token.kind == "word" and word == "IS":
                words += self.presence(words.pop() if words else "")
            elif self.at_value(words[-1] if words else ""):
                words.append(self.placeholder(self.literal()))
            elif token.kind == "mark":
                words.append({"!=": "<>"}.get(token.text, self.take().text))
            elif token.kind == "word" and self.tokens[self.position + 1 : self.position + 2] == [Token("mark", "(")]:
                words.append(self.take().text.lower())
            else:
                words.append(self.path_expression())
        return words

    def presence(self, path: str) -> list[str]:
        """IS [NOT] MISSING or NULL, which follows its path."""
        self.take("IS")
        negated = self.skip("NOT")
        if self.take("MISSING", "NULL").text.upper() == "MISSING":
            return ["attribute_exists" if negated else "attribute_not_exists", "(", path, ")"]
        is_null = ["attribute_type", "(", path, ",", self.placeholder({"S": "NULL"}), ")"]
        return ["NOT", *is_null] if negated else is_null


def columns(reader: Translator) -> list[list[str]] | None:
    if reader.skip("*"):
        return None
    found = [reader.path()]
    while reader.skip(","):
        found.append(reader.path())
    return found


def updates(reader: Translator) -> str:
    sets, removed = [], []
    while reader.next.text.upper() in ("SET", "REMOVE"):
        if reader.take().text.upper() == "SET":
            sets.append(" ".join(reader.expression()))
        else:
            removed.append(reader.path_expression())
    clauses = (("SET", sets), ("REMOVE", removed))
    return " ".join(f"{clause} {', '.join(parts)}" for clause, parts in clauses if parts)


def translate(text: str, parameters: list[Value]) -> Statement:
    reader = Translator(text, parameters)
    kind = reader.take("SELECT", "INSERT", "UPDATE", "DELETE").text.upper()
    wanted = columns(reader) if kind == "SELECT" else None
    if kind != "UPDATE":
        reader.take("INTO" if kind == "INSERT" else "FROM")
    table, item, changed, condition, returning = reader.name(), None, "", None, ""
    index = reader.name() if reader.skip(".") else None
    if kind == "INSERT":
        reader.take("VALUE")
        item = reader.literal().get("M")
    if kind == "UPDATE":
        changed = updates(reader)
    if reader.skip("WHERE"):
        condition = reader.expression()
    descending = reader.skip("ORDER", "BY") and bool(reader.path()) and not reader.skip("ASC") and reader.skip("DESC")
    if reader.skip("RETURNING"):
        returning = " ".join(reader.take().text.upper() for _ in range(2))
        reader.take("*")
    if reader.next.kind != "end" or reader.parameters:
        raise NotWellFormed(f"unexpected {reader.next.text!r}" if reader.next.text else "more parameters than ?")
    return Statement(kind, table, index, wanted, item, changed, condition, descending, returning, reader.names, reader.values)
