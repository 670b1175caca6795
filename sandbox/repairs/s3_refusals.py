"""Bucket names, policies and ACLs that S3 refuses.

* https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
* A policy names only its bucket. A public one (sandbox/bucket_policies.py) is refused while BlockPublicPolicy
  is on, for the bucket or for the account.
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
* With BucketOwnerEnforced no ACL is accepted but bucket-owner-full-control.
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html

moto checks the length of a name, and nothing of the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.s3 import responses
from moto.s3.exceptions import InvalidBucketName, S3ClientError
from moto.s3.models import FakeAcl, FakeBucket, S3Backend
from moto.s3.responses import S3Response
from moto.s3control.models import s3control_backends

from sandbox.bucket_policies import as_list, is_public

NAME = re.compile(r"[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]")
ADDRESS = re.compile(r"(\d+\.){3}\d+")
RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
OWN_REGIONAL_END = "-an"


def is_bucket_name(name: str, namespace: str | None = None) -> bool:
    reserved = RESERVED_ENDS if namespace else (*RESERVED_ENDS, OWN_REGIONAL_END)
    return bool(NAME.fullmatch(name)) and not (ADDRESS.fullmatch(name) or name.startswith(RESERVED_STARTS) or name.endswith(reserved))


def parse_policy(text: bytes, bucket: FakeBucket) -> dict[str, Any]:
    try:
        policy = json.loads(text)
        statements = as_list(policy["Statement"])
        resources = [r for s in statements for r in as_list(s.get("Resource", s.get("NotResource")))]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise S3ClientError("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'") from error
    if not all(isinstance(r, str) and (r == bucket.arn or r.startswith(f"{bucket.arn}/")) for r in resources):
        raise S3ClientError("MalformedPolicy", "Policy has invalid resource")
    return policy


def blocks(bucket: FakeBucket, setting: str) -> bool:
    account = s3control_backends[bucket.account_id][bucket.partition].public_access_block
    return any(getattr(block, setting, False) for block in (bucket.public_access_block, account))


def denied(action: str, bucket: FakeBucket, setting: str) -> S3ClientError:
    return S3ClientError(
        "AccessDenied",
        f"User is not authorized to perform: {action} on resource: {bucket.arn} because of the {setting} setting in "
        "S3 Block Public Access.",
    )


def put_bucket_policy(self: S3Backend, bucket_name: str, policy: bytes) -> None:
    bucket = self.get_bucket(bucket_name)
    if is_public(parse_policy(policy, bucket)) and blocks(bucket, "block_public_policy"):
        raise denied("s3:PutBucketPolicy", bucket, "BlockPublicPolicy")
    bucket.policy = policy


def is_public_acl(acl: FakeAcl) -> bool:
    groups = ("/global/AllUsers", "/global/AuthenticatedUsers")
    return any(grantee.uri.endswith(groups) for grant in acl.grants for grantee in grant.grantees)


def check_acl(bucket: FakeBucket, acl: FakeAcl | None, headers: Mapping[str, str]) -> None:
    if acl is None or headers.get("x-amz-acl") == "bucket-owner-full-control":
        return
    if headers.get("x-amz-object-ownership", bucket.ownership_rule) == "BucketOwnerEnforced":
        raise S3ClientError("AccessControlListNotSupported", "The bucket does not allow ACLs")
    if is_public_acl(acl) and blocks(bucket, "block_public_acls"):
        raise denied("s3:PutBucketAcl", bucket, "BlockPublicAcls")


def apply() -> None:
    create, from_headers, from_body = S3Backend.create_bucket, S3Response._acl_from_headers, S3Response._acl_from_body
    put = S3Response._bucket_response_put

    def create_bucket(self: S3Backend, bucket_name: str, region_name: str, bucket_namespace: str | None = None) -> Any:
        if not is_bucket_name(bucket_name, bucket_namespace):
            raise InvalidBucketName
        return create(self, bucket_name, region_name, bucket_namespace)

    def acl_from_headers(self: S3Response, headers: Mapping[str, str]) -> FakeAcl | None:
        acl = from_headers(self, headers)
        check_acl(self.backend.get_bucket(self.bucket_name), acl, headers)
        return acl

    def acl_from_body(self: S3Response) -> FakeAcl | None:
        acl = from_body(self)
        check_acl(self.backend.get_bucket(self.bucket_name), acl, self.headers)
        return acl

    def put_or_create(self: S3Response, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        ownership = request.headers.get("x-amz-object-ownership", "BucketOwnerEnforced")
        canned = request.headers.get("x-amz-acl", "private")
        if not querystring and ownership == "BucketOwnerEnforced" and canned != "private":
            raise S3ClientError(
                "InvalidBucketAclWithObjectOwnership",
                "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
            )
        return put(self, request, bucket_name, querystring)

    S3Backend.create_bucket = create_bucket
    S3Backend.put_bucket_policy = put_bucket_policy
    S3Response._acl_from_headers = acl_from_headers
    S3Response._acl_from_body = acl_from_body
    S3Response._bucket_response_put = put_or_create
    responses.bucket_policy_is_public = lambda policy: is_public(json.loads(policy))
