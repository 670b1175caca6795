// A process of an application with a slow database: `/things/:id` takes DATABASE_MS, `/failing/:id` ends with 500. It says where
// it listens and, at each computation, what it computed.
import express from 'express'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheMiddleware, cacheOptions } from '../../src/index.js'

const { DATABASE_MS, LOCK_MS, TIMEOUT_MS } = process.env
const say = (message) => process.send?.(message)
const cache = cacheMiddleware({
  ...cacheOptions(process.env),
  lockMs: Number(LOCK_MS ?? 5000),
  timeoutMs: Number(TIMEOUT_MS ?? 2000),
  onError: (error) => say({ error: error.message }),
})

const app = express()
app.use(cache)
app.get(['/things/:id', '/plain/:id'], async (request, response) => {
  say({ computed: request.path })
  await sleep(Number(DATABASE_MS))
  response.json({ id: request.params.id, pid: process.pid })
})
app.get('/failing/:id', async (request, response) => {
  say({ computed: request.path })
  await sleep(Number(DATABASE_MS))
  response.status(500).end()
})
app.get('/cache', async (request, response) => response.json({ connected: await cache.ping() }))

const server = app.listen(0, '127.0.0.1', () => say({ port: server.address().port }))
process.on('disconnect', () => process.exit(0))
