import { finished } from 'node:stream'
import fresh from 'fresh'
import { capture } from './capture.js'
import { configured } from './configuration.js'
import { encode, keptHeaders } from './entry.js'
import { APART, GONE } from './flight.js'
import { Flights } from './flights.js'
import { keyOf, split } from './key.js'
import { Redis } from './redis.js'
import { revalidate, unconditional } from './revalidation.js'
import { ruleFor } from './rules.js'
import { whyBypassed, whyNotStored } from './storable.js'

/**
 * A request on its way through a framework.
 *
 * @typedef {object} Exchange
 * @property {import('node:http').IncomingMessage} request
 * @property {import('node:http').ServerResponse} response
 * @property {string} url the whole path and query, as they were sent
 * @property {(name: string, value: string) => void} setHeader
 * @property {() => object} getHeaders
 * @property {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => void} [dispatch]
 *   the whole application; without it stale entries are refreshed by the first request that finds them
 */

function answerOf (request, { status, headers, body, storedAt }) {
  const age = Math.max(0, Math.floor((Date.now() - storedAt) / 1000))
  if (status !== 200 || !fresh(request.headers, headers)) {
    return { status, headers: { ...headers, age, ...(status !== 204 && { 'content-length': body.length }) }, body }
  }
  const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => !/^content-(type|encoding|language)$/.test(name)))
  return { status: 304, headers: { ...rest, age }, body: undefined }
}

/** What Express and Fastify have in common. */
export class Cache {
  #options
  #redis
  #flights
  #ruleFor
  #revalidations = new WeakMap()

  /** @param {Partial<import('./configuration.js').Options>} given */
  constructor (given) {
    this.#options = configured(given)
    this.#ruleFor = ruleFor(this.#options.rules)
    if (!this.#options.url) return
    this.#redis = new Redis(this.#options)
    this.#flights = new Flights(this.#redis, this.#options.lockMs)
  }

  /** Whether Redis answered last time. */
  get connected () {
    return this.#redis?.connected ?? false
  }

  /** @returns {Promise<boolean>} whether Redis answers now, within the time that a request would give it */
  async ping () {
    return this.#redis?.ping() ?? false
  }

  close () {
    this.#redis?.close()
  }

  /**
   * @param {Exchange} exchange
   * @returns {Promise<{status: number, headers: object, body?: Buffer} | undefined>} nothing when the application has to answer
   */
  async serve (exchange) {
    const { request, response, url } = exchange
    const rule = ['GET', 'HEAD'].includes(request.method) && this.#ruleFor(split(url)[0])
    if (!rule) return undefined
    const revalidation = this.#revalidations.get(request)
    if (revalidation) return this.#listen(exchange, rule, revalidation)

    const started = performance.now()
    const found = await this.#found(exchange, rule)
    const { result, entry, flight } = found
    let { reason } = found
    const note = (why) => { reason ??= why }
    if (response.headersSent || response.destroyed) {
      await flight?.settled(GONE)
      return undefined
    }
    exchange.setHeader('x-cache', result)
    finished(response, { readable: false }, () =>
      this.#tell({ result, rule: rule.path, ms: performance.now() - started, ...(reason && { reason }) }))
    if (entry) return answerOf(request, entry)
    return flight && this.#listen(exchange, rule, flight, note)
  }

  #tell (outcome) {
    try {
      this.#options.onResult(outcome)
    } catch (error) {
      this.#options.onError(error)
    }
  }

  async #found (exchange, rule) {
    const { request, url, dispatch } = exchange
    if (!this.#redis) return { result: 'BYPASS', reason: 'no redis' }
    const reason = whyBypassed(request, rule)
    if (reason) return { result: 'BYPASS', reason }
    const key = keyOf(request, url, rule)
    if (request.method === 'HEAD') return this.#flights.peek(key)
    const found = await this.#flights.find(key)
    if (!found.entry || !found.flight) return found
    if (!dispatch) return { result: 'MISS', reason: 'stale', flight: found.flight }
    const end = () => found.flight.settled(GONE)
    revalidate(dispatch, request, url, (again) => this.#revalidations.set(again, found.flight)).then(end, end)
    return { ...found, flight: undefined }
  }

  #listen ({ request, response, getHeaders }, rule, flight, note = () => {}) {
    unconditional(request.headers)
    const before = { ...getHeaders() }
    capture(response, this.#options.maxBytes, (answer) => {
      if (!answer) return flight.settled(GONE)
      const { status, body } = answer
      const reason = body ? whyNotStored({ ...answer, before, length: body.length }, rule) : 'too large'
      note(reason)
      if (reason) return flight.settled(APART)
      const storedAt = Date.now()
      const entry = { status, headers: keptHeaders(answer.headers, before), body, storedAt, freshUntil: storedAt + rule.ttlSeconds * 1000 }
      return flight.stored(entry, encode(entry), rule.ttlSeconds + rule.staleSeconds)
    })
  }
}
