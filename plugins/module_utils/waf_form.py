# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What WAF takes, in a form that people write and read; both ways, by botocore's own model of wafv2. Pure functions.

The form is AWS's, one to one, with names in snake_case, and shorter where nothing is lost:
a text names the one thing that is chosen (`action: block`); what has one value is that value (`single_header: user-agent`,
`and: [...]`); names with one value each are a mapping; text transformations are a list in their order; a statement's kind goes
without `_statement`; what is referred to goes by its name.
https://docs.aws.amazon.com/waf/latest/APIReference/API_Statement.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .aws import loader

try:
    from botocore import xform_name
    from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
except ImportError:  # reported by AwsModule
    pass

# Of these exactly one member is given; the model does not say so.
ONE_OF = {"Statement", "FieldToMatch", "RuleAction", "OverrideAction", "DefaultAction", "JsonMatchPattern"}
REFERENCES = {
    "IPSetReferenceStatement": "ip_set",
    "RegexPatternSetReferenceStatement": "regex_pattern_set",
    "RuleGroupReferenceStatement": "rule_group",
}
# What AWS answers where nothing was given.
DEFAULTS: dict[tuple[str, str], Any] = {
    ("RateBasedStatement", "EvaluationWindowSec"): 300,
    ("SqliMatchStatement", "SensitivityLevel"): "LOW",
    ("Body", "OversizeHandling"): "CONTINUE",
    ("JsonBody", "OversizeHandling"): "CONTINUE",
}

# The ARNs of what statements refer to, by kind and name. What is not there goes by its name, while only the form is looked at.
Arns = Mapping[tuple[str, str], str]


@functools.cache
def model() -> ServiceModel:
    return ServiceModel(loader().load_service_model("wafv2", "service-2"), "wafv2")


def shape(name: str) -> Shape:
    return model().shape_for(name)


@functools.cache
def members(name: str) -> dict[str, str]:
    """A structure's members: our name -> AWS's."""
    found = {}
    for member in model().shape_for(name).members:
        ours = xform_name(
            member.removesuffix("Statement") if name == "Statement" else member.replace("DDoS", "Ddos").replace("CloudWatch", "Cloudwatch")
        )
        found["name" if name in REFERENCES and member == "ARN" else ours] = member
    return found


@functools.cache
def sole(name: str) -> str | None:
    """The member of a structure that is all there is to say, or all that must be said."""
    found = model().shape_for(name)
    required, every = found.metadata.get("required", []), list(found.members)
    if name in ONE_OF:
        return None
    return required[0] if len(required) == 1 else every[0] if len(every) == 1 else None


def transformations(listed: ListShape) -> bool:
    return isinstance(listed.member, StructureShape) and set(listed.member.members) == {"Priority", "Type"}


def named(listed: ListShape) -> str | None:
    """The one member beside the name, of a list of things with names."""
    if not isinstance(listed.member, StructureShape) or "Name" not in listed.member.members or len(listed.member.members) != 2:
        return None
    return next(member for member in listed.member.members if member != "Name")


def to_aws(of: Shape, value: Any, at: str, arns: Arns = MappingProxyType({})) -> Any:
    """What AWS takes; ValueError says where something is wrong, what, and what is allowed."""
    if isinstance(of, StructureShape):
        return _structure(of, value, at, arns)
    if isinstance(of, ListShape):
        return _list(of, value, at, arns)
    if isinstance(of, MapShape):
        if not isinstance(value, Mapping):
            raise ValueError(f"{at} must be a mapping, not {value!r}")
        return {str(key): to_aws(of.value, item, f"{at}.{key}", arns) for key, item in value.items()}
    return _scalar(of, value, at)


def _structure(of: StructureShape, value: Any, at: str, arns: Arns) -> dict[str, Any]:
    known, only = members(of.name), sole(of.name)
    if isinstance(value, str) and only is None:
        value = {value: {}}
    elif not isinstance(value, Mapping) or (only and isinstance(of.members[only], StructureShape) and not value.keys() <= known.keys()):
        if only is None:
            raise ValueError(f"{at} must be a mapping with {', '.join(known)}, not {value!r}")
        value = {next(ours for ours, member in known.items() if member == only): value}
    if unknown := [key for key in value if key not in known]:
        raise ValueError(f"{at}: {', '.join(map(str, unknown))} is not one of {', '.join(known)}")
    given = {key: item for key, item in value.items() if item is not None}
    if of.name in ONE_OF and len(given) != 1:
        raise ValueError(f"{at} must have exactly one of {', '.join(known)}, not {', '.join(given) or 'none'}")
    if missing := [key for key, member in known.items() if member in of.metadata.get("required", []) and key not in given]:
        raise ValueError(f"{at}: {', '.join(missing)} must be given")
    found = {known[key]: to_aws(of.members[known[key]], item, f"{at}.{key}", arns) for key, item in given.items()}
    if of.name in REFERENCES:
        found["ARN"] = arns.get((REFERENCES[of.name], found["ARN"]), found["ARN"])
    return found


def _list(of: ListShape, value: Any, at: str, arns: Arns) -> list[Any]:
    beside = named(of)
    if isinstance(value, Mapping) and beside:
        ours = next(key for key, member in members(of.member.name).items() if member == beside)
        value = [{"name": name, ours: item} for name, item in value.items()]
    if not isinstance(value, list):
        raise ValueError(f"{at} must be a list, not {value!r}")
    if transformations(of):
        value = [{"priority": number, "type": item} if isinstance(item, str) else item for number, item in enumerate(value)]
    return [to_aws(of.member, item, f"{at}[{number}]", arns) for number, item in enumerate(value)]


def _scalar(of: Shape, value: Any, at: str) -> Any:
    if of.type_name == "boolean":
        if not isinstance(value, bool):
            raise ValueError(f"{at} must be true or false, not {value!r}")
        return value
    if of.type_name in ("integer", "long"):
        try:
            value, measured = int(value), int(value)
        except (TypeError, ValueError):
            raise ValueError(f"{at} must be a number, not {value!r}") from None
    else:
        if isinstance(value, (Mapping, list)):
            raise ValueError(f"{at} must be a text, not {value!r}")
        value = str(value)
        measured = len(value)
    low, high = of.metadata.get("min"), of.metadata.get("max")
    # A reference goes by its name, which is shorter than an ARN.
    if of.name != "ResourceArn" and ((low is not None and measured < low) or (high is not None and measured > high)):
        raise ValueError(
            f"{at} must be {low if low is not None else 0} to {high}{'' if isinstance(value, int) else ' characters'}, not {value!r}"
        )
    if value not in (allowed := of.metadata.get("enum") or [value]):
        raise ValueError(f"{at} must be one of {', '.join(allowed)}, not {value!r}")
    if isinstance(value, str) and not _fits(of.metadata.get("pattern"), value):
        raise ValueError(f"{at} must fit {of.metadata['pattern']}, and {value!r} does not")
    return value.encode(errors="surrogateescape") if of.type_name == "blob" else value


def _fits(pattern: str | None, value: str) -> bool:
    try:
        return pattern is None or re.search(pattern, value) is not None
    except re.error:  # written for Java
        return True


def to_plain(of: Shape, value: Any) -> Any:
    """The one form of what AWS answers."""
    if isinstance(of, StructureShape):
        found = {}
        for ours, member in members(of.name).items():
            item = value.get(member)
            if item is not None and item != [] and item != DEFAULTS.get((of.name, member)):
                found[ours] = to_plain(of.members[member], item)
        if of.name in REFERENCES:
            found["name"] = name_of(found["name"])
        if len(found) == 1:
            ours, item = next(iter(found.items()))
            if members(of.name)[ours] == sole(of.name):
                return item
            if item == {} and sole(of.name) is None:
                return ours
        return found
    if isinstance(of, ListShape):
        if transformations(of):
            return [item["Type"] for item in sorted(value, key=lambda item: item["Priority"])]
        if beside := named(of):
            return {item["Name"]: to_plain(of.member.members[beside], item[beside]) for item in value}
        return [to_plain(of.member, item) for item in value]
    if isinstance(of, MapShape):
        return {key: to_plain(of.value, item) for key, item in value.items()}
    return value.decode(errors="surrogateescape") if isinstance(value, bytes) else value


def name_of(arn: str) -> str:
    """arn:aws:wafv2:eu-central-1:123456789012:regional/ipset/NAME/ID -> NAME, which stays a name."""
    return arn.split("/")[-2] if "/" in arn else arn


def references(value: Any) -> set[tuple[str, str]]:
    """The kinds and names that statements in the plain form refer to."""
    if isinstance(value, list):
        return {found for item in value for found in references(item)}
    if not isinstance(value, Mapping):
        return set()
    found = {one for item in value.values() for one in references(item)}
    for kind in REFERENCES.values():
        if target := value.get(f"{kind}_reference"):
            found.add((kind, target if isinstance(target, str) else target["name"]))
    return found
