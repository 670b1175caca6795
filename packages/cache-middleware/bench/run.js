// What the cache is worth, and what it costs when Redis fails.
import { Agent } from 'node:http'
import { ask, askTogether } from '../test/support/client.js'
import { startShops } from '../test/support/processes.js'
import { RedisServer } from '../test/support/redis.js'
import { faults } from './faults.js'
import { load } from './load.js'

const APPLICATION = new URL('application.js', import.meta.url)
const AT_ONCE = 32
const BURST = 4000
const ROUNDS = 3
const round = (ms) => Math.round(ms * 10) / 10

async function asFastAsPossible (places, path) {
  const agent = new Agent({ keepAlive: true })
  const started = performance.now()
  let left = BURST
  await Promise.all(Array.from({ length: AT_ONCE }, async (_, i) => {
    const { url, headers } = places[i % places.length]
    while (left-- > 0) await ask(url + path, { headers, agent })
  }))
  agent.destroy()
  return BURST / (performance.now() - started) * 1000
}

const redis = await RedisServer.start()
const path = () => '/things/warm'

async function measured (two) {
  const places = two.shops.map(({ url }) => ({ url, headers: two.headers }))
  const rounds = []
  for (let i = 0; i < ROUNDS; i += 1) rounds.push({ ...await load(places, 50, 5, path), rate: await asFastAsPossible(places, path()) })
  const before = two.computed().length
  await Promise.all(places.map(({ url, headers }) => askTogether(100, `${url}/things/cold`, { headers })))
  return {
    'p50 ms': round(Math.min(...rounds.map(({ p50 }) => p50))),
    'p95 ms': round(Math.min(...rounds.map(({ p95 }) => p95))),
    'requests/s': Math.round(Math.max(...rounds.map(({ rate }) => rate))),
    'computations of 200 on a cold key': two.computed().length - before,
  }
}

const uncached = await startShops(redis, { BASE: 'none', DATABASE_MS: '50' }, APPLICATION)
const without = await measured(uncached)
await uncached.kill()
const cached = await startShops(redis, { BASE: 'cache-middleware', DATABASE_MS: '50' }, APPLICATION)
console.log(`The best of ${ROUNDS} rounds`)
console.table({ uncached: without, cached: await measured(cached) })
console.table(await faults(redis, cached))
await cached.kill()
await redis.stop()
