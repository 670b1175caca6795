"""The WAF in front of the sandbox's load balancers: web ACLs evaluated on real requests, as AWS WAF documents it."""
