"""ECS: tasks as real processes, from images that are folders, on loopback.

* In the emulator's process: the API (`sandbox/repairs/ecs_*.py`, `ecr_*.py`) on the account (`account`); `thread`, which brings services
  and tasks forward (`keeper`, `lifecycle`), as the pure `scheduler` decides; and `link`, which tells the daemon which tasks there are
  (`orders`) and takes in what became of them.
* The daemon, a part of its own (`python -m sandbox.containers`): the parent of the containers' processes. It sleeps while there is no task.

The two speak JSON lines on `containers/daemon.sock`. The emulator sends, at every change, all that is to be:

    {"tasks": {ID: {"address", "stop", "containers": [{"name", "image", "digest", "layers": [FILE], "essential", "command", "directory",
                    "environment", "health", "stop_timeout", "depends_on": [[NAME, CONDITION]]}]}}}

The daemon answers, when it happens:

    {"task", "pulled": true}, {"task", "running": true}, {"task", "gone": true, "problem", "exits": {NAME: CODE}}
    {"task", "container", "state": "RUNNING", "pid"}, {"task", "container", "state": "STOPPED", "exit", "reason"}
    {"task", "container", "health"}, {"task", "container", "lines": [[MILLISECONDS, TEXT]]}
    {"task", "cpu_seconds", "memory_bytes"}                        every five seconds

Whoever closes the connection takes the tasks with it. Values of secrets are in memory, on this socket, and in the environments of the
processes they are for.

## How AWS behaves, and what differs here

* There is no Docker: a container is a process group whose working directory is the image's, unpacked once for all containers of a digest,
  read-only. It sees this machine's file system: a program such as `node` is this machine's, a path that begins with / too.
* A task has an address of its own, 172.31.a.b, 127.S.a.b here. A process that listens on all addresses would take the port of every
  task, so it is told its task's address in HOST, unless its image or definition sets that. A socket that is handed over, as systemd does,
  would need no HOST, but a program that does not know of it could not listen at all: the port is taken.
* AWS_ENDPOINT_URL says where this AWS is.
* A task without any health check is taken for healthy when it has run for 20 seconds, sped up.
"""
