"""Instances that are the shop: what they are launched with, and what is seen of them."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

from tests.integration.place import Place, descendants, until

BUCKET, ARCHIVE = "shop-releases-123456789012", "shop.tar.gz"
IMAGE = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
PORT = 3000
BOOT = f"""#!/bin/bash
set -euo pipefail
echo "boot of $HOST_ROOT" >> "$HOST_ROOT/boots"
release="$HOST_ROOT/srv/shop" units="$HOST_ROOT/etc/systemd/system"
mkdir -p "$release" "$HOST_ROOT/etc/shop"
aws s3 cp --only-show-errors s3://{BUCKET}/{ARCHIVE} - | tar -xz -C "$release"
aws secretsmanager get-secret-value --secret-id shop/sandbox --query SecretString --output text |
    (umask 077; python3 -c '
import json, sys
for name, value in json.load(sys.stdin).items():
    if ":" not in name:
        print(f"{{name}}={{json.dumps(value)}}")' > "$HOST_ROOT/etc/shop/environment")
cat > "$units/shop.socket" <<UNIT
[Socket]
ListenStream={PORT}
[Install]
WantedBy=sockets.target
UNIT
cat > "$units/shop.service" <<UNIT
[Unit]
Requires=shop.socket
After=shop.socket
[Service]
Type=exec
WorkingDirectory=$release
EnvironmentFile=$HOST_ROOT/etc/shop/environment
EnvironmentFile=$release/.release
ExecStart=$(command -v node) bin/server.js
Restart=always
RestartSec=0
KillMode=mixed
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now shop.socket shop.service
"""


class Shop:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.ec2, self.iam, self.s3 = place.client("ec2"), place.client("iam"), place.client("s3")

    def keep_release(self) -> None:
        """What app1 runs, built by npm ci, in a bucket."""
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w:gz", compresslevel=1) as archive:
            archive.add((self.place.root("app1") / "srv/shop/current").resolve(), ".")
        self.s3.put_object(Bucket=BUCKET, Key=ARCHIVE, Body=content.getvalue())

    def profile(self, name: str, *actions: str) -> None:
        trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", **trust}))
        self.iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
        self.iam.create_instance_profile(InstanceProfileName=name)
        self.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)

    def launch(self, profile: str = "shop", user_data: str = BOOT) -> Instance:
        asked = {"IamInstanceProfile": {"Name": profile}} if profile else {}
        made = self.ec2.run_instances(ImageId=IMAGE, InstanceType="t3.small", UserData=user_data, MinCount=1, MaxCount=1, **asked)
        return Instance(self, made["Instances"][0]["InstanceId"])


class Instance:
    def __init__(self, shop: Shop, name: str) -> None:
        self.shop, self.ec2, self.name = shop, shop.ec2, name
        self.root = shop.place.folder / "instances" / name

    def __getattr__(self, name: str) -> Any:
        """One of what is described."""
        found = self.ec2.describe_instances(InstanceIds=[self.name])["Reservations"][0]["Instances"][0]
        return found[name]

    @property
    def state(self) -> str:
        return self.State["Name"]

    @property
    def console(self) -> str:
        return self.ec2.get_console_output(InstanceId=self.name).get("Output", "")

    def until(self, state: str) -> None:
        until(lambda: self.state == state, f"{self.name} is {state}", 30)

    def until_booted(self) -> None:
        until(lambda: "Cloud-init: " in self.console, f"the boot script of {self.name} has ended", 60)

    def processes(self) -> dict[str, int]:
        """Its service manager's and all below it, by the end of their command lines."""
        found = {}
        for manager in descendants(self.shop.place.state["parts"]["instances"]["pid"]):
            if str(self.root) in _command(manager):
                found |= {command[-1]: pid for pid in (*descendants(manager), manager) if (command := _command(pid))}
        return found


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
    except OSError:
        return []
