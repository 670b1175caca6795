"""What the tests of Auto Scaling need: an account with a launch template and subnets, and words for what is looked at."""

from __future__ import annotations

from typing import Any

from tests.unit.sandbox.elasticache import refused
from tests.unit.sandbox.elb import ONCE

__all__ = ["Scaling", "refused"]


class Scaling:
    """Whatever is asked of it goes to the client of autoscaling."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.api, self.ec2 = client("autoscaling", config=ONCE), client("ec2")
        found = self.ec2.describe_subnets()["Subnets"]
        self.vpc = found[0]["VpcId"]
        self.subnets = [subnet["SubnetId"] for subnet in sorted(found, key=lambda subnet: subnet["AvailabilityZone"])][:2]
        data = {"ImageId": self.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"], "InstanceType": "t3.micro"}
        made = self.ec2.create_launch_template(LaunchTemplateName="shop", LaunchTemplateData=data)["LaunchTemplate"]
        self.template = made["LaunchTemplateId"]
        self.data = data

    def __getattr__(self, name: str) -> Any:
        return getattr(self.api, name)

    def version(self, **more: Any) -> str:
        made = self.ec2.create_launch_template_version(LaunchTemplateId=self.template, LaunchTemplateData={**self.data, **more})
        return str(made["LaunchTemplateVersion"]["VersionNumber"])

    def settings(self, **changed: Any) -> dict[str, Any]:
        asked = {
            "AutoScalingGroupName": "shop",
            "LaunchTemplate": {"LaunchTemplateId": self.template, "Version": "1"},
            "MinSize": 1,
            "MaxSize": 4,
            "DesiredCapacity": 2,
            "VPCZoneIdentifier": ",".join(self.subnets),
            **changed,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def make(self, **changed: Any) -> dict[str, Any]:
        self.api.create_auto_scaling_group(**self.settings(**changed))
        return self.group()

    def group(self, name: str = "shop") -> dict[str, Any]:
        return self.api.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]

    def ids(self) -> list[str]:
        return [one["InstanceId"] for one in self.group()["Instances"]]

    def states(self) -> list[str]:
        return sorted(one["LifecycleState"] for one in self.group()["Instances"])

    def causes(self) -> str:
        return "\n".join(f"{one['StatusCode']} {one['Description']} {one['Cause']}" for one in self.activities())

    def activities(self, **more: Any) -> list[dict[str, Any]]:
        return self.api.describe_scaling_activities(**{"AutoScalingGroupName": "shop", **more})["Activities"]

    def ec2_states(self) -> dict[str, str]:
        found = [one for page in self.ec2.describe_instances()["Reservations"] for one in page["Instances"]]
        return {one["InstanceId"]: one["State"]["Name"] for one in found}
