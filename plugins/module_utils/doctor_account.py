# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What AWS says of the credentials, the region and the locks."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .aws import Aws, origin
from .clock import skew
from .doctor import Finding, finding
from .errors import AWS_ERRORS, answer_of, explain
from .locks import alive, current, held_by

# A region of each partition that no account can switch off.
HOMES = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
USABLE = ("opt-in-not-required", "opted-in")


def said(what: str, error: Exception) -> str:
    return explain(what, *origin(error), error)


def home(params: Mapping[str, Any]) -> Aws:
    """The place's account, in a region that answers whatever the place's own is."""
    here = Aws(params, check_mode=True)
    return Aws({**params, "region": HOMES.get(here.partition, here.region)}, check_mode=True)


def caller(params: Mapping[str, Any], clock_seconds: float) -> tuple[Aws | None, str, list[Finding]]:
    """Who asks, as its ARN; and AWS at the home region where it is the account that the inventory names."""
    says = "The credentials work"
    try:
        aws = home(params)
        answer = aws.call("sts", "get_caller_identity")
    except AWS_ERRORS as error:
        mend = "docs/production.md, Credentials: aws sts get-caller-identity must answer with the same profile"
        return (
            None,
            "",
            [finding("account.credentials", says, False, said("the caller", error), mend), *clock(answer_of(error), clock_seconds)],
        )
    arn, account = answer["Arn"], answer["Account"]
    right, wanted = account == params["account"], params["account"]
    findings = [
        finding("account.credentials", says, True, arn, ""),
        finding(
            "account.right",
            f"They belong to account {wanted}",
            right,
            account,
            f"Use credentials of account {wanted} (runbook_aws.profile), or correct runbook_aws.account to {account}",
        ),
        finding(
            "account.root",
            "They are not the root user's",
            not arn.endswith(":root"),
            arn,
            "Use a role, or a user, that has only what it takes",
        ),
        *clock(answer, clock_seconds),
    ]
    return aws if right else None, arn, findings


def clock(answer: Mapping[str, Any], most: float) -> Iterator[Finding]:
    ahead = skew(answer)
    says = f"This machine's clock and AWS's are within {most:g} s"
    holds = None if ahead is None else abs(ahead) <= most
    saw = "AWS did not tell the time" if ahead is None else f"{ahead:g} s ahead of AWS"
    mend = "Set the clock by NTP: timedatectl set-ntp true" if ahead is not None else "Mend the credentials first"
    yield finding("machine.clock", says, holds, saw, mend)


def region(aws: Aws, name: str) -> Finding:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html"""
    says = f"Region {name} is there and switched on"
    try:
        found = aws.call("ec2", "describe_regions", ("InvalidParameterValue",), RegionNames=[name], AllRegions=True)
    except AWS_ERRORS as error:
        return finding("account.region", says, None, said(name, error), f"aws ec2 describe-regions --all-regions --region-names {name}")
    regions = (found or {}).get("Regions", [])
    if not regions:
        return finding(
            "account.region", says, False, "there is no such region", "Correct runbook_aws.region: aws ec2 describe-regions --all-regions"
        )
    status = regions[0]["OptInStatus"]
    return finding(
        "account.region", says, status in USABLE, status, f"aws account enable-region --region-name {name}, and wait until it is ENABLED"
    )


def locks(aws: Aws, table: str, names: Iterable[str]) -> Iterator[Finding]:
    for name in names:
        says = f"Nobody is at work on {name}"
        mend = f"Wait until that run has ended; if its machine has died: ansible-playbook playbooks/unlock.yml -e lock={name}"
        try:
            held = current(aws, table, name)
        except AWS_ERRORS as error:
            yield finding(
                f"locks.{name}", says, None, said(table, error), "Attach policies/doctor.json to the caller, and the doctor can tell"
            )
            continue
        by = held_by(held) if held and held["expires"] > time.time() and alive(held) else ""
        yield finding(f"locks.{name}", says, not by, by or "the lock is free", mend)
