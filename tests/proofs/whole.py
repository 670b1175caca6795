"""All that a place holds, account and hosts, so that two moments can be compared; what was generated is told by what it is."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import requests

from tests.integration.place import Place
from tests.proofs import account
from tests.proofs.drift import CACHE_VARIABLES

SECRET = "shop/sandbox"
UNITS = ("shop.socket", "shop.service")
STAGES = ("AWSCURRENT", "AWSPREVIOUS", "AWSPENDING")


def read(place: Place, values: dict[str, str]) -> dict[str, Any]:
    """`values` are the secret's from before: a value is one of these or a new one."""
    return {
        **{
            name: account.without_ids(found)
            for name, found in account.read(place.client).items()
            if not name.startswith(("secret ", "lock ", "backup ", "cache_token ", "instances "))
        },
        **secret(place, values),
        "locks": locks(place),
        "restore points": restore_points(place),
        "migrations": migrations(place),
        **{f"host {name}": host(place, name) for name in place.hosts},
    }


def secret(place: Place, values: dict[str, str]) -> dict[str, Any]:
    held = stages(place)
    if not held:
        return {}
    found = {stage: place.secret(stage) for stage in STAGES if stage in held}
    told = {
        stage: {name: "as before" if values.get(name) == value else "new" for name, value in content.items()}
        for stage, content in found.items()
    }
    return {"secret": {"labels": sorted(held), "versions": told}}


def stages(place: Place) -> dict[str, str]:
    """Which version carries each label."""
    client = place.client("secretsmanager")
    if SECRET not in [one["Name"] for one in client.list_secrets()["SecretList"]]:
        return {}
    versions = client.describe_secret(SecretId=SECRET)["VersionIdsToStages"]
    return {label: version for version, labels in versions.items() for label in labels}


def _items(place: Place, table: str) -> list[dict[str, Any]]:
    client = place.client("dynamodb")
    return client.scan(TableName=table)["Items"] if table in client.list_tables()["TableNames"] else []


def locks(place: Place) -> list[str]:
    return sorted(item["lock_name"]["S"] for item in _items(place, "shop-locks"))


def migrations(place: Place) -> list[str]:
    return sorted(item["id"]["S"] for item in _items(place, "shop-migrations"))


def restore_points(place: Place) -> list[tuple[str, str, str]]:
    backups = place.client("dynamodb").list_backups()["BackupSummaries"]
    return sorted((one["TableName"], one["BackupName"], one["BackupStatus"]) for one in backups)


def host(place: Place, name: str) -> dict[str, Any]:
    root = place.root(name)
    shop = root / "srv/shop"
    releases = sorted(path.name for path in (shop / "releases").glob("*")) if (shop / "releases").is_dir() else []
    running = releases and systemctl(place, name, "is-active", "shop.service") == "active"
    return {
        "current": (shop / "current").readlink().name if (shop / "current").is_symlink() else None,
        "releases": {release: tree(shop / "releases" / release) for release in releases},
        "units": {unit: systemctl(place, name, "is-active", unit) for unit in (*UNITS, *instances(releases))} if releases else {},
        "enabled": {unit: systemctl(place, name, "is-enabled", unit) for unit in UNITS} if releases else {},
        "unit files": files(root / "etc/systemd/system"),
        "environment": environments(place, name),
        "serves": requests.get(f"{place.address(name)}/version", timeout=20).json()["release"] if running else None,
    }


def instances(releases: list[str]) -> list[str]:
    return [f"shop-{kind}@{release.lstrip('.')}.service" for kind in ("candidate", "migration") for release in releases]


def systemctl(place: Place, host: str, *words: str) -> str:
    command = [place.root(host) / "bin/systemctl", *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60).stdout.strip()


def tree(folder: Path) -> str:
    """What a release is made of."""
    found = sorted(
        f"{path.relative_to(folder)} {path.lstat().st_size}" for path in folder.rglob("*") if path.is_symlink() or path.is_file()
    )
    return hashlib.sha256("\n".join(found).encode()).hexdigest()[:12]


def files(folder: Path) -> dict[str, str]:
    found = [path for path in folder.rglob("*") if path.is_symlink() or path.is_file()] if folder.is_dir() else []
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink() else f"{path.stat().st_mode:o} {path.read_text()}"
        for path in found
    }


def environments(place: Place, name: str) -> dict[str, Any]:
    """For each environment, the file's, the candidate's and the process's: which variables are not as the secret says."""
    current = place.secret() if stages(place) else {}
    folder = place.root(name) / "etc/shop"
    found = {path.name: _variables(path.read_text()) for path in (folder.glob("*.env") if folder.is_dir() else [])}
    if (folder / "shop.env").exists() and systemctl(place, name, "is-active", "shop.service") == "active":
        found["process"] = place.process(name)
    names = {*current, *CACHE_VARIABLES}
    return {what: sorted(key for key in names if values.get(key) != current.get(key)) for what, values in found.items()}


def _variables(text: str) -> dict[str, str]:
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {key: value.strip().removeprefix('"').removesuffix('"') for key, value in pairs}
