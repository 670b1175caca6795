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
      - C(.env) files are never part of a release.
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
import tarfile
from fnmatch import fnmatch
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

SECRET_FILES = (".env", ".env.*")
HARMLESS = (".env.example",)


def packed(source: Path, exclude: list[str]) -> list[Path]:
    """The release's files, relative to the source, in a stable order."""

    def out(name: str) -> bool:
        if name in HARMLESS:
            return False
        return any(fnmatch(name, pattern) for pattern in (*exclude, *SECRET_FILES))

    files = []
    for folder, folders, names in os.walk(source):
        folders[:] = sorted(name for name in folders if not out(name))
        files += [Path(folder, name).relative_to(source) for name in names if not out(name)]
    return sorted(files)


def archive(source: Path, files: list[Path]) -> bytes:
    """A tar file in which nothing but the files' names, contents and executable bits counts."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for file in files:
            content = (source / file).read_bytes()
            entry = tarfile.TarInfo(file.as_posix())
            entry.size = len(content)
            entry.mode = 0o755 if os.access(source / file, os.X_OK) else 0o644
            tar.addfile(entry, io.BytesIO(content))
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
    if not re.fullmatch(r"[0-9A-Za-z.+-]{1,64}", str(version)):
        module.fail_json(msg=f"source: the version {version!r} of {source / 'package.json'} must be made of letters, digits and . + -")

    content = archive(source, packed(source, module.params["exclude"]))
    release = f"{version}-{hashlib.sha256(content).hexdigest()[:8]}"
    path = Path(module.params["dest"]) / f"{release}.tar.gz"
    changed = not path.exists()
    if changed and not module.check_mode:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_bytes(gzip.compress(content, mtime=0))
        beside.replace(path)
    module.exit_json(changed=changed, release=release, version=version, path=str(path))


if __name__ == "__main__":
    main()
