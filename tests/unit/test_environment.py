"""A process's environment as a file: what is written is what systemd reads."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import environment
from hypothesis import given
from hypothesis import strategies as st

from sandbox.units import envfile

VALUES = st.dictionaries(
    st.from_regex(environment.NAME, fullmatch=True),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
)
AWKWARD = {
    "QUOTES": 'it\'s "quoted"',
    "SHELL": "$HOME `id` \\n \\\\ $$",
    "LINES": "-----BEGIN KEY-----\nabc=\n-----END KEY-----\n",
    "CARRIAGE": "one\r\ntwo\r",
    "SPACES": "  both ends\t ",
    "COMMENT": "# none\n; none",
    "ASSIGNMENT": 'x"\nOTHER="injected',
    "EMPTY": "",
    "CONTINUED": "line\\\nnext",
    "UNICODE": "Grüße ☕ \u2028 \x7f",
}


@given(VALUES)
def test_parse_gives_back_what_render_wrote(values):
    assert environment.parse(environment.render(values)) == values


@given(VALUES)
def test_systemd_reads_what_render_wrote(values):
    assert envfile.parse(environment.render(values)) == values


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_values_arrive_unchanged(name):
    text = environment.render({name: AWKWARD[name]})

    assert environment.parse(text) == envfile.parse(text) == {name: AWKWARD[name]}


def test_the_same_variables_make_the_same_file_in_any_order():
    assert environment.render({"B": "2", "A": "1"}) == environment.render({"A": "1", "B": "2"}) == 'A="1"\nB="2"\n'


def test_a_carriage_return_is_read_from_the_file_as_it_is(tmp_path):
    (tmp_path / "shop.env").write_bytes(b'A="1\r\n2\r"\n')

    assert environment.parse(environment.load(tmp_path / "shop.env")) == {"A": "1\r\n2\r"}


@pytest.mark.parametrize("name", ["", "1A", "A B", "A=B", "É", "A\n", "A-B"])
def test_what_no_variable_can_be_called_is_refused(name):
    assert environment.problems({name: "x"}) == [f"{name!r} is not a name of an environment variable: letters, digits and _"]


@pytest.mark.parametrize("value", ["hunter2\0", "hunter2\ud800"])
def test_what_no_variable_can_hold_is_refused_without_being_shown(value):
    (problem,) = environment.problems({"PASSWORD": value})

    assert problem.startswith("PASSWORD holds")
    assert "hunter2" not in problem


@pytest.mark.parametrize(("value", "kind"), [(None, "NoneType"), (True, "bool"), (["hunter2"], "list"), ({"hunter2": 1}, "dict")])
def test_what_is_no_text_is_refused_without_being_shown(value, kind):
    assert environment.problems({"A": value}) == [f"A must be a text or a number, not of type {kind}: put it in quotes"]


def test_texts_and_numbers_are_an_environment():
    assert environment.problems({"A": "", "_b1": 8080, "C": 0.5, **AWKWARD}) == []


def test_differences_name_variables_and_never_values():
    wanted = {"SAME": "s", "OTHER": "hunter2", "MISSING": "hunter2"}

    assert environment.differences(wanted, {"SAME": "s", "OTHER": "hunter1", "MORE": "m"}) == {"MISSING": "missing", "OTHER": "other value"}
