# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Health checks of Route 53, by their names.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .lists import batches, repeated
from .plan import State
from .tags import as_dict

if TYPE_CHECKING:
    from .aws import Aws

TYPES = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP")
REGIONS = ("us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1")
FIELDS = {
    "type": "Type",
    "fqdn": "FullyQualifiedDomainName",
    "port": "Port",
    "path": "ResourcePath",
    "search_string": "SearchString",
    "request_interval_seconds": "RequestInterval",
    "failure_threshold": "FailureThreshold",
    "regions": "Regions",
    "enable_sni": "EnableSNI",
    "inverted": "Inverted",
    "disabled": "Disabled",
    "measure_latency": "MeasureLatency",
}
# ListTagsForResources takes no more, and ChangeTagsForResource neither.
MOST_AT_ONCE = 10


def defaults(kind: str) -> State:
    """What AWS takes for a health check of this type where nothing is given; None where the type has no such thing."""
    secure, web = kind.startswith("HTTPS"), kind.startswith("HTTP")
    return {
        "port": 443 if secure else 80 if web else None,
        "path": "/" if web else None,
        "search_string": None,
        "request_interval_seconds": 30,
        "failure_threshold": 3,
        "regions": sorted(REGIONS),
        "enable_sni": True if secure else None,
        "inverted": False,
        "disabled": False,
        "measure_latency": False,
    }


def state_of(config: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    usual = defaults(config["Type"])
    state = {key: config.get(field) or usual.get(key) for key, field in FIELDS.items()}
    sni = None if usual["enable_sni"] is None else config.get("EnableSNI", True)
    return {**state, "enable_sni": sni, "regions": sorted(config.get("Regions") or REGIONS), "tags": tags}


def params(state: State, *keys: str) -> dict[str, Any]:
    return {FIELDS[key]: state[key] for key in keys if state[key] is not None}


def _digest(*parts: str, length: int) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:length]


def _own(app: str | None, name: str) -> str:
    return f"{_digest(app or '', name, length=32)}-"


def reference(app: str | None, name: str, nonce: str) -> str:
    """A CallerReference that is known again; another nonce is needed when the health check of this one was deleted."""
    return _own(app, name) + _digest(nonce, length=16)


class HealthChecks:
    """Those of the account that have one of the names, and those that an application was to have by it when a run was killed."""

    def __init__(self, aws: Aws, apps: Mapping[str, str | None]) -> None:
        listed = {check["Id"]: check for check in aws.pages("route53", "list_health_checks", "HealthChecks")}
        self.tags = {
            uid: tags for some in aws.each(lambda ids: _tags(aws, ids), batches(listed, MOST_AT_ONCE)) for uid, tags in some.items()
        }
        named = [(self._name(check, apps), check) for check in listed.values()]
        self.twice: list[str] = repeated(name for name, check in named if name)
        self.found = {name: check for name, check in named if name and name not in self.twice}

    def _name(self, check: Mapping[str, Any], apps: Mapping[str, str | None]) -> str | None:
        if tagged := self.tags.get(check["Id"], {}).get("Name"):
            return tagged if tagged in apps else None
        return next((name for name, app in apps.items() if check["CallerReference"].startswith(_own(app, name))), None)

    @property
    def states(self) -> dict[str, State]:
        return {name: state_of(check["HealthCheckConfig"], self.tags.get(check["Id"], {})) for name, check in self.found.items()}


def _tags(aws: Aws, ids: list[str]) -> dict[str, dict[str, str]]:
    answer = aws.call("route53", "list_tags_for_resources", ResourceType="healthcheck", ResourceIds=ids)
    return {one["ResourceId"]: as_dict(one["Tags"]) for one in answer["ResourceTagSets"]}
