"""Decisions to look at, and their pages as role readiness makes them: `python -m tests.decisions FOLDER` writes all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.prodready.aws.plugins.module_utils import fleet
from ansible_collections.prodready.aws.plugins.module_utils.language import speaking
from ansible_collections.prodready.aws.plugins.module_utils.readiness import document
from ansible_collections.prodready.aws.plugins.module_utils.readiness_plans import planned

CHECKOUT = Path(__file__).parents[1]
ROLE = CHECKOUT / "roles/readiness"
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
HOSTILE = '</script><img src=x onerror="parent.hit=1"><!-- {{ 7 * 7 }} \'" &amp; <b>'
ROADMAP = [
    {
        "id": "metrics.errors",
        "phase": "metrics",
        "item": "Error rate",
        "promise": "Fewer than 1 % fail",
        "priority": "critical",
        "roles": ["readiness"],
    },
    {
        "id": "metrics.uptime",
        "phase": "metrics",
        "item": "Uptime",
        "promise": "Above 99.9 %",
        "priority": "critical",
        "roles": ["readiness"],
    },
    {
        "id": "done.recovery",
        "phase": "done",
        "item": "Recovery",
        "promise": "Any second",
        "priority": "high",
        "claims": ["dynamodb.pitr.*"],
    },
    {
        "id": "immediate.tables",
        "phase": "immediate",
        "item": "Tables",
        "promise": "Restorable",
        "priority": "critical",
        "roles": ["dynamodb"],
    },
    {
        "id": "immediate.alarms",
        "phase": "immediate",
        "item": "Alarms",
        "promise": "They notify",
        "priority": "high",
        "roles": ["cloudwatch"],
    },
    {
        "id": "short_term.waf",
        "phase": "short_term",
        "item": "Web ACL",
        "promise": "Attacks are blocked",
        "priority": "high",
        "roles": ["waf", "alb"],
    },
    {"id": "long_term.cost", "phase": "long_term", "item": "Cost", "promise": "Known", "priority": "low"},
]
ASKED = {
    "service": "dynamodb",
    "operation": "describe_continuous_backups",
    "params": {"TableName": "orders"},
    "take": "ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",
}


def record(name: str, item: str, state: str = "holds", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "item": item,
        "says": f"{name} is so",
        "asked": ASKED,
        "observed": "ENABLED",
        "expected": {"equals": "ENABLED"},
        "state": state,
        "at": (NOW - timedelta(minutes=3)).isoformat(),
        "by": "arn:aws:sts::123456789012:assumed-role/prover/somebody",
        "host": "primary",
        "role": name.partition(".")[0],
        **more,
    }


def measured(name: str, value: float, state: str = "holds", **expected: float) -> dict[str, Any]:
    return record(
        f"readiness.{name}", f"metrics.{name}", state, observed=value, expected=expected, samples={"seen": 1440, "at_least": 500}, asked={}
    )


def figure(values: list[float]) -> dict[str, Any]:
    """A day, with a value every five minutes."""
    end = int(NOW.timestamp())
    course = [[end - 300 * (len(values) - n), value, 5] for n, value in enumerate(values)]
    share = "100 * (Shop Errors {Service=shop} Sum) / (Shop Requests {Service=shop} Sum)"
    about = {"source": share, "window_seconds": 86400, "period_seconds": 300, "start": end - 86400, "end": end}
    return {"value": round(sum(values) / len(values), 4), "samples": 5 * len(values), "course": course, **about}


def decided(*records: dict[str, Any], roadmap: list[dict[str, Any]] = ROADMAP, **more: Any) -> dict[str, Any]:
    about = {"application": "shop", "environment": "production", "title": "shop in production"}
    return json.loads(json.dumps(document(about, roadmap, records, now=NOW, **more)))


HELD = [
    record("dynamodb.pitr.orders", "immediate.tables"),
    record("cloudwatch.alarm.latency", "immediate.alarms", observed={"state": "OK"}, expected={"equals": {"state": "OK"}}),
    record("waf.acl.shop", "short_term.waf", fidelity="accepted"),
    record(
        "alb.answers",
        "short_term.waf",
        observed=200,
        expected={"equals": 200},
        asked={"url": "https://shop.example.com/", "take": "status"},
    ),
    measured("errors", 0.4, below=1),
    measured("uptime", 99.95, above=99.9),
]
FIGURES = {
    "primary": {"errors": figure([0.1 + n % 7 / 10 for n in range(288)]), "uptime": figure([100.0 - (n % 50 == 0) for n in range(288)])}
}


def before(number: int) -> list[dict[str, Any]]:
    def one(days: int) -> dict[str, Any]:
        at, left = (NOW - timedelta(days=days)).isoformat(), min(days // 4, 5)
        found = {"fails": left, "unproven": left % 3, "holds": 6 - left}
        metrics = {"primary.errors": 0.3 + days / 10, "primary.uptime": 99.95 - days / 100}
        return {"at": at, "decision": "not_ready" if left else "ready", "claims": found, "metrics": metrics}

    return [one(days) for days in range(number, 0, -1)]


def plan(phase: str, *changes: dict[str, Any], made_since: int = 0, **more: Any) -> dict[str, Any]:
    kept = {"at": (NOW - timedelta(minutes=2)).isoformat(), "whole": True, "leave": 14, "changes": list(changes), **more}
    return planned(phase, kept, "", made_since, NOW, timedelta(days=1))


def ready() -> dict[str, Any]:
    return decided(*HELD, figures=FIGURES, history=before(6), plans=[plan("immediate"), plan("short_term", made_since=3)])


def empty() -> dict[str, Any]:
    return decided(silent=["primary", "app1"])


def failing(text: str = "plain") -> dict[str, Any]:
    """Every state, a waiver, a drill, a host without evidence, a claim about no item; `text` stands wherever evidence may hold any text."""
    waiver = {"reason": f"moved next month {text}", "until": "2026-12-24"}
    changed = [
        record(
            "dynamodb.pitr.carts",
            "immediate.tables",
            "fails",
            observed=f"DISABLED {text}",
            says=f"carts can be restored {text}",
            host="app1",
        ),
        record(
            "cloudwatch.alarm.errors", "immediate.alarms", "stale", error=f"was seen too long ago {text}", at="2026-11-20T12:00:00+00:00"
        ),
        record(f"cloudwatch.alarm.{text}", "immediate.alarms", "unproven", error=f"not enough data {text}", observed=None),
        record("waf.logs", "short_term.waf", "waived", waived=waiver, observed={text: [text]}),
        record("other.claim", text, asked={"service": "s3", "operation": "get_bucket", "params": {"Bucket": text}, "take": text}, by=text),
    ]
    drills = [
        record("alb.drill.back", "short_term.waf", role="drill-health_checks", says=f"seconds until it came back {text}", observed=12.5)
    ]
    about = {"place": "primary", "role": "dynamodb", "kind": "dynamodb_tables"}
    plans = [
        plan("immediate", {**about, "name": f"carts {text}", "action": "update", "fields": [f"~ recovery_days: 0 -> 35 {text}"]}),
        planned("short_term", None, "", 0, NOW, timedelta(days=1)),
    ]
    costs = {
        "host": "primary",
        "at": NOW.isoformat(),
        "region": "eu-central-1",
        "total": 19.71,
        "lines": [
            {
                "what": f"1 Application Load Balancer {text}",
                "quantity": 730,
                "unit": "Hrs",
                "unit_price": 0.027,
                "usd": 19.71,
                "source": "AWS Price List, AWSELB EUC1-LoadBalancerUsage, 2026-07-20",
                "note": "",
            },
            {"what": "2 nodes", "quantity": None, "unit": "", "unit_price": None, "usd": None, "source": "", "note": f"no product {text}"},
        ],
        "not_estimated": ["data transfer"],
    }
    more = {"drills": drills, "costs": [costs], "plans": plans, "silent": [f"app9 {text}"]}
    return decided(*HELD, *changed, figures=FIGURES, history=before(12), **more)


def real() -> dict[str, Any]:
    """The roadmap of the playbooks, with claims as the roles make them: what translations are seen with."""
    read = yaml.safe_load((CHECKOUT / "playbooks/vars/roadmap.yml").read_text())
    roadmap = [item for part in ("metrics", "done", "", "later") for item in read[f"roadmap_{part}".rstrip("_")]]
    says = {
        "environment.age.ADMIN_TOKEN": "The value of ADMIN_TOKEN is younger than 30 days",
        "dynamodb.pitr.orders": "Table orders can be restored to any second of its last 35 days",
        "cloudwatch.alarm.notifies.latency": "The alarm latency notifies when it goes off",
        "s3.rule.logs": "Rule age of bucket logs deletes objects after 90 days",
        "waf.rule.shop.bots": "The rule bots of shop blocks",
        "elasticache.group.shop": "The replication group shop is available, with a replica in another zone that takes over by itself",
        "autoscaling.serving.shop": "The group shop has as many healthy instances in service as it wants",
        "cost.notification.shop": "Somebody is told when more than 80 % is spent of the budget shop",
        "app_deploy.health.app1": "app1 is healthy",
        "app_deploy.steps.app1": "Nothing is left to do on app1",
        "load_test.p95": "95 % of the requests were answered in less than 500 ms",
    }
    items = {role: item["id"] for item in read["roadmap"] for role in item["roles"]}
    differing = {
        "waf.rule.shop.bots": {"state": "fails", "observed": "Count", "expected": {"equals": "Block"}},
        "s3.rule.logs": {"state": "stale", "error": "was seen at 2026-11-20T12:00:00+00:00, too long ago to count"},
        "load_test.p95": {"state": "waived", "waived": {"reason": "TICKET-1", "until": "2026-12-24"}, "observed": 612.5},
        "cost.notification.shop": {"fidelity": "accepted"},
    }
    records = [
        record(name, items[name.partition(".")[0]], **{"says": sentence, **differing.get(name, {})}) for name, sentence in says.items()
    ]
    metrics = [
        {**measured("errors", 0.4, below=1), "says": "Fewer than 1 % of the requests fail"},
        {**measured("uptime", 99.95, above=99.9), "says": "More than 99.9 % of the probes from outside are answered"},
    ]
    more = {key: failing()[key] for key in ("costs", "plans")}
    back = record("alb.drill.back", "short_term.balancer", role="drill-health_checks", says="Most requests were answered", observed=99.5)
    return decided(*records, *metrics, roadmap=roadmap, figures=FIGURES, history=before(12), drills=[back], silent=["app2"], **more)


def large(places: int = 50, claims: int = 40) -> dict[str, Any]:
    """Places that differ in what was asked, seen, and when; each with its own metrics."""
    phases = ("immediate", "short_term", "medium_term")
    items = [
        {"id": f"{phases[n % 3]}.item{n}", "phase": phases[n % 3], "item": f"Item {n}", "promise": "Kept", "roles": [f"role{n}"]}
        for n in range(20)
    ]
    states = ("holds", "holds", "holds", "fails", "stale", "holds", "holds")
    found = []
    for place in range(places):
        for n in range(claims - 2):
            item, thing = items[n % 20], f"thing-{place}-{n}"
            found.append(
                record(
                    f"role{n % 20}.what.{thing}",
                    item["id"],
                    states[(place * claims + n) % 7],
                    host=f"place{place}",
                    role=f"role{n % 20}",
                    asked={**ASKED, "params": {"Names": [f"{thing}-{one}" for one in range(6)]}},
                    observed={"name": thing, "arn": f"arn:aws:dynamodb:eu-central-1:{place:012}:table/{thing}", "status": "ACTIVE"},
                    at=(NOW - timedelta(seconds=place * 40 + n)).isoformat(),
                )
            )
        found += [{**one, "host": f"place{place}"} for one in HELD[-2:]]
    figures = {f"place{place}": FIGURES["primary"] for place in range(places)}
    return decided(*found, roadmap=[*ROADMAP[:2], *items], figures=figures, history=before(89))


def fleet_of(places: dict[str, dict[str, Any] | None], **about: str) -> dict[str, Any]:
    """The report of places whose last decisions these are."""
    given = {"account": "123456789012", "region": "eu-central-1", **about}
    lines = [
        fleet.line({"name": name, "report": f"{name}/readiness.html", **given}, made, "" if made else "no decision was made here")
        for name, made in places.items()
    ]
    return json.loads(json.dumps(fleet.document("production", lines, NOW)))


def large_fleet(places: int = 50, claims: int = 40) -> dict[str, Any]:
    """50 places and 2,000 claims, of which a seventh does not hold, and another is too old."""
    made = large(places, claims)
    keys = ("id", "item", "promise")
    roadmap = [
        {**{key: item[key] for key in keys}, "phase": phase["name"], "roles": [f"role{item['item'].rpartition(' ')[2]}"]}
        for phase in made["phases"][1:]
        for item in phase["items"]
    ]
    found: dict[str, list[dict[str, Any]]] = {}
    for claim in made["claims"]:
        found.setdefault(claim["host"], []).append(claim)
    return fleet_of(
        {name: decided(*mine, roadmap=[*ROADMAP[:2], *roadmap], figures={name: FIGURES["primary"]}) for name, mine in found.items()},
        region="eu-west-1",
    )


FLEETS = {
    "fleet": lambda: fleet_of({"shop-eu": ready(), "shop-us": failing(), "orders-eu": None}),
    "fleet-ready": lambda: fleet_of({"shop-eu": ready(), "orders-eu": ready()}),
    "fleet-hostile": lambda: fleet_of({HOSTILE: failing(HOSTILE), "orders-eu": None}, account=HOSTILE, region=HOSTILE),
    "fleet-large": large_fleet,
    "fleet-turkish": lambda: fleet_of({"shop-eu": real(), "shop-us": ready(), "orders-eu": None}),
}


SPOKEN = {"readiness_language": "{{ 'tr' if 'turkish' in item else 'en' }}"}


def language_of(name: str) -> str:
    return "tr" if "turkish" in name else "en"


def rendered_fleets(made: dict[str, dict[str, Any]], folder: Path) -> dict[str, str]:
    """Their pages, made by the role's own template: a folder each."""
    for name, one in made.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        with speaking(language_of(name)):
            (folder / name / "fleet.json").write_text(json.dumps({"document": one, "page": fleet.page(one)}))
    task = {
        "name": "The report is a page",
        "ansible.builtin.template": {"src": str(ROLE / "templates/fleet.html.j2"), "dest": f"{folder}/{{{{ item }}}}/readiness.html"},
        "vars": {
            "role_path": str(ROLE),
            "readiness_fleet": f"{{{{ lookup('file', '{folder}/' ~ item ~ '/fleet.json') | from_json }}}}",
            **SPOKEN,
        },
        "loop": list(made),
    }
    play(folder / "fleets.json", [task])
    return {name: (folder / name / "readiness.html").read_text() for name in made}


def rendered(decisions: dict[str, dict[str, Any]], folder: Path) -> dict[str, str]:
    """The pages, made by the role's own template: a folder each."""
    for name, made in decisions.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "readiness.json").write_text(json.dumps(made))
    task = {
        "name": "The decision is a page",
        "ansible.builtin.template": {"src": str(ROLE / "templates/readiness.html.j2"), "dest": f"{folder}/{{{{ item }}}}/readiness.html"},
        "vars": {
            "role_path": str(ROLE),
            **SPOKEN,
            "readiness_decided": {"document": f"{{{{ lookup('file', '{folder}/' ~ item ~ '/readiness.json') | from_json }}}}"},
        },
        "loop": list(decisions),
    }
    play(folder / "pages.json", [task])
    return {name: (folder / name / "readiness.html").read_text() for name in decisions}


def play(file: Path, tasks: list[dict[str, Any]], **variables: Any) -> None:
    file.write_text(json.dumps([{"name": "Pages", "hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}]))
    command = [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", "-c", "local", file]
    command += ["--extra-vars", f"ansible_python_interpreter={sys.executable}"]
    env = {**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg")}
    ran = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True, timeout=100)
    assert ran.returncode == 0, ran.stdout + ran.stderr


ALL = {"ready": ready, "failing": failing, "hostile": lambda: failing(HOSTILE), "empty": empty, "large": large, "turkish": real}


if __name__ == "__main__":
    rendered({name: make() for name, make in ALL.items()}, Path(sys.argv[1]).resolve())
    rendered_fleets({name: make() for name, make in FLEETS.items()}, Path(sys.argv[1]).resolve())
