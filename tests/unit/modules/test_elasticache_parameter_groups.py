"""elasticache_parameter_groups: YAML's values as AWS keeps them, the requests of a change, what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.elasticache_parameters import as_text, within
from ansible_collections.prodready.aws.plugins.module_utils.elasticache_parameters import problems as parameter_problems
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, plan
from ansible_collections.prodready.aws.plugins.modules.elasticache_parameter_groups import (
    GROUP_SPEC,
    calls,
    defaults_of,
    forbidden,
    groups_of,
    problems,
    read,
    rules_of,
    want,
)

OURS = {"prodready:managed": "true"}
GROUP = {"CacheParameterGroupName": "shop", "CacheParameterGroupFamily": "valkey8", "Description": "shop"}


def parameter(name, value, allowed="", kind="string", source="system", modifiable=True):
    found = {"ParameterName": name, "ParameterValue": value, "DataType": kind, "Source": source, "IsModifiable": modifiable}
    return {**found, **({"AllowedValues": allowed} if allowed else {})}


DEFAULTS = [
    parameter("maxmemory-policy", "volatile-lru", "volatile-lru,allkeys-lru,noeviction"),
    parameter("timeout", "0", "0,20-", "integer"),
    parameter("activedefrag", "no", "yes,no"),
    parameter("lazy", "0", "0,1"),
    parameter("ratio", "0.5", "0-1", "float"),
    parameter("notify-keyspace-events", ""),
    parameter("maxmemory", "100", "", "integer", modifiable=False),
]
RULES = {one["ParameterName"]: one for one in DEFAULTS}


def item(**given):
    return {**{name: option.get("default") for name, option in GROUP_SPEC.items()}, "name": "shop", **given}


def found(fake_aws, group=GROUP, parameters=DEFAULTS):
    def defaults(CacheParameterGroupFamily, Marker=None):
        half = DEFAULTS[:3] if Marker is None else DEFAULTS[3:]
        return {"EngineDefaults": {"Parameters": half, **({"Marker": "2"} if Marker is None else {})}}

    return fake_aws(
        describe_cache_parameter_groups={"CacheParameterGroups": [group] if group else []},
        describe_cache_parameters={"Parameters": parameters},
        describe_engine_default_parameters=defaults,
        list_tags_for_resource={"TagList": [{"Key": "prodready:managed", "Value": "true"}]},
    )


def planned(aws, **given):
    groups = [item(**given)]
    there = groups_of(aws, ["shop"])
    rules = rules_of(aws, groups, there)
    wanted = {"shop": want(groups[0], there, rules["shop"], OURS)}
    return plan(wanted, read(aws, wanted, there, rules))


def user(**settings):
    def setting(one):
        name = one["ParameterName"].replace("-", "_")
        return {**one, "ParameterValue": settings[name], "Source": "user"} if name in settings else one

    return list(map(setting, DEFAULTS))


def test_a_new_one_is_made_and_then_gets_its_parameters(fake_aws, requests_of):
    aws = found(fake_aws, None)
    (change,) = planned(aws, family="valkey8", parameters={"timeout": 300, "activedefrag": True})
    assert requests_of("elasticache", calls(aws, change)) == [
        Call(
            "create_cache_parameter_group",
            {
                **{"CacheParameterGroupName": "shop", "CacheParameterGroupFamily": "valkey8", "Description": "shop"},
                "Tags": [{"Key": "prodready:managed", "Value": "true"}],
            },
        ),
        Call(
            "modify_cache_parameter_group",
            {
                "CacheParameterGroupName": "shop",
                "ParameterNameValues": [
                    {"ParameterName": "activedefrag", "ParameterValue": "yes"},
                    {"ParameterName": "timeout", "ParameterValue": "300"},
                ],
            },
            again=(
                *("InvalidReplicationGroupState", "InvalidCacheClusterState", "InvalidCacheParameterGroupState"),
                *("InvalidUserState", "InvalidUserGroupState", "InvalidServerlessCacheStateFault"),
            ),
        ),
    ]


def test_the_engines_defaults_are_read_page_after_page(fake_aws):
    assert list(defaults_of(found(fake_aws), "valkey8")) == list(RULES)


def test_what_is_read_is_what_was_wanted_and_a_default_need_not_be_set(fake_aws):
    aws = found(fake_aws, parameters=user(maxmemory_policy="allkeys-lru"))
    assert planned(aws, parameters={"maxmemory-policy": "allkeys-lru", "timeout": 0, "activedefrag": False}) == []


def test_what_is_not_given_stays_and_is_reset_when_purged(fake_aws, requests_of):
    aws = found(fake_aws, parameters=user(maxmemory_policy="allkeys-lru", timeout="60"))
    assert planned(aws, parameters={"timeout": 60}) == []
    (change,) = planned(aws, parameters={"timeout": 60}, purge=True)
    (reset,) = requests_of("elasticache", calls(aws, change))
    assert (reset.operation, reset.params["ParameterNameValues"]) == (
        *("reset_cache_parameter_group", [{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}]),
    )
    (back,) = requests_of("elasticache", calls(aws, Change("shop", change.after, change.before)))
    assert (back.operation, back.params["ParameterNameValues"]) == (
        *("modify_cache_parameter_group", [{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}]),
    )


def test_twenty_are_changed_at_once(fake_aws, requests_of):
    before = {"family": "valkey8", "description": "shop", "parameters": {}, "tags": {}}
    after = {**before, "parameters": {f"p{n:02}": "1" for n in range(45)}}
    sent = requests_of("elasticache", calls(found(fake_aws), Change("shop", before, after)))
    assert [len(call.params["ParameterNameValues"]) for call in sent] == [20, 20, 5]


@pytest.mark.parametrize(
    ("value", "allowed", "text"),
    [(True, "yes,no", "yes"), (False, "yes,no", "no"), (True, "0,1", "1"), (False, "0-1,0,1", "0"), (5000, "0-", "5000"), (0.5, "", "0.5")],
)
def test_values_of_yaml_are_written_as_aws_writes_them(value, allowed, text):
    assert as_text(value, {"AllowedValues": allowed}) == text


@pytest.mark.parametrize(
    ("text", "allowed", "is_within"),
    [
        *[("50", "0-100", True), ("101", "0-100", False), ("-1", "-1-10", True), ("7", "20-", False), ("20", "20-", True)],
        *[("allkeys-lru", "allkeys-lru", True), ("1.5", "1.01-2.00", True), ("lru", "0-100", False)],
    ],
)
def test_a_value_is_within_a_range_or_is_the_word(text, allowed, is_within):
    assert within(text, allowed) is is_within


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"maxmemory-polcy": "allkeys-lru"}, "there is no parameter maxmemory-polcy; did you mean maxmemory-policy"),
        ({"maxmemory-policy": "lru"}, "parameter maxmemory-policy is 'lru', allowed are volatile-lru, allkeys-lru, noeviction"),
        ({"timeout": 10}, "parameter timeout is '10', allowed are 0, 20-"),
        ({"timeout": "soon"}, "must be of type integer, allowed are 0, 20-"),
        ({"timeout": 20.5}, "must be of type integer"),
        ({"maxmemory": 5}, "parameter maxmemory cannot be changed"),
    ],
)
def test_what_aws_does_not_allow_is_refused_with_what_it_allows(given, said):
    (problem,) = parameter_problems(given, RULES)
    assert said in problem


def test_what_is_allowed_is_not_refused():
    good = {"maxmemory-policy": "noeviction", "timeout": 0, "activedefrag": True, "ratio": 0.7, "notify-keyspace-events": "Ex"}
    assert list(parameter_problems(good, RULES)) == []


def refused(fake_aws, group=GROUP, **given):
    there = {group["CacheParameterGroupName"]: group} if group else {}
    return list(forbidden([item(**given)], there, {"shop": RULES, "default.valkey8": RULES}))


def test_a_family_is_for_good_and_known(fake_aws):
    assert "its family is valkey8 and cannot become redis7" in refused(fake_aws, family="redis7")[0]
    assert "its description cannot be changed" in refused(fake_aws, description="other")[0]
    assert "a new one needs family" in refused(fake_aws, None)[0]
    assert "family valkey99 is unknown" in list(forbidden([item(family="valkey99")], {}, {"shop": {}}))[0]
    default = {**GROUP, "CacheParameterGroupName": "default.valkey8"}
    assert "this is a default of AWS" in refused(fake_aws, default, name="default.valkey8")[0]
    assert refused(fake_aws, family="valkey8", description="shop") == []


def test_what_is_wrong_whatever_is_there_is_named():
    assert "lower-case" in next(iter(problems([item(name="Shop")])))
    assert list(problems([item(), item()])) == ["shop: the cache parameter group is declared twice"]
