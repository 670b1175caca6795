"""The account has registered a domain, for which Route 53 has made a public hosted zone: `shop.localhost`, the site of the sandbox.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-register.html
"""

from __future__ import annotations

from typing import Any

from moto.route53.models import Route53Backend

DOMAIN = "shop.localhost."


def apply() -> None:
    init = Route53Backend.__init__

    def init_with_domain(self: Route53Backend, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        self.create_hosted_zone(
            name=DOMAIN,
            private_zone=False,
            caller_reference="registered",
            comment="HostedZone created by Route53 Registrar",
            vpcid=None,
            vpcregion=None,
            delegation_set_id=None,
        )

    Route53Backend.__init__ = init_with_domain
