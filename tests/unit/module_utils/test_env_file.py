from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.env_file import EnvFileError, load, parse
from hypothesis import given, settings
from hypothesis import strategies as st

TEXT = """\
# the shop
export NODE_ENV=production
PLAIN = two words # a comment
HASH=#kept
SINGLE='not $EXPANDED, not \\n'
DOUBLE="a \\"quote\\" and\\ta tab"

KEY="-----BEGIN-----
MIIE
-----END-----"
EMPTY=
REFERENCE=${PLAIN}
"""


def test_quotes_comments_export_and_lines_are_read_and_nothing_is_interpolated():
    values, problems = parse(TEXT)
    assert problems == []
    assert values == {
        "NODE_ENV": "production",
        "PLAIN": "two words",
        "HASH": "#kept",
        "SINGLE": "not $EXPANDED, not \\n",
        "DOUBLE": 'a "quote" and\ta tab',
        "KEY": "-----BEGIN-----\nMIIE\n-----END-----",
        "EMPTY": "",
        "REFERENCE": "${PLAIN}",
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('A=1\n\n\nB="hunter2\n', "line 4: is not NAME=value; a quote may be open, or text may follow a closed one"),
        ('A="hunter2" more\n', "line 1: is not NAME=value; a quote may be open, or text may follow a closed one"),
        ("A=1\nhunter2\n", "line 2: has no =; write NAME= for an empty value"),
        ("A=1\nhunter-2=3\n", "line 2: what stands before = is not a name (letters, digits and _)"),
        ("A=1\r\nB=2\r\nA=hunter2\r\n", "line 3: A is set again, first in line 1; keep one"),
        ("A=hunter2\0\n", "line 1: A holds a NUL character, which no environment can"),
    ],
)
def test_a_line_that_is_wrong_is_named_without_what_it_holds(text: str, problem: str):
    assert parse(text)[1] == [problem]


def test_the_rest_of_an_open_quote_is_not_taken_for_variables():
    values, problems = parse('A="open\nSECRETPART=MORE\n')
    assert values == {}
    assert len(problems) == 1


def test_a_missing_file_is_one_error(tmp_path: Path):
    with pytest.raises(EnvFileError, match="does not exist on the controller"):
        load(str(tmp_path / "missing.env"))


def test_bytes_that_are_no_text_are_named_by_line(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_bytes(b"A=1\nB=hunter2\xff\n")
    with pytest.raises(EnvFileError, match="line 2: is not UTF-8 text") as error:
        load(str(path))
    assert "hunter2" not in str(error.value)


def test_all_duplicates_are_in_one_error_with_the_file(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_text("A=1\nA=2\nB=1\nB=2\n")
    with pytest.raises(EnvFileError) as error:
        load(str(path))
    assert str(error.value).count(str(path)) == 2


NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name != "export")
VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_any_value_in_single_quotes_is_read_as_it_is(values):
    def quoted(value):
        return value.replace("\\", "\\\\").replace("'", "\\'")

    text = "".join(f"{name}='{quoted(value)}'\n" for name, value in values.items())
    assert parse(text) == (values, [])


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("AB_9=\"' #\n\\${}export"), max_size=40))
def test_whatever_stands_in_a_file_what_is_wrong_is_said_by_line_and_name(text):
    values, problems = parse(text)
    assert all(isinstance(value, str) for value in values.values())
    assert all(problem.startswith("line ") for problem in problems)
    assert "MARKED-VALUE" not in " ".join(parse(f"{text}\nA='MARKED-VALUE'\nA=MARKED-VALUE\n=MARKED-VALUE")[1])
