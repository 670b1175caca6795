from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from sandbox import packages
from sandbox.packages import Missing, Pin

LOCK = """\
# codename, architecture, package, version, sha256
bookworm amd64 libx 1.0-1 {good}
bookworm arm64 libx 1.0-1 other
trixie amd64 libx 2.0-1 other
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system of Debian 12, whose apt-get downloads one small package, and whose dpkg unpacks a file of it."""
    monkeypatch.setattr(packages, "_system", lambda: ("bookworm", "amd64"))
    monkeypatch.setattr(packages, "_SYSTEM_RULES", ())

    def run(*command: str, cwd: Path | None = None) -> str:
        if "download" in command:
            assert command[-1] == "libx=1.0-1"
            (cwd / "libx_1.0-1_amd64.deb").write_bytes(b"the package")
        elif command[:2] == ("dpkg", "-x"):
            (Path(command[3]) / "usr").mkdir(parents=True)
        return ""

    monkeypatch.setattr(packages, "_run", run)
    return tmp_path


def lock(place: Path, sha256: str) -> Path:
    file = place / "debian.lock"
    file.write_text(LOCK.format(good=sha256))
    return file


def test_what_the_lock_pins_is_unpacked_once(place):
    good = lock(place, hashlib.sha256(b"the package").hexdigest())
    assert packages.fetch(place / "kept", good)
    assert (place / "kept" / "root" / "usr").is_dir()
    assert not packages.fetch(place / "kept", good)


def test_a_package_with_another_hash_is_not_used(place):
    with pytest.raises(Missing, match=r"libx=1\.0-1 was downloaded with sha256 .*, but .*debian\.lock pins 0000: it is not used"):
        packages.fetch(place / "kept", lock(place, "0000"))
    assert not (place / "kept" / "root").exists()


def test_a_system_that_nothing_is_pinned_for_is_told_what_to_install(place, monkeypatch):
    monkeypatch.setattr(packages, "_system", lambda: ("noble", "amd64"))
    with pytest.raises(Missing, match="pins nothing for noble amd64: install libmodsecurity 3, the OWASP Core Rule Set and Redis"):
        packages.fetch(place / "kept", lock(place, "0000"))


def test_without_apt_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(packages.shutil, "which", lambda name: None)
    with pytest.raises(Missing, match="no apt-get here .* install libmodsecurity 3"):
        packages._system()


def test_the_place_says_what_the_set_up_said(tmp_path, monkeypatch):
    monkeypatch.setattr(packages.ctypes.util, "find_library", lambda name: None)
    with pytest.raises(Missing, match="libmodsecurity is missing: run python -m sandbox.packages, or install"):
        packages.place(tmp_path)
    (tmp_path / "missing").write_text("There is no apt-get here.")
    with pytest.raises(Missing, match=r"There is no apt-get here\."):
        packages.place(tmp_path)


def test_an_unpacked_redis_is_preferred_to_the_systems(tmp_path, monkeypatch):
    monkeypatch.setattr(packages.shutil, "which", lambda name: "/opt/valkey-server" if name == "valkey-server" else None)
    assert packages.redis(tmp_path) == packages.Server(Path("/opt/valkey-server"), None)
    for name in ("usr/bin/redis-server", "usr/lib/x86_64-linux-gnu/libjemalloc.so.2"):
        (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / name).touch()
    assert packages.redis(tmp_path) == packages.Server(tmp_path / "root/usr/bin/redis-server", tmp_path / "root/usr/lib/x86_64-linux-gnu")


def test_without_any_redis_what_the_set_up_said_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(packages.shutil, "which", lambda name: None)
    with pytest.raises(Missing, match="redis-server is missing: run python -m sandbox.packages, or install"):
        packages.redis(tmp_path)


def test_the_lock_pins_all_packages_for_each_system():
    text = packages.LOCK.read_text()
    for codename in ("bookworm", "trixie"):
        for architecture in ("amd64", "arm64"):
            names = [pin.name for pin in packages.pins(text, codename, architecture)]
            assert names[0].startswith("libmodsecurity3")
            assert {"modsecurity-crs", "redis-server", "redis-tools"} <= set(names)
    assert all(len(pin.sha256) == 64 for pin in packages.pins(text, "bookworm", "amd64"))
    assert packages.pins(text, "noble", "amd64") == list[Pin]()
