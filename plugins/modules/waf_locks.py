#!/usr/bin/python
# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: waf_locks
short_description: Tell whether web ACLs, or what their rules refer to, are as they were
version_added: 0.1.0
description:
  - Reads the lock tokens of web ACLs and of the IP sets, regex pattern sets and rule groups that their rules refer to. AWS gives each
    another token with every change, whoever makes it, so equal tokens mean that what was observed of the rules still holds.
  - What a rule group's own rules refer to, and what AWS changes in a managed rule group without a pinned version, has no part in them.
  - Changes nothing. See U(https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACL.html).
extends_documentation_fragment:
  - prodready.aws.aws
  - prodready.aws.waf
options:
  web_acls:
    description: The names of the web ACLs.
    type: list
    elements: str
    required: true
author:
  - prodready contributors (@prodready)
"""

EXAMPLES = r"""
- name: The state of the web ACL has a name
  prodready.aws.waf_locks:
    web_acls: [shop]
  register: state
"""

RETURN = r"""
locks:
  description: The lock tokens, as C(web_acl/NAME), C(ip_set/NAME), C(regex_pattern_set/NAME) and C(rule_group/NAME), of all that is there.
  type: dict
  returned: always
requests:
  description: How many requests of each kind were sent.
  type: dict
  returned: always
"""

from ..module_utils.aws import AwsModule
from ..module_utils.waf import SCOPE_SPEC, misplaced
from ..module_utils.web_acls import locks


def main() -> None:
    module = AwsModule({"web_acls": {"type": "list", "elements": "str", "required": True}, **SCOPE_SPEC})
    scope, names = module.params["scope"], module.params["web_acls"]
    if found := misplaced(scope, module.aws.region):
        module.fail("; ".join(found))
    module.done(changed=False, locks=module.ask("web ACLs", locks, module.aws, scope, names))


if __name__ == "__main__":
    main()
