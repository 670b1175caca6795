"""python -m sandbox.packages: Debian's libmodsecurity, OWASP Core Rule Set and Redis, unpacked into a folder of the checkout.

Nothing is installed and nobody has to be root: apt-get downloads what requirements/debian.lock pins, dpkg unpacks it. Where that
does not work one sentence says so, and the sandbox runs without AWS's managed rules and without caches, or with the system's own.
"""

from __future__ import annotations

import contextlib
import ctypes.util
import fcntl
import hashlib
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".sandbox-packages"
LOCK = ROOT / "requirements" / "debian.lock"

_SYSTEM_RULES = ("/usr/share/modsecurity-crs/rules", "/usr/local/share/modsecurity-crs/rules")
_SECONDS = 90
# Either is run from the same lines of configuration.
_SYSTEM_SERVERS = ("redis-server", "valkey-server")
# Nothing that libmodsecurity needs: Redis's libraries, and the one for Lua in C++.
_OTHERS = ("libmodsecurity", "liblua5.3-c++", "libjemalloc", "liblzf", "libatomic")
_ADVICE = (
    "install libmodsecurity 3, the OWASP Core Rule Set and Redis "
    "(Debian, Ubuntu: apt-get install libmodsecurity3 modsecurity-crs redis-server)"
)


class Missing(Exception):
    """What is missing, why, and what to install."""


@dataclass(frozen=True)
class Pin:
    name: str
    version: str
    sha256: str

    @property
    def request(self) -> str:
        return f"{self.name}={self.version}"


@dataclass(frozen=True)
class Place:
    """Where libmodsecurity, the libraries that it needs and the rules are."""

    library: Path
    dependencies: list[Path]
    rules: Path


@dataclass(frozen=True)
class Server:
    """Redis, and where its libraries are when they are not the system's."""

    program: Path
    libraries: Path | None


def place(folder: Path = FOLDER) -> Place:
    """The unpacked packages, else those of the system; Missing when there are neither."""
    unpacked = folder / "root"
    libraries = sorted(unpacked.glob("usr/lib/*/lib*.so.[0-9]*"))
    rules = unpacked / "usr/share/modsecurity-crs/rules"
    library = next((path for path in libraries if path.name.startswith("libmodsecurity.so")), None)
    if library and rules.is_dir():
        return Place(library, [path for path in libraries if not path.name.startswith(_OTHERS)], rules)
    system = ctypes.util.find_library("modsecurity")
    installed = next((path for path in map(Path, _SYSTEM_RULES) if path.is_dir()), None)
    if system and installed:
        return Place(Path(system), [], installed)
    raise Missing(_reason(folder, "libmodsecurity"))


def redis(folder: Path = FOLDER) -> Server:
    """The unpacked Redis, else the system's Redis or Valkey; Missing when there is none."""
    program = folder / "root" / "usr/bin/redis-server"
    if program.exists():
        return Server(program, next((folder / "root").glob("usr/lib/*/libjemalloc.so.*")).parent)
    installed = next(filter(None, map(shutil.which, _SYSTEM_SERVERS)), None)
    if installed:
        return Server(Path(installed), None)
    raise Missing(_reason(folder, "redis-server"))


def _reason(folder: Path, what: str) -> str:
    said = folder / "missing"
    return said.read_text() if said.exists() else f"{what} is missing: run python -m sandbox.packages, or {_ADVICE}."


def pins(text: str, codename: str, architecture: str) -> list[Pin]:
    """The lock's lines for this system: codename, architecture, package, version, sha256."""
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [Pin(*rest) for release, machine, *rest in lines if release == codename and machine == architecture]


def fetch(folder: Path = FOLDER, lock: Path = LOCK) -> bool:
    """Whether there was something to fetch."""
    text = lock.read_text()
    with _alone(folder):
        done = folder / "installed.lock"
        if done.exists() and done.read_text() == text:
            return False
        wanted = pins(text, *_system())
        if not wanted:
            raise Missing(f"requirements/debian.lock pins nothing for {' '.join(_system())}: {_ADVICE}.")
        shutil.rmtree(folder / "root", ignore_errors=True)
        for pin, file in zip(wanted, _downloaded(wanted, folder), strict=True):
            _check(pin, file)
            _run("dpkg", "-x", str(file), str(folder / "root"))
        shutil.rmtree(folder / "archives")
        done.write_text(text)
        return True


def _system() -> tuple[str, str]:
    try:
        codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    except OSError:
        codename = ""
    if not codename or not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise Missing(f"There is no apt-get here to fetch packages with: {_ADVICE}.")
    return codename, _run("dpkg", "--print-architecture").strip()


def _downloaded(wanted: list[Pin], folder: Path) -> list[Path]:
    archives = folder / "archives"
    archives.mkdir(exist_ok=True)
    requests = [pin.request for pin in wanted]
    try:
        _run("apt-get", *_OPTIONS, "download", *requests, cwd=archives)
    except Missing:
        # The system's lists are missing or old, and may belong to root: lists of our own.
        state = folder / "apt"
        (state / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        own = (*_OPTIONS, "-o", f"Dir::State::lists={state}/lists", "-o", f"Dir::Cache={state}")
        _run("apt-get", *own, "update")
        _run("apt-get", *own, "download", *requests, cwd=archives)
        shutil.rmtree(state)
    return [next(archives.glob(f"{pin.name}_*.deb")) for pin in wanted]


_OPTIONS = ("-qq", "-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=1", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=15")


def _check(pin: Pin, file: Path) -> None:
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != pin.sha256:
        raise Missing(f"{pin.request} was downloaded with sha256 {found}, but requirements/debian.lock pins {pin.sha256}: it is not used.")


def _run(*command: str, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Missing(f"{' '.join(command[:1])} did not end in {_SECONDS} s: {_ADVICE}.") from error
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip().splitlines()[:1] or [f"ended with {error.returncode}"]
        raise Missing(f"{command[0]} could not fetch packages ({reason[0]}): {_ADVICE}.") from error
    return done.stdout


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    said = FOLDER / "missing"
    try:
        if fetch():
            print("prodready: unpacked libmodsecurity, the OWASP Core Rule Set and Redis into .sandbox-packages")
        said.unlink(missing_ok=True)
    except Missing as error:
        said.write_text(str(error))
        print(f"prodready: the sandbox uses the system's libmodsecurity and Redis, or runs without. {error}", file=sys.stderr)
    (FOLDER / "tried.lock").write_text(LOCK.read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
