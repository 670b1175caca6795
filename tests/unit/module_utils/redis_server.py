"""A server that speaks as much of Redis's protocol as a client's tests need, with and without TLS, on loopback."""

from __future__ import annotations

import datetime
import socketserver
import ssl
import threading
import time

from sandbox import certificates

INFO = "# Server\r\nvalkey_version:8.0.1\r\nredis_version:7.2.4\r\n# Replication\r\nrole:master\r\n# Stats\r\n"
INFO += "keyspace_hits:90\r\nkeyspace_misses:10\r\nconnected_clients:2\r\nused_memory:1024\r\n"


def context(path, name):
    """TLS with a certificate for that name, whose authority is path/ca.pem."""
    key = certificates.new_key("EC_prime256v1")
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None, microsecond=0)
    (path / "key.pem").write_bytes(certificates.key_pem(key))
    (path / "cert.pem").write_bytes(certificates.sign(key, [name], now, 30))
    (path / "ca.pem").write_bytes(certificates.authority().pem)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(path / "cert.pem", path / "key.pem")
    return made


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.known = not self.server.passwords
        while (line := self.rfile.readline()).startswith(b"*"):
            words = []
            for _ in range(int(line[1:])):
                length = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(length + 2)[:-2].decode())
            self.server.heard.append(words[0])
            self.wfile.write(self.answer(*words))

    def answer(self, command, *words):
        if command == "AUTH":
            return self.auth(words)
        if not self.known:
            return b"-NOAUTH Authentication required.\r\n"
        time.sleep(self.server.slow)
        if command == "INFO":
            return self.server.info if self.server.info.startswith(b"-") else b"$%d\r\n%s\r\n" % (len(self.server.info), self.server.info)
        return {"PING": b"+PONG\r\n", "ROLE": b"*3\r\n$6\r\nmaster\r\n:7\r\n*0\r\n", "GET": b"$-1\r\n", "BAD": b"?\r\n"}[command]

    def auth(self, words):
        if not self.server.passwords:
            return b"-ERR AUTH <password> called without any password configured for the default user.\r\n"
        self.known = ":".join(words) in self.server.passwords
        return b"+OK\r\n" if self.known else b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *passwords, tls=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.passwords, self.tls = set(passwords), tls
        self.info, self.slow, self.heard = INFO.encode(), 0, []

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=[0.02], daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def get_request(self):
        request, address = super().get_request()
        if self.tls:
            request = self.tls.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
        return request, address

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, request, client_address):
        """A client that does not come in is what these tests are about."""
