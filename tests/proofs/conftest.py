"""Proofs run on the places of tests/integration."""

from tests.integration.conftest import place  # noqa: F401
