"""`python -m sandbox.units serve --root FOLDER`: the service manager of one host, in the foreground."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sandbox.units.server import CannotServe, serve


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.units", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="serve one host until SIGTERM")
    serving.add_argument("--root", type=Path, required=True, help="the host's folder")
    serving.add_argument("--address", default="", help="what sockets without an address of their own listen on")
    options = parser.parse_args()
    try:
        serve(options.root.resolve(), options.address)
    except CannotServe as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
