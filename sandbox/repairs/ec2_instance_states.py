"""The states of an instance, and of its checks, while its host comes and goes (sandbox/instances).

* https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
* A reboot is no change of state. An instance that is terminated cannot be started, stopped or rebooted; one that is not stopped cannot be
  started: IncorrectInstanceState. To terminate one again changes nothing.
* DescribeInstanceStatus: the checks are `initializing` until the first one, made every minute, has passed.
  https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html
* GetConsoleOutput: the latest 64 KB of what the instance printed at its boot, also of one that is gone.
  https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html

moto's instances are in their last state at once, start after they are terminated, pass their checks always, and all have one console.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.core.types import Base64EncodedString
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance, InstanceState
from moto.ec2.responses.general import General

from sandbox.instances import account, reports
from sandbox.repairs import ec2_addresses

NOT_APPLICABLE = {"Status": "not-applicable"}
# From where one comes to a state; from elsewhere it is refused.
ALLOWED = {
    "start": ("stopped", "running", "pending"),
    "stop": ("running", "pending", "stopping", "stopped"),
    "reboot": ("running", "pending", "stopping", "stopped"),
}
Change = Callable[[Instance], Any]


def check(instance: Instance, verb: str) -> None:
    if instance.state not in ALLOWED[verb]:
        done = {"start": "started", "stop": "stopped", "reboot": "rebooted"}[verb]
        message = f"The instance '{instance.id}' is not in a state from which it can be {done}: {instance.state}."
        raise EC2ClientError("IncorrectInstanceState", message)


def start(change: Change) -> Change:
    def start(self: Instance) -> InstanceState:
        with account.lock:
            check(self, "start")
            if self.state != "stopped":
                return self._state
            account.boot_again(self)
            return _changed(self, change)

    return start


def stop(change: Change) -> Change:
    def stop(self: Instance) -> InstanceState:
        with account.lock:
            check(self, "stop")
            return self._state if self.state in ("stopping", "stopped") else _changed(self, change)

    return stop


def terminate(change: Change) -> Change:
    def terminate(self: Instance) -> InstanceState:
        with account.lock:
            if self.state in ("shutting-down", "terminated"):
                return self._state
            ec2_addresses.keep(self)
            before = _changed(self, change)
            if self.state == "terminated":
                ec2_addresses.release(self)
            return before

    return terminate


def reboot(self: Instance) -> None:
    with account.lock:
        check(self, "reboot")
        if self.state == "running":
            account.boot_again(self)
            account.down(self)


def _changed(instance: Instance, change: Change) -> InstanceState:
    before = change(instance)
    account.on_the_way(instance)
    return before


def instance_status(self: Instance) -> dict[str, Any]:
    return _status(account.status(self)) if self.state == "running" else NOT_APPLICABLE


def system_status(self: Instance) -> dict[str, Any]:
    """Of the machine below it, which never fails here."""
    found = account.status(self)
    return _status("initializing" if found == "initializing" else "ok") if self.state == "running" else NOT_APPLICABLE


def _status(found: str) -> dict[str, Any]:
    detail = {"ok": "passed", "impaired": "failed"}.get(found, found)
    return {"Status": found, "Details": [{"Name": "reachability", "Status": detail}]}


def get_console_output(self: General) -> ActionResult:
    instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
    output = Base64EncodedString.from_raw_string(reports.console(instance))
    return ActionResult({"InstanceId": instance.id, "Timestamp": utcnow(), "Output": output})


def apply() -> None:
    launch = Instance.__init__

    def __init__(self: Instance, *arguments: Any, **named: Any) -> None:
        launch(self, *arguments, **named)
        account.on_the_way(self)

    Instance.__init__ = __init__  # type: ignore[method-assign]
    Instance.start = start(Instance.start)
    Instance.stop = stop(Instance.stop)
    Instance.terminate = terminate(Instance.terminate)
    Instance.reboot = reboot
    Instance.instance_status = property(instance_status)  # type: ignore[method-assign,assignment]
    Instance.system_status = property(system_status)  # type: ignore[method-assign,assignment]
    General.get_console_output = get_console_output
