"""The modules of the role environment, whole, on the emulator."""

from __future__ import annotations

import datetime
import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible_collections.prodready.aws.plugins.modules import secret_rotations

NAME = "shop/test"
ENV = "LOG_LEVEL=info\nPUBLIC_URL=https://shop.io\nTOKEN=8uTh7K6poQbSw3Zr5Yx1Lm9NcV2b\nAPI_KEY=k3y-0f-the-0wner-4711\n"
SCHEMA: dict[str, Any] = {
    "LOG_LEVEL": {"choices": ["info", "debug"]},
    "PUBLIC_URL": {"type": "url", "hosts": ["shop.io"]},
    "TOKEN": {"secret": True, "minimum_entropy_bits": 64, "rotation": {"by": "generated", "maximum_age_days": 90}},
    "API_KEY": {"secret": True, "rotation": {"by": "external", "maximum_age_days": 365}},
    "REDIS_URL": {"required": False},
}
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(client: Any, endpoint_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a module as a task does and gives its result; nothing it prints may hold a secret."""

    def run(module: str, check: bool = False, **args: Any) -> dict[str, Any]:
        common = {"account": "123456789012", "region": "eu-central-1", "app": "shop", "endpoint_url": endpoint_url}
        keys = {"access_key": "AKIASANDBOX0000000", "secret_key": "sandbox-secret-key-sandbox", "_ansible_check_mode": check}
        journal = {"path": str(tmp_path / "journal.jsonl")}
        given = json.dumps({"ANSIBLE_MODULE_ARGS": {**common, **keys, "journal": journal, **args}}).encode()
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", given)
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            importlib.import_module(f"ansible_collections.prodready.aws.plugins.modules.{module}").main()
        printed = capsys.readouterr().out
        if module != "secret_values":
            assert "8uTh7K6" not in printed
            assert "k3y-0f" not in printed
        return json.loads(printed)

    return run


@pytest.fixture
def src(tmp_path: Path) -> Path:
    path = tmp_path / "shop.env"
    path.write_text(ENV)
    return path


@pytest.fixture
def aws(client: Any) -> Any:
    return client("secretsmanager")


def apply(run: Run, src: Path, **more: Any) -> dict[str, Any]:
    return run("secrets", secrets=[{"name": NAME, "src": str(src), "rotating": ["TOKEN"]}], **more)


def rotate(run: Run, step: str, **args: Any) -> dict[str, Any]:
    return run("secret_rotations", name=NAME, schema=args.pop("schema", SCHEMA), step=step, **args)


def values(run: Run, **args: Any) -> dict[str, str]:
    return run("secret_values", name=NAME, **args)["variables"]


BAD_INPUTS = {
    "line": (f"{ENV}no assignment\n", {}, "line 5: is not NAME=value"),
    "quote": (f'{ENV}A="8uTh7K6\n', {}, "line 5: is not NAME=value"),
    "duplicate": (f"{ENV}TOKEN=8uTh7K6\n", {}, "line 5: TOKEN is set again, first in line 3"),
    "undeclared": (f"{ENV}EXTRA=8uTh7K6\n", {}, "EXTRA is not declared in the schema"),
    "missing": (ENV.replace("LOG_LEVEL", "REDIS_URL"), {}, "LOG_LEVEL is required and missing"),
    "type": (ENV, {"API_KEY": {"type": "integer"}}, "API_KEY is not an integer such as 60"),
    "pattern": (ENV, {"API_KEY": {"pattern": "sk_.*"}}, "API_KEY does not match the pattern sk_.*"),
    "placeholder": (ENV.replace("k3y-0f-the-0wner-4711", "changeme"), {}, "API_KEY is a placeholder"),
    "entropy": (ENV, {"API_KEY": {"minimum_entropy_bits": 128}}, "API_KEY is too easy to guess: less than 128 bits of entropy"),
    "host": (ENV.replace("shop.io", "evil.io"), {}, "PUBLIC_URL has a host that is not one of shop.io"),
    "size": (f"{ENV}REDIS_URL={'x' * 65536}\n", {"REDIS_URL": {"forbidden": []}}, "a secret holds 65536 at most"),
    "rotation": (ENV, {"API_KEY": {"rotation": {"by": "moon", "maximum_age_days": 1}}}, "must be one of: generated, command, external"),
    "no command": (ENV, {"API_KEY": {"rotation": {"by": "command", "maximum_age_days": 1}}}, "command found in rotation"),
    "lost command": (
        ENV,
        {"API_KEY": {"rotation": {"by": "command", "command": ["/no/such"], "maximum_age_days": 1}}},
        "its rotation command /no/such is not an executable program here",
    ),
}


@pytest.mark.parametrize(("text", "rules", "says"), BAD_INPUTS.values(), ids=list(BAD_INPUTS))
def test_bad_input_is_one_clear_error_without_a_value(run: Run, src: Path, text: str, rules: dict[str, Any], says: str):
    src.write_text(text)
    result = run("environment_check", src=str(src), schema={**SCHEMA, **rules})
    assert result["failed"]
    assert says in result["msg"]
    assert "\n" not in result["msg"]


def test_a_missing_file_is_one_clear_error(run: Run, tmp_path: Path):
    result = run("environment_check", src=str(tmp_path / "none.env"), schema=SCHEMA)
    assert "none.env: this .env file does not exist on the controller" in result["msg"]


def test_all_problems_are_in_one_error(run: Run, src: Path):
    src.write_text("LOG_LEVEL=loud\nEXTRA=1\n")
    message = run("environment_check", src=str(src), schema=SCHEMA)["msg"]
    for name in ("LOG_LEVEL is not one of", "EXTRA is not declared", "PUBLIC_URL is required", "TOKEN is required", "API_KEY is required"):
        assert name in message


def test_applied_twice_nothing_changes_and_check_mode_says_the_same_as_the_run(run: Run, src: Path, aws: Any):
    planned = apply(run, src, _ansible_check_mode=True)
    assert aws.list_secrets()["SecretList"] == []
    assert planned["plan"] == apply(run, src)["plan"] == [{"action": "create", "name": NAME}]
    again = apply(run, src)
    assert (again["changed"], again["plan"]) == (False, [])
    assert aws.describe_secret(SecretId=NAME)["Tags"] == [
        {"Key": "prodready:app", "Value": "shop"},
        {"Key": "prodready:managed", "Value": "true"},
    ]


def test_only_what_changed_has_a_new_time_and_what_others_added_stays(run: Run, src: Path, aws: Any, clock: Any):
    apply(run, src)
    run("secrets", secrets=[{"name": NAME, "values": {"REDIS_URL": "rediss://cache"}}])
    clock.shift(86400)
    src.write_text(ENV.replace("info", "debug"))
    assert apply(run, src)["changed"]
    held = json.loads(aws.get_secret_value(SecretId=NAME)["SecretString"])
    since = held["prodready:origin"]["since"]
    assert held["REDIS_URL"] == "rediss://cache"
    assert since["LOG_LEVEL"] > since["REDIS_URL"] >= since["TOKEN"]
    assert list(aws.describe_secret(SecretId=NAME)["VersionIdsToStages"].values()).count(["AWSCURRENT"]) == 1


def test_the_secret_is_held_to_its_schema_and_compared_with_the_file(run: Run, src: Path):
    missing = run("environment_check", name=NAME, schema=SCHEMA, strict=False)
    assert {"name": "TOKEN", "problems": ["is required and missing"]} in missing["variables"]
    apply(run, src)
    src.write_text(ENV.replace("info", "debug").replace("8uTh", "9vUi"))
    found = run("environment_check", name=NAME, src=str(src), schema=SCHEMA, strict=False)
    assert {name for one in found["variables"] for name in [one["name"]] if one["problems"]} == set()
    assert found["differing"] == ["LOG_LEVEL"]


def test_nothing_is_due_before_its_age_and_check_mode_tells_what_is(run: Run, src: Path, aws: Any, clock: Any):
    apply(run, src)
    assert not rotate(run, "pending")["changed"]
    clock.shift(91 * 86400)
    result = rotate(run, "pending", check=True)
    assert (result["rotated"], result["version"], result["changed"]) == (["TOKEN"], None, True)
    assert result["ages_days"]["TOKEN"] == 91.0
    assert len(aws.describe_secret(SecretId=NAME)["VersionIdsToStages"]) == 1
    clock.shift(280 * 86400)
    assert rotate(run, "pending", check=True)["overdue"] == ["API_KEY"]


def test_a_rotation_goes_from_pending_to_current_and_the_file_does_not_undo_it(run: Run, src: Path, aws: Any):
    apply(run, src)
    first = values(run)["TOKEN"]
    made = rotate(run, "pending", only=["TOKEN"])
    new = values(run, stage="AWSPENDING")["TOKEN"]
    assert values(run)["TOKEN"] == first != new
    assert rotate(run, "promote", version=made["version"])["changed"]
    assert not rotate(run, "promote", version=made["version"])["changed"]
    kept = apply(run, src)
    assert (kept["changed"], kept["kept"]) == (False, {NAME: ["TOKEN"]})
    assert values(run)["TOKEN"] == new
    assert values(run, stage="AWSPREVIOUS")["TOKEN"] == first
    assert rotate(run, "finish", version=made["version"])["changed"]
    assert not rotate(run, "finish", version=made["version"])["changed"]
    assert sorted(map(sorted, aws.describe_secret(SecretId=NAME)["VersionIdsToStages"].values())) == [["AWSCURRENT"], ["AWSPREVIOUS"]]


@pytest.mark.parametrize("only", [["TOKEN"], []])
def test_a_rotation_that_was_killed_before_every_process_had_it_is_taken_up_and_no_version_is_lost(run: Run, src: Path, only: list[str]):
    apply(run, src)
    first = values(run)["TOKEN"]
    made = rotate(run, "pending", only=["TOKEN"])
    rotate(run, "promote", version=made["version"])
    again = rotate(run, "pending", only=only)
    assert (again["rotated"], again["version"], again["changed"]) == (["TOKEN"], made["version"], False)
    assert values(run, stage="AWSPREVIOUS")["TOKEN"] == first
    rotate(run, "finish", version=made["version"])
    assert rotate(run, "pending", only=[])["rotated"] == []


def test_a_newer_value_of_its_owner_is_a_rotation_of_its_own(run: Run, src: Path):
    apply(run, src)
    src.write_text(ENV.replace("0wner-4711", "0wner-4712"))
    made = rotate(run, "pending", only=["API_KEY"], src=str(src))
    rotate(run, "promote", version=made["version"])
    assert rotate(run, "pending", only=["API_KEY"], src=str(src))["version"] == made["version"]
    src.write_text(ENV.replace("0wner-4711", "0wner-4713"))
    assert rotate(run, "pending", only=["API_KEY"], src=str(src))["version"] not in (None, made["version"])


def test_abandoned_the_old_value_is_current_and_nothing_is_left(run: Run, src: Path, aws: Any):
    apply(run, src)
    made = rotate(run, "pending", only=["TOKEN"])
    assert rotate(run, "abandon", version=made["version"])["rotated"] == ["TOKEN"]
    assert not rotate(run, "abandon", version=made["version"])["changed"]
    assert values(run)["TOKEN"].startswith("8uTh7K6")
    assert list(aws.describe_secret(SecretId=NAME)["VersionIdsToStages"].values()) == [["AWSCURRENT"]]


def test_reverted_the_value_is_the_one_before_with_its_own_age(run: Run, src: Path, clock: Any):
    apply(run, src)
    clock.shift(10 * 86400)
    made = rotate(run, "pending", only=["TOKEN"])
    rotate(run, "promote", version=made["version"])
    assert rotate(run, "revert", version=made["version"])["changed"]
    again = rotate(run, "revert", version=made["version"])
    assert (again["changed"], again["ages_days"]["TOKEN"]) == (False, 10.0)
    assert values(run)["TOKEN"].startswith("8uTh7K6")


def test_what_another_role_adds_during_the_test_is_not_lost(run: Run, src: Path):
    apply(run, src)
    made = rotate(run, "pending", only=["TOKEN"])
    run("secrets", secrets=[{"name": NAME, "values": {"REDIS_URL": "rediss://cache"}}])
    refused = rotate(run, "promote", version=made["version"])
    assert "another run has changed the secret" in refused["msg"]
    made = rotate(run, "pending", only=["TOKEN"])
    rotate(run, "promote", version=made["version"])
    assert values(run)["REDIS_URL"] == "rediss://cache"


def test_the_owner_supplies_the_new_value_of_an_external_one(run: Run, src: Path):
    apply(run, src)
    assert "its owner supplies the value" in rotate(run, "pending", only=["API_KEY"], src=str(src))["msg"]
    src.write_text(ENV.replace("0wner-4711", "0wner-4712"))
    made = rotate(run, "pending", only=["API_KEY"], src=str(src))
    assert values(run)["API_KEY"].endswith("4711")
    rotate(run, "promote", version=made["version"])
    assert values(run)["API_KEY"].endswith("4712")


@pytest.mark.parametrize("stage", ["put", "command"])
def test_a_rotation_that_was_killed_is_resumed_with_the_same_value(
    run: Run, src: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
):
    program = tmp_path / "take-over"
    program.write_text(f"#!{sys.executable}\nimport sys\nopen({str(tmp_path / 'taken')!r}, 'a').write(sys.stdin.read() + '\\n')\n")
    program.chmod(0o700)
    schema = {**SCHEMA, "TOKEN": {"secret": True, "rotation": {"by": "command", "command": [str(program)], "maximum_age_days": 90}}}
    apply(run, src)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(secret_rotations.rotation, "run", killed)
        with pytest.raises(KeyboardInterrupt):
            rotate(run, "pending", only=["TOKEN"], schema=schema)
    if stage == "command":
        rotate(run, "pending", only=["TOKEN"], schema=schema)
    new = values(run, stage="AWSPENDING")["TOKEN"]
    made = rotate(run, "pending", only=["TOKEN"], schema=schema)
    assert values(run, stage="AWSPENDING")["TOKEN"] == new
    assert set((tmp_path / "taken").read_text().split()) == {new}
    rotate(run, "abandon", version=made["version"], schema=schema)
    assert (tmp_path / "taken").read_text().split()[-1] == values(run)["TOKEN"]


def test_a_command_that_fails_leaves_the_current_value_and_says_what_to_do(run: Run, src: Path):
    schema = {**SCHEMA, "TOKEN": {"secret": True, "rotation": {"by": "command", "command": ["false"], "maximum_age_days": 90}}}
    apply(run, src)
    failed = rotate(run, "pending", only=["TOKEN"], schema=schema)
    assert "the command that takes over TOKEN (false) ended with 1. The current values stay current." in failed["msg"]
    assert values(run)["TOKEN"].startswith("8uTh7K6")


def test_what_declares_no_rotation_does_not_rotate(run: Run, src: Path):
    apply(run, src)
    assert rotate(run, "pending", only=["LOG_LEVEL"])["msg"] == "LOG_LEVEL: declares no rotation. These do: TOKEN, API_KEY."


def test_a_secret_scheduled_for_deletion_is_a_clear_error_everywhere(run: Run, src: Path, aws: Any):
    apply(run, src)
    aws.delete_secret(SecretId=NAME, RecoveryWindowInDays=7)
    for result in (apply(run, src), rotate(run, "pending"), run("secret_values", name=NAME)):
        assert "is scheduled for deletion" in result["msg"]
        assert "restore-secret" in result["msg"]


def test_the_journal_holds_no_value_and_nothing_made_of_one(run: Run, src: Path, tmp_path: Path):
    apply(run, src)
    rotate(run, "promote", version=rotate(run, "pending", only=["TOKEN"])["version"])
    lines = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert len(lines) == 3
    assert lines[0]["after"]["version"] == lines[1]["before"]["AWSCURRENT"]
    assert lines[1]["after"]["AWSPENDING"] == lines[2]["after"]["AWSCURRENT"]
    datetime.datetime.fromisoformat(lines[0]["after"]["variables"]["TOKEN"])
    assert not any(value in (tmp_path / "journal.jsonl").read_text() for value in values(run).values() if len(value) > 10)
    assert (tmp_path / "journal.jsonl").stat().st_mode & 0o077 == 0


def test_short_values_garble_no_result(run: Run):
    result = run("secrets", secrets=[{"name": NAME, "values": {"A": "1", "B": "true", "C": "2"}}], _ansible_inject_invocation=True)
    assert result["diff"][0]["after"]["tags"] == {"prodready:app": "shop", "prodready:managed": "true"}
    assert "********" not in json.dumps(result["diff"])
    assert result["invocation"]["module_args"]["secrets"][0]["values"] is None


def test_a_value_that_is_also_a_credential_of_the_run_comes_whole_and_the_credential_is_not_shown(run: Run, aws: Any):
    aws.create_secret(Name=NAME, SecretString=json.dumps({"AWS_SECRET_ACCESS_KEY": "sandbox-secret-key-sandbox", "A": "sandbox"}))
    result = run("secret_values", name=NAME, _ansible_inject_invocation=True)
    assert result["variables"] == {"AWS_SECRET_ACCESS_KEY": "sandbox-secret-key-sandbox", "A": "sandbox"}
    assert "secret_key" not in json.dumps(result)
