"""The callback prodready.aws.runbook, driven by real playbooks: in a terminal, in a pipe, and with -v."""

from __future__ import annotations

import configparser
import re
from typing import Any

import pytest

from tests.unit.callback.conftest import CHECKOUT, COLUMNS

SECRET = "hunter2"
REASON = "It is so long a message that no line can hold it all: " + "word " * 60 + "end.\nAnd it has a second line."


def task(name: str, action: str, options: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, f"ansible.builtin.{action}" if action != "says" else action: options, **more}


def play(*tasks: dict[str, Any], name: str = "A play", **more: Any) -> dict[str, Any]:
    return {"name": name, "hosts": "all", "gather_facts": False, "tasks": list(tasks), **more}


STATES = [
    play(
        task("It is there", "ping", {}),
        task("It is not asked", "ping", {}, when=False),
        task("It is new", "command", "true"),
        task("Some are new", "command", "echo {{ item }}", loop=["a", "b", "c"], changed_when="item == 'b'"),
        task("It waits", "says", {"text": "shop: 3 of at most 60 s, 1 of 2 in service"}),
        task("The table is shown", "debug", {"msg": "one   two\n  three: [4]"}),
        task("A list is shown", "debug", {"msg": ["a: 'quoted'", "b"]}),
        task("A variable is shown", "debug", {"var": "inventory_hostname"}),
        task("Items are shown", "debug", {"msg": "this is {{ item }}"}, loop=[1, 2]),
        task("A file is there", "copy", {"content": "new\n", "dest": "made", "mode": "0600"}),
    )
]
FAILURES = [
    play(
        task("It is refused", "fail", {"msg": REASON}, ignore_errors=True),
        task("No secret is told", "command", f"ls /{SECRET}", no_log=True, ignore_errors=True),
        task("No item is told", "command", "ls /{{ item }}", loop=[SECRET], no_log=True, ignore_errors=True),
        task("Each is listed", "command", "ls /nowhere/{{ item }}", loop=["a", "b"], ignore_errors=True),
        {"name": "It may fail", "block": [task("It fails", "command", "false")], "rescue": [task("It was rescued", "ping", {})]},
        task("It ends", "shell", "echo half; echo broken >&2; exit 3"),
        task("It is never asked", "ping", {}),
    )
]


@pytest.fixture(scope="module")
def states(piped, folder):
    (folder / "made").write_text("old\n")
    return piped(STATES, "--diff")


@pytest.fixture(scope="module")
def terminal(shown, folder):
    (folder / "made").write_text("old\n")
    return shown(STATES, "--diff")


@pytest.fixture(scope="module")
def failures(piped):
    return piped(FAILURES)


def test_the_checkout_chooses_it():
    config = configparser.ConfigParser()
    config.read(CHECKOUT / "ansible.cfg")
    assert config["defaults"]["stdout_callback"] == "prodready.aws.runbook"


def test_each_state_that_was_reached_is_a_line_under_its_play(states):
    lines = [re.sub(r" · \d+ s$", "", line) for line in states.lines]
    assert lines[:5] == ["", "A play · h1", "    ok: It is there", "    changed: It is new", "    changed: Some are new · b"]
    assert "It is not asked" not in states.text


def test_a_pipe_gets_no_control_characters_and_what_is_waited_for_as_a_line(states):
    assert re.search(r"[^\n -~·…]", states.raw) is None
    assert re.search(r"^    … \d s · It waits · shop: 3 of at most 60 s, 1 of 2 in service\n    ok: It waits$", states.text, re.MULTILINE)


def test_a_message_is_printed_as_it_is(states):
    assert "\n    ok: The table is shown\n\none   two\n  three: [4]\n" in states.text
    assert "\n    ok: A list is shown\n\na: 'quoted'\nb\n" in states.text
    assert "\n    ok: A variable is shown\n    inventory_hostname: h1\n" in states.text
    assert "\n    ok: Items are shown · h1 · 1\nthis is 1\n" in states.text


def test_a_diff_is_there(states):
    assert re.search(r"changed: A file is there.*\n\n--- before.*\n\+\+\+ after.*\n@@ -1 \+1 @@\n-old\n\+new\n", states.text)


def test_the_recap_is_ansibles_own(states):
    assert states.code == 0
    assert re.search(r"^h1 +: ok=9 +changed=3 +unreachable=0 +failed=0 +skipped=1 +rescued=0 +ignored=0", states.text, re.MULTILINE)
    assert re.fullmatch(r"Done after \d+ s\.", states.lines[-1])


def test_a_terminal_says_what_runs_now_and_takes_it_back(terminal, states):
    assert any("… 0 s · It waits · shop: 3 of at most 60 s, 1 of 2 in service" in line for line in terminal.live)
    assert any("… 1 s · It waits" in line for line in terminal.live)
    assert "…" not in terminal.text
    assert max(map(len, terminal.live)) < COLUMNS
    assert "    ✔ It is there" in terminal.lines
    assert "    ~ Some are new · b" in [re.sub(r" · \d+ s$", "", line) for line in terminal.lines]


def test_without_color_a_terminal_has_the_line_all_the_same(shown):
    printed = shown([play(task("It waits", "says", {"text": "a while"}))], NO_COLOR="1")
    assert printed.live
    assert "\x1b[0;" not in printed.raw


def test_colors_may_be_forced_and_bring_no_live_line(piped):
    printed = piped([play(task("It waits", "says", {"text": "a while"}))], ANSIBLE_FORCE_COLOR="1")
    assert "\x1b[0;32mok:\x1b[0m It waits" in printed.raw
    assert "\r" not in printed.raw


def test_a_terminal_that_cannot_take_a_line_back_is_not_asked_to(shown):
    printed = shown([play(task("It waits", "says", {"text": "a while"}))], TERM="dumb")
    assert "\x1b[K" not in printed.raw
    assert "    ok: It waits" in printed.lines


def test_signs_that_cannot_be_printed_are_words(shown):
    printed = shown([play(task("It is there", "ping", {}))], PYTHONIOENCODING="ascii")
    assert "    ok: It is there" in printed.lines


def test_an_interrupted_run_leaves_a_clean_line_and_nothing_untold(shown):
    long = task("It takes long", "command", "sleep {{ 60 if inventory_hostname == 'h2' else 0 }}")
    printed = shown([play(long)], hosts="h1,h2", interrupt="It takes long · h2")
    assert printed.code != 0
    assert "User interrupted execution" in printed.text
    assert "    ~ It takes long · h1" in [re.sub(r" · \d+ s$", "", line) for line in printed.lines]
    assert printed.text.endswith("\n")
    assert "…" not in printed.text


def test_a_failure_is_whole_and_says_where(failures):
    indented = "\n".join(f"      {line}" for line in REASON.splitlines())
    assert f"    failed: It is refused · h1\n{indented}\n      at playbook.yml:5\n      ignored\n" in failures.text
    end = "      The command exited with a non-zero return code.\n        cmd: echo half; echo broken >&2; exit 3\n        rc: 3\n"
    assert f"    failed: It ends · h1\n{end}        stderr: broken\n        stdout: half\n      at playbook.yml:" in failures.text
    assert failures.code == 2
    assert failures.lines[-1].startswith("Failed after ")


def test_each_item_that_fails_is_whole(failures):
    for item in "ab":
        assert f"    failed: Each is listed · h1 · {item}\n" in failures.text
        assert f"/nowhere/{item}'': No such file" in failures.text


def test_what_is_censored_stays_so(failures):
    assert SECRET not in failures.text
    assert "    failed: No secret is told · h1\n      the output has been hidden" in failures.text
    assert "    failed: No item is told · h1" in failures.text


def test_what_was_rescued_was_a_failure_and_is_counted_so(failures):
    assert "    failed: It fails · h1\n" in failures.text
    assert "    ok: It was rescued\n" in failures.text
    assert re.search(r"failed=1 +skipped=0 +rescued=1 +ignored=4", failures.text)


@pytest.mark.parametrize(("plays", "verbose"), [(STATES, "-v"), (FAILURES, "-vvv")], ids=["states", "failures"])
def test_with_v_it_is_ansibles_own_output(piped, plays, verbose):
    def printed(callback: str) -> list[str]:
        text = piped(plays, verbose, "--check", "--diff", ANSIBLE_STDOUT_CALLBACK=callback).text
        # What is different in any two runs, and what names the callback.
        return [re.sub(r"\d+", "0", line) for line in text.splitlines() if "callback" not in line]

    ours, theirs = printed("prodready.aws.runbook"), printed("ansible.builtin.default")
    assert any(line.startswith("TASK [It is ") for line in theirs)
    assert ours == theirs


@pytest.fixture(scope="module")
def many(piped):
    """What is printed of each of these plays, by name."""
    one = task("One is new", "command", "true", changed_when="inventory_hostname == 'h2'")
    once = task("It is asked once", "ping", {}, run_once=True)
    warned = task("It warns", "says", {"text": "it", "seconds": 0, "warnings": [REASON]}, run_once=True)
    tried = task("It comes", "command", "false", retries=1, delay=0, until=False, ignore_errors=True, run_once=True)
    included = task("The tables are there", "include_role", {"name": "tables"})
    printed = piped(
        [
            play(task("All are there", "ping", {}), one, once, name="Some"),
            play(task("It is there", "ping", {}), name="In turn", serial=1),
            play(task("It is there", "ping", {}), name="Free", strategy="free"),
            play(warned, task("It is there", "ping", {}), name="Warned"),
            play(tried, name="Tried"),
            play(task("After it", "ping", {}), included, name="Roles", roles=["tables"], hosts="h1"),
            play(name="Rehearsal", roles=["tables"], check_mode=True),
            play(name="Nobody", hosts="nowhere"),
        ],
        hosts="h1,h2",
    )
    found: dict[str, list[str]] = {}
    for part in re.split(r"\n\n(?=[A-Z])|^\n", printed.text):
        heading, *lines = part.splitlines() or [""]
        found.setdefault(re.sub(r" · after .*", "", heading), []).extend(re.sub(r" · \d+ s$", "", line) for line in lines)
    return found


def test_hosts_are_named_where_they_are_not_all_that_there_are(many):
    lines = many["Some · h1, h2"]
    assert lines[0] == "    ok: All are there"
    assert {"    changed: One is new · h2", "    ok: One is new · h1", "    ok: It is asked once · h1"} <= set(lines)


def test_hosts_that_come_one_after_the_other_have_a_heading_each(many):
    assert many["In turn · h1"] == many["In turn · h2"] == ["    ok: It is there"]


def test_hosts_that_go_at_their_own_pace_have_a_line_each(many):
    assert sorted(many["Free · h1, h2"]) == ["    ok: It is there · h1", "    ok: It is there · h2"]


def test_a_warning_is_whole_and_under_its_task(many):
    warned = "\n".join(many["Warned · h1, h2"])
    assert f"    ok: It warns · h1\n[WARNING]: {REASON}\n\n    ok: It is there" in warned


def test_an_attempt_that_fails_is_followed_by_the_next(many):
    said, failed = many["Tried · h1, h2"][:2]
    assert re.fullmatch(r"    … \d s · It comes · h1 · h1: attempt 2 of 2 follows", said)
    assert failed == "    failed: It comes · h1"


def test_a_role_is_named_once_above_its_states_however_it_comes(many):
    states = ["    ok: Every table is there", "    ok: Every table can be restored", "    ok: Verify | All of it holds"]
    lines = [line for line in many["Roles · h1"] if "…" not in line and "WARNING" not in line]
    assert lines == ["  tables", *states, "", "    ok: After it", "  tables", *states]


def test_a_role_that_is_rehearsed_is_one_line_for_its_states_are_not_reached(many, piped):
    assert [line for line in many["Rehearsal · check mode · h1, h2"] if "…" not in line and "WARNING" not in line] == ["    ok: tables"]
    assert "Every table is there" in piped([play(roles=["tables"], check_mode=True)], "--check").text


def test_a_play_without_hosts_says_so(many):
    assert many["Nobody"][0] == "    no hosts"


def test_a_host_that_cannot_be_reached_is_said_with_the_reason(piped):
    away = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    printed = piped([play(task("It answers", "ping", {}, vars=away), any_errors_fatal=True)])
    assert re.search(r"    unreachable: It answers · h1\n      .*Connection refused", printed.text)
    assert "unreachable=1" in printed.text


def test_one_error_that_is_fatal_for_all_ends_all(piped):
    refused = task("It is refused", "fail", {"msg": "no"}, when="inventory_hostname == 'h1'")
    printed = piped([play(refused, task("It is never asked", "ping", {}), any_errors_fatal=True)], hosts="h1,h2")
    assert "    failed: It is refused · h1" in printed.lines
    assert "It is never asked" not in printed.text


def test_a_task_elsewhere_that_fails_says_where(piped):
    printed = piped([play(task("It is refused", "command", "false", delegate_to="h2"))], hosts="h1,h2")
    assert "    failed: It is refused · h1 -> h2" in printed.lines


def test_check_mode_says_so_and_ends_with_what_would_be_done(piped):
    printed = piped([play(task("A file is there", "copy", {"content": "x", "dest": "never", "mode": "0600"}))], "--check")
    assert printed.lines[0].startswith("Check mode: nothing is changed")
    assert printed.lines[-2] == "0 to create, 1 to change, 0 to remove, 0 to leave"


def test_what_is_asked_has_the_line_to_itself(shown):
    printed = shown([play(task("It pauses", "pause", {"seconds": 1}))])
    assert "Pausing for 1 seconds" in printed.text
    assert not any("It pauses" in line for line in printed.live)
