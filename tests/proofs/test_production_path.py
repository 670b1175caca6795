"""The production path: docs/production.md, typed line by line, with nothing of the sandbox in sight.

The commands run in a checkout of their own with no endpoint set, against a proxy that is AWS by its real host names and refuses all
else (sandbox/proxy.py), each under the policy that the guide gives for it. Whom they talk to past the proxy is watched too.
tests/proofs/production.py says what stands in for production. With PROOFS=all every command is typed; otherwise those of the days
after the first are left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.proxy import Proxy
from tests.integration.place import CHECKOUT, Place
from tests.proofs.broken import Edit, broken
from tests.proofs.policies import committed
from tests.proofs.production import ACCOUNT, BUCKET, KEY, REGION, RELEASES, Production, existing, fill_in, fill_in_next, packages

pytestmark = pytest.mark.timeout(1200)
GUIDE = (CHECKOUT / "docs/production.md").read_text()
LATER = "## 9. Day by day"
COMMANDS = [
    (section.partition("\n")[0], command)
    for section in re.split(r"^(?=## )", GUIDE, flags=re.MULTILINE)
    for block in re.findall(r"^```console\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    for command in re.findall(r"^\$ (.+)$", block, re.MULTILINE)
]
CHOSEN = [command for section, command in COMMANDS if section != LATER or os.environ.get("PROOFS") == "all"]
PLAYBOOK = re.compile(r"(?:playbooks/|prodready\.aws\.|tools/(?=readiness))(\w+)")
QUICK = "ansible-playbook playbooks/verify.yml -i inventories/shop --tags s3"


def policy(command: str) -> dict[str, Any] | None:
    """The one that the guide gives for a playbook; one that allows nothing, where it says that it takes none."""
    if not (match := PLAYBOOK.search(command)):
        return None
    check = "tools/plan" in command or "--check" in command
    phase = "short_term" if "short_term" in command else "immediate"
    name = f"{phase}-verify" if match[1] == "verify" else f"{match[1]}-check" if check else match[1]
    if f"| `playbooks/{name}.yml` | none: " in GUIDE:
        return {"Version": "2012-10-17", "Statement": []}
    found = committed(name, environment="production")
    if name == "doctor" and found:  # it asks whether its caller may do more than it does itself
        found["Statement"] += (committed("immediate", environment="production") or found)["Statement"]
    return found


@pytest.fixture(scope="module")
def production(shared_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    existing(shared_place)
    packages(shared_place)
    shared_place.client("iam").create_role(RoleName="production-deployer", AssumeRolePolicyDocument="{}")
    with Proxy(tmp_path_factory.mktemp("proxy"), shared_place.state["endpoint"]) as proxy, broken(shared_place) as checkout:
        yield Production(shared_place, proxy, checkout)


def release(production: Production, version: str) -> None:
    """The application's source is another version."""
    package = production.checkout / "examples/shop/package.json"
    package.write_text(package.read_text().replace('"version": "1.0.0"', f'"version": "{version}"', 1))


def test_the_guide_types_every_playbook():
    typed = {match[1] for _, command in COMMANDS if (match := PLAYBOOK.search(command))}
    parts = {"place", "claims", "lock", "report", "application"}
    assert typed == {file.stem for file in (CHECKOUT / "playbooks").glob("*.yml")} - parts


@pytest.mark.parametrize("command", CHOSEN)
def test_each_command_of_the_guide_works_under_its_policy_and_talks_to_aws_alone(production: Production, command: str) -> None:
    place = production.place
    place.control("DELETE", "enforcement")
    if document := policy(command):
        place.control("PUT", "enforcement", {"access_key": KEY, "policy": document})
    if "deploy.yml" in command:
        release(production, "1.0.1")
    done = production.typed(command)
    place.control("DELETE", "enforcement")
    assert done.returncode == 0, done.stdout
    assert production.strangers == set()
    if command.startswith("rm "):
        fill_in(production.checkout / "inventories/shop", place, production.checkout)
    if command.startswith("cp inventories/production/"):
        fill_in_next(production.checkout / "inventories/shop", place, production.checkout)


def test_the_guide_lists_the_hosts_that_it_takes(production: Production) -> None:
    listed = GUIDE.partition("<!-- hosts -->")[2].partition("<!-- /hosts -->")[0]
    for word, value in (("REGION", REGION), ("BUCKET", BUCKET), ("ACCOUNT", ACCOUNT)):
        listed = listed.replace(word, value)
    hosts = set(re.findall(r"`([\w.-]+\.amazonaws\.com)`", listed))
    buckets = {host.replace(BUCKET, RELEASES) for host in hosts}
    assert production.ever == (hosts | buckets) - {f"kms.{REGION}.amazonaws.com"}  # the example declares no key


def test_the_account_guard_refuses_the_wrong_account(production: Production) -> None:
    main = production.checkout / "inventories/shop/group_vars/all/main.yml"
    right = main.read_text()
    main.write_text(right.replace(ACCOUNT, "999999999999"))
    done = production.typed("ansible-playbook playbooks/immediate.yml -i inventories/shop")
    main.write_text(right)
    assert done.returncode != 0
    assert f"These credentials belong to account {ACCOUNT}, the inventory names 999999999999" in " ".join(done.stdout.split())
    assert (production.hosts, production.strangers) == ({f"sts.{REGION}.amazonaws.com"}, set())


def test_a_built_collection_has_nothing_of_the_sandbox(production: Production) -> None:
    done = production.typed("tar --list --file dist/prodready-aws-*.tar.gz")
    files = done.stdout.split()
    assert {"playbooks/immediate.yml", "plugins/modules/lock.py", "roles/s3/tasks/main.yml", "meta/runtime.yml"} <= set(files)
    assert [file for file in files if re.match(r"(sandbox|tests|examples|packages|molecule|tools|dist)/|\.", file)] == []


@pytest.mark.parametrize(
    ("edit", "stranger"),
    [
        (
            Edit(
                "roles/s3/tasks/verify.yml",
                "---\n",
                "---\n- {name: Somebody is told, ansible.builtin.uri: {url: https://example.org/told}, failed_when: false}\n",
            ),
            "example.org",
        ),
        (
            Edit("plugins/module_utils/aws.py", 'endpoint_url=self.params.get("endpoint_url")', 'endpoint_url="{endpoint}"'),
            "{endpoint}",
        ),
    ],
    ids=["another host", "a fixed endpoint"],
)
def test_who_talks_to_others_is_seen_by_this_proof(production: Production, edit: Edit, stranger: str) -> None:
    endpoint = production.place.state["endpoint"]
    edit = Edit(edit.file, edit.old, edit.new.replace("{endpoint}", endpoint))
    file = production.checkout / edit.file
    right = file.read_text()
    edit.make(production.checkout)
    production.typed(QUICK)
    file.write_text(right)
    assert production.strangers == {stranger.replace("{endpoint}", endpoint.removeprefix("http://"))}
