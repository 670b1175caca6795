"""A host's first boot: its folder, and its user data as cloud-init runs it.

https://cloudinit.readthedocs.io/en/latest/explanation/format.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
"""

from __future__ import annotations

import base64
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from sandbox import trust
from sandbox.units.commands import SEARCH_PATH

LOG = "var/log/cloud-init-output.log"
UNIT = "cloud-final.service"
SECRET_KEY = "the-sandbox-checks-no-signature-at-all"

_UNITS = "etc/systemd/system"
_INSTANCE = "var/lib/cloud/instance"
_SCRIPT = f"{_INSTANCE}/scripts/part-001"
_FINAL = f"{_INSTANCE}/final"
_ONCE = f"{_INSTANCE}/sem/config_scripts_user"
_CREDENTIALS = "run/instance-profile.env"
_FOLDERS = ("bin", "root", "run", "tmp", "var/log", f"{_UNITS}/multi-user.target.wants", f"{_INSTANCE}/scripts", f"{_INSTANCE}/sem")
_FORMATS = {
    b"#cloud-config": "cloud-config",
    b"#include": "an include file",
    b"\x1f\x8b": "gzip",
    b"Content-Type:": "MIME",
    b"MIME-": "MIME",
}


def prepare(root: Path, order: dict[str, Any], authority: str, endpoint: str) -> None:
    """What the host has before its service manager starts; what the script did stays, and it is not run again."""
    for folder in _FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    root.chmod(0o700)
    trust.install(root, authority)
    _write(root / _CREDENTIALS, "".join(f"{name}={value}\n" for name, value in credentials(order, endpoint).items()), 0o600)
    _write(root / "bin/aws", _aws(root, endpoint), 0o755)
    link = root / _UNITS / "multi-user.target.wants" / UNIT
    if (root / _ONCE).exists():
        link.unlink(missing_ok=True)
        return
    (root / _ONCE).touch()
    user_data = base64.b64decode(order["user_data"])
    if why := not_run(user_data):
        (root / LOG).write_text(f"Cloud-init: the user data is not run: {why}\n")
        return
    _write(root / _SCRIPT, user_data, 0o700)
    _write(root / _FINAL, _final(root), 0o700)
    _write(root / _UNITS / UNIT, unit(root), 0o644)
    link.symlink_to(Path("..") / UNIT)


def not_run(user_data: bytes) -> str:
    """Why user data is no script; empty when it is one."""
    if user_data.startswith(b"#!"):
        return ""
    kind = next((name for begin, name in _FORMATS.items() if user_data.startswith(begin)), "of an unknown format")
    return f"it is {kind}, and only scripts, which begin with #!, are run in the sandbox"


def credentials(order: dict[str, Any], endpoint: str) -> dict[str, str]:
    """What on AWS the SDKs find out from the instance metadata service; an instance without a profile has no keys."""
    keys = {"AWS_ACCESS_KEY_ID": order["access_key"], "AWS_SECRET_ACCESS_KEY": SECRET_KEY} if order["access_key"] else {}
    return {**keys, "AWS_REGION": order["region"], "AWS_DEFAULT_REGION": order["region"], "AWS_ENDPOINT_URL": endpoint}


def unit(root: Path) -> str:
    path = os.pathsep.join((f"{root}/bin", SEARCH_PATH, os.environ.get("PATH", "")))
    variables = {"HOST_ROOT": root, "HOME": f"{root}/root", "PATH": path, "AWS_EC2_METADATA_DISABLED": "true"}
    environment = "".join(f'Environment="{name}={value}"\n' for name, value in variables.items()).replace("%", "%%")
    place = str(root).replace("%", "%%")
    return (
        "[Unit]\nDescription=Execute cloud user/final scripts\n\n"
        f"[Service]\nType=oneshot\nRemainAfterExit=yes\nTimeoutStartSec=infinity\n{environment}"
        f"EnvironmentFile={place}/{_CREDENTIALS}\nWorkingDirectory={place}\n"
        f'ExecStart="{place}/{_FINAL}"\nStandardOutput=append:{place}/{LOG}\nStandardError=inherit\n\n'
        "[Install]\nWantedBy=multi-user.target\n"
    )


def _final(root: Path) -> str:
    """The last line of the log tells what became of the script, in cloud-init's words."""
    script = shlex.quote(str(root / _SCRIPT))
    return (
        f"#!/bin/sh\n{script}\ncode=$?\n"
        'if [ $code = 0 ]; then echo "Cloud-init: scripts_user has finished"; '
        f'else echo "Cloud-init: Failed running {_SCRIPT} [$code]"; fi\nexit $code\n'
    )


def _aws(root: Path, endpoint: str) -> str:
    """Another's credentials in the environment come first, as on AWS; those of the person who runs the sandbox are nobody's here."""
    return (
        f'#!/bin/sh\n[ -n "$AWS_ACCESS_KEY_ID" ] || {{ set -a; . {shlex.quote(str(root / _CREDENTIALS))}; set +a; }}\n'
        "export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true\n"
        f'export AWS_ENDPOINT_URL="${{AWS_ENDPOINT_URL:-{endpoint}}}"\n'
        f'exec {shlex.quote(sys.executable)} -m awscli "$@"\n'
    )


def _write(path: Path, content: str | bytes, mode: int) -> None:
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
    new.chmod(mode)
    new.replace(path)
