"""The role load_test with workers, on a site of the test's own: its record, claims and page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.integration.place import Place, until
from tests.site import Site, serving

PLAYBOOK = "../tests/integration/playbooks/load_test"
TOKEN = "a-token-that-nobody-may-see"


class Counted(Site):
    clients: Counter[tuple[str, int]] = Counter()

    def do_GET(self):
        self.clients[self.client_address] += 1
        self.answer(200 if self.headers["X-Load-Test"] == TOKEN else 403)


@pytest.fixture
def site() -> Iterator[str]:
    Counted.clients.clear()
    with serving(Counted) as address:
        yield address


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("load") / "sandbox")
    made.sandbox("up", "--only", "emulator")
    yield made
    made.sandbox("down")


def options(site: str, **more):
    return {
        "load_test_site": f"http://{site}",
        "load_test_allowed_hosts": [site],
        "load_test_connect_to": {},
        "load_test_ca_path": "",
        "load_test_cache_header": "",
        "load_test_headers": {"X-Load-Test": TOKEN},
        "load_test_requests": [{"name": "home", "path": "/"}],
        "load_test_stages": [{"rate": 40, "seconds": 3}],
        **more,
    }


def states(place: Place) -> dict[str, str]:
    return {record["id"].removeprefix("load_test."): record["state"] for record in place.proven()}


@pytest.mark.parametrize("workers", [2, "load"], ids=["processes of this machine", "hosts of a group"])
def test_workers_send_the_requests_and_the_claims_are_about_all_of_them(emulator, site, workers):
    run = emulator.playbook(
        PLAYBOOK, **options(site, load_test_workers=workers, load_test_maximum_age_days=0.000001), load_test_strict=False
    )
    assert run.code == 0, run.error
    record = json.loads((emulator.evidence / "primary/load_test/record.json").read_text())
    assert (record["requests"], record["failed"], record["workers"], record["lost"]) == (120, 0, 2, {})
    assert sum(Counted.clients.values()) == 120
    assert states(emulator)["workers"] == "holds"
    assert "by 2 processes" in (emulator.evidence / "primary/load_test/report.html").read_text()
    assert TOKEN not in run.output + json.dumps(record)


def test_when_a_run_is_killed_no_request_comes_any_more(emulator, site):
    given = options(site, load_test_workers=2, load_test_stages=[{"rate": 40, "seconds": 60}])
    started = emulator.start(PLAYBOOK, **given)
    until(lambda: sum(Counted.clients.values()) > 20, "requests come")
    started.process.kill()
    started.process.wait()
    seen: list[int] = [0]

    def quiet() -> bool:
        seen.append(sum(Counted.clients.values()))
        return len(seen) > 100 and seen[-1] == seen[-50]

    until(quiet, "no request came for a second", 30)


def test_what_is_no_group_is_an_error_before_anything_is_sent(emulator, site):
    run = emulator.playbook(PLAYBOOK, **options(site, load_test_workers="laod"))
    assert run.code != 0
    assert "'laod' is neither a number of processes nor a group of the inventory" in run.output
    assert Counted.clients == Counter()
