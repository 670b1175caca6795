"""A host's service manager with real processes: systemctl, journalctl and Ansible's own systemd module."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
WAIT_S = 10.0
SERVER = """
import os, select, signal, socket, sys
assert os.environ["LISTEN_PID"] == str(os.getpid()) and os.environ["LISTEN_FDS"] == "1"
listener, stopping = socket.socket(fileno=3), []
listener.setblocking(False)
signal.signal(signal.SIGTERM, lambda *_: stopping.append(1))
print("serving", os.environ["LISTEN_FDNAMES"], flush=True)
while not stopping:
    if select.select([listener], [], [], 0.02)[0]:
        try:
            client, _ = listener.accept()
        except BlockingIOError:
            continue
        client.setblocking(True)
        client.recv(1024)
        client.sendall(sys.argv[1].encode())
        client.close()
"""


def until(holds: Callable[[], object], what: str, seconds: float = WAIT_S) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Host:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.manager: subprocess.Popen[bytes] | None = None

    def serve(self) -> None:
        self.manager = subprocess.Popen([sys.executable, "-m", "sandbox.units", "serve", "--root", self.root], cwd=CHECKOUT)
        until(lambda: self.systemctl("is-system-running", "--wait").stdout.strip() in ("running", "degraded"), "the host is up")

    def end(self, number: int = signal.SIGTERM) -> None:
        if self.manager and self.manager.poll() is None:
            self.manager.send_signal(number)
            self.manager.wait(WAIT_S)

    def unit(self, name: str, text: str) -> None:
        path = self.root / "etc/systemd/system" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))

    def service(self, name: str, command: str, settings: str = "") -> None:
        """A service whose command is a shell's."""
        lines = "\n".join(settings.split(";"))
        self.unit(
            f"{name}.service", f"[Service]\nType=exec\nExecStart=/bin/sh -c '{command}'\n{lines}\n[Install]\nWantedBy=multi-user.target\n"
        )

    def systemctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("systemctl", *arguments)

    def journal(self, *arguments: str) -> str:
        return self._run("journalctl", "--no-pager", *arguments).stdout

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        path = self.root / "bin" / program
        if not path.exists():
            return subprocess.CompletedProcess([], 1, "", "")
        return subprocess.run([path, *arguments], capture_output=True, text=True, timeout=30, check=False)

    def show(self, unit: str, name: str) -> str:
        return self.systemctl("show", "-p", name, "--value", unit).stdout.strip()

    def pid(self, unit: str) -> int:
        return int(self.show(unit, "MainPID"))


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    # Longer than the path of a socket may be.
    host = Host(tmp_path / ("h" * 100))
    host.serve()
    yield host
    host.end()


def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(number: int) -> str:
    with socket.create_connection(("127.0.0.1", number), timeout=5) as connection:
        connection.sendall(b"?")
        return connection.recv(100).decode()


def shop(host: Host, number: int) -> None:
    script = host.root / "server.py"
    script.write_text(SERVER)
    host.unit("shop.socket", f"[Socket]\nListenStream=127.0.0.1:{number}\nService=shop@r1.service\nFileDescriptorName=http\n")
    host.unit("shop@.service", f"[Service]\nType=exec\nExecStart={sys.executable} -S {script} %i\nSockets=shop.socket\n")


def test_a_release_replaces_another_on_one_socket_without_a_refused_connection(host: Host) -> None:
    number = port()
    shop(host, number)
    assert host.systemctl("start", "shop@r1").returncode == 0
    answers: list[str] = []
    failures: list[Exception] = []
    done = threading.Event()

    def client() -> None:
        while not done.is_set():
            try:
                answers.append(ask(number))
            except OSError as error:
                failures.append(error)

    worker = threading.Thread(target=client)
    worker.start()
    try:
        until(lambda: "r1" in answers, "the old release answers")
        assert host.systemctl("start", "shop@r2").returncode == 0
        until(lambda: "r2" in answers, "the new release answers")
        assert host.systemctl("is-active", "shop@r1", "shop@r2").stdout.split() == ["active", "active"]
        assert host.systemctl("stop", "shop@r1").returncode == 0
        seen = len(answers)
        until(lambda: len(answers) > seen + 50, "the new release goes on answering")
    finally:
        done.set()
        worker.join()
    assert not failures
    assert set(answers[seen + 1 :]) == {"r2"}
    assert "serving http" in host.journal("-u", "shop@r2", "-o", "cat")


def test_a_client_starts_the_service_of_a_socket(host: Host) -> None:
    number = port()
    shop(host, number)
    assert host.systemctl("start", "shop.socket").returncode == 0
    assert host.systemctl("is-active", "shop@r1").stdout == "inactive\n"
    assert ask(number) == "r1"
    assert host.show("shop.socket", "SubState") == "running"


def test_a_socket_refuses_to_start_beside_its_running_service(host: Host) -> None:
    shop(host, port())
    host.service("shop@r1", "exec sleep 60")
    assert host.systemctl("start", "shop@r1").returncode == 0
    assert host.systemctl("start", "shop.socket").returncode == 1
    assert "Socket service shop@r1.service already active, refusing." in host.journal("-u", "shop.socket")


def test_a_crashed_service_comes_back(host: Host) -> None:
    host.service("a", "exec sleep 60", "Restart=on-failure;RestartSec=50ms")
    host.systemctl("start", "a")
    first = host.pid("a")
    os.kill(first, signal.SIGKILL)
    until(lambda: host.pid("a") not in (0, first), "a new main process")
    assert (host.show("a", "NRestarts"), host.show("a", "ActiveState")) == ("1", "active")
    assert "a.service: Main process exited, code=killed, status=9/KILL" in host.journal("-u", "a")


def test_a_service_that_fails_too_often_is_given_up_until_it_is_reset(host: Host) -> None:
    host.service("a", "echo broken; exit 3", "Restart=always;RestartSec=10ms;StartLimitBurst=3")
    host.systemctl("start", "a")
    until(lambda: host.show("a", "ActiveState") == "failed", "the start limit")
    assert (host.show("a", "Result"), host.show("a", "ExecMainStatus")) == ("start-limit-hit", "3")
    assert host.journal("-u", "a", "-o", "cat").splitlines().count("broken") == 3
    refused = host.systemctl("start", "a")
    assert refused.returncode == 1
    assert 'To force a start use "systemctl reset-failed a.service"' in refused.stderr
    assert host.systemctl("reset-failed", "a").returncode == 0
    assert host.systemctl("is-failed", "a").returncode == 1
    assert host.systemctl("start", "a").returncode == 0


def test_a_release_given_up_takes_the_socket_with_it(host: Host) -> None:
    number = port()
    shop(host, number)
    host.unit("shop@r2.service.d/broken.conf", "[Service]\nExecStart=\nExecStart=/bin/false\nRestart=always\nRestartSec=10ms\n")
    host.systemctl("start", "shop@r1", "shop@r2")
    until(lambda: host.show("shop.socket", "Result") == "service-start-limit-hit", "the socket fails")
    assert ask(number) == "r1"


@pytest.mark.parametrize("mode", ["control-group", "mixed"])
def test_stop_kills_the_whole_group_after_its_timeout(host: Host, mode: str) -> None:
    host.service("a", 'trap "" TERM; sleep 61 & echo child $!; wait; wait; sleep 62', f"KillMode={mode};TimeoutStopSec=200ms")
    host.systemctl("start", "a")
    until(lambda: "child" in host.journal("-u", "a", "-o", "cat"), "the child is told")
    main = host.pid("a")
    found = re.search(r"child (\d+)", host.journal("-u", "a", "-o", "cat"))
    assert found and alive(main) and alive(int(found[1]))
    began = time.monotonic()
    assert host.systemctl("stop", "a").returncode == 0
    assert 0.2 <= time.monotonic() - began < 5
    assert not alive(main) and not alive(int(found[1]))
    assert (host.show("a", "ActiveState"), host.show("a", "Result")) == ("failed", "timeout")


def test_a_process_that_left_its_session_still_ends_with_its_service(host: Host) -> None:
    host.service("a", "setsid sleep 63 & echo child $!; exec sleep 64")
    host.systemctl("start", "a")
    until(lambda: "child" in host.journal("-u", "a", "-o", "cat"), "the child is told")
    found = re.search(r"child (\d+)", host.journal("-u", "a", "-o", "cat"))
    assert found and alive(int(found[1]))
    host.systemctl("stop", "a")
    assert not alive(int(found[1]))


def test_services_die_with_a_killed_manager_and_enabled_ones_come_back(host: Host) -> None:
    host.service("on", "sleep 65 & exec sleep 66")
    host.service("off", "exec sleep 67")
    assert host.systemctl("enable", "--now", "on").returncode == 0
    assert host.systemctl("start", "off").returncode == 0
    pids = [host.pid("on"), host.pid("off")]
    children = [int(pid) for pid in Path(f"/proc/{pids[0]}/task/{pids[0]}/children").read_text().split()]
    assert children and all(map(alive, pids + children))
    host.end(signal.SIGKILL)
    until(lambda: not any(map(alive, pids + children)), "the services are gone")
    offline = host.systemctl("is-active", "on")
    assert offline.returncode == 1 and "No service manager runs for" in offline.stderr
    host.serve()
    assert host.systemctl("is-active", "on", "off").stdout.split() == ["active", "inactive"]


def test_a_manager_told_to_end_stops_its_services_properly(host: Host) -> None:
    host.service("a", 'trap "echo goodbye; exit 0" TERM; while :; do sleep 0.05; done')
    host.systemctl("start", "a")
    pid = host.pid("a")
    host.end()
    assert not alive(pid)
    assert "goodbye" in host.journal("-u", "a", "-o", "cat").splitlines()


def test_a_manager_ends_with_its_parent(tmp_path: Path) -> None:
    command = f"{sys.executable} -m sandbox.units serve --root {tmp_path} & echo $!; exec sleep 68"
    parent = subprocess.Popen(["/bin/sh", "-c", command], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    manager = int(parent.stdout.readline())
    until((tmp_path / "run/units.sock").exists, "the manager listens")
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not alive(manager), "the manager is gone")


def test_a_second_manager_of_a_host_is_refused(host: Host) -> None:
    assert host.manager
    command = [sys.executable, "-m", "sandbox.units", "serve", "--root", host.root]
    second = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=10, check=False)
    assert second.returncode == 1
    assert f"has a service manager already, process {host.manager.pid}." in second.stderr


@pytest.mark.parametrize(
    ("settings", "because", "logged"),
    [
        ("ExecStart=/no/such/program", "the control process exited with error code", "Failed at step EXEC spawning /no/such/program"),
        ("ExecStart=/bin/sleep 60\nWorkingDirectory=/no/such", "the control process exited with error code", "Failed at step CHDIR"),
        ("ExecStart=/bin/sleep 60\nExecStartPre=/bin/false", "the control process exited with error code", "Control process exited"),
        ("ExecStart=/bin/sleep 60\nExecStartPre=/bin/sleep 9\nTimeoutStartSec=100ms", "a timeout was exceeded", "timed out"),
        ("ExecStart=/bin/sleep 60\nEnvironmentFile=/no/such", "of unavailable resources", "Failed to load environment files: /no/such"),
    ],
)
def test_a_start_that_fails_says_why(host: Host, settings: str, because: str, logged: str) -> None:
    host.unit("a.service", f"[Service]\nType=exec\n{settings}\n")
    failed = host.systemctl("start", "a")
    assert failed.returncode == 1
    assert f"Job for a.service failed because {because}" in failed.stderr.replace("\n", " ")
    assert 'See "systemctl status a.service" and "journalctl -xeu a.service" for details.' in failed.stderr
    assert logged in host.journal("-u", "a")
    assert host.systemctl("is-failed", "a").returncode == 0


def test_a_service_gets_only_what_systemd_gives_and_its_unit_sets(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLERS_SECRET", "x")
    secret = host.root / "shop.env"
    secret.write_text('KEY="first\nsecond"\nPLAIN=1\n')
    host.unit(
        "a.service",
        f"[Service]\nType=oneshot\nEnvironment=A=1\nEnvironmentFile={secret}\nExecStart=/usr/bin/env -0\nUMask=0077\nLimitNOFILE=512\n"
        "ExecStart=/bin/sh -c 'umask; ulimit -n; pwd'\n",
    )
    assert host.systemctl("start", "a").returncode == 0
    output = host.journal("-u", "a", "-o", "cat", "SYSLOG_IDENTIFIER=env")
    names = {word.partition("=")[0] for word in output.split("\0") if "=" in word}
    assert names == {"A", "KEY", "PLAIN", "PATH", "LANG", "INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID"}
    assert "KEY=first\nsecond\0" in output
    assert host.journal("-u", "a", "-o", "cat", "SYSLOG_IDENTIFIER=sh").split() == ["0077", "512", "/"]


def test_reload_runs_with_the_main_process_id(host: Host) -> None:
    host.service("a", 'trap "echo reloaded" HUP; while :; do sleep 0.05; done', "ExecReload=/bin/kill -HUP $MAINPID")
    host.systemctl("start", "a")
    pid = host.pid("a")
    assert host.systemctl("reload", "a").returncode == 0
    until(lambda: "reloaded" in host.journal("-u", "a", "-o", "cat"), "the signal arrives")
    assert host.pid("a") == pid
    host.systemctl("stop", "a")
    inactive = host.systemctl("reload", "a")
    assert (inactive.returncode, inactive.stderr) == (1, "a.service is not active, cannot reload.\n")


def test_a_running_service_keeps_its_unit_until_daemon_reload(host: Host) -> None:
    host.service("a", "exec sleep 60")
    host.systemctl("start", "a")
    host.service("a", "echo new; exec sleep 60")
    assert host.show("a", "NeedDaemonReload") == "yes"
    stale = host.systemctl("restart", "a")
    assert "changed on disk. Run 'systemctl daemon-reload'" in stale.stderr
    host.systemctl("daemon-reload")
    assert host.show("a", "NeedDaemonReload") == "no"
    assert host.systemctl("restart", "a").stderr == ""
    until(lambda: "new" in host.journal("-u", "a", "-o", "cat").splitlines(), "the new command runs")


def test_exit_codes_and_answers_are_systemctls(host: Host) -> None:
    host.service("a", "exec sleep 60")
    calls = {
        ("is-active", "a"): (3, "inactive\n"),
        ("is-active", "nosuch"): (4, "inactive\n"),
        ("is-enabled", "a"): (1, "disabled\n"),
        ("is-enabled", "nosuch"): (1, ""),
        ("start", "nosuch"): (5, ""),
        ("stop", "nosuch"): (5, ""),
        ("status", "nosuch"): (4, ""),
        ("status", "a"): (3, None),
        ("show", "-p", "LoadState", "nosuch"): (0, "LoadState=not-found\n"),
        ("disable", "shop@*.service"): (1, ""),
        ("frobnicate",): (1, ""),
        ("list-units", "--no-legend", "--plain"): (0, ""),
        ("is-system-running",): (0, "running\n"),
    }
    for arguments, (code, out) in calls.items():
        result = host.systemctl(*arguments)
        assert (arguments, result.returncode) == (arguments, code)
        assert out is None or result.stdout == out
    host.systemctl("start", "a")
    listed = host.systemctl("list-units", "--no-legend", "--plain", "a*").stdout.split()
    assert listed == ["a.service", "loaded", "active", "running", "a.service"]
    assert host.systemctl("stop", "a*").returncode == 0
    assert host.systemctl("is-active", "a").returncode == 3


def test_a_unit_that_cannot_be_run_as_written_is_refused_with_its_line(host: Host) -> None:
    host.unit("a.service", "[Service]\nExecStart=/bin/sleep 60\nType=notify\n")
    refused = host.systemctl("start", "a")
    assert refused.returncode == 1
    assert "Unit a.service has a bad unit file setting." in refused.stderr
    assert "a.service:3: Type=notify is known to systemd and not emulated" in refused.stderr


def test_the_journal_is_private_and_keeps_order_priority_and_time(host: Host) -> None:
    host.service("a", 'echo "<3>bad"; echo good >&2; printf last')
    host.systemctl("start", "a")
    until(lambda: host.show("a", "ActiveState") == "inactive", "the service ends")
    own = host.journal("-u", "a", "-o", "cat", "_SYSTEMD_UNIT=a.service").splitlines()
    assert own == ["bad", "good", "last"]
    assert host.journal("-u", "a", "-o", "cat", "-p", "err").splitlines() == ["bad"]
    assert host.journal("-u", "a", "-n", "1", "-o", "cat").splitlines() == ["a.service: Deactivated successfully."]
    assert re.match(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} \S+ sh\[\d+\]: bad$", host.journal("-u", "a", "-o", "short-iso", "-p", "3"), re.M
    )
    assert host.journal("-u", "a", "--since", "-1min").strip() != "-- No entries --"
    assert host.journal("-u", "a", "--since", "tomorrow").strip() == "-- No entries --"
    folder = host.root / "var/log/journal"
    assert [oct(path.stat().st_mode & 0o777) for path in (folder, folder / "a.service.journal")] == ["0o700", "0o600"]


def test_ansibles_systemd_module_reports_what_it_changed(host: Host, tmp_path: Path) -> None:
    host.service("a", "exec sleep 60")
    playbook = tmp_path / "play.yml"
    tasks = [
        ("started", "{state: started, enabled: true, daemon_reload: true}", True),
        ("started again", "{state: started, enabled: true}", False),
        ("restarted", "{state: restarted}", True),
        ("stopped and disabled", "{state: stopped, enabled: false}", True),
        ("stopped again", "{state: stopped, enabled: false}", False),
    ]
    lines = ["- hosts: localhost", "  gather_facts: false", "  tasks:"]
    for name, arguments, changed in tasks:
        lines += [
            f"    - name: {name}",
            f"      ansible.builtin.systemd_service: {arguments.replace('{', '{name: a.service, ')}",
            "      register: result",
            f"      failed_when: result.changed is not {'true' if changed else 'false'} or result.status.LoadState != 'loaded'",
        ]
    playbook.write_text("\n".join(lines) + "\n")
    environment = {**os.environ, "PATH": f"{host.root}/bin:{os.environ['PATH']}", "ANSIBLE_LOCALHOST_WARNING": "false"}
    program = Path(sys.executable).parent / "ansible-playbook"
    command = [program, "-i", "localhost,", "-c", "local", "-e", f"ansible_python_interpreter={sys.executable}", playbook]
    result = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "ok=5    changed=3" in result.stdout
