"""python -m tests.benchmarks.load_stall: what a load generator says of a server that answers nothing for two seconds of eight.

Who comes at a constant rate waits: of all requests, a quarter came in these two seconds, and the longest-waiting twentieth of all
for 1.6 s or more. That is what p95 has to say.
"""

from __future__ import annotations

import threading

from tests.benchmarks import load_tools

RATE, SECONDS, STALL, AFTER = 200, 8, 2, 3
TRUE = {percent: 1000 * (STALL - SECONDS * (100 - percent) / 100) for percent in (95, 99)}


def main() -> None:
    load_tools.fetch()
    print(f"{RATE} requests a second for {SECONDS} s, of which the server is stopped for {STALL}; {load_tools.busy()} before")
    print(f"{'':26}{'sent':>7}{'p95 ms':>9}{'p99 ms':>9}")
    print(f"{'true of a constant rate':26}{RATE * SECONDS:7}{TRUE[95]:9.0f}{TRUE[99]:9.0f}")
    with load_tools.server() as (url, stall):
        for name, run in {**load_tools.ALL, "wrk, as many as it can": load_tools.wrk}.items():
            # locust takes two seconds to begin.
            stalling = threading.Timer(AFTER + 2 * name.startswith("locust"), stall)
            stalling.start()
            seen = run(url, RATE, SECONDS)
            stalling.join()
            print(f"{name:26}{seen.held * SECONDS:7.0f}{seen.p95:9.0f}{seen.p99:9.0f}", flush=True)
    print(f"{load_tools.busy()} after")


if __name__ == "__main__":
    main()
