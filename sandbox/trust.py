"""The certificate authorities that a host's processes trust: this machine's, and the sandbox's as one of the public ones.

A file in the host's file system, where Debian has it. `sandbox/units` tells OpenSSL and Node.js of it, which on a real host need not be
told.
"""

from __future__ import annotations

import ssl
from pathlib import Path

FILE = "etc/ssl/certs/ca-certificates.crt"
VARIABLES = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")


def install(root: Path, authority: str) -> None:
    system = ssl.get_default_verify_paths().cafile
    public = Path(system).read_text() if system else ""
    file = root / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{authority}{public}")


def environment(root: Path) -> dict[str, str]:
    file = root / FILE
    return dict.fromkeys(VARIABLES, str(file)) if file.exists() else {}
