"""Secrets that can be found wherever they get to, and where somebody on the machine would look for them."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import secrets
import stat
import subprocess
import tarfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.integration.place import Place, descendants

LOOK_SECONDS = 0.1
# What JSON, URLs, shells and systemd write in other ways; the long run of letters and digits before it stays as it is.
AWKWARD = '"\\ +/=&%$`é'
SECRETS = ("SESSION_SECRET", "ADMIN_TOKEN", "PAYMENT_API_KEY", "AWS_SECRET_ACCESS_KEY")
# The one that a role makes, in the second phase.
MADE = "REDIS_AUTH_TOKEN"
# The processes whose environment holds the application's secrets.
APPLICATION = re.compile(r"bin/(server|migrate)\.js$")


def canary() -> str:
    return secrets.token_hex(20)


def forms(value: str) -> list[str]:
    """What to look for: the part that no encoding but base64 and hexadecimal digits changes, and what these make of it."""
    core = max(re.findall(r"[A-Za-z0-9]+", value), key=len)
    assert len(core) >= 16, "too short to be told from anything else"
    shifted = (base64.b64encode(b"\0" * before + core.encode()).decode() for before in range(3))
    # The first and last characters depend on what stands beside it.
    return [core, core[::-1], core.encode().hex(), *(text[4:-4] for text in shifted)]


class SecretPlace(Place):
    """A place where every secret is a canary, and home and temporary folder are the test's own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.operator = {"secret_key": canary(), "session_token": canary()}
        self.header = canary()
        self.src = folder.parent / "canaries.env"
        self.values: dict[str, set[str]] = {f"runbook_aws.{name}": {value} for name, value in self.operator.items()}
        self.values["load_test_headers"] = {self.header}
        for name, where in (("HOME", "home"), ("TMPDIR", "tmp")):
            (folder.parent / where).mkdir(mode=0o700)
            self.env[name] = str(folder.parent / where)
        self.env["ANSIBLE_LOCAL_TEMP"] = self.env["ANSIBLE_REMOTE_TMP"] = str(folder.parent / "home/.ansible/tmp")

    @property
    def aws(self) -> dict[str, Any]:
        return {**super().aws, **self.operator}

    def supply(self, *names: str) -> None:
        """The .env file, with new canaries."""
        lines = (self.src if self.src.exists() else self.folder / "shop.env").read_text().splitlines()
        kept = [line for line in lines if line.partition("=")[0] not in names]
        new = {name: canary() + (AWKWARD if name in ("SESSION_SECRET", "PAYMENT_API_KEY") else "") for name in names}
        quoted = {name: value.replace("\\", "\\\\") for name, value in new.items()}
        self.src.touch(0o600)
        self.src.write_text("".join(f"{line}\n" for line in [*kept, *(f"{name}='{value}'" for name, value in quoted.items())]))
        for name, value in new.items():
            self.values.setdefault(name, set()).add(value)

    def learn(self) -> None:
        """The values of all versions of the secret, also those of a rotation that failed."""
        client = self.client("secretsmanager")
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):
            for version in client.list_secret_version_ids(SecretId="shop/sandbox", IncludeDeprecated=True)["Versions"]:
                found = json.loads(client.get_secret_value(SecretId="shop/sandbox", VersionId=version["VersionId"])["SecretString"])
                for name in found.keys() & {*SECRETS, MADE}:
                    self.values.setdefault(name, set()).add(found[name])

    @property
    def needles(self) -> dict[str, str]:
        """What to look for, and which secret it is."""
        return {form: name for name, values in self.values.items() for value in values for form in forms(value)}

    def theirs(self, path: Path) -> bool:
        """Whether secrets belong into this file: what the operator wrote, and what systemd reads."""
        relative = path.relative_to(self.folder.parent)
        return path == self.src or relative.match("*.vars.json") or relative.match("sandbox/hosts/*/etc/shop/*.env")


class Neighbour:
    """Somebody who lists the processes of runs and of the sandbox, with arguments and environment, as ps and /proc show them."""

    def __init__(self, place: Place) -> None:
        self.roots = (os.getpid(), place.state["pid"])
        self.seen: set[tuple[str, str]] = set()

    def __enter__(self) -> Neighbour:
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._look)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()

    def _look(self) -> None:
        while not self.done.wait(LOOK_SECONDS):
            for pid in (pid for root in self.roots for pid in descendants(root)):
                with contextlib.suppress(OSError):
                    command, environment = (
                        Path(f"/proc/{pid}/{what}").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                        for what in ("cmdline", "environ")
                    )
                    self.seen.add((command, environment))

    def found(self, needles: Mapping[str, str]) -> set[str]:
        def holding(text: str) -> Iterable[str]:
            return {name for form, name in needles.items() if form in text}

        return {f"{name} among the arguments of a process" for command, _ in self.seen for name in holding(command)} | {
            f"{name} in the environment of {command.split()[0]}"
            for command, environment in self.seen
            if command and not APPLICATION.search(command)
            for name in holding(environment)
        }


def files(place: SecretPlace) -> dict[Path, set[str]]:
    """The files below the place's folder that hold a secret, with its names: output, results, logs, evidence, what a run left ..."""
    needles = place.needles
    command = ["grep", "--recursive", "--text", "--fixed-strings", "--files-with-matches", "--file=-", "--null", str(place.folder.parent)]
    listed = subprocess.run(command, input="\n".join(needles), capture_output=True, text=True, check=False, timeout=300)
    assert listed.returncode in (0, 1), listed.stderr
    texts = {Path(name): Path(name).read_bytes().decode(errors="replace") for name in listed.stdout.split("\0") if name}
    for archive in place.folder.rglob("*.tar.gz"):
        with tarfile.open(archive) as tar:
            parts = (part.read() for entry in tar if (part := tar.extractfile(entry)))
            texts[archive] = b"".join(parts).decode(errors="replace")
    found = {path: {name for form, name in needles.items() if form in text} for path, text in texts.items()}
    return {path: names for path, names in found.items() if names}


def in_the_account(place: SecretPlace) -> set[str]:
    """What of the secrets lies in the account, outside its secrets."""
    logs, dynamodb = place.client("logs"), place.client("dynamodb")
    texts = {
        f"log group {group['logGroupName']}": json.dumps(logs.filter_log_events(logGroupName=group["logGroupName"])["events"])
        for group in logs.describe_log_groups()["logGroups"]
    }
    texts |= {f"table {name}": json.dumps(dynamodb.scan(TableName=name), default=str) for name in dynamodb.list_tables()["TableNames"]}
    return {f"{name} in {where}" for where, text in texts.items() for form, name in place.needles.items() if form in text}


def leaks(place: SecretPlace, neighbour: Neighbour) -> list[str]:
    """Each secret that is where it does not belong."""
    place.learn()
    stray = {
        f"{name} in {path.relative_to(place.folder.parent)}"
        for path, names in files(place).items()
        if not place.theirs(path)
        for name in names
    }
    return sorted(stray | neighbour.found(place.needles) | in_the_account(place))


def exposed(place: SecretPlace) -> list[str]:
    """The files with a secret that others than their owner can read, or find."""
    return sorted(
        str(path.relative_to(place.folder.parent))
        for path in files(place)
        if stat.S_IMODE(path.stat().st_mode) & 0o077 or not any(stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0 for folder in path.parents)
    )
