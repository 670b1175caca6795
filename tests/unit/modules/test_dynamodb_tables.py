"""Tables: normal form, the requests of a change, what is refused."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.dynamodb import encryption, problems
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, Wait
from ansible_collections.prodready.aws.plugins.modules.dynamodb_tables import TABLE_SPEC, calls, forbidden, read, settled, want

ID = {"role": "HASH", "name": "id", "type": "S"}
DAY = {"role": "HASH", "name": "day", "type": "N"}
INDEX = {"keys": [DAY], "projection": "ALL", "attributes": [], "capacity": None}
DESCRIBED = {
    "TableName": "orders",
    "TableArn": "arn:aws:dynamodb:eu-central-1:123456789012:table/orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
}
STATE = {
    "keys": [ID],
    "capacity": None,
    "local_indexes": {},
    "global_indexes": {},
    "stream": "OFF",
    "table_class": "STANDARD",
    "deletion_protection": False,
    "encryption": "AWS_OWNED",
    "tags": {},
}
ARN = {"Table": {"TableArn": DESCRIBED["TableArn"]}}
TABLE = {"TableName": "orders"}
ACTIVE = Wait("table_active", TABLE, until="table orders and its indexes are ACTIVE")


def item(**given):
    defaults = {name: option.get("default") for name, option in TABLE_SPEC.items()}
    return {**defaults, "name": "orders", **given}


def index(name="by-day", **given):
    key = {"name": "day", "type": "N"}
    return {"name": name, "hash_key": key, "range_key": None, "projection": "ALL", "attributes": None, "capacity": None, **given}


def update(**after):
    return Change("orders", STATE, {**STATE, **after})


def test_what_is_not_given_is_not_wanted():
    assert want(item(recovery_days=35), {"prodready:managed": "true"}) == {"recovery_days": 35, "tags": {"prodready:managed": "true"}}


def test_a_definition_is_wanted_in_aws_terms():
    table = item(hash_key={"name": "id", "type": "S"}, billing_mode="PAY_PER_REQUEST", global_indexes=[index()], tags={"cost": 42})

    assert want(table, {}) == {
        "keys": [ID],
        "capacity": None,
        "global_indexes": {"by-day": {"keys": [DAY], "projection": "ALL", "attributes": []}},
        "tags": {"cost": "42"},
    }


def test_a_new_table_is_on_demand_unless_said_otherwise():
    assert settled({"keys": [ID], "tags": {}}, None, False)["capacity"] is None


def test_an_index_without_capacity_gets_its_tables():
    wanted = {"capacity": {"read": 5, "write": 2}, "global_indexes": {"by-day": {"keys": [DAY]}}, "tags": {}}

    assert settled(wanted, None, False)["global_indexes"]["by-day"]["capacity"] == {"read": 5, "write": 2}


def test_the_capacity_of_an_index_that_is_not_given_stays():
    before = {**STATE, "capacity": {"read": 5, "write": 5}, "global_indexes": {"by-day": {**INDEX, "capacity": {"read": 9, "write": 9}}}}
    wanted = {"global_indexes": {"by-day": {"keys": [DAY], "projection": "ALL", "attributes": []}}, "tags": {}}

    assert settled(wanted, before, False)["global_indexes"] == before["global_indexes"]


@pytest.mark.parametrize(("purge", "left"), [(False, ["by-day"]), (True, [])])
def test_indexes_of_others_go_only_when_that_is_asked_for(purge, left):
    before = {**STATE, "global_indexes": {"by-day": INDEX}}

    assert list(settled({"global_indexes": {}, "tags": {}}, before, purge)["global_indexes"]) == left


def test_indexes_stay_when_none_are_given_whatever_purge_says():
    assert list(settled({"tags": {}}, {**STATE, "global_indexes": {"by-day": INDEX}}, True)["global_indexes"]) == ["by-day"]


def test_only_what_is_asked_for_is_read(fake_aws):
    aws = fake_aws(describe_table={"Table": DESCRIBED}, list_tags_of_resource={"Tags": [{"Key": "team", "Value": "web"}]})

    assert read(aws, {"orders": {"tags": {}, "deletion_protection": True}}) == {"orders": {**STATE, "tags": {"team": "web"}}}
    assert [operation for operation, _ in aws.asked] == ["describe_table", "list_tags_of_resource"]


def test_recovery_and_expiry_are_read_where_they_are_asked_for(fake_aws):
    aws = fake_aws(
        describe_table={"Table": DESCRIBED},
        describe_continuous_backups={
            "ContinuousBackupsDescription": {
                "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 7}
            }
        },
        describe_time_to_live={"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLING", "AttributeName": "expires_at"}},
    )

    assert read(aws, {"orders": {"recovery_days": 35, "ttl": ""}})["orders"] == {
        **{key: value for key, value in STATE.items() if key != "tags"},
        "recovery_days": 7,
        "ttl": "expires_at",
    }


def test_a_table_that_is_missing_is_asked_nothing_more(fake_aws):
    aws = fake_aws(describe_table=None)

    assert read(aws, {"orders": {"tags": {}, "recovery_days": 35}}) == {}
    assert len(aws.asked) == 1


@pytest.mark.parametrize(
    ("described", "wanted", "found"),
    [
        ({}, "alias/shop", "AWS_OWNED"),
        ({"Status": "DISABLED", "KMSMasterKeyArn": "arn:aws:kms:r:1:key/k1"}, "alias/shop", "AWS_OWNED"),
        ({"Status": "ENABLED", "KMSMasterKeyArn": "arn:aws:kms:r:1:key/k0"}, "AWS_MANAGED", "AWS_MANAGED"),
        ({"Status": "ENABLED", "KMSMasterKeyArn": "arn:aws:kms:r:1:key/k1"}, "alias/shop", "alias/shop"),
        ({"Status": "ENABLED", "KMSMasterKeyArn": "arn:aws:kms:r:1:key/k1"}, "arn:aws:kms:r:1:key/k1", "arn:aws:kms:r:1:key/k1"),
        ({"Status": "ENABLED", "KMSMasterKeyArn": "arn:aws:kms:r:1:key/k1"}, "AWS_MANAGED", "alias/other"),
        ({"Status": "ENABLED", "KMSMasterKeyArn": "arn:aws:kms:r:2:key/k9"}, "AWS_MANAGED", "arn:aws:kms:r:2:key/k9"),
    ],
)
def test_a_key_is_known_by_the_name_that_was_asked_for(described, wanted, found):
    aliases = [
        {"AliasName": "alias/aws/dynamodb", "TargetKeyId": "k0"},
        {"AliasName": "alias/other", "TargetKeyId": "k1"},
        {"AliasName": "alias/shop", "TargetKeyId": "k1"},
        {"AliasName": "alias/aws/s3"},
    ]

    assert encryption({"SSEDescription": described} if described else {}, wanted, aliases) == found


def test_a_table_is_created_whole_then_made_recoverable_and_expiring(requests_of):
    after = {
        "keys": [ID],
        "capacity": None,
        "global_indexes": {"by-day": INDEX},
        "recovery_days": 35,
        "ttl": "expires_at",
        "tags": {"a": "b"},
    }

    assert requests_of("dynamodb", calls(Change("orders", None, after))) == [
        Call(
            "create_table",
            {
                "TableName": "orders",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "day", "AttributeType": "N"}, {"AttributeName": "id", "AttributeType": "S"}],
                "BillingMode": "PAY_PER_REQUEST",
                "GlobalSecondaryIndexes": [
                    {
                        "IndexName": "by-day",
                        "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
                        "Projection": {"ProjectionType": "ALL"},
                    }
                ],
                "Tags": [{"Key": "a", "Value": "b"}],
            },
        ),
        ACTIVE,
        Call(
            "update_continuous_backups",
            {**TABLE, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}},
            missing=("ContinuousBackupsUnavailableException",),
        ),
        Call("update_time_to_live", {**TABLE, "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires_at"}}),
    ]


def test_recovery_waits_while_aws_is_not_ready_for_it(requests_of):
    change = Change("orders", {**STATE, "recovery_days": 0}, {**STATE, "recovery_days": 7})
    steps = requests_of("dynamodb", calls(change), [None, None, None])

    assert [getattr(step, "operation", None) or step.waiter for step in steps] == [
        "table_active",
        "update_continuous_backups",
        "continuous_backups_enabled",
        "update_continuous_backups",
    ]


def test_recovery_is_turned_off_without_a_window(requests_of):
    change = Change("orders", {**STATE, "recovery_days": 7}, {**STATE, "recovery_days": 0})

    assert requests_of("dynamodb", calls(change))[1].params["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": False}


def test_each_change_of_a_definition_is_a_request_of_its_own_and_is_awaited(requests_of):
    change = update(deletion_protection=True, encryption="alias/shop", table_class="STANDARD_INFREQUENT_ACCESS", stream="NEW_IMAGE")

    assert requests_of("dynamodb", calls(change)) == [
        ACTIVE,
        Call("update_table", {**TABLE, "DeletionProtectionEnabled": True}),
        ACTIVE,
        Call("update_table", {**TABLE, "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/shop"}}),
        ACTIVE,
        Call("update_table", {**TABLE, "TableClass": "STANDARD_INFREQUENT_ACCESS"}),
        ACTIVE,
        Call("update_table", {**TABLE, "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}}),
        ACTIVE,
    ]


def test_indexes_are_removed_before_and_built_one_after_the_other(requests_of):
    by_kind = {**INDEX, "keys": [{"role": "HASH", "name": "kind", "type": "S"}]}
    change = Change("orders", {**STATE, "global_indexes": {"old": INDEX}}, {**STATE, "global_indexes": {"new": by_kind, "newer": INDEX}})
    requests = [step.params for step in requests_of("dynamodb", calls(change)) if isinstance(step, Call)]

    assert [list(request["GlobalSecondaryIndexUpdates"][0]) for request in requests] == [["Delete"], ["Create"], ["Create"]]
    assert [[one["AttributeName"] for one in request.get("AttributeDefinitions", [])] for request in requests] == [
        [],
        ["id", "kind"],
        ["day", "id", "kind"],
    ]


def test_a_table_that_becomes_provisioned_brings_its_indexes_along(requests_of):
    five = {"read": 5, "write": 5}
    before = {**STATE, "global_indexes": {"by-day": INDEX}}
    after = {**STATE, "capacity": five, "global_indexes": {"by-day": {**INDEX, "capacity": five}}}
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}

    assert requests_of("dynamodb", calls(Change("orders", before, after)))[1].params == {
        **TABLE,
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": units,
        "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "by-day", "ProvisionedThroughput": units}}],
    }


def test_a_capacity_that_stays_is_not_sent(requests_of):
    five, six = {"read": 5, "write": 5}, {"read": 6, "write": 5}
    before = {**STATE, "capacity": five, "global_indexes": {"by-day": {**INDEX, "capacity": five}}}
    after = {**before, "capacity": six}

    assert requests_of("dynamodb", calls(Change("orders", before, after)))[1].params == {
        **TABLE,
        "ProvisionedThroughput": {"ReadCapacityUnits": 6, "WriteCapacityUnits": 5},
    }


def test_the_view_of_a_stream_changes_through_off(requests_of):
    change = Change("orders", {**STATE, "stream": "KEYS_ONLY"}, {**STATE, "stream": "NEW_IMAGE"})
    sent = [step.params["StreamSpecification"] for step in requests_of("dynamodb", calls(change)) if isinstance(step, Call)]

    assert sent == [{"StreamEnabled": False}, {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}]


def test_tags_are_written_by_the_tables_arn(requests_of):
    change = Change("orders", {**STATE, "tags": {"a": "1", "b": "1"}}, {**STATE, "tags": {"a": "2"}})

    assert requests_of("dynamodb", calls(change), [None, ARN])[1:] == [
        Call("describe_table", TABLE),
        Call("untag_resource", {"ResourceArn": DESCRIBED["TableArn"], "TagKeys": ["b"]}),
        Call("tag_resource", {"ResourceArn": DESCRIBED["TableArn"], "Tags": [{"Key": "a", "Value": "2"}]}),
    ]


def test_a_creation_that_is_undone_deletes_the_table_unless_it_is_protected_by_aws(requests_of):
    assert [getattr(step, "operation", None) for step in requests_of("dynamodb", calls(Change("orders", STATE, None)))] == [
        "delete_table",
        None,
    ]


def test_missing_tables_without_a_definition_are_named_in_one_message():
    changes = [Change(name, None, {"recovery_days": 35}) for name in ("ordres", "usres")]
    (problem,) = forbidden([*changes, Change("new", None, {"keys": [ID]})], "eu-central-1 of account 1")

    assert problem.startswith("These tables do not exist in eu-central-1 of account 1: ordres, usres.")


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ({}, {"keys": [DAY]}, "orders: hash_key and range_key of a table cannot be changed"),
        ({}, {"local_indexes": {"x": {}}}, "orders: local_indexes of a table cannot be changed"),
        (
            {"global_indexes": {"by-day": INDEX}},
            {"global_indexes": {"by-day": {**INDEX, "projection": "KEYS_ONLY"}}},
            "orders: the keys and the projection of index by-day cannot be changed",
        ),
        ({"ttl": "a"}, {"ttl": "b"}, "orders: ttl is on attribute a, and AWS moves it to b only after an hour without"),
    ],
)
def test_what_aws_cannot_change_is_an_error_that_says_what_to_do(before, after, problem):
    (found,) = forbidden([Change("orders", {**STATE, **before}, {**STATE, **before, **after})], "here")

    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"name": "a b"}, "a b: name must have 3 to 255 characters"),
        ({"recovery_days": 36}, "orders: recovery_days is 36, allowed are 1 to 35, and 0 for no"),
        ({"recovery_days": -1}, "orders: recovery_days is -1"),
        ({"encryption": "shop"}, "orders: encryption is 'shop', allowed are AWS_OWNED, AWS_MANAGED, alias/<name>"),
        ({"billing_mode": "PROVISIONED"}, "orders: capacity is given with billing_mode PROVISIONED"),
        ({"capacity": {"read": 1, "write": 1}}, "orders: capacity is given with billing_mode PROVISIONED"),
        ({"range_key": {"name": "at", "type": "N"}}, "orders: range_key and local_indexes need hash_key"),
        ({"global_indexes": [index("x")]}, "orders: index 'x': name must have 3 to 255 characters"),
        ({"global_indexes": [index(), index()]}, "orders: index by-day is declared twice"),
        ({"global_indexes": [index(projection="INCLUDE")]}, "orders: index by-day: attributes are given with projection INCLUDE"),
        ({"global_indexes": [index(f"index-{number}") for number in range(21)]}, "orders: 21 global_indexes, at most 20 are allowed"),
        (
            {"hash_key": {"name": "day", "type": "S"}, "global_indexes": [index()]},
            "orders: the attribute day is declared with the types S and N",
        ),
        ({"tags": {"aws:mine": "x"}}, "orders: the tag key 'aws:mine' must"),
    ],
)
def test_bad_input_is_named_before_any_request(given, problem):
    (found,) = problems([item(**given)])

    assert found.startswith(problem)


def test_a_local_index_needs_a_table_with_a_range_key():
    local = [{"name": "by-x", "range_key": {"name": "x", "type": "S"}, "projection": "ALL", "attributes": None}]

    assert problems([item(hash_key={"name": "id", "type": "S"}, local_indexes=local)]) == [
        "orders: local_indexes need a table with a range_key"
    ]


def test_all_problems_are_told_at_once():
    assert len(problems([item(recovery_days=99), item(ttl="x" * 256)])) == 3
