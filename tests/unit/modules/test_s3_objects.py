"""s3_objects: uploaded once, checked on arrival, never replaced; an undo deletes the version that was made."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, plan
from ansible_collections.prodready.aws.plugins.modules.s3_objects import UNDO, calls, forbidden, problems, read, want

OURS = {"prodready:managed": "true", "prodready:app": "shop"}
NAME = "shop-releases/shop/1.0.0.tar.gz"
ITEM = {"bucket": "shop-releases", "key": "shop/1.0.0.tar.gz", "path": None}
STATE = {"bucket": "shop-releases", "key": "shop/1.0.0.tar.gz", "tags": OURS}
PLACE = {"Bucket": "shop-releases", "Key": "shop/1.0.0.tar.gz"}


def test_what_is_wanted_is_known_by_bucket_and_key():
    assert want(ITEM, OURS) == STATE


def test_an_object_that_is_there_is_left_as_it_is(fake_aws):
    aws = fake_aws(head_object={"ContentLength": 5})
    assert plan({NAME: STATE}, read(aws, {NAME: STATE})) == []


def test_a_missing_object_is_uploaded_with_its_checksum_and_our_tags(fake_aws, requests_of, tmp_path):
    file = tmp_path / "1.0.0.tar.gz"
    file.write_bytes(b"release")
    (change,) = plan({NAME: STATE}, read(fake_aws(head_object=None), {NAME: STATE}))
    (request,) = requests_of("s3", calls({NAME: str(file)}, change))
    assert request.operation == "put_object"
    assert request.params["Body"].name == str(file)
    assert {key: value for key, value in request.params.items() if key != "Body"} == {
        **PLACE,
        "ChecksumAlgorithm": "SHA256",
        "Tagging": "prodready%3Amanaged=true&prodready%3Aapp=shop",
    }


def test_an_undo_deletes_the_very_version_that_was_made(requests_of):
    missing = ("404", "NoSuchKey", "NoSuchBucket")
    assert requests_of("s3", UNDO.calls(None, Change(NAME, STATE, None)), [{"VersionId": "v1"}]) == [
        Call("head_object", PLACE, missing=missing),
        Call("delete_object", {**PLACE, "VersionId": "v1"}),
    ]


def test_an_undo_of_what_is_gone_asks_and_deletes_nothing(requests_of):
    assert [call.operation for call in requests_of("s3", UNDO.calls(None, Change(NAME, STATE, None)), [None])] == ["head_object"]


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        ([ITEM, ITEM], "shop-releases/shop/1.0.0.tar.gz"),
        ([{**ITEM, "key": ""}], "the key must have 1 to 1024 bytes"),
        ([{**ITEM, "key": "é" * 600}], "the key must have 1 to 1024 bytes"),
        ([{**ITEM, "bucket": "a/b"}], "bucket 'a/b' is no name of a bucket"),
    ],
)
def test_what_cannot_be_an_object_is_named(objects, message):
    assert message in "; ".join(problems(objects))


def test_a_file_that_is_missing_is_said_before_anything_is_uploaded(tmp_path):
    change = Change(NAME, None, STATE)
    path = str(tmp_path / "none.tar.gz")
    assert list(forbidden([change], {NAME: path}, check_mode=False)) == [
        f"{NAME} is missing, and {path} is not there to be uploaded",
    ]
    assert list(forbidden([change], {NAME: path}, check_mode=True)) == []
    assert "no file (path)" in next(forbidden([change], {NAME: None}, check_mode=False))
