"""A folder of unit files: what is loaded, refused, warned of, enabled."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from sandbox.units import enablement, execution, outcome
from sandbox.units.config import Unit
from sandbox.units.files import UnitFiles
from sandbox.units.names import UnitName
from sandbox.units.service_config import Service
from sandbox.units.socket_config import Socket


@pytest.fixture
def files(tmp_path: Path) -> UnitFiles:
    (tmp_path / "etc/systemd/system").mkdir(parents=True)
    return UnitFiles(tmp_path)


def write(files: UnitFiles, name: str, text: str) -> None:
    path = files.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def load(files: UnitFiles, name: str) -> Unit:
    return files.load(UnitName.parse(name))


def service(files: UnitFiles, settings: str, name: str = "a.service") -> Service:
    write(files, name, f"[Service]\n{settings}\n")
    unit = load(files, name)
    assert isinstance(unit, Service)
    return unit


def test_an_instance_is_read_from_its_template_and_drop_ins_come_after(files: UnitFiles) -> None:
    write(files, "shop@.service", "[Unit]\nDescription=Shop %i\n[Service]\nExecStart=/bin/a %i\nRestart=always\n")
    write(files, "shop@.service.d/10.conf", "[Service]\nRestart=no\n")
    write(files, "shop@r1.service.d/20.conf", "[Service]\nExecStart=\nExecStart=/bin/b\n")
    one, two = load(files, "shop@r1"), load(files, "shop@r2")
    assert isinstance(one, Service) and isinstance(two, Service)
    assert (one.description, one.restart) == ("Shop r1", "no")
    assert [[command.path for command in unit.exec_start] for unit in (one, two)] == [["/bin/b"], ["/bin/a"]]


def test_no_file_is_not_found_and_dev_null_is_masked(files: UnitFiles) -> None:
    (files.folder / "m.service").symlink_to("/dev/null")
    assert [load(files, name).load_state for name in ("nosuch", "m")] == ["not-found", "masked"]


def test_an_unknown_key_is_warned_of_and_ignored(files: UnitFiles) -> None:
    unit = service(files, "ExecStart=/bin/true\nExceStop=/bin/x\nX-Ours=1")
    assert unit.load_state == "loaded"
    assert unit.warnings == [f"{files.folder}/a.service:3: Unknown key 'ExceStop' in section [Service], ignoring."]


def test_hardening_is_accepted_and_named_as_not_emulated(files: UnitFiles) -> None:
    unit = service(files, "ExecStart=/bin/true\nNoNewPrivileges=yes\nProtectSystem=strict\nPrivateTmp=yes")
    assert unit.not_emulated == ["NoNewPrivileges", "ProtectSystem", "PrivateTmp"]
    assert (unit.load_state, unit.warnings) == ("loaded", [])


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ("ExecStart=/bin/a\nType=notify", "Type=notify is known to systemd and not emulated"),
        ("ExecStart=/bin/a\nLoadCredential=a:/b", "LoadCredential= is known to systemd and not emulated"),
        ("ExecStart=/bin/a\n[Unit]\nConditionPathExists=/x", "ConditionPathExists= is known to systemd"),
        ("ExecStart=/bin/a\nStandardOutput=tty", "output 'tty' is not emulated"),
        ("ExecStart=a/b", "Neither a valid executable name nor an absolute path: a/b"),
        ("ExecStart=/bin/a\nExecStart=/bin/b", "more than one ExecStart="),
        ("Restart=always", "Service has no ExecStart="),
        ("ExecStart=/bin/a\nType=oneshot\nRestart=always", "isn't allowed for Type=oneshot"),
        ("ExecStart=/bin/a\nWorkingDirectory=x", "WorkingDirectory= path is not absolute: x"),
    ],
)
def test_what_would_run_otherwise_than_written_is_not_loaded(files: UnitFiles, settings: str, reason: str) -> None:
    unit = service(files, settings)
    assert unit.load_state == "bad-setting"
    assert reason in unit.load_error


def test_another_user_needs_root(files: UnitFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: pwd.struct_passwd(("me", "x", uid, uid, "", "/home/me", "/bin/sh")))
    refused = service(files, "ExecStart=/bin/a\nUser=shop")
    assert refused.load_error == ("User=shop: this manager runs as me, not as root, and cannot start a service as another user")
    assert service(files, "ExecStart=/bin/a\nUser=me").load_state == "loaded"


def test_environment_comes_from_the_unit_alone(files: UnitFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLERS_SECRET", "x")
    write(files, "env", 'B=2\nKEY="a\nb"\n')
    unit = service(
        files,
        f'ExecStart=/bin/a\nEnvironment=A=1 "B=one two"\nEnvironment=C=%p\nEnvironmentFile={files.folder}/env\n'
        "EnvironmentFile=-/nosuch\nRuntimeDirectory=shop\nUnsetEnvironment=LANG",
    )
    environment = execution.environment(unit, "id", None)
    assert environment == {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "INVOCATION_ID": "id",
        "RUNTIME_DIRECTORY": str(files.root / "run/shop"),
        "A": "1",
        "B": "2",
        "C": "a",
        "KEY": "a\nb",
    }


def test_a_missing_environment_file_is_named(files: UnitFiles) -> None:
    unit = service(files, "ExecStart=/bin/a\nEnvironmentFile=/nosuch/env")
    with pytest.raises(execution.CannotPrepare, match="/nosuch/env: No such file or directory"):
        execution.environment(unit, "id", None)


def test_sockets_are_wanted_and_waited_for(files: UnitFiles) -> None:
    unit = service(files, "ExecStart=/bin/a\nSockets=shop.socket other.socket")
    assert unit.sockets == unit.wants == unit.after == ["shop.socket", "other.socket"]


def test_a_socket_has_addresses_and_its_service(files: UnitFiles) -> None:
    write(files, "shop.socket", "[Socket]\nListenStream=127.0.0.1:80\nListenStream=[::1]:81\nListenStream=82\n")
    unit = load(files, "shop.socket")
    assert isinstance(unit, Socket)
    assert [address.address for address in unit.listen_stream] == [("127.0.0.1", 80), ("::1", 81), ("::", 82)]
    assert (unit.service, unit.file_descriptor_name) == ("shop.service", "shop.socket")


def test_every_address_of_a_host_with_its_own_is_that_one(files):
    write(files, "shop.socket", "[Socket]\nListenStream=80\nListenStream=0.0.0.0:81\nListenStream=127.0.0.1:82\nListenStream=/run/shop\n")
    addresses = load(files, "shop.socket").listen_stream
    own = ("127.9.16.4", 80), ("127.9.16.4", 81), ("127.0.0.1", 82), "/run/shop"
    assert tuple(address.on_host("127.9.16.4").address for address in addresses) == own
    assert [address.on_host("") for address in addresses] == addresses


@pytest.mark.parametrize("line", ["ListenStream=localhost:80", "ListenStream=127.0.0.1:0", "Accept=yes"])
def test_a_socket_that_cannot_listen_is_not_loaded(files: UnitFiles, line: str) -> None:
    write(files, "shop.socket", f"[Socket]\n{line}\n")
    assert load(files, "shop.socket").load_state == "bad-setting"


def test_how_a_process_ended_decides_the_result_and_the_restart(files: UnitFiles) -> None:
    unit = service(files, "ExecStart=/bin/a\nRestart=on-failure\nSuccessExitStatus=143\nRestartPreventExitStatus=7")
    results = {status: outcome.of_main(status, unit) for status in (0, 143, -15, 1, -9, -11, 7)}
    assert results == {
        0: "success", 143: "success", -15: "success", 1: "exit-code", -9: "signal", -11: "core-dump", 7: "exit-code",
    }  # fmt: skip
    assert [status for status, result in results.items() if outcome.restarts(result, status, unit)] == [1, -9, -11]


def test_a_template_instance_is_enabled_and_disabled(files: UnitFiles) -> None:
    write(files, "shop@.service", "[Service]\nExecStart=/bin/a\n[Install]\nWantedBy=multi-user.target\n")
    one, template = UnitName.parse("shop@r1"), UnitName.parse("shop@.service")
    assert enablement.state(files, one) == "disabled"
    enablement.enable(files, [one])
    assert (files.folder / "multi-user.target.wants/shop@r1.service").readlink() == files.folder / "shop@.service"
    states = [enablement.state(files, name) for name in (one, UnitName.parse("shop@r2"), template)]
    assert states == ["enabled", "disabled", "indirect"]
    assert files.boot_names() == ["shop@r1.service"]
    assert enablement.enable(files, [one]) == []
    enablement.disable(files, [template])
    assert files.boot_names() == []


def test_a_unit_without_install_is_static_and_enabling_it_says_so(files: UnitFiles) -> None:
    service(files, "ExecStart=/bin/a")
    assert enablement.state(files, UnitName.parse("a")) == "static"
    assert "no installation config" in enablement.enable(files, [UnitName.parse("a")])[0]
