"""A release is named by what is in it, and brings no secret along."""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path

import pytest
from ansible_collections.prodready.aws.plugins.modules import release_archive


@pytest.fixture
def source(tmp_path) -> Path:
    """A small application."""
    folder = tmp_path / "source"
    (folder / "src").mkdir(parents=True)
    (folder / "package.json").write_text('{"name": "shop", "version": "1.2.0"}')
    (folder / "package-lock.json").write_text("{}")
    (folder / "src" / "server.js").write_text("serve()")
    return folder


@pytest.fixture
def pack(run, source, tmp_path):
    return lambda **more: run(release_archive.main, **{"source": str(source), "dest": str(tmp_path / "build"), **more})


def names(packed: dict) -> list[str]:
    with tarfile.open(packed["path"]) as tar:
        return tar.getnames()


def test_the_release_is_named_by_version_and_content(pack):
    packed = pack()

    assert packed["changed"]
    assert packed["version"] == "1.2.0"
    assert packed["release"].startswith("1.2.0-")
    assert packed["path"].endswith(f"/build/{packed['release']}.tar.gz")
    assert names(packed) == ["package-lock.json", "package.json", "src/server.js"]


def test_packed_again_nothing_changes(pack, source):
    first = pack()
    os.utime(source / "src" / "server.js", (0, 0))
    again = pack()

    assert not again["changed"]
    assert again["release"] == first["release"]


def test_the_same_files_elsewhere_are_the_same_release(pack, source):
    first = pack()["release"]
    moved = source.rename(source.with_name("elsewhere"))

    assert pack(source=str(moved))["release"] == first


@pytest.mark.parametrize(
    "change",
    [
        lambda source: (source / "src" / "server.js").write_text("serve(); "),
        lambda source: (source / "src" / "server.js").rename(source / "src" / "main.js"),
        lambda source: (source / "src" / "server.js").chmod(0o755),
        lambda source: (source / "src" / "link.js").symlink_to("server.js"),
        lambda source: (source / "package-lock.json").write_text("{} "),
    ],
    ids=["content", "name", "executable bit", "link", "lock file"],
)
def test_another_file_is_another_release(pack, source, change):
    first = pack()["release"]
    change(source)

    assert pack()["release"] != first


def test_who_may_read_a_file_makes_no_other_release(pack, source):
    first = pack()["release"]
    (source / "src" / "server.js").chmod(0o600)

    assert pack()["release"] == first


def test_an_executable_stays_one(pack, source):
    (source / "src" / "server.js").chmod(0o744)

    with tarfile.open(pack()["path"]) as tar:
        assert tar.getmember("src/server.js").mode == 0o755
        assert tar.getmember("package.json").mode == 0o644


@pytest.mark.parametrize("name", [".env", ".env.production", ".env.local", ".envrc", ".env~", "production.env", "src/.env"])
def test_a_file_with_secrets_is_never_packed(pack, source, name):
    first = pack()["release"]
    (source / name).write_text("PASSWORD=hunter2")

    assert pack(exclude=[])["release"] == first


def test_a_link_does_not_bring_a_secret_along(pack, source):
    (source / ".env").write_text("PASSWORD=hunter2")
    (source / "settings").symlink_to(".env")

    packed = pack()
    with tarfile.open(packed["path"]) as tar:
        assert tar.getmember("settings").issym()
        assert b"hunter2" not in b"".join(tar.extractfile(one).read() for one in tar if one.isfile())


def test_the_example_of_an_env_file_is_packed(pack, source):
    (source / ".env.example").write_text("PASSWORD=")

    assert ".env.example" in names(pack())


def test_the_example_of_an_env_file_can_be_excluded(pack, source):
    (source / ".env.example").write_text("PASSWORD=")

    assert ".env.example" not in names(pack(exclude=[".env.example"]))


def test_what_is_excluded_is_left_out_at_any_depth(pack, source):
    for file in ("node_modules/a/index.js", "src/node_modules/b/index.js", "src/debug.log", "src/kept.js"):
        (source / file).parent.mkdir(parents=True, exist_ok=True)
        (source / file).write_text("")

    assert names(pack(exclude=["node_modules", "*.log"])) == ["package-lock.json", "package.json", "src/kept.js", "src/server.js"]


def test_a_link_to_a_folder_in_the_source_stays_a_link(pack, source):
    (source / "lib").symlink_to("src")

    with tarfile.open(pack()["path"]) as tar:
        assert tar.getmember("lib").linkname == "src"


@pytest.mark.parametrize("target", ["../secret.txt", "/etc/hostname", "nowhere.js"])
def test_a_link_that_a_host_could_not_follow_is_refused(pack, source, target):
    (source.parent / "secret.txt").write_text("hunter2")
    (source / "src" / "link").symlink_to(f"../{target}" if target.startswith("..") else target)

    assert f"src/link is a link to {'../' if target.startswith('..') else ''}{target}" in pack()["msg"]


def test_an_absolute_link_is_refused_even_within_the_source(pack, source):
    (source / "link").symlink_to(source / "src")

    assert "link is a link to" in pack()["msg"]


def test_what_is_neither_file_nor_link_is_refused(pack, source):
    os.mkfifo(source / "pipe")

    assert pack()["msg"] == "source: pipe is neither a file nor a link: remove it, or exclude it."


@pytest.mark.parametrize("missing", ["package.json", "package-lock.json"])
def test_a_folder_without_what_npm_needs_is_refused(pack, source, missing):
    (source / missing).unlink()

    assert f"has no {missing}: " in pack()["msg"]


@pytest.mark.parametrize("version", ["../1.0", "", ".1", "-rf", "1.0.0+build", "1 0", 1, None, "1" * 65])
def test_a_version_that_cannot_name_a_folder_and_a_unit_is_refused(pack, source, version):
    (source / "package.json").write_text(json.dumps({"version": version}))

    assert f"the version {version!r}" in pack()["msg"]


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_package_without_a_version_is_refused(pack, source, text):
    (source / "package.json").write_text(text)

    assert "gives no version" in pack()["msg"]


def test_check_mode_names_the_release_and_writes_nothing(pack, tmp_path):
    planned = pack(check_mode=True)

    assert planned["changed"]
    assert not (tmp_path / "build").exists()
    assert pack()["release"] == planned["release"]


def test_nothing_but_the_archive_is_left_in_its_folder(pack, tmp_path):
    packed = pack()

    assert [path.name for path in (tmp_path / "build").iterdir()] == [f"{packed['release']}.tar.gz"]
