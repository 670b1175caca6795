"""elasticache_user_groups: users that come and go, the one named default, what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, Wait, plan
from ansible_collections.prodready.aws.plugins.modules.elasticache_user_groups import (
    GROUP_SPEC,
    calls,
    forbidden,
    kept,
    problems,
    read,
    want,
)

OURS = {"prodready:managed": "true"}
GROUP = {"UserGroupId": "all", "Status": "active", "Engine": "redis", "UserIds": ["default", "shop"]}
NAMES = {"default": "default", "nobody": "default", "shop": "shop", "shop2": "shop"}
ACTIVE = Wait("user_group_active", {"UserGroupId": "all"}, until="user group all is active", look="UserGroups[0].Status")


def item(**given):
    return {**{name: option.get("default") for name, option in GROUP_SPEC.items()}, "user_group_id": "all", **given}


def found(fake_aws, group=GROUP, **more):
    return fake_aws(
        describe_user_groups={"UserGroups": [group] if group else []},
        list_tags_for_resource={"TagList": [{"Key": "prodready:managed", "Value": "true"}]},
        **more,
    )


def planned(aws, **given):
    wanted = {"all": want(item(**given), OURS)}
    return plan(wanted, read(aws, wanted))


def test_a_new_one_is_made_with_its_users_and_awaited(fake_aws, requests_of):
    aws = found(fake_aws, None)
    (change,) = planned(aws, engine="valkey", users=["shop", "nobody"])
    tags = [{"Key": "prodready:managed", "Value": "true"}]
    assert requests_of("elasticache", calls(aws, change)) == [
        Call("create_user_group", {"UserGroupId": "all", "Engine": "valkey", "UserIds": ["nobody", "shop"], "Tags": tags}),
        ACTIVE,
    ]


def test_users_come_and_go_in_one_request(fake_aws, requests_of):
    aws = found(fake_aws)
    (change,) = planned(aws, users=["nobody", "shop"], engine="valkey")
    modify, wait = requests_of("elasticache", calls(aws, change))
    assert modify.params == {"UserGroupId": "all", "Engine": "valkey", "UserIdsToAdd": ["nobody"], "UserIdsToRemove": ["default"]}
    assert wait == ACTIVE


def test_what_is_read_is_what_was_wanted_also_while_aws_is_at_work(fake_aws):
    assert planned(found(fake_aws), users=["shop", "default"], engine="redis") == []
    pending = {**GROUP, "UserIds": ["default"], "PendingChanges": {"UserIdsToAdd": ["shop"], "UserIdsToRemove": ["default"]}}
    assert planned(found(fake_aws, pending), users=["shop"]) == []


def test_undo_deletes_it_unless_a_cache_with_data_has_it(fake_aws, requests_of):
    used = found(
        fake_aws,
        describe_replication_groups={
            "ReplicationGroups": [{"ReplicationGroupId": "cache", "UserGroupIds": ["all"], "MemberClusters": ["c"]}]
        },
        describe_cache_clusters={"CacheClusters": []},
        get_metric_statistics={"Datapoints": []},
    )
    gone = Change("all", {"engine": "redis"}, None)
    assert "is used by cache" in kept(used, gone)
    free = found(fake_aws, describe_replication_groups={}, describe_cache_clusters={}, describe_serverless_caches={})
    assert kept(free, gone) is None
    assert [step.operation for step in requests_of("elasticache", calls(free, gone)) if isinstance(step, Call)] == ["delete_user_group"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"users": ["shop"]}, "needs a user whose user_name is default"),
        ({"users": ["shop", "shop2", "default"]}, "two of its users have the name shop"),
    ],
)
def test_what_only_users_can_tell_is_named(fake_aws, given, said):
    (problem,) = forbidden(planned(found(fake_aws), **given), NAMES)
    assert said in problem


def test_what_is_not_known_yet_is_not_refused(fake_aws):
    assert list(forbidden(planned(found(fake_aws), users=["later"]), NAMES)) == []
    assert list(forbidden(planned(found(fake_aws), users=["nobody", "shop"], engine="redis"), NAMES)) == []


def test_a_new_one_says_what_it_lacks_and_valkey_is_for_good(fake_aws):
    assert list(forbidden(planned(found(fake_aws, None)), NAMES)) == [
        "all: there is no user group of this id; a new one needs engine and users"
    ]
    (problem, *_) = forbidden(planned(found(fake_aws, {**GROUP, "Engine": "valkey"}), engine="redis"), NAMES)
    assert "engine valkey cannot become redis" in problem


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"user_group_id": "All"}, "user_group_id is 'All'"), ({"users": []}, "at least one"), ({"users": ["a", "a"]}, "users has one twice")],
)
def test_what_aws_would_refuse_is_named(wrong, said):
    assert any(said in problem for problem in problems([item(**wrong)]))
    assert list(problems([item(users=["a"])])) == []
