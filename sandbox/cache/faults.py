"""ElastiCache's errors, by the codes that its API reference gives them."""

from __future__ import annotations

from moto.elasticache.exceptions import ElastiCacheException


def fault(code: str, message: str) -> ElastiCacheException:
    return ElastiCacheException(code, message)


def value(message: str) -> ElastiCacheException:
    return fault("InvalidParameterValue", message)


def combination(message: str) -> ElastiCacheException:
    return fault("InvalidParameterCombination", message)
