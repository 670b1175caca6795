# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: said
short_description: A text of a page in the language of who reads it
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - Translates a text by its English words, or a sentence of evidence by the key that it is made from. What has none stays English.
  - Values for the text's places are given by name.
positional: _input, language
options:
  _input:
    description: The English text.
    type: str
    required: true
  language:
    description: The language.
    type: str
    required: true
    choices: [en, tr]
"""

EXAMPLES = r"""
title: "{{ 'Load test of {site}' | prodready.aws.said('tr', site='https://shop.example.com') }}"
"""

RETURN = r"""
_value:
  description: The text.
  type: str
"""

from typing import Any

from ..module_utils import language


def said(text: str, spoken: str, **values: Any) -> str:
    with language.speaking(spoken):
        return language.say(text, **values) if values else language.said(text)


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"said": said}
