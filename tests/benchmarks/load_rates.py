"""python -m tests.benchmarks.load_rates: which rate a load generator holds of the one it was asked for, against one small server."""

from __future__ import annotations

from tests.benchmarks import load_tools

RATES = (100, 500, 1000, 2000)
SECONDS = 2


def main() -> None:
    load_tools.fetch()
    print(f"requests a second held of those asked for, p95 in ms; {load_tools.busy()} before")
    print(f"{'':26}" + "".join(f"{rate:>18}" for rate in RATES))
    with load_tools.server() as (url, _stall):
        for name, run in load_tools.ALL.items():
            print(f"{name:26}", end="", flush=True)
            for rate in RATES:
                seen = run(url, rate, SECONDS)
                print(f"{seen.held:9.0f} {seen.p95:5.1f} ms", end="", flush=True)
            print()
        seen = load_tools.wrk(url, 0, SECONDS)
        print(f"{'wrk, as many as it can':26}{seen.held:9.0f} {seen.p95:5.1f} ms")
    print(f"{load_tools.busy()} after")


if __name__ == "__main__":
    main()
