"""The page of a decision, as role readiness makes it; what it does in a browser is tested in tests/page."""

from __future__ import annotations

import json
import posixpath
import re
import subprocess
import sys
import tarfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.prodready.aws.plugins.module_utils.evidence import keep
from ansible_collections.prodready.aws.plugins.module_utils.readiness_asked import asked
from ansible_collections.prodready.aws.plugins.module_utils.readiness_claims import FIELDS, age, days_left, whole
from ansible_collections.prodready.aws.plugins.module_utils.readiness_metrics import gauge, thinned
from ansible_collections.prodready.aws.plugins.module_utils.readiness_page import page

from tests import decisions
from tests.decisions import HOSTILE, NOW, ROLE

LIMIT_BYTES = 1_500_000
TEMPLATE = (ROLE / "templates/readiness.html.j2").read_text()


class Outline(HTMLParser):
    """The elements of a page with their attributes, and the text outside of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.scripts, self.inside = "", [], ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside, self.text = tag, f"{self.text} "

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            self.scripts.append(data)
        elif self.inside != "style":
            self.text += data

    def data(self) -> dict[str, Any]:
        return json.loads(self.scripts[0])


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    return decisions.rendered({name: make() for name, make in decisions.ALL.items()}, tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def outlines(pages):
    return {name: Outline(text) for name, text in pages.items()}


def words(outline: Outline) -> str:
    return " ".join(outline.text.split())


@pytest.mark.parametrize(
    ("name", "verdict", "why"),
    [
        (
            "ready",
            "✔ Ready for production",
            "Every claim of every phase that has started holds, or is waived. 6 of 6 claims hold (1 only accepted).",
        ),
        ("failing", "✘ Not ready for production", "Something that was promised does not hold. 8 of 12 claims hold"),
        (
            "empty",
            "? Not proven to be ready",
            "not everything is proven. 0 of 0 claims hold. Never proven: 7 of what the roadmap counts on. No evidence at all",
        ),
    ],
)
def test_the_decision_comes_first_and_in_words(outlines, name, verdict, why):
    text = words(outlines[name])
    assert text.index(verdict) < text.index(why) < text.index("What counts")


def test_what_holds_production_back_comes_with_its_command_before_the_metrics(outlines):
    text = words(outlines["failing"])
    assert (
        0
        < text.index("What holds production back")
        < text.index("ansible-playbook playbooks/immediate.yml --tags dynamodb")
        < text.index("What counts")
    )
    assert "What holds production back" not in words(outlines["ready"])


def test_what_matters_less_is_behind_what_to_begin_with(outlines):
    steps = len(decisions.large()["next_steps"])
    assert steps > 10
    assert f"and {steps - 3} more, which matter less" in words(outlines["large"])
    assert "which matter less" not in words(outlines["failing"])


def test_a_metric_is_told_with_value_limit_samples_window_budget_and_burn_rate(outlines):
    text = words(outlines["failing"])
    for said in (
        "0.399 ✔ proven 0 must be < 1 2",
        "Samples 1440",
        "Window 1 day, to 2026-11-27 12:00 UTC",
        "Error budget used 39.9 % of 1 %",
        "hour 0.42",
    ):
        assert said in text
    meters = [attributes for _, attributes in outlines["failing"].elements if attributes.get("role") == "meter"]
    assert meters[1]["aria-valuetext"] == "99.9792, the limit is > 99.9"


def test_waivers_are_told_with_their_reason_and_end_and_drills_with_their_figures(outlines):
    text = words(outlines["failing"])
    assert "waf.logs is so primary ~ waived moved next month plain 2026-12-24 (27 more days)" in text
    assert "Health checks primary ✔ proven 3 min before the decision, 2026-11-27 11:57 UTC" in text
    assert "seconds until it came back plain 12.5" in text


def test_evidence_cannot_become_more_than_text(outlines):
    found = outlines["hostile"]
    assert {tag for tag, _ in found.elements} == {tag for tag, _ in outlines["failing"].elements}
    assert len(found.elements) == len(outlines["failing"].elements)
    assert [name for _, attributes in found.elements for name in attributes if name.startswith("on")] == []
    assert f"carts can be restored {HOSTILE}" in found.text
    assert f"DISABLED {HOSTILE}" in found.data()["texts"]
    assert len(found.scripts) == 2


def test_every_value_that_the_template_writes_is_escaped():
    """Ansible's templates do not escape by themselves. What is not is of our own: files, states, words, JSON in which there is no `<`."""
    own = re.compile(r"(part|state|say)\(|'[^']*' if |lookup\(|shown\.data$")
    written = re.findall(r"\{\{ (.*?) \}\}", TEMPLATE)
    assert len(written) > 60
    assert [one for one in written if not one.endswith("| e") and not own.match(one)] == []
    assert "<" not in page(decisions.failing(HOSTILE))["data"]


def test_scripts_write_text_and_never_html():
    for file in [*ROLE.glob("files/*.js"), *ROLE.glob("files/page/*.js")]:
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", file.read_text()), file


def test_a_page_needs_no_network(pages):
    for text in pages.values():
        assert not re.search(r"""(src|href|action)\s*=\s*["']?(https?:)?//|url\(|@import|\bimport\s*\(|fetch\(|XMLHttpRequest""", text)


def test_fifty_places_with_forty_claims_each_fit(pages, outlines):
    data = outlines["large"].data()
    assert len(data["claims"]) == 2000
    assert len(data["metrics"]) == 100
    assert len(pages["large"].encode()) < LIMIT_BYTES


def test_every_claim_is_in_the_page_whole(outlines):
    made, data = decisions.failing(), outlines["failing"].data()
    found = [dict(zip(data["fields"], (data["texts"][number] for number in row), strict=True)) for row in data["claims"]]
    assert data["fields"] == list(FIELDS)
    assert [(one["id"], one["host"], one["state"]) for one in found] == [(one["id"], one["host"], one["state"]) for one in made["claims"]]
    assert {number for numbers in data["items"].values() for number in numbers} == set(range(len(found)))


def test_the_role_writes_the_page_beside_the_decision(tmp_path):
    evidence = tmp_path / "evidence"
    record = {**decisions.failing(HOSTILE)["claims"][6], "at": "2999-01-01T00:00:00+00:00"}
    keep(evidence / "app1/dynamodb.json", [{key: value for key, value in record.items() if key not in ("host", "role")}])
    role = {"name": "It is decided", "ansible.builtin.include_role": {"name": "prodready.aws.readiness", "tasks_from": "decide"}}
    given = {
        "readiness_application": "shop",
        "readiness_environment": "production",
        "readiness_roadmap": [item for item in decisions.ROADMAP if item["id"] == "immediate.tables"],
        "readiness_source": str(evidence),
        "readiness_folder": str(evidence),
        "readiness_hosts": ["app1"],
    }
    decisions.play(tmp_path / "play.json", [role], **given)
    outline = Outline((evidence / "readiness.html").read_text())
    assert "✘ Not ready for production" in words(outline)
    assert f"carts can be restored {HOSTILE}" in outline.text
    assert json.loads((evidence / "readiness.json").read_text())["decision"] == "not_ready"


@pytest.mark.parametrize(
    ("ask", "command"),
    [
        ({}, ""),
        (
            {"service": "s3", "operation": "get_bucket_policy", "params": {"Bucket": "it's"}, "region": "us-east-1", "take": "Policy"},
            """aws s3api get-bucket-policy --region us-east-1 --cli-input-json '{"Bucket": "it'"'"'s"}' --query Policy""",
        ),
        ({"service": "iam", "operation": "get_role", "take": "from_json(Policy)"}, "aws iam get-role"),
        (
            {"url": "https://shop.example.com/", "connect_to": {"shop.example.com:443": "192.0.2.1:8443"}, "take": "status"},
            "curl -i --connect-to shop.example.com:443:192.0.2.1:8443 https://shop.example.com/",
        ),
        (
            {"tls": "shop.example.com:443", "tls_version": "TLSv1.0"},
            "openssl s_client -connect shop.example.com:443 -servername shop.example.com -tls1",
        ),
        ({"tls": "a:1", "tls_version": "TLSv1.2", "connect_to": {"a:1": "b:2"}}, "openssl s_client -connect b:2 -servername a -tls1_2"),
    ],
)
def test_what_was_asked_can_be_asked_again_in_a_terminal(ask, command):
    assert asked(ask) == command


@pytest.mark.parametrize(
    ("value", "comparison", "limit", "source", "at"),
    [
        (180, "below", 500, "Latency p95", 18.0),
        (5000, "below", 500, "Latency p95", 100),
        (99.95, "above", 99.9, "100 * a / b", 75.0),
        (90, "above", 99.9, "100 * a / b", 0),
        (0, "at_most", 0, "Errors", 50.0),
    ],
)
def test_a_gauge_has_its_limit_in_the_middle(value, comparison, limit, source, at):
    assert gauge({"value": value, "comparison": comparison, "limit": limit, "source": source})["at"] == at


def test_without_data_there_is_no_gauge():
    assert gauge({"value": None, "comparison": "below", "limit": 1, "source": ""}) is None


def test_a_course_too_long_to_show_keeps_its_worst_points_and_all_samples():
    course = [[60 * n, n % 7, 2] for n in range(100)]
    assert thinned(course, 100, rises=True) == [tuple(point) for point in course]
    few = thinned(course, 10, rises=True)
    assert (len(few), {value for _, value, _ in few}, sum(samples for *_, samples in few)) == (10, {0}, 200)
    assert {value for _, value, _ in thinned(course, 10, rises=False)} == {6}


def test_ages_are_told_from_the_decision():
    ages = [
        age(at, NOW)
        for at in ("2026-11-27T11:59:01+00:00", "2026-11-27T13:30:00+02:00", "2026-11-27T06:00:00Z", "2026-11-20T12:00:00+00:00")
    ]
    assert ages == ["59 s", "30 min", "6 h", "7 days"]
    assert [days_left(day, NOW) for day in ("2026-11-26", "2026-11-27", "2026-11-28", "2026-12-01")] == [
        "ended",
        "ends today",
        "1 more day",
        "4 more days",
    ]


def test_what_is_too_long_for_a_page_says_where_it_is_whole():
    assert whole("x" * 2000) == "x" * 2000
    assert whole("x" * 9120).endswith("…\n(9120 characters; readiness.json has them all)")


def test_both_pages_share_their_style_and_their_charts():
    pages = Path(__file__).parents[2] / "pages"
    for role in ("readiness", "load_test"):
        link = ROLE.parent / role / "files/page"
        assert link.is_symlink() and link.resolve() == pages and not link.readlink().is_absolute()


def test_the_collections_archive_has_what_the_pages_share(tmp_path):
    command = [Path(sys.executable).with_name("ansible-galaxy"), "collection", "build", ROLE.parents[1], "--output-path", tmp_path]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        names = set(packed.getnames())
        links = {
            member.name: posixpath.normpath(f"{posixpath.dirname(member.name)}/{member.linkname}") for member in packed if member.issym()
        }
    assert {links[f"roles/{role}/files/page"] for role in ("readiness", "load_test")} == {"pages"}
    assert {"pages/page.css", "pages/charts.js", "pages/uplot/uPlot.iife.min.js", "pages/uplot/LICENSE"} <= names
