"""Services brought forward: what the scheduler decides is done, in the account and in AWS's words."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from moto.core.exceptions import ServiceException
from moto.core.utils import utcnow
from moto.ecs.models import EC2ContainerServiceBackend

from sandbox.autoscaling import pace
from sandbox.containers import creation, lifecycle, scheduler, targets
from sandbox.containers.account import Deployment, Service, Task, services, tasks, tasks_of
from sandbox.containers.scheduler import Complete, Fail, Retire, Start, Steady, Stop
from sandbox.containers.targets import Observed

# A task without any check is taken for healthy when it has run for so long.
SETTLED_SECONDS = 20
# A process starts as fast as this machine lets it, however fast checks come.
STARTING = timedelta(seconds=10)
MOST_STEPS = 100


def step(backend: EC2ContainerServiceBackend, observed: Observed) -> bool:
    """As far as it goes now; whether anything is under way."""
    for _ in range(MOST_STEPS):
        moved = [lifecycle.advance(backend, task) for task in tasks(backend) if task.last_status != "STOPPED"]
        acted = [_step(backend, service, observed) for service in services(backend) if service.status != "INACTIVE"]
        if not any(moved) and not any(acted):
            break
    lifecycle.forget(backend)
    under_way = (task for task in tasks(backend) if task.last_status not in ("RUNNING", "STOPPED"))
    return any(under_way) or any(service.status != "INACTIVE" and not service.steady for service in services(backend))


def _step(backend: EC2ContainerServiceBackend, service: Service, observed: Observed) -> bool:
    own = tasks_of(backend, service)
    for task in own:
        look(backend, service, task, observed)
    actions = scheduler.next_actions(service, own, utcnow())
    for action in actions:
        act(backend, service, own, action)
    if service.status == "DRAINING" and not any(task.last_status != "STOPPED" for task in own):
        service.status, service.deployments = "INACTIVE", []
        return True
    return bool(actions)


def look(backend: EC2ContainerServiceBackend, service: Service, task: Task, observed: Observed) -> None:
    """Is it healthy, and if not, why?"""
    task.is_healthy, before = False, task.unhealthy
    if task.last_status != "RUNNING" or not task.is_wanted or not task.started:
        return
    states = targets.states(backend, task, observed)
    now, checked = utcnow(), bool(states) or task.health != "UNKNOWN" or any(one.definition.get("healthCheck") for one in task.containers)
    graced = now < task.started + max(pace.span(service.spec.get("healthCheckGracePeriodSeconds") or 0), STARTING)
    sick = [arn for arn, found in states.items() if found.state == "unhealthy"]
    if task.health == "UNHEALTHY" and not graced:
        task.unhealthy = "Task failed container health checks"
    elif sick and not graced:
        task.unhealthy = f"Task failed ELB health checks in (target-group {sick[0]})"
    else:
        task.unhealthy = ""
        passed = all(found.state in ("healthy", "unused") for found in states.values())
        own = task.health == "HEALTHY" or not any(one.definition.get("healthCheck") for one in task.containers)
        task.is_healthy = passed and own if checked else lifecycle.is_alone or now >= task.started + pace.span(SETTLED_SECONDS)
    if task.unhealthy and not before:
        service.tell(f"(task {task.uid}) is unhealthy: {task.unhealthy}.")


def act(backend: EC2ContainerServiceBackend, service: Service, own: list[Task], action: scheduler.Action) -> None:
    match action:
        case Start(uid, number):
            service.steady = False
            _start(backend, service, _deployment(service, uid), number)
        case Stop(uid, reason):
            service.steady = False
            task = next(one for one in own if one.uid == uid)
            task.stop("ServiceSchedulerInitiated", reason)
            if task.targets:
                service.tell("has begun draining connections on 1 tasks.")
            service.tell(f"has stopped 1 running tasks: (task {uid}).")
        case Complete(uid):
            deployment = _deployment(service, uid)
            deployment.rollout, deployment.reason = "COMPLETED", f"ECS deployment {uid} completed."
            deployment.updated, service.completed = utcnow(), deployment
            service.tell(f"(deployment {uid}) deployment completed.")
        case Steady():
            service.steady = True
            if service.primary:
                service.primary.failed, service.primary.retry = 0, None
            service.tell("has reached a steady state.")
        case Retire(uid):
            service.deployments = [one for one in service.deployments if one.uid != uid]
        case Fail(uid):
            _fail(service, _deployment(service, uid))


def _deployment(service: Service, uid: str) -> Deployment:
    return next(one for one in service.deployments if one.uid == uid)


def _start(backend: EC2ContainerServiceBackend, service: Service, deployment: Deployment, number: int) -> None:
    started = []
    for _ in range(number):
        asked = {**deployment.config, "group": f"service:{service.name}", "startedBy": deployment.uid}
        there = Counter(task.subnet for task in tasks_of(backend, service) if task.is_wanted)
        subnets = deployment.config["networkConfiguration"]["awsvpcConfiguration"]["subnets"]
        try:
            cluster = creation.cluster_of(backend, service.cluster)
            definition = backend.describe_task_definition(deployment.definition)
            task = creation.create(backend, cluster, definition, asked, min(subnets, key=lambda subnet: there[subnet]))
        except ServiceException as error:
            deployment.failed += 1
            deployment.retry = utcnow() + pace.span(scheduler.FIRST_PAUSE_SECONDS)
            service.tell(f"failed to launch a task with (error {error.message}).")
            return
        task.service, task.deployment = service.key, deployment.uid
        if service.spec.get("propagateTags") == "SERVICE":
            task.tags = list(service.tags)
        elif service.spec.get("propagateTags") == "TASK_DEFINITION":
            task.tags = list(definition.tags)
        started.append(f"(task {task.uid})")
    service.tell(f"has started {len(started)} tasks: {' '.join(started)}.")


def _fail(service: Service, failed: Deployment) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html"""
    failed.rollout, failed.reason, failed.updated = "FAILED", "ECS deployment circuit breaker: tasks failed to start.", utcnow()
    service.tell(f"(deployment {failed.uid}) deployment failed: tasks failed to start.")
    last = service.completed
    if not service.spec["deploymentConfiguration"]["deploymentCircuitBreaker"]["rollback"] or not last or last is failed:
        return
    failed.status = "ACTIVE"
    service.deployments = [one for one in service.deployments if one is not last]
    again = Deployment(last.definition, service.desired, last.config)
    again.reason = f"ECS deployment circuit breaker: rolling back to deploymentId {last.uid}."
    # Its tasks that are still there are those of the deployment that is gone back to.
    again.uid = last.uid
    service.spec |= {"taskDefinition": last.definition, **last.config}
    service.deployments.insert(0, again)
    service.tell(f"rolling back to deployment {last.uid}.")
