"""https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-transformation.html, whose examples are marked."""

from __future__ import annotations

import hashlib

import pytest

from sandbox.model import service_model
from sandbox.waf.transformations import TRANSFORMATIONS, transformed, unknown

CASES = [
    ("NONE", b"Ab%20", b"Ab%20"),
    ("BASE64_DECODE", b"PHNjcmlwdD4=", b"<script>"),
    ("BASE64_DECODE", b"PHNjcmlwdD4", b"<script>"),
    ("BASE64_DECODE_EXT", b"PHNj!cmlw\ndD4=", b"<script>"),
    ("CMD_LINE", b'"C"^A\\T  /etc,;/passwd', b"cat/etc/passwd"),
    ("CMD_LINE", b"cmd  (whoami)", b"cmd(whoami)"),
    ("COMPRESS_WHITE_SPACE", b"a\f\t\n\r\v\xa0 b  c", b"a b c"),
    ("CSS_DECODE", rb"ja\vascript", b"javascript"),  # AWS's example
    ("CSS_DECODE", rb"\6a\61 vascript", b"javascript"),
    ("ESCAPE_SEQ_DECODE", rb"\x41\0101\n\q", b"AA\n\\q"),
    ("HEX_DECODE", b"414243", b"ABC"),
    ("HEX_DECODE", b"not hex", b"not hex"),
    ("HTML_ENTITY_DECODE", b"&lt;b&gt;&quot;&nbsp;&#x41;&#66;", b'<b>"\xa0AB'),
    ("JS_DECODE", rb"\u0041\x42\uff1cscript", b"AB<script"),
    ("LOWERCASE", b"SeLeCT", b"select"),
    ("MD5", b"abc", hashlib.md5(b"abc").digest()),
    ("NORMALIZE_PATH", b"/a//./b/../c", b"/a/c"),
    ("NORMALIZE_PATH", b"../../etc", b"../../etc"),
    ("NORMALIZE_PATH_WIN", rb"\a\..\b", b"/b"),
    ("REMOVE_NULLS", b"a\0b", b"ab"),
    ("REPLACE_NULLS", b"a\0b", b"a b"),
    ("REPLACE_COMMENTS", b"1/* x */2/* y", b"1 2 "),
    ("REPLACE_COMMENTS", b"1*/2", b"1*/2"),
    ("SQL_HEX_DECODE", b"0x414243", b"ABC"),  # AWS's example
    ("URL_DECODE", b"%3Cscript%3E+1", b"<script> 1"),
    ("URL_DECODE_UNI", b"%u0041%uff1c%42", b"A<B"),
    ("UTF8_TO_UNICODE", "é".encode(), b"%u00e9"),
    ("TRIM", b" a ", b"a"),
    ("TRIM_LEFT", b" a ", b"a "),
    ("TRIM_RIGHT", b" a ", b" a"),
    ("REMOVE_WHITESPACE", b"a b\tc", b"abc"),
    ("UPPERCASE", b"aB", b"AB"),
    ("SHA256", b"abc", hashlib.sha256(b"abc").digest()),
]


@pytest.mark.parametrize(("name", "value", "expected"), CASES)
def test_a_transformation_does_what_its_page_says(name, value, expected):
    assert transformed(value, [{"Priority": 0, "Type": name}]) == expected


def test_all_that_are_offered_are_tried():
    assert {name for name, _, _ in CASES} == set(TRANSFORMATIONS)


def test_they_run_by_priority_not_by_place():
    order = [{"Priority": 5, "Type": "LOWERCASE"}, {"Priority": 1, "Type": "URL_DECODE"}]
    assert transformed(b"%41", order) == b"a"


def test_of_those_that_aws_has_four_are_known_to_be_missing():
    offered = service_model("wafv2").shape_for("TextTransformationType").enum
    missing = unknown([{"Type": name, "Priority": 0} for name in offered])
    assert missing == ["REMOVE_COMMENTS_CHAR", "CMD_LINE_WIN", "CMD_LINE_UNIX", "JS_DECODE_EXT"]
