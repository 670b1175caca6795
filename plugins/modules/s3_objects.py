#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: s3_objects
short_description: Put a set of objects into S3, once
version_added: 0.1.0
description:
  - Uploads files whose object is missing. An object that is there is left as it is, whatever is in it, so a key names one content for good,
    as that of a release does.
  - S3 compares what arrives with its SHA-256 and refuses anything else. Never replaces and never deletes an object.
  - Asks for each object with one request.
  - See U(https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  objects:
    description: The objects.
    type: list
    elements: dict
    required: true
    suboptions:
      bucket:
        description: The name of the bucket.
        type: str
        required: true
      key:
        description: The name of the object, at most 1024 bytes.
        type: str
        required: true
      path:
        description:
          - The file, of at most 5 GiB, on the machine where the module runs.
          - Needed when the object is missing, but not in check mode, for it may be yet to be made.
        type: path
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The release is where instances fetch it
  prodready.aws.s3_objects:
    objects:
      - {bucket: shop-releases-123456789012, key: shop/1.0.0-1a2b3c4d.tar.gz, path: /var/cache/shop/1.0.0-1a2b3c4d.tar.gz}
"""

RETURN = r"""
missing:
  description: The objects that were missing when the module began, as C(bucket/key).
  type: list
  elements: str
  returned: success
plan:
  description: What is changed, or would be in check mode.
  type: list
  elements: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ..module_utils.aws import Aws, AwsModule
from ..module_utils.lists import declared_twice
from ..module_utils.plan import Call, Calls, Change, State
from ..module_utils.undo import Undo

SERVICE = "s3"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
LONGEST_KEY = 1024
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html
LARGEST_BYTES = 5 << 30
# HeadObject has no body that could name an error.
MISSING = ("404", "NoSuchKey", "NoSuchBucket")
OBJECT_SPEC: dict[str, Any] = {
    "bucket": {"type": "str", "required": True},
    "key": {"type": "str", "required": True, "no_log": False},
    "path": {"type": "path"},
}


def name(one: Mapping[str, Any]) -> str:
    return f"{one['bucket']}/{one['key']}"


def parts(named: str) -> dict[str, str]:
    bucket, key = named.split("/", 1)
    return {"Bucket": bucket, "Key": key}


def problems(objects: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("object", map(name, objects))
    for one in objects:
        if not one["bucket"] or "/" in one["bucket"]:
            yield f"bucket {one['bucket']!r} is no name of a bucket"
        if not 0 < len(one["key"].encode()) <= LONGEST_KEY:
            yield f"{name(one)}: the key must have 1 to {LONGEST_KEY} bytes"


def want(one: Mapping[str, Any], ownership: Mapping[str, str]) -> State:
    return {"bucket": one["bucket"], "key": one["key"], "tags": dict(ownership)}


def read(aws: Aws, names: Mapping[str, State]) -> dict[str, State]:
    """An object that is there is as it is wanted."""
    there = aws.each(lambda one: aws.call(SERVICE, "head_object", missing=MISSING, **parts(one)), names)
    return {one: state for (one, state), answer in zip(names.items(), there, strict=True) if answer is not None}


def calls(paths: Mapping[str, str], change: Change) -> Calls:
    if change.after is None:
        # In a bucket with versions nothing else deletes the object itself.
        found = yield Call("head_object", parts(change.name), missing=MISSING)
        if found:
            version = {"VersionId": found["VersionId"]} if found.get("VersionId") else {}
            yield Call("delete_object", {**parts(change.name), **version})
        return
    params = {**parts(change.name), "ChecksumAlgorithm": "SHA256", "Tagging": urlencode(change.after["tags"])}
    with Path(paths[change.name]).open("rb") as file:
        yield Call("put_object", {**params, "Body": file})


UNDO = Undo(SERVICE, read, lambda module, change: calls({}, change))  # type: ignore[arg-type]


def forbidden(changes: list[Change], paths: Mapping[str, str | None], check_mode: bool) -> Iterator[str]:
    for change in changes:
        path = paths[change.name]
        if path and Path(path).is_file():
            if Path(path).stat().st_size > LARGEST_BYTES:
                yield f"{change.name}: {path} is larger than 5 GiB, the largest that one request uploads"
        elif not check_mode:
            yield f"{change.name} is missing, and {path or 'no file (path)'} is not there to be uploaded"


def main() -> None:
    module = AwsModule({"objects": {"type": "list", "elements": "dict", "required": True, "options": OBJECT_SPEC}})
    objects = module.params["objects"]
    if found := list(problems(objects)):
        module.fail("; ".join(found))
    paths = {name(one): one["path"] for one in objects}
    wanted = {name(one): want(one, module.ownership) for one in objects}
    current = module.ask(f"objects {', '.join(wanted)}", read, module.aws, wanted)
    module.ensure(
        SERVICE,
        wanted,
        lambda *_: current,
        lambda change: calls(paths, change),
        check=lambda changes: forbidden(changes, paths, module.check_mode),
        missing=sorted(wanted.keys() - current.keys()),
    )


if __name__ == "__main__":
    main()
