"""python -m tests.benchmarks.shop_cache: what its cache is worth to the shop, and what losing Redis costs it.

On a sandbox of its own, the two hosts asked directly. Uncached are the same requests with an Authorization header, which the cache
lets past it. The shop's tables are the emulator's, which are slower than DynamoDB: what counts is that no request fails, how often the
catalogue is computed, and how the two columns of one run compare. packages/cache-middleware/bench has the same with a database that
takes 50 ms.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from plugins.module_utils.load import Load, Request, Sample, summary
from tests.benchmarks.load_tools import busy
from tests.integration.cached import said, send
from tests.integration.place import Place, until

RATE, SECONDS, BURST, AT_ONCE = 5, 6, 60, 8
FAULT_SECONDS, FAULT_AFTER, HUNG_SECONDS = 10, 2, 4
STAMPEDE = 200


def asked(place: Place, path: str = "/products", cached: bool = True) -> Iterator[Request]:
    """By the same name on one host after the other, as behind a load balancer."""
    headers = {"Host": "shop.localhost", **({} if cached else {"Authorization": "Bearer nobody"})}
    return (Request(place.address(host) + path, headers=headers) for host in itertools.cycle(place.hosts))


def sent(requests: Iterator[Request], times: Iterable[float], connections: int = STAMPEDE) -> list[Sample]:
    with Load(requests, times, connections=connections, patience_seconds=60, counted_header="X-Cache") as load:
        assert load.wait(120), "not all were answered within 120 s"
    return load.samples


def constant(seconds: float) -> list[float]:
    return [number / RATE for number in range(int(RATE * seconds))]


def worth(place: Place) -> None:
    print(f"{'/products':12}{'p50 ms':>8}{'p95 ms':>8}{'requests/s':>12}   said")
    for name, cached in (("uncached", False), ("cached", True)):
        sent(asked(place, cached=cached), [0.0] * AT_ONCE)
        held = sent(asked(place, cached=cached), constant(SECONDS))
        burst = sent(asked(place, cached=cached), [0.0] * BURST * (10 if cached else 1), AT_ONCE)
        of, rate = summary(held), len(burst) / max(one.seconds for one in burst)
        assert of["failed"] + sum(one.failed for one in burst) == 0
        print(f"{name:12}{of['p50_ms']:8.1f}{of['p95_ms']:8.1f}{rate:12.0f}   {dict(said(held))}", flush=True)


@contextlib.contextmanager
def later(seconds: float, act: Callable[[], None]) -> Iterator[None]:
    timer = threading.Timer(seconds, act)
    timer.start()
    yield
    timer.join()


def hang(place: Place) -> None:
    send(place, signal.SIGSTOP)
    time.sleep(HUNG_SECONDS)
    send(place, signal.SIGCONT)


def losses(place: Place) -> None:
    faults: dict[str, Callable[[], None]] = {
        "left alone": lambda: None,
        "killed, started anew": lambda: send(place, signal.SIGKILL),
        f"hung for {HUNG_SECONDS} s": lambda: hang(place),
    }
    print(f"{'Redis is':24}{'requests':>9}{'failed':>8}{'p95 ms':>8}   said")
    for name, act in faults.items():
        until(lambda: sent(asked(place), [0.0, 0.0])[-1].said == "HIT", "the cache answers")
        with later(FAULT_AFTER, act):
            of = sent(asked(place), constant(FAULT_SECONDS))
        found = summary(of)
        failed = found["failed"] + found["not_sent"]
        print(f"{name:24}{len(of):9}{failed:8}{found['p95_ms']:8.1f}   {dict(said(of))}", flush=True)


def stampede(place: Place) -> None:
    until(lambda: sent(asked(place), [0.0, 0.0])[-1].said == "HIT", "the cache answers")
    of = sent(asked(place, "/products/vase-bud"), [0.0] * STAMPEDE)
    ends = Counter(one.status or one.error for one in of)
    computed = said(of)["MISS"] + said(of)["BYPASS"]
    print(f"{STAMPEDE} requests at once for one cold key over two processes: {computed} computed, {dict(said(of))}, ended {dict(ends)}")


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="prodready-shop-cache-"))
    place = Place(folder / "sandbox")
    place.sandbox("up")
    try:
        run = place.playbook("immediate")
        assert run.code == 0, run.error
        # Its report misses the claims of the roles that are left out.
        run = place.playbook("short_term", "--tags", "elasticache")
        assert all("REDIS_URL" in place.process(host) for host in place.hosts), run.error
        print(f"{busy()} before")
        stampede(place)
        worth(place)
        losses(place)
        print(f"{busy()} after")
    finally:
        place.sandbox("down")
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
