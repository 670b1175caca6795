"""What our reading of unit files makes of a file, held against systemd's own (`systemd-analyze verify`), where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox.units import enablement, keys
from sandbox.units.files import READERS, UnitFiles
from sandbox.units.names import UnitName

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
CASES = {
    "a plain service": "[Service]\nExecStart=/bin/true\n",
    "no command": "[Service]\nRestart=always\n",
    "a relative command": "[Service]\nExecStart=bin/x\n",
    "two commands": "[Service]\nExecStart=/bin/true\nExecStart=/bin/false\n",
    "two commands of a oneshot": "[Service]\nType=oneshot\nExecStart=/bin/true\nExecStart=/bin/false\n",
    "a oneshot restarted always": "[Service]\nType=oneshot\nRestart=always\nExecStart=/bin/true\n",
    "an open quote": '[Service]\nExecStart=/bin/echo "a\n',
    "an open quote in the environment": '[Service]\nExecStart=/bin/true\nEnvironment="A=1\n',
    "no assignment in the environment": "[Service]\nExecStart=/bin/true\nEnvironment=A B=1\n",
    "a relative environment file": "[Service]\nExecStart=/bin/true\nEnvironmentFile=x\n",
    "a relative working directory": "[Service]\nExecStart=/bin/true\nWorkingDirectory=x\n",
    "an optional working directory": "[Service]\nExecStart=/bin/true\nWorkingDirectory=-/nosuch\n",
    "an unknown key": "[Service]\nExecStart=/bin/true\nExceStop=/bin/x\n",
    "an unknown section": "[Service]\nExecStart=/bin/true\n[Bogus]\nA=1\n[X-Ours]\nA=1\n",
    "an unknown type": "[Service]\nExecStart=/bin/true\nType=foo\n",
    "an unknown kill mode": "[Service]\nExecStart=/bin/true\nKillMode=foo\n",
    "an unknown restart": "[Service]\nExecStart=/bin/true\nRestart=sometimes\n",
    "an unknown signal": "[Service]\nExecStart=/bin/true\nKillSignal=FOO\n",
    "no time": "[Service]\nExecStart=/bin/true\nRestartSec=abc\n",
    "no mode": "[Service]\nExecStart=/bin/true\nUMask=99\n",
    "no limit": "[Service]\nExecStart=/bin/true\nLimitNOFILE=abc\n",
    "no boolean": "[Service]\nExecStart=/bin/true\nRemainAfterExit=perhaps\n",
    "no equals sign": "[Service]\nExecStart=/bin/true\nfoo\n=x\n",
    "a setting before the sections": "A=1\n[Service]\nExecStart=/bin/true\n",
    "continued lines": "[Service]\nExecStart=/bin/echo a \\\n# comment\n  b\n",
}


@pytest.fixture
def files(tmp_path: Path) -> UnitFiles:
    (tmp_path / "etc/systemd/system").mkdir(parents=True)
    return UnitFiles(tmp_path)


def verify(path: Path) -> tuple[bool, list[str]]:
    """Whether systemd loads it, and what it says of its lines."""
    command = ["systemd-analyze", "--man=no", "verify", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    said = [line for line in done.stderr.splitlines() if line.startswith(f"{path}:")]
    return "has a bad unit file setting" not in done.stderr, said


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_a_unit_file_is_judged_as_systemd_judges_it(files: UnitFiles, text: str) -> None:
    path = files.folder / "a.service"
    path.write_text(text)
    unit = files.load(UnitName.parse("a"))
    own = unit.warnings + [unit.load_error] if unit.load_error.startswith(str(path)) else unit.warnings
    assert (unit.load_state == "loaded", own) == verify(path)


def test_every_setting_that_systemd_knows_is_read_accepted_or_refused() -> None:
    program = Path("/usr/lib/systemd/systemd")
    if not program.exists():
        pytest.skip("systemd itself is not installed")
    dump = subprocess.run([program, "--dump-configuration-items"], capture_output=True, text=True, timeout=30, check=True)
    section, unknown = "", []
    for line in dump.stdout.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif "=" in line and section in keys.ACCEPTED:
            key = line.partition("=")[0]
            known = READERS["socket" if section == "Socket" else "service"][section].keys() | keys.ACCEPTED[section] | keys.REFUSED[section]
            if key not in known and not keys.is_condition(key):
                unknown.append(f"{section}.{key}")
    assert unknown == []


def test_enabling_makes_the_links_that_systemctl_makes(tmp_path: Path) -> None:
    units = {
        "shop@.service": "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\nAlso=shop.socket\n",
        "shop.socket": "[Socket]\nListenStream=80\nService=shop@r1.service\n[Install]\nWantedBy=sockets.target\n",
        "plain.service": "[Service]\nExecStart=/bin/true\n",
    }
    for name in ("ours", "systemds"):
        folder = tmp_path / name / "etc/systemd/system"
        folder.mkdir(parents=True)
        for unit, text in units.items():
            (folder / unit).write_text(text)
    ours = UnitFiles(tmp_path / "ours")

    def tree(name: str) -> list[str]:
        return sorted(str(path.relative_to(tmp_path / name)) for path in (tmp_path / name).rglob("*"))

    for verb, unit in (("enable", "shop@r1.service"), ("enable", "plain.service"), ("disable", "shop@.service")):
        getattr(enablement, verb)(ours, [UnitName.parse(unit)])
        subprocess.run(["systemctl", f"--root={tmp_path}/systemds", verb, unit], capture_output=True, timeout=30, check=False)
        assert tree("ours") == tree("systemds"), verb
    for unit in ("shop@r1.service", "shop@.service", "shop.socket", "plain.service"):
        command = ["systemctl", f"--root={tmp_path}/systemds", "is-enabled", unit]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert (unit, answer.stdout.strip()) == (unit, enablement.state(ours, UnitName.parse(unit)))
