#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: s3_buckets
short_description: Keep a set of S3 buckets private, encrypted, versioned and cleaning up after themselves
version_added: 0.1.0
description:
  - Adopts buckets by name. What is not given is not touched; what is given is made exactly so.
  - A bucket that is missing is created when O(buckets[].create) is set. Otherwise, and when a bucket is in another region, the
    module fails before anything is touched, and names all buckets concerned.
  - Buckets are never deleted, nor emptied.
  - Lists the account's buckets (a request for every 1000), then reads the tags and each given aspect of every bucket with one
    request.
  - See U(https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html) and
    U(https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  buckets:
    description: The buckets.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name of the bucket.
        type: str
        required: true
      create:
        description: Whether the bucket is created when it is missing.
        type: bool
        default: false
      public_access_block:
        description: What keeps the public out, all four unless said otherwise.
        type: dict
        suboptions:
          block_public_acls: {description: Refuse ACLs that grant public access., type: bool, default: true}
          ignore_public_acls: {description: Ignore ACLs that grant public access., type: bool, default: true}
          block_public_policy: {description: Refuse policies that grant public access., type: bool, default: true}
          restrict_public_buckets: {description: Keep the public out whatever the policy grants., type: bool, default: true}
      object_ownership:
        description: Who owns objects. V(BucketOwnerEnforced) does away with ACLs.
        type: str
        choices: [BucketOwnerEnforced, BucketOwnerPreferred, ObjectWriter]
      tls_only:
        description:
          - Whether the bucket's policy has our statement (its Sid is C(ProdreadyTlsOnly)) that denies requests without TLS.
          - Other statements of the policy stay as they are.
        type: bool
      policy_statements:
        description:
          - Statements that the bucket's policy has, by their Sid; an empty one is to be absent. Other statements stay as they are.
          - Access logs of load balancers need one, see
            U(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html).
        type: dict
      versioning:
        description: Whether versions of objects are kept.
        type: str
        choices: [Enabled, Suspended]
      encryption:
        description: How new objects are encrypted.
        type: dict
        suboptions:
          algorithm:
            description: SSE-S3 or SSE-KMS, with one layer or two.
            type: str
            choices: [AES256, "aws:kms", "aws:kms:dsse"]
            required: true
          key:
            description: The KMS key, as it is to be named to S3. Without it the key that AWS manages.
            type: str
          bucket_key:
            description: Whether S3 asks KMS once for many objects, which costs less.
            type: bool
            default: false
      lifecycle:
        description: The lifecycle rules.
        type: list
        elements: dict
        suboptions:
          id: {description: The name of the rule., type: str, required: true}
          enabled: {description: Whether it is in force., type: bool, default: true}
          prefix: {description: Only objects whose key begins so., type: str}
          tags: {description: Only objects with all these tags., type: dict}
          object_size_greater_than_bytes: {description: Only larger objects., type: int}
          object_size_less_than_bytes: {description: Only smaller objects., type: int}
          expiration:
            description: When current versions expire, by exactly one of its options.
            type: dict
            suboptions:
              days: {description: Days after creation., type: int}
              date: {description: "A day, as YYYY-MM-DD.", type: str}
              expired_object_delete_marker:
                description: Remove delete markers that have no versions left.
                type: bool
                default: false
          transitions:
            description: When current versions move to another storage class.
            type: list
            elements: dict
            suboptions:
              days: {description: Days after creation., type: int}
              date: {description: "A day, as YYYY-MM-DD.", type: str}
              storage_class:
                description: The storage class.
                type: str
                required: true
                choices: [STANDARD_IA, INTELLIGENT_TIERING, ONEZONE_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE]
          noncurrent_expiration:
            description: When versions that are no longer current are deleted.
            type: dict
            suboptions:
              days: {description: Days after they were replaced., type: int, required: true}
              newer_versions: {description: "How many newer noncurrent ones are kept whatever their age, 1 to 100.", type: int}
          noncurrent_transitions:
            description: When versions that are no longer current move to another storage class.
            type: list
            elements: dict
            suboptions:
              days: {description: Days after they were replaced., type: int, required: true}
              newer_versions: {description: "How many newer noncurrent ones stay, 1 to 100.", type: int}
              storage_class:
                description: The storage class.
                type: str
                required: true
                choices: [STANDARD_IA, INTELLIGENT_TIERING, ONEZONE_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE]
          abort_incomplete_multipart_upload_days:
            description: Days after which parts of an upload that was not completed are removed.
            type: int
      purge_rules:
        description: Whether lifecycle rules that are not in O(buckets[].lifecycle) are removed.
        type: bool
        default: false
      transition_default_minimum_object_size:
        description: The size under which objects stay where they are, unless a rule says otherwise.
        type: str
        choices: [all_storage_classes_128K, varies_by_storage_class]
      tags:
        description: Tags that the bucket carries; others on it stay.
        type: dict
        default: {}
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The images are private, and old versions go
  prodready.aws.s3_buckets:
    buckets:
      - name: shop-images-123456789012
        public_access_block: {}
        tls_only: true
        versioning: Enabled
        lifecycle:
          - id: old-versions
            noncurrent_expiration: {days: 90, newer_versions: 3}
          - id: unfinished-uploads
            abort_incomplete_multipart_upload_days: 7
"""

RETURN = r"""
plan:
  description: What had to change, one entry a bucket; empty when all was as desired.
  type: list
  elements: dict
  returned: always
  sample: [{action: update, name: shop-images-123456789012}]
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from ..module_utils import s3_lifecycle
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.bucket_policy import TLS_ONLY, tls_only, with_statements
from ..module_utils.plan import Call, Calls, Change, State, Wait
from ..module_utils.s3 import BLOCKS, MINIMUM_SIZE, MINIMUM_SIZES, PUT, READ, problems
from ..module_utils.tag_rules import as_text
from ..module_utils.tags import lacks, listed_tags
from ..module_utils.undo import Undo

STORAGE_CLASS = {"type": "str", "required": True, "choices": list(s3_lifecycle.STORAGE_CLASSES)}
NONCURRENT = {"days": {"type": "int", "required": True}, "newer_versions": {"type": "int"}}
RULE_SPEC = {
    "id": {"type": "str", "required": True},
    "enabled": {"type": "bool", "default": True},
    "prefix": {"type": "str"},
    "tags": {"type": "dict"},
    "object_size_greater_than_bytes": {"type": "int"},
    "object_size_less_than_bytes": {"type": "int"},
    "expiration": {
        "type": "dict",
        "options": {
            "days": {"type": "int"},
            "date": {"type": "str"},
            "expired_object_delete_marker": {"type": "bool", "default": False},
        },
    },
    "transitions": {
        "type": "list",
        "elements": "dict",
        "options": {"days": {"type": "int"}, "date": {"type": "str"}, "storage_class": STORAGE_CLASS},
    },
    "noncurrent_expiration": {"type": "dict", "options": NONCURRENT},
    "noncurrent_transitions": {"type": "list", "elements": "dict", "options": {**NONCURRENT, "storage_class": STORAGE_CLASS}},
    "abort_incomplete_multipart_upload_days": {"type": "int"},
}
BUCKET_SPEC = {
    "name": {"type": "str", "required": True},
    "create": {"type": "bool", "default": False},
    "public_access_block": {"type": "dict", "options": {block: {"type": "bool", "default": True} for block in BLOCKS}},
    "object_ownership": {"type": "str", "choices": ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]},
    "tls_only": {"type": "bool"},
    "policy_statements": {"type": "dict"},
    "versioning": {"type": "str", "choices": ["Enabled", "Suspended"]},
    "encryption": {
        "type": "dict",
        "options": {
            "algorithm": {"type": "str", "choices": ["AES256", "aws:kms", "aws:kms:dsse"], "required": True},
            "key": {"type": "str", "no_log": False},
            "bucket_key": {"type": "bool", "default": False},
        },
    },
    "lifecycle": {"type": "list", "elements": "dict", "options": RULE_SPEC},
    "purge_rules": {"type": "bool", "default": False},
    MINIMUM_SIZE: {"type": "str", "choices": list(MINIMUM_SIZES)},
    "tags": {"type": "dict", "default": {}},
}
AS_GIVEN = ("public_access_block", "object_ownership", "tls_only", "policy_statements", "versioning", "encryption", MINIMUM_SIZE)
OF_POLICY = ("tls_only", "policy_statements")


def arn(aws: Aws, bucket: str) -> str:
    return f"arn:{aws.partition}:s3:::{bucket}"


def want(bucket: Mapping[str, Any], ownership: Mapping[str, str]) -> State:
    state = {key: bucket[key] for key in AS_GIVEN if bucket[key] is not None}
    if bucket["lifecycle"] is not None:
        state["lifecycle"] = {rule["id"]: s3_lifecycle.want(rule) for rule in bucket["lifecycle"]}
    return {**state, "tags": {**as_text(bucket["tags"]), **ownership}}


def settled(wanted: State, before: State | None, own_arn: str, region: str, purge_rules: bool) -> State:
    """With what stays of others: their rules, their statements, the encryption types that they blocked."""
    before = before or {}
    state = {**{key: value for key, value in wanted.items() if key not in OF_POLICY}, "region": region}
    if wanted.keys() & set(OF_POLICY):
        ours = {TLS_ONLY: tls_only(own_arn) if wanted["tls_only"] else None} if "tls_only" in wanted else {}
        given = {sid: {"Sid": sid, **one} if one else None for sid, one in wanted.get("policy_statements", {}).items()}
        state["policy"] = with_statements(before.get("policy"), {**ours, **given})
    if "lifecycle" in wanted and not purge_rules:
        state["lifecycle"] = {**before.get("lifecycle", {}), **wanted["lifecycle"]}
    if "blocked" in before.get("encryption", {}) and "encryption" in wanted:
        state["encryption"] = {"blocked": before["encryption"]["blocked"], **wanted["encryption"]}
    return state


def read(aws: Aws, asked: Mapping[str, State], listed: Mapping[str, Mapping[str, str]] | None = None) -> Mapping[str, State]:
    """The buckets that there are, with the aspects that are asked for. A bucket elsewhere is not looked into.

    `listed` are tags by ARN as GetResources knows them, which follows a change after a while only: a bucket that seems to
    lack one is asked itself.
    """
    # S3 tells the region only when it is asked with a parameter.
    regions = {bucket["Name"]: bucket["BucketRegion"] for bucket in aws.pages("s3", "list_buckets", "Buckets", MaxBuckets=1000)}
    states: dict[str, dict[str, Any]] = {name: {"region": regions[name]} for name in asked if name in regions}
    here = {name: state for name, state in states.items() if state["region"] == aws.region}
    for name, state in here.items():
        tags = (listed or {}).get(arn(aws, name))
        if tags is not None and not lacks(tags, asked[name].get("tags", {})):
            state["tags"] = tags
    questions = [
        (name, aspect)
        for name, state in here.items()
        for aspect in READ
        if aspect not in state and (aspect in asked[name] or (aspect == "policy" and asked[name].keys() & set(OF_POLICY)))
    ]
    for (name, __), answer in zip(questions, aws.each(lambda one: READ[one[1]](aws, one[0]), questions), strict=True):
        states[name].update(answer)
    return states


def calls(change: Change) -> Calls:
    bucket, after = {"Bucket": change.name}, change.after
    if after is None:
        yield Call("delete_bucket", bucket)
        return
    if change.before is None:
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html: us-east-1 is the one that cannot be named.
        elsewhere = after["region"] != "us-east-1"
        location = {"CreateBucketConfiguration": {"LocationConstraint": after["region"]}} if elsewhere else {}
        yield Call("create_bucket", {**bucket, **location})
        yield Wait("bucket_exists", bucket, until=f"bucket {change.name} can be seen")
    for aspect, put in PUT.items():
        keys = (aspect, MINIMUM_SIZE) if aspect == "lifecycle" else (aspect,)
        if aspect in after and change.differs(*keys):
            yield put(bucket, after)


def kept(aws: Aws, change: Change) -> str | None:
    if change.after is None:
        found = aws.call("s3", "list_object_versions", Bucket=change.name, MaxKeys=1)
        if found.get("Versions") or found.get("DeleteMarkers"):
            command = f"aws s3 rm --recursive s3://{change.name}"
            return f"was made by this run and holds data: when nothing needs it, empty it and all versions ({command}), then undo again"
    return None


def reachable(before: State) -> State:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html: never without again, suspended at most."""
    return {**before, "versioning": "Suspended"} if before.get("versioning") == "Unversioned" else before


UNDO = Undo("s3", read, lambda module, change: calls(change), kept, reachable)


def forbidden(changes: Iterable[Change], region: str, account: str, creatable: Set[str]) -> Iterator[str]:
    missing = [change.name for change in changes if change.before is None and change.name not in creatable]
    if missing:
        yield (
            f"These buckets do not exist in account {account}: {', '.join(missing)}. "
            "Correct their names, or set create: true to have them created"
        )
    for change in changes:
        if change.before is not None and change.before["region"] != region:
            yield (
                f"{change.name}: the bucket is in {change.before['region']}, this place is {region}. Declare it at a place of that region"
            )


def main() -> None:
    module = AwsModule({"buckets": {"type": "list", "elements": "dict", "required": True, "options": BUCKET_SPEC}})
    buckets, aws = module.params["buckets"], module.aws
    if found := problems(buckets):
        module.fail("; ".join(found))
    wanted = {bucket["name"]: want(bucket, module.ownership) for bucket in buckets}
    tags = module.ask("tags of buckets", listed_tags, aws, [arn(aws, name) for name in wanted])
    current = module.ask(", ".join(wanted), read, aws, wanted, tags)
    desired = {
        name: settled(wanted[name], current.get(name), arn(aws, name), aws.region, bucket["purge_rules"])
        for name, bucket in ((bucket["name"], bucket) for bucket in buckets)
    }
    creatable = {bucket["name"] for bucket in buckets if bucket["create"]}
    module.ensure(
        "s3",
        desired,
        lambda *_: current,
        calls,
        check=lambda changes: forbidden(changes, aws.region, aws.account, creatable),
    )


if __name__ == "__main__":
    main()
