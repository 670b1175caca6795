"""Rules of what is cached are refused here as the application would refuse them."""

from __future__ import annotations

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.cache_rules import problems

RULE = {"path": "/products/:id", "ttl_seconds": 30}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"path": "/images/*", "stale_seconds": 0},
        {"vary_headers": ["Accept-Language"], "query": ["page"], "authorized": True, "statuses": [200, 404]},
        {"query": None},
    ],
)
def test_what_an_application_takes_has_no_problem(more):
    assert list(problems([{**RULE, **more}])) == []


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"path": "/products"}, "elasticache_rules[1].ttl_seconds is missing: it must be a whole number from 1 to 31536000"),
        ({**RULE, "ttl": 30}, "elasticache_rules[1].ttl is unknown, known are path, ttl_seconds, stale_seconds, "),
        ({**RULE, "ttl_seconds": "30"}, "elasticache_rules[1].ttl_seconds must be a whole number from 1 to 31536000, not '30'"),
        ({**RULE, "ttl_seconds": True}, "elasticache_rules[1].ttl_seconds must be a whole number"),
        ({**RULE, "path": "products"}, "elasticache_rules[1].path must be a path that begins with /"),
        ({**RULE, "path": "/products/:"}, "elasticache_rules[1].path must be"),
        ({**RULE, "path": "/products?"}, "elasticache_rules[1].path must be"),
        ({**RULE, "vary_headers": "Accept"}, "elasticache_rules[1].vary_headers must be a list of names of request headers"),
        ({**RULE, "statuses": [99]}, "elasticache_rules[1].statuses must be a list of HTTP statuses from 200 to 599, not [99]"),
        ({**RULE, "authorized": "yes"}, "elasticache_rules[1].authorized must be true or false"),
    ],
)
def test_what_it_refuses_is_said_by_rule_and_key(rule, words):
    (found,) = problems([RULE, rule])
    assert found.startswith(words)
