"""python -m sandbox image push REPOSITORY:TAG FOLDER --command WORD: a folder becomes an image of the emulator's ECR, as by `docker push`.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.containers import image
from sandbox.state import ROOT, Folder

PART_BYTES = 10 * 1024 * 1024


def push(ecr: Any, repository: str, tag: str, packed: image.Image) -> str:
    """The image's URI by its digest; what the repository has is not uploaded again."""
    asked = ecr.batch_check_layer_availability(repositoryName=repository, layerDigests=list(packed.blobs))
    there = {layer["layerDigest"] for layer in asked["layers"]}
    for digest, file in packed.blobs.items():
        if digest not in there:
            _upload(ecr, repository, digest, file)
    with contextlib.suppress(ecr.exceptions.ImageAlreadyExistsException):
        ecr.put_image(
            repositoryName=repository,
            imageManifest=packed.manifest,
            imageManifestMediaType=image.MANIFEST,
            imageTag=tag,
            imageDigest=packed.digest,
        )
    uri = ecr.describe_repositories(repositoryNames=[repository])["repositories"][0]["repositoryUri"]
    return f"{uri}@{packed.digest}"


def _upload(ecr: Any, repository: str, digest: str, file: Path) -> None:
    upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    first = 0
    with file.open("rb") as content:
        while part := content.read(PART_BYTES):
            last = first + len(part) - 1
            ecr.upload_layer_part(repositoryName=repository, uploadId=upload, partFirstByte=first, partLastByte=last, layerPartBlob=part)
            first = last + 1
    ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest])


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox image", description=__doc__.partition("\n")[0])
    parser.add_argument("verb", choices=("push",))
    parser.add_argument("name", metavar="REPOSITORY:TAG")
    parser.add_argument("source", metavar="FOLDER", type=Path, help="what the image has in its working directory")
    parser.add_argument("--command", action="append", required=True, metavar="WORD", help="one for each word of the command")
    parser.add_argument("--port", action="append", type=int, default=[], help="that the image listens on")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--region", default="eu-central-1")
    parser.add_argument("--folder", type=Path, default=os.environ.get("SANDBOX_FOLDER") or ROOT / ".sandbox")
    given = parser.parse_args(words)
    repository, _, tag = given.name.rpartition(":")
    if not repository or not tag:
        parser.error(f"{given.name} is no REPOSITORY:TAG, such as shop:1.0.0")
    if not given.source.is_dir():
        parser.error(f"{given.source} is no folder")
    if wrong := [pair for pair in given.env if "=" not in pair]:
        parser.error(f"{wrong[0]} is no NAME=VALUE")
    state = Folder(given.folder)
    if state.running_pid() is None:
        print("The sandbox is down. Start it: make sandbox-up", file=sys.stderr)
        return 1
    client = boto3.client(
        "ecr",
        region_name=given.region,
        endpoint_url=state.read()["endpoint"],
        aws_access_key_id="AKIASANDBOX000000000",
        aws_secret_access_key="the-sandbox-checks-no-signature-at-all",
    )
    with tempfile.TemporaryDirectory(dir=given.folder) as work:
        environment = dict(pair.split("=", 1) for pair in given.env)
        packed = image.pack(given.source, given.command, given.port, environment, Path(work))
        try:
            print(push(client, repository, tag, packed))
        except (BotoCoreError, ClientError) as error:
            print(f"{given.name} was not pushed: {error}", file=sys.stderr)
            return 1
    return 0
