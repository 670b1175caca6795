"""Every request against botocore's service model: what AWS would refuse must not pass.

botocore itself checks required members and types only; enums, patterns, lengths and ranges are in its models too.
Nothing here knows the emulator, so the collection's own tests use `violations` on the calls that its modules make.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.model import Shape

from sandbox import patterns
from sandbox.model import is_secret, operation_model, service_model

_TYPES: dict[str, Any] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list, tuple),
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "timestamp": (datetime, str, int, float),
} | dict.fromkeys(("byte", "short", "integer", "long", "bigInteger"), (int,))
_TYPES |= dict.fromkeys(("float", "double", "bigDecimal"), (int, float))

# Lists that AWS extends faster than a pinned botocore learns them.
_OPEN_ENUMS = {"BucketLocationConstraint", "InstanceType"}


def violations(service: str, operation: str, params: dict[str, Any]) -> list[str]:
    """What AWS would refuse in this request, each in AWS's words; the operation by its AWS or its Python name."""
    shape = operation_model(service, operation).input_shape
    if shape is None:
        return [_violation(_lower(name), value, "Member must not be given", hidden=True) for name, value in params.items()]
    return list(_structure(shape, params, "", hidden=False))


def unchecked(service: str) -> list[str]:
    """The patterns of a service that Python cannot say, and which are therefore not checked."""
    model = service_model(service)
    found = {model.shape_for(name).metadata.get("pattern", "") for name in model.shape_names}
    return sorted(pattern for pattern in found if not patterns.compiled(pattern))


def message(found: list[str]) -> str:
    """The violations as the one message of AWS's error."""
    return f"{len(found)} validation error{'s' * (len(found) > 1)} detected: {'; '.join(found)}"


def _check(shape: Shape, value: Any, path: str, hidden: bool) -> Iterator[str]:
    kind = shape.type_name
    if getattr(shape, "is_document_type", False) or kind == "blob" and hasattr(value, "read"):
        return
    if kind in _TYPES and (not isinstance(value, _TYPES[kind]) or isinstance(value, bool) and kind != "boolean"):
        yield _violation(path, value, f"Member must be a {kind}", hidden)
        return
    yield from (_violation(path, value, rule, hidden) for rule in _broken(shape, value))
    if kind == "structure":
        yield from _structure(shape, value, path, hidden)
    elif kind == "list":
        for index, item in enumerate(value, 1):
            yield from _check(shape.member, item, f"{path}.{index}.member", hidden)
    elif kind == "map":
        for key, item in value.items():
            for rule in _broken(shape.key, key):
                yield _violation(path, None, f"Map keys must satisfy constraint: [{rule}]", hidden=True)
            yield from _check(shape.value, item, f"{path}.{key}.member", hidden or is_secret(key, shape.value))


def _structure(shape: Shape, value: dict[str, Any], path: str, hidden: bool) -> Iterator[str]:
    members = shape.members
    given = {name: item for name, item in value.items() if item is not None}
    for name in shape.required_members:
        # SDKs make up an idempotency token that is not given.
        if name not in given and not members[name].metadata.get("idempotencyToken"):
            yield _violation(_join(path, name), None, "Member must not be null", hidden=False)
    if shape.is_tagged_union and len(given) != 1:
        yield _violation(path, None, f"Exactly one member must be set of [{', '.join(members)}]", hidden=True)
    for name, item in given.items():
        if name in members:
            yield from _check(members[name], item, _join(path, name), hidden or is_secret(name, members[name]))
        else:
            yield _violation(_join(path, name), None, f"Member must be one of [{', '.join(members)}]", hidden=True)


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    """The constraints of a shape itself that a value of its type does not satisfy."""
    metadata = shape.metadata
    if not metadata:
        return
    enum, pattern = metadata.get("enum"), metadata.get("pattern")
    if enum and value not in enum and shape.name not in _OPEN_ENUMS:
        yield f"Member must satisfy enum value set: [{', '.join(enum)}]"
    if pattern and isinstance(value, str) and not patterns.matches(pattern, value):
        yield f"Member must satisfy regular expression pattern: {pattern}"
    if "min" in metadata or "max" in metadata:
        number = isinstance(value, int | float)
        if not number and not hasattr(value, "__len__"):
            return
        size, noun = (value, "value") if number else (len(value), "length")
        if size < metadata.get("min", size):
            yield f"Member must have {noun} greater than or equal to {metadata['min']}"
        if size > metadata.get("max", size):
            yield f"Member must have {noun} less than or equal to {metadata['max']}"


def _violation(path: str, value: Any, rule: str, hidden: bool) -> str:
    shown = "" if hidden else " null" if value is None else f" '{value}'"
    return f"Value{shown} at '{path}' failed to satisfy constraint: {rule}"


def _join(path: str, name: str) -> str:
    return f"{path}.{_lower(name)}" if path else _lower(name)


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
