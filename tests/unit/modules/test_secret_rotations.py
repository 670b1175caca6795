from __future__ import annotations

import dataclasses
import datetime
import sys

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import rotation
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call
from ansible_collections.prodready.aws.plugins.module_utils.secret import CURRENT, PENDING, Content, Secret, Version, decode
from ansible_collections.prodready.aws.plugins.modules.secret_rotations import stages

C, P, X = "c" * 32, "d" * 32, "e" * 32
THEN, NOW = "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"
AT = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
ROTATIONS = {
    "TOKEN": {"by": "generated", "maximum_age_days": 90},
    "DATABASE": {"by": "command", "command": ["alter-user", "shop"], "maximum_age_days": 90},
    "API_KEY": {"by": "external", "maximum_age_days": 365},
}
VALUES = {"TOKEN": "t", "DATABASE": "d", "API_KEY": "k", "REDIS_URL": "r"}
IN_USE = Version(C, Content(VALUES, dict.fromkeys(VALUES, THEN)))
MADE = rotation.renewed(IN_USE, {"TOKEN": "t2", "DATABASE": "d2"}, NOW, THEN, P)


def found(current: Version = IN_USE, pending: Version | None = None, **labels: list[str]) -> Secret:
    versions = {CURRENT: current, **({PENDING: pending} if pending else {})}
    held: dict[str, list[str]] = {}
    for label, version in versions.items():
        held.setdefault(version.id, []).append(label)
    return Secret({"VersionIdsToStages": {**held, **labels}, "CreatedDate": AT}, versions)


def moved(stage: str, **versions: str) -> Call:
    return Call("update_secret_version_stage", {"SecretId": "shop", "VersionStage": stage, **versions})


def takes_over(value: str) -> rotation.Run:
    return rotation.Run("DATABASE", ("alter-user", "shop"), value)


def test_what_is_older_than_it_may_be_is_overdue():
    ages = rotation.ages(ROTATIONS, found(), AT)
    assert ages == {"API_KEY": 151.0, "DATABASE": 151.0, "TOKEN": 151.0}
    assert rotation.overdue(ROTATIONS, ages) == ["DATABASE", "TOKEN"]


def test_a_pending_version_keeps_what_it_does_not_rotate_and_says_where_it_comes_from():
    assert MADE.content.variables == {**VALUES, "TOKEN": "t2", "DATABASE": "d2"}
    assert MADE.content.since == {**dict.fromkeys(VALUES, THEN), "TOKEN": NOW, "DATABASE": NOW}
    assert (MADE.content.rotated, MADE.content.source) == (("DATABASE", "TOKEN"), C)


def test_the_new_value_is_stored_before_anything_else_learns_it(requests_of):
    put, run = rotation.make("shop", MADE, ROTATIONS)
    assert isinstance(put, Call)
    assert (put.operation, put.params["ClientRequestToken"], put.params["VersionStages"]) == ("put_secret_value", P, [PENDING])
    assert decode(put.params["SecretString"]) == MADE.content
    assert run == takes_over("d2")


def test_a_leftover_of_the_same_rotation_is_resumed():
    assert rotation.resumed(found(pending=MADE), ["TOKEN", "DATABASE"], {}) == MADE


@pytest.mark.parametrize(
    ("secret", "names", "supplied"),
    [
        (found(pending=MADE), ["TOKEN"], {}),
        (found(current=dataclasses.replace(IN_USE, id=X), pending=MADE), ["TOKEN", "DATABASE"], {}),
        (found(pending=rotation.renewed(IN_USE, {"API_KEY": "k2"}, NOW, THEN, P)), ["API_KEY"], {"API_KEY": "k3"}),
        (found(pending=Version(P, Content(VALUES))), ["TOKEN"], {}),
        (found(current=MADE, pending=MADE), ["TOKEN", "DATABASE"], {}),
        (found(), ["TOKEN"], {}),
    ],
    ids=["other variables", "the secret changed since", "another supplied value", "not ours", "already current", "nothing pending"],
)
def test_any_other_leftover_is_not_resumed(secret: Secret, names: list[str], supplied: dict[str, str]):
    assert rotation.resumed(secret, names, supplied) is None


def test_abandoned_the_commands_take_over_the_current_values_before_the_label_goes():
    assert rotation.abandon("shop", found(pending=MADE), ROTATIONS) == [takes_over("d"), moved(PENDING, RemoveFromVersionId=P)]
    assert rotation.abandon("shop", found(), ROTATIONS) == []


def test_a_pending_version_without_a_value_loses_its_label():
    assert rotation.abandon("shop", found(**{X: [PENDING]}), ROTATIONS) == [moved(PENDING, RemoveFromVersionId=X)]


def test_promoted_the_tested_version_takes_the_place_of_the_one_it_was_made_from():
    assert rotation.promote("shop", found(pending=MADE), P) == [moved(CURRENT, MoveToVersionId=P, RemoveFromVersionId=C)]
    assert rotation.promote("shop", found(current=MADE, pending=MADE), P) == []


def test_a_rotation_is_unfinished_until_every_process_has_the_new_values():
    assert rotation.unfinished(found(pending=MADE)) is None
    assert rotation.unfinished(found(current=MADE, pending=MADE)) == MADE
    assert rotation.finish("shop", found(current=MADE, pending=MADE), P) == [moved(PENDING, RemoveFromVersionId=P)]
    assert rotation.unfinished(found(current=MADE)) is None


@pytest.mark.parametrize("secret", [found(pending=MADE), found(current=MADE), found()], ids=["not current", "finished", "reverted"])
def test_only_a_rotation_that_is_current_and_pending_is_finished(secret: Secret):
    assert rotation.finish("shop", secret, P) == []


def test_what_was_not_tested_is_not_promoted():
    with pytest.raises(rotation.Refused, match="no longer pending"):
        rotation.promote("shop", found(pending=MADE), X)
    with pytest.raises(rotation.Refused, match="no longer pending"):
        rotation.promote("shop", found(), P)


def test_a_change_made_during_the_test_is_not_reverted():
    with pytest.raises(rotation.Refused, match="changed the secret"):
        rotation.promote("shop", found(current=dataclasses.replace(IN_USE, id=X), pending=MADE), P)


def test_a_revert_goes_back_to_where_the_version_came_from_and_never_forward_again():
    assert rotation.revert("shop", found(current=MADE), ROTATIONS, P, IN_USE) == [
        takes_over("d"),
        moved(CURRENT, MoveToVersionId=C, RemoveFromVersionId=P),
    ]
    assert rotation.revert("shop", found(current=MADE, pending=MADE), ROTATIONS, P, IN_USE)[-1] == moved(PENDING, RemoveFromVersionId=P)
    assert rotation.revert("shop", found(), ROTATIONS, P, None) == []


def test_a_revert_with_nothing_to_go_back_to_says_so():
    with pytest.raises(rotation.Refused, match="is gone"):
        rotation.revert("shop", found(current=MADE), ROTATIONS, P, None)


def test_the_journal_knows_versions_and_no_values():
    secret = found(pending=MADE)
    assert stages(secret) == {CURRENT: C, PENDING: P}
    assert stages(secret, rotation.promote("shop", secret, P)) == {CURRENT: P, PENDING: P}
    done = found(current=MADE, pending=MADE)
    assert stages(done, rotation.finish("shop", done, P)) == {CURRENT: P, PENDING: None}
    assert stages(found(), rotation.make("shop", MADE, ROTATIONS)) == {CURRENT: C, PENDING: P}


def python(code: str) -> rotation.Run:
    return rotation.Run("DATABASE", (sys.executable, "-c", code), "hunter2")


def test_a_command_is_given_the_value_on_standard_input(tmp_path):
    rotation.run(python(f"import sys; open({str(tmp_path / 'got')!r}, 'w').write(sys.stdin.read())"), 20)
    assert (tmp_path / "got").read_text() == "hunter2"


@pytest.mark.parametrize(
    ("step", "seconds", "says"),
    [
        (python("import sys; print(sys.stdin.read()); sys.exit(3)"), 20, "ended with 3"),
        (python("import time; time.sleep(20)"), 0.2, "did not end within 0.2 s"),
        (rotation.Run("DATABASE", ("/no/such/program",), "hunter2"), 20, "cannot be started: No such file or directory"),
    ],
)
def test_a_command_that_fails_is_one_error_without_the_value(capfd, step: rotation.Run, seconds: float, says: str):
    with pytest.raises(rotation.Refused, match=says) as error:
        rotation.run(step, seconds)  # type: ignore[arg-type]
    assert "hunter2" not in str(error.value) + repr(step) + "".join(capfd.readouterr())
