"""One request, exactly as given: to another address, from another address, over TLS that is verified."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.web import exchange, place_of


class Listener:
    """Answers every connection with the same bytes and keeps what it was sent."""

    def __init__(self, answer: bytes) -> None:
        self.answer, self.heard, self.clients = answer, b"", []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while True:
            try:
                connection, client = self.socket.accept()
            except OSError:
                return
            with connection:
                self.clients.append(client[0])
                self.heard = self.read(connection)
                connection.sendall(self.answer)

    def read(self, connection: socket.socket) -> bytes:
        heard = b""
        while True:
            head, end, body = heard.partition(b"\r\n\r\n")
            length = re.search(rb"Content-Length: (\d+)", head)
            if end and len(body) >= (int(length[1]) if length else 0):
                return heard
            heard += connection.recv(65536)

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nX-A: b\r\n\r\nno")
    yield found
    found.close()


def test_a_request_is_sent_as_it_is_given_and_its_refusal_is_an_answer(listener):
    found = exchange(f"http://shop.test:{listener.port}/../a?q=%27 ".strip(), "PUT", {"X-One": "1"}, b"ab", connect_to=to(listener))
    assert found == {"status": 403, "headers": {"content-length": "2", "x-a": "b"}, "body": "no"}
    head, _, body = listener.heard.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"PUT /../a?q=%27 HTTP/1.1",
        f"Host: shop.test:{listener.port}".encode(),
        b"Content-Length: 2",
        b"X-One: 1",
    ]
    assert body == b"ab"


def test_a_host_that_is_given_is_the_only_one(listener):
    exchange(f"http://127.0.0.1:{listener.port}", headers={"host": "other"})
    assert listener.heard == b"GET / HTTP/1.1\r\nhost: other\r\n\r\n"


def test_a_request_can_come_from_another_address_of_this_machine(listener):
    exchange(f"http://127.0.0.1:{listener.port}/", source="127.0.0.9")
    assert listener.clients == ["127.0.0.9"]


def test_that_there_is_no_answer_is_said():
    assert "error" in exchange("http://127.0.0.1:1/", seconds=2)


def to(listener: Listener) -> dict[str, str]:
    return {f"shop.test:{listener.port}": f"127.0.0.1:{listener.port}"}


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://shop.test/a", ("shop.test", 443)),
        ("http://shop.test", ("shop.test", 80)),
        ("https://other.test:8443/", ("127.0.0.1", 9)),
        ("http://[::1]:8080/", ("::1", 8080)),
    ],
)
def test_a_place_is_the_urls_own_or_another_that_is_named(url, place):
    assert place_of(url, {"other.test:8443": "127.0.0.1:9"}) == place
