"""[Socket] (man systemd.socket)."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass, field

from sandbox.units import config, values
from sandbox.units.config import Fatal, Unit, parsed, text

EVERY_ADDRESS = ("0.0.0.0", "::")


@dataclass(frozen=True)
class Address:
    family: int
    address: tuple[str, int] | str
    shown: str

    def on_host(self, address: str) -> Address:
        """Every address of a host that has one of its own is that one; all others of this machine are other hosts'."""
        if address and isinstance(self.address, tuple) and self.address[0] in EVERY_ADDRESS:
            return Address(socket.AF_INET, (address, self.address[1]), self.shown)
        return self


@dataclass
class Socket(Unit):
    listen_stream: list[Address] = field(default_factory=list)
    service: str = ""
    backlog: int = 4294967295
    file_descriptor_name: str = ""
    reuse_port: bool = False
    free_bind: bool = False
    no_delay: bool = False
    keep_alive: bool = False
    bind_ipv6_only: str = "default"
    socket_mode: int = 0o666
    remove_on_stop: bool = False
    trigger_limit_interval: float = 2.0
    trigger_limit_burst: int = 20

    def verify(self) -> None:
        if not self.listen_stream:
            self.bad("Unit has no Listen setting (ListenStream=, ListenDatagram=, ListenFIFO=, ...). Refusing.")
        self.service = self.service or self.name.full.removesuffix(".socket") + ".service"
        self.file_descriptor_name = self.file_descriptor_name or self.name.full
        self.before.append(self.service)


def address(value: str) -> Address:
    if value.startswith(("/", "@")):
        return Address(socket.AF_UNIX, "\0" + value[1:] if value[0] == "@" else value, value)
    host, colon, port = value.rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("Failed to parse address value")
    if not colon:
        return Address(socket.AF_INET6, ("::", int(port)), f"[::]:{port}")
    try:
        parsed_host = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        raise ValueError("Failed to parse address value") from None
    family = socket.AF_INET if parsed_host.version == 4 else socket.AF_INET6
    return Address(family, (str(parsed_host), int(port)), value)


def _listen_stream(unit: Socket, value: str) -> None:
    if value:
        unit.listen_stream.append(address(unit.expand(value)))
    else:
        unit.listen_stream = []


def _accept(unit: Socket, value: str) -> None:
    if values.boolean(value):
        raise Fatal("Accept=yes is known to systemd and not emulated by this host's manager")


def _service(unit: Socket, value: str) -> None:
    name = unit.expand(value)
    if not name.endswith(".service"):
        raise ValueError(f"Unit must be of type service, ignoring: {name}")
    unit.service = name


SOCKET: dict[str, config.Reader] = {
    "ListenStream": _listen_stream,
    "Service": _service,
    "Accept": _accept,
    "Backlog": parsed("backlog", config.unsigned),
    "FileDescriptorName": text("file_descriptor_name"),
    "ReusePort": parsed("reuse_port", values.boolean),
    "FreeBind": parsed("free_bind", values.boolean),
    "NoDelay": parsed("no_delay", values.boolean),
    "KeepAlive": parsed("keep_alive", values.boolean),
    "BindIPv6Only": config.choice("bind_ipv6_only", "bind IPv6 only value", ("default", "both", "ipv6-only")),
    "SocketMode": parsed("socket_mode", values.mode),
    "RemoveOnStop": parsed("remove_on_stop", values.boolean),
    "TriggerLimitIntervalSec": parsed("trigger_limit_interval", values.timespan),
    "TriggerLimitBurst": parsed("trigger_limit_burst", config.unsigned),
}
