# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: judged
short_description: The records of claims about what was already seen
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - Judges claims as M(prodready.aws.prove) does, without asking anybody and without keeping evidence.
options:
  _input:
    description: The claims, each with what was C(observed).
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
kept: "{{ claims | prodready.aws.judged | map(attribute='state') | unique == ['holds'] }}"
"""

RETURN = r"""
_value:
  description: A record for each claim, such as M(prodready.aws.prove) keeps.
  type: list
  elements: dict
"""

from datetime import UTC, datetime
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils.claim import expand, judge


def judged(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if asking := [claim["id"] for claim in claims if claim.get("ask")]:
        raise AnsibleFilterError(f"{asking[0]}: asks AWS or a site, which only prodready.aws.prove does")
    return [judge(one, one.get("observed"), datetime.now(UTC).date()) for claim in claims for one in expand(claim)]


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"judged": judged}
