"""ElastiCache: replication groups and serverless caches as real Redis processes, on loopback.

* In the emulator's process: the API (`sandbox/repairs/elasticache_*.py`) on the account (`account`), and `link`, a thread that
  tells the daemon what the account has (`orders`) and takes in what became of it (`reports`, `measures`).
* The daemon, a part of its own (`python -m sandbox.cache`): the parent of the Redis processes. It sleeps while there is no
  replication group, starts what dies, fails over, takes snapshots, and reads each node's INFO.

The two speak JSON lines on `elasticache/daemon.sock`. The emulator sends, at every change, all that is to be. A group without cluster mode
has one shard; a serverless cache is a cluster of one shard of one node:

    {"groups": {UID: {"name", "revision", "cluster", "shards": {ID: SHARD}, "configuration_address", "port", "reader_port", "tls",
                      "authority", "certificate", "key", "users": {NAME: [RULE]}, "parameters": {NAME: VALUE}, "databases", "maxmemory",
                      "automatic_failover"}},
     "snapshots": {UID: {"group", "nodes": {ID: NAME}}, or null when it is there already}}

    SHARD: {"nodes": {NAME: ADDRESS}, "primary", "primary_address", "reader_address", "slots", "failovers", "promote", "restore"}

The daemon answers, when it happens:

    {"group", "revision", "settled", "primaries": {ID: NAME}, "nodes": {NAME: STATE}, "resharded": PERCENT, "problem"}
    {"group", "event": "failover" | "recovering" | "recovered", "node", "from"}
    {"group", "event": "refused", "node", "problem"}            the cluster mode that is wanted
    {"group", "node", "run", "role", "lag", "numbers"}          every five seconds, from INFO
    {"group", "gone": true}, {"snapshot", "bytes": {ID: NUMBER}}, {"snapshot", "problem"}

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
* In a cluster nobody votes: the daemon tells the replica to take over, which on AWS is AWS's to do too. A node that is replaced is a new
  one to the others; slots move with their keys, one after the other (`cluster`).
* Without automatic failover a primary is replaced and synchronizes with a replica first; a node that has none comes back empty.
* A node has the memory of its type, but no more than LARGEST_BYTES (`node_types`). Valkey and all versions are run by the Redis there is.
* A serverless cache is one shard to its clients, as on AWS: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SupportedCommands.html
  AWS's has replicas; this one has none, and the port of those who read leads to the one process.
* Commands that ElastiCache lacks (`acl.RESTRICTED`) are forbidden by ACL: NOPERM, where AWS says that the command is unknown.
"""
