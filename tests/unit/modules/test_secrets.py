from __future__ import annotations

import datetime

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import secret
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, plan
from ansible_collections.prodready.aws.plugins.module_utils.secret import CURRENT, Content, Secret, Unusable, Version
from ansible_collections.prodready.aws.plugins.modules import secrets
from hypothesis import given
from hypothesis import strategies as st

OLD, NEW = "0" * 32, "1" * 32
THEN, NOW = "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"
ITEM = {"name": "shop", "src": None, "values": {}, "rotating": [], "purge": False, "description": None, "kms_key": None, "tags": {}}


def settled(values: dict[str, str], current: dict[str, str], **item: object) -> Content:
    return secrets.settled({**ITEM, **item}, values, Content(current, dict.fromkeys(current, THEN)), NOW, THEN)


def test_variables_that_are_not_given_stay_and_only_a_new_value_has_a_new_time():
    content = settled({"A": "1", "B": "changed"}, {"A": "1", "B": "2", "REDIS_URL": "r"})
    assert content.variables == {"A": "1", "B": "changed", "REDIS_URL": "r"}
    assert content.since == {"A": THEN, "B": NOW, "REDIS_URL": THEN}


def test_the_current_value_of_a_rotating_variable_wins_over_the_file():
    assert settled({"TOKEN": "first"}, {"TOKEN": "rotated"}, rotating=["TOKEN"]).variables == {"TOKEN": "rotated"}
    assert settled({"TOKEN": "first"}, {}, rotating=["TOKEN"]).variables == {"TOKEN": "first"}


def test_only_purge_removes_a_variable():
    assert settled({"A": "1"}, {"A": "1", "OLD": "x"}, purge=True).variables == {"A": "1"}


def test_a_value_that_something_else_wrote_is_as_old_as_the_secret():
    content = secrets.settled({**ITEM}, {"A": "1"}, Content({"A": "1", "B": "2"}), NOW, THEN)
    assert content.since == {"A": THEN, "B": THEN}


def test_a_version_is_read_as_it_was_written():
    content = Content({"A": "ü\n\"'"}, {"A": NOW}, ("A",), OLD)
    assert secret.decode(secret.encode(content)) == content


@pytest.mark.parametrize("text", [None, "", "hunter2", '["hunter2"]', '"hunter2"'])
def test_what_is_no_object_of_variables_is_refused_without_showing_it(text: str | None):
    with pytest.raises(ValueError, match="JSON object of variables") as error:
        secret.decode(text)
    assert "hunter2" not in str(error.value)


def test_no_representation_shows_a_value():
    assert "hunter2" not in repr(Version(OLD, Content({"A": "hunter2"})))


def state(version: str | None, variables: dict[str, str], **more: object) -> dict[str, object]:
    return {"description": "", "tags": {"prodready:managed": "true"}, "version": version, "variables": variables, **more}


def test_a_new_secret_is_made_with_the_token_that_is_its_versions_id(requests_of):
    change = Change("shop", None, state(NEW, {"A": NOW}, description="The shop"))
    assert requests_of("secretsmanager", secrets.calls(change, {NEW: "{}"})) == [
        Call(
            "create_secret",
            {
                "Name": "shop",
                "Tags": [{"Key": "prodready:managed", "Value": "true"}],
                "ClientRequestToken": NEW,
                "SecretString": "{}",
                "Description": "The shop",
            },
        )
    ]


UPDATE = Change("shop", state(OLD, {"A": THEN}), state(NEW, {"A": NOW}))
NAMED = {"SecretId": "shop"}


def moved(stage: str, **versions: str) -> Call:
    return Call("update_secret_version_stage", {**NAMED, "VersionStage": stage, **versions})


def test_a_new_version_becomes_current_only_in_place_of_the_one_that_was_read(requests_of):
    assert requests_of("secretsmanager", secrets.calls(UPDATE, {NEW: "{}"})) == [
        Call("put_secret_value", {**NAMED, "VersionStages": ["prodready-next"], "ClientRequestToken": NEW, "SecretString": "{}"}),
        moved("AWSCURRENT", MoveToVersionId=NEW, RemoveFromVersionId=OLD),
        moved("prodready-next", RemoveFromVersionId=NEW),
    ]


def test_the_label_that_a_killed_run_left_is_taken_away(requests_of):
    made = state(OLD, {"A": THEN}, leftover=NEW)
    (change,) = plan({"shop": {**made, "leftover": None}}, {"shop": made})
    assert requests_of("secretsmanager", secrets.calls(change, {})) == [moved("prodready-next", RemoveFromVersionId=NEW)]
    assert secrets.UNDO.reachable(made) == {**made, "leftover": None}


def test_undone_it_is_the_version_before_again(requests_of):
    undo = Change("shop", UPDATE.after, UPDATE.before)
    assert requests_of("secretsmanager", secrets.calls(undo, {})) == [moved("AWSCURRENT", MoveToVersionId=OLD, RemoveFromVersionId=NEW)]


def test_creation_undone_can_itself_be_undone(requests_of):
    after = state(NEW, {"A": NOW})
    assert requests_of("secretsmanager", secrets.calls(Change("shop", after, None), {})) == [
        Call("delete_secret", {**NAMED, "RecoveryWindowInDays": 30})
    ]
    assert requests_of("secretsmanager", secrets.calls(Change("shop", None, after), {})) == [Call("restore_secret", NAMED)]


def test_what_is_about_the_secret_makes_no_version(requests_of):
    after = state(OLD, {"A": THEN}, description="New", tags={"prodready:managed": "true", "team": "shop"})
    assert requests_of("secretsmanager", secrets.calls(Change("shop", state(OLD, {"A": THEN}), after), {})) == [
        Call("update_secret", {**NAMED, "Description": "New"}),
        Call("tag_resource", {**NAMED, "Tags": [{"Key": "team", "Value": "shop"}]}),
    ]


def test_read_gives_what_want_asks_for(fake_aws):
    content = Content({"A": "hunter2"}, {"A": THEN})
    aws = fake_aws(
        describe_secret={
            "Description": "The shop",
            "CreatedDate": datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC),
            "Tags": [{"Key": "prodready:managed", "Value": "true"}, {"Key": "theirs", "Value": "x"}],
            "VersionIdsToStages": {NEW: [CURRENT], OLD: ["AWSPREVIOUS"]},
        },
        get_secret_value={"SecretString": secret.encode(content)},
    )
    found = secret.look(aws, "shop", CURRENT)
    assert isinstance(found, Secret)
    wanted = secrets.want({**ITEM, "description": "The shop"}, found.versions[CURRENT], found.created, {"prodready:managed": "true"})
    assert plan({"shop": wanted}, {"shop": secrets.state_of(found, None)}) == []
    assert [operation for operation, _ in aws.asked] == ["describe_secret", "get_secret_value"]


def test_a_secret_on_its_way_out_is_a_clear_error(fake_aws):
    aws = fake_aws(describe_secret={"DeletedDate": datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)})
    with pytest.raises(Unusable, match="shop is scheduled for deletion .* restore-secret --secret-id shop"):
        secret.look(aws, "shop", CURRENT)


def test_a_replica_is_changed_in_its_primary_region(fake_aws):
    with pytest.raises(Unusable, match="primary region, eu-west-1"):
        secret.look(fake_aws(describe_secret={"PrimaryRegion": "eu-west-1"}), "shop", CURRENT)


def test_a_key_is_known_by_its_id_however_it_is_named(fake_aws):
    aws = fake_aws(describe_key={"KeyMetadata": {"KeyId": "key-1"}})
    names = ["alias/shop", "arn:aws:kms:eu-central-1:123456789012:alias/shop", "arn:aws:kms:eu-central-1:123456789012:key/key-1", "key-1"]
    assert {secrets.key_id(aws, name) for name in names} == {"key-1"}


def test_all_that_is_wrong_is_said_at_once():
    items = [{**ITEM, "name": "a b", "values": {"A-B": "1"}}, {**ITEM}, {**ITEM}]
    assert secrets.problems(items) == [
        "shop: is there twice; give each secret once",
        "'a b': a secret's name has 1 to 512 letters, digits and /_+=.@-",
        "a b: values: 'A-B' is not a name of a variable (letters, digits and _)",
    ]


def test_a_secret_that_is_too_large_says_by_how_much():
    assert secret.too_large(Content({"A": "x" * 70000})) == "would hold 70040 bytes, a secret holds 65536 at most"
    assert secret.too_large(Content({"A": "x" * 60000})) is None


NAMES = st.from_regex(r"[A-Z_]{1,6}", fullmatch=True)
VARIABLES = st.dictionaries(NAMES, st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=4)


@given(VARIABLES, VARIABLES, st.lists(NAMES, max_size=2))
def test_a_version_holds_what_was_put_and_what_keeps_its_value_keeps_its_time(values, new, absent):
    first = secret.updated(Content(), values, [], "2030-01-01", "2029-01-01")
    assert secret.decode(secret.encode(first)) == first
    second = secret.updated(first, new, absent, "2031-01-01", "2029-01-01")
    assert secret.decode(secret.encode(second)) == second
    assert second.variables == {name: value for name, value in {**values, **new}.items() if name not in absent}
    assert second.since == {name: "2030-01-01" if values.get(name) == value else "2031-01-01" for name, value in second.variables.items()}
    assert not any(len(value) > 8 and value in repr(second) for value in second.variables.values())
