"""elasticache_serverless_caches: normal form, one field a request, what is refused, what undo keeps."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.elasticache_network import Network
from ansible_collections.prodready.aws.plugins.module_utils.elasticache_serverless import available, calls, endpoints_of, gone, want
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, plan
from ansible_collections.prodready.aws.plugins.modules import elasticache_user_groups
from ansible_collections.prodready.aws.plugins.modules.elasticache_serverless_caches import (
    CACHE_SPEC,
    forbidden,
    kept,
    named,
    problems,
    read,
    unknown,
)

OURS = {"prodready:managed": "true"}
BUSY = ("InvalidReplicationGroupState", "InvalidCacheClusterState", "InvalidCacheParameterGroupState", "InvalidUserState")
BUSY += ("InvalidUserGroupState", "InvalidServerlessCacheStateFault")
KEY = "arn:aws:kms:eu-central-1:123456789012:key/0123-4567"
CACHE = {
    "ServerlessCacheName": "shop",
    "Description": "of the shop",
    "Status": "available",
    "Engine": "redis",
    "MajorEngineVersion": "7",
    "FullEngineVersion": "7.1",
    "CacheUsageLimits": {"DataStorage": {"Maximum": 10, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 5000}},
    "KmsKeyId": KEY,
    "SecurityGroupIds": ["sg-3"],
    "SubnetIds": ["subnet-2", "subnet-1"],
    "UserGroupId": "shop",
    "SnapshotRetentionLimit": 7,
    "DailySnapshotTime": "01:00",
    "Endpoint": {"Address": "shop-abc123.serverless.euc1.cache.amazonaws.com", "Port": 6379},
    "ReaderEndpoint": {"Address": "shop-abc123.serverless.euc1.cache.amazonaws.com", "Port": 6380},
}
GIVEN = {
    **{"description": "of the shop", "engine": "redis", "major_engine_version": "7", "data_storage_max_gb": 10},
    **{"ecpus_per_second_max": 5000, "kms_key": KEY, "security_groups": ["cache"], "subnets": ["a", "b"], "user_group": "shop"},
    **{"snapshot_retention_days": 7, "daily_snapshot_time": "01:00"},
}


def item(**given):
    return {**{name: option.get("default") for name, option in CACHE_SPEC.items()}, "name": "shop", **given}


def found(fake_aws, cache=CACHE, **more):
    return fake_aws(
        describe_serverless_caches={"ServerlessCaches": [cache] if cache else []},
        describe_security_groups={
            "SecurityGroups": [
                {"GroupId": "sg-1", "GroupName": "default", "VpcId": "vpc-1"},
                {"GroupId": "sg-2", "GroupName": "cache", "VpcId": "vpc-2"},
                {"GroupId": "sg-3", "GroupName": "cache", "VpcId": "vpc-1"},
            ]
        },
        describe_subnets={
            "Subnets": [
                {"SubnetId": f"subnet-{number}", "VpcId": f"vpc-{vpc}", "AvailabilityZone": "z", "Tags": [{"Key": "Name", "Value": name}]}
                for number, vpc, name in ((1, 1, "a"), (2, 1, "b"), (3, 2, "c"))
            ]
        },
        describe_vpcs={"Vpcs": [{"VpcId": "vpc-2", "IsDefault": True}]},
        list_tags_for_resource={"TagList": [{"Key": "prodready:managed", "Value": "true"}]},
        **more,
    )


def planned(aws, **given):
    """The changes that an item comes to, with what is there."""
    one, network = item(**given), Network(aws)
    wanted = {"shop": want(one, OURS)}
    current = read(aws, wanted, network)
    return plan({"shop": named("shop", wanted["shop"], current.get("shop"), network)}, current)


def requests(requests_of, aws, change, last=""):
    return requests_of("elasticache", calls(aws, Network(aws), last, change))


def modified(**params):
    return Call("modify_serverless_cache", {"ServerlessCacheName": "shop", **params}, again=BUSY)


def test_a_new_one_is_made_in_one_request_and_awaited(fake_aws, requests_of):
    aws = found(fake_aws, None)
    (change,) = planned(aws, **GIVEN, ecpus_per_second_min=1000, data_storage_min_gb=0)
    assert requests(requests_of, aws, change) == [
        Call(
            "create_serverless_cache",
            {
                "ServerlessCacheName": "shop",
                "Description": "of the shop",
                "Engine": "redis",
                "MajorEngineVersion": "7",
                "CacheUsageLimits": {"DataStorage": {"Maximum": 10, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 5000, "Minimum": 1000}},
                "KmsKeyId": KEY,
                "SecurityGroupIds": ["sg-3"],
                "SubnetIds": ["subnet-1", "subnet-2"],
                "UserGroupId": "shop",
                "SnapshotRetentionLimit": 7,
                "DailySnapshotTime": "01:00",
                "Tags": [{"Key": "prodready:managed", "Value": "true"}],
            },
        ),
        available("shop"),
    ]


def test_a_new_one_of_which_little_is_said_is_left_to_aws(fake_aws, requests_of):
    aws = found(fake_aws, None)
    (change,) = planned(aws, engine="valkey")
    made, _ = requests(requests_of, aws, change)
    assert made.params == {"ServerlessCacheName": "shop", "Description": "shop", "Engine": "valkey", "Tags": made.params["Tags"]}


def test_the_security_groups_of_one_without_subnets_are_those_of_the_default_vpc(fake_aws, requests_of):
    aws = found(fake_aws, None)
    (change,) = planned(aws, engine="valkey", security_groups=["cache"])
    assert requests(requests_of, aws, change)[0].params["SecurityGroupIds"] == ["sg-2"]


def test_what_is_read_is_what_was_wanted(fake_aws):
    assert planned(found(fake_aws), **GIVEN) == []
    assert planned(found(fake_aws), kms_key=KEY, security_groups=["sg-3"], subnets=["subnet-2", "subnet-1"]) == []


def test_nobody_is_asked_where_there_are_none(fake_aws):
    assert read(fake_aws(), {}, Network(fake_aws())) == {}


def test_subnets_and_security_groups_that_nobody_speaks_of_are_not_asked_for(fake_aws):
    aws = fake_aws(describe_serverless_caches={"ServerlessCaches": [CACHE]}, list_tags_for_resource={"TagList": []})
    assert not {"subnets", "security_groups"} & read(aws, {"shop": {}}, Network(aws))["shop"].keys()


def test_each_field_is_a_request_of_its_own_with_a_wait_after_it(fake_aws, requests_of):
    aws = found(fake_aws)
    changed = {"engine": "valkey", "major_engine_version": "8", "data_storage_max_gb": 0, "ecpus_per_second_min": 2000}
    changed |= {"security_groups": ["default"], "user_group": "", "daily_snapshot_time": "02:00", "snapshot_retention_days": 1}
    (change,) = planned(aws, **{**GIVEN, **changed, "description": "of all", "tags": {"team": "shop"}})
    limits = {"DataStorage": {"Maximum": 0, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 5000, "Minimum": 2000}}
    params = [
        *({"Engine": "valkey", "MajorEngineVersion": "8"}, {"CacheUsageLimits": limits}, {"SecurityGroupIds": ["sg-1"]}),
        *({"Description": "of all"}, {"RemoveUserGroup": True}, {"SnapshotRetentionLimit": 1}, {"DailySnapshotTime": "02:00"}),
    ]
    arn = "arn:aws:elasticache:eu-central-1:123456789012:serverlesscache:shop"
    assert requests(requests_of, aws, change) == [
        *(call for one in params for call in (modified(**one), available("shop"))),
        Call("add_tags_to_resource", {"ResourceName": arn, "Tags": [{"Key": "team", "Value": "shop"}]}, again=BUSY),
    ]


def test_another_engine_takes_its_version_along_also_where_none_is_given(fake_aws, requests_of):
    aws = found(fake_aws)
    (change,) = planned(aws, engine="valkey")
    assert requests(requests_of, aws, change)[0] == modified(Engine="valkey", MajorEngineVersion="7")


def test_security_groups_are_looked_up_in_the_vpc_that_it_is_in(fake_aws, requests_of):
    aws = found(fake_aws)
    (change,) = planned(aws, security_groups=["default"])
    assert requests(requests_of, aws, change)[0] == modified(SecurityGroupIds=["sg-1"])


def test_it_goes_with_a_last_snapshot_where_one_is_named(fake_aws, requests_of):
    aws, change = found(fake_aws), Change("shop", {}, None)
    params = {"ServerlessCacheName": "shop", "FinalSnapshotName": "last"}
    assert requests(requests_of, aws, change, "last") == [
        Call("delete_serverless_cache", params, missing=("ServerlessCacheNotFoundFault",), again=BUSY),
        gone("shop"),
    ]
    assert "FinalSnapshotName" not in requests(requests_of, aws, change)[0].params


def test_the_endpoint_is_known_once_it_is_there():
    assert endpoints_of({"shop": CACHE, "new": {"Status": "creating"}}) == {
        "shop": {"host": "shop-abc123.serverless.euc1.cache.amazonaws.com", "port": 6379}
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"subnets": ["a"]}, "subnets of a serverless cache cannot be changed (there: a, b, wanted: a)"),
        ({"kms_key": KEY.replace("0123", "9")}, "kms_key of a serverless cache cannot be changed"),
        ({"major_engine_version": "6"}, "major_engine_version 7 cannot go back to 6"),
        ({"ecpus_per_second_min": 6000}, "ecpus_per_second_min is 6000, which is more than ecpus_per_second_max, 5000"),
        ({"snapshot_retention_days": 0, "daily_snapshot_time": "03:00"}, "daily_snapshot_time needs snapshot_retention_days"),
        ({"security_groups": ["none"]}, "there is no security group none, only cache, default"),
    ],
)
def test_what_aws_cannot_do_is_refused(fake_aws, given, said):
    aws = found(fake_aws)
    (problem,) = forbidden(planned(aws, **given), Network(aws))
    assert said in problem


def test_valkey_does_not_become_redis(fake_aws):
    aws = found(fake_aws, {**CACHE, "Engine": "valkey", "MajorEngineVersion": "8"})
    (problem,) = forbidden(planned(aws, engine="redis", major_engine_version="7"), Network(aws))
    assert "engine valkey cannot become redis" in problem


def test_a_new_one_needs_an_engine_and_subnets_of_one_vpc(fake_aws):
    aws = found(fake_aws, None)
    assert forbidden(planned(aws, subnets=["a", "c"]), Network(aws)) == [
        "shop: there is no serverless cache of this name; a new one needs engine",
        "shop: subnets must be of one VPC, these are of vpc-1, vpc-2",
    ]
    assert unknown([item(subnets=["d"])], Network(aws)) == ["shop: there is no subnet d, only a, b, c"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "Shop"}, "lower-case letters"),
        ({"name": "s" * 41}, "1 to 40"),
        ({"data_storage_max_gb": 5001}, "data_storage_max_gb is 5001, allowed are 1 to 5000, and 0 for no limit"),
        ({"ecpus_per_second_max": 999}, "ecpus_per_second_max is 999, allowed are 1000 to 15000000"),
        ({"snapshot_retention_days": 36}, "allowed are 0 to 35"),
        ({"daily_snapshot_time": "1:00"}, "write it in UTC, such as 01:00"),
        ({"major_engine_version": "7.1"}, "the first number alone"),
        ({"description": ""}, "1 to 255 characters"),
        ({"kms_key": "alias/cache"}, "takes the ARN of a key"),
        ({"subnets": []}, "subnets must be at least one"),
        ({"security_groups": ["a", "a"]}, "security_groups has one twice"),
        ({"state": "absent"}, "final_snapshot is given with state absent"),
        ({"final_snapshot": "last"}, "final_snapshot is given with state absent"),
        ({"state": "absent", "final_snapshot": "Last"}, "final_snapshot is 'Last'"),
        ({"tags": {"aws:mine": "x"}}, "aws:"),
    ],
)
def test_what_is_no_serverless_cache_is_one_error_with_its_place(wrong, said):
    (problem,) = problems([item(**wrong)])
    assert said in problem and problem.startswith(wrong.get("name", "shop"))


def test_two_of_one_name_are_refused():
    assert list(problems([item(), item()])) == ["shop: the serverless cache is declared twice"]


@pytest.mark.parametrize(("maximum", "said"), [(0.0, None), (3.0, "had items a moment ago (3)"), (None, "may hold data")])
def test_undo_deletes_only_one_that_is_known_to_be_empty(fake_aws, maximum, said):
    metric = {"Datapoints": [] if maximum is None else [{"Maximum": maximum}]}
    aws = found(fake_aws, get_metric_statistics=metric)
    reason = kept(aws, Change("shop", {}, None))
    assert (said is None and reason is None) or (said in reason and "--final-snapshot-name shop-final" in reason)


def test_undo_keeps_an_upgrade_and_what_was_deleted_and_takes_the_rest_back(fake_aws):
    aws = found(fake_aws)
    (change,) = planned(aws, major_engine_version="8")
    assert "cannot go back" in kept(aws, Change("shop", change.after, change.before))
    assert "make it anew from its snapshot" in kept(aws, Change("shop", None, change.before))
    (change,) = planned(aws, data_storage_max_gb=20)
    assert kept(aws, Change("shop", change.after, change.before)) is None


def test_undo_of_the_first_daily_snapshots_asks_for_no_empty_time(fake_aws, requests_of):
    aws = found(fake_aws, {**CACHE, "SnapshotRetentionLimit": 0, "DailySnapshotTime": None})
    (change,) = planned(aws, snapshot_retention_days=7, daily_snapshot_time="01:00")
    back = requests(requests_of, aws, Change("shop", change.after, change.before))
    assert back == [modified(SnapshotRetentionLimit=0), available("shop")]


def test_undo_keeps_the_user_group_of_a_cache_with_data(fake_aws):
    metric = {"Datapoints": [{"Maximum": 2.0}]}
    nothing = {"describe_replication_groups": {"ReplicationGroups": []}, "describe_cache_clusters": {"CacheClusters": []}}
    aws = found(fake_aws, get_metric_statistics=metric, **nothing)
    assert "is used by shop" in elasticache_user_groups.kept(aws, Change("shop", {"engine": "redis", "users": []}, None))
    assert elasticache_user_groups.kept(aws, Change("other", {"engine": "redis", "users": []}, None)) is None
