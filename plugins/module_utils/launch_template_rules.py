# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong with the launch templates that are given, before any request, and by what the account has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import tag_rules
from .launch_templates import SSM
from .lists import declared_twice, repeated
from .plan import Change

if TYPE_CHECKING:
    from .aws import Aws

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html
NAME = re.compile(r"[A-Za-z0-9().\-/_]{3,128}")
IMAGE = re.compile(r"ami-[0-9a-f]{8}([0-9a-f]{9})?|ssm:[A-Za-z0-9_.\-/]{1,1011}(:[A-Za-z0-9_.-]+)?")
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
MOST_BYTES = 16384
# Whoever may describe launch templates reads it, and so does every process of an instance.
SECRETS = {
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----": "a private key",
    r"\b(AKIA|ASIA)[A-Z2-7]{16}\b": "an access key of AWS",
    r"(?i)secret_?(access_?)?key\W{1,5}[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])": "a secret key of AWS",
}
# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
RANGES = {"size_gib": (1, 65536), "iops": (100, 256000), "throughput": (125, 2000)}
WITH_IOPS, WITH_THROUGHPUT = ("gp3", "io1", "io2"), ("gp3",)
# By field: how it is asked for, and the errors that say that there is none.
ASKED: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "instance_type": ("ec2", "describe_instance_types", "InstanceTypes", ("InvalidInstanceType",)),
    "key_name": ("ec2", "describe_key_pairs", "KeyNames", ("InvalidKeyPair.NotFound",)),
}
NO_PARAMETER = ("ParameterNotFound", "ParameterVersionNotFound")
IMAGES = ("InvalidAMIID.NotFound", "InvalidAMIID.Malformed", "InvalidAMIID.Unavailable")


def problems(templates: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from declared_twice("launch template", (one["name"] for one in templates))
    for one in templates:
        yield from (f"{one['name']}: {problem}" for problem in template_problems(one))


def template_problems(one: Mapping[str, Any]) -> Iterator[str]:
    if not NAME.fullmatch(one["name"]):
        yield "name must have 3 to 128 letters, digits and ().-/_"
    if one["image"] is not None and not IMAGE.fullmatch(one["image"]):
        yield f"image is {one['image']!r}; write ami-0123456789abcdef0, or ssm: and the name of a parameter"
    yield from user_data_problems(one["user_data"] or "")
    yield from (f"security_groups has {name} twice" for name in repeated(one["security_groups"] or []))
    yield from (f"disks has {name} twice" for name in repeated(disk["device"] for disk in one["disks"] or []))
    for disk in one["disks"] or []:
        yield from (f"disk {disk['device']}: {problem}" for problem in disk_problems(disk))
    hops = (one["metadata"] or {}).get("hop_limit")
    if hops is not None and not 1 <= hops <= 64:
        yield f"metadata.hop_limit is {hops}, allowed are 1 to 64"
    if one["keep_versions"] is not None and one["keep_versions"] < 1:
        yield f"keep_versions is {one['keep_versions']}, it must be at least 1: groups stand on the version before until they are changed"
    for tags in (one["tags"], one["instance_tags"]):
        yield from tag_rules.problems(tag_rules.as_text(tags))


def user_data_problems(text: str) -> Iterator[str]:
    if len(text.encode()) > MOST_BYTES:
        yield f"user_data has {len(text.encode())} bytes, at most {MOST_BYTES} are allowed: fetch what is large from a bucket"
    for pattern, what in SECRETS.items():
        if re.search(pattern, text):
            yield f"user_data holds {what}, which everybody on an instance could read: give instance_profile the right to read a secret"


def disk_problems(disk: Mapping[str, Any]) -> Iterator[str]:
    for key, (least, most) in RANGES.items():
        if disk[key] is not None and not least <= disk[key] <= most:
            yield f"{key} is {disk[key]}, allowed are {least} to {most}"
    for key, types in (("iops", WITH_IOPS), ("throughput", WITH_THROUGHPUT)):
        if disk[key] is not None and disk["type"] not in types:
            yield f"{key} is for type {', '.join(types)}"
    if disk["kms_key"] is not None and disk["encrypted"] is not True:
        yield "kms_key needs encrypted"


def forbidden(aws: Aws, changes: list[Change], planning: bool) -> list[str]:
    """What only the account can tell is wrong. While it is only planned, an instance profile may yet be made."""
    asked = [change for change in changes if change.after is not None]
    return [f"{change.name}: {problem}" for change in asked for problem in change_problems(aws, change, planning)]


def change_problems(aws: Aws, change: Change, planning: bool) -> Iterator[str]:
    after = change.after or {}
    if not after.get("image"):
        yield "it has no image: give one"
    for field, (service, operation, param, missing) in ASKED.items():
        if after.get(field) and change.differs(field) and aws.call(service, operation, missing, **{param: [after[field]]}) is None:
            yield f"there is no {field} {after[field]} in {aws.region}"
    if after.get("image") and change.differs("image") and not there(aws, after["image"]):
        yield f"there is no image {after['image']} in {aws.region}"
    profile = after.get("instance_profile") if change.differs("instance_profile") and not planning else None
    if profile and aws.call("iam", "get_instance_profile", ("NoSuchEntity",), InstanceProfileName=profile) is None:
        yield f"there is no instance profile {profile}: make it first (prodready.aws.instance_profiles)"
    if after.get("security_groups") and "NetworkInterfaces" in after.get("other", {}):
        yield "it has network interfaces, which have security groups of their own: give no security_groups, or take another name"


def there(aws: Aws, image: str) -> bool:
    if image.startswith(SSM):
        return aws.call("ssm", "get_parameter", NO_PARAMETER, Name=image.removeprefix(SSM)) is not None
    answer = aws.call("ec2", "describe_images", IMAGES, ImageIds=[image])
    return bool(answer and answer["Images"])
