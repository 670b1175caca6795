"""Text transformations, which undo an attacker's disguises before a component is inspected.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-transformation.html
What the page leaves open is done as ModSecurity does it, whose transformations AWS WAF's are named after. Not emulated, as their
page does not say what they do: CMD_LINE_WIN, CMD_LINE_UNIX, JS_DECODE_EXT, REMOVE_COMMENTS_CHAR.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any

_SPACES = re.compile(rb"[\f\t\n\r\v\xa0 ]+")
_ENTITY = re.compile(rb"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(quot|nbsp|lt|gt|amp));?", re.IGNORECASE)
_NAMED = {b"quot": b'"', b"nbsp": b"\xa0", b"lt": b"<", b"gt": b">", b"amp": b"&"}
_ESCAPE = re.compile(rb"\\(?:([abfnrtv\\?'\"])|x([0-9a-fA-F]{2})|0?([0-7]{1,3}))")
_ESCAPED = dict(zip(b"abfnrtv\\?'\"", b"\a\b\f\n\r\t\v\\?'\"", strict=True))
_CSS = re.compile(rb"\\(?:([0-9a-fA-F]{1,6})[ \t\n\r\f]?|(\n)|(.))", re.DOTALL)
_JS = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))", re.DOTALL)
_SQL_HEX = re.compile(rb"0x((?:[0-9a-fA-F]{2})+)", re.IGNORECASE)
_COMMENT = re.compile(rb"/\*.*?(?:\*/|$)", re.DOTALL)
_PERCENT = re.compile(rb"%([0-9a-fA-F]{2})")
_PERCENT_UNI = re.compile(rb"%(?:u([0-9a-fA-F]{4})|([0-9a-fA-F]{2}))", re.IGNORECASE)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def _code_unit(number: int) -> bytes:
    """Full-width ASCII is the ASCII that it looks like; of the rest only the low byte is kept."""
    return bytes([number - 0xFEE0 if 0xFF01 <= number <= 0xFF5E else number & 0xFF])


def _html(match: re.Match[bytes]) -> bytes:
    if match[3]:
        return _NAMED[match[3].lower()]
    number = int(match[1], 16) if match[1] else int(match[2])
    return bytes([number]) if number < 256 else chr(number).encode() if number < 0xD800 else match[0]


def _escape(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes([_ESCAPED[match[1][0]]])
    return bytes([int(match[2], 16) if match[2] else int(match[3], 8) & 0xFF])


def _css(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return _code_unit(int(match[1][-4:], 16))
    return b"" if match[2] else match[3]


def _js(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return _code_unit(int(match[1], 16))
    if match[2] or match[3]:
        return bytes([int(match[2], 16) if match[2] else int(match[3], 8) & 0xFF])
    return bytes([_ESCAPED.get(match[4][0], match[4][0])])


def _url_decode(value: bytes) -> bytes:
    return _PERCENT.sub(lambda match: bytes([int(match[1], 16)]), value.replace(b"+", b" "))


def _url_decode_uni(value: bytes) -> bytes:
    unit: Callable[[re.Match[bytes]], bytes] = lambda match: _code_unit(int(match[1] or match[2], 16))  # noqa: E731
    return _PERCENT_UNI.sub(unit, value.replace(b"+", b" "))


def _base64_ext(value: bytes) -> bytes:
    digits = _NOT_BASE64.sub(b"", value)
    digits = digits[: len(digits) // 4 * 4 + (len(digits) % 4 if len(digits) % 4 > 1 else 0)]
    return base64.b64decode(digits + b"=" * (-len(digits) % 4))


def _base64(value: bytes) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        return _base64_ext(_NOT_BASE64.split(value)[0])


def _hex(value: bytes) -> bytes:
    try:
        return bytes.fromhex(value.decode("ascii"))
    except ValueError:
        return value


def _command_line(value: bytes) -> bytes:
    value = re.sub(rb"[\\\"'^]", b"", value)
    value = re.sub(rb"[,;\s]+", b" ", value)
    return re.sub(rb" +(?=[/(])", b"", value).lower()


def _normalize_path(value: bytes) -> bytes:
    kept: list[bytes] = []
    for piece in re.sub(rb"/+", b"/", value).split(b"/"):
        if piece == b".." and kept and kept[-1] not in (b"", b".."):
            kept.pop()
        elif piece != b".":
            kept.append(piece)
    return b"/".join(kept)


def _utf8_to_unicode(value: bytes) -> bytes:
    return b"".join(
        char.encode() if ord(char) < 0x80 else b"%%u%04x" % (ord(char) & 0xFFFF) for char in value.decode("utf-8", "surrogateescape")
    )


TRANSFORMATIONS: dict[str, Callable[[bytes], bytes]] = {
    "NONE": lambda value: value,
    "BASE64_DECODE": _base64,
    "BASE64_DECODE_EXT": _base64_ext,
    "CMD_LINE": _command_line,
    "COMPRESS_WHITE_SPACE": lambda value: _SPACES.sub(b" ", value),
    "CSS_DECODE": lambda value: _CSS.sub(_css, value),
    "ESCAPE_SEQ_DECODE": lambda value: _ESCAPE.sub(_escape, value),
    "HEX_DECODE": _hex,
    "HTML_ENTITY_DECODE": lambda value: _ENTITY.sub(_html, value),
    "JS_DECODE": lambda value: _JS.sub(_js, value),
    "LOWERCASE": bytes.lower,
    "MD5": lambda value: hashlib.md5(value, usedforsecurity=False).digest(),
    "NORMALIZE_PATH": _normalize_path,
    "NORMALIZE_PATH_WIN": lambda value: _normalize_path(value.replace(b"\\", b"/")),
    "REMOVE_NULLS": lambda value: value.replace(b"\0", b""),
    "REMOVE_WHITESPACE": lambda value: _SPACES.sub(b"", value),
    "REPLACE_COMMENTS": lambda value: _COMMENT.sub(b" ", value),
    "REPLACE_NULLS": lambda value: value.replace(b"\0", b" "),
    "SHA256": lambda value: hashlib.sha256(value).digest(),
    "SQL_HEX_DECODE": lambda value: _SQL_HEX.sub(lambda match: bytes.fromhex(match[1].decode()), value),
    "TRIM": bytes.strip,
    "TRIM_LEFT": bytes.lstrip,
    "TRIM_RIGHT": bytes.rstrip,
    "UPPERCASE": bytes.upper,
    "URL_DECODE": _url_decode,
    "URL_DECODE_UNI": _url_decode_uni,
    "UTF8_TO_UNICODE": _utf8_to_unicode,
}


def unknown(transformations: Iterable[dict[str, Any]]) -> list[str]:
    return [entry["Type"] for entry in transformations if entry["Type"] not in TRANSFORMATIONS]


def transformed(value: bytes, transformations: Iterable[dict[str, Any]]) -> bytes:
    for entry in sorted(transformations, key=lambda entry: entry["Priority"]):
        value = TRANSFORMATIONS[entry["Type"]](value)
    return value
