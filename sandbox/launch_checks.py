"""From what EC2 launches nothing: images, types, groups and profiles that are not there, and too much user data.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ec2.exceptions import EC2ClientError, InvalidAMIIdError, InvalidSecurityGroupNotFoundError
from moto.ec2.models import EC2Backend
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.utils import filter_iam_instance_profiles
from moto.ssm.models import ssm_backends

LONGEST_USER_DATA = 16384
ALIAS = "resolve:ssm:"

Data = dict[str, Any]


def invalid(message: str) -> EC2ClientError:
    return EC2ClientError("InvalidParameterValue", message)


def image(ec2: EC2Backend, asked: str) -> str:
    """The ID of an image that is there."""
    found = resolved(ec2, asked) if asked.startswith(ALIAS) else asked
    if not found.startswith("ami-"):
        raise EC2ClientError("InvalidAMIID.Malformed", f'Invalid id: "{found}" (expecting "ami-...")')
    if found not in ec2.amis:
        raise InvalidAMIIdError(found)
    return found


def resolved(ec2: EC2Backend, alias: str) -> str:
    name = alias.removeprefix(ALIAS)
    try:
        parameter = ssm_backends[ec2.account_id][ec2.region_name].get_parameter(name)
    except ServiceException:
        parameter = None
    if parameter is None:
        raise invalid(f"The parameter {name} of Systems Manager could not be resolved to an image.")
    return str(parameter.value)


def check_type(asked: str) -> None:
    if asked not in INSTANCE_TYPES:
        raise invalid(f"Invalid value '{asked}' for InstanceType.")


def profile(account_id: str, partition: str, iam_instance_profile_arn: str | None, iam_instance_profile_name: str | None) -> Any:
    """In the place of moto's, which answers as IAM does."""
    try:
        return filter_iam_instance_profiles(account_id, partition, iam_instance_profile_arn, iam_instance_profile_name)
    except ServiceException:
        asked, kind, word = iam_instance_profile_arn, "arn", "ARN"
        if iam_instance_profile_name:
            asked, kind, word = iam_instance_profile_name, "name", "name"
        raise invalid(f"Value ({asked}) for parameter iamInstanceProfile.{kind} is invalid. Invalid IAM Instance Profile {word}") from None


def check_groups(ec2: EC2Backend, ids: Sequence[str], names: Sequence[str] = ()) -> None:
    for asked in (*ids, *names):
        found = ec2.get_security_group_from_id(asked) if asked in ids else ec2.get_security_group_by_name_or_id(asked)
        if not found:
            raise InvalidSecurityGroupNotFoundError(asked)


def check_user_data(user_data: Any) -> None:
    if user_data and len(user_data.decode()) > LONGEST_USER_DATA:
        raise EC2ClientError("InvalidUserData.Malformed", f"User data is limited to {LONGEST_USER_DATA} bytes.")


def problems(ec2: EC2Backend, data: Data) -> Iterator[EC2ClientError]:
    """Why nothing could be launched from this."""
    known = data.get("IamInstanceProfile") or {}
    groups = [group for nic in data.get("NetworkInterfaces") or [] for group in nic.get("Groups") or []]
    checks: list[tuple[Any, Callable[[], Any]]] = [
        (data.get("ImageId"), lambda: image(ec2, data["ImageId"])),
        (data.get("InstanceType"), lambda: check_type(data["InstanceType"])),
        (known, lambda: profile(ec2.account_id, ec2.partition, known.get("Arn"), known.get("Name"))),
        (True, lambda: check_groups(ec2, data.get("SecurityGroupIds") or [], data.get("SecurityGroups") or [])),
        (groups, lambda: check_groups(ec2, groups)),
    ]
    for given, check in checks:
        try:
            if given:
                check()
        except EC2ClientError as error:
            yield error
