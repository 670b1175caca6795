"""elasticache_users: passwords that nobody reads back, access strings as AWS writes them, what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.elasticache_user_rules import rights
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, Wait, plan
from ansible_collections.prodready.aws.plugins.modules.elasticache_users import (
    USER_SPEC,
    calls,
    forbidden,
    kept,
    problems,
    read,
    settled,
    want,
)

OURS = {"prodready:managed": "true"}
OLD, NEW = "the-old-password-of-the-shop", "the-new-password-of-the-shop"
USER = {
    "UserId": "shop",
    "UserName": "shop",
    "Status": "active",
    "Engine": "valkey",
    "AccessString": "on ~shop:* -@all +@read",
    "Authentication": {"Type": "password", "PasswordCount": 1},
}
ACTIVE = Wait("user_active", {"UserId": "shop"}, until="user shop is active", look="Users[0].Status")


def item(**given):
    return {**{name: option.get("default") for name, option in USER_SPEC.items()}, "user_id": "shop", **given}


def found(fake_aws, user=USER, **more):
    return fake_aws(
        describe_users={"Users": [{**USER, "UserId": "other"}, *([user] if user else [])]},
        list_tags_for_resource={"TagList": [{"Key": "prodready:managed", "Value": "true"}]},
        **more,
    )


def planned(aws, **given):
    wanted = {"shop": want(item(**given), OURS, "2026-01-02T03:04:05Z")}
    current = read(aws, wanted)
    return plan({"shop": settled("shop", wanted["shop"], current.get("shop"))}, current)


def sent(requests_of, aws, change, *passwords):
    return requests_of("elasticache", calls(aws, list(passwords) or None, change))


def test_a_new_one_is_made_with_its_passwords_and_awaited(fake_aws, requests_of):
    aws = found(fake_aws, None)
    (change,) = planned(aws, engine="valkey", access_string="on ~shop:* +@read", passwords=[OLD])
    assert OLD not in repr(change)
    assert change.after["password_count"] == 1
    assert sent(requests_of, aws, change, OLD) == [
        Call(
            "create_user",
            {
                **{"UserId": "shop", "UserName": "shop", "Engine": "valkey", "AccessString": "on ~shop:* +@read"},
                "AuthenticationMode": {"Type": "password", "Passwords": [OLD]},
                "Tags": [{"Key": "prodready:managed", "Value": "true"}],
            },
        ),
        ACTIVE,
    ]


def test_what_is_read_is_what_was_wanted(fake_aws):
    given = {"engine": "valkey", "access_string": "on ~shop:* +@read", "passwords": [OLD]}
    assert planned(found(fake_aws), **given) == []
    assert planned(found(fake_aws)) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("on ~a +@read", "on ~a -@all +@read", True),
        ("off", "off -@all", True),
        ("on ~* +@all", "on ~* +@all", True),
        ("on +@all -@dangerous", "on -@dangerous +@all", False),
        ("on ~a +@read", "on ~a -@all +@write", False),
        ("on ~a +@read -@all", "on ~a +@read", False),
    ],
)
def test_access_strings_mean_the_same_whether_or_not_aws_has_written_them(one, other, same):
    assert (rights(one) == rights(other)) is same


def test_passwords_change_in_two_runs_by_their_number(fake_aws, requests_of):
    aws = found(fake_aws)
    (change,) = planned(aws, passwords=[OLD, NEW])
    modify = Call("modify_user", {"UserId": "shop", "AuthenticationMode": {"Type": "password", "Passwords": [OLD, NEW]}})
    (first, wait) = sent(requests_of, aws, change, OLD, NEW)
    assert (first.operation, first.params, wait) == (modify.operation, modify.params, ACTIVE)
    both = found(fake_aws, {**USER, "Authentication": {"Type": "password", "PasswordCount": 2}})
    (change,) = planned(both, passwords=[NEW])
    assert sent(requests_of, both, change, NEW)[0].params["AuthenticationMode"]["Passwords"] == [NEW]


def test_passwords_are_set_in_every_run_when_asked_for(fake_aws, requests_of):
    aws = found(fake_aws)
    (change,) = planned(aws, passwords=[NEW], update_password="always")
    assert sent(requests_of, aws, change, NEW)[0].params == {
        **{"UserId": "shop", "AuthenticationMode": {"Type": "password", "Passwords": [NEW]}}
    }


def test_only_rights_are_changed_where_only_they_differ(fake_aws, requests_of):
    aws = found(fake_aws)
    (change,) = planned(aws, access_string="on ~shop:* +@read +@write", passwords=[OLD])
    assert sent(requests_of, aws, change, OLD)[0].params == {"UserId": "shop", "AccessString": "on ~shop:* +@read +@write"}


def test_a_user_of_iam_has_no_passwords(fake_aws, requests_of):
    aws = found(fake_aws)
    (change,) = planned(aws, authentication="iam")
    assert change.after["password_count"] == 0
    assert sent(requests_of, aws, change)[0].params == {"UserId": "shop", "AuthenticationMode": {"Type": "iam"}}


def test_without_password_is_told_otherwise_than_it_is_said(fake_aws, requests_of):
    open_to_all = {**USER, "Engine": "redis", "Authentication": {"Type": "no-password"}}
    assert planned(found(fake_aws, open_to_all), authentication="no-password") == []
    redis = found(fake_aws, {**USER, "Engine": "redis"})
    (change,) = planned(redis, authentication="no-password")
    assert sent(requests_of, redis, change)[0].params["AuthenticationMode"] == {"Type": "no-password-required"}


def test_undo_deletes_a_new_one_and_keeps_passwords_that_nobody_knows(fake_aws, requests_of):
    aws = found(fake_aws, describe_user_groups={"UserGroups": []}, describe_replication_groups={}, describe_cache_clusters={})
    (change,) = planned(aws, passwords=[OLD, NEW])
    assert "passwords that nobody has written down" in kept(aws, Change("shop", change.after, change.before))
    assert kept(aws, Change("shop", change.before, None)) is None
    delete, gone = sent(requests_of, aws, Change("shop", change.before, None))
    assert (delete.operation, gone.waiter) == ("delete_user", "user_gone")


def test_undo_keeps_a_user_of_a_group_with_data(fake_aws):
    aws = found(
        fake_aws,
        describe_user_groups={"UserGroups": [{"UserGroupId": "all", "UserIds": ["shop"]}]},
        describe_replication_groups={
            "ReplicationGroups": [{"ReplicationGroupId": "cache", "UserGroupIds": ["all"], "MemberClusters": ["c"]}]
        },
        describe_cache_clusters={"CacheClusters": []},
        get_metric_statistics={"Datapoints": [{"Maximum": 2.0}]},
    )
    assert "is used by cache" in kept(aws, Change("shop", {"user_name": "shop"}, None))


def test_what_cannot_be_changed_and_what_a_new_one_lacks_is_named(fake_aws):
    (name,) = forbidden(planned(found(fake_aws), user_name="other"))
    assert "user_name of a user cannot be changed (there: shop, wanted: other)" in name
    (engine,) = forbidden(planned(found(fake_aws), engine="redis"))
    assert "engine valkey cannot become redis" in engine
    (new,) = forbidden(planned(found(fake_aws, None)))
    assert new == "shop: there is no user of this id; a new one needs engine, access_string, authentication"
    (iam,) = forbidden(planned(found(fake_aws, {**USER, "UserName": "other"}), authentication="iam"))
    assert "needs a user_name that is its user_id, and it is other" in iam


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"user_id": "Shop"}, "user_id is 'Shop'"),
        ({"passwords": ["short"]}, "each of 16 to 128 characters"),
        ({"passwords": [OLD, NEW, OLD + NEW]}, "must be 1 or 2"),
        ({"passwords": []}, "must be 1 or 2"),
        ({"passwords": [OLD, OLD]}, "twice the same"),
        ({"authentication": "password"}, "needs passwords"),
        ({"authentication": "iam", "passwords": [OLD]}, "not for authentication iam"),
        ({"authentication": "iam", "user_name": "other"}, "needs a user_name that is its user_id, shop"),
        ({"authentication": "no-password", "engine": "valkey"}, "not for engine valkey"),
        ({"access_string": f"on >{OLD} +@all"}, "takes neither passwords nor reset"),
        ({"access_string": " "}, "must not be empty"),
    ],
)
def test_what_aws_would_refuse_is_named_without_the_password(wrong, said):
    found = list(problems([item(**wrong)]))
    assert any(said in problem for problem in found)
    assert OLD not in "".join(found)
    assert list(problems([item(passwords=[OLD, NEW], access_string="on ~* +@all")])) == []
