"""The packages that the example shop brings along are those of this repository."""

from __future__ import annotations

import base64
import hashlib
import json
import tarfile
from pathlib import Path

from ansible_collections.prodready.aws.plugins.modules import release_archive

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "examples/shop"
PACKAGE = ROOT / "packages/cache-middleware"
TARBALL = SHOP / "vendor/prodready-cache-middleware-0.1.0.tgz"
AGAIN = "make it anew with the command of packages/cache-middleware/README.md"


def test_the_packed_cache_middleware_is_the_one_in_packages():
    with tarfile.open(TARBALL) as tar:
        packed = {entry.name.removeprefix("package/"): tar.extractfile(entry).read() for entry in tar if entry.isfile()}
    expected = ["LICENSE", "README.md", "package.json", *(f"src/{path.name}" for path in (PACKAGE / "src").iterdir())]
    assert sorted(packed) == sorted(expected), AGAIN
    assert [name for name, content in packed.items() if content != (PACKAGE / name).read_bytes()] == [], AGAIN


def test_a_release_of_the_shop_brings_the_packed_cache_middleware_along():
    packed = release_archive.packed(SHOP, ["node_modules", ".git", "*.log", "test", "coverage"])
    assert TARBALL.relative_to(SHOP) in packed


def test_the_shops_lock_file_has_the_hash_of_the_packed_cache_middleware():
    lock = json.loads((SHOP / "package-lock.json").read_text())
    digest = base64.b64encode(hashlib.sha512(TARBALL.read_bytes()).digest()).decode()
    assert lock["packages"]["node_modules/@prodready/cache-middleware"] == {
        **lock["packages"]["node_modules/@prodready/cache-middleware"],
        "resolved": f"file:vendor/{TARBALL.name}",
        "integrity": f"sha512-{digest}",
        "dependencies": json.loads((PACKAGE / "package.json").read_text())["dependencies"],
    }, AGAIN
