# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: script_said
short_description: A script of a page in the language of who reads the page
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - Translates what a script says, which is each text that it gives to its function C(say).
positional: _input, language
options:
  _input:
    description: The script.
    type: str
    required: true
  language:
    description: The language.
    type: str
    required: true
    choices: [en, tr]
"""

EXAMPLES = r"""
script: "{{ lookup('ansible.builtin.file', 'claims.js') | prodready.aws.script_said('tr') }}"
"""

RETURN = r"""
_value:
  description: The script.
  type: str
"""

from typing import Any

from ..module_utils.language import script


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"script_said": script}
