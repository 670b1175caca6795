# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a claim asked, as the command that asks it again in a terminal. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

# Where the AWS CLI calls a service otherwise than boto3. https://docs.aws.amazon.com/cli/latest/reference/
CLI = {"s3": "s3api", "config": "configservice", "codedeploy": "deploy"}


def asked(ask: Mapping[str, Any]) -> str:
    """Empty where nobody was asked, but another task has seen it."""
    if ask.get("service"):
        return shlex.join(_aws(ask))
    if ask.get("url"):
        return shlex.join(_curl(ask))
    if ask.get("tls"):
        return shlex.join(_openssl(ask))
    return ""


def _aws(ask: Mapping[str, Any]) -> list[str]:
    words = ["aws", CLI.get(ask["service"], ask["service"]), ask["operation"].replace("_", "-")]
    if ask.get("region"):
        words += ["--region", ask["region"]]
    if ask.get("params"):
        words += ["--cli-input-json", json.dumps(ask["params"], ensure_ascii=False)]
    # from_json is a function of our own.
    if ask.get("take") and "from_json" not in ask["take"]:
        words += ["--query", ask["take"]]
    return words


def _curl(ask: Mapping[str, Any]) -> list[str]:
    words = ["curl", "-i"]
    for where, there in (ask.get("connect_to") or {}).items():
        words += ["--connect-to", f"{where}:{there}"]
    if ask.get("ca_path"):
        words += ["--cacert", ask["ca_path"]]
    return [*words, ask["url"]]


def _openssl(ask: Mapping[str, Any]) -> list[str]:
    name = urlsplit(f"//{ask['tls']}").hostname or ""
    words = ["openssl", "s_client", "-connect", (ask.get("connect_to") or {}).get(ask["tls"], ask["tls"]), "-servername", name]
    if ask.get("tls_version"):
        words.append(f"-{ask['tls_version'].lower().replace('v', '').replace('.0', '').replace('.', '_')}")
    return words + (["-CAfile", ask["ca_path"]] if ask.get("ca_path") else [])
