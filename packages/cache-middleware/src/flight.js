import { within } from './within.js'

export const GONE = Symbol('broken off')
export const APART = Symbol('everybody computes alone')

/** One computation for which others wait: of this process on the outcome, of other processes on the lock in Redis. */
export class Flight {
  #redis
  #key
  #land
  #token
  #timer
  #resolve
  #outcome = new Promise((resolve) => { this.#resolve = resolve })

  /**
   * @param {import('./redis.js').Redis} redis
   * @param {string} key
   * @param {(flight: Flight) => void} [land] called when nobody shall wait for it any more
   */
  constructor (redis, key, land = () => {}) {
    this.#redis = redis
    this.#key = key
    this.#land = land
  }

  /** @returns {Promise<import('./entry.js').Entry | GONE | APART>} */
  outcome (withinMs) {
    return within(withinMs, this.#outcome, 'The answer was not computed').catch(() => APART)
  }

  /** The caller computes from now on; after so many milliseconds nobody waits any longer. */
  begin (token, lockMs) {
    this.#token = token
    this.#timer = setTimeout(() => this.#ended(APART), lockMs).unref()
    return this
  }

  /** @param {import('./entry.js').Entry} entry */
  async stored (entry, bytes, seconds) {
    this.#resolve(entry)
    await Promise.allSettled([this.#redis.set(this.#key, bytes, seconds), this.#release()])
    this.#ended(entry)
  }

  /** For an outcome that is not to be kept, or is kept already. */
  async settled (outcome) {
    await this.#release()
    this.#ended(outcome)
  }

  async #release () {
    const token = this.#token
    this.#token = undefined
    // What cannot be released expires.
    if (token) await this.#redis.release(this.#key, token).catch(() => {})
  }

  #ended (outcome) {
    clearTimeout(this.#timer)
    this.#land(this)
    this.#resolve(outcome)
  }
}
