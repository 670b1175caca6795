"""What Envoy wrote down, as a load balancer's metrics, log and health."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from sandbox.plane import access_logs, health, metrics
from sandbox.plane.account import Balancer, Group, Listener, Target
from sandbox.plane.follower import Follower
from sandbox.plane.health import Health
from sandbox.plane.requests import Request
from tests.unit.sandbox.test_plane_render import BLUE, SHOP

FORWARDED = {
    "start": "1795648195.835625", "duration_ms": 250, "status": 200, "details": "via_upstream", "flags": "-", "protocol": "HTTP/1.1",
    "client": "127.37.9.1:40000", "target": "172.31.1.11:8080", "group": BLUE, "request_us": 1000, "target_us": 240000, "response_us": 5,
    "received": 100, "sent": 300, "method": "GET", "host": "shop.localhost:20006", "path": "/a?b=c", "agent": 'curl "8"',
    "trace": "Root=1-a-b", "tls_cipher": "TLS_AES_128_GCM_SHA256", "tls_version": "TLSv1.3", "server_name": "shop.localhost",
    "certificate_names": "shop.localhost", "priority": "10", "action": "forward", "dropped_headers": None, "location": None,
    "connection": 7, "web_acl": True,
}  # fmt: skip
OWN = {"target": None, "group": None, "request_us": None, "target_us": None, "response_us": None}
REDIRECTED = {**FORWARDED, **OWN, "status": 301, "details": "lua_response", "action": "redirect", "location": "https://a/"}
REFUSED = {**FORWARDED, "status": 502, "details": "upstream_reset_before_response_started{remote}", "flags": "UF"}
BLOCKED = {**FORWARDED, **OWN, "status": 403, "details": "ext_authz_denied", "flags": "UAEX"}
LEFT = {**FORWARDED, "status": 0, "details": "downstream_remote_disconnect", "flags": "DC"}


def request(entry: dict, targets: int = 1) -> Request:
    listener = Listener("listener", "HTTPS", 443, ())
    return Request(entry, Balancer(SHOP, "shop", (listener,)), listener, targets=targets)


def counted(entry: dict, **more: int) -> dict[tuple[str, ...], float]:
    """Each metric by its name and the names of its dimensions."""
    found: Counter[tuple[str, ...]] = Counter()
    for metric, _, value in metrics.measures(request(entry, **more)):
        found[(metric.name, *sorted(name for name, _ in metric.dimensions))] += value
    return dict(found)


def test_a_forwarded_request_counts_for_the_load_balancer_and_its_group():
    found = counted(FORWARDED, targets=2)
    for name in ("RequestCount", "HTTPCode_Target_2XX_Count"):
        assert found[(name, "LoadBalancer")] == found[(name, "LoadBalancer", "TargetGroup")] == 1
    assert found[("TargetResponseTime", "LoadBalancer")] == 0.24
    assert found[("RequestCountPerTarget", "TargetGroup")] == 0.5
    assert found[("ProcessedBytes", "LoadBalancer")] == 400
    assert not any(name[0].startswith("HTTPCode_ELB") for name in found)


@pytest.mark.parametrize(
    ("entry", "counts", "not_counted"),
    [
        (REDIRECTED, ["HTTP_Redirect_Count", "HTTPCode_ELB_3XX_Count"], ["RequestCount"]),
        (
            REFUSED,
            ["RequestCount", "HTTPCode_ELB_5XX_Count", "HTTPCode_ELB_502_Count", "TargetConnectionErrorCount"],
            ["TargetResponseTime"],
        ),
        (BLOCKED, ["HTTPCode_ELB_4XX_Count"], ["RequestCount", "HTTP_Redirect_Count"]),
        (LEFT, ["HTTPCode_ELB_4XX_Count"], ["HTTPCode_Target_2XX_Count"]),
    ],
)
def test_what_the_load_balancer_answers_itself_is_its_own(entry, counts, not_counted):
    found = counted(entry)
    assert all(found[(name, "LoadBalancer")] == 1 for name in counts)
    assert not {name[0] for name in found} & set(not_counted)


def test_a_line_has_the_fields_of_aws_in_their_order():
    line = access_logs.line(request(FORWARDED), "arn:certificate")
    assert line == (
        "https 2026-11-25T23:09:56.085625Z app/shop/0123456789abcdef 127.37.9.1:40000 172.31.1.11:8080 0.001 0.240 0.000 200 200 100 300 "
        '"GET https://shop.localhost:443/a?b=c HTTP/1.1" "curl \\x228\\x22" TLS_AES_128_GCM_SHA256 TLSv1.3 '
        f'{BLUE} "Root=1-a-b" "shop.localhost" "arn:certificate" 10 2026-11-25T23:09:55.835625Z "waf,forward" "-" "-" '
        f'"172.31.1.11:8080" "200" "-" "-" {line.split()[-4]} "-" "-" "-"'
    )


def test_a_line_of_what_never_reached_a_target():
    fields = access_logs.line(request(BLOCKED), "arn:certificate").split(" ")
    assert fields[4:10] == ["-", "-1", "-1", "-1", "403", "-"]
    assert '"waf"' in fields
    assert access_logs.line(request(LEFT), "").split(" ")[8] == "460"
    assert '"waf,redirect" "https://a/"' in access_logs.line(request(REDIRECTED), "")


def test_a_file_lies_where_aws_puts_it():
    name = access_logs.file_name("logs", SHOP, datetime(2026, 11, 25, 23, 10, tzinfo=UTC))
    assert name.startswith(
        "logs/AWSLogs/123456789012/elasticloadbalancing/eu-central-1/2026/11/25/"
        "123456789012_elasticloadbalancing_eu-central-1_app.shop.0123456789abcdef_20261125T2310Z_127.0.0.1_"
    )
    assert gzip.decompress(access_logs.packed(["a", "b"])) == b"a\nb\n"


def test_a_follower_reads_each_line_once_even_from_the_file_that_takes_the_place(tmp_path):
    path = tmp_path / "log"
    path.write_text('{"n": 0}\n')
    follower = Follower(path)

    def add(text: str) -> None:
        with path.open("a") as file:
            file.write(text)

    def read() -> list[int]:
        return [entry["n"] for entry in follower.entries()]

    add('{"n": 1}\n{"n":')
    assert read() == [1]
    add(" 2}\nnonsense\n")
    path.rename(tmp_path / "old")
    path.write_text('{"n": 3}\n')
    assert read() == [2, 3]
    assert read() == []
    follower.close()


def test_a_follower_waits_for_its_file(tmp_path):
    follower = Follower(tmp_path / "log")
    assert list(follower.entries()) == []
    (tmp_path / "log").write_text(json.dumps({"n": 1}) + "\n")
    assert [entry["n"] for entry in follower.entries()] == [1]
    follower.close()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, health.REGISTERING),
        ({"eds_health_status": "HEALTHY"}, health.HEALTHY),
        ({"failed_active_health_check": True, "pending_active_hc": True}, health.CHECKING),
        ({"failed_active_health_check": True, "active_hc_timeout": True}, health.TIMEOUT),
        ({"failed_active_health_check": True}, Health("unhealthy", "asked")),
    ],
)
def test_health_as_aws_tells_it(status, expected):
    assert health.of(status, lambda: Health("unhealthy", "asked")) == expected


def test_a_target_that_refuses_connections_fails_its_checks():
    assert health.probe(Group(BLUE), Target("172.31.1.11", 1), lambda _: "127.0.0.1") == health.FAILED
