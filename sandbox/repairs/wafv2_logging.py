"""Logging configurations: what AWS refuses.

* The destination's name starts with aws-waf-logs-; there is one, in the web ACL's Region and account.
* Of a request its path, query string, method and single headers can be redacted.
  https://docs.aws.amazon.com/waf/latest/APIReference/API_LoggingConfiguration.html
* The web ACL must be there, and its logging cannot be deleted when there is none.
  https://docs.aws.amazon.com/waf/latest/APIReference/API_PutLoggingConfiguration.html

moto takes everything.
"""

from __future__ import annotations

from typing import Any

from moto.wafv2.exceptions import WAFNonexistentItemException
from moto.wafv2.models import FakeLoggingConfiguration, WAFV2Backend

from sandbox.wafv2_errors import InvalidParameter

STARTS = "aws-waf-logs-"
REDACTABLE = {"UriPath", "QueryString", "Method", "SingleHeader"}


def name_of(destination: str) -> str:
    """A log group's, a bucket's or a delivery stream's."""
    rest = destination.split(":", 5)[5]
    return rest.removeprefix("log-group:").removeprefix("deliverystream/").partition(":")[0].partition("/")[0]


def invalid(reason: str, field: str, parameter: str) -> InvalidParameter:
    return InvalidParameter(f"Error reason: {reason}, field: {field}, parameter: {parameter}")


def check(destinations: list[str], fields: list[dict[str, Any]]) -> None:
    if len(destinations) != 1:
        raise invalid("A web ACL has one logging destination.", "LOG_DESTINATION", str(len(destinations)))
    if not name_of(destinations[0]).startswith(STARTS):
        raise invalid(f"The ARN isn't valid: the name must start with {STARTS}.", "LOG_DESTINATION", destinations[0])
    for field in fields:
        if not field.keys() <= REDACTABLE or len(field) != 1:
            raise invalid("The field cannot be redacted.", "LOGGING_REDACTED_FIELD", ",".join(field))


def apply() -> None:
    put = WAFV2Backend.put_logging_configuration

    def put_logging_configuration(
        self: WAFV2Backend, arn: str, destinations: list[str], fields: list[dict[str, Any]] | None, *more: Any
    ) -> FakeLoggingConfiguration:
        if arn not in self.wacls:
            raise WAFNonexistentItemException
        check(destinations, fields or [])
        return put(self, arn, destinations, fields, *more)

    WAFV2Backend.put_logging_configuration = put_logging_configuration
