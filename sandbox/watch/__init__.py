"""What CloudWatch computes: statistics, metric math, alarm evaluation, filter patterns. moto is patched in repairs/."""
