"""What an address answers, and how it speaks TLS: real servers on loopback."""

from __future__ import annotations

import datetime
import http.server
import ssl
import threading
from types import SimpleNamespace

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.web import answer, handshake

from sandbox import certificates

NAME = "shop.example.com"


class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"release": "1.0.0"}'
        self.send_response(301 if self.path == "/old?x=1" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Host", self.headers["Host"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A handshake that it refuses is what these tests are about."""


@pytest.fixture
def site(tmp_path):
    key = certificates.new_key("EC_prime256v1")
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None, microsecond=0)
    (tmp_path / "key.pem").write_bytes(certificates.key_pem(key))
    (tmp_path / "cert.pem").write_bytes(certificates.sign(key, [NAME, f"www.{NAME}"], now, 30))
    (tmp_path / "ca.pem").write_bytes(certificates.authority().pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with Server(("127.0.0.1", 0), Site) as plain, Server(("127.0.0.1", 0), Site) as secure:
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        for server in (plain, secure):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        place = f"127.0.0.1:{secure.server_port}"
        yield SimpleNamespace(
            url=f"http://127.0.0.1:{plain.server_port}",
            ca=str(tmp_path / "ca.pem"),
            connect_to={f"{NAME}:443": place, "other.example.com:443": place},
        )
        plain.shutdown()
        secure.shutdown()


def test_an_answer_has_its_status_headers_and_body(site):
    found = answer(site.url)
    assert (found["status"], found["headers"]["content-type"], found["body"]) == (200, "application/json", {"release": "1.0.0"})


def test_a_redirect_is_an_answer_and_not_followed(site):
    assert answer(f"{site.url}/old?x=1")["status"] == 301


def test_a_site_is_asked_where_connect_to_says_under_its_own_name(site):
    found = answer(f"https://{NAME}/", connect_to=site.connect_to, ca_path=site.ca)
    assert (found["status"], found["headers"]["x-host"]) == (200, NAME)


def test_nothing_listening_and_no_address_are_errors():
    assert "refused" in answer("http://127.0.0.1:1/")["error"]
    assert "error" in answer("gopher://127.0.0.1/")
    assert "error" in handshake("127.0.0.1:1")


def test_a_site_that_is_not_trusted_gives_no_answer(site):
    assert "certificate verify failed" in answer(f"https://{NAME}/", connect_to=site.connect_to)["error"]


def test_a_handshake_tells_the_version_and_the_certificate(site):
    found = handshake(f"{NAME}:443", connect_to=site.connect_to, ca_path=site.ca)
    assert (found["handshake"], found["version"], found["days_left"]) == ("accepted", "TLSv1.3", 29)
    assert found["names"] == [NAME, f"www.{NAME}"]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_an_old_version_is_refused_and_a_new_one_accepted(site):
    versions = {
        version: handshake(f"{NAME}:443", connect_to=site.connect_to, ca_path=site.ca, version=version)["handshake"]
        for version in ("TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
    }
    assert versions == {"TLSv1.0": "refused", "TLSv1.1": "refused", "TLSv1.2": "accepted", "TLSv1.3": "accepted"}


def test_a_certificate_for_another_name_or_of_another_authority_is_distrusted(site):
    other = handshake("other.example.com:443", connect_to=site.connect_to, ca_path=site.ca)
    assert other["handshake"] == "accepted"
    assert "other.example.com" in other["distrusted"]
    assert "names" not in other
    assert "distrusted" in handshake(f"{NAME}:443", connect_to=site.connect_to)
