"""Nothing leaves this machine."""

from __future__ import annotations

import pytest
import requests

from sandbox.repairs import outgoing


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "https://[::1]/", "http://localhost:4566", "http://a.localhost/"])
def test_loopback_addresses_can_be_reached(url):
    assert outgoing.is_loopback(url)


@pytest.mark.parametrize("url", ["https://example.com", "http://10.0.0.1/", "http://localhost.example.com/", "http://0.0.0.0/"])
def test_others_are_refused_before_anything_is_sent(endpoint_url, url):
    with pytest.raises(requests.ConnectionError, match="outside this machine"):
        requests.post(url, timeout=1)
