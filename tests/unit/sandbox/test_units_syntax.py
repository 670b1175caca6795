"""Unit file text: sections, comments, continuation, words, command lines, specifiers."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.units import commands, syntax, words
from sandbox.units.names import UnitName, specifiers

ROOT = Path("/host")
SHOP = UnitName.parse("shop@r1-2.service")


def values_of(text: str) -> list[tuple[str, str, str]]:
    return [(setting.section, setting.key, setting.value) for setting in syntax.parse(text, "f", ("Service", "A"))[0]]


def test_a_line_goes_on_after_a_backslash_and_over_comments() -> None:
    text = "[Service]\nExecStart=/bin/a \\\n  # not part of it\n  b \\\n; nor this\n  c\n"
    assert [(section, key, value.split()) for section, key, value in values_of(text)] == [("Service", "ExecStart", ["/bin/a", "b", "c"])]


def test_an_escaped_backslash_at_the_end_continues_nothing() -> None:
    assert values_of("[A]\nx=1\\\\\ny=2") == [("A", "x", "1\\\\"), ("A", "y", "2")]


def test_comments_and_empty_lines_are_left_out_and_a_value_keeps_its_equals_signs() -> None:
    assert values_of("# c\n\n[A]\n;x=1\n a = b=c # d \n") == [("A", "a", "b=c # d")]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("x=1", "f:1: Assignment outside of section. Ignoring."),
        ("[B]\nx=1\n[X-C]\ny=1", "f:1: Unknown section 'B'. Ignoring."),
        ("[A]\nx", "f:2: Missing '=', ignoring line."),
        ("[A]\n=x", "f:2: Missing key name before '=', ignoring line."),
        ("[A\nx=1", "f:1: Invalid section header '[A'"),
    ],
)
def test_what_is_no_setting_is_warned_of_with_its_line(text: str, warning: str) -> None:
    assert warning in syntax.parse(text, "f", ("Service", "A"))[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  b\tc", ["a", "b", "c"]),
        ("'a b' \"c 'd'\"", ["a b", "c 'd'"]),
        ('a"b c"d', ["ab cd"]),
        (r"a\x20b \t\n\s", ["a b", "\t\n "]),
        (r'"say \"hi\""', ['say "hi"']),
        (r"\u20ac \101", ["€", "A"]),
        (r"a\qb", [r"a\qb"]),
        ('"" x', ["", "x"]),
    ],
)
def test_words_are_unquoted_and_unescaped(text: str, expected: list[str]) -> None:
    assert words.split(text) == expected


def test_an_open_quote_is_an_error() -> None:
    with pytest.raises(words.UnbalancedQuoting):
        words.split('a "b')


def test_variables_are_split_alone_and_whole_in_braces() -> None:
    environment = {"A": "one two", "Q": "'x y' z"}
    arguments = ["$A", "${A}", "p${A}s", "a$A", "$$A", "$MISSING", "${MISSING}", "$Q"]
    assert words.expand(arguments, environment) == [
        "one", "two", "one two", "pone twos", "a$A", "$A", "", "x y", "z",
    ]  # fmt: skip


def command(text: str) -> commands.Command:
    (only,) = commands.parse(text, SHOP, ROOT)
    return only


def test_a_command_may_have_prefixes() -> None:
    assert command("-/bin/x a").ignore_failure
    assert command(":/bin/x $A").argv({"A": "1"}) == ["/bin/x", "$A"]
    assert command("@/bin/x name a").argv({}) == ["name", "a"]
    assert command("+-/bin/x").path == "/bin/x"


def test_the_program_itself_is_never_expanded() -> None:
    assert command("/bin/$A $A").argv({"A": "1"}) == ["/bin/$A", "1"]


def test_several_commands_are_parted_by_a_plain_semicolon() -> None:
    found = commands.parse(r"/bin/a 1 ; /bin/b ';' \; 2", SHOP, ROOT)
    assert [found.arguments for found in found] == [("/bin/a", "1"), ("/bin/b", ";", ";", "2")]


def test_a_relative_program_is_refused() -> None:
    with pytest.raises(ValueError, match="Neither a valid executable name nor an absolute path: bin/x"):
        commands.parse("bin/x", SHOP, ROOT)


def test_a_bare_name_is_looked_up_in_systemds_own_path() -> None:
    assert command("sh -c true").executable in ("/usr/bin/sh", "/bin/sh")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%i", "r1-2"),
        ("%I", "r1/2"),
        ("%n", "shop@r1-2.service"),
        ("%N", "shop@r1-2"),
        ("%p", "shop"),
        ("100%%", "100%"),
        ("%t/x", "/host/run/x"),
        ("%S", "/host/var/lib"),
        ("%?", "%?"),
    ],
)
def test_specifiers(text: str, expected: str) -> None:
    assert specifiers(text, SHOP, ROOT) == expected


def test_specifiers_are_replaced_in_arguments() -> None:
    assert command("/srv/%i/run --name=%n").argv({}) == ["/srv/r1-2/run", "--name=shop@r1-2.service"]


def test_a_name_without_a_type_is_a_service_and_a_bad_one_is_refused() -> None:
    assert UnitName.parse("shop").full == "shop.service"
    assert (SHOP.template, UnitName.parse("shop@.service").is_template) == ("shop@.service", True)
    with pytest.raises(ValueError, match="Invalid unit name"):
        UnitName.parse("a/b")
