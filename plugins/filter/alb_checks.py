# Copyright: prodready contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: alb_checks
short_description: What the claims of the alb role go over
version_added: 0.1.0
author:
  - prodready contributors (@prodready)
description:
  - Brings the role's variables into flat lists, one entry for each thing to prove.
options:
  _input:
    description:
      - The role's C(load_balancers), C(target_groups), C(listeners) and C(sites); the C(accepted) and C(refused) versions of TLS; and
        the C(arns) that prodready.aws.listeners has found.
    type: dict
    required: true
"""

EXAMPLES = r"""
checks: "{{ {'load_balancers': [], 'target_groups': [], 'listeners': [], 'sites': [], 'accepted': [], 'refused': [], 'arns': found.arns}
            | prodready.aws.alb_checks }}"
"""

RETURN = r"""
_value:
  description:
    - C(attributes) and C(logs) of load balancers, C(target_groups), C(listeners) and their C(rules), each with the C(arn) that AWS is asked
      about, which is empty where there is none.
    - C(sites), their C(redirects), the C(headers) that answers carry and those that are C(absent), the handshakes C(accepted) and
      C(refused).
  type: dict
"""

from typing import Any

from ..module_utils.elb import BALANCER_ATTRIBUTES, text

SITE = {"path": "/", "status": 200, "https_port": 443, "http_port": 80}
PROVEN = ("deletion_protection", "drop_invalid_headers")
DEFAULT_PORTS = {"https": 443, "http": 80}


def attributes(balancer: dict[str, Any], arns: dict[str, str]) -> list[dict[str, str]]:
    about = {"name": balancer["name"], "arn": arns.get(balancer["name"], "")}
    return [{**about, "key": BALANCER_ATTRIBUTES[option], "value": text(balancer[option])} for option in PROVEN if option in balancer]


def logs(balancer: dict[str, Any]) -> list[dict[str, str]]:
    place = balancer.get("access_logs") or {"enabled": False}
    if not place.get("enabled", True):
        return []
    prefix = "/".join(filter(None, (place.get("prefix"), "AWSLogs/")))
    return [{"name": balancer["name"], "bucket": place["bucket"], "prefix": prefix}]


def listener(one: dict[str, Any], arns: dict[str, str]) -> dict[str, Any]:
    name = f"{one['load_balancer']}:{one['port']}"
    return {"name": name, "arn": arns.get(name, ""), "protocol": one["protocol"], "ssl_policy": one.get("ssl_policy")}


def url(scheme: str, site: dict[str, Any], port: int, path: str) -> str:
    return f"{scheme}://{site['domain']}{'' if port == DEFAULT_PORTS[scheme] else f':{port}'}{path}"


def site_of(given: dict[str, Any], listeners: list[dict[str, Any]]) -> dict[str, Any]:
    """A site with its address, and the declaration of the listener that serves it."""
    site = {**SITE, **given}
    at = (site["load_balancer"], site["https_port"])
    serving = next((one for one in listeners if (one["load_balancer"], one["port"]) == at), {})
    return {
        "domain": site["domain"],
        "status": site["status"],
        "url": url("https", site, site["https_port"], site["path"]),
        "address": f"{site['domain']}:{site['https_port']}",
        "certificate": serving.get("certificate", site["domain"]),
        "listener": serving,
    }


def redirects(given: dict[str, Any]) -> list[dict[str, Any]]:
    site = {**SITE, **given}
    if not site["http_port"]:
        return []
    there = f"https://{site['domain']}:{site['https_port']}{site['path']}"
    locations = [[301, where] for where in (there, url("https", site, site["https_port"], site["path"]))]
    return [{"domain": site["domain"], "url": url("http", site, site["http_port"], site["path"]), "locations": locations}]


def headers(site: dict[str, Any]) -> list[dict[str, str]]:
    found = (site["listener"].get("response_headers") or {}).items()
    return [{**site, "header": name.replace("_", "-"), "value": value} for name, value in found if value]


def alb_checks(declared: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    arns, balancers, listeners = declared["arns"], declared["load_balancers"], declared["listeners"]
    sites = [site_of(one, listeners) for one in declared["sites"]]
    found = [listener(one, arns["listeners"]) for one in listeners]
    return {
        "load_balancers": [{"name": one["name"]} for one in balancers],
        "attributes": [check for one in balancers for check in attributes(one, arns["load_balancers"])],
        "logs": [check for one in balancers for check in logs(one)],
        "target_groups": [{"name": one["name"], "arn": arns["target_groups"].get(one["name"], "")} for one in declared["target_groups"]],
        "listeners": found,
        "rules": [
            {**check, "priorities": [str(rule["priority"]) for rule in one["rules"]]}
            for check, one in zip(found, listeners, strict=True)
            if one.get("rules")
        ],
        "sites": sites,
        "redirects": [check for one in declared["sites"] for check in redirects(one)],
        "headers": [check for site in sites for check in headers(site)],
        "absent": [{**site, "header": "server"} for site in sites if site["listener"].get("server_header") is False],
        **{key: [{**site, "version": version} for site in sites for version in declared[key]] for key in ("accepted", "refused")},
    }


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"alb_checks": alb_checks}
