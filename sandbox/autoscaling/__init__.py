"""Auto Scaling as AWS does it: groups keep their capacity, replace what is unhealthy, and follow alarms, clocks and refreshes.

What is to be done next is decided by pure functions of a group, of what is seen of its instances, and of the time: `plan` (capacity),
`lifecycle`, `warm` (the warm pool), `termination` (who goes first), `mixed` (types and markets), `scaling` (what a policy makes of an
alarm), `schedule` (when an action is due), `refresh` (the replacement of instances). What they decide is done at the edge: `acts`, with
`compute` (EC2), `targets` (load balancing), `tracking` (alarms), `notices` (SNS). `keeper` is the thread that looks, decides and acts; it
sleeps while there is no group.

Cooldowns, warm-ups, grace periods, hooks and refreshes are as many times as fast as health checks (`pace`). Scheduled actions are not: they
follow the emulator's clock.
"""
