"""What CloudWatch computes: statistics, metric math, alarm evaluation, filter patterns. Pure; moto is patched in repairs/."""
