"""Target groups: names, health checks, and which of them can be deleted.

* Creating one again with the same settings gives the one that there is.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
* A check takes less time than the interval; expected codes are from 200 to 499.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html

moto refuses the same group twice, and takes any numbers when it is modified.
"""

from __future__ import annotations

import re
from typing import Any

from moto.elbv2.exceptions import ELBClientError, TargetGroupNotFoundError, ValidationError
from moto.elbv2.models import ELBv2Backend, FakeTargetGroup

LEAST_CODE, MOST_CODE = 200, 499


def check_codes(matcher: str) -> None:
    numbers = [int(number) for number in re.findall(r"\d+", matcher)]
    if not re.fullmatch(r"\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*", matcher) or not all(LEAST_CODE <= n <= MOST_CODE for n in numbers):
        raise ValidationError(f"Health check matcher HTTP code '{matcher}' must be within '{LEAST_CODE}-{MOST_CODE}' inclusive")


def check_times(interval: Any, timeout: Any) -> None:
    if int(timeout) >= int(interval):
        raise ValidationError(f"Health check timeout '{timeout}' must be smaller than the interval '{interval}'")


def settings(group: FakeTargetGroup) -> tuple[Any, ...]:
    return (
        *(str(value) for value in (group.protocol, group.port, group.vpc_id, group.target_type, group.protocol_version)),
        *(str(value) for value in (group.health_check_path, group.health_check_interval_seconds, group.health_check_timeout_seconds)),
        *(str(value) for value in (group.healthy_threshold_count, group.unhealthy_threshold_count, getattr(group, "matcher", None))),
    )


def is_http(group: FakeTargetGroup) -> bool:
    return group.protocol in ("HTTP", "HTTPS")


def apply() -> None:
    create, modify = ELBv2Backend.create_target_group, ELBv2Backend.modify_target_group

    def create_target_group(self: ELBv2Backend, name: str, **kwargs: Any) -> FakeTargetGroup:
        known = next((group for group in self.target_groups.values() if group.name == name), None)
        if kwargs.get("protocol") in ("HTTP", "HTTPS") and (kwargs.get("matcher") or {}).get("HttpCode"):
            check_codes(kwargs["matcher"]["HttpCode"])
        if known is None:
            return create(self, name, **kwargs)
        del self.target_groups[known.arn]
        try:
            made = create(self, name, **{**kwargs, "tags": None})
            del self.target_groups[made.arn]
        finally:
            self.target_groups[known.arn] = known
        if settings(known) != settings(made):
            message = f"A target group with the same name '{name}' exists, but with different settings"
            raise ELBClientError("DuplicateTargetGroupName", message)
        return known

    def modify_target_group(self: ELBv2Backend, arn: str, *args: Any, **kwargs: Any) -> FakeTargetGroup:
        group = self.target_groups.get(arn)
        if group is None:
            raise TargetGroupNotFoundError()
        names = ("proto", "port", "path", "interval", "timeout", "healthy", "unhealthy", "codes")
        given = dict(zip(names, args, strict=False))
        if is_http(group):
            check_times(
                given.get("interval") or group.health_check_interval_seconds, given.get("timeout") or group.health_check_timeout_seconds
            )
            if given.get("codes"):
                check_codes(given["codes"])
        return modify(self, arn, *args, **kwargs)

    ELBv2Backend.create_target_group = create_target_group
    ELBv2Backend.modify_target_group = modify_target_group
