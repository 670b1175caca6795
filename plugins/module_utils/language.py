# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The language of what people read. The English text is the key of each translation, as with gettext, and what has none stays English.

What machines read and what is evidence is English always, so it is made outside of `speaking`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from . import turkish

# A catalogue is a module and no file of data, for so it is packed with the modules that read it.
TEXTS: dict[str, Mapping[str, str]] = {"en": {}, "tr": {**turkish.TEXTS, **turkish.SENTENCES}}
SENTENCES: dict[str, Mapping[str, str]] = {"en": {}, "tr": turkish.SENTENCES}
PLACE = re.compile(r"\{(\w+)(?::say)?\}")
# What stands in a place, where that is not any text.
WITHIN = {"count": r"\d+"}
_spoken: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


class Value(str):
    """What is put into a text; a translation that has `{name:say}` translates it, too."""

    def __format__(self, form: str) -> str:
        return said(self) if form == "say" else format(str(self), form)


def say(text: str, **values: Any) -> str:
    """A text of our own, with its values."""
    found = TEXTS[_spoken.get()].get(text, text)
    return found.format(**{name: Value(value) for name, value in values.items()}) if values else found


def said(text: str) -> str:
    """A finished sentence, such as evidence has it: by the key that it is made from."""
    return _said(_spoken.get(), text)


def number(value: float, form: str = "g") -> str:
    return format(value, form).replace(".", say("."))


def script(text: str, language: str) -> str:
    """A script of a page, with what it says in another language."""
    with speaking(language):
        return re.sub(r"(?<=\bsay\(')[^']*(?=')", lambda found: say(found[0]).replace("'", "\u2019"), text)


@cache
def _patterns(language: str) -> list[tuple[str, re.Pattern[str], str]]:
    """How each sentence begins, what matches it, and its translation; the one that says most comes first."""
    sentences = sorted(SENTENCES[language].items(), key=lambda pair: -len(PLACE.sub("", pair[0])))
    return [(key.partition("{")[0], re.compile(_pattern(key), re.DOTALL), translation) for key, translation in sentences]


def _pattern(key: str) -> str:
    parts = PLACE.split(key)
    return "".join(rf"(?P<{part}>{WITHIN.get(part, '.*?')})" if n % 2 else re.escape(part) for n, part in enumerate(parts))


@cache
def _said(language: str, text: str) -> str:
    if text in TEXTS[language]:
        return TEXTS[language][text]
    for begin, pattern, translation in _patterns(language):
        if text.startswith(begin) and (found := pattern.fullmatch(text)):
            return translation.format(**{name: Value(value) for name, value in found.groupdict().items()})
    return text
