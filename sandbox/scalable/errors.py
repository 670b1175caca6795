"""Application Auto Scaling's errors, by the codes that its API reference gives them."""

from __future__ import annotations

from moto.applicationautoscaling.exceptions import AWSValidationException


def invalid(message: str) -> AWSValidationException:
    return AWSValidationException(message)
