"""PutRetentionPolicy: AWS takes a fixed list of days, moto any number.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

from __future__ import annotations

from moto.logs.exceptions import InvalidParameterException
from moto.logs.responses import LogsResponse

DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)

_put_retention_policy = LogsResponse.put_retention_policy


def put_retention_policy(self: LogsResponse) -> str:
    days = self._get_param("retentionInDays")
    if days not in DAYS:
        raise InvalidParameterException(
            constraint=f"Member must satisfy enum value set: {list(DAYS)}", parameter="retentionInDays", value=days
        )
    return _put_retention_policy(self)


def apply() -> None:
    LogsResponse.put_retention_policy = put_retention_policy
