import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, defineScript, ErrorReply, RESP_TYPES } from '@redis/client'
import { within } from './within.js'

const CONNECT_MS = 2000

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

/**
 * A connection to Redis that costs nobody more than one bounded wait. The first answer that is late, or the loss of the connection,
 * ends it; a new one is made in the background and counts once it answers in time. Until then every command fails at once.
 */
export class Redis {
  #options
  #client
  #told
  #stop = new AbortController()

  /** @param {{url: string, prefix: string, tls: object, timeoutMs: number, retryMs: number, onError: (error: Error) => void}} options */
  constructor (options) {
    this.#options = options
    this.#connect()
  }

  get connected () {
    return this.#client !== undefined
  }

  /** @returns {Promise<boolean>} whether it answers in time */
  async ping () {
    return this.#ask((client) => client.ping()).then(() => true, () => false)
  }

  async get (key) {
    return this.#ask((client) => client.get(this.#names(key)[0]))
  }

  /** @returns {Promise<{entry: Buffer | null, locked: boolean}>} */
  async look (key, token, lockMs) {
    const names = this.#names(key)
    try {
      return await this.#ask((client) => client.look(names, token, lockMs, Date.now()))
    } catch (error) {
      if (/WRONGTYPE/.test(error.message)) await this.#ask((client) => client.del(names))
      throw error
    }
  }

  async drop (key) {
    await this.#ask((client) => client.del(this.#names(key)[0]))
  }

  async set (key, value, seconds) {
    await this.#ask((client) => client.set(this.#names(key)[0], value, { expiration: { type: 'EX', value: seconds } }))
  }

  async release (key, token) {
    await this.#ask((client) => client.lRem(this.#names(key)[1], 1, token))
  }

  close () {
    this.#stop.abort()
    this.#client?.destroy()
    this.#client = undefined
  }

  // One slot for both, as a script needs: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
  #names (key) {
    const name = `${this.#options.prefix}:v1:{${key}}`
    return [name, `${name}:lock`]
  }

  async #ask (command) {
    const client = this.#client
    if (!client) throw new Error('Redis is not connected')
    try {
      return await within(this.#options.timeoutMs, command(client), 'Redis did not answer')
    } catch (error) {
      // A refusal is an answer. From a primary that has become a replica it is the last one.
      if (error instanceof ErrorReply && !error.message.startsWith('READONLY')) this.#tell(error)
      else this.#leave(client, error)
      throw error
    }
  }

  async #connect () {
    const { url, tls, timeoutMs, retryMs } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted) {
      const client = createClient({
        url,
        RESP: 2,
        socket: { ...tls, connectTimeout: CONNECT_MS, reconnectStrategy: false },
        disableClientInfo: true,
        maintNotifications: 'disabled',
        scripts: { look },
        commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
      })
      client.on('error', (error) => this.#leave(client, error))
      try {
        await within(CONNECT_MS, client.connect(), 'Redis did not accept the connection')
        await within(timeoutMs, client.ping(), 'Redis did not answer')
        signal.throwIfAborted()
        this.#client = client
        this.#told = undefined
        return
      } catch (error) {
        client.destroy()
        if (!signal.aborted) this.#tell(error)
      }
      await sleep(retryMs * (0.5 + Math.random()), undefined, { ref: false, signal }).catch(() => {})
    }
  }

  #leave (client, error) {
    if (this.#client !== client) return
    this.#client = undefined
    client.destroy()
    this.#tell(error)
    this.#connect()
  }

  // The same once, until it is connected anew.
  #tell (error) {
    if (this.#told === error.message) return
    this.#told = error.message
    this.#options.onError(error)
  }
}
