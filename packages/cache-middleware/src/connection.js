import { createClient, createCluster, defineScript, RESP_TYPES } from '@redis/client'

export const CONNECT_MS = 2000

// Answers with the entry, and whether the caller now holds the lock: nobody gets that while the entry is fresh.
//
// The lock is a list with one token, so that LREM gives it back by its token alone. With SET NX the release would have to read it,
// and each GET there counts as a hit in keyspace_hits, from which ElastiCache makes its CacheHitRate.
const look = defineScript({
  SCRIPT: `
    local entry = redis.call('GET', KEYS[1])
    if entry and (tonumber(string.sub(entry, 1, 13)) or 0) > tonumber(ARGV[3]) then return {entry, 0} end
    if redis.call('RPUSH', KEYS[2], ARGV[1]) > 1 then
      redis.call('RPOP', KEYS[2])
      return {entry, 0}
    end
    redis.call('PEXPIRE', KEYS[2], ARGV[2])
    return {entry, 1}`,
  NUMBER_OF_KEYS: 2,
  parseCommand (parser, keys, ...values) {
    parser.pushKeys(keys)
    parser.push(...values.map(String))
  },
  transformReply: ([entry, locked]) => ({ entry, locked: locked === 1 }),
})

const COMMON = { RESP: 2, scripts: { look }, commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } }
const CLIENT = { disableClientInfo: true, maintNotifications: 'disabled' }
const socketOf = (tls) => ({ ...tls, connectTimeout: CONNECT_MS, reconnectStrategy: false })

/** A client of one Redis, which is not yet connected. */
export function single ({ url, tls }) {
  return { client: createClient({ ...COMMON, ...CLIENT, url, socket: socketOf(tls) }), answers: (client) => client.ping() }
}

/**
 * A client of a cluster, whose shards `url` leads to, as ElastiCache's configuration endpoint does. It answers when each shard does.
 * https://github.com/redis/node-redis/blob/master/docs/clustering.md
 */
export function spread ({ url, tls }) {
  const { protocol, hostname, port, username, password } = new URL(url)
  const defaults = {
    ...CLIENT,
    username: decodeURIComponent(username) || undefined,
    password: decodeURIComponent(password) || undefined,
    socket: { ...socketOf(tls), ...(protocol === 'rediss:' && { tls: true }) },
  }
  const rootNodes = [{ socket: { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || 6379 } }]
  const ping = async (client, shard) => (await client.nodeClient(shard)).ping()
  return {
    client: createCluster({ ...COMMON, rootNodes, defaults }),
    answers: (client) => Promise.all(client.masters.map((shard) => ping(client, shard))),
  }
}
