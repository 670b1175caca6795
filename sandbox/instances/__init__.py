"""EC2: instances as hosts of this machine, each a folder with a service manager of its own (`sandbox/units`) and real processes.

* In the emulator's process: the API (moto's, with `sandbox/repairs/ec2_*.py`) on the account, and `link`, a thread that tells the
  daemon which instances there are to be (`orders`) and takes in what became of them (`reports`, `measures`).
* The daemon, a part of its own (`python -m sandbox.instances`): the parent of the hosts' service managers. It sleeps while there is no
  instance, starts a manager that dies, and reads how much CPU a host uses.

An instance is a host when it was launched with user data; without it nothing would ever run there, and no process is started.

The two speak JSON lines on `instances/daemon.sock`. The emulator sends, at every change, all that is to be:

    {"authority": the sandbox's CA,
     "instances": {ID: {"address", "region", "user_data", "access_key", "boots", "runs"}}}

`address` is 127.S.a.b for 172.31.a.b; `boots` counts the starts and reboots that were asked for; a stopped instance does not run and
keeps its folder. The daemon answers, when it happens and after each order:

    {"instance", "state": "starting" | "up" | "down" | "stopped", "boots"}
    {"instance", "state": "gone", "console"}                    its processes have ended, its folder is removed
    {"instance", "cpu_seconds", "at"}                           every five seconds

Whoever closes the connection takes the hosts with it: an emulator that ends has lost its account.

## How AWS behaves, and what differs here

* User data is run once, on the first boot, by cloud-init. A script begins with `#!`; it runs last, as the unit `cloud-final.service`,
  with its output in /var/log/cloud-init-output.log. An instance is `running` before that, whatever becomes of the script.
  https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
  Other formats (cloud-config, MIME, gzip) are not run here, which that log says.
* The profile's credentials come from the instance metadata service on AWS. 169.254.169.254 is not this machine's to have: here they are in
  the environment of the boot script and of `aws`, one access key for each profile, which may do what the policies of its role allow.
  https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
* A host that is terminated is told to shut down (SIGTERM to its services) and has a minute to do it.
* Going back to a snapshot of the account leaves an instance alone that is in both; its folder is not part of a snapshot. One that comes
  back starts anew from its user data, `pending` until it is up.
"""
