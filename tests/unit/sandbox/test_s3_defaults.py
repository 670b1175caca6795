from __future__ import annotations

import pytest


@pytest.fixture
def s3(client):
    s3 = client("s3")
    s3.create_bucket(Bucket="shop", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return s3


def algorithm(s3) -> str:
    rules = s3.get_bucket_encryption(Bucket="shop")["ServerSideEncryptionConfiguration"]["Rules"]
    return rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]


def test_a_new_bucket_is_encrypted_private_and_without_acls(s3):
    assert algorithm(s3) == "AES256"
    assert set(s3.get_public_access_block(Bucket="shop")["PublicAccessBlockConfiguration"].values()) == {True}
    ownership = s3.get_bucket_ownership_controls(Bucket="shop")["OwnershipControls"]
    assert ownership == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_an_object_is_encrypted_as_its_bucket_says(s3):
    s3.put_object(Bucket="shop", Key="image", Body=b"image")
    assert s3.head_object(Bucket="shop", Key="image")["ServerSideEncryption"] == "AES256"


def test_a_deleted_encryption_falls_back_to_the_default(s3):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket="shop", ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert algorithm(s3) == "aws:kms"
    s3.delete_bucket_encryption(Bucket="shop")
    assert algorithm(s3) == "AES256"


def test_defaults_are_of_one_bucket(client, s3):
    s3.delete_public_access_block(Bucket="shop")
    s3.create_bucket(Bucket="other", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    assert s3.get_public_access_block(Bucket="other")["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
