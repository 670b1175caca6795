# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: uptime_checks
short_description: What the claims of the uptime role go over
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - Says of each health check what its configuration must be in AWS's words, as far as it is declared.
options:
  _input:
    description:
      - The role's C(health_checks), and their C(ids) as prodready.aws.route53_health_checks has found them.
    type: dict
    required: true
"""

EXAMPLES = r"""
checks: "{{ {'health_checks': [{'name': 'shop', 'fqdn': 'shop.example.com'}], 'ids': found.ids} | prodready.aws.uptime_checks }}"
"""

RETURN = r"""
_value:
  description:
    - C(declared), each with C(name), C(id), a JMESPath C(members) into its configuration and what that must give, C(value); the ID is
      C(absent) where there is none.
    - C(asked), the C(name), C(id) and C(fqdn) of those that checkers ask and whose status is not inverted.
  type: dict
"""

from typing import Any

from ..module_utils.health_checks import FIELDS

NUMBERS = ("port", "request_interval_seconds", "failure_threshold")


def value(key: str, given: Any) -> Any:
    """As AWS's answer has it; YAML and templates may have made a text of a number."""
    if key == "regions":
        return sorted(set(given))
    return int(given) if key in NUMBERS else given


def declared(check: dict[str, Any], uid: str) -> dict[str, Any]:
    given = {FIELDS[key]: value(key, check[key]) for key in FIELDS if check.get(key) is not None}
    members = ", ".join(f"{member}: {'sort(Regions)' if member == 'Regions' else member}" for member in given)
    return {"name": check["name"], "id": uid, "members": f"{{{members}}}", "value": given}


def uptime_checks(given: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    checks = [(check, given["ids"].get(check["name"], "absent")) for check in given["health_checks"]]
    return {
        "declared": [declared(check, uid) for check, uid in checks],
        "asked": [
            {"name": check["name"], "id": uid, "fqdn": check.get("fqdn", "its endpoint")}
            for check, uid in checks
            if not check.get("disabled") and not check.get("inverted")
        ],
    }


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"uptime_checks": uptime_checks}
