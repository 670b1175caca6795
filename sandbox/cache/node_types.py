"""Node types, and how much memory a node of each has.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html#ParameterGroups.Redis.NodeSpecific
"""

from __future__ import annotations

# What a node may take of this machine, whatever its type is said to have.
LARGEST_BYTES = 128 * 1024 * 1024

_T = {"micro": 536870912, "small": 1471026299, "medium": 3317862236}
_M = {
    "large": 6854542746,
    "xlarge": 13891921715,
    "2xlarge": 27966669210,
    "4xlarge": 56116178125,
    "8xlarge": 111325552312,
    "12xlarge": 168715971994,
    "16xlarge": 225000375228,
    "24xlarge": 337500562842,
}
_R = {
    "large": 14037181030,
    "xlarge": 28261849702,
    "2xlarge": 56711183565,
    "4xlarge": 113609865216,
    "8xlarge": 225000375228,
    "12xlarge": 341206346547,
    "16xlarge": 450000750456,
    "24xlarge": 682485973811,
}
_SIZES = {
    "t2": {"micro": 581959680, "small": 1665138688, "medium": 3461349376},
    "t3": _T,
    "t4g": _T,
    **dict.fromkeys(("m5", "m6g", "m7g"), _M),
    **dict.fromkeys(("r5", "r6g", "r7g", "r6gd"), _R),
}
_NOT_OF = {("m5", "8xlarge"), ("m5", "16xlarge"), ("r5", "8xlarge"), ("r5", "16xlarge"), ("r6gd", "large")} | {
    (family, "24xlarge") for family in ("m6g", "m7g", "r6g", "r7g", "r6gd")
}
BYTES = {
    f"cache.{family}.{size}": number for family, sizes in _SIZES.items() for size, number in sizes.items() if (family, size) not in _NOT_OF
}


def usable_bytes(node_type: str, reserved_percent: int) -> int:
    """maxmemory: what is not reserved for backups and failover."""
    return min(BYTES[node_type], LARGEST_BYTES) * (100 - reserved_percent) // 100
