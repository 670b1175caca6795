"""ListBuckets answers in pages, with regions when asked with a parameter."""

from __future__ import annotations


def test_pages_hold_every_bucket_once_with_its_region(client):
    s3 = client("s3")
    for name in ("shop-b", "shop-c", "shop-a"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    pages = list(s3.get_paginator("list_buckets").paginate(MaxBuckets=2))

    assert [[(bucket["Name"], bucket["BucketRegion"]) for bucket in page["Buckets"]] for page in pages] == [
        [("shop-a", "eu-central-1"), ("shop-b", "eu-central-1")],
        [("shop-c", "eu-central-1")],
    ]


def test_no_region_without_a_parameter(client):
    s3 = client("s3")
    s3.create_bucket(Bucket="shop-a", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    assert "BucketRegion" not in s3.list_buckets()["Buckets"][0]
