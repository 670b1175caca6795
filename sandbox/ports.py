"""The ports of a sandbox: free ones at the first start, the same ones ever after."""

from __future__ import annotations

import socket
import zlib
from pathlib import Path

ADDRESS = "127.0.0.1"
# The load balancer's listeners that an inventory can know before they are made, by their ports on AWS.
LISTENERS = (80, 443, 8080, 8443)
NAMES = ("emulator", "app1", "app1_spare", "app2", "app2_spare", *(f"listener_{port}" for port in LISTENERS))

# Below the range from which Linux takes the ports of outgoing connections (32768).
_FIRST, _LAST = 20000, 32000


class PortTaken(Exception):
    pass


def kept(ports: dict[str, int]) -> dict[str, int]:
    """The ports of the last start; PortTaken when another process has one of them now."""
    for name, port in ports.items():
        if not _is_free(port):
            raise PortTaken(_message(port, f"the {name.replace('_', ' ')} port"))
    return _free_from(max(ports.values()) + 1) | ports


def chosen(start: int) -> dict[str, int]:
    """The emulator on the very port, the rest on the next free ones."""
    if not 1024 <= start <= 65000:
        raise PortTaken(f"Port {start} cannot be used: give one from 1024 to 65000.")
    if not _is_free(start):
        raise PortTaken(_message(start, "the emulator port"))
    return _free_from(start)


def derived(folder: Path) -> dict[str, int]:
    """Free ports, searched from a place that differs from one folder to the next."""
    step = 10
    places = (_LAST - _FIRST) // step
    return _free_from(_FIRST + zlib.crc32(str(folder).encode()) % places * step)


def slice_of(folder: Path) -> int:
    """The S of 127.S.0.0/16, where the targets and clients of this sandbox are; 127.0 and 127.1 are everybody's."""
    return 2 + zlib.crc32(str(folder).encode()) % 253


def free(start: int) -> int:
    """The next free port."""
    return next(port for port in range(start, 65536) if _is_free(port))


def _free_from(start: int) -> dict[str, int]:
    found = (port for port in range(start, 65536) if _is_free(port))
    return dict(zip(NAMES, found, strict=False))


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((ADDRESS, port))
        except OSError:
            return False
        return True


def _message(port: int, use: str) -> str:
    return (
        f"Port {port} of {ADDRESS}, {use} of this sandbox, is taken by another process. "
        "End that process, or choose other ports: python -m sandbox up --port N (or SANDBOX_PORT=N)."
    )
