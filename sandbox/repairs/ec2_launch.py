"""RunInstances: what is asked for, over what the launch template says, and refused where it is not there.

* A launch template's parameters are taken where the request has none of its own.
  https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instances-from-launch-template.html
* The image may be a parameter of Systems Manager, `resolve:ssm:NAME[:VERSION]`, looked up at each launch.
  https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-systems-manager-parameter-to-find-AMI.html
* An unknown image, instance type, security group or instance profile, and user data of more than 16 KB, launch nothing.
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
* Without a subnet it is the default one of the zone, without a security group the default one of the VPC.
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
* As many as MaxCount are launched: there is room for all.

moto launches MinCount, and anything, takes but a few parameters of a template, gives the profile to the first instance, and
without a subnet an address of no subnet.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Reservation
from moto.ec2.responses import instances
from moto.ec2.responses.instances import InstanceResponse

from sandbox import launch_checks
from sandbox.instances import account

Data = dict[str, Any]


def with_template(asked: Data, data: Data) -> Data:
    """moto's parameters, with the template's where the request has none."""
    placement, monitoring = data.get("Placement") or {}, data.get("Monitoring") or {}
    profile = data.get("IamInstanceProfile") or {}
    own_profile = asked.get("iam_instance_profile_name") or asked.get("iam_instance_profile_arn")
    from_template = {
        "placement": placement.get("AvailabilityZone"),
        "nics": None if asked.get("subnet_id") else data.get("NetworkInterfaces"),
        "block_device_mappings": data.get("BlockDeviceMappings"),
        "ebs_optimized": data.get("EbsOptimized"),
        "disable_api_termination": data.get("DisableApiTermination"),
        "disable_api_stop": data.get("DisableApiStop"),
        "instance_initiated_shutdown_behavior": data.get("InstanceInitiatedShutdownBehavior"),
        "metadata_options": data.get("MetadataOptions"),
        "instance_market_options": (data.get("InstanceMarketOptions") or {}).get("MarketType"),
        "iam_instance_profile_name": None if own_profile else profile.get("Name"),
        "iam_instance_profile_arn": None if own_profile else profile.get("Arn"),
    }
    made = asked | {name: value for name, value in from_template.items() if value and not asked.get(name)}
    if monitoring.get("Enabled") and made.get("monitoring_state", "disabled") == "disabled":
        made["monitoring_state"] = "enabled"
    return made


def run_instances(launch: Callable[..., Reservation]) -> Callable[..., Reservation]:
    @functools.wraps(launch)
    def run_instances(
        self: EC2Backend, image_id: str | None, count: int, user_data: Any, security_group_names: list[str], **asked: Any
    ) -> Reservation:
        template = self._get_template_from_args(asked["launch_template"]) if asked.get("launch_template") else None
        data: Data = template.data if template else {}
        own = int(bool(asked.get("iam_instance_profile_name") or asked.get("iam_instance_profile_arn")))
        asked = with_template(asked, data)
        user_data = user_data or data.get("UserData")
        wanted = image_id or data.get("ImageId")
        if not wanted:
            raise EC2ClientError("MissingParameter", "The request must contain the parameter ImageId")
        if asked.pop("is_instance_type_default", False):
            asked["instance_type"] = data.get("InstanceType") or asked["instance_type"]
        names = security_group_names or data.get("SecurityGroups") or []
        ids = asked.pop("security_group_ids", None) or data.get("SecurityGroupIds") or []
        profile = {"Name": asked.get("iam_instance_profile_name"), "Arn": asked.get("iam_instance_profile_arn")}
        launched = {
            "ImageId": wanted,
            "InstanceType": asked["instance_type"],
            "IamInstanceProfile": profile if any(profile.values()) else None,
            "SecurityGroups": names,
            "SecurityGroupIds": [one for one in ids if isinstance(one, str)],
            "NetworkInterfaces": asked.get("nics"),
        }
        for problem in launch_checks.problems(self, launched):
            raise problem
        launch_checks.check_user_data(user_data)
        place(self, asked)
        if not (names or ids or any(nic.get("Groups") for nic in asked.get("nics") or [])):
            ids = default_groups(self, asked)
        with account.lock:
            found = launch_checks.image(self, wanted)
            made = launch(self, found, count, user_data, names, security_group_ids=ids, is_instance_type_default=False, **asked)
            # The profile that the request names is given to the first instance by moto, after this.
            for instance in made.instances[own:] if any(profile.values()) else ():
                self.associate_iam_instance_profile(instance.id, profile["Name"], profile["Arn"])
        return made

    return run_instances


def place(ec2: EC2Backend, asked: Data) -> None:
    """In a subnet: the default one of the zone, or of any."""
    if asked.get("subnet_id") or any(nic.get("SubnetId") or nic.get("NetworkInterfaceId") for nic in asked.get("nics") or []):
        return
    defaults = ec2.get_default_subnets()
    zone = asked.get("placement") or f"{ec2.region_name}a"
    if found := defaults.get(zone) or (None if asked.get("placement") else next(iter(defaults.values()), None)):
        if nics := asked.get("nics"):
            asked["nics"] = [nic | {"SubnetId": found.id} for nic in nics]
        else:
            asked["subnet_id"] = found.id


def default_groups(ec2: EC2Backend, asked: Data) -> list[str]:
    subnet = asked.get("subnet_id") or next((nic["SubnetId"] for nic in asked.get("nics") or [] if nic.get("SubnetId")), None)
    found = ec2.get_default_security_group(ec2.get_subnet(subnet).vpc_id) if subnet else None
    return [found.id] if found else []


def locked(answer: Callable[[InstanceResponse], ActionResult]) -> Callable[[InstanceResponse], ActionResult]:
    """As many as can be; and nobody sees an instance that has not got its profile yet."""

    @functools.wraps(answer)
    def answered(self: InstanceResponse) -> ActionResult:
        self.params["MinCount"] = max(self._get_int_param("MinCount", 1), self._get_int_param("MaxCount", 1))
        with account.lock:
            return answer(self)

    return answered


def apply() -> None:
    instances.filter_iam_instance_profiles = launch_checks.profile
    InstanceResponse.run_instances = locked(InstanceResponse.run_instances)  # type: ignore[method-assign]
    EC2Backend.run_instances = run_instances(EC2Backend.run_instances)  # type: ignore[method-assign]
