"""AWS WAF's errors, in its words; and how its validation becomes one of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from moto.wafv2.exceptions import WAFNonexistentItemException, WAFv2ClientError

from sandbox.waf.validation import Invalid, Missing

COULD_NOT = "AWS WAF couldn’t perform the operation because"


class InvalidParameter(WAFv2ClientError):
    def __init__(self, reason: str) -> None:
        super().__init__("WAFInvalidParameterException", reason)


class Duplicate(WAFv2ClientError):
    def __init__(self) -> None:
        super().__init__("WAFDuplicateItemException", f"{COULD_NOT} some resource in your request is a duplicate of an existing one.")


class Associated(WAFv2ClientError):
    def __init__(self) -> None:
        super().__init__("WAFAssociatedItemException", f"{COULD_NOT} your resource is being used by another resource.")


class LimitsExceeded(WAFv2ClientError):
    def __init__(self) -> None:
        super().__init__("WAFLimitsExceededException", f"{COULD_NOT} you exceeded your resource limit.")


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    try:
        yield
    except Invalid as error:
        raise InvalidParameter(str(error)) from error
    except Missing as error:
        raise WAFNonexistentItemException from error
