import { setTimeout as sleep } from 'node:timers/promises'
import { load } from './load.js'

const RATE = 200
const SECONDS = 8
const KEYS = 50
const round = (ms) => Math.round(ms)
const path = (i) => `/things/${i % KEYS}`

async function after (seconds, act) {
  await sleep(seconds * 1000)
  await act()
}

const FAULTS = {
  'nothing': () => [],
  'killed at 2 s': (redis) => [after(2, () => redis.kill())],
  'hung from 2 s to 6 s': (redis) => [after(2, () => redis.hang()), after(6, () => redis.wake())],
  'restarted at 2 s, empty': (redis) => [after(2, async () => {
    await redis.kill()
    await redis.run()
  })],
}

/** What two processes answer under a constant load while something happens to their Redis, warm before. */
export async function faults (redis, { shops, headers, computed }) {
  const places = shops.map(({ url }) => ({ url, headers }))
  const rows = []
  for (const [fault, act] of Object.entries(FAULTS)) {
    await redis.kill()
    await redis.run()
    await sleep(3000)
    await load(places, 50, 2, path)
    const before = computed().length
    const [{ requests, failed, p50, p95, max }] = await Promise.all([load(places, RATE, SECONDS, path), ...act(redis)])
    rows.push({ 'Redis is': fault, requests, failed, computed: computed().length - before, 'p50 ms': round(p50), 'p95 ms': round(p95), 'max ms': round(max) })
  }
  return rows
}
