"""A listener for HTTP has the attributes of an Application Load Balancer: answers carry `server`, and no header is put in.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html

moto gives every listener the one attribute of Network Load Balancers.
"""

from __future__ import annotations

from typing import Any

from moto.elbv2.models import FakeListener

RESPONSE_HEADERS = (
    *("strict_transport_security", "content_security_policy", "x_content_type_options", "x_frame_options"),
    *("access_control_allow_origin", "access_control_allow_methods", "access_control_allow_headers"),
    *("access_control_allow_credentials", "access_control_expose_headers", "access_control_max_age"),
)
HTTP = {
    "routing.http.response.server.enabled": "true",
    **{f"routing.http.response.{name}.header_value": "" for name in RESPONSE_HEADERS},
}


def apply() -> None:
    init = FakeListener.__init__

    def init_with_attributes(self: FakeListener, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        if self.protocol in ("HTTP", "HTTPS"):
            self.attributes = dict(HTTP)

    FakeListener.__init__ = init_with_attributes
