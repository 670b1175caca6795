"""Service Quotas knows the defaults of the services that are emulated here, and what was asked to be raised is raised at once.

https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html

moto knows those of VPC alone. On AWS a request is decided within minutes or days. GetServiceQuota tells what applies to the account; where
there is nothing but AWS's default it says NoSuchResourceException, which on AWS it does of some quotas.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.models import ServiceQuotasBackend
from moto.servicequotas.responses import ServiceQuotasResponse

# https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
DEFAULTS = {
    "autoscaling": {"L-CDE20ADC": ("Auto Scaling groups per region", 500)},
    "dynamodb": {"L-F98FE922": ("Maximum number of tables", 2500)},
    "ec2": {"L-1216C47A": ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 5)},
    "elasticache": {"L-DFE45DF3": ("Nodes per Region", 300)},
    "elasticloadbalancing": {
        "L-53DA6B97": ("Application Load Balancers per Region", 50),
        "L-B22855CB": ("Target Groups per Region", 3000),
    },
}
# An account that was used for some time has more than the default of a new one.
RAISED = {"L-1216C47A": 64}


def _quota(service: str, code: str, value: float | None = None) -> dict[str, Any]:
    if code not in DEFAULTS.get(service, {}):
        raise NoSuchResource
    name, default = DEFAULTS[service][code]
    return {
        "ServiceCode": service,
        "QuotaCode": code,
        "QuotaName": name,
        "Value": float(default if value is None else value),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def apply() -> None:
    vpc = ServiceQuotasBackend.get_service_quota
    listed = ServiceQuotasBackend.list_aws_default_service_quotas

    def applied(self: ServiceQuotasBackend) -> dict[str, float]:
        if not hasattr(self, "applied"):
            self.applied = dict(RAISED)
        return self.applied

    def get_service_quota(self: ServiceQuotasBackend, service_code: str, quota_code: str) -> dict[str, Any]:
        if service_code not in DEFAULTS:
            return vpc(self, service_code, quota_code)
        about = _quota(service_code, quota_code, applied(self).get(quota_code))
        if quota_code not in applied(self):
            raise NoSuchResource
        return about

    def list_defaults(self: ServiceQuotasBackend, service_code: str) -> list[dict[str, Any]]:
        return [_quota(service_code, code) for code in DEFAULTS[service_code]] if service_code in DEFAULTS else listed(self, service_code)

    def get_aws_default_service_quota(self: ServiceQuotasResponse) -> str:
        given = json.loads(self.body)
        return json.dumps({"Quota": _quota(given["ServiceCode"], given["QuotaCode"])})

    def request_service_quota_increase(self: ServiceQuotasResponse) -> str:
        given = json.loads(self.body)
        about = _quota(given["ServiceCode"], given["QuotaCode"])
        applied(self.backend)[given["QuotaCode"]] = given["DesiredValue"]
        kept = ("ServiceCode", "QuotaCode", "QuotaName", "Unit", "GlobalQuota")
        asked = {key: about[key] for key in kept} | {"Id": secrets.token_hex(16)}
        return json.dumps({"RequestedQuota": asked | {"DesiredValue": given["DesiredValue"], "Status": "APPROVED"}})

    ServiceQuotasBackend.get_service_quota = get_service_quota
    ServiceQuotasBackend.list_aws_default_service_quotas = list_defaults
    ServiceQuotasResponse.get_aws_default_service_quota = get_aws_default_service_quota
    ServiceQuotasResponse.request_service_quota_increase = request_service_quota_increase
