"""Launch templates: versions that build on others, are named by alias, resolved and deleted.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html
* A version with a source version has its parameters where it has none of its own.
* What cannot be launched (an unknown image, instance type, security group, instance profile) is kept with a warning: a template is not
  checked in full before something is launched from it. User data that is no base64, or more than 16 KB, is refused.
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ValidationWarning.html
* ResolveAlias shows the image that a parameter of Systems Manager names at the moment.
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html
* The default version cannot be deleted, and no number is given twice.
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html

moto ignores the source version and the aliases, puts the template's own tags among those of its instances, crashes on the user data of a
second version, and deletes no version.
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidLaunchTemplateVersionNotFound
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ec2.utils import parse_user_data

from sandbox import launch_checks

MOST_DELETED = 200
CODES = {"InvalidLaunchTemplateId.VersionNotFound": "launchTemplateVersionDoesNotExist"}


def get_version(self: LaunchTemplate, num: Any) -> LaunchTemplateVersion:
    asked = str(num).lower()
    number = {"$latest": self.versions[-1].number, "$default": self.default_version_number}.get(asked, asked)
    found = next((version for version in self.versions if str(version.number) == str(number)), None)
    if not found:
        raise InvalidLaunchTemplateVersionNotFound(template_id=self.id, version=num)
    return found


def create_version(self: LaunchTemplate, data: dict[str, Any], description: str) -> LaunchTemplateVersion:
    number = self.__dict__["last_number"] = self.__dict__.get("last_number", 0) + 1
    version = LaunchTemplateVersion(self, number, data, description)
    self.versions.append(version)
    return version


def data_of(response: LaunchTemplates) -> dict[str, Any]:
    data = dict(response._get_param("LaunchTemplateData", {}))
    if "UserData" in data:
        data["UserData"] = parse_user_data(data["UserData"])
        launch_checks.check_user_data(data["UserData"])
    return data


def one_of(response: LaunchTemplates) -> LaunchTemplate:
    name, template_id = response._get_param("LaunchTemplateName"), response._get_param("LaunchTemplateId")
    if name and template_id:
        raise EC2ClientError("InvalidParameterCombination", "Either provide launch template ID or launch template name, not both.")
    if not name and not template_id:
        raise EC2ClientError("MissingParameter", "Either a launch template ID or a launch template name must be specified.")
    return response.ec2_backend.get_launch_template_by_name(name) if name else response.ec2_backend.get_launch_template(template_id)


def warning(response: LaunchTemplates, data: dict[str, Any]) -> dict[str, Any]:
    found = [{"Code": error.code, "Message": error.message} for error in launch_checks.problems(response.ec2_backend, data)]
    return {"Warning": {"Errors": found}} if found else {}


def shown(response: LaunchTemplates, template: LaunchTemplate, version: LaunchTemplateVersion) -> dict[str, Any]:
    data = dict(version.data)
    if response._get_bool_param("ResolveAlias") and str(data.get("ImageId", "")).startswith(launch_checks.ALIAS):
        data["ImageId"] = launch_checks.resolved(response.ec2_backend, data["ImageId"])
    return {
        "CreateTime": version.create_time,
        "CreatedBy": f"arn:{response.partition}:iam::{response.current_account}:root",
        "DefaultVersion": template.is_default(version),
        "LaunchTemplateData": data,
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "VersionDescription": version.description,
        "VersionNumber": version.number,
    }


def create_launch_template(self: LaunchTemplates) -> ActionResult:
    data = data_of(self)
    self.error_on_dryrun()
    template = self.ec2_backend.create_launch_template(
        self._get_param("LaunchTemplateName"), self._get_param("VersionDescription"), data, self._parse_tag_specification()
    )
    made = {
        "CreateTime": template.create_time,
        "CreatedBy": f"arn:{self.partition}:iam::{self.current_account}:root",
        "DefaultVersionNumber": 1,
        "LatestVersionNumber": 1,
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "Tags": template.tags,
    }
    return ActionResult({"LaunchTemplate": made, **warning(self, data)})


def create_launch_template_version(self: LaunchTemplates) -> ActionResult:
    template, source = one_of(self), self._get_param("SourceVersion")
    data = (template.get_version(source).data if source else {}) | data_of(self)
    self.error_on_dryrun()
    version = template.create_version(data, self._get_param("VersionDescription"))
    return ActionResult({"LaunchTemplateVersion": shown(self, template, version), **warning(self, data)})


def describe_launch_template_versions(self: LaunchTemplates) -> ActionResult:
    self.error_on_dryrun()
    most, start = self._get_int_param("MaxResults", 200), int(self._get_param("NextToken") or 0)
    found = self.ec2_backend.describe_launch_template_versions(
        self._get_param("LaunchTemplateName"), self._get_param("LaunchTemplateId"), self._get_param("Versions", []), 0, 0, 10**6
    )
    first, last = self._get_int_param("MinVersion", 0), self._get_int_param("MaxVersion", 10**6)
    # The newest first.
    ordered = sorted((pair for pair in found if first <= pair[1].number <= last), key=lambda pair: -pair[1].number)
    page = [shown(self, template, version) for template, version in ordered[start : start + most]]
    more = {"NextToken": str(start + most)} if len(ordered) > start + most else {}
    return ActionResult({"LaunchTemplateVersions": page, **more})


def delete_launch_template_versions(self: LaunchTemplates) -> ActionResult:
    template, wanted = one_of(self), self._get_param("Versions", [])
    self.error_on_dryrun()
    if len(wanted) > MOST_DELETED:
        raise EC2ClientError("InvalidParameterValue", f"At most {MOST_DELETED} versions can be deleted in one request.")
    deleted, kept = [], []
    for asked in wanted:
        said = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "VersionNumber": int(asked)}
        try:
            version = template.get_version(asked)
            if template.is_default(version):
                raise EC2ClientError("unexpectedError", "The default version of a launch template cannot be deleted.")
        except ServiceException as error:
            reason = {"Code": CODES.get(str(error.code), str(error.code)), "Message": str(error.message)}
            kept.append({**said, "ResponseError": reason})
            continue
        template.versions.remove(version)
        deleted.append(said)
    return ActionResult({"SuccessfullyDeletedLaunchTemplateVersions": deleted, "UnsuccessfullyDeletedLaunchTemplateVersions": kept})


def apply() -> None:
    LaunchTemplate.get_version = get_version  # type: ignore[method-assign]
    LaunchTemplate.create_version = create_version  # type: ignore[method-assign]
    LaunchTemplate.default_version = lambda self: self.get_version(self.default_version_number)  # type: ignore[method-assign]
    for operation in (
        create_launch_template,
        create_launch_template_version,
        describe_launch_template_versions,
        delete_launch_template_versions,
    ):
        setattr(LaunchTemplates, operation.__name__, operation)
