"""Load generators, each asked for the same rate, and what each says of it: the requests it sent a second, p95 and p99 in milliseconds."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from plugins.module_utils.load import percentile
from plugins.module_utils.load_plan import found
from plugins.module_utils.load_workers import Workers
from sandbox import packages

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
TOOLS = CHECKOUT / ".ansible" / "load-tools"
LOCUST = CHECKOUT / ".ansible" / "locust"
USERS = 50
REACHED = {"python": None, "address": None, "port": None, "user": None, "private_key": None, "ssh_arguments": ""}


class Seen(NamedTuple):
    held: float
    p95: float | None
    p99: float | None


@contextlib.contextmanager
def server() -> Iterator[tuple[str, Callable[[], None]]]:
    """A server's address, and what stops it for two seconds."""
    with subprocess.Popen(["node", str(HERE / "server.js")], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout

        def stall() -> None:
            process.send_signal(signal.SIGSTOP)
            time.sleep(2)
            process.send_signal(signal.SIGCONT)

        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}", stall
        finally:
            process.kill()


def fetch() -> None:
    """wrk, hey and locust, unpacked into .ansible."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    packages.fetch(TOOLS, CHECKOUT / "requirements/benchmarks-debian.lock")
    if not (LOCUST / "locust").is_dir():
        into = ["--quiet", "--quiet", "--disable-pip-version-check", "--require-hashes", "--target", str(LOCUST)]
        lock = CHECKOUT / "requirements/locust.lock"
        subprocess.run([sys.executable, "-m", "pip", "install", *into, "--requirement", str(lock)], check=True)


def ours(processes: int) -> Callable[[str, int, int], Seen]:
    def run(url: str, rate: int, seconds: int) -> Seen:
        stages = [{"rate": rate, "seconds": seconds, "warm_up": False}]
        plan = {"site": url, "requests": [{"name": "home", "method": "GET", "path": "/", "weight": 1}], "stages": stages, "seed": 1}
        rest = {"headers": {}, "connect_to": {}, "timeout_seconds": 30, "connections": 1000, "counted_header": "", "authorities": None}
        with Workers([{**REACHED, "name": str(number), "connection": "local"} for number in range(processes)], {**plan, **rest}) as load:
            assert load.wait(seconds + 60)
            assert not load.lost
        of = found(load.samples, load.started, stages)
        return Seen(of["held_a_second"], of["p95_ms"], of["p99_ms"])

    return run


def _run(*command: str, seconds: int, **variables: str) -> str:
    env = {**os.environ, **variables}
    return subprocess.run(
        command, env=env, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=seconds + 60
    ).stdout


def hey(url: str, rate: int, seconds: int) -> Seen:
    command = (str(TOOLS / "root/usr/bin/hey"), "-z", f"{seconds}s", "-c", str(USERS), "-q", f"{rate / USERS:g}", "-o", "csv", url)
    took = [float(row["response-time"]) * 1000 for row in csv.DictReader(io.StringIO(_run(*command, seconds=seconds)))]
    return Seen(len(took) / seconds, percentile(took, 95), percentile(took, 99))


WRK = 'function done(_, latency, _) io.write("p ", latency:percentile(95) / 1000, " ", latency:percentile(99) / 1000, "\\n") end'


def wrk(url: str, _rate: int, seconds: int) -> Seen:
    """It knows no rate: as many as are answered."""
    (library,) = (TOOLS / "root").glob("usr/lib/*/libluajit-5.1.so.2")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(WRK)
        script.flush()
        command = (str(TOOLS / "root/usr/bin/wrk"), "-d", f"{seconds}s", "-c", str(USERS), "-t", "1", "-s", script.name, url)
        said = _run(*command, seconds=seconds, LD_LIBRARY_PATH=str(library.parent)).splitlines()
    held = next(line.split()[1] for line in said if line.startswith("Requests/sec:"))
    p95, p99 = next(line.split()[1:] for line in said if line.startswith("p "))
    return Seen(float(held), float(p95), float(p99))


def locust(processes: int) -> Callable[[str, int, int], Seen]:
    def run(url: str, rate: int, seconds: int) -> Seen:
        load = ("--headless", "--users", str(USERS), "--spawn-rate", str(USERS * 100), "--run-time", f"{seconds}s", "--host", url)
        more = ("--processes", str(processes)) if processes > 1 else ()
        told = ("--json", "--loglevel", "ERROR", "--locustfile", str(HERE / "locustfile.py"))
        variables = {"PYTHONPATH": str(LOCUST), "RATE_OF_USER": str(rate / USERS)}
        said = _run(sys.executable, "-m", "locust", *load, *more, *told, seconds=seconds, **variables)
        # Its processes each print a list, and only the first one's has something in it.
        total = json.loads(said[said.index("{") : said.rindex("}") + 1])
        took = [float(ms) for ms, count in total["response_times"].items() for _ in range(count)]
        return Seen(total["num_requests"] / seconds, percentile(took, 95), percentile(took, 99))

    return run


ALL: dict[str, Callable[[str, int, int], Seen]] = {
    "prodready, one process": ours(1),
    "prodready, two processes": ours(2),
    "locust, one process": locust(1),
    "locust, two processes": locust(2),
    "hey": hey,
}


def busy() -> str:
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
