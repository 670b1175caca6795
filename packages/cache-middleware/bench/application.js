// An application whose database takes DATABASE_MS, behind the cache that BASE names. Each is set up as well as it can be: nothing
// in the process's own memory, no queue while Redis is away, the same time-out.
import KeyvRedis from '@keyv/redis'
import { Cacheable } from 'cacheable'
import express from 'express'
import { Keyv } from 'keyv'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheMiddleware } from '../src/index.js'

const { BASE, DATABASE_MS, REDIS_URL } = process.env
const TIMEOUT_MS = 200
const TTL_SECONDS = 60

async function compute (path) {
  process.send({ computed: path })
  await sleep(Number(DATABASE_MS))
  return { path, text: 'x'.repeat(2000) }
}

function keyv () {
  const store = new KeyvRedis({
    url: REDIS_URL, disableOfflineQueue: true, commandOptions: { timeout: TIMEOUT_MS },
    socket: { connectTimeout: 2000, reconnectStrategy: 500 },
  })
  const cache = new Keyv(store, { useKeyPrefix: false })
  return cache.on('error', () => {})
}

const bases = {
  none: () => ({ answer: compute, connected: () => true }),
  keyv () {
    const cache = keyv()
    return {
      async answer (path) {
        const hit = await cache.get(path)
        if (hit !== undefined) return hit
        const value = await compute(path)
        await cache.set(path, value, TTL_SECONDS * 1000)
        return value
      },
      connected: async () => await cache.set('connected', 1) && await cache.get('connected') === 1,
    }
  },
  cacheable () {
    const redis = keyv()
    const cache = new Cacheable({ primary: redis })
    cache.on('error', () => {})
    return {
      answer: (path) => cache.getOrSet(path, () => compute(path), { ttl: TTL_SECONDS * 1000 }),
      connected: async () => await redis.set('connected', 1) && await redis.get('connected') === 1,
    }
  },
  'cache-middleware' () {
    const cache = cacheMiddleware({ url: REDIS_URL, timeoutMs: TIMEOUT_MS, rules: [{ path: '/things/*', ttlSeconds: TTL_SECONDS }], onError () {} })
    return { middleware: cache, answer: compute, connected: () => cache.ping() }
  },
}

const { middleware, answer, connected } = bases[BASE]()
const app = express().disable('etag')
app.get('/cache', async (request, response) => response.json({ connected: Boolean(await connected()) }))
if (middleware) app.use(middleware)
app.get('/things/:id', async (request, response) => response.json(await answer(request.path)))
const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('disconnect', () => process.exit(0))
