"""Auto Scaling's errors, by the codes that its API reference gives them."""

from __future__ import annotations

from moto.autoscaling.exceptions import AutoscalingClientError


def fault(code: str, message: str) -> AutoscalingClientError:
    return AutoscalingClientError(code, message)


def invalid(message: str) -> AutoscalingClientError:
    return fault("ValidationError", message)
