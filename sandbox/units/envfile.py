"""EnvironmentFile= (man systemd.exec): systemd's own grammar, which is neither a shell's nor dotenv's.

The states are those of systemd's parser: https://github.com/systemd/systemd/blob/v252/src/basic/env-file.c
"""

from __future__ import annotations

import re

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPED_IN_DOUBLE_QUOTES = '"\\`$'


def parse(text: str) -> dict[str, str]:
    """The assignments; what is not a valid name is dropped, as systemd does."""
    result: dict[str, str] = {}
    state, key, value = "pre_key", "", ""
    trailing = 0

    def push() -> None:
        name = key.rstrip(" \t\r")
        kept = value[: len(value) - trailing]
        if NAME.fullmatch(name) and "\0" not in kept:
            result[name] = kept

    for char in text:
        newline = char in "\n\r"
        if state == "pre_key":
            if char in "#;":
                state = "comment"
            elif not char.isspace():
                state, key, value, trailing = "key", char, "", 0
        elif state == "key":
            if newline:
                state = "pre_key"
            elif char == "=":
                state = "pre_value"
            else:
                key += char
        elif state in ("pre_value", "value"):
            if newline:
                push()
                state = "pre_key"
            elif char == "\\":
                state, trailing = "escape", 0
            elif state == "pre_value" and char in "'\"":
                state = char
            elif state == "value" or not char.isspace():
                state = "value"
                trailing = trailing + 1 if char in " \t" else 0
                value += char
        elif state == "escape":
            state = "value"
            value += "" if newline else char
        elif state in ("'", '"'):
            if char == state:
                state = "pre_value"
            elif char == "\\" and state == '"':
                state = "quoted_escape"
            else:
                value += char
        elif state == "quoted_escape":
            state = '"'
            if char in _ESCAPED_IN_DOUBLE_QUOTES:
                value += char
            elif char != "\n":
                value += "\\" + char
        elif state == "comment":
            state = "pre_key" if newline else "comment_escape" if char == "\\" else "comment"
        elif state == "comment_escape":
            state = "pre_key" if newline else "comment"
    if state not in ("pre_key", "key", "comment", "comment_escape"):
        push()
    return result
