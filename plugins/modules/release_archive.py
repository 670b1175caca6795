#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: release_archive
short_description: Pack a Node.js application's source as a release that is named by its content
version_added: 0.1.0
description:
  - Packs the files of a folder, on the controller, into one archive. The same files always make the same release.
  - A symbolic link stays one; it must lead to something in the folder, by a relative path.
options:
  source:
    description: The folder, with C(package.json) and its C(package-lock.json).
    type: path
    required: true
  dest:
    description: The folder that archives are kept in; it is made when missing.
    type: path
    required: true
  exclude:
    description:
      - Names of files and folders, at any depth, that are not part of the release; shell patterns are allowed.
      - Files named C(.env*) or C(*.env) are never part of a release, but for C(.env.example).
    type: list
    elements: str
    default: [node_modules, .git, "*.log", test, coverage]
author:
  - prodready contributors (@prodready)
attributes:
  check_mode:
    support: full
    description: Can run in check mode and return changed status without writing.
  diff_mode:
    support: none
    description: Returns no diff.
"""

EXAMPLES = r"""
- name: The shop is packed
  prodready.aws.release_archive:
    source: examples/shop
    dest: build
"""

RETURN = r"""
release:
  description: The release's name, the version of package.json and a hash of all files.
  type: str
  returned: always
  sample: 1.0.0-3f2a9c1b
version:
  description: The version of package.json.
  type: str
  returned: always
path:
  description: The archive.
  type: str
  returned: always
"""

import gzip
import hashlib
import io
import json
import os
import re
import stat
import tarfile
from fnmatch import fnmatch
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

SECRET_FILES = (".env*", "*.env")
HARMLESS = (".env.example",)
# Part of the name of a unit and of a folder. https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,63}")


class Unfit(Exception):
    """What cannot be part of a release; the message says which and why."""


def left_out(name: str, exclude: list[str]) -> bool:
    secret = any(fnmatch(name, pattern) for pattern in SECRET_FILES) and name not in HARMLESS
    return secret or any(fnmatch(name, pattern) for pattern in exclude)


def packed(source: Path, exclude: list[str]) -> list[Path]:
    """The release's files and links, relative to the source, in a stable order."""

    def unreadable(error: OSError) -> None:
        raise error

    files = []
    for folder, folders, names in os.walk(source, onerror=unreadable):
        inside = [name for name in folders if not left_out(name, exclude)]
        links = [name for name in inside if Path(folder, name).is_symlink()]
        folders[:] = [name for name in inside if name not in links]
        files += [Path(folder, name).relative_to(source) for name in (*names, *links) if not left_out(name, exclude)]
    return sorted(files)


def link(source: Path, file: Path) -> str:
    """Where a link leads; only what the release brings along will be there on a host."""
    target = (source / file).readlink()
    if target.is_absolute() or not (source / file).resolve().is_relative_to(source.resolve()):
        raise Unfit(f"{file} is a link to {target}, out of {source}: put the file itself there, or exclude it")
    if not (source / file).exists():
        raise Unfit(f"{file} is a link to {target}, which does not exist: remove it, or exclude it")
    return target.as_posix()


def archive(source: Path, files: list[Path]) -> bytes:
    """A tar file in which nothing but the files' names, contents and executable bits counts."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for file in files:
            entry = tarfile.TarInfo(file.as_posix())
            mode = (source / file).lstat().st_mode
            if stat.S_ISLNK(mode):
                entry.type, entry.linkname = tarfile.SYMTYPE, link(source, file)
                tar.addfile(entry)
            elif stat.S_ISREG(mode):
                content = (source / file).read_bytes()
                entry.size = len(content)
                entry.mode = 0o755 if mode & stat.S_IXUSR else 0o644
                tar.addfile(entry, io.BytesIO(content))
            else:
                raise Unfit(f"{file} is neither a file nor a link: remove it, or exclude it")
    return buffer.getvalue()


def main() -> None:
    module = AnsibleModule(
        {
            "source": {"type": "path", "required": True},
            "dest": {"type": "path", "required": True},
            "exclude": {"type": "list", "elements": "str", "default": ["node_modules", ".git", "*.log", "test", "coverage"]},
        },
        supports_check_mode=True,
    )
    source = Path(module.params["source"])
    for needed, remedy in (
        ("package.json", "name the application's folder"),
        ("package-lock.json", "run npm install there once and commit the lock file"),
    ):
        if not (source / needed).is_file():
            module.fail_json(msg=f"source: {source} has no {needed}: {remedy}.")
    try:
        version = json.loads((source / "package.json").read_text(encoding="utf-8"))["version"]
    except (ValueError, KeyError, TypeError) as error:
        module.fail_json(msg=f"source: {source / 'package.json'} gives no version: {error!r}.")
    if not isinstance(version, str) or not VERSION.fullmatch(version):
        module.fail_json(
            msg=f"source: the version {version!r} of {source / 'package.json'} must be a text of at most 64 letters, digits and . -, "
            "the first a letter or digit."
        )

    try:
        content = archive(source, packed(source, module.params["exclude"]))
    except Unfit as error:
        module.fail_json(msg=f"source: {error}.")
    except OSError as error:
        module.fail_json(msg=f"source: {error.filename} cannot be read: {error.strerror}.")
    release = f"{version}-{hashlib.sha256(content).hexdigest()[:8]}"
    path = Path(module.params["dest"]) / f"{release}.tar.gz"
    changed = not path.exists()
    if changed and not module.check_mode:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_bytes(gzip.compress(content, mtime=0))
        beside.replace(path)
    header = f"{release} (create)"
    diff = {"before": "", "after": {"path": str(path)}, "before_header": header, "after_header": header}
    module.exit_json(changed=changed, release=release, version=version, path=str(path), diff=diff)


if __name__ == "__main__":
    main()
