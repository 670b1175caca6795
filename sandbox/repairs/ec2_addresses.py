"""Private addresses: really free ones of the subnet, given back when an instance is terminated.

* An instance gets an address that nobody has: no instance, no network interface, nor what is reserved in every subnet. One of before
  is not given again at once.
  https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
* Its primary network interface is deleted when it is terminated, unless it was launched to keep it; then its addresses are free.
  https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html
* An address that is asked for lies in the subnet and is free.

moto keeps the interfaces and addresses of terminated instances, gives addresses that interfaces have, and answers 500 to one that is taken.
"""

from __future__ import annotations

import ipaddress
from itertools import chain
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance
from moto.ec2.models.subnets import Subnet

# The network, the router, DNS, one for the future; the last is the broadcast address.
RESERVED_FIRST = 4

# What others than instances have on this machine (the application hosts of the sandbox).
reserved: set[str] = set()


def taken(subnet: Subnet) -> set[str]:
    interfaces = [one for one in list(subnet.ec2_backend.enis.values()) if one.subnet.id == subnet.id]
    addresses = {address["PrivateIpAddress"] for one in interfaces for address in one.private_ip_addresses}
    return addresses | subnet._subnet_ips.keys() | reserved


def next_free(block: ipaddress.IPv4Network, used: set[str], last: int) -> str | None:
    """The first free address after the last one that was given, from the beginning again after the end."""
    first, end = RESERVED_FIRST, block.num_addresses - 1
    numbers = chain(range(max(first, last + 1), end), range(first, min(last + 1, end)))
    return next((address for number in numbers if (address := str(block[number])) not in used), None)


def get_available_subnet_ip(self: Subnet, instance: Any) -> str:
    block = ipaddress.IPv4Network(self.cidr_block)
    found = next_free(block, taken(self), self.__dict__.get("last_given", 0))
    if found is None:
        raise EC2ClientError(
            "InsufficientFreeAddressesInSubnet",
            f"There are not enough free addresses in subnet '{self.id}' to satisfy the requested number of instances.",
        )
    self.__dict__["last_given"] = int(ipaddress.ip_address(found)) - int(block.network_address)
    self._subnet_ips[found] = instance
    return found


def request_ip(self: Subnet, ip: str, instance: Any) -> None:
    if ipaddress.ip_address(ip) not in self.cidr:
        raise EC2ClientError("InvalidParameterValue", f"Address {ip} does not fall within the subnet's address range")
    if ip in taken(self):
        raise EC2ClientError("InvalidIPAddress.InUse", f"Address {ip} is in use.")
    self._subnet_ips[ip] = instance


def keep(instance: Instance) -> None:
    """What goes with an instance stays until its processes have ended."""
    instance.__dict__["leaving"] = [nic for nic in instance.nics.values() if nic.delete_on_termination]
    for nic in instance.__dict__["leaving"]:
        nic.delete_on_termination = False


def release(instance: Instance) -> None:
    for nic in instance.__dict__.pop("leaving", []):
        nic.delete()
    subnet = instance.ec2_backend.get_subnet(instance.subnet_id) if instance._subnet_id else None
    for address in instance._private_ips if subnet else ():
        subnet.del_subnet_ip(address)
    instance.nics = {}


def apply() -> None:
    def prepare(self: Instance, nic_spec: list[dict[str, Any]], *arguments: Any, **named: Any) -> None:
        prep_nics(self, nic_spec, *arguments, **named)
        asked = {int(nic.get("DeviceIndex", 0)): nic for nic in nic_spec}
        for index, nic in self.nics.items():
            known = asked.get(index, {})
            if "DeleteOnTermination" not in known and "NetworkInterfaceId" not in known:
                nic.delete_on_termination = index == 0

    prep_nics = Instance.prep_nics
    Instance.prep_nics = prepare
    Subnet.get_available_subnet_ip = get_available_subnet_ip
    Subnet.request_ip = request_ip
    for name in ("private_ip", "private_ip_address", "public_ip", "public_ip_address"):
        attribute = name.removesuffix("_address") if name.startswith("public") else "private_ip_address"
        setattr(Instance, name, property(lambda self, attribute=attribute: getattr(self.nics.get(0), attribute, None)))
    dns_name = Instance.private_dns_name.fget  # type: ignore[attr-defined]
    Instance.private_dns_name = property(lambda self: dns_name(self) if self.private_ip else "")  # type: ignore[method-assign,assignment]
