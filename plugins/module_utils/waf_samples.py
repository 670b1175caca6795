# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What WAF's sampled requests say of rules and of scenarios. Pure functions.

https://docs.aws.amazon.com/waf/latest/APIReference/API_SampledHTTPRequest.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .scenarios import HEADER

MOST = 500  # that GetSampledRequests gives, of the first 5,000
SHOWN = 5


@dataclass(frozen=True)
class Rule:
    """A rule of a web ACL, by the names that it goes by."""

    acl: str
    name: str
    metric: str
    group: str | None = None
    # The rules of the group that only count, whatever becomes of it.
    harmless: frozenset[str] = frozenset()

    @property
    def at(self) -> str:
        return f"{self.acl}/{self.name}"


@dataclass(frozen=True)
class Sight:
    """One request that a rule matched."""

    rule: Rule
    inner: str
    counted: bool
    request: str
    scenario: str | None
    # By a scenario of this run or of another.
    played: bool

    def by(self, name: str) -> bool:
        """Whether the rule goes by that name."""
        return name in (self.rule.at, self.rule.name, self.rule.group, self.inner)


@dataclass(frozen=True)
class Sights:
    """What was sampled of one rule, and whether that is all."""

    rule: Rule
    found: tuple[Sight, ...]
    complete: bool


def sights(rule: Rule, answer: Mapping[str, Any], marker: str | None) -> Sights:
    samples = answer.get("SampledRequests") or []
    return Sights(rule, tuple(_sight(rule, one, marker) for one in samples), answer.get("PopulationSize", 0) <= len(samples))


def _sight(rule: Rule, sample: Mapping[str, Any], marker: str | None) -> Sight:
    asked = sample["Request"]
    marked = next((one["Value"] for one in asked.get("Headers") or [] if one["Name"].lower() == HEADER.lower()), "")
    mark, __, scenario = marked.partition(".")
    return Sight(
        rule,
        sample.get("RuleNameWithinRuleGroup", "").rpartition("#")[2],
        sample.get("Action") == "COUNT",
        f"{asked.get('Method')} {asked.get('URI')}",
        scenario if marker and mark == marker else None,
        bool(marked),
    )


def verdict(mine: Sights, played: Sequence[Mapping[str, Any]], seen: bool) -> str | None:
    """Why a rule that counts must not block yet; None when nothing is against it."""
    if not any(one["ok"] is not None and one["expect"] == "passed" for one in played):
        return "no benign scenario was played"
    if not seen:
        return "WAF has sampled none of the scenarios' requests, so that it did not match the benign ones is not known"
    benign = {one["id"]: one["request"] for one in played if one["expect"] == "passed" and one["ok"] is not None}
    caught = {one.scenario: one for one in mine.found if one.scenario in benign and one.inner not in mine.rule.harmless}
    if caught:
        return "it would block " + ", ".join(f"{name} ({benign[name]}){_inner(one)}" for name, one in caught.items() if name)
    return None if mine.complete else f"it matched more requests than WAF samples ({MOST}), so the benign ones may be among the others"


def _inner(one: Sight) -> str:
    return f" by {one.inner}" if one.inner else ""


def would_block(found: Iterable[Sight]) -> list[str]:
    """What a rule counted of real traffic, the most frequent first."""
    kinds = Counter(
        (f"{one.request[:120]}{_inner(one)}") for one in found if one.counted and not one.played and one.inner not in one.rule.harmless
    )
    return [f"{number} x {kind}" for kind, number in kinds.most_common(SHOWN)]


def missed(played: Iterable[Mapping[str, Any]], found: Iterable[Sight]) -> list[str]:
    """The scenarios that were not matched by the rule that they name."""
    found = list(found)
    named = [one for one in played if one["rule"] and one["ok"] is not None]
    return [
        f"{one['id']} was not matched by {one['rule']}"
        for one in named
        if not any(sight.scenario == one["id"] and sight.by(one["rule"]) for sight in found)
    ]


def text(rules: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is known of rules that count, line by line."""
    lines = []
    for one in rules:
        what = "blocks from now on" if one["promotable"] else f"goes on counting: {one['why']}" if one["why"] else "counts"
        lines.append(
            f"{one['rule']} counted {one['counted']} requests in {one['hours']} h, {one['attacks']} attacks of the scenarios; {what}"
        )
        lines += [f"    {sample}" for sample in one["would_block"]]
    return lines
