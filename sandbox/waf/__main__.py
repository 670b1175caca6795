"""python -m sandbox.waf --folder FOLDER: serves wafd.sock there."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from pathlib import Path
from types import FrameType

from sandbox import packages
from sandbox.waf.daemon import Wafd
from sandbox.waf.modsecurity import ModSecurity, Refused
from sandbox.waf.server import Server

log = logging.getLogger(__name__)


def scanner() -> tuple[ModSecurity | None, list[str]]:
    """With what is to be said of it; that it is missing is said already (sandbox/programs.py)."""
    try:
        place = packages.place()
        return ModSecurity(place.library, place.dependencies, place.rules), []
    except packages.Missing as error:
        log.warning("%s", error)
        return None, []
    except Refused as error:
        log.warning("%s", error)
        return None, [f"AWS's managed rules against attacks are off, so web ACLs let these through: {error}"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Evaluate web ACLs for Envoy.")
    parser.add_argument("--folder", type=Path, required=True, help="the data plane's")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    wafd = Wafd(arguments.folder, *scanner())
    wafd.follow()
    threading.Thread(target=wafd.watch, daemon=True).start()
    server = Server(arguments.folder / "wafd.sock", wafd)

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit

    signal.signal(signal.SIGTERM, stop)
    try:
        server.start()
    except SystemExit:
        server.stop()


if __name__ == "__main__":
    main()
