#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: launch_templates
short_description: Keep a set of EC2's launch templates as desired
version_added: 0.1.0
description:
  - Creates launch templates that are missing. A change is one new version, which becomes the default; what is not given is as in the
    default version before. Never deletes a template.
  - User data is in plans, diffs and the journal as its SHA-256 and size only. It is no place for secrets; one that holds a key is refused.
  - Undo makes a version like the one before, whose user data it takes from the versions that are there.
  - See U(https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-launch-templates.html).
extends_documentation_fragment:
  - prodready.aws.aws
options:
  launch_templates:
    description: The launch templates.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name, 3 to 128 letters, digits and C(().-/_).
        type: str
        required: true
      image:
        description:
          - The image, as V(ami-0123456789abcdef0), or as V(ssm:) and the name of a parameter that holds it, which is then looked up at each
            launch. Needed for a new one.
        type: str
      image_lookup:
        description:
          - When the parameter of an O(launch_templates[].image) that begins with V(ssm:) is looked up.
          - With V(change) it is when a version is made for another reason, and the version has the image that there is then. AWS rolls
            instance refreshes back only so.
        type: str
        choices: [launch, change]
        default: launch
      instance_type:
        description: The type of instances, such as V(t4g.small).
        type: str
      instance_profile:
        description: The name of the instance profile.
        type: str
      security_groups:
        description: Exactly the security groups, as id, name or tag C(Name).
        type: list
        elements: str
      vpc:
        description: The VPC of those that are given by name, as id or tag C(Name), where several VPCs have one of that name.
        type: str
      user_data:
        description: What an instance runs when it starts for the first time, at most 16384 bytes. An empty text for nothing.
        type: str
      disks:
        description: Exactly the disks that differ from those of the image.
        type: list
        elements: dict
        suboptions:
          device: {description: "Its name, such as V(/dev/xvda).", type: str, required: true}
          size_gib: {description: Its size., type: int}
          type: {description: Its type., type: str, choices: [gp3, gp2, io2, io1, st1, sc1, standard]}
          iops: {description: "Its operations a second, for V(gp3), V(io1) and V(io2).", type: int}
          throughput: {description: "Its MiB a second, for V(gp3).", type: int}
          encrypted: {description: Whether it is encrypted., type: bool}
          kms_key: {description: "The key that encrypts it, as id, alias or ARN.", type: str}
          delete_on_termination: {description: Whether it goes with its instance., type: bool}
      metadata:
        description: How instances ask for what AWS tells them of themselves.
        type: dict
        suboptions:
          tokens:
            description: Whether a token is needed (IMDSv2). V(required) for a new one.
            type: str
            choices: [required, optional]
          hop_limit: {description: "How many hops away an answer reaches, 1 to 64.", type: int}
          tags: {description: Whether their tags are told., type: bool}
      monitoring:
        description: Whether metrics come each minute instead of each five.
        type: bool
      ebs_optimized:
        description: Whether the way to the disks is an own one.
        type: bool
      key_name:
        description: The key pair for SSH.
        type: str
      instance_tags:
        description:
          - Exactly the tags of instances and their disks, beside those that mark what is ours.
          - Those of O(launch_templates[].tags) for a new one.
        type: dict
      tags:
        description: Tags of the template to have; others are kept.
        type: dict
        default: {}
      keep_versions:
        description: How many old versions stay when a new one is made, at least 1. All when not given.
        type: int
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The shop's instances
  prodready.aws.launch_templates:
    launch_templates:
      - name: shop
        image: ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64
        instance_type: t4g.small
        instance_profile: shop
        security_groups: [shop-app]
        user_data: "{{ lookup('ansible.builtin.template', 'boot.sh.j2') }}"
        disks: [{device: /dev/xvda, size_gib: 16, type: gp3, encrypted: true}]
        metadata: {tokens: required, hop_limit: 1}
        keep_versions: 10
  register: templates
"""

RETURN = r"""
versions:
  description: The number of the default version of each; in check mode the one that it will have.
  type: dict
  returned: success
  sample: {shop: 3}
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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..module_utils import vpc
from ..module_utils.aws import Aws, AwsModule
from ..module_utils.launch_template_rules import NO_PARAMETER, forbidden, problems
from ..module_utils.launch_templates import SSM, data_of, encoded, known_as, settled, state_of, want
from ..module_utils.lists import batches
from ..module_utils.plan import Call, Calls, Change, State, Unmet
from ..module_utils.tags import as_dict, as_list, tag_changes
from ..module_utils.undo import Undo

SERVICE = "ec2"
MISSING = ("InvalidLaunchTemplateName.NotFoundException", "InvalidLaunchTemplateId.NotFound")
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html
DELETED_AT_ONCE = 200
GONE = "had user data that no version of it has any more: give it again (role autoscaling)"
DISK_SPEC: dict[str, Any] = {
    "device": {"type": "str", "required": True},
    **{key: {"type": "int"} for key in ("size_gib", "iops", "throughput")},
    "type": {"type": "str", "choices": ["gp3", "gp2", "io2", "io1", "st1", "sc1", "standard"]},
    "kms_key": {"type": "str", "no_log": False},
    **{key: {"type": "bool"} for key in ("encrypted", "delete_on_termination")},
}
METADATA_SPEC: dict[str, Any] = {
    "tokens": {"type": "str", "choices": ["required", "optional"], "no_log": False},
    "hop_limit": {"type": "int"},
    "tags": {"type": "bool"},
}
TEMPLATE_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    **{key: {"type": "str"} for key in ("image", "instance_type", "instance_profile", "vpc", "user_data")},
    "key_name": {"type": "str", "no_log": False},
    "image_lookup": {"type": "str", "choices": ["launch", "change"], "default": "launch"},
    "security_groups": {"type": "list", "elements": "str"},
    "disks": {"type": "list", "elements": "dict", "options": DISK_SPEC},
    "metadata": {"type": "dict", "options": METADATA_SPEC},
    **{key: {"type": "bool"} for key in ("monitoring", "ebs_optimized")},
    "instance_tags": {"type": "dict"},
    "tags": {"type": "dict", "default": {}},
    "keep_versions": {"type": "int"},
}


@dataclass(frozen=True)
class How:
    """What a change takes that is no part of a state: user data by its SHA-256, and how many old versions stay."""

    scripts: dict[str, str] = field(default_factory=dict, repr=False)
    keep: int | None = None
    versions: dict[str, int] = field(default_factory=dict)


def described(aws: Aws, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    filters = [{"Name": "launch-template-name", "Values": list(names)}]
    found = aws.pages(SERVICE, "describe_launch_templates", "LaunchTemplates", Filters=filters) if filters[0]["Values"] else []
    return {one["LaunchTemplateName"]: one for one in found}


def read(aws: Aws, found: Mapping[str, Mapping[str, Any]], groups: vpc.Named, scripts: dict[str, str]) -> dict[str, State]:
    def state(name: str) -> State:
        params = {"LaunchTemplateId": found[name]["LaunchTemplateId"], "Versions": ["$Default"]}
        (version,) = aws.call(SERVICE, "describe_launch_template_versions", **params)["LaunchTemplateVersions"]
        scripts.update(scripts_of([version]))
        return {**state_of(version["LaunchTemplateData"], groups), "tags": as_dict(found[name].get("Tags") or [])}

    return dict(zip(found, aws.each(state, found), strict=True))


def scripts_of(versions: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """User data of versions, by its SHA-256."""
    texts = [version["LaunchTemplateData"].get("UserData") for version in versions]
    return {known_as(text)["sha256"]: text for text in texts if text}


def new_version(change: Change) -> bool:
    return change.differs(*({*(change.before or {}), *(change.after or {})} - {"tags"}))


def contents(groups: vpc.Named, how: How, state: State) -> dict[str, Any]:
    known = state["user_data"]
    if known and known["sha256"] not in how.scripts:
        raise Unmet(f"{GONE}.")
    return {"LaunchTemplateData": data_of(state, groups, known and how.scripts[known["sha256"]])}


def calls(groups: vpc.Named, how: How, change: Change) -> Calls:
    before, after, named = change.before, change.after, {"LaunchTemplateName": change.name}
    if after is None:
        yield Call("delete_launch_template", named, missing=MISSING)
        return
    if before is None:
        tags = [{"ResourceType": "launch-template", "Tags": as_list(after["tags"])}] if after["tags"] else []
        yield Call("create_launch_template", {**named, **contents(groups, how, after), **({"TagSpecifications": tags} if tags else {})})
        how.versions[change.name] = 1
        return
    if new_version(change):
        made = yield Call("create_launch_template_version", {**named, **contents(groups, how, after)})
        number = made["LaunchTemplateVersion"]["VersionNumber"]
        yield Call("modify_launch_template", {**named, "DefaultVersion": str(number)})
        how.versions[change.name] = number
        yield from fewer(how.keep, named)
    gone, new = tag_changes(change)
    if gone or new:
        answer = yield Call("describe_launch_templates", {"LaunchTemplateNames": [change.name]})
        resource = {"Resources": [answer["LaunchTemplates"][0]["LaunchTemplateId"]]}
        if gone:
            yield Call("delete_tags", {**resource, "Tags": [{"Key": key} for key in sorted(gone)]})
        if new:
            yield Call("create_tags", {**resource, "Tags": as_list(new)})


def fewer(keep: int | None, named: dict[str, str]) -> Calls:
    """Old versions go, the oldest first, as far as more are there than are to stay."""
    if keep is None:
        return
    answer = yield Call("describe_launch_template_versions", named)
    old = sorted(one["VersionNumber"] for one in answer["LaunchTemplateVersions"] if not one["DefaultVersion"])
    for some in batches(map(str, old[: max(0, len(old) - keep)]), DELETED_AT_ONCE):
        yield Call("delete_launch_template_versions", {**named, "Versions": some})


def all_scripts(aws: Aws, name: str) -> dict[str, str]:
    if not described(aws, [name]):
        return {}
    return scripts_of(aws.pages(SERVICE, "describe_launch_template_versions", "LaunchTemplateVersions", LaunchTemplateName=name))


def kept(aws: Aws, change: Change) -> str | None:
    script = (change.after or {}).get("user_data")
    if script and script["sha256"] not in all_scripts(aws, change.name):
        return GONE
    return None


def security_groups(aws: Aws) -> vpc.Named:
    return vpc.security_groups(aws.pages(SERVICE, "describe_security_groups", "SecurityGroups"))


UNDO = Undo(
    SERVICE,
    lambda aws, known: read(aws, described(aws, known), security_groups(aws), {}),
    lambda module, change: calls(security_groups(module.aws), How(all_scripts(module.aws, change.name)), change),
    kept,
)


def grouped(aws: Aws, one: Mapping[str, Any], groups: vpc.Named) -> tuple[dict[str, Any], list[str]]:
    """The security groups that are given, as they are called here, and what is wrong with them."""
    if not one["security_groups"]:
        return {}, []
    inside = groups
    if one["vpc"]:
        vpcs = vpc.vpcs(aws)
        if unknown := list(vpcs.unknown([one["vpc"]])):
            return {}, unknown
        inside = vpc.security_groups(group for group in groups.found.values() if group.get("VpcId") == vpcs.id_of(one["vpc"]))
    if unknown := list(inside.unknown(one["security_groups"])):
        return {}, unknown
    return {"security_groups": sorted(groups.label(inside.id_of(name)) for name in one["security_groups"])}, []


def looked_up(aws: Aws, one: Mapping[str, Any], wanted: State, before: State | None) -> State:
    """With the image that its parameter holds now, where a version is made anyway."""
    image = wanted.get("image") or ""
    if one["image_lookup"] == "launch" or not image.startswith(SSM):
        return wanted
    others = {key: value for key, value in wanted.items() if key not in ("image", "tags")}
    if before and (before["image"] or "").startswith("ami-") and all(before.get(key) == value for key, value in others.items()):
        return {**wanted, "image": before["image"]}
    answer = aws.call("ssm", "get_parameter", NO_PARAMETER, Name=image.removeprefix(SSM))
    return {**wanted, "image": answer["Parameter"]["Value"]} if answer else wanted


def main() -> None:
    module = AwsModule({"launch_templates": {"type": "list", "elements": "dict", "required": True, "options": TEMPLATE_SPEC}})
    templates, aws = {one["name"]: one for one in module.params["launch_templates"]}, module.aws
    if wrong := list(problems(module.params["launch_templates"])):
        module.fail("; ".join(wrong))
    groups = module.ask("security groups", security_groups, aws)
    known = {name: module.ask("VPCs", grouped, aws, one, groups) for name, one in templates.items()}
    if wrong := [f"{name}: {problem}" for name, (__, problems) in known.items() for problem in problems]:
        module.fail("; ".join(wrong))
    scripts = scripts_of({"LaunchTemplateData": {"UserData": encoded(one["user_data"] or "")}} for one in templates.values())
    found = module.ask(f"launch templates {', '.join(templates)}", described, aws, templates)
    current = module.ask(f"launch templates {', '.join(templates)}", read, aws, found, groups, scripts)
    wanted = {name: settled({**want(one, module.ownership), **known[name][0]}, current.get(name)) for name, one in templates.items()}
    wanted = {name: module.ask("images", looked_up, aws, templates[name], one, current.get(name)) for name, one in wanted.items()}
    versions = {name: one["DefaultVersionNumber"] for name, one in found.items()}

    def planned(changes: list[Change]) -> list[str]:
        """What forbids it; and the numbers that the versions will have, for AWS counts them."""
        for change in changes if module.check_mode else ():
            if new_version(change):
                versions[change.name] = found.get(change.name, {}).get("LatestVersionNumber", 0) + 1
        return forbidden(aws, changes, module.check_mode)

    module.ensure(
        SERVICE,
        wanted,
        lambda *_: current,
        lambda change: calls(groups, How(scripts, templates[change.name]["keep_versions"], versions), change),
        check=lambda changes: module.ask("what they are made of", planned, changes),
        versions=versions,
    )


if __name__ == "__main__":
    main()
