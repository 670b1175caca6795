# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  url:
    description: What is asked for.
    type: str
    required: true
  connect_to:
    description: Where the site is really reached, from C(host:port) to C(address:port).
    type: dict
    default: {}
  ca_path:
    description: A file with the authorities to trust, in place of the system's.
    type: str
requirements:
  - aiohttp
"""
