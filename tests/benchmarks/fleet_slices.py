"""python -m tests.benchmarks.fleet_slices [PLACES [FOLDER]]: what several controllers give, as AWX's job slicing has them.

The places of one inventory are proven and decided by 1, 2 and 4 jobs of ansible-runner side by side, each with its slice: every second
or fourth host, as AWX deals them out, and with 8 forks in all. Then playbooks/fleet.yml makes one report of what all jobs have decided.
https://docs.ansible.com/projects/awx/en/latest/userguide/job_slices.html

On one machine the jobs share its processors; with a machine each they take what the longest job takes alone.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ansible_runner

from tests.benchmarks.fleet import FORKS, HOSTS, environment, fleet, inventory, run, visit
from tests.integration.place import CHECKOUT, Place

SLICES = (1, 2, 4)


def job(place: Place, hosts: list[str], number: int, slices: int) -> float:
    """The seconds of a job that has this slice of the hosts."""
    private = Path(tempfile.mkdtemp(dir=place.folder.parent))
    env = environment(place)
    begun = time.perf_counter()
    done = ansible_runner.run(
        private_data_dir=str(private),
        project_dir=str(CHECKOUT),
        inventory=str(inventory(private, hosts[number::slices])),
        playbook=str(CHECKOUT / "playbooks/readiness.yml"),
        forks=max(FORKS // slices, 1),
        envvars=env,
        extravars={"runbook_start": str(CHECKOUT / "sandbox/start.yml")},
        quiet=True,
    )
    if done.status != "successful":
        raise SystemExit(done.stdout.read()[-3000:])
    return time.perf_counter() - begun


def processors() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    dest = Path(sys.argv[2]) if len(sys.argv) > 2 else CHECKOUT / "docs/fleet"
    place = Place(Path(tempfile.mkdtemp(prefix="prodready-slices-")) / "sandbox")
    hosts, rows = list(HOSTS)[:count], []
    place.sandbox("up")
    try:
        run(place, "immediate", hosts, 0)
        for host in hosts:
            visit(place, host)
        for slices in SLICES:
            begun, before = time.perf_counter(), processors()
            with ThreadPoolExecutor(slices) as pool:
                jobs = list(pool.map(lambda number, slices=slices: job(place, hosts, number, slices), range(slices)))  # type: ignore[misc]
            row = {
                "slices": slices,
                "places": count,
                "seconds": round(time.perf_counter() - begun, 1),
                "longest_job_seconds": round(max(jobs), 1),
                "processor_seconds": round(processors() - before, 1),
            }
            rows.append(row)
            print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
        run(place, "fleet", hosts, 0)
        made = json.loads((fleet(place) / "fleet.json").read_text())["decisions"]
        assert made["ready"] == count, made
    finally:
        place.sandbox("down")
        shutil.rmtree(place.folder.parent)
    dest.mkdir(parents=True, exist_ok=True)
    (dest / "slices.json").write_text(json.dumps({"processors": os.cpu_count(), "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
