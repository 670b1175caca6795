"""Claims that ask the same share one request."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic
from ansible_collections.prodready.aws.plugins.modules import prove


def test_two_claims_on_one_answer_cost_one_request(client, endpoint_url, tmp_path, monkeypatch, capsys):
    client("cloudwatch").put_dashboard(DashboardName="shop", DashboardBody="{}")

    def claim(what: str, take: str, expected: str) -> dict:
        ask = {"service": "cloudwatch", "operation": "get_dashboard", "params": {"DashboardName": "shop"}, "take": take}
        return {"id": what, "item": "immediate.infrastructure", "says": what, "ask": ask, "expect": {"equals": expected}}

    args = {
        **{"account": "123456789012", "region": "eu-central-1", "endpoint_url": endpoint_url},
        **{"access_key": "AKIASANDBOX0000000", "secret_key": "sandbox-secret-key-sandbox", "dest": str(tmp_path / "evidence.json")},
        "claims": [claim("name", "DashboardName", "shop"), claim("body", "DashboardBody", "{}")],
    }
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    with pytest.raises(SystemExit):
        prove.main()
    result = json.loads(capsys.readouterr().out)
    assert [(one["id"], one["observed"], one["state"]) for one in result["claims"]] == [("name", "shop", "holds"), ("body", "{}", "holds")]
    assert result["requests"]["cloudwatch:GetDashboard"] == 1


def test_a_record_says_when_the_answer_was_only_accepted(client, run, tmp_path):
    client("s3").create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    def claim(operation: str, take: str) -> dict:
        params = {"Bucket": "logs"} if operation != "list_buckets" else {}
        ask = {"service": "s3", "operation": operation, "params": params, "take": take}
        return {"id": operation, "item": "immediate.infrastructure", "says": operation, "ask": ask, "expect": {"differs": "x"}}

    claims = [claim("list_buckets", "Buckets[0].Name"), claim("get_bucket_encryption", "ServerSideEncryptionConfiguration.Rules[0]")]
    result = run(prove.main, claims=claims, dest=str(tmp_path / "evidence.json"))
    assert [one.get("fidelity") for one in result["claims"]] == [None, "accepted"]
