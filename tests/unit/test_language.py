"""What people read is whole in each language: every text has its translation, every translation its text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.prodready.aws.plugins.filter import cost_checks, waf_checks
from ansible_collections.prodready.aws.plugins.module_utils import (
    claim,
    costs,
    language,
    plan_view,
    readiness_claims,
    readiness_page,
    readiness_papers,
    readiness_views,
    report,
)
from ansible_collections.prodready.aws.plugins.module_utils.readiness import PRIORITIES
from ansible_collections.prodready.aws.plugins.modules.readiness import write

from tests import decisions
from tools.said import drills

CHECKOUT = Path(__file__).parents[2]
UTILS = CHECKOUT / "plugins/module_utils"
LANGUAGES = sorted(language.TEXTS.keys() - {"en"})
# In which every sentence comes to be read, and where that is evidence first.
TOLD = ("report", "readiness", "readiness_claims", "readiness_metrics", "readiness_page", "readiness_papers", "readiness_plans", "fleet")
MODULES = [
    *(UTILS / f"{name}.py" for name in (*TOLD, "readiness_views", "costs", "costs_in_use")),
    *(CHECKOUT / f"plugins/modules/{name}.py" for name in ("fleet", "readiness")),
]
SCRIPTS = [CHECKOUT / f"roles/readiness/files/{name}.js" for name in ("claims", "figures", "filter", "fleet")]
TEMPLATES = [*CHECKOUT.glob("roles/readiness/templates/*.j2"), CHECKOUT / "roles/load_test/templates/load_test.html.j2"]
# What is read by machines, is the name of something, or is told otherwise: the title, by `readiness_views.title`.
NOT_READ = re.compile("DOCUMENTATION|EXAMPLES|RETURN|OPTIONS")
NOT_TOLD = re.compile(r"\{\} in \{\}$|`?(ansible-playbook|tools/readiness|AWS Price List|Page of|AWS/|https?:)|✔ |%Y")
SENTENCE = re.compile(r"[a-z]{2,}[,;:]? [\w{(]|[\w})] [a-z]{2,}")
# Digits, for some places hold nothing else.
TOKEN = "77{:03}77"


def read(path: str) -> Any:
    return yaml.safe_load((CHECKOUT / path).read_text())


def filled(text: str) -> str:
    """A sentence with something in each of its places: `$name` and `{{ expression }}` of a claim, `{}` of an f-string."""
    numbers = iter(range(1000))
    return re.sub(r"\{\{.*?\}\}|\$\w+|\{\}", lambda _: TOKEN.format(next(numbers)), text, flags=re.DOTALL)


def formatted(node: ast.AST) -> Iterator[str]:
    """What a text of a program may be; other expressions in it are places."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from formatted(node.body)
        yield from formatted(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        found = [""]
        for part in node.values:
            choices = list(formatted(part)) if isinstance(part, ast.Constant) else list(_chosen(part.value))
            found = [text + choice for text in found for choice in choices]
        yield from found


def _chosen(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "so_many":
        yield from ("{} " + one for given in node.args[1:] for one in formatted(given))
    elif isinstance(node, ast.IfExp) and all(isinstance(one, ast.Constant) for one in (node.body, node.orelse)):
        yield from formatted(node)
    else:
        yield "{}"


def named(node: ast.AST) -> str:
    """What is called."""
    return getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""


def own(file: Path) -> Iterator[str]:
    """The texts that a program gives to `say`."""
    for node in ast.walk(ast.parse(file.read_text())):
        if named(node) == "say":
            yield from formatted(node.args[0])


def sentences(file: Path) -> Iterator[str]:
    """All that is a sentence in a program and is not explained, raised, or typed."""

    def walk(node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) or isinstance(node, ast.Raise):
            return
        if isinstance(node, ast.Assign | ast.AnnAssign) and NOT_READ.match(ast.unparse(node)):
            return
        if named(node) == "so_many":
            yield from _chosen(node)
        elif named(node) not in ("fail_json", "Price", "_metric"):
            found = list(formatted(node)) if isinstance(node, ast.JoinedStr | ast.Constant) else []
            # What it is about comes first (`report.told`).
            told = (text.removeprefix("{}: ") for text in found)
            yield from (text for text in told if SENTENCE.search(text) and not NOT_TOLD.match(text))
            for child in ast.iter_child_nodes(node) if not found else ():
                yield from walk(child)

    yield from walk(ast.parse(file.read_text()))


def tables() -> Iterator[str]:
    """What is said by way of a name."""
    for table in (readiness_views.WORDS, readiness_page.WORDS, readiness_page.WHY, report.WORDS):
        yield from table.values()
    yield from (form for word in readiness_views.WORDS.values() for form in (word.capitalize(), word.lower()))
    yield from (verdict for _, verdict in readiness_page.VERDICTS.values())
    yield from (text for *texts, _ in (*readiness_views.SPANS, *readiness_claims.AGES) for text in texts)
    yield from (
        *readiness_views.COSTS,
        *readiness_views.RUNBOOKS.values(),
        *costs.NOT_ESTIMATED,
        *PRIORITIES,
        *report.SIGNS,
        *plan_view.SIGNS,
    )
    yield from (name.replace("_", " ") for name in claim.COMPARE)
    yield from ("Application", "Account", "Region", ".")
    yield from (name.replace("_", " ").capitalize() for name in (*drills(), "other"))


def templates() -> Iterator[str]:
    for file in TEMPLATES:
        text = file.read_text()
        for said in re.findall(r"(?<!macro )say\(('[^']*'(?: if .*? else '[^']*')?)[,)]", text):
            yield from (
                re.findall(r"'([^']*)'(?: if| else|$)", said) if " else " not in said else re.split(r"' if .* else '", said.strip("'"))
            )
        yield from re.findall(r"'([^']+)' \| prodready\.aws\.said", text)
        for table in re.findall(r"_table\(\((.*?)\),", text):
            yield from re.findall(r'"(\w+)"', table)
    for file in (CHECKOUT / "playbooks").glob("*.yml"):
        yield from re.findall(r"'([^']+)' \| prodready\.aws\.said", file.read_text())


def heads() -> Iterator[str]:
    """The heads of tables, which are said by name."""
    for file in (UTILS / "readiness_views.py", UTILS / "readiness_papers.py", UTILS / "report.py", UTILS / "fleet.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Tuple) and len(node.elts) > 2 and all(isinstance(one, ast.Constant) for one in node.elts):
                found = [one.value for one in node.elts if isinstance(one.value, str)]
                yield from (one for one in found if one[:1].isupper())


def scripts() -> Iterator[str]:
    for file in SCRIPTS:
        yield from re.findall(r"\bsay\('([^']*)'", file.read_text())


def roadmap() -> Iterator[str]:
    items = [item for name, found in read("playbooks/vars/roadmap.yml").items() if isinstance(found, list) for item in found]
    yield from (item[key] for item in items for key in ("item", "promise"))
    for phase in {item["phase"] for item in items}:
        yield from (phase, phase.replace("_", " ").capitalize())
    for one in read("playbooks/vars/recovery.yml")["recovery"]:
        yield from (one["failure"], one["seen"])
        yield from (step for step in one["steps"] if not step.startswith(("ansible-playbook ", "aws ")))


def claims() -> Iterator[str]:
    """What is claimed, and the words that stand in it."""

    def walk(found: Any) -> Iterator[str]:
        if isinstance(found, dict):
            yield from (str(value) for key, value in found.items() if key == "says" and isinstance(value, str))
            yield from (text for value in found.values() for text in walk(value))
        elif isinstance(found, list):
            yield from (text for value in found for text in walk(value))

    files = [*CHECKOUT.glob("roles/*/vars/main.yml"), *CHECKOUT.glob("inventories/*/group_vars/aws/readiness.yml")]
    yield from (text for file in files for text in walk(yaml.safe_load(file.read_text())))
    yield from (*waf_checks.DOES.values(), ", from {{ host }}")
    yield from (f"{side} $threshold % {what}" for side in cost_checks.SIDES.values() for what in ("is spent", "is forecast"))
    yield from (text for text in sentences(UTILS / "claim.py") if text.startswith("not enough"))
    yield "none"


def runbooks() -> Iterator[str]:
    yield from (one["title"] for one in read("docs/runbooks.yml")["runbooks"])


def texts() -> set[str]:
    found = {text for file in [*MODULES, UTILS / "claim.py"] for text in own(file)}
    return found | {*tables(), *templates(), *heads(), *scripts()}


def told() -> set[str]:
    return {text for file in MODULES for text in sentences(file)} | {*roadmap(), *claims(), *runbooks()}


def key(text: str, spoken: str) -> str | None:
    """The key by which a sentence is found, where each of its places is one of the key's."""
    if text in language.TEXTS[spoken]:
        return text
    whole = filled(text)
    places = re.findall(r"77\d{3}77", whole)
    for one in sorted(language.SENTENCES[spoken], key=lambda key: -len(language.PLACE.sub("", key))):
        if found := re.compile(language._pattern(one), re.DOTALL).fullmatch(whole):
            return one if list(found.groups()) == places else None
    return None


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_text_has_its_translation(spoken):
    assert sorted(texts() - language.TEXTS[spoken].keys()) == []


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_sentence_of_evidence_has_its_translation(spoken):
    assert sorted(text for text in told() if not key(text, spoken)) == []


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_translation_is_of_something_that_is_said(spoken):
    used = texts() | {key(text, spoken) for text in told()}
    assert sorted(language.TEXTS[spoken].keys() - used) == []


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_a_translation_has_the_places_of_its_text(spoken):
    differing = [
        key for key, found in language.TEXTS[spoken].items() if set(language.PLACE.findall(key)) != set(language.PLACE.findall(found))
    ]
    assert differing == []


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_a_page_says_nothing_in_one_language_alone(file):
    text = re.sub(r"<(style|script)\b.*?</\1>", "", file.read_text(), flags=re.DOTALL)
    written = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.DOTALL)
    assert re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]*>| --limit | ms\b|\bp\d+|\bUTC\b", "", written)) == []
    assert [
        found for found in re.findall(r'(?:aria-label|aria-valuetext|title|alt)="([^"]*)"', written) if re.search("[A-Za-z]", found)
    ] == []
    quoted = {one for value in re.findall(r"\{\{(.*?)\}\}", text, re.DOTALL) for one in re.findall(r"'([^']*)'", value)}
    assert [one for one in quoted - texts() if re.search(r"[a-z]{2,} [a-z]{2,}|^[A-Z]", one)] == []


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_a_script_says_nothing_in_one_language_alone(file):
    code = re.sub(r"//.*", "", file.read_text())
    spoken = re.findall(r"'[^'\n]*'|`[^`]*`", re.sub(r"say\('[^']*'", "", code))
    assert [one for one in spoken if re.search(r"[a-z]{2,},? [a-z]{2,}", re.sub(r"\$\{.*?\}", "", one)) and "=" not in one] == []


def test_languages_are_the_same_wherever_one_is_chosen():
    known = sorted(language.TEXTS)
    specs = read("roles/readiness/meta/argument_specs.yml") | read("roles/load_test/meta/argument_specs.yml")
    for file in [*CHECKOUT.glob("roles/*/meta/argument_specs.yml"), *CHECKOUT.glob("plugins/*/*.py"), *CHECKOUT.glob("playbooks/**/*.yml")]:
        for found in re.findall(
            r"(?:_language: .*?|  language:(?:.|\n      ?)*?|runbook_language.* in )(?:choices: )?(\[[^\]]*\])", file.read_text()
        ):
            assert sorted(yaml.safe_load(found)) == known, file
    assert specs


def test_a_sentence_is_translated_with_what_stands_in_it():
    with language.speaking("tr"):
        assert language.said("Table orders can be restored to any second of its last 35 days") == (
            "orders tablosu son 35 günün herhangi bir saniyesine geri döndürülebilir"
        )
        assert language.said("The rule bots of shop blocks") == "shop içindeki bots kuralı engelliyor"
        assert language.said("Somebody is told when more than 80 % is spent of the budget shop") == (
            "shop bütçesinde birine haber verilen durum: %80 üzeri harcama"
        )


def test_what_has_no_translation_stays_as_it_is():
    with language.speaking("tr"):
        assert language.said("Something of your own {is} so") == "Something of your own {is} so"
        assert language.say("not known, {value}", value="{x}") == "not known, {x}"
    assert language.said("Table orders is there and active") == "Table orders is there and active"


def test_figures_have_the_languages_own_point():
    assert language.number(99.95) == "99.95"
    with language.speaking("tr"):
        assert (language.number(99.95), language.number(19.5, ".2f")) == ("99,95", "19,50")


def test_a_script_says_its_texts_in_the_language_and_nothing_else_changes():
    code = "element('li', say('Show {left} more', { left })) // Show"
    assert language.script(code, "en") == code
    assert language.script(code, "tr") == "element('li', say('{left} tane daha göster', { left })) // Show"


@pytest.fixture(scope="module")
def turkish():
    made = decisions.real()
    with language.speaking("tr"):
        yield made


def test_the_decision_is_read_in_the_language(turkish):
    said = readiness_views.text(turkish)
    assert said.startswith("HAZIR DEĞİL: shop, production ortamı\n14 kontrolden 11 tanesi sağlanıyor (1 yalnızca kabul edildi)")
    assert "✔ Dışarıdan yapılan yoklamaların %99,9'undan fazlası yanıtlanıyor  99,9792 > 99,9, 1 gün içinde 1440 örnek" in said
    assert "primary: shop içindeki bots kuralı engelliyor" in said
    page = readiness_views.markdown(turkish)
    assert "# Hazır değil: shop, production ortamı" in page
    assert "| Yer | Kontrol | Gerekçe | Bitiş |" in page


def test_what_mends_is_named_by_its_runbook():
    titles = {one["name"]: one["title"] for one in read("docs/runbooks.yml")["runbooks"]}
    items = [item for name, found in read("playbooks/vars/roadmap.yml").items() if isinstance(found, list) for item in found]
    mending = {item.get("mend", f"playbooks/{item['phase']}.yml").partition("playbooks/")[2].partition(".yml")[0] for item in items}
    assert mending & titles.keys() | {"verify"} == readiness_views.RUNBOOKS.keys()
    assert readiness_views.RUNBOOKS.items() <= titles.items()
    with language.speaking("tr"):
        assert readiness_views.runbook("ansible-playbook playbooks/load_test.yml --limit shop") == "Yük altında test et"


def test_papers_and_the_report_are_read_in_the_language(turkish):
    papers = readiness_papers.papers(turkish, read("playbooks/vars/recovery.yml")["recovery"])
    assert "- [x] İsteklerin %95'i 500 ms altında yanıtlandı; yer: primary (muaf: TICKET-1)" in papers["performance-checklist.md"]
    assert "## Gizli bir değer sızdı\n\nNasıl anlaşılır: Biri haber verir" in papers["recovery-plan.md"]
    page = report.markdown("shop: hemen", read("playbooks/vars/roadmap.yml")["roadmap"], turkish["claims"], decisions.NOW)
    assert "| | Kontrol | Beklenen | Görülen | Ne zaman |" in page
    assert "| sağlanmıyor | shop içindeki bots kuralı engelliyor | eşit Block | Count |" in page


def test_machines_read_the_same_in_every_language(tmp_path):
    found = {}
    for spoken in language.TEXTS:
        (folder := tmp_path / spoken).mkdir()
        write(folder, decisions.real(), [], spoken)
        found[spoken] = {file.relative_to(folder).name: file.read_text() for file in folder.rglob("*") if file.is_file()}
    machines = [name for name in found["en"] if not name.endswith((".md", ".jsonl"))]
    assert {"readiness.json", "readiness.xml"} < {*machines}
    for spoken in LANGUAGES:
        assert {name: found[spoken][name] for name in machines} == {name: found["en"][name] for name in machines}
        assert found[spoken]["readiness.md"] != found["en"]["readiness.md"]


def test_the_page_is_read_in_the_language_with_its_scripts(tmp_path):
    text = decisions.rendered({"turkish": decisions.real()}, tmp_path)["turkish"]
    assert '<html lang="tr">' in text
    assert ">Karar zamanı: <time" in text
    assert "say('Kalan {left} kontrolden {count} tanesini daha göster', {" in text
    assert "yüksek: İkinci aşamayı uygula" in text


def test_what_was_never_proven_is_said_in_the_language():
    items = [{"id": "short_term.waf", "roles": ["waf"]}]
    with language.speaking("tr"):
        assert [*map(report.told, report.unproven(items, ["app2"], []))] == [
            "short_term.waf: waf rolünün hiçbir kontrolü kanıtlanmadı",
            "app2: hiçbir kontrol kanıtlanmadı",
        ]
