"""The page of a load test says what its claims say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.load import Sample
from ansible_collections.prodready.aws.plugins.module_utils.load_plan import arrivals, found

CHECKOUT = Path(__file__).parents[2]
ROLE = CHECKOUT / "roles/load_test"
SITE, REQUESTS = "https://shop.example.com", [{"name": "catalogue", "path": "/products", "weight": 1}]
STAGES = [{"rate": 50, "seconds": 30, "warm_up": False}]
KEPT, MISSED = "The limits were kept", "The limits were not kept"


def shown(hits: int = 9, seconds: float = 0.02) -> dict[str, Any]:
    """A test in which so many of ten answers came from the cache, each after so long."""
    of = [Sample(at, seconds, 200, name="catalogue", said="HIT" if n % 10 < hits else "MISS") for n, at in enumerate(arrivals(STAGES))]
    return {"started": datetime.now(UTC).isoformat(timespec="seconds"), "site": SITE, "workers": 0, "lost": {}, **found(of, 0, STAGES)}


@pytest.fixture
def page(tmp_path):
    """A function that makes the page as Ansible does."""

    def page(load: dict[str, Any], **options: Any) -> str:
        declared = {"site": SITE, "requests": REQUESTS, "stages": STAGES}
        (tmp_path / "record.json").write_text(json.dumps({**load, "declared": declared}))
        files = [f"@{ROLE / part / 'main.yml'}" for part in ("defaults", "vars")]
        given = {**declared, "folder": str(tmp_path), "cache_header": "X-Cache", **options}
        variables = {f"load_test_{name}": value for name, value in given.items()}
        known = {"role_path": str(ROLE), "__load_test_made": {"load": load}, "load_test_language": "en", **variables}
        what = {"src": str(ROLE / "templates/load_test.html.j2"), "dest": str(tmp_path / "report.html")}
        command = [Path(sys.executable).with_name("ansible"), "localhost", "-m", "ansible.builtin.template", "-a", json.dumps(what)]
        extra = [word for one in (*files, json.dumps(known)) for word in ("--extra-vars", one)]
        env = {**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg")}
        made = subprocess.run([*command, *extra], cwd=CHECKOUT, env=env, capture_output=True, text=True, timeout=60)
        assert made.returncode == 0, made.stdout + made.stderr
        return Path(what["dest"]).read_text()

    return page


def broken(page: str) -> list[str]:
    return re.findall(r'<li class="bad"><b>✘ ([^<]*)</b><span>([^<]*)</span>', page)


def test_a_test_whose_claims_hold_kept_its_limits(page):
    text = page(shown())
    assert KEPT in text
    assert broken(text) == []


def test_a_missed_hit_rate_is_said_though_all_else_is_kept(page):
    text = page(shown(hits=5))
    assert MISSED in text
    assert KEPT not in text
    assert broken(text) == [("50.0", "More than 80 % of 1500 answers that may be cached came from the cache")]


def test_without_a_header_to_count_there_is_no_hit_rate(page):
    text = page(shown(hits=5), cache_header="")
    assert KEPT in text
    assert "came from the cache" not in text


def test_a_missed_limit_is_said_with_what_was_seen(page):
    assert broken(page(shown(seconds=0.7))) == [("700.0", "95 % of the requests were answered in less than 500 ms")]


def test_nothing_observed_keeps_no_limit(page):
    assert MISSED in page({**shown(), **found([], 0, STAGES)})


def test_a_lost_worker_is_said_with_the_reason(page):
    (said,) = broken(page({**shown(), "workers": 2, "lost": {"load2": "Connection closed"}}))
    assert "load2" in said[0] and "Connection closed" in said[0]
    assert said[1] == "None of the 2 workers was lost before it had sent its part"


def test_the_line_in_the_chart_is_the_claims(page):
    assert "const limit = 250" in page(shown(), p95_ms=250)


def test_the_page_is_read_in_the_language(page):
    text = page(shown(hits=7), language="tr")
    assert '<html lang="tr">' in text
    assert "<h1>https://shop.example.com yük testi</h1>" in text
    assert "Sınırlar aşıldı" in text
    assert "Önbelleğe alınabilen 1500 yanıtın önbellekten gelen kısmı %80 üzerinde" in text
    assert 'label: "saniye"' in text
    assert KEPT not in text
