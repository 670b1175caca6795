"""What a command of a service is run with: environment, folders, output, sockets (man systemd.exec)."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
from pathlib import Path

from sandbox import trust
from sandbox.units import envfile
from sandbox.units.commands import SEARCH_PATH
from sandbox.units.service_config import DIRECTORIES, Service
from sandbox.units.spawn import Credentials

_VARIABLES = {kind: f"{kind.removesuffix('Directory').upper()}_DIRECTORY" for kind in DIRECTORIES}


class CannotPrepare(Exception):
    """A file, folder or user that the unit names is not there; the service fails with result `resources`."""


def credentials(config: Service) -> Credentials | None:
    if not config.user:
        return None
    try:
        user = pwd.getpwuid(int(config.user)) if config.user.isdigit() else pwd.getpwnam(config.user)
        group = _group(config.group) if config.group else user.pw_gid
    except KeyError as error:
        raise CannotPrepare(f"Failed to determine user credentials: {error.args[0]}") from None
    return Credentials(user.pw_name, user.pw_uid, group)


def _group(name: str) -> int:
    import grp

    return int(name) if name.isdigit() else grp.getgrnam(name).gr_gid


def environment(config: Service, invocation: str, who: Credentials | None) -> dict[str, str]:
    """Nothing of the caller's or the manager's own environment gets in."""
    result = {"LANG": "C.UTF-8", "PATH": SEARCH_PATH, "INVOCATION_ID": invocation, **trust.environment(config.root)}
    if who:
        user = pwd.getpwuid(who.uid)
        result |= {"USER": who.user, "LOGNAME": who.user, "HOME": user.pw_dir, "SHELL": user.pw_shell}
    for kind, names in config.directories.items():
        if names:
            result[_VARIABLES[kind]] = ":".join(str(config.root / DIRECTORIES[kind] / name) for name in names)
    result |= config.environment
    for pattern in config.environment_files:
        result |= _environment_file(pattern)
    for unset in config.unset_environment:
        name, equals, _ = unset.partition("=")
        if not equals or result.get(name) == unset.partition("=")[2]:
            result.pop(name, None)
    return result


def _environment_file(pattern: str) -> dict[str, str]:
    path = pattern.removeprefix("-")
    found = sorted(glob.glob(path)) or [path]  # noqa: PTH207 - the pattern is absolute
    result: dict[str, str] = {}
    for name in found:
        try:
            result |= envfile.parse(Path(name).read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            if not pattern.startswith("-"):
                reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
                raise CannotPrepare(f"Failed to load environment files: {name}: {reason}") from None
    return result


def make_directories(config: Service, who: Credentials | None) -> None:
    for kind, names in config.directories.items():
        for name in names:
            path = config.root / DIRECTORIES[kind] / name
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(config.directory_modes.get(kind, 0o755))
            if who and os.geteuid() == 0:
                os.chown(path, who.uid, who.gid)


def remove_directories(config: Service) -> None:
    """The runtime directory lives as long as the service."""
    for name in config.directories.get("RuntimeDirectory", ()):
        shutil.rmtree(config.root / "run" / name, ignore_errors=True)


def working_directory(config: Service, who: Credentials | None) -> tuple[str, bool]:
    text = config.working_directory
    path = text.removeprefix("-")
    if path == "~":
        path = pwd.getpwuid(who.uid if who else os.geteuid()).pw_dir
    return path or "/", text.startswith("-")


def open_output(kind: str, journal: int, inherited: int) -> int:
    """A descriptor that the caller closes when it is neither `journal` nor `inherited`."""
    name, _, path = kind.partition(":")
    if name == "journal":
        return journal
    if name == "inherit":
        return inherited
    flags = {"null": 0, "file": 0, "append": os.O_APPEND, "truncate": os.O_TRUNC}[name]
    try:
        return os.open(path or os.devnull, os.O_WRONLY | os.O_CREAT | flags, 0o644)
    except OSError as error:
        raise CannotPrepare(f"Failed to set up standard output: {path}: {error.strerror}") from None
