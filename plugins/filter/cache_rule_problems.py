# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: cache_rule_problems
short_description: What is wrong with rules of what is cached
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - Says of rules for @prodready/cache-middleware what an application would refuse to start with.
options:
  _input:
    description: The rules, as C(elasticache_rules) of the role elasticache has them.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
wrong: "{{ [{'path': '/products', 'ttl_seconds': 30}] | prodready.aws.cache_rule_problems }}"
"""

RETURN = r"""
_value:
  description: What is wrong, one text for each problem; nothing when all is right.
  type: list
  elements: str
"""

from typing import Any

from ..module_utils.cache_rules import problems


def cache_rule_problems(rules: list[dict[str, Any]]) -> list[str]:
    return list(problems(rules))


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"cache_rule_problems": cache_rule_problems}
