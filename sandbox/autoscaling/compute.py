"""The instances of groups are EC2's: launched, asked about, started, stopped and terminated there."""

from __future__ import annotations

from typing import Any

from moto.core.types import Base64EncodedString
from moto.ec2.utils import filter_iam_instance_profiles, parse_user_data

from sandbox.autoscaling import templates
from sandbox.autoscaling.account import Account, Group
from sandbox.autoscaling.mixed import Choice

NAME_TAG = "aws:autoscaling:groupName"
NIC_ONLY = ("AssociatePublicIpAddress", "Ipv6AddressCount")


def subnet(account: Account, group: Group, zone: str) -> str:
    ec2 = templates.ec2(account)
    return next((one for one in group.subnets if ec2.get_subnet(one).availability_zone == zone), "")


def launch(account: Account, group: Group, choice: Choice, zone: str, subnet: str) -> Any:
    """An instance, as RunInstances makes it of the launch template in a subnet of the zone."""
    ec2 = templates.ec2(account)
    version = templates.version(account, choice.template)
    data = version.data
    nics = [dict(nic) for nic in data.get("NetworkInterfaces") or ()]
    profile = data.get("IamInstanceProfile") or {}
    names = {"iam_instance_profile_name": profile.get("Name"), "iam_instance_profile_arn": profile.get("Arn")}
    if profile:
        filter_iam_instance_profiles(account.number, ec2.partition, **names)
    script = data.get("UserData")  # moto keeps that of a further version as text
    reservation = ec2.run_instances(
        version.image_id,
        1,
        script if isinstance(script, Base64EncodedString) else parse_user_data(script),
        [],
        instance_type=choice.type or version.instance_type or "m1.small",
        is_instance_type_default=False,
        region_name=account.region,
        placement=zone,
        subnet_id=subnet or None,
        nics=nics,
        tags={"instance": tags(group, choice.template, version.number, version.instance_tags)},
        launch_template={"LaunchTemplateId": choice.template["LaunchTemplateId"], "Version": str(version.number)},
        instance_market_options="spot" if choice.spot else {},
        monitoring_state="enabled" if (data.get("Monitoring") or {}).get("Enabled") else "disabled",
        metadata_options=data.get("MetadataOptions") or {},
        associate_public_ip=None,
    )
    instance = reservation.instances[0]
    if profile and instance.id not in ec2.iam_instance_profile_associations:
        ec2.associate_iam_instance_profile(instance_id=instance.id, **names)
    return instance


def tags(group: Group, template: dict[str, Any], number: int, own: dict[str, str]) -> dict[str, str]:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html: the group's win over the template's."""
    propagated = {tag["Key"]: tag["Value"] for tag in group.tags if tag["PropagateAtLaunch"]}
    launched = {"aws:ec2launchtemplate:id": template["LaunchTemplateId"], "aws:ec2launchtemplate:version": str(number)}
    return {**own, **propagated, NAME_TAG: group.name, **launched}


def state(account: Account, uid: str) -> str:
    """pending, running, stopping, stopped, shutting-down or terminated; nothing where there is no such instance."""
    found = templates.ec2(account).get_instance_by_id(uid)
    return found.state if found else ""


def is_impaired(account: Account, uid: str) -> bool:
    """Whether EC2's status checks have failed."""
    found = templates.ec2(account).get_instance_by_id(uid)
    return found is not None and "impaired" in (found.instance_status.get("Status"), found.system_status.get("Status"))


def ask(account: Account, uid: str, verb: str) -> None:
    ec2 = templates.ec2(account)
    if verb == "terminate":
        ec2.get_instance(
            uid
        ).disable_api_termination = False  # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html
    {"start": ec2.start_instances, "stop": ec2.stop_instances, "terminate": ec2.terminate_instances}[verb]([uid])
