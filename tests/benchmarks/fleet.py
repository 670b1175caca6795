"""python -m tests.benchmarks.fleet [SIZES [FOLDER]]: what a place costs as the inventory grows (1,5,10,25,50).

For each size an empty sandbox, on which the first phase is applied to so many places of inventories/fleet and readiness decides about them,
with 8 forks. Of both: the time, the processors' seconds of the run and of the emulator, its requests, and the memory of all its processes
(what they share counted once). Written after each size to growth.json and growth.svg, in docs/fleet when not said; sizes that are not
measured again stay. On a machine that has other things to do the processors' seconds alone can be compared.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3
import yaml

from tests.benchmarks.fleet_chart import chart
from tests.integration.place import CHECKOUT, Place, descendants, keepers

SIZES = (1, 5, 10, 25, 50)
FORKS = 8
INVENTORY = CHECKOUT / "inventories/fleet"
HOSTS: dict[str, dict[str, str]] = yaml.safe_load((INVENTORY / "hosts.yml").read_text())["aws"]["hosts"]
# So many writes prove the success metrics.
WRITES = 25


@dataclass
class Measured:
    playbook: str
    places: int
    claims: int
    seconds: float
    processor_seconds: float
    emulator_seconds: float
    memory_mb: float
    requests: int


def client(place: Place, service: str, host: str) -> Any:
    """A client of the account and region of a place of the fleet."""
    about = HOSTS[host]
    return boto3.client(
        service,
        endpoint_url=place.state["endpoint"],
        region_name=about["region"],
        aws_access_key_id=f"AKIA0000{about['account']}",
        aws_secret_access_key="the-sandbox-checks-no-signature-at-all",
    )


def visit(place: Place, host: str) -> None:
    table = client(place, "dynamodb", host)
    for number in range(WRITES):
        table.put_item(TableName=f"{HOSTS[host]['service']}-items", Item={"id": {"S": str(number)}})


def inventory(folder: Path, hosts: list[str]) -> Path:
    """A copy of the fleet's with these places alone."""
    made = folder / "inventory"
    shutil.copytree(INVENTORY, made, symlinks=False)
    (made / "hosts.yml").write_text(json.dumps({"aws": {"hosts": {host: HOSTS[host] for host in hosts}}}))
    return made


def memory(pid: int) -> float:
    """The proportional set size of a run's processes in MB; what they share is counted once."""
    total = 0
    with contextlib.suppress(OSError):  # it has ended
        for one in {pid, *descendants(pid), *keepers(pid)}:
            with contextlib.suppress(OSError):
                total += sum(
                    map(int, re.findall(r"^Pss: +(\d+)", Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii"), re.MULTILINE))
                )
    return total / 1024


def processors(place: Place) -> tuple[float, float]:
    """The seconds of the processes that have ended, and of the emulator."""
    ours = resource.getrusage(resource.RUSAGE_CHILDREN)
    fields = Path(f"/proc/{place.state['parts']['emulator']['pid']}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return ours.ru_utime + ours.ru_stime, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def environment(place: Place) -> dict[str, str]:
    """What a run is told, without the recorder of tests."""
    own = {name: value for name, value in place.env.items() if not name.startswith("ANSIBLE_CALLBACK")}
    return {**own, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg")}


def run(place: Place, playbook: str, hosts: list[str], expected: int) -> Measured:
    place.control("DELETE", "requests")
    command = ["ansible-playbook", "--inventory", str(inventory(place.folder.parent / playbook, hosts)), "--forks", str(FORKS)]
    command += [f"playbooks/{playbook}.yml", "--extra-vars", json.dumps({"runbook_start": str(CHECKOUT / "sandbox/start.yml")})]
    env = environment(place)
    begun, before, most = time.perf_counter(), processors(place), 0.0
    with (place.folder.parent / f"{playbook}.txt").open("w+") as output:
        process = subprocess.Popen(command, cwd=CHECKOUT, env=env, stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None:
            most = max(most, memory(process.pid))
            time.sleep(1)
        seconds = time.perf_counter() - begun
        if process.returncode != expected:
            raise SystemExit(Path(output.name).read_text()[-3000:])
    ours, emulator = (after - earlier for earlier, after in zip(before, processors(place), strict=True))
    asked = sum(one["access_key"].startswith("AKIA0000") for one in place.control("GET", "requests")["requests"])
    claims = sum(len(json.loads(file.read_text())) for file in fleet(place).glob("*/*/*.json") if file.parent.name == file.parents[1].name)
    return Measured(playbook, len(hosts), claims, round(seconds, 1), round(ours, 1), round(emulator, 1), round(most), asked)


def fleet(place: Place) -> Path:
    return place.folder / "evidence/fleet"


def measure(size: int) -> list[Measured]:
    place = Place(Path(tempfile.mkdtemp(prefix="prodready-fleet-")) / "sandbox")
    hosts = list(HOSTS)[:: len(HOSTS) // size][:size]
    place.sandbox("up")
    try:
        applied = run(place, "immediate", hosts, 0)
        with ThreadPoolExecutor(FORKS) as pool:
            list(pool.map(lambda host: visit(place, host), hosts))
        decided = run(place, "readiness", hosts, 0)
    finally:
        place.sandbox("down")
        shutil.rmtree(place.folder.parent)
    return [applied, decided]


def main() -> None:
    sizes = [int(one) for one in sys.argv[1].split(",")] if len(sys.argv) > 1 else SIZES
    dest = Path(sys.argv[2]) if len(sys.argv) > 2 else CHECKOUT / "docs/fleet"
    dest.mkdir(parents=True, exist_ok=True)
    kept = dest / "growth.json"
    rows: list[dict[str, Any]] = json.loads(kept.read_text()) if kept.exists() else []
    for size in sizes:
        rows = [row for row in rows if row["places"] != size] + [asdict(one) for one in measure(size)]
        for row in rows[-2:]:
            print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
        rows = sorted(rows, key=lambda row: (row["places"], row["playbook"]))
        kept.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        (dest / "growth.svg").write_text(chart(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
