"""IP sets and regex pattern sets: what AWS refuses.

* An IP set takes CIDR blocks of its version, all but /0. https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateIPSet.html
* A pattern is PCRE without what AWS excludes. https://docs.aws.amazon.com/waf/latest/developerguide/waf-regex-pattern-support.html
* A name is taken once in a scope. An update replaces the description too.

* A lock token is a UUID.

moto takes any text for an address or a pattern, any number of IP sets of one name, and gives IP sets tokens that the API refuses.
"""

from __future__ import annotations

from typing import Any

from moto.moto_api._internal import mock_random
from moto.wafv2.models import FakeIPSet, FakeRegexPatternSet, WAFV2Backend

from sandbox.waf import validation
from sandbox.wafv2_errors import Duplicate, refusals


def apply() -> None:
    create_ips, update_ips = WAFV2Backend.create_ip_set, WAFV2Backend.update_ip_set
    create_patterns, update_patterns = WAFV2Backend.create_regex_pattern_set, WAFV2Backend.update_regex_pattern_set
    describe_ips, describe_patterns = FakeIPSet.to_dict, FakeRegexPatternSet.to_dict

    def create_ip_set(
        self: WAFV2Backend, name: str, scope: str, description: str, version: str, addresses: list[str], tags: list[dict[str, str]]
    ) -> FakeIPSet:
        if any(known.name == name and known.scope == scope for known in self.ip_sets.values()):
            raise Duplicate
        with refusals():
            validation.check_addresses(version, addresses)
        made = create_ips(self, name, scope, description, version, addresses, tags)
        made.lock_token = str(mock_random.uuid4())
        return made

    def update_ip_set(
        self: WAFV2Backend, name: str, scope: str, _id: str, description: str | None, addresses: list[str], lock_token: str
    ) -> FakeIPSet:
        with refusals():
            validation.check_addresses(self.get_ip_set(name, scope, _id).ip_address_version, addresses)
        updated = update_ips(self, name, scope, _id, description or "", addresses, lock_token)
        updated.lock_token = str(mock_random.uuid4())
        return updated

    def create_regex_pattern_set(self: WAFV2Backend, **asked: Any) -> FakeRegexPatternSet:
        with refusals():
            validation.check_patterns(asked["regular_expressions"])
        return create_patterns(self, **asked)

    def update_regex_pattern_set(self: WAFV2Backend, **asked: Any) -> FakeRegexPatternSet:
        with refusals():
            validation.check_patterns(asked["regular_expressions"])
        return update_patterns(self, **asked | {"description": asked["description"] or ""})

    def described(found: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in found.items() if value not in (None, "")}

    WAFV2Backend.create_ip_set, WAFV2Backend.update_ip_set = create_ip_set, update_ip_set
    WAFV2Backend.create_regex_pattern_set, WAFV2Backend.update_regex_pattern_set = create_regex_pattern_set, update_regex_pattern_set
    FakeIPSet.to_dict = lambda self: described(describe_ips(self))
    FakeRegexPatternSet.to_dict = lambda self: described(describe_patterns(self))
