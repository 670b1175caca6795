"""python -m tests.benchmarks.unchanged: where the time of immediate.yml goes when there is nothing to change, task by task."""

from __future__ import annotations

import shutil
import tempfile
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from tests.integration.place import Place


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="prodready-unchanged-"))
    place = Place(folder / "sandbox")
    place.sandbox("up")
    try:
        first = place.playbook("immediate")
        if first.code:
            raise SystemExit(first.output[-3000:])
        seconds = []
        for _ in range(3):
            place.control("DELETE", "requests")
            start = time.time()
            run = place.playbook("immediate")
            seconds.append(time.time() - start)
        ends = [start, *(datetime.fromisoformat(task["time"]).timestamp() for task in run.tasks)]
        rows = [
            (after - before, f"{task['host']} {(task['role'] or '').rpartition('.')[2]}: {task['task']}")
            for (before, after), task in zip(pairwise(ends), run.tasks, strict=True)
        ]
        for took, what in sorted(rows, reverse=True)[:20]:
            print(f"{took:6.2f} s  {what}")
        print(f"{sum(took for took, _ in sorted(rows, reverse=True)[20:]):6.2f} s  {len(rows) - 20} other tasks")
        print(
            f"{min(seconds):6.2f} s  the whole run, best of {len(seconds)}; {run.changed} changed; {len(place.requests())} requests of AWS"
        )
    finally:
        place.sandbox("down")
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
