"""A module gives the same results in the controller as packed, and shows as little."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.place import Place, Run

PLAYBOOK = "../tests/integration/playbooks/in_controller"
HIDDEN = "correct-horse-battery-staple"
# What differs between any two runs: moments, names of runs, process ids, AWS's and our own random ids.
PASSING = re.compile(r"\d{8}T\d{6}Z-\d+-\w+|\d{4}-\d\d-\d\d[T ][\d:.]+(\+00:00|Z)?|[0-9a-f]{8}-[0-9a-f-]{27}|\(request \w+\)")
# What Ansible adds to a result by the way that it got it.
BY_THE_WAY = {"ansible_facts", "_ansible_no_log", "_ansible_parsed"}


@dataclass
class Seen:
    """A run, and what AWS saw of it."""

    run: Run
    writes: list[dict[str, Any]]
    tables: dict[str, list[str]]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    """The playbook on an empty account, in the controller and packed."""
    place = Place(tmp_path_factory.mktemp("modules") / "sandbox")
    place.env |= {"HIDDEN": HIDDEN}
    place.sandbox("up", "--only", "emulator")
    found = {}
    for way in ("here", "packed"):
        place.control("POST", "reset")
        place.control("DELETE", "requests")
        shutil.rmtree(place.folder / "in_controller", ignore_errors=True)
        run = place.playbook(PLAYBOOK, "-vvvv", runbook_pack_modules=way == "packed")
        tables = {region: place.client("dynamodb", region).list_tables()["TableNames"] for region in ("eu-central-1", "eu-west-1")}
        found[way] = Seen(run, place.writes(), tables)
    yield found
    place.sandbox("down")


def results(run: Run) -> dict[str, Any]:
    """What became of each task, without what differs between any two runs."""
    found = {task["task"]: {"state": task["state"], **task["result"]} for task in run.tasks}
    text = PASSING.sub("…", json.dumps(found, sort_keys=True))
    return {task: {key: value for key, value in result.items() if key not in BY_THE_WAY} for task, result in json.loads(text).items()}


@pytest.mark.parametrize(
    "task",
    [
        "A plan is made",
        "A plan is carried out",
        "Nothing is left to do",
        "Secrets are options",
        "A file has secrets",
        "A claim does not hold",
        "An option is wrong",
        "The region is the environment's",
    ],
)
def test_a_result_is_the_same_in_the_controller_as_packed(seen, task):
    assert results(seen["here"].run)[task] == results(seen["packed"].run)[task]


@pytest.fixture(params=["here", "packed"])
def way(seen, request) -> Seen:
    return seen[request.param]


def test_only_the_modules_that_are_packed_are_sent_to_a_python(seen):
    assert "Using module file" in seen["packed"].run.output
    sent = re.findall(r"Using module file (\S+)", seen["here"].run.output)
    assert [path for path in sent if "prodready" in path] == []


def test_the_plan_of_check_mode_is_what_is_then_done(way):
    results = {task["task"]: task["result"] for task in way.run.tasks}

    assert results["A plan is made"]["plan"] == results["A plan is carried out"]["plan"] == [{"action": "create", "name": "shop-orders"}]
    assert results["A plan is made"]["diff"] == results["A plan is carried out"]["diff"] != []
    assert [results[task]["changed"] for task in ("A plan is made", "A plan is carried out", "Nothing is left to do")] == [
        True,
        True,
        False,
    ]


def test_check_mode_writes_nothing(way):
    assert [request["operation"] for request in way.writes].count("CreateTable") == 2


def test_a_secret_option_is_never_shown(way):
    assert HIDDEN not in way.run.output
    assert HIDDEN not in json.dumps(way.run.tasks)
    assert "PASSWORD" in way.run.output


def test_the_environment_of_a_task_reaches_the_module_and_ends_with_the_item(way):
    with_region, without = {task["task"]: task["result"] for task in way.run.tasks}["The region is the environment's"]["results"]

    assert way.tables == {"eu-central-1": ["shop-orders"], "eu-west-1": ["shop-orders"]}
    assert with_region["changed"]
    assert without["msg"] == "missing required arguments: region"


def test_what_fails_says_why(way):
    failed = {task["task"]: task["result"]["msg"] for task in way.run.failures}

    assert "table.missing: There is such a table: expected equals 'ACTIVE'" in failed["A claim does not hold"]
    assert "Unsupported parameters for (prodready.aws.release_archive) module: colour." in failed["An option is wrong"]


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Seen]]:
    """A rehearsal, then the same for good, on an account that has one of two tables; again when that one is gone and facts are cached.

    Then when both are there, and once more with the rehearsal begun in its middle.
    """
    place = Place(tmp_path_factory.mktemp("rehearsal") / "sandbox")
    place.env |= {"ANSIBLE_CACHE_PLUGIN": "jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(place.folder.parent / "facts")}
    place.sandbox("up", "--only", "emulator")
    key = {"AttributeName": "id"}
    dynamodb = place.client("dynamodb")
    dynamodb.create_table(
        TableName="shop-orders",
        KeySchema=[{**key, "KeyType": "HASH"}],
        AttributeDefinitions=[{**key, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "prodready:managed", "Value": "true"}, {"Key": "prodready:app", "Value": "shop"}],
    )
    found = []
    for gone, arguments in ((True, ()), (False, ()), (False, ()), (False, ("--start-at-task", "A set that does"))):
        place.control("DELETE", "requests")
        found.append(Seen(place.playbook("../tests/integration/playbooks/rehearsal", *arguments), place.requests(), {}))
        if gone:
            dynamodb.delete_table(TableName="shop-orders")
    yield found
    place.sandbox("down")


def test_a_rehearsal_shows_no_change_and_what_is_then_done_does(rehearsed):
    run = rehearsed[0].run
    assert run.code == 0, run.error
    results = [(task["task"], task["result"]["changed"], "plan" in task["result"]) for task in run.tasks if "msg" not in task["result"]]
    assert results == [
        ("A set that needs no change", False, False),
        ("A set that does", False, False),
        ("A set that needs no change", False, True),
        ("A set that does", True, True),
    ]


def test_a_set_that_needs_no_change_is_read_once(rehearsed):
    asked = [request["params"].get("TableName") for request in rehearsed[0].writes if request["operation"] == "DescribeTable"]
    assert asked.count("shop-orders") == 1
    assert asked.count("shop-products") > 1


def test_another_run_does_not_believe_a_rehearsal_that_is_over(rehearsed):
    created = [request["params"]["TableName"] for request in rehearsed[1].writes if request["operation"] == "CreateTable"]
    assert created == ["shop-orders"]


def test_a_run_is_settled_once_its_whole_rehearsal_has_found_nothing_to_change(rehearsed):
    said = [[task["result"]["msg"] for task in seen.run.tasks if task["task"] == "Nothing was to be changed"] for seen in rehearsed]
    assert said == [[False, False], [False, False], [False, True], [False, False]]
