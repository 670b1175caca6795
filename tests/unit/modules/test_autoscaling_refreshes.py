"""autoscaling_refreshes: what is outdated and why, what is started or joined, how a failure is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible_collections.prodready.aws.plugins.module_utils import autoscaling, autoscaling_refresh, progress
from ansible_collections.prodready.aws.plugins.module_utils.plan import Call, Change, Unmet
from ansible_collections.prodready.aws.plugins.modules.autoscaling_refreshes import DEFAULTS, UNDO, calls, forbidden, look, problems, read

T1, T2, T3 = (datetime(2026, 11, 26, hour, tzinfo=UTC) for hour in (10, 11, 12))
NAMED = {"AutoScalingGroupName": "shop"}
BUSY = ("ScalingActivityInProgress", "ResourceContention", "ResourceInUse")


def template(number):
    return {"LaunchTemplateName": "shop", "Version": str(number)}


def instance(number, stands=4, state="InService"):
    return {"InstanceId": f"i-{number}", "LifecycleState": state, "HealthStatus": "Healthy", "LaunchTemplate": template(stands)}


def group(*instances, stands=3, **more):
    return {
        **NAMED,
        **{"MinSize": 2, "MaxSize": 4, "DesiredCapacity": len(instances), "LaunchTemplate": template(stands)},
        **{"Instances": list(instances), **more},
    }


def refresh(status="InProgress", to=4, key="r-1", **more):
    return {
        **{"InstanceRefreshId": key, "Status": status, "StartTime": T2, "EndTime": T3, "PercentageComplete": 50, "InstancesToUpdate": 1},
        "DesiredConfiguration": {"LaunchTemplate": template(to)} if to else {},
        **more,
    }


def item(**given):
    return {**DEFAULTS, "group": "shop", **given}


def account(fake_aws, groups, refreshes=(), last=(), **more):
    """The group as it is at each look; the refresh that is waited for at each look; and the last one at each look."""
    groups, refreshes, last = list(groups), list(refreshes), list(last)

    def described(**params):
        of = refreshes if "InstanceRefreshIds" in params else last
        return {"InstanceRefreshes": [of.pop(0)] if of else []}

    launched = [{"InstanceId": "i-1", "LaunchTime": T1}, {"InstanceId": "i-2", "LaunchTime": T3}]
    versions = [{"VersionStages": ["AWSPREVIOUS"], "CreatedDate": T3}, {"VersionStages": ["AWSCURRENT"], "CreatedDate": T2}]
    answers = {
        "describe_auto_scaling_groups": lambda **_: {"AutoScalingGroups": [groups.pop(0) if len(groups) > 1 else groups[0]]},
        "describe_instance_refreshes": described,
        "describe_instances": {"Reservations": [{"Instances": launched}]},
        "list_secret_version_ids": {"Versions": versions},
        "describe_target_groups": {"TargetGroups": []},
        "describe_scaling_activities": {"Activities": []},
        "describe_launch_template_versions": {"LaunchTemplateVersions": [{"LaunchTemplateData": {"ImageId": "resolve:ssm:/al2023"}}]},
    }
    aws = fake_aws(**{**answers, **more})
    aws.params = {"deadline_seconds": 5}
    return aws


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(autoscaling, "LOOK_SECONDS", 0)
    monkeypatch.setattr(autoscaling_refresh, "LOOK_SECONDS", 0)


def started(**preferences):
    return Call(
        "start_instance_refresh",
        {
            **{**NAMED, "Strategy": "Rolling", "DesiredConfiguration": {"LaunchTemplate": template(4)}},
            "Preferences": {"AutoRollback": False, "SkipMatching": True, **preferences},
        },
        again=BUSY,
    )


CHANGE = Change("shop", {"version": 3, "outdated": 2, "why": ["stands on version 3 of shop"]}, {"version": 4, "outdated": 0, "why": []})
OLD, NEW = group(instance(1, 3), instance(2, 3)), group(instance(3), instance(4), stands=4)


def test_an_instance_is_outdated_by_its_version_or_by_the_time_of_the_secret(fake_aws):
    there = group(instance(1), instance(2, 3), instance(3, 3, "Terminating"), stands=4)
    aws = account(fake_aws, [there])
    assert look(aws, there, item()) == {"i-2": "stands on version 3 of shop"}
    assert look(aws, there, item(version=4, secret="shop")) == {
        "i-1": "was launched before the secret shop changed",
        "i-2": "stands on version 3 of shop",
    }
    assert look(account(fake_aws, [there], list_secret_version_ids=None), there, item(version=3, secret="shop")) == {
        "i-1": "stands on version 4 of shop"
    }


def test_a_refresh_brings_the_new_version_and_is_waited_for(fake_aws, requests_of, monkeypatch):
    said = []
    monkeypatch.setattr(progress, "listener", said.append)
    aws, done = account(fake_aws, [OLD, NEW], [refresh("Pending"), refresh(), refresh("Successful")]), {}
    one = item(min_healthy_percent=100, max_healthy_percent=150, auto_rollback=True, alarms=["errors"], checkpoints=[50, 100])
    more = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150, "AutoRollback": True, "CheckpointPercentages": [50, 100]}
    assert requests_of("autoscaling", calls(aws, one, done, CHANGE), [{"InstanceRefreshId": "r-1"}]) == [
        started(**more, AlarmSpecification={"Alarms": ["errors"]})
    ]
    assert done == {"shop": {"id": "r-1", "status": "Successful", "seconds": 3600}}
    assert [text.partition(" s, ")[2] for text in said] == [
        f"{status}, 50 % replaced, 1 to replace" for status in ("Pending", "InProgress")
    ]


def test_what_is_outdated_by_the_secret_alone_is_not_skipped(fake_aws, requests_of):
    same = group(instance(1), instance(2), stands=4)
    (call,) = requests_of(
        "autoscaling",
        calls(account(fake_aws, [same], [refresh("Successful")]), item(secret="shop"), {}, CHANGE),
        [{"InstanceRefreshId": "r-1"}],
    )
    assert call == started(SkipMatching=False)


def test_a_group_of_several_types_keeps_them(fake_aws, requests_of):
    overrides = [{"InstanceType": "t4g.small"}]
    policy = {"LaunchTemplate": {"LaunchTemplateSpecification": template(3), "Overrides": overrides}, "InstancesDistribution": {}}
    mixed = {**OLD, "LaunchTemplate": None, "MixedInstancesPolicy": policy}
    aws = account(fake_aws, [mixed, NEW], [refresh("Successful")])
    (call,) = requests_of("autoscaling", calls(aws, item(), {}, CHANGE), [{"InstanceRefreshId": "r-1"}])
    assert call.params["DesiredConfiguration"] == {
        "MixedInstancesPolicy": {**policy, "LaunchTemplate": {"LaunchTemplateSpecification": template(4), "Overrides": overrides}}
    }


def test_one_that_a_killed_run_has_started_is_joined(fake_aws, requests_of):
    aws, done = account(fake_aws, [NEW], [refresh(), refresh("Successful")], [refresh()]), {}
    assert requests_of("autoscaling", calls(aws, item(), done, CHANGE)) == []
    assert done["shop"]["status"] == "Successful"


def test_what_a_joined_one_has_left_is_replaced_by_another(fake_aws, requests_of):
    left = group(instance(1), instance(2), stands=4)
    aws = account(fake_aws, [left], [refresh("Successful"), refresh("Successful", key="r-2")], [refresh()])
    (call,) = requests_of("autoscaling", calls(aws, item(secret="shop"), {}, CHANGE), [{"InstanceRefreshId": "r-2"}])
    assert call == started(SkipMatching=False)


def test_one_to_another_version_is_named_and_one_that_goes_back_is_waited_for(fake_aws, requests_of):
    with pytest.raises(Unmet, match="to version 9: run again when it has ended, or end it .aws autoscaling cancel-instance-refresh"):
        requests_of("autoscaling", calls(account(fake_aws, [OLD], last=[refresh(to=9)]), item(), {}, CHANGE))
    back = [refresh("RollbackInProgress", to=9), refresh("RollbackSuccessful", to=9), refresh("Successful")]
    aws = account(fake_aws, [OLD, NEW], back, [refresh("RollbackInProgress", to=9)])
    assert requests_of("autoscaling", calls(aws, item(), {}, CHANGE), [{"InstanceRefreshId": "r-1"}]) == [started()]


def test_an_answer_that_was_lost_is_found_again(fake_aws, requests_of):
    aws = account(fake_aws, [OLD, NEW], [refresh("Successful", key="r-7")], [refresh("Successful", to=3), refresh(key="r-7")])
    done = {}
    assert requests_of("autoscaling", calls(aws, item(), done, CHANGE), [None]) == [started()]
    assert done["shop"]["id"] == "r-7"


def test_a_failure_names_instances_reasons_and_what_to_do(fake_aws, requests_of):
    failed = [
        {
            "StatusCode": "Failed",
            "StartTime": T3,
            "Description": "Launching a new EC2 instance: i-3",
            "StatusMessage": "It failed its health check.",
        },
        {"StatusCode": "Failed", "StartTime": T1, "Description": "Launching a new EC2 instance: i-0", "StatusMessage": "old"},
    ]
    end = refresh("RollbackSuccessful", StatusReason="Rolled back.", RollbackDetails={"RollbackReason": "instances failed"})
    aws = account(fake_aws, [OLD], [end], describe_scaling_activities={"Activities": failed})
    with pytest.raises(Unmet) as caught:
        requests_of("autoscaling", calls(aws, item(), {}, CHANGE), [{"InstanceRefreshId": "r-1"}])
    assert str(caught.value) == (
        "its instance refresh ended as RollbackSuccessful, 50 % replaced, 1 to replace (Rolled back). "
        "Launching a new EC2 instance: i-3: It failed its health check. rolled back, for instances failed. "
        "It stands on the version before. Next: look at what a new instance logs when it starts "
        "(aws ec2 get-console-output --latest), correct the launch template, and run again"
    )


def test_a_wait_in_vain_says_that_it_goes_on(fake_aws, requests_of):
    aws = account(fake_aws, [OLD], [refresh()])
    aws.params = {"deadline_seconds": -1}
    with pytest.raises(TimeoutError, match="InProgress, 50 % replaced, 1 to replace. It goes on; run again, which joins it"):
        requests_of("autoscaling", calls(aws, item(), {}, CHANGE), [{"InstanceRefreshId": "r-1"}])


def test_undo_brings_the_version_before_back_by_another_refresh(fake_aws, requests_of):
    aws = account(fake_aws, [NEW])
    now = read(aws, {"shop": CHANGE.after})["shop"]
    assert now == {"version": 4, "outdated": 0, "why": []}
    back = Change("shop", now, UNDO.reachable(CHANGE.before))
    assert back.after == {"version": 3, "outdated": 0, "why": []}
    assert UNDO.kept(aws, back) is None
    assert "on a version of shop that is no more" in UNDO.kept(account(fake_aws, [NEW], describe_launch_template_versions=None), back)
    there = account(fake_aws, [NEW, OLD], [refresh("Successful", to=3)])
    (call,) = requests_of("autoscaling", calls(there, item(), {}, back), [{"InstanceRefreshId": "r-1"}])
    assert call.params["DesiredConfiguration"] == {"LaunchTemplate": template(3)}


def test_what_aws_could_not_roll_back_is_refused_before_it_begins(fake_aws):
    aws = account(fake_aws, [OLD])
    (said,) = forbidden(aws, [CHANGE], {"shop": item(auto_rollback=True)}, {"shop": OLD})
    assert "auto_rollback is not for a launch template whose image is looked up at each launch" in said
    assert forbidden(aws, [CHANGE], {"shop": item()}, {"shop": OLD}) == []
    latest = Change("shop", None, {"version": "$Latest"})
    assert "by its number" in forbidden(aws, [latest], {"shop": item()}, {"shop": OLD})[0]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"min_healthy_percent": 101}, "min_healthy_percent is 101"),
        ({"max_healthy_percent": 150}, "needs min_healthy_percent"),
        ({"min_healthy_percent": 40, "max_healthy_percent": 150}, "at most 100 below it"),
        ({"warmup_seconds": -1}, "warmup_seconds is -1"),
        ({"checkpoints": [50, 20, 100]}, "they must rise"),
        ({"checkpoints": [50]}, "to 100"),
        ({"checkpoint_delay_seconds": 5}, "needs checkpoints"),
    ],
)
def test_what_aws_would_refuse_is_named(wrong, said):
    assert any(said in problem for problem in problems([item(**wrong)]))
    assert list(problems([item(min_healthy_percent=100, max_healthy_percent=200, checkpoints=[50, 100])])) == []
