import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import { cachePlugin } from '../src/index.js'
import { until } from './support/client.js'
import { needsRedis, RedisServer } from './support/redis.js'

test("a hit takes the place of the handler alone: the route's own hooks have their say", needsRedis, async (t) => {
  const redis = await RedisServer.start()
  const app = Fastify()
  t.after(async () => {
    await app.close()
    await redis.stop()
  })
  await app.register(cachePlugin, { url: redis.url, timeoutMs: 2000, rules: [{ path: '/secret', ttlSeconds: 60 }] })
  let calls = 0
  const onlyFriends = async (request) => {
    if (request.headers['x-friend'] !== 'yes') throw Object.assign(new Error('friends only'), { statusCode: 403 })
  }
  app.get('/secret', { preHandler: onlyFriends }, async () => ({ calls: calls += 1 }))
  const get = async (headers) => app.inject({ url: '/secret', headers })

  await until('Redis is connected', () => app.cache.connected)
  const friend = { 'x-friend': 'yes' }
  assert.equal((await get(friend)).headers['x-cache'], 'MISS')
  await until('it is kept', async () => (await get(friend)).headers['x-cache'] === 'HIT')
  const stranger = await get({})
  assert.deepEqual([stranger.statusCode, stranger.headers['x-cache'], calls], [403, undefined, 1])
})

test('a failure to count is told, and fails no request', async (t) => {
  const app = Fastify()
  t.after(() => app.close())
  const errors = []
  const onResult = () => { throw new Error('no metrics') }
  await app.register(cachePlugin, { rules: [{ path: '/a', ttlSeconds: 60 }], onResult, onError: ({ message }) => errors.push(message) })
  app.get('/a', async () => 'a')
  assert.equal((await app.inject('/a')).statusCode, 200)
  assert.deepEqual(errors, ['no metrics'])
})

test('without an address of Redis the application serves', async (t) => {
  const app = Fastify()
  t.after(() => app.close())
  const outcomes = []
  await app.register(cachePlugin, { rules: [{ path: '/a', ttlSeconds: 60 }], onResult: (outcome) => outcomes.push(outcome) })
  app.get('/a', async () => 'a')
  const { statusCode, headers } = await app.inject('/a')
  assert.deepEqual([statusCode, headers['x-cache'], app.cache.connected, await app.cache.ping()], [200, 'BYPASS', false, false])
  assert.deepEqual([outcomes[0].result, outcomes[0].reason], ['BYPASS', 'no redis'])
})
