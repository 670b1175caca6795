from __future__ import annotations

import pytest

from tests.unit.sandbox.elb import FIXED, Elb, forward, refused


@pytest.fixture
def elb(client):
    return Elb(client)


@pytest.fixture
def balancer(elb):
    return elb.balancer()


def https(*certificates: str, **more) -> dict:
    return {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": arn} for arn in certificates], **more}


def one(elb: Elb, arn: str) -> dict:
    return elb.describe_listeners(ListenerArns=[arn])["Listeners"][0]


def served(elb: Elb, arn: str) -> list[tuple[str, bool]]:
    found = elb.describe_listener_certificates(ListenerArn=arn)["Certificates"]
    return [(certificate["CertificateArn"], certificate["IsDefault"]) for certificate in found]


def test_a_port_has_one_listener(elb, balancer):
    elb.listener(balancer, 80)
    other = elb.listener(balancer, 81)
    with refused("DuplicateListener", "already exists on this port"):
        elb.listener(balancer, 80)
    with refused("DuplicateListener"):
        elb.modify_listener(ListenerArn=other, Port=80)
    elb.modify_listener(ListenerArn=other, Port=81)


def test_https_needs_one_issued_certificate_and_http_none(elb, balancer, client):
    with refused("ValidationError", "exactly one certificate"):
        elb.listener(balancer, 443, **https())
    missing = "arn:aws:acm:eu-central-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
    with refused("CertificateNotFound"):
        elb.listener(balancer, 443, **https(missing))
    pending = client("acm").request_certificate(DomainName="shop.example", ValidationMethod="DNS")["CertificateArn"]
    with refused("UnsupportedCertificate", "fully-qualified domain name"):
        elb.listener(balancer, 443, **https(pending))
    good = elb.certificate()
    with refused("InvalidConfigurationRequest", "certificates for HTTP listeners"):
        elb.listener(balancer, 80, Certificates=[{"CertificateArn": good}])
    with refused("SSLPolicyNotFound"):
        elb.listener(balancer, 443, **https(good, SslPolicy="ELBSecurityPolicy-None"))
    assert one(elb, elb.listener(balancer, 443, **https(good)))["SslPolicy"] == "ELBSecurityPolicy-2016-08"
    assert "SslPolicy" not in one(elb, elb.listener(balancer, 80))


def test_further_certificates_stay_when_the_default_one_is_changed(elb, balancer):
    first, second, third = (elb.certificate(name) for name in ("a.example", "b.example", "c.example"))
    arn = elb.listener(balancer, 443, **https(first))
    elb.add_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": second}])
    elb.modify_listener(ListenerArn=arn, Certificates=[{"CertificateArn": third}])
    assert served(elb, arn) == [(third, True), (second, False)]
    assert one(elb, arn)["Certificates"] == [{"CertificateArn": third}]
    with refused("OperationNotPermitted", "Default certificate cannot be removed"):
        elb.remove_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": third}])
    elb.remove_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": second}])
    assert served(elb, arn) == [(third, True)]


def test_what_is_not_given_stays(elb, balancer):
    certificate = elb.certificate()
    arn = elb.listener(balancer, 443, **https(certificate, SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06"))
    elb.modify_listener(ListenerArn=arn, Port=8443)
    changed = one(elb, arn)
    assert (changed["Port"], changed["SslPolicy"]) == (8443, "ELBSecurityPolicy-TLS13-1-2-2021-06")
    assert changed["Certificates"] == [{"CertificateArn": certificate}]
    assert changed["DefaultActions"][0]["FixedResponseConfig"] == {"StatusCode": "200"}


def test_a_redirect_to_itself_is_a_loop(elb, balancer):
    redirect = {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301"}}
    with refused("InvalidLoadBalancerAction", "loop"):
        elb.listener(balancer, 80, redirect)
    redirect["RedirectConfig"] |= {"Protocol": "HTTPS", "Port": "443"}
    arn = elb.listener(balancer, 80, redirect)
    assert one(elb, arn)["DefaultActions"][0]["RedirectConfig"] == {
        "Protocol": "HTTPS", "Port": "443", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}", "StatusCode": "HTTP_301",
    }  # fmt: skip


def test_a_forward_is_told_in_full_and_its_groups_serve_one_load_balancer(elb, balancer):
    blue, green = elb.group("blue"), elb.group("green")
    arn = elb.listener(balancer, 80, {"Type": "forward", "TargetGroupArn": blue})
    (told,) = one(elb, arn)["DefaultActions"]
    assert told["TargetGroupArn"] == blue
    assert told["ForwardConfig"] == {
        "TargetGroups": [{"TargetGroupArn": blue, "Weight": 1}], "TargetGroupStickinessConfig": {"Enabled": False},
    }  # fmt: skip
    elb.modify_listener(ListenerArn=arn, DefaultActions=[forward(blue, green)])
    assert "TargetGroupArn" not in one(elb, arn)["DefaultActions"][0]
    with refused("TargetGroupAssociationLimit"):
        elb.listener(elb.balancer("other"), 80, forward(green))
    with refused("TargetGroupNotFound"):
        elb.listener(balancer, 81, forward(f"{blue}0"))


def test_the_last_action_and_only_it_answers(elb, balancer):
    with refused("InvalidLoadBalancerAction"):
        elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[FIXED | {"Order": 1}, FIXED | {"Order": 2}])


def header_attributes(elb: Elb, arn: str) -> dict[str, str]:
    return {pair["Key"]: pair["Value"] for pair in elb.describe_listener_attributes(ListenerArn=arn)["Attributes"]}


def test_attributes_of_a_listener_are_checked(elb, balancer):
    arn = elb.listener(balancer, 443, **https(elb.certificate()))
    key = "routing.http.response.x_frame_options.header_value"
    assert header_attributes(elb, arn)[key] == ""
    elb.modify_listener_attributes(ListenerArn=arn, Attributes=[{"Key": key, "Value": "DENY"}])
    assert header_attributes(elb, arn)[key] == "DENY"
    for wrong, value in ((key, "MAYBE"), ("routing.http.response.server.enabled", "no"), ("routing.http.response.x.header_value", "1")):
        with refused("ValidationError", wrong):
            elb.modify_listener_attributes(ListenerArn=arn, Attributes=[{"Key": wrong, "Value": value}])
    assert "routing.http.request.x_amzn_tls_version.header_name" not in header_attributes(elb, elb.listener(balancer, 80))


class TestRules:
    @pytest.fixture
    def listener(self, elb, balancer):
        return elb.listener(balancer)

    def priorities(self, elb, listener):
        return [rule["Priority"] for rule in elb.describe_rules(ListenerArn=listener)["Rules"]]

    def test_they_are_told_in_their_order_the_default_one_last(self, elb, listener):
        for priority in (30, 4, 100):
            elb.rule(listener, priority)
        assert self.priorities(elb, listener) == ["4", "30", "100", "default"]

    def test_priorities_are_unique_and_within_bounds(self, elb, listener):
        elb.rule(listener, 1)
        with refused("PriorityInUse"):
            elb.rule(listener, 1)
        with refused("ValidationError"):
            elb.rule(listener, 50001)

    def test_priorities_can_be_exchanged_at_once(self, elb, listener):
        one, two, three = (elb.rule(listener, priority) for priority in (1, 2, 3))
        elb.set_rule_priorities(RulePriorities=[{"RuleArn": one, "Priority": 2}, {"RuleArn": two, "Priority": 1}])
        assert [rule["RuleArn"] for rule in elb.describe_rules(ListenerArn=listener)["Rules"]][:3] == [two, one, three]
        with refused("PriorityInUse"):
            elb.set_rule_priorities(RulePriorities=[{"RuleArn": one, "Priority": 3}])

    def test_the_default_rule_is_neither_deleted_nor_given_conditions(self, elb, listener):
        default = elb.describe_rules(ListenerArn=listener)["Rules"][-1]["RuleArn"]
        with refused("OperationNotPermitted"):
            elb.delete_rule(RuleArn=default)
        with refused("OperationNotPermitted"):
            elb.modify_rule(RuleArn=default, Conditions=[{"Field": "path-pattern", "Values": ["/"]}])

    def test_deleting_a_rule_twice_says_that_it_is_not_there(self, elb, listener):
        rule = elb.rule(listener, 1)
        elb.delete_rule(RuleArn=rule)
        assert self.priorities(elb, listener) == ["default"]
        with refused("RuleNotFound"):
            elb.delete_rule(RuleArn=rule)

    @pytest.mark.parametrize(
        "conditions",
        [
            [],
            [{"Field": "path-pattern", "Values": ["/a"]}, {"Field": "path-pattern", "Values": ["/b"]}],
            [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/1", "/2", "/3", "/4", "/5", "/6"]}}],
            [{"Field": "path-pattern", "Values": ["/*/*/*/*/*/*"]}],
            [{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.1/8"]}}],
            [{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.1"]}}],
            [{"Field": "colour", "Values": ["red"]}],
        ],
    )
    def test_conditions_that_aws_refuses(self, elb, listener, conditions):
        with refused("ValidationError"):
            elb.create_rule(ListenerArn=listener, Priority=1, Conditions=conditions, Actions=[FIXED])

    def test_a_path_condition_is_told_in_both_its_forms(self, elb, listener):
        elb.rule(listener, 1, "/a")
        (condition,) = elb.describe_rules(ListenerArn=listener)["Rules"][0]["Conditions"]
        assert condition == {"Field": "path-pattern", "Values": ["/a"], "PathPatternConfig": {"Values": ["/a"]}}

    def test_transforms_are_said_to_be_missing(self, elb, listener):
        rewrite = {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/a", "Replace": "/b"}]}}
        conditions = [{"Field": "path-pattern", "Values": ["/a"]}]
        with refused("NotImplemented", "Transforms"):
            elb.create_rule(ListenerArn=listener, Priority=1, Conditions=conditions, Actions=[FIXED], Transforms=[rewrite])
