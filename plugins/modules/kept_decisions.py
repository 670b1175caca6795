#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: kept_decisions
short_description: Keep decisions about production in a bucket with S3 Object Lock, and read them back
version_added: 0.1.0
description:
  - With O(src) keeps a decision that M(prodready.aws.readiness) has made, locked in compliance mode, so that nobody changes or deletes
    it before its time has ended, not even the owner of the account.
  - With O(dest) reads those that are kept. Of an object that was written again or deleted the version that was written first counts, and
    that is said.
  - The bucket must be there with S3 Object Lock. It is never C(changed), for it is a record of what is.
extends_documentation_fragment:
  - prodready.aws.aws
options:
  bucket: {description: The bucket., type: str, required: true}
  prefix: {description: What the keys begin with., type: str, default: ""}
  src: {description: "The decision to keep, a file readiness.json.", type: path}
  retention_days: {description: How long a decision is locked., type: int, default: 365}
  dest: {description: "The file for what is kept, as JSON, with its seal.", type: path}
  most: {description: How many of the last decisions are read., type: int, default: 90}
attributes:
  check_mode:
    support: full
    description: Nothing is kept or written in check mode.
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The decision is kept where nobody edits it
  prodready.aws.kept_decisions:
    bucket: shop-decisions-123456789012
    src: evidence/production/readiness.json
"""

RETURN = r"""
points:
  description: What a trend keeps of each decision, the oldest first.
  type: list
  elements: dict
  returned: with O(dest)
edited:
  description: A sentence for each kept decision that was written again, deleted, or is not locked.
  type: list
  elements: str
  returned: with O(dest)
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.evidence import Unreadable, keep, read
from ..module_utils.kept_decisions import key_of, packed, unpacked, written
from ..module_utils.readiness import point


def locks(aws: Aws, bucket: str) -> bool:
    found = aws.call("s3", "get_object_lock_configuration", missing=("ObjectLockConfigurationNotFoundError",), Bucket=bucket)
    return bool(found) and found["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled"


def kept(aws: Aws, bucket: str, prefix: str, most: int) -> tuple[list[dict[str, Any]], list[str]]:
    pages = list(aws.client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix))
    versions, markers = ([one for page in pages for one in page.get(name, [])] for name in ("Versions", "DeleteMarkers"))
    found, edited = written(versions, markers)
    last = list(found.items())[-most:]

    def got(one: tuple[str, str]) -> tuple[dict[str, Any], str]:
        answer = aws.call("s3", "get_object", Bucket=bucket, Key=one[0], VersionId=one[1])
        return point(unpacked(answer["Body"].read())), "" if answer.get("ObjectLockMode") == "COMPLIANCE" else f"{one[0]} is not locked"

    answers = aws.each(got, last)
    return [made for made, __ in answers], edited + [said for __, said in answers if said]


def put(aws: Aws, bucket: str, prefix: str, made: dict[str, Any], days: int) -> None:
    until = datetime.fromisoformat(made["at"]) + timedelta(days=days)
    lock: dict[str, Any] = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": until}
    about: dict[str, Any] = {
        "ContentType": "application/json",
        "ContentEncoding": "gzip",
        "IfNoneMatch": "*",
        "ChecksumAlgorithm": "SHA256",
    }
    aws.call("s3", "put_object", Bucket=bucket, Key=key_of(prefix, made), Body=packed(made), **lock, **about)


def main() -> None:
    module = AwsModule(
        {
            "bucket": {"type": "str", "required": True},
            "prefix": {"type": "str", "default": ""},
            "src": {"type": "path"},
            "retention_days": {"type": "int", "default": 365},
            "dest": {"type": "path"},
            "most": {"type": "int", "default": 90},
        },
        required_one_of=[("src", "dest")],
    )
    given, aws = module.params, module.aws
    bucket, prefix = given["bucket"], given["prefix"]
    if given["retention_days"] < 1:
        module.fail("retention_days: must be at least 1.")
    if not module.ask(bucket, locks, aws, bucket):
        module.fail(f"{bucket}: the bucket has no S3 Object Lock, so what is kept there could be deleted. Switch it on, or name another.")
    try:
        made = read(Path(given["src"])) if given["src"] else None
        if given["src"] and not made:
            module.fail(f"src: there is no decision {given['src']}.")
        if made and not module.check_mode:
            module.ask(bucket, put, aws, bucket, prefix, made, given["retention_days"])
        if not given["dest"]:
            module.done(changed=False)
        points, edited = module.ask(bucket, kept, aws, bucket, prefix, given["most"])
        if not module.check_mode:
            keep(Path(given["dest"]), {"points": points, "edited": edited})
    except Unreadable as error:
        module.fail(f"src: {error}.")
    except OSError as error:
        module.fail(f"dest: {given['dest']} cannot be written: {error.strerror}.")
    module.done(changed=False, points=points, edited=edited)


if __name__ == "__main__":
    main()
