"""A listener of a load balancer as a listener of Envoy."""

from __future__ import annotations

from pathlib import Path

from sandbox.plane import access, answers, tls
from sandbox.plane.account import Balancer, Listener, identifier, is_on
from sandbox.plane.bootstrap import source
from sandbox.plane.endpoints import socket_address
from sandbox.plane.envoy import CLIENT, TRACE, WAF_FILTER, Config, extension, headers, seconds

TRACE_LUA, ALB_LUA = ((Path(__file__).parent / name).read_text() for name in ("trace.lua", "alb.lua"))
MANAGER = "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
# https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-setting-body-inspection-limit.html
INSPECTED_BYTES = 8192
WAF_SECONDS = 5
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
HEADERS_KB = 64

# They take the place of what a client sends by these names; sandbox/plane/__init__.py says what wafd makes of them.
OWN_HEADERS = {
    CLIENT: "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
    "x-plane-protocol": "%PROTOCOL%",
    "x-plane-content-length": "%REQ(CONTENT-LENGTH)%",
    TRACE: "-",
}


def listener(balancer: Balancer, found: Listener, port: int) -> Config:
    chain: Config = {"filters": [extension("envoy.filters.network.http_connection_manager", MANAGER, **_manager(balancer, found))]}
    made: Config = {"name": found.arn, "address": socket_address("127.0.0.1", port), "filter_chains": [chain]}
    if found.protocol == "HTTPS":
        chain["transport_socket"] = _tls(balancer, found)
        made["listener_filters"] = [
            extension("envoy.filters.listener.tls_inspector", "extensions.filters.listener.tls_inspector.v3.TlsInspector")
        ]
    return made


def _manager(balancer: Balancer, found: Listener) -> Config:
    idle = seconds(float(balancer.attributes.get("idle_timeout.timeout_seconds", 60)))
    kept = seconds(float(balancer.attributes.get("client_keep_alive.seconds", 3600)))
    return {
        "stat_prefix": identifier(found.arn),
        "rds": {"config_source": source(f"routes/{identifier(found.arn)}"), "route_config_name": found.arn},
        "early_header_mutation_extensions": [_own_headers(balancer)],
        "http_filters": _filters(balancer),
        "codec_type": "AUTO",
        "use_remote_address": True,
        # alb.lua does it: Envoy would put another address in the place of 127.0.0.1.
        "skip_xff_append": True,
        "generate_request_id": False,
        "preserve_external_request_id": True,
        "server_header_transformation": "PASS_THROUGH",
        "stream_idle_timeout": idle,
        "common_http_protocol_options": {"idle_timeout": idle, "max_connection_duration": kept},
        "http_protocol_options": {"accept_http_10": True, "default_host_for_http_10": "localhost"},
        "max_request_headers_kb": HEADERS_KB,
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "local_reply_config": answers.own(found.attributes),
        "access_log": [access.log(found)],
    }


def _filters(balancer: Balancer) -> list[Config]:
    sessions = "extensions.filters.http.stateful_session.v3.StatefulSession"
    return [
        _lua("trace", TRACE_LUA),
        _waf(balancer),
        _lua("envoy.filters.http.lua", ALB_LUA),
        extension("envoy.filters.http.stateful_session", sessions),
        extension("envoy.filters.http.router", "extensions.filters.http.router.v3.Router", suppress_envoy_headers=True),
    ]


def _own_headers(balancer: Balancer) -> Config:
    mutations = [{"append": header} for header in headers({"x-plane-resource-arn": balancer.arn, **OWN_HEADERS}.items())]
    kind = "extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
    return extension("envoy.http.early_header_mutation.header_mutation", kind, mutations=mutations)


def _lua(name: str, code: str) -> Config:
    # The route is chosen by the request as the client sent it.
    return extension(name, "extensions.filters.http.lua.v3.Lua", default_source_code={"inline_string": code}, clear_route_cache=False)


def _waf(balancer: Balancer) -> Config:
    """Whether it is asked is a matter of the routes, which count for connections that are open already."""
    return extension(
        WAF_FILTER,
        "extensions.filters.http.ext_authz.v3.ExtAuthz",
        transport_api_version="V3",
        http_service={
            "server_uri": {"uri": "http://wafd", "cluster": "wafd", "timeout": seconds(WAF_SECONDS)},
            "authorization_response": {"allowed_upstream_headers": {"patterns": [{"prefix": "x-amzn-waf-"}]}},
        },
        allowed_headers={"patterns": [{"safe_regex": {"regex": ".*"}}]},
        with_request_body={"max_request_bytes": INSPECTED_BYTES, "allow_partial_message": True},
        failure_mode_allow=is_on(balancer.attributes, "waf.fail_open.enabled"),
        status_on_error={"code": "InternalServerError"},
    )


def _tls(balancer: Balancer, found: Listener) -> Config:
    protocols = ["h2", "http/1.1"] if is_on(balancer.attributes, "routing.http2.enabled", "true") else ["http/1.1"]
    secrets = [{"name": arn, "sds_config": source(f"secrets/{identifier(arn)}")} for arn in found.certificates]
    common = {
        "tls_params": tls.parameters(found.ssl_policy),
        "alpn_protocols": protocols,
        "tls_certificate_sds_secret_configs": secrets,
    }
    return extension("tls", "extensions.transport_sockets.tls.v3.DownstreamTlsContext", common_tls_context=common)
