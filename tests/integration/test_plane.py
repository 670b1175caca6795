"""The data plane: what the emulator knows of a load balancer, done to real requests."""

from __future__ import annotations

import gzip
import json
import shutil
import ssl
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.balancing import FIXED, Balancing, Clients, TargetProcess, answer_of
from tests.integration.place import Place, until

# Health checks every ten seconds come six times a second, and access logs every five seconds.
SPEED = "60"
PORT = 18080


@pytest.fixture(scope="module")
def balancing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Balancing]:
    place = Place(tmp_path_factory.mktemp("plane") / "sandbox")
    place.sandbox("up", "--only", "emulator", "envoy", "--health-check-speed", SPEED)
    yield Balancing(place)
    place.sandbox("down")
    shutil.rmtree(place.folder)


@pytest.fixture(scope="module")
def targets(balancing: Balancing) -> Iterator[list[TargetProcess]]:
    made = [TargetProcess(balancing.address(host), PORT) for host in (1, 2)]
    yield made
    for target in made:
        target.stop()


@pytest.fixture(scope="module")
def blue(balancing: Balancing, targets: list[TargetProcess]) -> str:
    return balancing.group("blue", targets[0])


@pytest.fixture(scope="module")
def green(balancing: Balancing, targets: list[TargetProcess]) -> str:
    return balancing.group("green", targets[1])


@pytest.fixture(scope="module")
def certificate(balancing: Balancing) -> str:
    return balancing.certificate("shop.localhost")


@pytest.fixture(scope="module")
def https(balancing: Balancing, blue: str, green: str, certificate: str) -> str:
    policy = {"Protocol": "HTTPS", "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06", "Certificates": [{"CertificateArn": certificate}]}
    arn = balancing.listen(443, split((blue, 50), (green, 50)), **policy)
    for group in (blue, green):
        balancing.until_healthy(group)
    return arn


def split(*weights: tuple[str, int], **sticky: object) -> dict:
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights]
    config = {"TargetGroups": groups} | ({"TargetGroupStickinessConfig": sticky} if sticky else {})
    return {"Type": "forward", "ForwardConfig": config}


def address_of(group: str, balancing: Balancing) -> str:
    return next(iter(balancing.health(group)))


def test_plain_requests_are_redirected_as_the_listener_says(balancing):
    config = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    balancing.listen(80, {"Type": "redirect", "RedirectConfig": config})
    answer = balancing.ask(80, "/a/b?c=d")
    assert (answer.status, answer.get("location")) == (301, "https://shop.localhost:443/a/b?c=d")
    assert answer.get("server") == "awselb/2.0"


def test_weights_divide_requests_and_a_changed_weight_counts_at_once_without_a_failure(balancing, https, blue, green, targets):
    """Blue to green in steps and back, under load."""
    addresses = [target.address for target in targets]
    with Clients(balancing, 443, tls=True) as clients:
        for weights in ((90, 10), (50, 50), (0, 100), (100, 0)):
            balancing.elbv2.modify_listener(ListenerArn=https, DefaultActions=[split((blue, weights[0]), (green, weights[1]))])
            expected = dict(zip(addresses, weights, strict=True))
            until(lambda expected=expected: weights_hold(clients, expected), f"weights {weights}")
    assert clients.failures == []
    assert set(clients.statuses) == {200}
    balancing.elbv2.modify_listener(ListenerArn=https, DefaultActions=[split((blue, 50), (green, 50))])


def weights_hold(clients: Clients, expected: dict[str, int]) -> bool:
    """Of the requests from now on."""
    start = time.monotonic()
    clients.until_more(100)
    seen = clients.since(start)
    return all(
        abs(100 * seen[address] / seen.total() - weight) <= (0 if weight in (0, 100) else 15) for address, weight in expected.items()
    )


@pytest.fixture(scope="module")
def ruled(balancing: Balancing) -> int:
    """A listener with a rule of every kind."""
    listener = balancing.listen(8000, FIXED)
    network = f"127.{balancing.state['slice']}.9.0/24"
    conditions = {
        "path": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/img/*", "/?.html"]}}],
        "host": [{"Field": "host-header", "HostHeaderConfig": {"Values": ["*.Example.com"]}}],
        "header": [{"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Env", "Values": ["test*"]}}],
        "method": [{"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["PUT", "DELETE"]}}],
        "query": [{"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "version", "Value": "v1"}, {"Value": "canary"}]}}],
        "address": [{"Field": "source-ip", "SourceIpConfig": {"Values": [network]}}],
        "both": [
            {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/both"]}},
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Both", "Values": ["1"]}},
        ],
    }
    for priority, (name, asked) in enumerate(conditions.items(), 1):
        action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "MessageBody": name}}
        balancing.elbv2.create_rule(ListenerArn=listener, Priority=priority, Conditions=asked, Actions=[action])
    until(lambda: balancing.ask(8000, "/both", headers={"X-Both": "1"}).body == "both", "the last rule is in force")
    return 8000


class TestRules:
    @pytest.mark.parametrize(
        ("expected", "path", "how"),
        [
            ("path", "/img/a?b=c", {}),
            ("path", "/a.html", {}),
            ("fixed", "/IMG/a", {}),
            ("fixed", "/ab.html", {}),
            ("host", "/", {"headers": {"Host": "A.EXAMPLE.com:8000"}}),
            ("fixed", "/", {"headers": {"Host": "example.com"}}),
            ("header", "/", {"headers": {"x-env": "TESTING"}}),
            ("fixed", "/", {"headers": {"x-env": "a test"}}),
            ("method", "/", {"method": "PUT"}),
            ("query", "/?a=b&VERSION=V1", {}),
            ("query", "/?any=canary&x=y", {}),
            ("fixed", "/?version=v10", {}),
            ("fixed", "/?noversion=v1", {}),
            ("address", "/", {"from": "9.7"}),
            ("fixed", "/", {"from": "8.7"}),
            ("fixed", "/both", {}),
        ],
    )
    def test_a_request_meets_the_first_rule_that_it_fits(self, balancing, ruled, expected, path, how):
        if where := how.get("from"):
            how = {"client": f"127.{balancing.state['slice']}.{where}"}
        assert balancing.ask(ruled, path, **how).body == expected


class TestTls:
    def client(self, balancing: Balancing, version: ssl.TLSVersion) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=balancing.state["ca_path"])
        # This machine's own policy would refuse old versions before the load balancer could.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = version
        return context

    def speaks(self, balancing: Balancing, version: ssl.TLSVersion) -> bool:
        try:
            return balancing.ask(443, tls=self.client(balancing, version)).status == 200
        except ssl.SSLError as error:
            assert "ALERT_PROTOCOL_VERSION" in str(error)
            return False

    def test_the_policy_is_the_floor_and_a_changed_one_counts(self, balancing, https):
        versions = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)

        def spoken(policy: str) -> list[bool]:
            balancing.elbv2.modify_listener(ListenerArn=https, SslPolicy=policy)
            return [self.speaks(balancing, version) for version in versions]

        for policy, expected in (
            ("ELBSecurityPolicy-TLS13-1-3-2021-06", [False, False, False, True]),
            ("ELBSecurityPolicy-2016-08", [True, True, True, False]),
            ("ELBSecurityPolicy-TLS13-1-2-2021-06", [False, False, True, True]),
        ):
            until(lambda policy=policy, expected=expected: spoken(policy) == expected, policy, 10)
        unsupported = balancing.place.control("GET", "plane")["not_emulated"]
        assert any("shop:443 does not offer ECDHE-ECDSA-AES128-SHA256" in sentence for sentence in unsupported)

    def test_the_certificate_is_chosen_by_name_and_otherwise_the_default_one(self, balancing, https):
        other = balancing.certificate("other.localhost", "*.other.localhost")
        balancing.elbv2.add_listener_certificates(ListenerArn=https, Certificates=[{"CertificateArn": other}])

        def names(asked: str) -> list[str]:
            context = ssl.create_default_context(cafile=balancing.state["ca_path"])
            context.check_hostname = False
            certificate = balancing.ask(443, tls=context, name=asked).certificate or {}
            return [name for _, name in certificate["subjectAltName"]]

        until(lambda: names("other.localhost") == ["other.localhost", "*.other.localhost"], "the further certificate is served", 10)
        assert names("a.other.localhost") == ["other.localhost", "*.other.localhost"]
        assert names("shop.localhost") == names("unknown.localhost") == ["shop.localhost"]

    def test_another_certificate_is_served_without_a_failed_request(self, balancing, https, certificate):
        def serial() -> str:
            return (balancing.ask(443, tls=True).certificate or {})["serialNumber"]

        before, replacement = serial(), balancing.certificate("shop.localhost")
        with Clients(balancing, 443, tls=True) as clients:
            clients.until_more(30)
            balancing.elbv2.modify_listener(ListenerArn=https, Certificates=[{"CertificateArn": replacement}])
            until(lambda: serial() != before, "the new certificate is served", 10)
            clients.until_more(60)
        assert clients.failures == []
        assert set(clients.statuses) == {200}


def only(target: TargetProcess, clients: Clients) -> bool:
    """It answers all of the next requests."""
    start = time.monotonic()
    clients.until_more(40)
    return set(clients.since(start)) == {target.address}


class TestHealth:
    @pytest.fixture
    def group(self, balancing, targets, https):
        """Both targets, on a listener of their own."""
        arn = balancing.group("pair", *targets)
        listener = balancing.listen(8001, split((arn, 1)))
        balancing.until_healthy(arn)
        yield arn
        for target in targets:
            target.become(200)
        balancing.elbv2.delete_listener(ListenerArn=listener)
        balancing.elbv2.delete_target_group(TargetGroupArn=arn)

    def test_a_group_that_no_listener_uses_is_unused_and_then_initial(self, balancing, targets):
        group = balancing.group("idle", targets[0], HealthCheckPath="/?seconds=2", HealthCheckTimeoutSeconds=9)
        assert balancing.health(group)[targets[0].address]["Reason"] == "Target.NotInUse"
        listener = balancing.listen(8002, split((group, 1)))
        health = balancing.health(group)[targets[0].address]
        assert (health["State"], health["Reason"][:12]) == ("initial", "Elb.InitialH" if "Health" in health["Reason"] else "Elb.Registra")
        until(lambda: balancing.states(group) == ["unhealthy"], "the slow target is found out")
        assert balancing.health(group)[targets[0].address] == {
            "State": "unhealthy", "Reason": "Target.Timeout", "Description": "Request timed out",
        }  # fmt: skip
        balancing.elbv2.delete_listener(ListenerArn=listener)

    def test_a_sick_target_leaves_and_comes_back(self, balancing, group, targets):
        with Clients(balancing, 8001) as clients:
            targets[1].become(503)
            until(lambda: "unhealthy" in balancing.states(group), "the sick target is unhealthy")
            health = balancing.health(group)[targets[1].address]
            assert (health["Reason"], health["Description"]) == (
                "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]",
            )  # fmt: skip
            until(lambda: only(targets[0], clients), "the sick target gets no request")
            targets[1].become(200)
            balancing.until_healthy(group)
            back = time.monotonic()
            until(lambda: targets[1].address in clients.since(back), "the target gets requests again")
        assert (clients.failures, set(clients.statuses)) == ([], {200})

    def test_when_all_are_sick_all_get_requests(self, balancing, group, targets):
        for target in targets:
            target.become(500)
        until(lambda: balancing.states(group) == ["unhealthy"] * 2, "both are unhealthy")
        everybody = {target.address for target in targets}
        until(lambda: {balancing.ask(8001).me for _ in range(10)} == everybody, "both get requests", 10)

    def test_a_killed_target_costs_502s_until_it_is_found_out(self, balancing, group, targets):
        targets[1].kill()
        try:
            answers = [balancing.ask(8001) for _ in range(6)]
            assert Counter(answer.status for answer in answers).keys() <= {200, 502}
            assert "<center><h1>502 Bad Gateway</h1></center>" in next(answer.body for answer in answers if answer.status == 502)
            until(lambda: "unhealthy" in balancing.states(group), "the killed target is unhealthy")
            assert balancing.health(group)[targets[1].address]["Reason"] == "Target.FailedHealthChecks"
            until(lambda: {balancing.ask(8001).me for _ in range(10)} == {targets[0].address}, "the killed target gets no request")
        finally:
            targets[1].start()
        balancing.until_healthy(group)

    def test_a_target_that_leaves_finishes_its_requests(self, balancing, group, targets):
        balancing.attributes("target_group", group, **{"deregistration_delay.timeout_seconds": "3"})
        answers = []
        asking = [threading.Thread(target=lambda: answers.append(balancing.ask(8001, "/?seconds=1.5"))) for _ in range(10)]
        for thread in asking:
            thread.start()
        until(lambda: len(asking) == 10 and all(thread.is_alive() for thread in asking), "they are under way")
        time.sleep(0.5)
        balancing.deregister(group, targets[1])
        assert balancing.health(group)[targets[1].address]["State"] == "draining"
        for thread in asking:
            thread.join(30)
        assert [answer.status for answer in answers] == [200] * 10
        assert {answer.me for answer in answers} == {target.address for target in targets}
        assert {balancing.ask(8001).me for _ in range(10)} == {targets[0].address}
        until(lambda: targets[1].address not in balancing.health(group), "the draining is over")
        balancing.register(group, targets[1])
        balancing.until_healthy(group)

    def test_no_target_is_503_a_slow_one_504_and_one_that_hangs_up_502(self, balancing, group, targets):
        assert balancing.ask(8001, "/close").status == 502
        balancing.attributes("load_balancer", balancing.arn, **{"idle_timeout.timeout_seconds": "1"})
        until(lambda: balancing.ask(8001, "/?seconds=3").status == 504, "the shorter timeout counts", 20)
        balancing.attributes("load_balancer", balancing.arn, **{"idle_timeout.timeout_seconds": "60"})
        balancing.deregister(group, *targets)
        until(lambda: balancing.ask(8001).status == 503, "no target is left", 10)
        assert "503 Service Unavailable" in balancing.ask(8001).body
        balancing.register(group, *targets)
        balancing.until_healthy(group)


class TestStickiness:
    @pytest.fixture
    def group(self, balancing, targets, https):
        arn = balancing.group("sticky", *targets)
        listener = balancing.listen(8003, split((arn, 1)))
        balancing.until_healthy(arn)
        yield arn
        balancing.elbv2.delete_listener(ListenerArn=listener)
        balancing.elbv2.delete_target_group(TargetGroupArn=arn)

    def test_a_client_stays_with_its_target_by_the_load_balancers_cookie(self, balancing, group):
        balancing.attributes("target_group", group, **{"stickiness.enabled": "true", "stickiness.type": "lb_cookie"})
        until(lambda: "AWSALB=" in balancing.ask(8003).get("set-cookie"), "the cookie is set", 10)
        first = balancing.ask(8003)
        cookie = next(value for value in first.all("set-cookie") if value.startswith("AWSALB=")).partition(";")[0]
        assert any(value.startswith("AWSALBCORS=") and "SameSite=None" in value for value in first.all("set-cookie"))
        assert {balancing.ask(8003, headers={"Cookie": cookie}).me for _ in range(20)} == {first.me}
        assert len({balancing.ask(8003).me for _ in range(20)}) == 2

    def test_or_by_the_applications_own_cookie_once_it_is_set(self, balancing, group):
        sticky = {"stickiness.enabled": "true", "stickiness.type": "app_cookie", "stickiness.app_cookie.cookie_name": "SESSION"}
        balancing.attributes("target_group", group, **sticky)
        until(lambda: "AWSALBAPP" in balancing.ask(8003, "/?cookie=SESSION").get("set-cookie"), "the cookie is set", 10)
        assert balancing.ask(8003).get("set-cookie") == ""
        first = balancing.ask(8003, "/?cookie=SESSION")
        cookies = "; ".join(value.partition(";")[0] for value in first.all("set-cookie"))
        assert {balancing.ask(8003, headers={"Cookie": cookies}).me for _ in range(20)} == {first.me}

    def test_a_client_stays_with_its_target_group(self, balancing, https, blue, green):
        balancing.elbv2.modify_listener(ListenerArn=https, DefaultActions=[split((blue, 1), (green, 1), Enabled=True, DurationSeconds=60)])
        until(lambda: "AWSALBTG=" in balancing.ask(443, tls=True).get("set-cookie"), "the cookie is set", 10)
        first = balancing.ask(443, tls=True)
        cookie = first.get("set-cookie").partition(";")[0]
        assert {balancing.ask(443, tls=True, headers={"Cookie": cookie}).me for _ in range(20)} == {first.me}
        balancing.elbv2.modify_listener(ListenerArn=https, DefaultActions=[split((blue, 50), (green, 50))])


@pytest.fixture(scope="module")
def listener(balancing: Balancing, https: str, blue: str, green: str) -> str:
    return balancing.listen(8004, split((blue, 1), (green, 1)))


@pytest.mark.usefixtures("listener")
class TestHeaders:
    @pytest.fixture
    def attribute(self, balancing):
        """A function that sets an attribute of the load balancer for the time of a test."""
        before = {
            pair["Key"]: pair["Value"]
            for pair in balancing.elbv2.describe_load_balancer_attributes(LoadBalancerArn=balancing.arn)["Attributes"]
        }
        yield lambda key, value: balancing.attributes("load_balancer", balancing.arn, **{key: value})
        changed = {
            pair["Key"]: pair["Value"]
            for pair in balancing.elbv2.describe_load_balancer_attributes(LoadBalancerArn=balancing.arn)["Attributes"]
        }
        back = {key: value for key, value in before.items() if changed[key] != value}
        balancing.attributes("load_balancer", balancing.arn, **back)

    def seen(self, balancing, **headers):
        client = f"127.{balancing.state['slice']}.9.1"
        return balancing.ask(8004, headers=headers, client=client).seen

    def test_a_target_sees_who_asked_how_and_nothing_of_the_plane(self, balancing, targets):
        client = f"127.{balancing.state['slice']}.9.1"
        seen = self.seen(
            balancing, **{"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "gopher", "x-plane-client-address": "1.1.1.1"}
        )
        assert seen["x-forwarded-for"] == f"203.0.113.7, {client}"
        assert (seen["x-forwarded-proto"], seen["x-forwarded-port"]) == ("http", "8004")
        assert seen["x-amzn-trace-id"].startswith("Root=1-")
        assert seen["host"] == "shop.localhost:8004"
        assert not [name for name in seen if name.startswith(("x-plane", "x-envoy", "x-request-id"))]
        first, second = (self.seen(balancing)["x-amzn-trace-id"] for _ in range(2))
        assert first != second
        assert self.seen(balancing, **{"X-Amzn-Trace-Id": "Root=1-a-b"})["x-amzn-trace-id"].endswith(";Root=1-a-b")

    def test_forwarded_for_can_be_kept_or_removed(self, balancing, attribute):
        for mode, expected in (("preserve", "203.0.113.7"), ("remove", None)):
            attribute("routing.http.xff_header_processing.mode", mode)
            until(
                lambda expected=expected: self.seen(balancing, **{"X-Forwarded-For": "203.0.113.7"}).get("x-forwarded-for") == expected,
                mode,
                10,
            )

    def test_headers_with_invalid_names_are_dropped_on_request(self, balancing, attribute):
        assert self.seen(balancing, bad_name="1")["bad_name"] == "1"
        attribute("routing.http.drop_invalid_header_fields.enabled", "true")
        until(lambda: "bad_name" not in self.seen(balancing, bad_name="1", good="2"), "they are dropped", 10)
        assert self.seen(balancing, bad_name="1", good="2")["good"] == "2"

    def test_response_headers_of_the_listener_are_on_every_answer(self, balancing, listener):
        names = {"x_frame_options": "DENY", "strict_transport_security": "max-age=60; includeSubDomains"}
        pairs = {f"routing.http.response.{name}.header_value": value for name, value in names.items()}
        assert balancing.ask(8004).get("x-frame-options") == "SAMEORIGIN"
        balancing.attributes("listener", listener, **pairs)
        until(lambda: balancing.ask(8004).get("x-frame-options") == "DENY", "the target's own is overwritten", 10)
        assert balancing.ask(8004).get("strict-transport-security") == "max-age=60; includeSubDomains"
        failed = balancing.ask(8004, "/close")
        assert (failed.status, failed.get("x-frame-options"), failed.get("server")) == (502, "DENY", "awselb/2.0")
        balancing.attributes("listener", listener, **{"routing.http.response.server.enabled": "false"})
        until(lambda: balancing.ask(8004, "/close").get("server") == "", "the Server header is gone", 10)


def test_http2_is_offered_and_can_be_switched_off(balancing, https):
    def protocol() -> str | None:
        context = ssl.create_default_context(cafile=balancing.state["ca_path"])
        context.set_alpn_protocols(["h2", "http/1.1"])
        connection = balancing.connect(443, tls=context)
        try:
            return connection.sock.selected_alpn_protocol()
        finally:
            connection.close()

    assert protocol() == "h2"
    balancing.attributes("load_balancer", balancing.arn, **{"routing.http2.enabled": "false"})
    until(lambda: protocol() == "http/1.1", "HTTP/2 is no longer offered", 10)
    balancing.attributes("load_balancer", balancing.arn, **{"routing.http2.enabled": "true"})


def test_what_happened_is_in_the_metrics_and_in_the_access_log(balancing, https, blue, green):
    s3, cloudwatch = balancing.place.client("s3"), balancing.place.client("cloudwatch")
    s3.create_bucket(Bucket="shop-logs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::shop-logs/balancer/AWSLogs/123456789012/*",
    }
    s3.put_bucket_policy(Bucket="shop-logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    logs = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": "shop-logs", "access_logs.s3.prefix": "balancer"}
    balancing.attributes("load_balancer", balancing.arn, **logs)
    balancing.place.control("GET", "plane")
    connection = balancing.connect(443, tls=True)
    marks = [answer_of(connection, f"/?seconds=0.2&mark={number}", headers={"User-Agent": 'a "tester"'}).status for number in range(4)]
    assert [*marks, answer_of(connection, "/close").status] == [200] * 4 + [502]
    connection.close()

    def lines() -> list[str]:
        found = s3.list_objects_v2(Bucket="shop-logs", Prefix="balancer/AWSLogs/123456789012/elasticloadbalancing/eu-central-1/")
        bodies = [s3.get_object(Bucket="shop-logs", Key=item["Key"])["Body"].read() for item in found.get("Contents", [])]
        return [line for body in bodies for line in gzip.decompress(body).decode().splitlines()]

    until(lambda: sum("mark=" in line for line in lines()) >= 4, "the access log is delivered")
    line = next(line for line in lines() if "mark=2" in line)
    fields = line.split(" ")
    assert fields[0] == "https"
    assert (fields[2], fields[8:10]) == (balancing.arn.partition(":loadbalancer/")[2], ["200", "200"])
    assert fields[4] in ("172.31.5.1:18080", "172.31.5.2:18080")
    assert 0.2 <= float(fields[6]) < 5
    assert '"GET https://shop.localhost:443/?seconds=0.2&mark=2 HTTP/1.1" "a \\x22tester\\x22" TLS_AES_' in line
    assert " TLSv1.3 arn:aws:elasticloadbalancing:" in line and '"shop.localhost" "arn:aws:acm:' in line
    assert " 0 20" in line and '"forward" "-" "-"' in line

    def metric(name: str, *dimensions: tuple[str, str], **statistic) -> dict:
        now = datetime.now(UTC)
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/ApplicationELB",
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in (("LoadBalancer", fields[2]), *dimensions)],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=10),
            Period=1200,
            **statistic,
        )["Datapoints"]
        return points[0] if points else {"Sum": 0}

    until(lambda: metric("HTTPCode_ELB_502_Count", Statistics=["Sum"])["Sum"] >= 1, "the 502 is counted")
    assert metric("HTTPCode_Target_2XX_Count", Statistics=["Sum"])["Sum"] >= 4
    assert metric("RequestCount", Statistics=["Sum"])["Sum"] >= 5
    assert metric("TargetResponseTime", Statistics=["Maximum"])["Maximum"] >= 0.2
    assert metric("TargetResponseTime", ExtendedStatistics=["p50"])["ExtendedStatistics"]["p50"] < 0.2
    group = ("TargetGroup", blue.rpartition(":")[2])
    until(lambda: metric("HealthyHostCount", group, Statistics=["Maximum"]).get("Maximum") == 1, "the healthy targets are counted")


def test_nothing_of_it_is_open_to_others(balancing, https):
    folder = balancing.place.folder / "plane"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder / "secrets").iterdir())
    shown = json.dumps([balancing.place.control("GET", "plane"), balancing.place.control("GET", "requests")])
    assert "PRIVATE KEY" not in shown


def test_a_listener_that_is_deleted_is_closed(balancing):
    arn = balancing.listen(8009, FIXED)
    assert balancing.ask(8009).body == "fixed"
    balancing.elbv2.delete_listener(ListenerArn=arn)
    until(lambda: not balancing.accepts(8009), "the listener is closed", 10)


def test_envoy_took_all_of_it(balancing):
    assert balancing.place.control("GET", "plane")["refused"] == []
