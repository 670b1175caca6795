"""ElastiCache: replication groups as real Redis processes, on loopback.

* In the emulator's process: the API (`sandbox/repairs/elasticache_*.py`) on the account (`account`), and `link`, a thread that
  tells the daemon what the account has (`orders`) and takes in what became of it (`reports`, `measures`).
* The daemon, a part of its own (`python -m sandbox.cache`): the parent of the Redis processes. It sleeps while there is no
  replication group, starts what dies, fails over, takes snapshots, and reads each node's INFO.

The two speak JSON lines on `elasticache/daemon.sock`. The emulator sends, at every change, all that is to be:

    {"groups": {UID: {"name", "revision", "primary", "nodes": {NAME: ADDRESS}, "primary_address", "reader_address", "port", "tls",
                      "authority", "certificate", "key", "users": {NAME: [RULE]}, "parameters": {NAME: VALUE}, "databases", "maxmemory",
                      "automatic_failover", "failovers", "promote", "restore"}},
     "snapshots": {UID: {"group", "node"}, or null when it is there already}}

The daemon answers, when it happens:

    {"group", "revision", "settled", "primary", "nodes": {NAME: STATE}, "problem"}
    {"group", "event": "failover" | "recovering" | "recovered", "node", "from"}
    {"group", "node", "run", "role", "lag", "numbers"}          every five seconds, from INFO
    {"group", "gone": true}, {"snapshot", "bytes"}, {"snapshot", "problem"}

Whoever closes the connection takes the groups with it: an emulator that ends has lost its account. Passwords are SHA-256 digests, as
in Redis's own ACLs, from the moment of the request on.

## How AWS behaves, and what differs here

* On AWS endpoints are DNS names. No resolver asks for names of ours without root, so an endpoint's address is one of 127.S.240.0/20 (S is
  the sandbox's slice), with port 6379 where nobody else has it. A certificate is for the addresses and for the names AWS would give.
* The primary's endpoint stays: the primary itself listens on its address, and the next primary takes it over. Connections end with the
  process, as on AWS. The reader's endpoint spreads new connections over the replicas.
* AWS takes some ten seconds to see that a primary is gone, and seconds to promote the replica with the least lag: here 10 seconds by
  `health_check_speed`, and a tenth. Then the lost node is replaced, empty, and synchronizes.
  https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
* Without automatic failover a primary is replaced and synchronizes with a replica first; a node that has none comes back empty.
* A node has the memory of its type, but no more than LARGEST_BYTES (`node_types`). Valkey and all versions are run by the Redis there is.
* Commands that ElastiCache lacks (`acl.RESTRICTED`) are forbidden by ACL: NOPERM, where AWS says that the command is unknown.
"""
