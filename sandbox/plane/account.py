"""What the renderer knows of an account: plain data, as the API has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Attributes = dict[str, str]


@dataclass(frozen=True)
class Target:
    address: str
    port: int
    # Of an instance, by which it is registered.
    instance: str = ""

    @property
    def key(self) -> str:
        return f"{self.instance or self.address}:{self.port}"

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"


@dataclass(frozen=True)
class HealthCheck:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"""

    enabled: bool = True
    protocol: str = "HTTP"
    port: str = "traffic-port"
    path: str = "/"
    interval: float = 30
    timeout: float = 5
    healthy: int = 5
    unhealthy: int = 2
    matcher: str = "200"


@dataclass(frozen=True)
class Group:
    arn: str
    protocol: str = "HTTP"
    version: str = "HTTP1"
    targets: tuple[Target, ...] = ()
    check: HealthCheck = HealthCheck()
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    priority: str
    actions: list[dict[str, Any]]
    conditions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Listener:
    arn: str
    protocol: str
    port: int
    rules: tuple[Rule, ...]
    ssl_policy: str = ""
    # The default one first.
    certificates: tuple[str, ...] = ()
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True)
class Balancer:
    arn: str
    name: str
    listeners: tuple[Listener, ...]
    attributes: Attributes = field(default_factory=dict)
    has_web_acl: bool = False


@dataclass(frozen=True)
class Certificate:
    arn: str
    chain: str
    key: str = field(repr=False)
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    balancers: tuple[Balancer, ...] = ()
    groups: dict[str, Group] = field(default_factory=dict)
    certificates: dict[str, Certificate] = field(default_factory=dict)
    # What no renderer does anything about, in words.
    not_emulated: tuple[str, ...] = ()


def identifier(arn: str) -> str:
    """The end of an ARN that AWS makes unique."""
    return arn.rpartition("/")[2]


def is_on(attributes: Attributes, name: str, default: str = "false") -> bool:
    return attributes.get(name, default) == "true"
