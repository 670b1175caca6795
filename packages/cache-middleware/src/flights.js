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
   * @param {number} lockMs how long somebody waits at most for somebody else
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
    const deadline = performance.now() + this.#lockMs
    for (let left; (left = deadline - performance.now()) > 0;) {
      const flight = this.#flights.get(key)
      const outcome = flight && await flight.outcome(left)
      if (outcome === APART) break
      if (outcome && outcome !== GONE) return hit(outcome)
      const found = !flight && await this.#look(key, deadline)
      if (found) return found
    }
    return { result: 'MISS', reason: 'waited', flight: new Flight(this.#redis, key) }
  }

  async #look (key, deadline) {
    const token = randomUUID()
    const seen = await this.#redis.look(key, token, this.#lockMs).catch(() => undefined)
    if (!seen) return AWAY
    const entry = decode(seen.entry)
    // While it is made fresh nobody waits.
    if (entry) return { ...hit(entry), flight: seen.locked ? new Flight(this.#redis, key).begin(token, this.#lockMs) : undefined }
    if (this.#flights.has(key)) {
      // The other request of this process may be waiting for this lock.
      if (seen.locked) await this.#redis.release(key, token).catch(() => {})
      return undefined
    }
    const flight = this.#flight(key)
    return seen.locked ? { result: 'MISS', flight: flight.begin(token, this.#lockMs) } : this.#follow(flight, key, token, deadline)
  }

  // Another process computes: its entry, or its lock when it ends without one.
  async #follow (flight, key, token, deadline) {
    while (performance.now() < deadline) {
      await sleep(POLL_MS)
      const seen = await this.#redis.look(key, token, this.#lockMs).catch(() => undefined)
      if (!seen) return { ...AWAY, flight: flight.begin(undefined, this.#lockMs) }
      if (seen.locked) return { result: 'MISS', flight: flight.begin(token, this.#lockMs) }
      const entry = decode(seen.entry)
      if (!entry) continue
      await flight.settled(entry)
      return hit(entry)
    }
    return { result: 'MISS', reason: 'waited', flight: flight.begin(undefined, this.#lockMs) }
  }

  #flight (key) {
    const flight = new Flight(this.#redis, key, () => this.#flights.get(key) === flight && this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }
}
