"""Which image of the emulator's ECR a name in a task definition means."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from moto.ecr.models import Image, Repository, ecr_backends

from sandbox.containers import blobs

_NAME = re.compile(
    r"(?P<registry>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<repository>[^:@]+)"
    r"(:(?P<tag>[^@]+))?(@(?P<digest>.+))?"
)


class NotFound(Exception):
    """As AWS says it of a task that did not start."""


class Found(NamedTuple):
    repository_arn: str
    digest: str
    config: dict[str, Any]
    layers: list[str]


def find(name: str) -> Found:
    match = _NAME.fullmatch(name)
    if not match:
        raise NotFound(
            f"CannotPullContainerError: {name} is not of ECR: the sandbox has no other registry, and nothing leaves this machine"
        )
    repository = ecr_backends[match["registry"]][match["region"]].repositories.get(match["repository"])
    tag = match["tag"] or ("" if match["digest"] else "latest")
    image = _image(repository, tag, match["digest"] or "") if repository else None
    if not repository or not image:
        raise NotFound(
            f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {name}: {name}: not found"
        )
    manifest = json.loads(image.image_manifest)
    try:
        config = json.loads(blobs.path(manifest["config"]["digest"]).read_text())
    except (KeyError, OSError, ValueError) as error:
        raise NotFound(f"CannotPullContainerError: {name} has no configuration that can be read") from error
    layers = [str(blobs.path(layer["digest"])) for layer in manifest["layers"]]
    return Found(repository.arn, image.image_digest, config.get("config", {}), layers)


def _image(repository: Repository, tag: str, digest: str) -> Image | None:
    for image in repository.images:
        if (not tag or tag in image.image_tags) and (not digest or image.image_digest == digest):
            return image
    return None


def is_ecr(name: str) -> bool:
    return _NAME.fullmatch(name) is not None
