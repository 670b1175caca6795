"""Application Auto Scaling of ECS services: policies run by alarms, scheduled actions by the clock, each told as an activity.

What Application Auto Scaling has of a service is on moto's scalable target and policies; the capacity is the service's desired count
(`capacity`). What a metric makes of a capacity is Auto Scaling's own code (`sandbox/autoscaling/scaling.py`), as are the alarms of target
tracking (`sandbox/autoscaling/tracking.py`). `keeper` is stepped by the thread of ECS (`sandbox/containers/thread.py`).
"""
