import { setTimeout as sleep } from 'node:timers/promises'
import { DisconnectsClientError, ErrorReply } from '@redis/client'
import { CONNECT_MS, single, spread } from './connection.js'
import { within } from './within.js'

/**
 * A connection to Redis that costs nobody more than one bounded wait. The first answer that is late, or the loss of the connection,
 * ends it; a new one is made in the background and counts once it answers in time. Until then every command fails at once.
 *
 * That it is a cluster is told by the first answer that a key is elsewhere; from then on it is connected to as one. Every command has
 * keys of one slot alone.
 */
export class Redis {
  #options
  #client
  #answers
  #isCluster = false
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
    return this.#ask((client) => this.#answers(client)).then(() => true, () => false)
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
      const answer = command(client).catch((error) => {
        // The cluster's client has let go of a node that no longer has slots, and knows who has them.
        if (error instanceof DisconnectsClientError && this.#client === client) return command(client)
        throw error
      })
      return await within(this.#options.timeoutMs, answer, 'Redis did not answer')
    } catch (error) {
      // A refusal is an answer. From a primary that has become a replica it is the last one.
      const refused = error instanceof ErrorReply ? error.message.split(' ', 1)[0] : undefined
      if (refused === 'MOVED' || refused === 'ASK') {
        this.#isCluster = true
        this.#leave(client)
      } else if (refused && refused !== 'READONLY') this.#tell(error)
      else this.#leave(client, error)
      throw error
    }
  }

  async #connect () {
    const { timeoutMs, retryMs } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted) {
      const { client, answers } = (this.#isCluster ? spread : single)(this.#options)
      let cause
      for (const event of ['error', 'node-error']) {
        client.on(event, (error) => {
          cause ??= error
          this.#leave(client, error)
        })
      }
      const connecting = client.connect()
      try {
        await within(CONNECT_MS, connecting, 'Redis did not accept the connection')
        await within(timeoutMs, answers(client), 'Redis did not answer')
        signal.throwIfAborted()
        this.#answers = answers
        this.#client = client
        this.#told = undefined
        return
      } catch (error) {
        client.destroy()
        // A cluster that is still being looked at connects to what it finds.
        if (this.#isCluster) connecting.then(() => client.destroy(), () => {})
        if (/cluster support disabled/.test(cause?.message)) this.#isCluster = false
        if (!signal.aborted) this.#tell(cause ?? error)
      }
      await sleep(retryMs * (0.5 + Math.random()), undefined, { ref: false, signal }).catch(() => {})
    }
  }

  #leave (client, error) {
    if (this.#client !== client) return
    this.#client = undefined
    client.destroy()
    if (error) this.#tell(error)
    this.#connect()
  }

  // The same once, until it is connected anew.
  #tell (error) {
    if (this.#told === error.message) return
    this.#told = error.message
    this.#options.onError(error)
  }
}
