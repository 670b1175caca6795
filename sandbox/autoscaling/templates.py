"""Launch templates, as groups name them and as instances are launched from them.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-templates.html
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.launch_templates import LaunchTemplateVersion

from sandbox.autoscaling.account import Account
from sandbox.autoscaling.errors import invalid
from sandbox.autoscaling.instance import Spec

MOVING = ("$Latest", "$Default")


def ec2(account: Account) -> EC2Backend:
    return ec2_backends[account.number][account.region]


def checked(account: Account, asked: Spec) -> Spec:
    """With id and name, and the version as it was asked for; what cannot be launched from is refused."""
    uid, name, version = (asked.get(key, "") for key in ("LaunchTemplateId", "LaunchTemplateName", "Version"))
    if bool(uid) == bool(name):
        raise invalid("Valid requests must contain either launchTemplateId or LaunchTemplateName")
    try:
        found = ec2(account).get_launch_template(uid) if uid else ec2(account).get_launch_template_by_name(name)
        launched = found.get_version(version or "$Default")
    except (EC2ClientError, ServiceException, ValueError) as error:
        words = f"ID {uid}" if uid else f"name {name}"
        what = f"The specified launch template, with template {words} and version {version or '$Default'}, does not exist."
        raise invalid(f"You must use a valid fully-formed launch template. {what}") from error
    if not launched.data.get("ImageId"):
        raise invalid("You must use a valid fully-formed launch template. The request must contain the parameter ImageId")
    told = {"LaunchTemplateId": found.id, "LaunchTemplateName": found.name}
    return told | ({"Version": str(version)} if version else {})


def version(account: Account, spec: Spec) -> LaunchTemplateVersion:
    try:
        return ec2(account).get_launch_template(spec["LaunchTemplateId"]).get_version(spec.get("Version") or "$Default")
    except EC2ClientError as error:
        what = f"The specified launch template, with template ID {spec['LaunchTemplateId']}, does not exist."
        raise invalid(f"You must use a valid fully-formed launch template. {what}") from error


def numbered(account: Account, spec: Spec) -> Spec:
    """With the number that its version has now."""
    return {**spec, "Version": str(version(account, spec).number)}


def is_moving(spec: Spec) -> bool:
    return spec.get("Version") in (None, *MOVING)


def checked_mixed(account: Account, asked: dict[str, Any]) -> dict[str, Any]:
    given = asked.get("LaunchTemplate") or {}
    if not given.get("LaunchTemplateSpecification"):
        raise invalid("Valid requests must contain a launch template specification in the mixed instances policy.")
    overrides = [dict(one) for one in given.get("Overrides") or ()]
    for one in overrides:
        if one.get("InstanceRequirements"):
            raise NotImplementedError("InstanceRequirements in the overrides of a mixed instances policy")
        if one.get("LaunchTemplateSpecification"):
            one["LaunchTemplateSpecification"] = checked(account, one["LaunchTemplateSpecification"])
        weight = one.get("WeightedCapacity")
        if weight and not (weight.isdigit() and 1 <= int(weight) <= 999):
            raise invalid("WeightedCapacity must be a number from 1 to 999.")
    if len({bool(one.get("WeightedCapacity")) for one in overrides}) > 1:
        raise invalid("You must specify WeightedCapacity for all of the overrides or for none of them.")
    template = {"LaunchTemplateSpecification": checked(account, given["LaunchTemplateSpecification"]), "Overrides": overrides}
    return {"LaunchTemplate": template, "InstancesDistribution": dict(asked.get("InstancesDistribution") or {})}
