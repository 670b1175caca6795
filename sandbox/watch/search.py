"""The SEARCH function of metric math: a schema in braces, then terms that must all be met.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
Terms joined by OR, and NOT before a term, are known; parentheses are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sandbox.watch.metrics import Metric
from sandbox.watch.tokens import Malformed

_QUERY = re.compile(r"\s*(?:\{(?P<schema>[^}]*)\})?(?P<terms>[^()]*)$")
_TERM = re.compile(r'(?:(?P<key>"[^"]+"|[\w./:-]+)\s*=\s*)?(?P<text>"[^"]*"|[^\s="]+)')


def search(text: str, metrics: Iterable[Metric]) -> list[Metric]:
    query = _QUERY.match(text)
    if not query:
        raise Malformed("SEARCH takes {schema} and terms, without parentheses")
    schema = [part.strip().strip('"') for part in (query["schema"] or "").split(",")] if query["schema"] else None
    alternatives = [list(_TERM.finditer(part)) for part in re.split(r"\s+OR\s+", query["terms"])]
    return [
        metric
        for metric in metrics
        if (schema is None or _of_schema(metric, schema)) and any(_meets(metric, terms) for terms in alternatives)
    ]


def _of_schema(metric: Metric, schema: list[str]) -> bool:
    return metric.namespace == schema[0] and {name for name, _ in metric.dimensions} == set(schema[1:])


def _meets(metric: Metric, terms: list[re.Match[str]]) -> bool:
    wanted = True
    for term in terms:
        if term.group() in ("AND", "NOT"):
            wanted = term.group() == "AND"
            continue
        if _meets_term(metric, (term["key"] or "").strip('"'), term["text"]) != wanted:
            return False
        wanted = True
    return True


def _meets_term(metric: Metric, key: str, text: str) -> bool:
    properties = {"Namespace": metric.namespace, "MetricName": metric.name, **dict(metric.dimensions)}
    values = [properties.get(key, "")] if key else [*properties.values(), *properties]
    if text.startswith('"'):
        return text.strip('"') in values
    wanted = text.lower()
    return any(wanted == value.lower() or wanted in re.findall(r"[a-z]+|\d+", value.lower()) or _words(value, wanted) for value in values)


def _words(value: str, wanted: str) -> bool:
    """CloudWatch also matches the words of a camel-case name."""
    return wanted in [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", value)]
