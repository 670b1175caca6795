"""What is done next, decided without an emulator."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sandbox.autoscaling import plan
from sandbox.autoscaling.account import Group, Hook, WarmPool
from sandbox.autoscaling.actions import Ask, HookOver, Launch, Move, Remove, Seen, Terminate, World
from sandbox.autoscaling.instance import Activity, Instance

NOW = datetime(2026, 11, 26, 12)


def group(*instances: Instance, desired: int | None = None, **more) -> Group:
    wanted = len(instances) if desired is None else desired
    template = {"LaunchTemplateId": "lt-1", "Version": "2"}
    made = Group("shop", "arn", 0, 9, wanted, template, zones=["a", "b"], **more)
    made.instances = list(instances)
    return made


def instance(uid: str, state: str = "InService", zone: str = "a", version: str = "2", age: int = 60, **more) -> Instance:
    template, done = {"LaunchTemplateId": "lt-1", "Version": version}, Activity("shop", "", "")
    began = NOW - timedelta(minutes=age)
    in_service = began if state == "InService" else None
    return Instance(uid, "t3.micro", zone, "subnet-1", "ami-1", template, state, done, launched=began, in_service=in_service, **more)


def after(made: Group, **seen: Seen | str) -> list:
    running = {one.uid: Seen("running") for one in made.instances}
    given = {uid: state if isinstance(state, Seen) else Seen(state) for uid, state in seen.items()}
    return plan.next_actions(made, World(running | given), NOW)


def test_what_lacks_is_launched_in_the_emptier_zone():
    assert after(group(instance("x", zone="a"), desired=3)) == [Launch("b")]


def test_nothing_is_launched_while_the_process_is_suspended_or_the_last_launch_just_failed():
    assert after(group(desired=1, suspended={"Launch": ""})) == []
    assert after(group(desired=1, retry=NOW + timedelta(seconds=1))) == []
    assert after(group(desired=1, retry=NOW)) == [Launch("a")]


def test_an_instance_is_in_service_once_it_runs_and_its_hooks_are_done():
    assert after(group(instance("x", "Pending")), x="pending") == []
    assert after(group(instance("x", "Pending"))) == [Move("x", "Pending:Proceed")]
    assert after(group(instance("x", "Pending", hooks={"h": None}))) == [Move("x", "Pending:Wait")]
    assert after(group(instance("x", "Pending:Wait", hooks={"h": NOW + timedelta(1)}))) == []
    assert after(group(instance("x", "Pending:Wait", hooks={}))) == [Move("x", "Pending:Proceed")]
    assert after(group(instance("x", "Pending:Proceed"))) == [Move("x", "InService")]


def test_a_hook_is_over_in_time_and_an_abandoned_launch_is_terminated():
    made = group(instance("x", "Pending:Wait", hooks={"h": NOW}), hooks={"h": Hook("h", "launching")})
    assert after(made) == [HookOver("x", "h")]
    [found] = after(group(instance("x", "Pending:Wait", abandoned=True)))
    assert isinstance(found, Terminate) and "abandoned lifecycle action" in found.why


def test_a_leaving_instance_drains_waits_for_its_hooks_is_terminated_and_gone():
    assert after(group(instance("x", "Terminating"), desired=0), x=Seen("running", draining=True)) == []
    assert after(group(instance("x", "Terminating", hooks={"h": None}), desired=0)) == [Move("x", "Terminating:Wait")]
    assert after(group(instance("x", "Terminating"), desired=0)) == [Move("x", "Terminating:Proceed")]
    assert after(group(instance("x", "Terminating:Proceed"), desired=0)) == [Ask("x", "terminate")]
    assert after(group(instance("x", "Terminating:Proceed"), desired=0), x="shutting-down") == []
    assert after(group(instance("x", "Terminating:Proceed"), desired=0), x="terminated") == [Remove("x")]


@pytest.mark.parametrize(
    ("check", "grace", "seen", "replaced"),
    [
        ("EC2", 0, Seen("running", "Health checks failed"), False),
        ("ELB", 0, Seen("running", "Health checks failed"), True),
        ("ELB", 7200, Seen("running", "Health checks failed"), False),
        ("ELB", 7200, Seen("stopped"), True),
        ("EC2", 7200, Seen("shutting-down"), True),
        ("ELB", 0, Seen("running"), False),
    ],
)
def test_what_a_health_check_of_the_group_finds_after_its_grace_period_is_replaced(check, grace, seen, replaced):
    found = after(group(instance("x"), health_check=check, grace=grace), x=seen)
    assert [type(one) for one in found] == ([Terminate] if replaced else [])


def test_scaling_in_takes_the_fuller_zone_then_the_older_template_and_spares_the_protected():
    made = group(instance("x", zone="b", version="1"), instance("y"), instance("z", version="1"), desired=2)
    assert [one.instance for one in after(made)] == ["z"]
    made.instances[2].protected = True
    assert [one.instance for one in after(made)] == ["y"]
    for one in made.instances:
        one.protected = True
    assert after(made) == []


@pytest.mark.parametrize(("policy", "goes"), [("OldestInstance", "old"), ("NewestInstance", "new"), ("OldestLaunchTemplate", "new")])
def test_scaling_in_follows_the_termination_policy(policy, goes):
    made = group(instance("old", age=90), instance("new", age=5, version="1"), desired=1, termination=[policy])
    assert [one.instance for one in after(made)] == [goes]


def test_weights_count_and_none_is_taken_that_would_leave_too_little():
    assert after(group(instance("x", weight=2), instance("y", weight=2, zone="b"), desired=3)) == []


def test_a_warm_pool_is_filled_to_the_maximum_and_is_where_new_instances_come_from():
    made = group(instance("x"), warm_pool=WarmPool(most=2))
    assert after(made) == [Launch("b", warm=True)]
    made.instances.append(instance("w", "Warmed:Pending:Proceed"))
    assert after(made) == [Ask("w", "stop")]
    assert after(made, w="stopped") == [Move("w", "Warmed:Stopped")]
    made.instances[1].state = "Warmed:Stopped"
    made.desired = 2
    assert after(made, w="stopped") == [Move("w", "Pending")]
    made.instances[1].state = "Pending"
    assert after(made, w="stopped") == [Ask("w", "start")]


def test_a_pool_that_is_deleted_is_emptied():
    made = group(instance("x"), instance("w", "Warmed:Running"), desired=1, warm_pool=WarmPool(deleting=True))
    assert [one.instance for one in after(made)] == ["w"]


def test_instances_move_to_an_emptier_zone_one_after_the_other_the_new_one_first():
    made = group(instance("v"), instance("w"), instance("x"), instance("y", zone="b"))
    assert after(made) == [Launch("b")]
    made.instances.append(instance("z", "Pending", zone="b"))
    assert after(made, z="pending") == []
    made.instances[-1] = instance("z", zone="b")
    [found] = after(made)
    assert isinstance(found, Terminate) and made.find(found.instance).zone == "a"


def test_a_zone_that_the_group_has_no_more_is_left():
    made = group(instance("x", zone="c"), instance("y", zone="b"))
    assert after(made) == [Launch("a")]
    made.instances.append(instance("z", zone="a"))
    assert [one.instance for one in after(made)] == ["x"]


def test_with_a_maintenance_policy_the_replacement_comes_before_the_unhealthy_goes():
    policy = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150}
    made = group(instance("x", health="Unhealthy"), instance("y", zone="b"), maintenance=policy)
    assert after(made) == [Launch("a")]
    made.instances.append(instance("z", "Pending"))
    assert after(made, z="pending") == []
    made.instances[-1] = instance("z")
    assert [one.instance for one in after(made)] == ["x"]
    assert [type(one) for one in after(made, x="terminated")] == [Terminate]
    made.maintenance = None
    made.instances.pop()
    assert [one.instance for one in after(made)] == ["x"]
