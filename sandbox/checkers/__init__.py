"""Route 53's health checkers: each health check's requests are really sent, and what came of them is told as AWS tells it.

* In the emulator's process: the API (`sandbox/repairs/route53_health_checks.py`) on the accounts (`account`), and `link`, a thread that
  tells the daemon which endpoints are to be checked, and takes in what became of each request (`verdict`, `measures`).
* The daemon, a part of its own (`python -m sandbox.checkers`), sends the requests (`probe`). It sleeps while there is no health check.

The two speak JSON lines on `checkers/daemon.sock`. The emulator sends, at every change, all that is to be:

    {"health_checks": {ID: {"type", "host", "address", "port", "path", "search", "sni", "seconds", "checkers": {REGION: ADDRESS}}}}

The daemon answers after each request:

    {"health_check": ID, "region", "passed", "status", "milliseconds": {METRIC: NUMBER}}

## How AWS behaves, and what differs here

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
* A checker connects within 4 seconds (TCP: 10) and has a status of 2xx or 3xx 2 seconds later; a text is in the first 5120 bytes of the
  body, which come within 2 seconds more. Certificates are not looked at. It changes its mind after as many results in a row as the health
  check says; the endpoint is healthy while more than 18 % of the checkers find it so, a new one until they know.
* AWS has some fifteen checkers, two or three in a region; here there is one in each region of the health check, from 127.S.53.0/24.
* The interval is divided by `health_check_speed`; the time that an endpoint has to answer is AWS's.
* Names that end in .localhost are this machine, as browsers take them; all others are asked of its resolver, as they are.
* A metric has a datum for each request rather than one a minute, and no dimension Region.
"""
