"""A load test dealt out to processes, against a real server on loopback."""

from __future__ import annotations

import datetime
import http.server
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import load_workers
from ansible_collections.prodready.aws.plugins.module_utils.load_plan import arrivals, asked, found
from ansible_collections.prodready.aws.plugins.module_utils.load_worker_process import command
from ansible_collections.prodready.aws.plugins.module_utils.load_workers import NotReady, Workers

from sandbox import certificates
from tests.site import Site, serving

TOKEN = "a-token-that-nobody-may-see"
REQUESTS = [{"name": "product", "method": "GET", "path": "/$id", "values": {"id": ["a", "b", "c"]}, "weight": 1}]
HERE = {"connection": "local", "python": None, "address": None, "port": None, "user": None, "private_key": None, "ssh_arguments": ""}


class Counted(Site):
    seen: list[str] = []

    def do_GET(self):
        self.seen.append(self.path)
        self.answer(200 if self.headers["X-Load-Test"] == TOKEN else 403)


@pytest.fixture
def site():
    Counted.seen = []
    with serving(Counted) as address:
        yield f"http://{address}"


class Secure(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that does not trust it goes away."""


@pytest.fixture
def secure(tmp_path):
    key = certificates.new_key("EC_prime256v1")
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None, microsecond=0)
    (tmp_path / "key.pem").write_bytes(certificates.key_pem(key))
    (tmp_path / "cert.pem").write_bytes(certificates.sign(key, ["shop.example.com"], now, 30))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with Secure(("127.0.0.1", 0), Site) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def plan(site: str, rate: float = 60, seconds: float = 1, **more):
    return {
        "site": site,
        "requests": REQUESTS,
        "headers": {"X-Load-Test": TOKEN},
        "seed": 1,
        "stages": [{"rate": rate, "seconds": seconds, "warm_up": False}],
        "connect_to": {},
        "timeout_seconds": 10,
        "connections": 100,
        "counted_header": "",
        "authorities": None,
        **more,
    }


def here(count: int, **more):
    return [{**HERE, "name": f"process {number}", **more} for number in range(1, count + 1)]


def test_three_processes_send_what_one_alone_would_at_the_same_times(site):
    given = plan(site)
    with Workers(here(3), given) as load:
        assert load.wait(20)
        assert load.lost == {}
    wanted = list(islice(asked(site, REQUESTS, {}, 1), 60))
    assert Counter(Counted.seen) == Counter(urlsplit(one.url).path for one in wanted)
    assert sorted(round(one.at - load.started, 3) for one in load.samples) == [round(at, 3) for at in arrivals(given["stages"])]
    of = found(load.samples, load.started, given["stages"])
    assert (of["requests"], of["failed"], of["held_percent"] > 50) == (60, 0, True)


def test_a_worker_that_is_lost_is_said_and_what_it_did_not_send_was_not_held(site):
    given = plan(site, rate=50, seconds=4)
    with Workers(here(2), given) as load:
        assert not load.wait(1)
        os.kill(load.each[1].process.pid, signal.SIGKILL)
        assert load.wait(20)
        assert load.lost == {"process 2": "it ended without a word"}
    of = found(load.samples, load.started, given["stages"])
    assert 100 < of["requests"] < 200
    assert of["held_percent"] < 90


def test_a_worker_that_hangs_is_given_up_and_said(site, monkeypatch):
    monkeypatch.setattr(load_workers, "SILENT_SECONDS", 2)
    with Workers(here(2), plan(site, rate=50, seconds=4)) as load:
        assert not load.wait(1)
        os.kill(load.each[1].process.pid, signal.SIGSTOP)
        deadline = time.monotonic() + 20
        while not load.wait(0.5):
            assert time.monotonic() < deadline
        assert load.lost == {"process 2": "not heard of for 2 s"}


def test_a_worker_that_cannot_begin_is_an_error_and_nobody_sends_anything(site):
    with pytest.raises(NotReady, match="worker process 2: it ended without a word"):
        Workers([*here(1), {**here(2, python="/bin/false")[1]}], plan(site)).__enter__()
    assert Counted.seen == []


def test_a_machine_without_aiohttp_says_so(site, tmp_path):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    python.chmod(0o755)
    with pytest.raises(NotReady, match="worker process 1: aiohttp is missing: install it for "):
        Workers(here(1, python=str(python)), plan(site)).__enter__()


def test_workers_that_are_left_end_and_send_nothing_more(site):
    with Workers(here(2), plan(site, seconds=60)) as load:
        assert not load.wait(0.5)
        pids = [one.process.pid for one in load.each]
    assert [Path(f"/proc/{pid}").exists() for pid in pids] == [False, False]
    count = len(Counted.seen)
    time.sleep(0.3)
    assert 0 < count == len(Counted.seen)


ASKING = """
import json, sys
from ansible_collections.prodready.aws.plugins.module_utils.load_workers import Workers
with Workers(*json.loads(sys.stdin.readline())) as load:
    print(load.each[0].process.pid, flush=True)
    load.wait(60)
"""


def test_workers_end_when_who_asked_them_is_killed(site):
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / ".collections")}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", ASKING], env=env, text=True, **pipes) as asking:
        asking.stdin.write(json.dumps([here(1), plan(site, seconds=60)]) + "\n")
        asking.stdin.flush()
        worker = Path(f"/proc/{int(asking.stdout.readline())}/stat")
        asking.kill()
    deadline = time.monotonic() + 10
    # Where nobody waits for orphans it stays as a zombie.
    while worker.exists() and worker.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_header_is_in_no_argument_and_no_variable_of_a_process(site):
    with Workers(here(1), plan(site)) as load:
        process = Path(f"/proc/{load.each[0].process.pid}")
        assert TOKEN not in (process / "cmdline").read_text() + (process / "environ").read_text()
        assert load.wait(20)
    assert {one.status for one in load.samples} == {200}


@pytest.mark.parametrize(("trusted", "ends"), [(True, {200}), (False, {None})])
def test_a_name_leads_where_connect_to_says_and_is_trusted_by_the_authority_that_is_sent_along(secure, trusted, ends):
    given = plan("https://shop.example.com", connect_to={"shop.example.com:443": secure})
    with Workers(here(2), {**given, "authorities": certificates.authority().pem.decode() if trusted else None}) as load:
        assert load.wait(20)
    assert {one.status for one in load.samples} == ends
    assert trusted or {one.error for one in load.samples} == {"TLS failed: unable to get local issuer certificate"}


def test_a_machine_is_reached_as_the_inventory_says():
    worker = {**HERE, "name": "load1", "connection": "ssh"}
    begin = ["ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "LogLevel=ERROR"]
    plain = command(worker)
    assert plain[:-1] == [*begin, "load1"]
    assert plain[-1].startswith("python3 -c ")
    more = {"address": "192.0.2.1", "port": 2222, "user": "ops", "private_key": "/k", "ssh_arguments": "-J 'a b'", "python": "/opt/python"}
    full = command({**worker, **more})
    assert full[:-1] == [*begin, "-J", "a b", "-p", "2222", "-i", "/k", "-l", "ops", "192.0.2.1"]
    assert full[-1].startswith("/opt/python -c ")


# It runs here what it is to run there.
SSH = """#!/bin/sh
for last; do :; done
echo Welcome to this machine
echo 1
case "$*" in *refused*) echo "Permission denied" >&2; exit 255;; esac
exec sh -c "$last"
"""


def test_what_ssh_says_is_why_and_its_greetings_do_no_harm(site, tmp_path, monkeypatch):
    ssh = tmp_path / "ssh"
    ssh.write_text(SSH)
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    machine = {**HERE, "name": "load1", "connection": "ssh", "python": sys.executable}
    with Workers([machine], plan(site)) as load:
        assert load.wait(20)
    assert len(load.samples) == 60
    with pytest.raises(NotReady, match="worker refused: Permission denied"):
        Workers([{**machine, "name": "refused"}], plan(site)).__enter__()
