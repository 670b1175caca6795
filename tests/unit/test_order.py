"""AwsModule.ensure makes changes in the order it is told, and goes on after a failure."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic
from ansible_collections.prodready.aws.plugins.module_utils.aws import AwsModule
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call
from botocore.exceptions import ClientError


@pytest.fixture
def module(monkeypatch):
    args = {"account": "123456789012", "region": "eu-central-1", "access_key": "key", "secret_key": "secret-key"}
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    return AwsModule({})


def ensure(module, monkeypatch, capsys, send):
    sent = []

    def carry(service, call):
        sent.append(call.operation)
        send(call)

    monkeypatch.setattr(module.aws, "send", carry)
    with pytest.raises(SystemExit):
        module.ensure(
            "cloudwatch",
            {name: {"is": name} for name in ("last", "b", "a")},
            lambda aws, names: {},
            lambda change: (call for call in [Call(change.name)]),
            order=lambda change: int(change.name == "last"),
        )
    return sent, json.loads(capsys.readouterr().out)


def test_changes_of_a_higher_order_are_made_after_all_others(module, monkeypatch, capsys):
    sent, result = ensure(module, monkeypatch, capsys, lambda call: None)
    assert (sorted(sent[:2]), sent[2:]) == (["a", "b"], ["last"])
    assert [change["name"] for change in result["plan"]] == ["last", "b", "a"]


def test_a_change_that_fails_stops_neither_its_own_wave_nor_the_next(module, monkeypatch, capsys):
    def send(call):
        if call.operation == "a":
            raise ClientError({"Error": {"Code": "Throttling", "Message": "slow down"}}, "PutMetricAlarm")

    sent, result = ensure(module, monkeypatch, capsys, send)
    assert sorted(sent) == ["a", "b", "last"]
    assert (result["failed"], result["changed"], len(result["errors"])) == (True, True, 1)
