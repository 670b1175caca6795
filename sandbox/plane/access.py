"""What Envoy writes down of each request: all that an access log of a load balancer and its metrics need."""

from __future__ import annotations

from sandbox.plane.account import Balancer, Listener
from sandbox.plane.actions import NAMESPACE
from sandbox.plane.bootstrap import ACCESS_LOG
from sandbox.plane.envoy import Config, extension

FIELDS = {
    "start": "%START_TIME(%s.%6f)%",
    "protocol": "%PROTOCOL%",
    "client": "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%",
    "target": f"%METADATA(UPSTREAM_HOST:{NAMESPACE}:target)%",
    "group": "%UPSTREAM_CLUSTER_RAW%",
    # Microseconds: until it was sent on, until the target answered, until the answer was sent on, in all.
    "request_us": "%COMMON_DURATION(DS_RX_BEG:US_TX_BEG:us)%",
    "target_us": "%COMMON_DURATION(US_TX_BEG:US_RX_BEG:us)%",
    "response_us": "%COMMON_DURATION(US_RX_BEG:DS_TX_BEG:us)%",
    "duration_ms": "%DURATION%",
    "status": "%RESPONSE_CODE%",
    "details": "%RESPONSE_CODE_DETAILS%",
    "flags": "%RESPONSE_FLAGS%",
    "received": "%DOWNSTREAM_WIRE_BYTES_RECEIVED%",
    "sent": "%DOWNSTREAM_WIRE_BYTES_SENT%",
    "method": "%REQ(:METHOD)%",
    "host": "%REQ(:AUTHORITY)%",
    "path": "%REQ(:PATH)%",
    "agent": "%REQ(USER-AGENT)%",
    "trace": "%REQ(X-PLANE-TRACE-ID?X-AMZN-TRACE-ID)%",
    "tls_cipher": "%DOWNSTREAM_TLS_CIPHER%",
    "tls_version": "%DOWNSTREAM_TLS_VERSION%",
    "server_name": "%REQUESTED_SERVER_NAME%",
    "certificate_names": "%DOWNSTREAM_LOCAL_DNS_SAN%",
    "priority": f"%METADATA(ROUTE:{NAMESPACE}:priority)%",
    "action": f"%METADATA(ROUTE:{NAMESPACE}:action)%",
    "dropped_headers": f"%DYNAMIC_METADATA({NAMESPACE}:dropped)%",
    "location": "%RESP(LOCATION)%",
    "connection": "%CONNECTION_ID%",
}


def log(balancer: Balancer, listener: Listener) -> Config:
    fixed = {"listener": listener.arn, "web_acl": balancer.has_web_acl}
    return extension("file", "extensions.access_loggers.file.v3.FileAccessLog", path=ACCESS_LOG, log_format={"json_format": FIELDS | fixed})
