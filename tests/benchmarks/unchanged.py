"""python -m tests.benchmarks.unchanged [PHASE]: where the time of a phase (immediate) goes when there is nothing to change, task by task.

Also what the last run took of the processors, and the emulator beside it: on a busy machine that alone can be compared.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from tests.integration.place import Place

PHASES = ("immediate", "short_term")


def taken(place: Place) -> tuple[float, float]:
    """The processors' seconds of the playbooks that have ended, and of the emulator."""
    ours = resource.getrusage(resource.RUSAGE_CHILDREN)
    fields = Path(f"/proc/{place.state['parts']['emulator']['pid']}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return ours.ru_utime + ours.ru_stime, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    phase = sys.argv[1] if len(sys.argv) > 1 else PHASES[0]
    if phase not in PHASES:
        raise SystemExit(f"phase must be one of {', '.join(PHASES)}, not {phase}")
    folder = Path(tempfile.mkdtemp(prefix="prodready-unchanged-"))
    place = Place(folder / "sandbox")
    place.sandbox("up")
    try:
        for made in PHASES[: PHASES.index(phase) + 1]:
            first = place.playbook(made)
            if first.code:
                raise SystemExit(first.output[-3000:])
        seconds = []
        for _ in range(3):
            place.control("DELETE", "requests")
            start, before = time.time(), taken(place)
            run = place.playbook(phase)
            seconds.append(time.time() - start)
            processors = [after - earlier for earlier, after in zip(before, taken(place), strict=True)]
        ends = [start, *(datetime.fromisoformat(task["time"]).timestamp() for task in run.tasks)]
        rows = [
            (after - earlier, f"{task['host']} {(task['role'] or '').rpartition('.')[2]}: {task['task']}")
            for (earlier, after), task in zip(pairwise(ends), run.tasks, strict=True)
        ]
        for took, what in sorted(rows, reverse=True)[:20]:
            print(f"{took:6.2f} s  {what}")
        print(f"{sum(took for took, _ in sorted(rows, reverse=True)[20:]):6.2f} s  {len(rows) - 20} other tasks")
        print(
            f"{min(seconds):6.2f} s  the whole run, best of {len(seconds)}; {run.changed} changed; {len(place.requests())} requests of AWS"
        )
        print(f"{processors[0]:6.2f} s  of the processors in the last run, and {processors[1]:.2f} s of the emulator's")
    finally:
        place.sandbox("down")
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
