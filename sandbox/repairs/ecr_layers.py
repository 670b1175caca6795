"""Layers are uploaded into files, in order, and have the digest that their bytes have.

* https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CompleteLayerUpload.html
* A layer that the repository has is not taken again (LayerAlreadyExistsException), one whose bytes do not have the digest that was said
  neither (InvalidLayerException).
* A part but the last has 5 MiB at least (LayerPartTooSmallException); here each part is looked at when the next one comes.

moto keeps the bytes in memory, forgets them, and takes any digest.
"""

from __future__ import annotations

from typing import Any

from moto.ecr.exceptions import InvalidLayerPartException, InvalidParameterException, UploadNotFoundException
from moto.ecr.models import ECRBackend, Repository

from sandbox.containers import blobs

LEAST_PART_BYTES = 5 * 1024 * 1024


def fault(code: str, message: str) -> InvalidParameterException:
    """Of any code: moto finds a service's form by the module of its exceptions."""
    return InvalidParameterException(code, message)


def upload_layer_part(
    self: ECRBackend,
    repository_name: str,
    upload_id: str,
    part_first_byte: int,
    part_last_byte: int,
    layer_part_blob: bytes,
    registry_id: str | None = None,
) -> dict[str, Any]:
    repository = self._get_repository(repository_name, registry_id)
    file = _file(repository, upload_id)
    size = file.stat().st_size if file.exists() else 0
    if part_first_byte != size or part_last_byte - part_first_byte + 1 != len(layer_part_blob):
        raise InvalidLayerPartException(repository.registry_id, repository_name, upload_id, size - 1)
    parts = getattr(repository.uploads[upload_id], "sizes", [])
    if parts and parts[-1] < LEAST_PART_BYTES:
        raise fault("LayerPartTooSmallException", f"Layer parts must be at least {LEAST_PART_BYTES} bytes, but for the last one")
    repository.uploads[upload_id].sizes = [*parts, len(layer_part_blob)]
    with file.open("ab") as output:
        output.write(layer_part_blob)
    return {
        "registryId": repository.registry_id,
        "repositoryName": repository_name,
        "uploadId": upload_id,
        "lastByteReceived": size + len(layer_part_blob) - 1,
    }


def complete_layer_upload(
    self: ECRBackend, repository_name: str, upload_id: str, layer_digests: list[str], registry_id: str | None = None
) -> dict[str, Any]:
    repository = self._get_repository(repository_name, registry_id)
    file = _file(repository, upload_id)
    if not file.exists():
        raise fault("EmptyUploadException", f"The upload with id '{upload_id}' has no parts")
    digest = blobs.digest_of(file)
    if digest not in layer_digests:
        raise fault("InvalidLayerException", f"The layer's digest is '{digest}', which is not among {layer_digests}")
    if digest in repository.layers:
        raise fault("LayerAlreadyExistsException", f"Layer with digest '{digest}' already exists in the repository '{repository_name}'")
    _, repository.layers[digest] = blobs.take(upload_id)
    del repository.uploads[upload_id]
    return {
        "registryId": repository.registry_id,
        "repositoryName": repository_name,
        "uploadId": upload_id,
        "layerDigest": digest,
    }


def _file(repository: Repository, upload_id: str) -> Any:
    if upload_id not in repository.uploads:
        raise UploadNotFoundException(upload_id, repository.name, repository.registry_id)
    return blobs.part(upload_id)


def apply() -> None:
    ECRBackend.upload_layer_part = upload_layer_part
    ECRBackend.complete_layer_upload = complete_layer_upload
