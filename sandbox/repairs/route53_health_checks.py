"""Health checks: their fields and versions as AWS has them, and what their checkers (`sandbox/checkers`) have seen.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHealthCheck.html
https://docs.aws.amazon.com/Route53/latest/APIReference/API_UpdateHealthCheck.html

moto makes another health check for the same CallerReference, takes what does not fit together, updates without looking at versions,
has one page of all, tells of one checker that always succeeds, and knows no reason of a failure. DeleteHealthCheck refuses none that is
in use, which is as on AWS: HealthCheckInUse "is not in use".
"""

from __future__ import annotations

import functools
import ipaddress
import uuid
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.route53 import urls
from moto.route53.exceptions import NoSuchHealthCheck, Route53ClientError
from moto.route53.models import HealthCheck, Route53Backend
from moto.route53.responses import Route53

from sandbox.checkers.account import ENDPOINT_TYPES, INTERVALS, PORTS, Config, checkers, config_of, lock, regions
from sandbox.checkers.verdict import Report

PAGE = 100
IDENTITY = ("HealthCheckId", "HealthCheckVersion", "ResetElements")

_moto_config = HealthCheck.health_check_config.fget  # type: ignore[attr-defined]
_moto_change_tags, _moto_list_tags = Route53Backend.change_tags_for_resource, Route53Backend.list_tags_for_resources


def settled(config: Config) -> Config:
    """With what AWS takes where nothing is given."""
    kind = config["Type"].removesuffix("_STR_MATCH")
    found = {"Inverted": False, "Disabled": False}
    if config["Type"] in ENDPOINT_TYPES:
        found |= {"RequestInterval": 30, "FailureThreshold": 3, "MeasureLatency": False, "EnableSNI": kind == "HTTPS"}
        found |= {"Port": PORTS[kind]} if kind in PORTS else {}
    return {**found, **{name: value for name, value in config.items() if value not in (None, [])}}


def check_config(config: Config) -> None:
    if found := next(iter(problems(config)), None):
        raise Route53ClientError("InvalidInput", f"Invalid parameter : {found}")


def problems(config: Config) -> list[str]:
    kind, found = config["Type"], []
    if kind not in ENDPOINT_TYPES:
        return found
    if not config.get("IPAddress") and not config.get("FullyQualifiedDomainName"):
        found.append("Either IPAddress or FullyQualifiedDomainName must be specified")
    if config.get("IPAddress") and not ipaddress.ip_address(config["IPAddress"]).is_global:
        found.append(f"IPAddress {config['IPAddress']} is in a range that cannot be checked")
    if config["RequestInterval"] not in INTERVALS:
        found.append("RequestInterval must be 10 or 30")
    if kind.endswith("_STR_MATCH") != bool(config.get("SearchString")):
        found.append(f"SearchString must {'' if kind.endswith('_STR_MATCH') else 'not '}be specified for type {kind}")
    if kind == "TCP" and "Port" not in config:
        found.append("Port must be specified for type TCP")
    if kind == "TCP" and config.get("ResourcePath"):
        found.append("ResourcePath must not be specified for type TCP")
    return found


def spent_references(backend: Route53Backend) -> set[str]:
    """Those of deleted health checks; on AWS they can be used again after some days."""
    return backend.__dict__.setdefault("spent_references", set())


def create_health_check(self: Route53) -> ActionResult:
    reference, config = self._get_param("CallerReference"), settled(self._get_param("HealthCheckConfig"))
    check_config(config)
    same = next((one for one in self.backend.list_health_checks() if one.caller_reference == reference), None)
    if reference in spent_references(self.backend) or same and config_of(same) != config:
        raise Route53ClientError("HealthCheckAlreadyExists", f"A health check with CallerReference {reference} already exists.")
    if not same:
        same = HealthCheck(str(uuid.uuid4()), reference, {})
        same.__dict__["config"] = config
        self.backend.health_checks[same.id] = same
    return ActionResult({"HealthCheck": same, "Location": f"https://route53.amazonaws.com/2013-04-01/healthcheck/{same.id}"})


def update_health_check(self: Route53) -> ActionResult:
    check = self.backend.get_health_check(self._get_param("HealthCheckId"))
    version = self._get_param("HealthCheckVersion")
    if version is not None and int(version) != check.health_check_version:
        raise Route53ClientError("HealthCheckVersionMismatch", f"The health check {check.id} has version {check.health_check_version}.")
    kept = {name: value for name, value in config_of(check).items() if name not in (self._get_param("ResetElements") or [])}
    config = settled({**kept, **{name: value for name, value in self._get_params().items() if name not in IDENTITY}})
    check_config(config)
    check.__dict__["config"] = config
    check.health_check_version += 1
    for region in checkers(check).keys() - set(regions(config)):
        del checkers(check)[region]
    return ActionResult({"HealthCheck": check})


def delete_health_check(self: Route53) -> EmptyResult:
    check = self.backend.get_health_check(self._get_param("HealthCheckId"))
    spent_references(self.backend).add(check.caller_reference)
    del self.backend.health_checks[check.id]
    self.backend.resource_tags.pop(check.id, None)
    return EmptyResult()


def list_health_checks(self: Route53) -> ActionResult:
    found, marker = self.backend.list_health_checks(), self._get_param("Marker")
    ids, most = [check.id for check in found], min(PAGE, int(self._get_param("MaxItems") or PAGE))
    if marker and marker not in ids:
        raise Route53ClientError("InvalidInput", f"The marker {marker} is not valid.")
    first = ids.index(marker) if marker else 0
    more = {"NextMarker": ids[first + most]} if len(ids) > first + most else {}
    page = {"HealthChecks": found[first : first + most], "Marker": marker or "", "IsTruncated": bool(more), "MaxItems": most}
    return ActionResult({**page, **more})


def observed(of: str) -> Callable[[Route53], ActionResult]:
    def method(self: Route53) -> ActionResult:
        check = self.backend.get_health_check(self._get_param("HealthCheckId"))
        if (kind := config_of(check)["Type"]) not in ENDPOINT_TYPES:
            raise Route53ClientError("InvalidInput", f"The status of a health check of type {kind} cannot be told.")
        seen = [(checker, getattr(checker, of)) for checker in checkers(check).values()]
        return ActionResult(
            {
                "HealthCheckObservations": [
                    {"Region": checker.region, "IPAddress": checker.address, "StatusReport": status(report)}
                    for checker, report in seen
                    if report
                ]
            }
        )

    return method


def status(report: Report) -> dict[str, Any]:
    return {"Status": report.status, "CheckedTime": report.at}


def change_tags(self: Route53Backend, resource_type: str, resource_id: str, *changes: Any) -> None:
    if resource_type == "healthcheck":
        self.get_health_check(resource_id)
    _moto_change_tags(self, resource_type, resource_id, *changes)


def list_tags(self: Route53Backend, resource_type: str, resource_ids: list[str]) -> list[dict[str, Any]]:
    if missing := resource_type == "healthcheck" and [uid for uid in resource_ids if uid not in self.health_checks]:
        raise NoSuchHealthCheck(missing[0])
    return _moto_list_tags(self, resource_type, resource_ids)


def health_check_config(self: HealthCheck) -> Config:
    """What was asked for; of one that CloudFormation made, what moto knows of it."""
    if "config" not in self.__dict__:
        self.__dict__["config"] = settled(_moto_config(self))
    return self.__dict__["config"]


def locked(method: Callable[[Route53], Any]) -> Callable[[Route53], Any]:
    @functools.wraps(method)
    def one_by_one(self: Route53) -> Any:
        with lock:
            return method(self)

    return one_by_one


def apply() -> None:
    urls.url_paths[r"{0}/(?P<api_version>[\d_-]+)/healthcheck/(?P<health_check_id>[^/]+)/lastfailurereason$"] = Route53.dispatch
    HealthCheck.health_check_config = property(health_check_config)  # type: ignore[assignment, method-assign]
    Route53Backend.change_tags_for_resource = change_tags  # type: ignore[method-assign, assignment]
    Route53Backend.list_tags_for_resources = list_tags  # type: ignore[method-assign]
    for method in (create_health_check, update_health_check, delete_health_check, list_health_checks):
        setattr(Route53, method.__name__, locked(method))
    Route53.get_health_check_status = locked(observed("last"))  # type: ignore[method-assign]
    Route53.get_health_check_last_failure_reason = locked(observed("failed"))  # type: ignore[attr-defined]
