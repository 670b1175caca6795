"""Images: named by the SHA-256 of their manifest, made of layers that are there, each tag on one of them.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
* What is uploaded must have been before: LayersNotFoundException.
* A tag of an immutable repository stays: ImageTagAlreadyExistsException. The same image under the same tag is ImageAlreadyExistsException.
  https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
* An image that loses its last tag to another stays, untagged.

moto makes digests up, looks for no layer, deletes the image that had the tag, and answers for tags with ImageAlreadyExistsException.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
from typing import Any

from moto.ecr.exceptions import ImageAlreadyExistsException, InvalidParameterException
from moto.ecr.models import ECRBackend, Image, Repository

from sandbox.repairs.ecr_layers import fault


def put_image(
    self: ECRBackend,
    repository_name: str,
    image_manifest: str,
    image_tag: str | None,
    image_manifest_mediatype: str | None = None,
    digest: str | None = None,
) -> Image:
    repository = self._get_repository(repository_name)
    try:
        manifest = json.loads(image_manifest)
    except json.JSONDecodeError as error:
        raise InvalidParameterException(
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"
        ) from error
    kind = image_manifest_mediatype or manifest.get("mediaType")
    if not kind:
        raise InvalidParameterException("image manifest mediatype not provided in manifest or parameter")
    known = f"sha256:{hashlib.sha256(image_manifest.encode()).hexdigest()}"
    if digest and digest != known:
        raise fault("ImageDigestDoesNotMatchException", f"The image's digest is '{known}', not '{digest}'")
    check_layers(repository, manifest)
    found = next((image for image in repository.images if image.image_digest == known), None)
    if found and (image_tag is None or image_tag in found.image_tags):
        raise ImageAlreadyExistsException(repository.registry_id, repository_name, known, image_tag)
    if image_tag:
        release(repository, image_tag)
    if found:
        found.update_tag(image_tag)
        return found
    image = Image(self.account_id, image_tag, image_manifest, repository_name, kind, known)
    repository.images.append(image)
    return image


def check_layers(repository: Repository, manifest: dict[str, Any]) -> None:
    wanted = [part["digest"] for part in (manifest.get("config"), *manifest.get("layers", ())) if part]
    if missing := [digest for digest in wanted if digest not in repository.layers]:
        raise fault(
            "LayersNotFoundException",
            f"Layers with digests '[{', '.join(missing)}]' required for pushing image into repository with name "
            f"'{repository.name}' in the registry with id '{repository.registry_id}' do not exist",
        )


def release(repository: Repository, tag: str) -> None:
    """The tag is taken from the image that has it."""
    for image in repository.images:
        if tag not in image.image_tags:
            continue
        if is_immutable(repository, tag):
            raise fault(
                "ImageTagAlreadyExistsException",
                f"The image tag '{tag}' already exists in the '{repository.name}' repository and cannot be overwritten "
                "because the tag is immutable.",
            )
        image.remove_tag(tag)


def is_immutable(repository: Repository, tag: str) -> bool:
    filters = repository.image_tag_mutability_exclusion_filters or []
    excluded = any(fnmatch.fnmatchcase(tag, one["filter"]) for one in filters)
    return repository.is_tag_immutable() != excluded


def size(self: Image) -> int:
    """Of the layers, as they are stored."""
    return sum(layer["size"] for layer in json.loads(self.image_manifest).get("layers", ()))


def apply() -> None:
    ECRBackend.put_image = put_image
    Image.get_image_size_in_bytes = size
