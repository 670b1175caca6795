"""Buckets: normal form, the requests of a change, what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import s3_lifecycle
from ansible_collections.prodready.aws.plugins.module_utils.bucket_policy import TLS_ONLY, tls_only, with_statements
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change
from ansible_collections.prodready.aws.plugins.module_utils.s3 import problems
from ansible_collections.prodready.aws.plugins.modules.s3_buckets import BUCKET_SPEC, RULE_SPEC, calls, forbidden, read, settled, want

ARN = "arn:aws:s3:::images"
BUCKET = {"Bucket": "images"}
HERE = {"region": "eu-central-1"}
OTHER = {"Sid": "OfOthers", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": ARN}


def item(**given):
    return {**{name: option.get("default") for name, option in BUCKET_SPEC.items()}, "name": "images", **given}


def rule(identifier="ours", **given):
    full = {**{name: option.get("default") for name, option in RULE_SPEC.items()}, "id": identifier, **given}
    for part in ("expiration", "noncurrent_expiration"):
        if full[part] is not None:
            full[part] = {**{name: option.get("default") for name, option in RULE_SPEC[part]["options"].items()}, **full[part]}
    for part in ("transitions", "noncurrent_transitions"):
        if full[part]:
            full[part] = [{**dict.fromkeys(RULE_SPEC[part]["options"]), **one} for one in full[part]]
    return full


def settle(wanted, before=None, purge=False):
    return settled(wanted, before, ARN, "eu-central-1", purge)


def sent(requests_of, before, after):
    return requests_of("s3", calls(Change("images", before, after)))


def test_what_is_not_given_is_not_wanted():
    assert want(item(versioning="Enabled"), {"prodready:managed": "true"}) == {
        "versioning": "Enabled",
        "tags": {"prodready:managed": "true"},
    }


@pytest.mark.parametrize(("purge", "left"), [(False, ["of-others", "ours"]), (True, ["ours"])])
def test_rules_of_others_go_only_when_that_is_asked_for(purge, left):
    assert sorted(settle({"lifecycle": {"ours": {}}}, {"lifecycle": {"of-others": {}}}, purge)["lifecycle"]) == left


def test_encryption_types_that_others_blocked_stay_blocked():
    key = {"algorithm": "aws:kms", "key": "alias/shop", "bucket_key": True}
    before = {"encryption": {"algorithm": "AES256", "key": None, "bucket_key": False, "blocked": ["SSE-C"]}}

    assert settle({"encryption": key}, before)["encryption"] == {**key, "blocked": ["SSE-C"]}


def test_only_the_given_aspects_of_buckets_that_are_here_are_read(fake_aws):
    buckets = [{"Name": "images", "BucketRegion": "eu-central-1"}, {"Name": "far", "BucketRegion": "us-west-2"}]
    aws = fake_aws(list_buckets={"Buckets": buckets}, get_bucket_versioning={}, get_bucket_tagging=None)
    asked = {name: {"versioning": "Enabled", "tags": {}} for name in ("images", "far", "missing")}

    assert read(aws, asked) == {
        "images": {**HERE, "versioning": "Unversioned", "tags": {}},
        "far": {"region": "us-west-2"},
    }
    assert [operation for operation, _ in aws.asked] == ["list_buckets", "get_bucket_versioning", "get_bucket_tagging"]


@pytest.mark.parametrize(
    ("listed", "asked"), [({"a": "b", "c": "d"}, []), ({"c": "d"}, ["get_bucket_tagging"]), (None, ["get_bucket_tagging"])]
)
def test_a_bucket_that_seems_to_lack_a_tag_is_asked_itself(fake_aws, listed, asked):
    tags = {"TagSet": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}]}
    aws = fake_aws(list_buckets={"Buckets": [{"Name": "images", "BucketRegion": "eu-central-1"}]}, get_bucket_tagging=tags)

    assert read(aws, {"images": {"tags": {"a": "b"}}}, {ARN: listed} if listed else {})["images"] == {**HERE, "tags": {"a": "b", "c": "d"}}
    assert [operation for operation, _ in aws.asked] == ["list_buckets", *asked]


def test_what_a_bucket_does_not_have_is_read_as_what_it_means(fake_aws):
    names = ("public_access_block", "bucket_ownership_controls", "bucket_policy", "bucket_encryption", "bucket_lifecycle_configuration")
    aws = fake_aws(
        list_buckets={"Buckets": [{"Name": "images", "BucketRegion": "eu-central-1"}]}, **{f"get_{name}": None for name in names}
    )
    asked = dict.fromkeys(["public_access_block", "object_ownership", "tls_only", "encryption", "lifecycle"])

    assert read(aws, {"images": asked})["images"] == {
        **HERE,
        "public_access_block": dict.fromkeys(BUCKET_SPEC["public_access_block"]["options"], False),
        "object_ownership": "ObjectWriter",
        "policy": None,
        "encryption": {"algorithm": None, "key": None, "bucket_key": False},
        "lifecycle": {},
        "transition_default_minimum_object_size": "all_storage_classes_128K",
    }


@pytest.mark.parametrize(("region", "location"), [("eu-central-1", "eu-central-1"), ("us-east-1", None)])
def test_a_bucket_is_created_in_its_region(requests_of, region, location):
    first = sent(requests_of, None, {"region": region})[0]

    assert first.params.get("CreateBucketConfiguration", {}).get("LocationConstraint") == location


def test_the_public_is_kept_out_before_anything_else(requests_of):
    after = {
        **HERE,
        "tags": {"a": "b"},
        "versioning": "Enabled",
        "public_access_block": dict.fromkeys(BUCKET_SPEC["public_access_block"]["options"], True),
    }
    operations = [getattr(step, "operation", "wait") for step in sent(requests_of, None, after)]

    assert operations == ["create_bucket", "wait", "put_public_access_block", "put_bucket_versioning", "put_bucket_tagging"]


@pytest.mark.parametrize(
    ("before", "after", "call"),
    [
        (
            {"versioning": "Enabled"},
            {"versioning": "Unversioned"},
            Call("put_bucket_versioning", {**BUCKET, "VersioningConfiguration": {"Status": "Suspended"}}),
        ),
        ({"policy": {}}, {"policy": None}, Call("delete_bucket_policy", BUCKET)),
        ({"lifecycle": {"x": {}}}, {"lifecycle": {}}, Call("delete_bucket_lifecycle", BUCKET)),
        ({"encryption": {}}, {"encryption": {"algorithm": None}}, Call("delete_bucket_encryption", BUCKET)),
        (
            {"encryption": {}},
            {"encryption": {"algorithm": "AES256", "key": None, "bucket_key": False, "blocked": ["SSE-C"]}},
            Call(
                "put_bucket_encryption",
                {
                    **BUCKET,
                    "ServerSideEncryptionConfiguration": {
                        "Rules": [
                            {
                                "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
                                "BucketKeyEnabled": False,
                                "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
                            }
                        ]
                    },
                },
            ),
        ),
        (
            {"object_ownership": "ObjectWriter"},
            {"object_ownership": "BucketOwnerEnforced"},
            Call("put_bucket_ownership_controls", {**BUCKET, "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}),
        ),
    ],
)
def test_each_aspect_is_one_request_also_on_the_way_back(requests_of, before, after, call):
    assert sent(requests_of, {**HERE, **before}, {**HERE, **after}) == [call]


def test_the_whole_lifecycle_is_written_with_the_minimum_size_that_was_there(requests_of):
    size = "varies_by_storage_class"
    ours, others = ({"Status": "Enabled", "Filter": {"Prefix": prefix}, "Expiration": {"Days": 9}} for prefix in ("a/", "b/"))
    before = {**HERE, "lifecycle": {"of-others": others}, "transition_default_minimum_object_size": size}
    (call,) = sent(requests_of, before, {**before, "lifecycle": {"of-others": others, "ours": ours}})

    assert call.params["TransitionDefaultMinimumObjectSize"] == size
    assert [one["ID"] for one in call.params["LifecycleConfiguration"]["Rules"]] == ["of-others", "ours"]


def test_a_creation_that_is_undone_deletes_the_bucket_if_it_is_empty(requests_of):
    assert sent(requests_of, HERE, None) == [Call("delete_bucket", BUCKET)]


def test_missing_buckets_and_those_elsewhere_are_named():
    changes = [Change("gone", None, HERE), Change("new", None, HERE), Change("far", {"region": "us-west-2"}, HERE)]

    assert [problem.partition(".")[0] for problem in forbidden(changes, "eu-central-1", "1", {"new"})] == [
        "These buckets do not exist in account 1: gone",
        "far: the bucket is in us-west-2, this place is eu-central-1",
    ]


OURS = {TLS_ONLY: tls_only(ARN)}
LOGS = {
    "Effect": "Allow",
    "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": f"{ARN}/*",
}


def test_given_statements_are_had_by_their_sid_and_an_empty_one_is_absent():
    before = {"policy": {"Version": "2012-10-17", "Statement": [OTHER, {"Sid": "Old", **LOGS}]}}
    wanted = want(item(policy_statements={"Logs": LOGS, "Old": {}}, tls_only=True), {})
    assert settle(wanted, before)["policy"]["Statement"] == [OTHER, tls_only(ARN), {"Sid": "Logs", **LOGS}]
    assert settle({"policy_statements": {"Logs": LOGS}}, {"policy": {"Statement": [{"Sid": "Logs", **LOGS}]}})["policy"]["Statement"] == [
        {"Sid": "Logs", **LOGS}
    ]


def test_statements_that_are_none_are_named():
    wrong = item(policy_statements={"a b": LOGS, TLS_ONLY: {}, "Half": {"Effect": "Allow"}})
    assert [problem.partition(" ")[2] for problem in problems([wrong])] == [
        f"policy_statements has the Sid 'a b': letters and digits, and {TLS_ONLY} is that of tls_only",
        f"policy_statements has the Sid '{TLS_ONLY}': letters and digits, and {TLS_ONLY} is that of tls_only",
        "policy_statements.Half needs Effect, Principal, Action and Resource",
    ]


def test_our_statement_is_added_to_those_of_others():
    policy = with_statements({"Version": "2008-10-17", "Id": "theirs", "Statement": [OTHER]}, OURS)

    assert policy == {"Version": "2008-10-17", "Id": "theirs", "Statement": [OTHER, tls_only(ARN)]}


def test_a_single_statement_that_is_no_list_is_kept_too():
    assert with_statements({"Statement": OTHER}, OURS)["Statement"] == [OTHER, tls_only(ARN)]


def test_our_statement_in_another_spelling_is_left_alone():
    ours = {**tls_only(ARN), "Action": ["s3:*"], "Resource": [f"{ARN}/*", ARN]}
    policy = {"Version": "2012-10-17", "Statement": [ours, OTHER]}

    assert with_statements(policy, OURS) is policy


@pytest.mark.parametrize("drift", [{"Effect": "Allow"}, {"Resource": ARN}, {"Condition": {}}])
def test_our_statement_that_was_weakened_is_made_right(drift):
    assert with_statements({"Statement": [{**tls_only(ARN), **drift}]}, OURS)["Statement"] == [tls_only(ARN)]


@pytest.mark.parametrize(("policy", "left"), [(None, None), ({"Statement": [tls_only(ARN)]}, None)])
def test_without_our_statement_nothing_may_be_left(policy, left):
    assert with_statements(policy, {TLS_ONLY: None}) is left


@pytest.mark.parametrize(
    ("given", "conditions"),
    [
        ({}, {"Prefix": ""}),
        ({"prefix": ""}, {"Prefix": ""}),
        ({"prefix": "tmp/"}, {"Prefix": "tmp/"}),
        ({"tags": {"kind": "x"}}, {"Tag": {"Key": "kind", "Value": "x"}}),
        ({"object_size_less_than_bytes": 9}, {"ObjectSizeLessThan": 9}),
        ({"tags": {"a": 1, "b": 2}}, {"And": {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}}),
        ({"prefix": "tmp/", "tags": {"a": 1}}, {"And": {"Prefix": "tmp/", "Tags": [{"Key": "a", "Value": "1"}]}}),
        (
            {"object_size_greater_than_bytes": 1, "object_size_less_than_bytes": 9},
            {"And": {"ObjectSizeGreaterThan": 1, "ObjectSizeLessThan": 9}},
        ),
    ],
)
def test_a_filter_has_the_form_that_s3_wants_and_comes_back_as_the_same(given, conditions):
    wanted = s3_lifecycle.want(rule(expiration={"days": 9}, **given))
    written = s3_lifecycle.to_s3("ours", wanted)

    assert written["Filter"] == conditions
    assert s3_lifecycle.from_s3(written) == wanted


def test_a_rule_of_the_old_kind_is_read_as_a_new_one():
    old = {"ID": "old", "Prefix": "logs/", "Status": "Enabled", "Expiration": {"Date": datetime(2031, 1, 1, tzinfo=UTC)}}

    assert s3_lifecycle.from_s3(old) == {
        "Status": "Enabled",
        "Filter": {"Prefix": "logs/"},
        "Expiration": {"Date": "2031-01-01T00:00:00Z"},
    }


def test_what_s3_will_invent_in_rules_of_others_is_kept():
    rule = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Teleport": {"Days": 3}}

    assert s3_lifecycle.to_s3("x", s3_lifecycle.from_s3(rule)) == rule


def test_states_can_be_kept_in_the_journal():
    assert json.dumps(s3_lifecycle.want(rule(expiration={"date": "2031-01-01"})))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "it does nothing; give one of expiration,"),
        ({"id": ""}, "id must have 1 to 255 characters"),
        ({"expiration": {}}, "expiration has exactly one of days, date and expired_object_delete_marker"),
        ({"expiration": {"days": 1, "date": "2031-01-01"}}, "expiration has exactly one of"),
        ({"expiration": {"days": 0}}, "expiration.days must be at least 1"),
        ({"expiration": {"date": "soon"}}, "the date 'soon' must be a day, as 2030-12-31"),
        ({"expiration": {"date": "2031-02-30"}}, "the date '2031-02-30' must be a day"),
        (
            {"transitions": [{"storage_class": "STANDARD_IA", "days": 5}]},
            "transitions to STANDARD_IA after 5 days, at least 30 are allowed",
        ),
        ({"transitions": [{"storage_class": "GLACIER"}]}, "transitions to GLACIER has either days or date"),
        (
            {"transitions": [{"storage_class": "GLACIER", "days": 40}, {"storage_class": "DEEP_ARCHIVE", "days": 40}]},
            "transitions: objects move to DEEP_ARCHIVE (days 40) only after GLACIER (days 40)",
        ),
        (
            {"transitions": [{"storage_class": "GLACIER", "days": 40}, {"storage_class": "GLACIER", "days": 50}]},
            "transitions names GLACIER twice",
        ),
        (
            {"transitions": [{"storage_class": "GLACIER", "days": 40}], "expiration": {"days": 40}},
            "transitions: objects expire (days 40) only after their last transition (days 40)",
        ),
        (
            {"transitions": [{"storage_class": "GLACIER", "days": 40}], "expiration": {"date": "2031-01-01"}},
            "transitions and the expiration beside it go by days or by dates, not by both",
        ),
        (
            {"noncurrent_transitions": [{"storage_class": "GLACIER", "days": 40}], "noncurrent_expiration": {"days": 30}},
            "noncurrent_transitions: objects expire (days 30) only after",
        ),
        ({"noncurrent_expiration": {"days": 0}}, "noncurrent_expiration.days must be at least 1"),
        ({"noncurrent_expiration": {"days": 1, "newer_versions": 101}}, "newer_versions is 101, allowed are 1 to 100"),
        ({"abort_incomplete_multipart_upload_days": 0}, "abort_incomplete_multipart_upload_days must be at least 1"),
        ({"abort_incomplete_multipart_upload_days": 1, "tags": {"a": "b"}}, "abort_incomplete_multipart_upload_days does not go with tags"),
        (
            {"expiration": {"expired_object_delete_marker": True}, "object_size_less_than_bytes": 5},
            "expired_object_delete_marker does not go with a size of objects",
        ),
        (
            {"expiration": {"days": 1}, "object_size_greater_than_bytes": 5, "object_size_less_than_bytes": 5},
            "object_size_less_than_bytes must be greater than object_size_greater_than_bytes",
        ),
    ],
)
def test_rules_that_s3_refuses_are_named_before_any_request(given, problem):
    found = problems([item(lifecycle=[rule(**{"identifier": given.pop("id", "ours"), **given})])])

    assert any(text.startswith(f"images: lifecycle rule {'ours' if 'id must' not in problem else '(no id)'}: {problem}") for text in found)


def test_a_good_rule_has_no_problem():
    good = rule(
        transitions=[{"storage_class": "DEEP_ARCHIVE", "days": 200}, {"storage_class": "STANDARD_IA", "days": 30}],
        expiration={"days": 400},
        noncurrent_expiration={"days": 90, "newer_versions": 3},
        abort_incomplete_multipart_upload_days=7,
        prefix="images/",
    )

    assert problems([item(lifecycle=[good])]) == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"name": "Images"}, "Images: name must have 3 to 63 characters of a-z 0-9 . -"),
        ({"name": "192.168.0.1"}, "192.168.0.1: name must"),
        ({"name": "a..b"}, "a..b: name must"),
        ({"name": "xn--images"}, "xn--images: name must"),
        ({"name": "images-s3alias"}, "images-s3alias: name must"),
        ({"encryption": {"algorithm": "AES256", "key": "alias/x", "bucket_key": False}}, "images: encryption.key is for"),
        ({"encryption": {"algorithm": "aws:kms:dsse", "key": None, "bucket_key": True}}, "images: encryption.bucket_key is for"),
        ({"transition_default_minimum_object_size": "varies_by_storage_class"}, "images: transition_default_minimum_object_size needs"),
        ({"tags": {"k": "x" * 257}}, "images: the value of tag 'k' has 257 characters"),
        ({"lifecycle": [rule(expiration={"days": 1})] * 2}, "images: lifecycle rule ours is declared twice"),
        ({"lifecycle": [rule(str(one), expiration={"days": 1}) for one in range(1001)]}, "images: 1001 lifecycle rules, at most 1000"),
    ],
)
def test_bad_input_is_named_before_any_request(given, problem):
    assert [text[: len(problem)] for text in problems([item(**given)])] == [problem]
