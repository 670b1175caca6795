"""The attributes of listeners."""

from __future__ import annotations


def test_a_listener_for_http_has_the_attributes_of_an_application_load_balancer(client):
    elbv2, subnets = client("elbv2"), [one["SubnetId"] for one in client("ec2").describe_subnets()["Subnets"]]
    balancer = elbv2.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    actions = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]
    listener = elbv2.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=actions)["Listeners"][0]

    def attributes():
        answer = elbv2.describe_listener_attributes(ListenerArn=listener["ListenerArn"])
        return {one["Key"]: one.get("Value", "") for one in answer["Attributes"]}

    before = attributes()
    assert before["routing.http.response.server.enabled"] == "true"
    assert before["routing.http.response.strict_transport_security.header_value"] == ""
    assert not any(key.startswith("tcp.") for key in before)
    hsts = {"Key": "routing.http.response.strict_transport_security.header_value", "Value": "max-age=1"}
    elbv2.modify_listener_attributes(ListenerArn=listener["ListenerArn"], Attributes=[hsts])
    assert attributes() == {**before, hsts["Key"]: "max-age=1"}
