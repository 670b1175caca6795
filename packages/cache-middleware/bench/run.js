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
const rows = []
let cached
for (const BASE of ['none', 'cache-middleware']) {
  const two = await startShops(redis, { BASE, DATABASE_MS: '50' }, APPLICATION)
  const places = two.shops.map(({ url }) => ({ url, headers: two.headers }))
  await load(places, 50, 2, () => '/things/warm')
  const { p50, p95 } = await load(places, 200, 5, () => '/things/warm')
  rows.push({ application: BASE === 'none' ? 'uncached' : 'cached', 'p50 ms': round(p50), 'p95 ms': round(p95),
    'requests/s': Math.round(await asFastAsPossible(places, '/things/warm')) })

  const before = two.computed().length
  await Promise.all(places.map(({ url, headers }) => askTogether(100, `${url}/things/cold`, { headers })))
  rows.at(-1)['computations of 200 on a cold key'] = two.computed().length - before
  if (BASE === 'none') await two.kill()
  else cached = two
}
console.table(rows)
console.table(await faults(redis, cached))
await cached.kill()
await redis.stop()
