import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { decode } from './entry.js'
import { APART, Flight, GONE } from './flight.js'

const POLL_MS = 20

/**
 * @typedef {object} Found
 * @property {'HIT' | 'STALE' | 'MISS' | 'BYPASS'} result
 * @property {import('./entry.js').Entry} [entry]
 * @property {Flight} [flight] whose computation is the caller's
 * @property {string} [reason]
 */

const hit = (entry) => ({ result: entry.freshUntil > Date.now() ? 'HIT' : 'STALE', entry })
const AWAY = { result: 'BYPASS', reason: 'redis' }

/** Looks keys up, and lets one compute while the others wait. */
export class Flights {
  #redis
  #lockMs
  #flights = new Map()

  /**
   * @param {import('./redis.js').Redis} redis
   * @param {number} lockMs how long a computation is waited for; somebody waits for two of them at most
   */
  constructor (redis, lockMs) {
    this.#redis = redis
    this.#lockMs = lockMs
  }

  /** @returns {Promise<Found>} without waiting for anybody */
  async peek (key) {
    try {
      const entry = decode(await this.#redis.get(key))
      return entry ? hit(entry) : { result: 'MISS' }
    } catch {
      return AWAY
    }
  }

  /** @returns {Promise<Found>} */
  async find (key) {
    const deadline = performance.now() + 2 * this.#lockMs
    for (let left; (left = deadline - performance.now()) > 0;) {
      const flight = this.#flights.get(key)
      const outcome = flight && await flight.outcome(left)
      if (outcome === APART) break
      if (outcome && outcome !== GONE) return hit(outcome)
      const found = !flight && await this.#look(key)
      if (found) return found
    }
    return { result: 'MISS', reason: 'waited', flight: new Flight(this.#redis, key) }
  }

  async #look (key) {
    const token = randomUUID()
    const seen = await this.#see(key, token)
    if (!seen) return AWAY
    const { entry } = seen
    // While it is made fresh nobody waits.
    if (entry) return { ...hit(entry), flight: seen.locked ? new Flight(this.#redis, key).begin(token, this.#lockMs) : undefined }
    if (this.#flights.has(key)) {
      // The other request of this process may be waiting for this lock.
      if (seen.locked) await this.#redis.release(key, token).catch(() => {})
      return undefined
    }
    const flight = this.#flight(key)
    return seen.locked ? { result: 'MISS', flight: flight.begin(token, this.#lockMs) } : this.#follow(flight, key, token)
  }

  // Another process computes: its entry, or its lock when it ends without one.
  async #follow (flight, key, token) {
    const deadline = performance.now() + this.#lockMs
    while (performance.now() < deadline) {
      await sleep(POLL_MS)
      const seen = await this.#see(key, token)
      if (!seen) return { ...AWAY, flight: flight.begin(undefined, this.#lockMs) }
      if (seen.locked) return { result: 'MISS', flight: flight.begin(token, this.#lockMs) }
      if (!seen.entry) continue
      await flight.settled(seen.entry)
      return hit(seen.entry)
    }
    return { result: 'MISS', reason: 'waited', flight: flight.begin(undefined, this.#lockMs) }
  }

  // Nothing when Redis does not say. An entry that cannot be read is none.
  async #see (key, token) {
    try {
      const { entry: bytes, locked } = await this.#redis.look(key, token, this.#lockMs)
      const entry = decode(bytes)
      if (entry || !bytes || locked) return { entry, locked }
      await this.#redis.drop(key)
      return { entry, locked: (await this.#redis.look(key, token, this.#lockMs)).locked }
    } catch {
      return undefined
    }
  }

  #flight (key) {
    const flight = new Flight(this.#redis, key, () => this.#flights.get(key) === flight && this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }
}
