from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest

from sandbox.containers import image
from tests.unit.sandbox.ecs import push_image
from tests.unit.sandbox.elasticache import refused


@pytest.fixture
def ecr(client):
    push_image(client)
    return client("ecr")


def digest(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_an_image_is_named_by_the_sha_256_of_its_manifest(ecr):
    [found] = ecr.batch_get_image(repositoryName="shop", imageIds=[{"imageTag": "1"}])["images"]
    assert found["imageId"]["imageDigest"] == digest(found["imageManifest"].encode())
    [told] = ecr.describe_images(repositoryName="shop")["imageDetails"]
    assert told["imageSizeInBytes"] == json.loads(found["imageManifest"])["layers"][0]["size"]


def test_the_same_folder_is_the_same_image_and_is_not_pushed_again(client, ecr):
    assert push_image(client, make=False) == push_image(client, make=False)
    assert len(ecr.describe_images(repositoryName="shop")["imageDetails"]) == 1


def test_a_tag_moves_to_another_image_and_the_one_before_stays_untagged(client, ecr):
    push_image(client, "echo other", make=False)
    tags = sorted(one.get("imageTags", []) for one in ecr.describe_images(repositoryName="shop")["imageDetails"])
    assert tags == [[], ["1"]]


def test_a_tag_of_an_immutable_repository_stays(client, ecr):
    ecr.put_image_tag_mutability(repositoryName="shop", imageTagMutability="IMMUTABLE")
    assert "ImageTagAlreadyExistsException" in refused(push_image, client=client, text="echo other", make=False)


def test_an_image_without_its_layers_is_refused(ecr):
    manifest = {"schemaVersion": 2, "mediaType": image.MANIFEST, "config": {"digest": "sha256:" + "0" * 64}, "layers": []}
    answer = refused(ecr.put_image, repositoryName="shop", imageTag="2", imageManifest=json.dumps(manifest))
    assert answer.startswith("LayersNotFoundException")


def test_bytes_that_have_not_the_digest_that_was_said_are_refused(ecr):
    upload = ecr.initiate_layer_upload(repositoryName="shop")["uploadId"]
    ecr.upload_layer_part(repositoryName="shop", uploadId=upload, partFirstByte=0, partLastByte=2, layerPartBlob=b"abc")
    where = {"repositoryName": "shop", "uploadId": upload}
    assert refused(ecr.complete_layer_upload, **where, layerDigests=[digest(b"abd")]).startswith("InvalidLayerException")
    assert ecr.complete_layer_upload(**where, layerDigests=[digest(b"abc")])["layerDigest"] == digest(b"abc")


def test_a_part_that_is_out_of_order_is_refused(ecr):
    upload = ecr.initiate_layer_upload(repositoryName="shop")["uploadId"]
    where = {"repositoryName": "shop", "uploadId": upload, "layerPartBlob": base64.b64encode(b"abc")}
    assert refused(ecr.upload_layer_part, **where, partFirstByte=5, partLastByte=8).startswith("InvalidLayerPartException")


def test_an_image_is_unpacked_once_and_read_only(tmp_path: Path):
    source, work, folder = (tmp_path / name for name in ("source", "work", "folder"))
    source.mkdir()
    work.mkdir()
    (source / "a").write_text("a")
    packed = image.pack(source, ["a"], [], {}, work)
    layer = [file for file in packed.blobs.values() if file.name == "layer"]
    image.unpack(layer, folder)
    assert (folder / "app/a").read_text() == "a"
    assert not (folder / "app").stat().st_mode & 0o222
    image.unpack([tmp_path / "gone"], folder)
    image.remove(folder)
    assert not folder.exists()
