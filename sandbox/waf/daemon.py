"""wafd: the web ACLs of waf.json for Envoy's questions, and a log of every verdict."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import threading
import time
from pathlib import Path

from sandbox.waf import acl, not_emulated, records
from sandbox.waf.asked import PASSED, Answer, answer, asked
from sandbox.waf.evaluation import evaluate
from sandbox.waf.rates import Rates
from sandbox.waf.statements import Scanner

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.1


class Wafd:
    def __init__(self, folder: Path, scanner: Scanner | None, problems: list[str]) -> None:
        self._folder = folder
        self._scanner = scanner
        self._problems = problems
        self._rates = Rates()
        self._acls: dict[str, acl.Acl] = {}
        self._seen: tuple[int, int] | None = None
        self._loading = threading.Lock()

    def answer(self, method: str, uri: str, headers: dict[str, str], body: bytes) -> Answer:
        self.follow()
        resource, request = asked(method, uri, headers, body)
        found = self._acls.get(resource)
        if not found:
            return PASSED
        now = time.time()
        verdict = evaluate(found, request, self._rates, now, self._scanner)
        self._write(records.record(found.arn, verdict, request, resource, int(now * 1000)))
        return answer(verdict)

    def watch(self) -> None:
        """For ever: so that a change is loaded before the next request asks for it."""
        while True:
            with contextlib.suppress(Exception):  # a request will say so
                self.follow()
            time.sleep(_POLL_SECONDS)

    def follow(self) -> None:
        """waf.json is replaced as a whole when something changes."""
        file = self._folder / "waf.json"
        with self._loading, contextlib.suppress(FileNotFoundError):
            status = file.stat()
            state = status.st_mtime_ns, status.st_ino
            if state != self._seen:
                self._load(file)
                self._seen = state

    def _load(self, file: Path) -> None:
        acls = acl.load(file)
        for families in (families for found in acls.values() for families in found.families.values()):
            if self._scanner:
                self._scanner.load(families)
        self._acls = acls
        said = [sentence for found in self._acls.values() for sentence in not_emulated.sentences(found, self._scanner is not None)]
        for sentence in said:
            log.warning("%s", sentence)
        (self._folder / "waf-not-emulated.json").write_text(json.dumps(self._problems + said))

    def _write(self, record: records.Record) -> None:
        """The emulator takes the lines away; whoever holds the lock has the file."""
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        file = os.open(self._folder / "waf-log.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            os.write(file, line)
        finally:
            os.close(file)
