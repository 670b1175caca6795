"""What is launched next by a mixed instances policy: type, weight, market.

The first override is taken, as the strategy `prioritized` does while there is capacity, and here there always is.
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups-instance-weighting.html
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from sandbox.autoscaling.instance import Instance

DISTRIBUTION = {
    "OnDemandAllocationStrategy": "prioritized",
    "OnDemandBaseCapacity": 0,
    "OnDemandPercentageAboveBaseCapacity": 100,
    "SpotAllocationStrategy": "lowest-price",
    "SpotInstancePools": 2,
}


class Choice(NamedTuple):
    template: dict[str, Any]
    type: str = ""
    weight: int = 1
    spot: bool = False


def choice(template: dict[str, Any], mixed: dict[str, Any] | None, live: Sequence[Instance], desired: int) -> Choice:
    if not mixed:
        return Choice(template)
    override: dict[str, Any] = next(iter(mixed["LaunchTemplate"].get("Overrides") or ()), {})
    weight = int(override.get("WeightedCapacity") or 1)
    on_demand = sum(one.weight for one in live if not one.spot)
    spot = on_demand >= wanted_on_demand({**DISTRIBUTION, **(mixed.get("InstancesDistribution") or {})}, desired)
    own = override.get("LaunchTemplateSpecification")
    return Choice(own or mixed["LaunchTemplate"]["LaunchTemplateSpecification"], override.get("InstanceType", ""), weight, spot)


def wanted_on_demand(distribution: dict[str, Any], desired: int) -> int:
    base = min(desired, int(distribution["OnDemandBaseCapacity"]))
    return base + math.ceil((desired - base) * int(distribution["OnDemandPercentageAboveBaseCapacity"]) / 100)
