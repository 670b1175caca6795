# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a bucket is made of: for each aspect how it is read, and the request that makes it so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from . import s3_lifecycle, tag_rules
from .aws import Aws
from .bucket_policy import TLS_ONLY
from .lists import declared_twice
from .plan import Call, State
from .tags import as_dict, as_list

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
NAME = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
ADDRESS = re.compile(r"(\d+\.){3}\d+")
RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
BLOCKS = {
    "block_public_acls": "BlockPublicAcls",
    "ignore_public_acls": "IgnorePublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "restrict_public_buckets": "RestrictPublicBuckets",
}
MINIMUM_SIZE = "transition_default_minimum_object_size"
MINIMUM_SIZES = ("all_storage_classes_128K", "varies_by_storage_class")


def read_public_access_block(aws: Aws, bucket: str) -> State:
    answer = aws.call("s3", "get_public_access_block", missing=("NoSuchPublicAccessBlockConfiguration",), Bucket=bucket)
    blocks = (answer or {}).get("PublicAccessBlockConfiguration", {})
    return {"public_access_block": {ours: blocks.get(theirs, False) for ours, theirs in BLOCKS.items()}}


def read_object_ownership(aws: Aws, bucket: str) -> State:
    """A bucket without the setting belongs to those who write into it."""
    answer = aws.call("s3", "get_bucket_ownership_controls", missing=("OwnershipControlsNotFoundError",), Bucket=bucket)
    return {"object_ownership": answer["OwnershipControls"]["Rules"][0]["ObjectOwnership"] if answer else "ObjectWriter"}


def read_versioning(aws: Aws, bucket: str) -> State:
    return {"versioning": aws.call("s3", "get_bucket_versioning", Bucket=bucket).get("Status", "Unversioned")}


def read_encryption(aws: Aws, bucket: str) -> State:
    missing = ("ServerSideEncryptionConfigurationNotFoundError",)
    answer = aws.call("s3", "get_bucket_encryption", missing=missing, Bucket=bucket)
    rule = answer["ServerSideEncryptionConfiguration"]["Rules"][0] if answer else {}
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    blocked = rule.get("BlockedEncryptionTypes", {}).get("EncryptionType")
    return {
        "encryption": {
            "algorithm": default.get("SSEAlgorithm"),
            "key": default.get("KMSMasterKeyID"),
            "bucket_key": rule.get("BucketKeyEnabled", False),
            **({"blocked": blocked} if blocked else {}),
        }
    }


def read_policy(aws: Aws, bucket: str) -> State:
    answer = aws.call("s3", "get_bucket_policy", missing=("NoSuchBucketPolicy",), Bucket=bucket)
    return {"policy": json.loads(answer["Policy"]) if answer else None}


def read_lifecycle(aws: Aws, bucket: str) -> State:
    missing = ("NoSuchLifecycleConfiguration",)
    answer = aws.call("s3", "get_bucket_lifecycle_configuration", missing=missing, Bucket=bucket) or {}
    return {
        "lifecycle": {rule["ID"]: s3_lifecycle.from_s3(rule) for rule in answer.get("Rules", [])},
        MINIMUM_SIZE: answer.get("TransitionDefaultMinimumObjectSize", MINIMUM_SIZES[0]),
    }


def read_tags(aws: Aws, bucket: str) -> State:
    answer = aws.call("s3", "get_bucket_tagging", missing=("NoSuchTagSet",), Bucket=bucket)
    return {"tags": as_dict(answer["TagSet"]) if answer else {}}


# In the order in which they are made so: what keeps others out comes first.
READ: dict[str, Callable[[Aws, str], State]] = {
    "public_access_block": read_public_access_block,
    "object_ownership": read_object_ownership,
    "policy": read_policy,
    "versioning": read_versioning,
    "encryption": read_encryption,
    "lifecycle": read_lifecycle,
    "tags": read_tags,
}


def put_public_access_block(bucket: dict[str, str], state: State) -> Call:
    blocks = {theirs: state["public_access_block"][ours] for ours, theirs in BLOCKS.items()}
    return Call("put_public_access_block", {**bucket, "PublicAccessBlockConfiguration": blocks})


def put_object_ownership(bucket: dict[str, str], state: State) -> Call:
    rules = [{"ObjectOwnership": state["object_ownership"]}]
    return Call("put_bucket_ownership_controls", {**bucket, "OwnershipControls": {"Rules": rules}})


def put_versioning(bucket: dict[str, str], state: State) -> Call:
    """A bucket that once had versions can only be suspended."""
    status = "Enabled" if state["versioning"] == "Enabled" else "Suspended"
    return Call("put_bucket_versioning", {**bucket, "VersioningConfiguration": {"Status": status}})


def put_encryption(bucket: dict[str, str], state: State) -> Call:
    wanted = state["encryption"]
    if not wanted["algorithm"]:
        return Call("delete_bucket_encryption", bucket)
    rule = {
        "ApplyServerSideEncryptionByDefault": s3_lifecycle.given(SSEAlgorithm=wanted["algorithm"], KMSMasterKeyID=wanted["key"]),
        "BucketKeyEnabled": wanted["bucket_key"],
        **({"BlockedEncryptionTypes": {"EncryptionType": wanted["blocked"]}} if "blocked" in wanted else {}),
    }
    return Call("put_bucket_encryption", {**bucket, "ServerSideEncryptionConfiguration": {"Rules": [rule]}})


def put_policy(bucket: dict[str, str], state: State) -> Call:
    if state["policy"] is None:
        return Call("delete_bucket_policy", bucket)
    return Call("put_bucket_policy", {**bucket, "Policy": json.dumps(state["policy"])})


def put_lifecycle(bucket: dict[str, str], state: State) -> Call:
    """S3 replaces the whole document, and resets the minimum size that is not given with it."""
    if not state["lifecycle"]:
        return Call("delete_bucket_lifecycle", bucket)
    rules = [s3_lifecycle.to_s3(*rule) for rule in sorted(state["lifecycle"].items())]
    size = s3_lifecycle.given(TransitionDefaultMinimumObjectSize=state.get(MINIMUM_SIZE))
    return Call("put_bucket_lifecycle_configuration", {**bucket, "LifecycleConfiguration": {"Rules": rules}, **size})


def put_tags(bucket: dict[str, str], state: State) -> Call:
    """Tags of AWS's own (aws:...) are among them: S3 refuses a set without."""
    if not state["tags"]:
        return Call("delete_bucket_tagging", bucket)
    return Call("put_bucket_tagging", {**bucket, "Tagging": {"TagSet": as_list(state["tags"])}})


PUT: dict[str, Callable[[dict[str, str], State], Call]] = {
    "public_access_block": put_public_access_block,
    "object_ownership": put_object_ownership,
    "policy": put_policy,
    "versioning": put_versioning,
    "encryption": put_encryption,
    "lifecycle": put_lifecycle,
    "tags": put_tags,
}


def problems(buckets: list[Mapping[str, Any]]) -> list[str]:
    """What is wrong with the given buckets, before any request."""
    found = declared_twice("bucket", (bucket["name"] for bucket in buckets))
    for bucket in buckets:
        found += [f"{bucket['name']}: {problem}" for problem in bucket_problems(bucket)]
    return found


def bucket_problems(bucket: Mapping[str, Any]) -> Iterator[str]:
    name = bucket["name"]
    if not NAME.fullmatch(name) or ADDRESS.fullmatch(name) or name.startswith(RESERVED_STARTS) or name.endswith(RESERVED_ENDS):
        yield (
            "name must have 3 to 63 characters of a-z 0-9 . -, begin and end with a letter or digit, be no IP address, "
            f"not begin with {', '.join(RESERVED_STARTS)} and not end with {', '.join(RESERVED_ENDS)}"
        )
    encryption = bucket["encryption"]
    if encryption and encryption["key"] and encryption["algorithm"] == "AES256":
        yield "encryption.key is for the algorithms aws:kms and aws:kms:dsse"
    if encryption and encryption["bucket_key"] and encryption["algorithm"] != "aws:kms":
        yield "encryption.bucket_key is for the algorithm aws:kms"
    for sid, statement in (bucket["policy_statements"] or {}).items():
        if not re.fullmatch(r"[A-Za-z0-9]{1,128}", sid) or sid == TLS_ONLY:
            yield f"policy_statements has the Sid {sid!r}: letters and digits, and {TLS_ONLY} is that of tls_only"
        if statement and not {"Effect", "Principal", "Action", "Resource"} <= statement.keys():
            yield f"policy_statements.{sid} needs Effect, Principal, Action and Resource"
    if bucket[MINIMUM_SIZE] and not bucket["lifecycle"]:
        yield f"{MINIMUM_SIZE} needs lifecycle rules"
    yield from tag_rules.problems(tag_rules.as_text(bucket["tags"]))
    yield from s3_lifecycle.problems(bucket["lifecycle"] or [])
