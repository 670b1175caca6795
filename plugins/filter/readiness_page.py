# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: readiness_page
short_description: What the page of a decision shows
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - Puts what M(prodready.aws.readiness) has decided into the words of a page, and into the data that the page's script unfolds.
positional: _input, language
options:
  _input:
    description: The C(document) that M(prodready.aws.readiness) returns.
    type: dict
    required: true
  language:
    description: The language of the page.
    type: str
    choices: [en, tr]
    default: en
"""

EXAMPLES = r"""
verdict: "{{ (decided.document | prodready.aws.readiness_page).verdict }}"
"""

RETURN = r"""
_value:
  description: The page's parts; its C(data) is JSON that may stand in a script of HTML.
  type: dict
"""

from typing import Any

from ..module_utils.readiness_page import page


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"readiness_page": page}
