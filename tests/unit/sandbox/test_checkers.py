"""What a health checker sees of an endpoint, and what becomes of it."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import certificates
from sandbox.checkers import daemon
from sandbox.checkers.probe import probe
from sandbox.checkers.verdict import Checker, Report, healthy_percent, is_healthy
from tests.site import Site, serving

REGIONS = ("us-east-1", "eu-west-1", "sa-east-1")


def report(passed: bool) -> Report:
    return Report(passed, "Success" if passed else "Failure", datetime.datetime(2026, 1, 1))


def seen(*results: bool, threshold: int = 3) -> Checker:
    checker = Checker("us-east-1", "127.2.53.1")
    for passed in results:
        checker.take(report(passed), threshold)
    return checker


def test_a_checker_changes_its_mind_after_as_many_results_in_a_row_as_the_threshold_says():
    assert seen().healthy
    assert seen(False, False).healthy
    assert seen(False, False, True, False, False).healthy
    assert not seen(False, False, False).healthy
    assert not seen(False, False, False, True, True).healthy
    assert seen(False, False, False, True, True, True).healthy
    assert not seen(False, threshold=1).healthy


@pytest.mark.parametrize(("healthy", "of", "says"), [(1, 5, True), (9, 50, False), (1, 6, False), (0, 3, False), (1, 3, True)])
def test_the_endpoint_is_healthy_when_more_than_18_percent_of_the_checkers_say_so(healthy, of, says):
    checkers = [seen(*([] if number < healthy else [False] * 3)) for number in range(of)]
    assert healthy_percent(checkers) == 100 * healthy / of
    assert (is_healthy(checkers, inverted=False), is_healthy(checkers, inverted=True)) == (says, not says)


def asked(address: str, host: str = "site.localhost", source: str = "127.0.0.1", **more):
    order = {
        "type": "HTTP",
        "host": host,
        "address": None,
        "port": int(address.rpartition(":")[2]),
        "path": "/",
        "search": None,
        "sni": False,
    }
    return asyncio.run(probe("an-id", {**order, **more}, source))


class Answering(Site):
    status, body, seconds = 200, b"", 0.0

    def do_GET(self) -> None:
        type(self).got = self
        time.sleep(self.seconds)
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)


def answering(**how) -> type[Answering]:
    return type("Answering", (Answering,), how)


def test_a_request_is_as_route_53_sends_it():
    with serving(site := answering()) as address:
        outcome = asked(address, source="127.0.0.9", path="/health?deep=1")
    assert outcome.passed and outcome.status == "Success: HTTP Status Code 200, OK. Resolved IP: 127.0.0.1"
    assert site.got.path == "/health?deep=1" and site.got.client_address[0] == "127.0.0.9"
    assert site.got.headers["Host"] == f"site.localhost:{address.rpartition(':')[2]}"
    assert site.got.headers["User-Agent"].startswith("Amazon-Route53-Health-Check-Service (ref an-id;")
    assert set(outcome.milliseconds) == {"ConnectionTime", "TimeToFirstByte"}


@pytest.mark.parametrize(("status", "passed"), [(204, True), (302, True), (399, True), (400, False), (503, False)])
def test_statuses_from_200_to_399_are_healthy(status, passed):
    with serving(answering(status=status)) as address:
        assert asked(address).passed is passed


def test_an_answer_after_two_seconds_is_too_late():
    with serving(answering(seconds=2.3)) as address:
        outcome = asked(address)
    assert not outcome.passed and "within 2 seconds" in outcome.status


@pytest.mark.parametrize(
    ("body", "passed"), [(b"all is well", True), (b"x" * 5116 + b"well", True), (b"x" * 5117 + b"well", False), (b"Well", False)]
)
def test_a_text_is_looked_for_in_the_first_5120_bytes(body, passed):
    with serving(answering(body=body)) as address:
        assert asked(address, type="HTTP_STR_MATCH", search="well").passed is passed


def test_who_is_not_there_is_unhealthy_and_why_is_said():
    with serving() as address:
        pass
    outcome = asked(address)
    assert (outcome.passed, outcome.status) == (False, "Failure: Resolved IP: 127.0.0.1. The connection failed: Connection refused")
    assert asked(address, host="no.invalid").status.startswith("Failure: DNS resolution failed")


def test_tcp_is_healthy_once_connected():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert asked(f":{listener.getsockname()[1]}", type="TCP").passed


def test_what_is_no_http_is_unhealthy():
    def mail(listener: socket.socket) -> None:
        with listener.accept()[0] as client:
            client.sendall(b"220 mail\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=mail, args=(listener,))
        thread.start()
        assert "no HTTP" in asked(f":{listener.getsockname()[1]}").status
        thread.join()


@contextlib.contextmanager
def secured(folder: Path, names: list[str]) -> Iterator[str]:
    """A site with a certificate that nobody trusts, for another name; it writes down which name it was asked for."""
    key, context = certificates.new_key("EC_prime256v1"), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pem = certificates.key_pem(key) + certificates.sign(key, ["other.example"], datetime.datetime(2026, 1, 1), days=1)
    (folder / "site.pem").write_bytes(pem)
    context.load_cert_chain(folder / "site.pem")
    context.sni_callback = lambda _, name, __: names.append(name or "")
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    with context.wrap_socket(listener.accept()[0], server_side=True) as client:
                        client.recv(1 << 14)
                        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield f":{listener.getsockname()[1]}"


def test_https_takes_any_certificate_and_sends_the_name_when_it_is_to(tmp_path):
    names: list[str] = []
    with secured(tmp_path, names) as address:
        outcomes = [asked(address, type="HTTPS", sni=sni) for sni in (True, False)]
    assert [one.passed for one in outcomes] == [True, True] and names == ["site.localhost", ""]
    assert "SSLHandshakeTime" in outcomes[0].milliseconds


def test_https_on_a_port_that_speaks_http_is_unhealthy():
    with serving() as address:
        assert asked(address, type="HTTPS").status.startswith("Failure: Resolved IP: 127.0.0.1. SSL alert")


class Writer:
    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def write(self, line: bytes) -> None:
        self.lines.append(line)


def test_every_region_asks_again_and_again_until_it_is_ordered_otherwise():
    async def run(port: str) -> tuple[list[bytes], int]:
        session = daemon.Session(writer := Writer())
        order = {"type": "HTTP", "host": "site.localhost", "address": None, "port": int(port), "path": "/", "search": None, "sni": False}
        places = dict.fromkeys(REGIONS, "127.0.0.1")
        session.follow({"health_checks": {"a": {**order, "seconds": 0.1, "checkers": places}}})
        await asyncio.sleep(0.6)
        session.follow({"health_checks": {}})
        first = list(writer.lines)
        await asyncio.sleep(0.2)
        await session.end()
        return first, len(writer.lines) - len(first)

    with serving() as address:
        lines, later = asyncio.run(run(address.rpartition(":")[2]))
    assert later == 0
    assert all(sum(region.encode() in line for line in lines) >= 2 for region in REGIONS)
