"""botocore's description of AWS: services, their operations and shapes. Nothing here knows an emulator."""

from __future__ import annotations

import functools
import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

_SECRETS = {
    "AuthToken",
    "MasterUserPassword",
    "NewPassword",
    "OldPassword",
    "Passphrase",
    "Password",
    "Passwords",
    "PrivateKey",
    "SecretAccessKey",
    "SecretBinary",
    "SecretString",
    "SessionToken",
}


@functools.cache
def _loader() -> Loader:
    return Loader(include_default_search_paths=True)


@functools.cache
def service_model(service: str) -> ServiceModel:
    return ServiceModel(_loader().load_service_model(service, "service-2"), service)


@functools.cache
def _names(service: str) -> dict[str, str]:
    names = service_model(service).operation_names
    return {xform_name(name): name for name in names} | {name: name for name in names}


@functools.cache
def operation_model(service: str, operation: str) -> OperationModel:
    """The model of an operation given by its AWS or its Python name; KeyError when there is none."""
    return service_model(service).operation_model(_names(service)[operation])


def is_secret(name: str, shape: Shape) -> bool:
    """Whether a member holds a secret; older models do not mark all that do."""
    return bool(shape.metadata.get("sensitive")) or name in _SECRETS


@functools.cache
def services_by_signing_name() -> dict[str, list[str]]:
    """The services that sign with a name, the one of that very name first.

    Only the head of each model is read: to load all 400 takes seconds.
    """
    services: dict[str, list[str]] = defaultdict(list)
    for folder in sorted(Path(path) for path in _loader().search_paths):
        for file in folder.glob("*/*/service-2.json.gz"):
            metadata = _metadata(file)
            names = services[metadata.get("signingName") or metadata.get("endpointPrefix", "")]
            if file.parts[-3] not in names:
                names.append(file.parts[-3])
    return {name: sorted(names, key=lambda service: (service != name, service)) for name, names in services.items()}


def _metadata(file: Path) -> dict[str, Any]:
    with gzip.open(file, "rt", encoding="utf-8") as text:
        head = text.read(3000)
    start = head.find("{", head.find('"metadata"'))
    return json.JSONDecoder().raw_decode(head[start:])[0]
