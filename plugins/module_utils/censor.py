# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Results that stay readable where variables are arguments.

Ansible blots every value of a no_log argument out of a result, wherever it stands: a variable that is 1 or true garbles
dates and numbers, and so gives itself away.
"""

from __future__ import annotations

from typing import Any

SHORTEST = 8


def keep_readable(module: Any, *arguments: dict[str, Any]) -> None:
    """Take `values` out of the arguments, which a result repeats; then only long values need to be blotted out."""
    for argument in arguments:
        argument["values"] = None
    module.no_log_values = {value for value in module.no_log_values if len(value) >= SHORTEST}
