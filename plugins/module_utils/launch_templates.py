# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Launch templates in their normal form, and as the data of a version. Pure functions.

User data is known by its SHA-256 and its size. What we do not manage is kept as it is, under `other`.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import tag_rules
from .plan import State
from .tags import as_dict, as_list

if TYPE_CHECKING:
    from .vpc import Named

PLAIN = {"instance_type": "InstanceType", "ebs_optimized": "EbsOptimized", "key_name": "KeyName"}
METADATA = {"tokens": "HttpTokens", "hop_limit": "HttpPutResponseHopLimit"}
DISK = {
    "size_gib": "VolumeSize",
    "type": "VolumeType",
    "iops": "Iops",
    "throughput": "Throughput",
    "encrypted": "Encrypted",
    "kms_key": "KmsKeyId",
    "delete_on_termination": "DeleteOnTermination",
}
OURS = (
    *(*PLAIN.values(), "ImageId", "IamInstanceProfile", "SecurityGroupIds", "UserData", "BlockDeviceMappings"),
    *("MetadataOptions", "Monitoring", "TagSpecifications"),
)
TAGGED = ("instance", "volume")
SSM, RESOLVED = "ssm:", "resolve:ssm:"


def known_as(encoded: str) -> dict[str, Any]:
    """What a plan tells of user data."""
    script = base64.b64decode(encoded)
    return {"sha256": hashlib.sha256(script).hexdigest(), "bytes": len(script)}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def given(pairs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in pairs.items() if value is not None}


def want(one: Mapping[str, Any], ownership: Mapping[str, str]) -> State:
    """The template as it is to be; its security groups are as they were given."""
    state = given({key: one[key] for key in (*PLAIN, "image", "instance_profile", "monitoring")})
    state |= {f"metadata.{key}": value for key, value in given(one["metadata"] or {}).items()}
    if one["security_groups"] is not None:
        state["security_groups"] = sorted(one["security_groups"])
    if one["user_data"] is not None:
        state["user_data"] = known_as(encoded(one["user_data"])) if one["user_data"] else None
    if one["disks"] is not None:
        state["disks"] = sorted(map(given, one["disks"]), key=lambda disk: disk["device"])
    if one["instance_tags"] is not None:
        state["instance_tags"] = {**tag_rules.as_text(one["instance_tags"]), **ownership}
    return {**state, "tags": {**tag_rules.as_text(one["tags"]), **ownership}}


def settled(wanted: State, before: State | None) -> State:
    """With what a new one has: IMDSv2, and the tags that mark what is ours."""
    if before is not None:
        return wanted
    return {"metadata.tokens": "required", "instance_tags": wanted["tags"], "security_groups": [], "user_data": None, **wanted}


def state_of(data: Mapping[str, Any], groups: Named) -> dict[str, Any]:
    """A version of DescribeLaunchTemplateVersions' answer, without the tags of the template."""
    profile, options = data.get("IamInstanceProfile") or {}, dict(data.get("MetadataOptions") or {})
    tagged = {one["ResourceType"]: as_dict(one.get("Tags") or []) for one in data.get("TagSpecifications") or []}
    image = data.get("ImageId")
    metadata = {f"metadata.{key}": options.pop(field, None) for key, field in METADATA.items()}
    metadata["metadata.tags"] = {"enabled": True, "disabled": False}.get(options.pop("InstanceMetadataTags", ""))
    options.pop("State", None)
    instance_tags = tagged.pop("instance", {})
    if tagged.get("volume") == instance_tags:
        del tagged["volume"]
    other = {key: value for key, value in data.items() if key not in OURS}
    other |= {"MetadataOptions": options} if options else {}
    other |= {"TagSpecifications": [{"ResourceType": kind, "Tags": as_list(tags)} for kind, tags in tagged.items()]} if tagged else {}
    return {
        **{key: data.get(field) for key, field in PLAIN.items()},
        "image": image.replace(RESOLVED, SSM, 1) if image and image.startswith(RESOLVED) else image,
        "instance_profile": profile.get("Name") or (profile.get("Arn") or "").rpartition("/")[2] or None,
        "security_groups": sorted(map(groups.label, data.get("SecurityGroupIds") or [])),
        "user_data": known_as(data["UserData"]) if data.get("UserData") else None,
        "disks": sorted(map(disk_of, data.get("BlockDeviceMappings") or []), key=lambda disk: disk["device"]),
        **metadata,
        "monitoring": (data.get("Monitoring") or {}).get("Enabled"),
        "instance_tags": instance_tags,
        "other": other,
    }


def disk_of(mapping: Mapping[str, Any]) -> dict[str, Any]:
    volume = mapping.get("Ebs") or {}
    found = given({"device": mapping.get("DeviceName"), **{key: volume.get(field) for key, field in DISK.items()}})
    rest = {key: value for key, value in volume.items() if key not in DISK.values()}
    about = {key: value for key, value in mapping.items() if key not in ("DeviceName", "Ebs")}
    return {**found, **({"volume": rest} if rest else {}), **({"other": about} if about else {})}


def data_of(state: State, groups: Named, user_data: str | None) -> dict[str, Any]:
    """The data of a version that is exactly so."""
    other = dict(state.get("other", {}))
    image, tags = state.get("image"), state.get("instance_tags")
    options = given({field: state.get(f"metadata.{key}") for key, field in METADATA.items()})
    if state.get("metadata.tags") is not None:
        options["InstanceMetadataTags"] = "enabled" if state["metadata.tags"] else "disabled"
    options |= other.pop("MetadataOptions", {})
    kept = other.pop("TagSpecifications", [])
    kinds = [kind for kind in TAGGED if kind not in [one["ResourceType"] for one in kept]] if tags else []
    found = {
        **{field: state.get(key) for key, field in PLAIN.items()},
        "ImageId": image.replace(SSM, RESOLVED, 1) if image and image.startswith(SSM) else image,
        "IamInstanceProfile": {"Name": state["instance_profile"]} if state.get("instance_profile") else None,
        "SecurityGroupIds": [groups.id_of(name) for name in state.get("security_groups", ())] or None,
        "UserData": user_data,
        "BlockDeviceMappings": list(map(mapping_of, state.get("disks", ()))) or None,
        "MetadataOptions": options or None,
        "Monitoring": None if state.get("monitoring") is None else {"Enabled": state["monitoring"]},
        "TagSpecifications": [*({"ResourceType": kind, "Tags": as_list(tags or {})} for kind in kinds), *kept] or None,
    }
    return {**given(found), **other}


def mapping_of(disk: Mapping[str, Any]) -> dict[str, Any]:
    volume = {**given({field: disk.get(key) for key, field in DISK.items()}), **disk.get("volume", {})}
    return {"DeviceName": disk["device"], **({"Ebs": volume} if volume else {}), **disk.get("other", {})}
