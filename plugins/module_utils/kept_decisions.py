# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Decisions in a bucket with S3 Object Lock: which version is the one that was written, and how an edit is seen. Pure.

A locked version can be neither changed nor deleted. But a version can be put over it, or a delete marker; so the oldest one counts.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from typing import Any

SUFFIX = ".json.gz"


def key_of(prefix: str, made: Mapping[str, Any]) -> str:
    return f"{prefix}{made['at'].replace(':', '-')}{SUFFIX}"


def packed(made: Mapping[str, Any]) -> bytes:
    """The decision without those before it, which are beside it."""
    return gzip.compress(json.dumps({key: value for key, value in made.items() if key != "history"}).encode(), mtime=0)


def unpacked(body: bytes) -> Any:
    return json.loads(gzip.decompress(body))


def written(versions: Iterable[Mapping[str, Any]], markers: Iterable[Mapping[str, Any]]) -> tuple[dict[str, str], list[str]]:
    """By key the version that was written first, and what was done to keys since; S3 lists the newest version first."""
    found: dict[str, list[str]] = {}
    for one in versions:
        if one["Key"].endswith(SUFFIX):
            found.setdefault(one["Key"], []).append(one["VersionId"])
    again = [f"{key} was written again" for key, ids in sorted(found.items()) if len(ids) > 1]
    deleted = [f"{key} was deleted" for key in sorted({one["Key"] for one in markers if one["Key"].endswith(SUFFIX)})]
    return {key: found[key][-1] for key in sorted(found)}, again + deleted
