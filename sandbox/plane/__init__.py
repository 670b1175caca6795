"""The data plane: what the emulator's load balancers and web ACLs say is done to real requests, on loopback.

* In the emulator's process (`plane.Plane`): a request that changed load balancers, certificates, web ACLs or networks wakes
  the renderer, which reads moto's state (`snapshot`, pure data from there on) and writes files into `.sandbox/plane/`.
* Envoy, a process of its own, follows the files (`envoy.json`, and listeners, routes, clusters, endpoints and secrets, each
  replaced as a whole), and asks `wafd` about each request of a load balancer that has a web ACL.
* What really happened comes back: target health when it is asked for, metrics and access logs from Envoy's log.

Nothing polls the emulator. Private keys are in that folder only.

## What is in `.sandbox/plane/`

| File | Written by | Read by |
|---|---|---|
| `envoy.json`, `listeners.json`, `routes.json`, `clusters.json`, `endpoints.json`, `secrets.json` | the renderer | Envoy |
| `waf.json` | the renderer | wafd |
| `ca.pem`, `ca.key` | `sandbox/certificates.py` | clients; the emulator |
| `admin.sock` | Envoy | the emulator |
| `wafd.sock` | wafd | Envoy |
| `access.jsonl` | Envoy | the emulator: metrics, access logs |
| `waf-log.jsonl` | wafd | the emulator: sampled requests, metrics, WAF logs |

## `waf.json`

    {"web_acls": {ARN: the WebACL of GetWebACL},
     "rule_groups": {ARN: the RuleGroup of GetRuleGroup},
     "ip_sets": {ARN: the IPSet of GetIPSet},
     "regex_pattern_sets": {ARN: the RegexPatternSet of GetRegexPatternSet},
     "associations": {ARN of a load balancer: ARN of its web ACL},
     "logging": {ARN of a web ACL: its LoggingConfiguration}}

Everything is as AWS's JSON API has it (blobs, such as `SearchString`, in base64), of every account and Region, without the
web ACLs of CloudFront. The file is replaced as a whole (written aside, renamed) within a second of a change, and exists
before wafd starts.

## What Envoy asks wafd

An HTTP/1.1 request on `wafd.sock` (paths are relative to the sandbox's folder, in which every part runs): the client's own
method, path with query, and headers (a repeated one joined by commas; `x-envoy-*` and `x-forwarded-proto` are not the
client's), with the first 8 KB of the body, and these, which a client cannot set:

| Header | |
|---|---|
| `x-plane-resource-arn` | the load balancer's ARN |
| `x-plane-client-address` | the client's address, no port |
| `x-plane-protocol` | `HTTP/1.1` or `HTTP/2` |
| `x-plane-content-length` | the length of the whole body as the client declared it; none where it did not |
| `x-plane-trace-id` | the `X-Amzn-Trace-Id` with which the request goes on, the requestId of AWS's log |
| `x-envoy-auth-partial-body` | `true` when the body is longer than what is sent |

200 lets it through, with the answer's headers that begin with `x-amzn-waf-` inserted. 403 goes to the client with its headers
and body; any other status of a custom response is 403 with the header `x-plane-status`, which becomes the status. No answer
within a second, or a 5xx, is what `waf.fail_open.enabled` of the load balancer says: 500, or through.
"""
