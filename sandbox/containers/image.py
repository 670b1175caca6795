"""A folder as an OCI image of one layer, and an image's layers as a folder.

https://github.com/opencontainers/image-spec/blob/main/manifest.md
https://github.com/opencontainers/image-spec/blob/main/config.md
The same folder makes the same image: times and owners are left out.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import platform
import shutil
import tarfile
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DIRECTORY = "/app"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_MEMBER_MODE, _READ_ONLY = 0o755, 0o555


@dataclass(frozen=True)
class Image:
    manifest: str
    # Files to upload, by their digests.
    blobs: dict[str, Path]

    @property
    def digest(self) -> str:
        return f"sha256:{hashlib.sha256(self.manifest.encode()).hexdigest()}"


def pack(folder: Path, command: Sequence[str], ports: Iterable[int], environment: Mapping[str, str], work: Path) -> Image:
    layer = work / "layer"
    unpacked = _write_layer(folder, layer)
    settings: dict[str, Any] = {"Cmd": list(command), "WorkingDir": DIRECTORY}
    settings["Env"] = [f"{name}={value}" for name, value in environment.items()]
    settings["ExposedPorts"] = {f"{port}/tcp": {} for port in ports}
    config = work / "config"
    architecture = _ARCHITECTURES.get(platform.machine(), platform.machine())
    content = {"architecture": architecture, "os": "linux", "config": settings, "rootfs": {"type": "layers", "diff_ids": [unpacked]}}
    config.write_text(json.dumps(content))
    described = {kind: _described(kind, file) for kind, file in ((CONFIG, config), (LAYER, layer))}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described[CONFIG], "layers": [described[LAYER]]}
    return Image(json.dumps(manifest), {described[CONFIG]["digest"]: config, described[LAYER]["digest"]: layer})


def _write_layer(folder: Path, file: Path) -> str:
    """The digest of what is packed."""
    tar = file.with_suffix(".tar")
    with tarfile.open(tar, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.add(folder, DIRECTORY.strip("/"), filter=_anonymous)
    with tar.open("rb") as unpacked, file.open("wb") as output:
        with gzip.GzipFile("", "wb", 6, output, mtime=0) as packed:
            shutil.copyfileobj(unpacked, packed)
        unpacked.seek(0)
        digest = hashlib.file_digest(unpacked, "sha256").hexdigest()
    tar.unlink()
    return f"sha256:{digest}"


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


def _described(kind: str, file: Path) -> dict[str, Any]:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": file.stat().st_size}


def unpack(layers: Iterable[Path], folder: Path) -> None:
    """Once, and read-only: all containers of an image share it."""
    if folder.exists():
        return
    work = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}")
    work.mkdir(parents=True)
    for layer in layers:
        with tarfile.open(layer) as archive:
            archive.extractall(work, filter="tar")
    for path, _, _ in os.walk(work):
        Path(path).chmod(_READ_ONLY)
    try:
        work.rename(folder)
    except OSError:  # another container was faster
        remove(work)


def remove(folder: Path) -> None:
    for path, _, _ in os.walk(folder):
        Path(path).chmod(_MEMBER_MODE)
    shutil.rmtree(folder, ignore_errors=True)
