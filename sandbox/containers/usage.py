"""What processes use, from /proc: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_USER, _SYSTEM, _GROUP, _RESIDENT = 11, 12, 2, 21


def usage(groups: set[int]) -> tuple[float, int]:
    """Seconds of CPU so far, and bytes of memory now, of all processes in these process groups."""
    ticks = pages = 0
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else ():  # noqa: PTH112, PTH208, asked often
        if entry.isdigit():
            with contextlib.suppress(OSError):
                # The name may hold spaces and parentheses.
                fields = Path(f"/proc/{entry}/stat").read_bytes().rpartition(b")")[2].split()
                if int(fields[_GROUP]) in groups:
                    ticks += int(fields[_USER]) + int(fields[_SYSTEM])
                    pages += int(fields[_RESIDENT])
    return ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE")
