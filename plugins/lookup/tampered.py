# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: tampered
short_description: Evidence that was edited since it was written
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - Compares the files of JSON in a folder, and in the folders in it, with the hashes in their ledgers, C(seals.jsonl).
  - Seen are files and ledgers that were changed, files without a seal, and files that are missing.
options:
  _terms:
    description: The folder.
    required: true
"""

EXAMPLES = r"""
- name: Nobody has edited the evidence
  ansible.builtin.assert:
    that: query('prodready.aws.tampered', 'evidence/production') == []
"""

RETURN = r"""
_raw:
  description: A sentence for each file.
  type: list
  elements: str
"""

from pathlib import Path
from typing import Any

from ansible.plugins.lookup import LookupBase

from ..module_utils.evidence import LEDGER, tampered


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        (root,) = map(Path, terms)
        folders = sorted({path.parent for path in root.rglob("*.json")} | {path.parent for path in root.rglob(LEDGER)})
        return [
            f"{(folder / name).relative_to(root)} {why}" for folder in folders if folder != root for name, why in tampered(folder).items()
        ]
