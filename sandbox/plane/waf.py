"""The web ACLs, all they refer to, and which load balancer has which: what waf.json says (sandbox/plane/__init__.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.wafv2.models import GLOBAL_REGION, WAFV2Backend, wafv2_backends


def regional() -> Iterator[WAFV2Backend]:
    for regions in list(wafv2_backends.values()):
        yield from (backend for region, backend in list(regions.items()) if region != GLOBAL_REGION)


def state() -> dict[str, Any]:
    found: dict[str, Any] = {kind: {} for kind in ("web_acls", "rule_groups", "ip_sets", "regex_pattern_sets", "associations", "logging")}
    for backend in regional():
        kinds: list[tuple[str, dict[str, Any]]] = [
            ("web_acls", backend.wacls),
            ("rule_groups", backend.rule_groups),
            ("ip_sets", backend.ip_sets),
            ("regex_pattern_sets", backend.regex_pattern_sets),
            ("logging", backend.logging_configurations),
        ]
        for kind, items in kinds:
            found[kind] |= {arn: item.to_dict() for arn, item in list(items.items())}
        found["associations"] |= associations(backend)
    return found


def associations(backend: WAFV2Backend) -> dict[str, str]:
    return {resource: arn for arn, acl in list(backend.wacls.items()) for resource in acl.associated_resources}
