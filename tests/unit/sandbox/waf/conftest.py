"""libmodsecurity and the OWASP Core Rule Set, where they are."""

from __future__ import annotations

import pytest

from sandbox import packages
from sandbox.waf.modsecurity import ModSecurity, Refused


@pytest.fixture(scope="session")
def scanner() -> ModSecurity:
    try:
        place = packages.place()
        return ModSecurity(place.library, place.dependencies, place.rules)
    except (packages.Missing, Refused) as error:
        pytest.skip(f"the managed rules are not tested: {error}")
