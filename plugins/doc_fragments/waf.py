# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  scope:
    description: V(REGIONAL) for load balancers, V(CLOUDFRONT) for distributions, which is kept in us-east-1 alone.
    type: str
    choices: [REGIONAL, CLOUDFRONT]
    default: REGIONAL
"""
