"""A host's folder at its first boot and after it."""

from __future__ import annotations

import base64
import gzip
import stat
import subprocess
from pathlib import Path

import pytest

from sandbox.instances import cloud_init

ENDPOINT = "http://127.0.0.1:20000"


def order(user_data: bytes = b"#!/bin/sh\n", access_key: str = "ASIA0000000000000000") -> dict[str, str]:
    return {"user_data": base64.b64encode(user_data).decode(), "access_key": access_key, "region": "eu-central-1"}


def boots(root: Path) -> bool:
    return (root / "etc/systemd/system/multi-user.target.wants/cloud-final.service").exists()


def test_a_script_is_run_on_the_first_boot_only(tmp_path):
    for first in (True, False):
        cloud_init.prepare(tmp_path, order(), "authority", ENDPOINT)
        assert boots(tmp_path) is first
    assert (tmp_path / "etc/ssl/certs/ca-certificates.crt").read_text().startswith("authority")


@pytest.mark.parametrize(
    ("user_data", "kind"),
    [
        (b"#cloud-config\n", "cloud-config"),
        (gzip.compress(b"#!/bin/sh\n", mtime=0), "gzip"),
        (b'Content-Type: multipart/mixed; boundary="b"\n', "MIME"),
        (b"echo hello\n", "of an unknown format"),
    ],
)
def test_what_is_no_script_is_not_run_and_the_log_says_so(tmp_path, user_data, kind):
    cloud_init.prepare(tmp_path, order(user_data), "", ENDPOINT)
    assert not boots(tmp_path)
    assert f"is not run: it is {kind}" in (tmp_path / cloud_init.LOG).read_text()


def test_the_last_line_tells_how_the_script_ended(tmp_path):
    cloud_init.prepare(tmp_path, order(b"#!/bin/sh\necho hello\nexit 3\n"), "", ENDPOINT)
    run = subprocess.run([tmp_path / "var/lib/cloud/instance/final"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (3, "hello\nCloud-init: Failed running var/lib/cloud/instance/scripts/part-001 [3]\n")


def test_credentials_are_in_a_file_that_only_its_owner_reads(tmp_path):
    cloud_init.prepare(tmp_path, order(), "", ENDPOINT)
    file = tmp_path / "run/instance-profile.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and "AWS_ACCESS_KEY_ID=ASIA0000000000000000\n" in file.read_text()
    assert cloud_init.SECRET_KEY not in (tmp_path / "etc/systemd/system/cloud-final.service").read_text()


def test_without_a_profile_there_are_no_keys():
    assert cloud_init.credentials(order(access_key=""), ENDPOINT) == {
        "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1", "AWS_ENDPOINT_URL": ENDPOINT
    }  # fmt: skip


def test_a_folder_with_a_percent_sign_is_no_specifier(tmp_path):
    assert f"HOST_ROOT={tmp_path}/a%%b" in cloud_init.unit(tmp_path / "a%b")
