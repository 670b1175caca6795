"""libmodsecurity by its C interface: libinjection, and the OWASP Core Rule Set part by part of a request.

https://github.com/owasp-modsecurity/ModSecurity/blob/v3/master/headers/modsecurity/transaction.h
"""

from __future__ import annotations

import ctypes
import functools
import re
import threading
from pathlib import Path
from urllib.parse import quote

from sandbox.waf.request import BODY_LIMIT, Request

# https://coreruleset.org/docs/2-how-crs-works/2-1-anomaly_scoring/ with the default paranoia level 1 and threshold 5
_SCORES = {"2": 5, "3": 4, "4": 3, "5": 2}
_THRESHOLD = 5

_FIRST_FILE = "901"
_UNREADABLE = "10"
_CORE = rf"""
SecRuleEngine DetectionOnly
SecAuditEngine Off
SecRequestBodyAccess On
SecRequestBodyLimit 131072
SecPcreMatchLimit 100000
SecPcreMatchLimitRecursion 100000
SecDefaultAction "phase:1,log,auditlog,pass"
SecDefaultAction "phase:2,log,auditlog,pass"
SecRule REQUEST_HEADERS:Content-Type "@rx ^application/(?:[a-z0-9.+-]+\+)?json" \
    "id:1,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_HEADERS:Content-Type "@rx ^(?:text|application)/(?:[a-z0-9.+-]+\+)?xml" \
    "id:2,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQBODY_ERROR "!@eq 0" "id:{_UNREADABLE},phase:2,t:none,pass,log"
SecAction "id:900990,phase:1,nolog,pass,t:none,setvar:tx.crs_setup_version=334"
"""
_SQLI, _XSS = "1", "2"
_LIBINJECTION = f"""
SecRuleEngine DetectionOnly
SecAuditEngine Off
SecRule REQUEST_HEADERS:sqli "@detectSQLi" "id:{_SQLI},phase:1,t:none,pass,log"
SecRule REQUEST_HEADERS:xss "@detectXSS" "id:{_XSS},phase:1,t:none,pass,log"
"""
# Inspected by themselves, or not a client's words.
_NOT_HEADERS = ("cookie", "content-type", "content-length")
_FORM = "application/x-www-form-urlencoded"
_READ = re.compile(rf"{_FORM}|multipart/form-data|(?:text|application)/(?:[a-z0-9.+-]+\+)?(?:json|xml)", re.IGNORECASE)
_ID = re.compile(rb'\[id "(\d+)"\]')
_SEVERITY = re.compile(rb'\[severity "(\d)"\]')

_Log = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)
_Handle, _Text, _Size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
_PROTOTYPES = {
    "msc_init": (_Handle, ()),
    "msc_set_log_cb": (None, (_Handle, _Log)),
    "msc_create_rules_set": (_Handle, ()),
    "msc_rules_add": (ctypes.c_int, (_Handle, _Text, ctypes.POINTER(_Text))),
    "msc_rules_add_file": (ctypes.c_int, (_Handle, _Text, ctypes.POINTER(_Text))),
    "msc_new_transaction": (_Handle, (_Handle, _Handle, _Handle)),
    "msc_process_connection": (ctypes.c_int, (_Handle, _Text, ctypes.c_int, _Text, ctypes.c_int)),
    "msc_process_uri": (ctypes.c_int, (_Handle, _Text, _Text, _Text)),
    "msc_add_n_request_header": (ctypes.c_int, (_Handle, _Text, _Size, _Text, _Size)),
    "msc_process_request_headers": (ctypes.c_int, (_Handle,)),
    "msc_append_request_body": (ctypes.c_int, (_Handle, _Text, _Size)),
    "msc_process_request_body": (ctypes.c_int, (_Handle,)),
    "msc_transaction_cleanup": (None, (_Handle,)),
}

Headers = tuple[tuple[str, bytes], ...]


class Refused(Exception):
    """libmodsecurity does not load, or does not take the rules."""


class ModSecurity:
    def __init__(self, library: Path, dependencies: list[Path], rules: Path) -> None:
        self._said = threading.local()
        try:
            for path in dependencies:
                ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
            self._library = ctypes.CDLL(str(library))
            for name, (result, arguments) in _PROTOTYPES.items():
                function = getattr(self._library, name)
                function.restype, function.argtypes = result, list(arguments)
        except (OSError, AttributeError) as error:
            raise Refused(f"{library} cannot be used: {error}") from error
        self._engine = self._library.msc_init()
        self._log = _Log(lambda _, text: self._said.lines.append(text))
        self._library.msc_set_log_cb(self._engine, self._log)
        self._libinjection = self._rules(_LIBINJECTION, [])
        self._files = rules
        self._core = functools.cache(self._core_rules)
        # Several rules ask of one part, and clients repeat themselves; a scan takes a millisecond.
        self._run = functools.lru_cache(maxsize=4096)(self._scan)
        self.load(frozenset(["942"]))

    def load(self, families: frozenset[str]) -> None:
        """It takes a moment, which no request should wait for."""
        self._core(families)

    def is_sqli(self, value: bytes, sensitivity: str) -> bool:
        """High sensitivity, which AWS does not describe further, is the Core Rule Set's patterns besides libinjection."""
        if _SQLI in self._injections(value):
            return True
        return sensitivity == "HIGH" and _reaches(self._run(self._core(frozenset(["942"])), "/?value=" + quote(value)), ["942"])

    def is_xss(self, value: bytes) -> bool:
        return _XSS in self._injections(value)

    def attacks(self, part: str, request: Request, families: list[str], loaded: frozenset[str]) -> bool:
        return _reaches(self._scores(part, request, loaded), families)

    def _injections(self, value: bytes) -> dict[str, int]:
        return self._run(self._libinjection, headers=(("sqli", value), ("xss", value)))

    def _core_rules(self, families: frozenset[str]) -> int:
        """The fewer families, the faster: a scan costs what is loaded."""
        return self._rules(_CORE, [next(self._files.glob(f"REQUEST-{number}-*.conf")) for number in (_FIRST_FILE, *sorted(families))])

    def _scores(self, part: str, request: Request, loaded: frozenset[str]) -> dict[str, int]:
        core = self._core(loaded)
        match part:
            case "QUERY":
                return self._run(core, f"/?{request.query}") if request.query else {}
            case "PATH":
                return self._run(core, f"{request.path}?path={quote(request.path.encode('latin-1'), safe='%')}")
            case "COOKIE":
                cookies = "; ".join(request.header("cookie"))
                return self._run(core, headers=(("Cookie", cookies.encode("latin-1")),)) if cookies else {}
            case "HEADERS":
                others = tuple((name, value.encode("latin-1")) for name, value in request.headers if name.lower() not in _NOT_HEADERS)
                return self._run(core, headers=others)
        return self._body_scores(core, request) if request.body else {}

    def _body_scores(self, core: int, request: Request) -> dict[str, int]:
        """A body of a kind that it cannot read, or does not read to its end, is looked at as text."""
        body = request.body[:BODY_LIMIT]
        content_type = "".join(request.header("content-type")[:1])
        if _READ.match(content_type):
            scores = self._run(core, body=body, headers=(("Content-Type", content_type.encode("latin-1")),))
            if _UNREADABLE not in scores:
                return scores
        return self._run(core, body=b"body=" + quote(body).encode(), headers=(("Content-Type", _FORM.encode()),))

    def _scan(self, rules: int, uri: str = "/", headers: Headers = (), body: bytes = b"") -> dict[str, int]:
        """The rules that match, with their scores."""
        self._said.lines = []
        library = self._library
        transaction = library.msc_new_transaction(self._engine, rules, None)
        try:
            library.msc_process_connection(transaction, b"127.0.0.1", 0, b"127.0.0.1", 80)
            library.msc_process_uri(transaction, uri.encode("latin-1"), b"POST" if body else b"GET", b"1.1")
            length = [("Content-Length", str(len(body)).encode())] if body else []
            for name, value in [*headers, *length]:
                key = name.encode("latin-1")
                library.msc_add_n_request_header(transaction, key, len(key), value, len(value))
            library.msc_process_request_headers(transaction)
            if body:
                library.msc_append_request_body(transaction, body, len(body))
            library.msc_process_request_body(transaction)
        finally:
            library.msc_transaction_cleanup(transaction)
        return dict(map(_scored, self._said.lines))

    def _rules(self, text: str, files: list[Path]) -> int:
        made, error = self._library.msc_create_rules_set(), _Text()
        added = self._library.msc_rules_add(made, text.encode(), ctypes.byref(error))
        for file in files:
            added = min(added, self._library.msc_rules_add_file(made, str(file).encode(), ctypes.byref(error)))
        if added < 0:
            raise Refused(f"libmodsecurity does not take the rules: {(error.value or b'').decode(errors='replace')}")
        return made


def _scored(line: bytes) -> tuple[str, int]:
    number, severity = _ID.search(line), _SEVERITY.search(line)
    return number[1].decode() if number else "", _SCORES.get(severity[1].decode(), 0) if severity else 0


def _reaches(scores: dict[str, int], families: list[str]) -> bool:
    return sum(score for number, score in scores.items() if number.startswith(tuple(families))) >= _THRESHOLD
