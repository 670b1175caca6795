"""The account as it was at a moment, to go back to: moto's backends, pickled, kept while the emulator lives.

Nothing is being asked while a snapshot is taken or gone back to: requests wait.
"""

from __future__ import annotations

import contextlib
import io
import pickle
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, get_args

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509 import Certificate, load_pem_x509_certificate
from moto.core.base_backend import BackendDict, BaseBackend
from moto.moto_api._internal.models import moto_api_backend
from moto.ssm.models import ParameterDict

from sandbox import clock
from sandbox.autoscaling import keeper
from sandbox.aws_error import Response
from sandbox.cache import serving
from sandbox.checkers import account as checkers
from sandbox.containers import serving as containers
from sandbox.gateway import Answer
from sandbox.instances import account
from sandbox.operation import Call, Environ
from sandbox.watch import evaluator

_Place = tuple[BackendDict[Any], str, str]
# What makes the tags of Systems Manager's resources, by their kind and ID.
_TAGS_OF_SSM = "SimpleSystemManagerBackend.__init__.<locals>.<lambda>"
_LOCKS = (type(threading.Lock()), type(threading.RLock()))


class _Pickler(pickle.Pickler):
    """Backends know each other; each is written once, by its place."""

    def __init__(self, file: io.BytesIO, places: dict[int, int]) -> None:
        super().__init__(file)
        self._places = places

    def persistent_id(self, obj: Any) -> int | None:
        return self._places[id(obj)] if isinstance(obj, BaseBackend) else None

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, _LOCKS):
            return threading.RLock, ()
        if isinstance(obj, get_args(PrivateKeyTypes)):
            pem = obj.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            return _key, (pem,)
        if isinstance(obj, Certificate):
            return _certificate, (obj.public_bytes(Encoding.PEM),)
        if isinstance(obj, ParameterDict):
            return ParameterDict, (obj.account_id, obj.region_name), vars(obj), None, iter(dict.items(obj))
        if getattr(obj, "__qualname__", "") == _TAGS_OF_SSM:
            return _tags_of_a_kind, ()
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, backends: list[BaseBackend]) -> None:
        super().__init__(file)
        self._backends = backends

    def persistent_load(self, pid: int) -> BaseBackend:
        return self._backends[pid]


class Snapshots:
    def __init__(self) -> None:
        self._kept: dict[str, tuple[list[_Place], bytes, float]] = {}
        self._asking = 0
        self._quiet = threading.Condition()

    def __call__(self, call: Call, environ: Environ, answer: Answer) -> Response:
        with self._quiet:
            self._asking += 1
        try:
            return answer(call, environ)
        finally:
            with self._quiet:
                self._asking -= 1
                self._quiet.notify_all()

    @contextlib.contextmanager
    def _nobody_asks(self) -> Iterator[None]:
        with self._quiet:
            self._quiet.wait_for(lambda: not self._asking)
            yield

    def take(self, name: str) -> None:
        """ValueError says what holds something that cannot be kept."""
        with self._nobody_asks(), keeper.lock, evaluator.lock, serving.lock, containers.lock, account.lock, checkers.lock:
            known = dict.fromkeys(BackendDict._instances)  # type: ignore[misc]
            places = [(every, account, region) for every in known for account, region, _ in every.iter_backends()]
            backends = [_at(place) for place in places]
            file = io.BytesIO()
            try:
                _Pickler(file, {id(backend): number for number, backend in enumerate(backends)}).dump([vars(one) for one in backends])
            except (pickle.PicklingError, AttributeError, TypeError) as error:
                raise ValueError(f"the account cannot be kept: {error}") from error
            self._kept[name] = places, file.getvalue(), clock.offset()

    def go_back(self, name: str) -> None:
        places, content, offset = self._kept[name]
        with self._nobody_asks(), keeper.lock, evaluator.lock, serving.lock, containers.lock, account.lock, checkers.lock:
            moto_api_backend.reset()
            backends = [_at(place) for place in places]
            for backend, state in zip(backends, _Unpickler(io.BytesIO(content), backends).load(), strict=True):
                backend.__dict__ = state
            clock.set_offset(offset)


def _tags_of_a_kind() -> Callable[[], defaultdict[str, dict[str, str]]]:
    return _tags


def _tags() -> defaultdict[str, dict[str, str]]:
    return defaultdict(dict)


def _key(pem: bytes) -> PrivateKeyTypes:
    return load_pem_private_key(pem, None)


def _certificate(pem: bytes) -> Certificate:
    return load_pem_x509_certificate(pem)


def _at(place: _Place) -> BaseBackend:
    every, account, region = place
    return every[account][region]
