"""elasticache_replication_groups: normal form, the requests of a change in order, what is refused, what undo keeps."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.elasticache import available, gone, logs_delivered
from ansible_collections.prodready.aws.plugins.module_utils.elasticache_groups import covers, settled, want
from ansible_collections.prodready.aws.plugins.module_utils.elasticache_network import Network
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, plan
from ansible_collections.prodready.aws.plugins.modules.elasticache_replication_groups import (
    GROUP_SPEC,
    LOG_SPEC,
    How,
    calls,
    forbidden,
    kept,
    named,
    problems,
    read,
)

OURS = {"prodready:managed": "true"}
TOKEN = "a-token-of-24-characters"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
BUSY = ("InvalidReplicationGroupState", "InvalidCacheClusterState", "InvalidCacheParameterGroupState", "InvalidUserState")
BUSY += ("InvalidUserGroupState", "InvalidServerlessCacheStateFault")
SHARD = {
    "NodeGroupId": "0001",
    "PrimaryEndpoint": {"Address": "master.shop.x.cache.amazonaws.com", "Port": 6379},
    "NodeGroupMembers": [{"CacheClusterId": "shop-001"}, {"CacheClusterId": "shop-002"}],
}
GROUP = {
    "ReplicationGroupId": "shop",
    "Description": "shop",
    "Status": "available",
    "Engine": "valkey",
    "PendingModifiedValues": {},
    "MemberClusters": ["shop-001", "shop-002"],
    "NodeGroups": [SHARD],
    "AutomaticFailover": "enabled",
    "MultiAZ": "enabled",
    "SnapshotRetentionLimit": 7,
    "SnapshotWindow": "01:00-02:00",
    "ClusterEnabled": False,
    "ClusterMode": "disabled",
    "CacheNodeType": "cache.t4g.small",
    "AuthTokenEnabled": True,
    "TransitEncryptionEnabled": True,
    "TransitEncryptionMode": "required",
    "AtRestEncryptionEnabled": True,
    "AutoMinorVersionUpgrade": True,
    "LogDeliveryConfigurations": [
        {
            "LogType": "slow-log",
            "DestinationType": "cloudwatch-logs",
            "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "/shop/slow"}},
            "LogFormat": "json",
            "Status": "active",
        }
    ],
}
MEMBER = {
    "CacheClusterId": "shop-001",
    "ReplicationGroupId": "shop",
    "Engine": "valkey",
    "EngineVersion": "8.0.1",
    "PreferredMaintenanceWindow": "sun:03:00-sun:04:00",
    "CacheParameterGroup": {"CacheParameterGroupName": "shop"},
    "CacheSubnetGroupName": "shop",
    "SecurityGroups": [{"SecurityGroupId": "sg-3", "Status": "active"}],
    "NotificationConfiguration": {"TopicArn": TOPIC, "TopicStatus": "active"},
}
GIVEN = {
    **{"engine": "valkey", "engine_version": "8.0", "node_type": "cache.t4g.small", "replicas": 1, "multi_az": True},
    **{"automatic_failover": True, "at_rest_encryption": True, "transit_encryption": True, "auth_token": TOKEN},
    **{"subnet_group": "shop", "security_groups": ["cache"], "parameter_group": "shop", "snapshot_retention_days": 7},
    **{"log_deliveries": [{"log_type": "slow-log", "log_group": "/shop/slow"}], "notification_topic": "alarms"},
}


def item(**given):
    group = {**{name: option.get("default") for name, option in GROUP_SPEC.items()}, "name": "shop", **given}
    if group["log_deliveries"]:
        defaults = {name: option.get("default") for name, option in LOG_SPEC.items()}
        group["log_deliveries"] = [{**defaults, **log} for log in group["log_deliveries"]]
    return group


def found(fake_aws, group=GROUP, member=MEMBER, **more):
    security = [
        {"GroupId": "sg-1", "GroupName": "default", "VpcId": "vpc-1"},
        {"GroupId": "sg-2", "GroupName": "default", "VpcId": "vpc-2"},
        {"GroupId": "sg-3", "GroupName": "cache", "VpcId": "vpc-1"},
    ]
    return fake_aws(
        describe_replication_groups={"ReplicationGroups": [group] if group else []},
        describe_cache_clusters={"CacheClusters": [{**MEMBER, "ReplicationGroupId": "other", "EngineVersion": "6.2.6"}, member]},
        describe_cache_subnet_groups={"CacheSubnetGroups": [{"CacheSubnetGroupName": "shop", "VpcId": "vpc-1"}]},
        describe_security_groups={"SecurityGroups": security},
        describe_cache_parameter_groups={
            "CacheParameterGroups": [
                {"CacheParameterGroupName": name, "CacheParameterGroupFamily": family}
                for name, family in {"shop": "valkey8", "six": "redis6.x", "seven": "redis7", "default.valkey8": "valkey8"}.items()
            ]
        },
        describe_vpcs={"Vpcs": [{"VpcId": "vpc-2", "IsDefault": True}]},
        list_tags_for_resource={"TagList": [{"Key": "prodready:managed", "Value": "true"}]},
        **more,
    )


def planned(aws, how=None, **given):
    """The changes that an item comes to, with what is there."""
    one, network = item(**given), Network(aws)
    wanted = {"shop": want(one, OURS)}
    current = read(aws, wanted, network, {"shop": how or How()})
    desired = {"shop": named(aws, settled("shop", wanted["shop"], current.get("shop")), current.get("shop"), network)}
    return plan(desired, current)


def requests(requests_of, aws, change, how=None, answers=()):
    return requests_of("elasticache", calls(aws, Network(aws), how or How(), change), answers)


def test_a_new_one_is_made_in_one_request_and_awaited(fake_aws, requests_of):
    aws = found(fake_aws, None)
    (change,) = planned(aws, **GIVEN)
    assert requests(requests_of, aws, change, How(TOKEN)) == [
        Call(
            "create_replication_group",
            {
                "ReplicationGroupId": "shop",
                "ReplicationGroupDescription": "shop",
                "Engine": "valkey",
                "EngineVersion": "8.0",
                "CacheNodeType": "cache.t4g.small",
                "NumCacheClusters": 2,
                "MultiAZEnabled": True,
                "AutomaticFailoverEnabled": True,
                "AtRestEncryptionEnabled": True,
                "TransitEncryptionEnabled": True,
                "AuthToken": TOKEN,
                "CacheSubnetGroupName": "shop",
                "SecurityGroupIds": ["sg-3"],
                "CacheParameterGroupName": "shop",
                "SnapshotRetentionLimit": 7,
                "NotificationTopicArn": TOPIC,
                "LogDeliveryConfigurations": [
                    {
                        "LogType": "slow-log",
                        "DestinationType": "cloudwatch-logs",
                        "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "/shop/slow"}},
                        "LogFormat": "json",
                        "Enabled": True,
                    }
                ],
                "Tags": [{"Key": "prodready:managed", "Value": "true"}],
            },
        ),
        available("shop"),
        logs_delivered("shop"),
    ]


def test_with_shards_it_fails_over_by_itself_and_says_so_with_more_shards_than_one(fake_aws, requests_of):
    aws = found(fake_aws, None)
    (change,) = planned(aws, engine="redis", node_type="cache.r7g.large", shards=3, replicas=1)
    params = requests(requests_of, aws, change)[0].params
    assert (params["NumNodeGroups"], params["ReplicasPerNodeGroup"], params["AutomaticFailoverEnabled"]) == (3, 1, True)
    assert "NumCacheClusters" not in params
    assert "ClusterMode" not in params


def test_the_token_is_in_no_state_and_in_no_text(fake_aws):
    (change,) = planned(found(fake_aws, None), **GIVEN)
    assert change.after["auth_token_enabled"] is True
    assert TOKEN not in repr(change)
    assert TOKEN not in repr(How(TOKEN))
    assert all("x/y" not in problem for problem in problems([item(auth_token="x/y-that-is-no-good-token")]))


def test_what_is_read_is_what_was_wanted(fake_aws):
    assert planned(found(fake_aws), **GIVEN) == []
    assert planned(found(fake_aws)) == []


@pytest.mark.parametrize(
    ("given", "there", "same"), [("8.0", "8.0.1", True), ("6.x", "6.2.6", True), ("7.1", "7.0.7", False), ("8", "8.1.0", True)]
)
def test_a_version_stands_for_its_patches(given, there, same):
    assert covers(given, there) is same


def test_what_can_be_modified_together_is_one_request(fake_aws, requests_of):
    aws = found(fake_aws)
    given = {"node_type": "cache.m7g.large", "engine_version": "8.1", "security_groups": ["default"], "notification_topic": ""}
    (change,) = planned(aws, **given, maintenance_window="mon:03:00-mon:04:00")
    assert requests(requests_of, aws, change) == [
        Call(
            "modify_replication_group",
            {
                "ReplicationGroupId": "shop",
                "EngineVersion": "8.1",
                "CacheNodeType": "cache.m7g.large",
                "PreferredMaintenanceWindow": "mon:03:00-mon:04:00",
                "SecurityGroupIds": ["sg-1"],
                "NotificationTopicStatus": "inactive",
                "ApplyImmediately": True,
            },
            again=BUSY,
        ),
        available("shop"),
    ]


def test_replicas_come_before_what_needs_them_and_go_after_what_let_go_of_them(fake_aws, requests_of):
    alone = {**GROUP, "AutomaticFailover": "disabled", "MultiAZ": "disabled"}
    alone["NodeGroups"] = [{**SHARD, "NodeGroupMembers": SHARD["NodeGroupMembers"][:1]}]
    aws = found(fake_aws, alone)
    (change,) = planned(aws, replicas=2, automatic_failover=True, multi_az=True)
    assert [step.operation for step in requests(requests_of, aws, change) if isinstance(step, Call)] == [
        *("increase_replica_count", "modify_replication_group"),
    ]
    back = requests(requests_of, aws, Change("shop", change.after, change.before))
    assert [step.operation for step in back if isinstance(step, Call)] == ["modify_replication_group", "decrease_replica_count"]
    assert back[2].params == {"ReplicationGroupId": "shop", "ApplyImmediately": True, "NewReplicaCount": 0}
    assert [step for step in back if not isinstance(step, Call)] == [available("shop")] * 2


def test_shards_that_go_are_the_last_ones(fake_aws, requests_of):
    shards = [{**SHARD, "NodeGroupId": f"000{n}"} for n in (2, 3, 1)]
    aws = found(fake_aws, {**GROUP, "ClusterMode": "enabled", "NodeGroups": shards})
    (change,) = planned(aws, shards=1)
    answer = {"ReplicationGroups": [{"NodeGroups": shards}]}
    __, resharding, __ = requests(requests_of, aws, change, answers=[answer])
    params = {"ReplicationGroupId": "shop", "ApplyImmediately": True, "NodeGroupCount": 1, "NodeGroupsToRemove": ["0002", "0003"]}
    assert resharding == Call("modify_replication_group_shard_configuration", params, missing=("NoOperationFault",), again=BUSY)


def test_logs_that_a_new_version_brings_come_after_the_upgrade(fake_aws, requests_of):
    aws = found(fake_aws)
    (change,) = planned(aws, engine_version="8.1", log_deliveries=[{"log_type": "engine-log", "log_group": "/shop/engine"}])
    assert sorted(change.after["log_deliveries"]) == ["engine-log", "slow-log"]
    first, __, second, __, last = requests(requests_of, aws, change)
    assert (first.params["EngineVersion"], "LogDeliveryConfigurations" in first.params) == ("8.1", False)
    assert [log["LogType"] for log in second.params["LogDeliveryConfigurations"]] == ["engine-log"]
    assert last == logs_delivered("shop")


def test_a_log_is_switched_off_where_it_was(fake_aws, requests_of):
    aws = found(fake_aws)
    (change,) = planned(aws, log_deliveries=[{"log_type": "slow-log", "enabled": False}])
    (log,) = requests(requests_of, aws, change)[0].params["LogDeliveryConfigurations"]
    assert (log["Enabled"], log["DestinationDetails"]) == (False, {"CloudWatchLogsDetails": {"LogGroup": "/shop/slow"}})


def test_in_the_maintenance_window_only_logs_are_changed_at_once(fake_aws, requests_of):
    aws = found(fake_aws)
    how = How(immediately=False)
    (change,) = planned(aws, how, node_type="cache.m7g.large", log_deliveries=[{"log_type": "engine-log", "log_group": "/e"}])
    sent = [step.params["ApplyImmediately"] for step in requests(requests_of, aws, change, how) if isinstance(step, Call)]
    assert sent == [False, True]


def test_what_awaits_the_maintenance_window_is_done_unless_it_is_wanted_now(fake_aws):
    aws = found(fake_aws, member={**MEMBER, "PendingModifiedValues": {"CacheNodeType": "cache.m7g.large", "EngineVersion": "8.1.0"}})
    given = {"node_type": "cache.m7g.large", "engine_version": "8.1"}
    assert planned(aws, How(immediately=False), **given) == []
    assert len(planned(aws, **given)) == 1


def test_a_token_makes_place_for_users_in_a_request_of_its_own(fake_aws, requests_of):
    aws = found(fake_aws)
    (change,) = planned(aws, user_groups=["shop"], snapshot_retention_days=1)
    assert change.after["auth_token_enabled"] is False
    first, __, second, __ = requests(requests_of, aws, change)
    assert first.params == {"ReplicationGroupId": "shop", "SnapshotRetentionLimit": 1, "ApplyImmediately": True}
    assert second.params == {
        **{"ReplicationGroupId": "shop", "UserGroupIdsToAdd": ["shop"], "AuthTokenUpdateStrategy": "DELETE", "ApplyImmediately": True}
    }


def test_user_groups_come_and_go_in_one_request(fake_aws, requests_of):
    aws = found(fake_aws, {**GROUP, "AuthTokenEnabled": False, "UserGroupIds": ["old", "both"]})
    (change,) = planned(aws, user_groups=["new", "both"])
    params = requests(requests_of, aws, change)[0].params
    assert (params["UserGroupIdsToAdd"], params["UserGroupIdsToRemove"]) == (["new"], ["old"])
    (change,) = planned(aws, user_groups=[])
    assert requests(requests_of, aws, change)[0].params["RemoveUserGroups"] is True


def test_tags_are_set_first_and_aws_is_awaited_before_the_next_step(fake_aws, requests_of):
    aws = found(fake_aws)
    (change,) = planned(aws, tags={"team": "shop"}, description="the shop's")
    arn = "arn:aws:elasticache:eu-central-1:123456789012:replicationgroup:shop"
    tags, settled_now, modify, __ = requests(requests_of, aws, change)
    assert tags == Call("add_tags_to_resource", {"ResourceName": arn, "Tags": [{"Key": "team", "Value": "shop"}]}, again=BUSY)
    assert (settled_now, modify.operation) == (available("shop"), "modify_replication_group")


def test_it_goes_with_a_last_snapshot(fake_aws, requests_of):
    aws = found(fake_aws)
    assert requests(requests_of, aws, Change("shop", {}, None), How(final_snapshot="shop-final")) == [
        Call(
            "delete_replication_group",
            {"ReplicationGroupId": "shop", "FinalSnapshotIdentifier": "shop-final"},
            missing=("ReplicationGroupNotFoundFault",),
            again=BUSY,
        ),
        gone("shop"),
    ]


def test_encryption_in_transit_comes_by_way_of_preferred(fake_aws, requests_of):
    plain = {**GROUP, "TransitEncryptionEnabled": False, "TransitEncryptionMode": None, "AuthTokenEnabled": False}
    aws = found(fake_aws, plain)
    (change,) = planned(aws, transit_encryption=True, transit_encryption_mode="preferred")
    assert forbidden([change], Network(aws), False) == []
    assert requests(requests_of, aws, change)[0].params == {
        **{"ReplicationGroupId": "shop", "TransitEncryptionEnabled": True, "TransitEncryptionMode": "preferred", "ApplyImmediately": True}
    }
    aws = found(fake_aws, {**plain, "TransitEncryptionEnabled": True, "TransitEncryptionMode": "preferred"})
    (change,) = planned(aws, transit_encryption=True, transit_encryption_mode="required")
    assert requests(requests_of, aws, change)[0].params["TransitEncryptionMode"] == "required"
    assert "TransitEncryptionEnabled" not in requests(requests_of, aws, change)[0].params
    (change,) = planned(aws, transit_encryption=False)
    assert forbidden([change], Network(aws), False) == []
    assert requests(requests_of, aws, change)[0].params["TransitEncryptionEnabled"] is False


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"engine_version": "7.2"}, "engine_version 8.0.1 cannot go back to 7.2"),
        ({"engine": "redis"}, "engine valkey cannot become redis"),
        ({"at_rest_encryption": False}, "at_rest_encryption of a replication group cannot be changed"),
        ({"kms_key": "0f0f"}, "kms_key of a replication group cannot be changed"),
        ({"subnet_group": "elsewhere"}, "subnet_group of a replication group cannot be changed (there: shop, wanted: elsewhere)"),
        ({"port": 6380}, "port of a replication group cannot be changed (there: 6379, wanted: 6380)"),
        ({"transit_encryption": False}, "switched off in two steps"),
        ({"cluster_mode": "enabled"}, "it can become compatible"),
        ({"shards": 2}, "needs cluster_mode enabled"),
        ({"replicas": 0}, "automatic_failover needs replicas"),
        ({"automatic_failover": False}, "multi_az needs automatic_failover"),
        ({"security_groups": ["sg-2"]}, "there is no security group sg-2, only cache, default"),
    ],
)
def test_what_aws_cannot_change_is_refused_by_name(fake_aws, given, said):
    aws = found(fake_aws)
    assert any(problem.startswith("shop: ") and said in problem for problem in forbidden(planned(aws, **given), Network(aws), False))


@pytest.mark.parametrize(
    ("there", "given", "said"),
    [
        ({"TransitEncryptionEnabled": False, "AuthTokenEnabled": False}, {"transit_encryption": True}, "switched on in two steps"),
        ({"AuthTokenEnabled": False}, {"auth_token": TOKEN}, "step add"),
        ({"Engine": "redis"}, {"engine": "valkey"}, "with an engine_version only"),
        ({"ClusterMode": "enabled"}, {"cluster_mode": "disabled"}, "Make a new one of another name"),
        ({"TransitEncryptionMode": "preferred"}, {"transit_encryption": False}, "while an AUTH token or user_groups keep clients out"),
    ],
)
def test_what_depends_on_what_is_there_is_refused_with_what_to_do(fake_aws, there, given, said):
    aws = found(fake_aws, {**GROUP, **there})
    assert any(said in problem for problem in forbidden(planned(aws, **given), Network(aws), False))


def test_redis_becomes_valkey_whose_versions_are_others(fake_aws, requests_of):
    aws = found(fake_aws, {**GROUP, "Engine": "redis"}, {**MEMBER, "EngineVersion": "7.1.0"})
    (change,) = planned(aws, engine="valkey", engine_version="8.0", parameter_group="default.valkey8")
    assert forbidden([change], Network(aws), False) == []
    params = requests(requests_of, aws, change)[0].params
    assert (params["Engine"], params["EngineVersion"], params["CacheParameterGroupName"]) == ("valkey", "8.0", "default.valkey8")


def test_a_new_one_says_what_it_lacks_and_what_its_plan_cannot_know_it_does_not_ask(fake_aws):
    aws = found(fake_aws, None)
    assert forbidden(planned(aws, auth_token=TOKEN), Network(aws), False) == [
        "shop: there is no replication group of this name; a new one needs engine and node_type",
        "shop: auth_token needs transit_encryption, or it would be sent in clear",
    ]
    later = planned(aws, **{**GIVEN, "subnet_group": "later", "security_groups": ["default"]})
    assert forbidden(later, Network(aws), planning=True) == []
    assert forbidden(later, Network(aws), planning=False) == ["shop: there is no cache subnet group later, only shop"]


def test_a_group_in_awss_own_subnet_group_has_security_groups_of_the_default_vpc(fake_aws, requests_of):
    aws = found(fake_aws, member={**MEMBER, "CacheSubnetGroupName": "default", "SecurityGroups": []})
    (change,) = planned(aws, security_groups=["default"])
    assert forbidden([change], Network(aws), False) == []
    assert requests(requests_of, aws, change)[0].params["SecurityGroupIds"] == ["sg-2"]


@pytest.mark.parametrize(
    ("there", "given", "said"),
    [
        (
            ("redis", "6.2.6", "six"),
            {"engine_version": "7.1"},
            ["shop: parameter_group six is of family redis6.x, which"],
        ),
        (("redis", "6.0.5", "six"), {"engine_version": "6.2"}, []),
        (("redis", "6.2.6", "six"), {"engine_version": "7.1", "parameter_group": "seven"}, []),
        (("redis", "7.1.0", "seven"), {"engine": "valkey", "engine_version": "8.0"}, ["shop: parameter_group seven is of family redis7"]),
        (("valkey", "7.2.6", "default.valkey7"), {"engine_version": "8.0"}, []),
        (("valkey", "8.0.1", "shop"), {"parameter_group": "nowhere"}, ["shop: there is no cache parameter group nowhere"]),
    ],
)
def test_parameters_are_of_the_engines_family(fake_aws, there, given, said):
    engine, version, parameters = there
    member = {**MEMBER, "EngineVersion": version, "CacheParameterGroup": {"CacheParameterGroupName": parameters}}
    aws = found(fake_aws, {**GROUP, "Engine": engine}, member)
    problems = forbidden(planned(aws, **given), Network(aws), False)
    assert [problem.startswith(start) for problem, start in zip(problems, said, strict=True)] == [True] * len(said)


def points(*values):
    return {"Datapoints": [{"Maximum": value} for value in values]}


@pytest.mark.parametrize(
    ("metric", "said"),
    [(points(0.0, 3.0), "had items a moment ago (3)"), (points(), "may hold data, for CloudWatch does not tell"), (points(0.0), None)],
)
def test_undo_deletes_one_only_when_it_is_known_to_be_empty(fake_aws, metric, said):
    reason = kept(found(fake_aws, get_metric_statistics=metric), Change("shop", {}, None))
    assert (said is None and reason is None) or (said in reason and "--final-snapshot-identifier shop-final" in reason)


def test_undo_keeps_an_upgrade_and_what_was_deleted(fake_aws):
    aws = found(fake_aws)
    (change,) = planned(aws, engine_version="8.1")
    assert "cannot go back" in kept(aws, Change("shop", change.after, change.before))
    assert "make it anew from its snapshot" in kept(aws, Change("shop", None, change.before))
    (change,) = planned(aws, node_type="cache.m7g.large")
    assert kept(aws, Change("shop", change.after, change.before)) is None


def test_undo_reads_versions_as_they_were_given(fake_aws):
    aws = found(fake_aws)
    (change,) = planned(found(fake_aws, None), **GIVEN)
    state = read(aws, {"shop": change.after}, Network(aws), {})["shop"]
    assert {key: state.get(key) for key in change.after} == change.after


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "Shop"}, "lower-case letters"),
        ({"name": "s" * 41}, "1 to 40"),
        ({"replicas": 6}, "replicas is 6, allowed are 0 to 5"),
        ({"port": 80}, "allowed are 1150 to 65535"),
        ({"snapshot_retention_days": 36}, "allowed are 0 to 35"),
        ({"maintenance_window": "Sun:03:00-Sun:04:00"}, "such as sun:03:00-sun:04:00"),
        ({"maintenance_window": "sun:03:00-sun:03:30"}, "shorter than 60 minutes"),
        ({"snapshot_window": "23:30-00:00"}, "shorter than 60 minutes"),
        ({"engine_version": "latest"}, "write it as 7.1"),
        ({"node_type": "t4g.small"}, "write it as cache.t4g.small"),
        ({"description": ""}, "1 to 255 characters"),
        ({"security_groups": ["a", "a"]}, "security_groups has one twice"),
        ({"auth_token": "short"}, "auth_token must have 16 to 128"),
        ({"auth_token": TOKEN, "user_groups": ["u"], "transit_encryption": True}, "exclude each other"),
        ({"auth_token": TOKEN, "transit_encryption": False}, "need transit_encryption"),
        ({"transit_encryption_mode": "preferred"}, "with transit_encryption true, and with it only"),
        ({"kms_key": "k", "at_rest_encryption": False}, "needs at_rest_encryption"),
        ({"kms_key": "alias/cache"}, "the id or the ARN"),
        ({"log_deliveries": [{"log_type": "slow-log"}, {"log_type": "slow-log"}]}, "slow-log is in log_deliveries twice"),
        ({"state": "absent"}, "final_snapshot is given with state absent"),
        ({"final_snapshot": "last"}, "final_snapshot is given with state absent"),
        ({"state": "absent", "final_snapshot": "Last"}, "final_snapshot is 'Last'"),
    ],
)
def test_what_aws_would_refuse_is_named(wrong, said):
    assert any(said in problem for problem in problems([item(**wrong)]))


def test_a_good_one_is_not_refused():
    good = item(**GIVEN, maintenance_window="sat:23:30-sun:00:30", snapshot_window="23:30-00:30")
    assert list(problems([good, item(name="old", state="absent", final_snapshot="")])) == []
    assert list(problems([good, good])) == ["shop: the replication group is declared twice"]
