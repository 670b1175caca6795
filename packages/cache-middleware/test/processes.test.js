import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, askTogether, until } from './support/client.js'
import { startShops } from './support/processes.js'
import { needsRedis, RedisServer } from './support/redis.js'

let redis
let two
before(async () => {
  if (needsRedis.skip) return
  redis = await RedisServer.start()
  two = await startShops(redis)
})
after(async () => {
  await two?.kill()
  await redis?.stop()
})

const cold = (path) => Promise.all(two.shops.map(({ url }) => askTogether(100, url + path, { headers: two.headers })))
const count = (path) => two.computed().filter((computed) => computed === path).length
const results = (answers) => Object.fromEntries(['MISS', 'HIT', 'STALE', 'BYPASS'].map((name) => [name, answers.filter(({ cache }) => cache === name).length]))

test('200 requests for one cold key over two processes are one computation, and all get its answer', needsRedis, async () => {
  const answers = (await cold('/things/cold')).flat()
  assert.equal(count('/things/cold'), 1)
  assert.deepEqual(results(answers), { MISS: 1, HIT: 199, STALE: 0, BYPASS: 0 })
  assert.equal(new Set(answers.map(({ body }) => String(body))).size, 1)
})

test('without a rule they are 200 computations', needsRedis, async () => {
  await cold('/plain/cold')
  assert.equal(count('/plain/cold'), 200)
})

test('when the computation fails everybody gets an answer of his own, and nobody waits for long', needsRedis, async () => {
  const answers = (await cold('/failing/cold')).flat()
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([500]))
  assert.equal(answers.length, 200)
})

test('when the client of the computation goes away the next one takes over', needsRedis, async () => {
  const [one, other] = two.shops
  const leaving = new AbortController()
  const first = ask(`${one.url}/things/abandoned`, { headers: two.headers, signal: leaving.signal }).catch((error) => error)
  await until('it is computed', () => count('/things/abandoned') === 1)
  const waiting = [askTogether(5, `${one.url}/things/abandoned`, { headers: two.headers }), askTogether(5, `${other.url}/things/abandoned`, { headers: two.headers })]
  await sleep(20)
  leaving.abort()
  assert.equal((await first).name, 'AbortError')
  const answers = (await Promise.all(waiting)).flat()
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  assert.equal(count('/things/abandoned'), 2)
})

test('when the process that computes is killed another takes over once the lock has expired', needsRedis, async (t) => {
  const dying = await startShops(redis, { LOCK_MS: '500', DATABASE_MS: '300' })
  t.after(() => dying.kill())
  const [one, other] = dying.shops
  const lost = ask(`${one.url}/things/dying`, { headers: dying.headers }).catch((error) => error)
  await until('it is computed', () => one.computed.length === 1)
  const waiting = askTogether(20, `${other.url}/things/dying`, { headers: dying.headers })
  await one.kill()
  assert.ok(await lost instanceof Error)
  const answers = await waiting
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  assert.equal(other.computed.length, 1)
})

test('who computes for longer than others wait still leaves an answer', needsRedis, async (t) => {
  const slow = await startShops(redis, { LOCK_MS: '100', DATABASE_MS: '400' })
  t.after(() => slow.kill())
  const answers = await askTogether(3, `${slow.shops[0].url}/things/slow`, { headers: slow.headers })
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  assert.equal((await ask(`${slow.shops[1].url}/things/slow`, { headers: slow.headers })).cache, 'HIT')
})

test("Redis's own count of hits and misses is the application's", needsRedis, async () => {
  const before = await redis.keyspace()
  const answers = []
  for (let i = 0; i < 40; i += 1) answers.push(await ask(`${two.shops[i % 2].url}/things/counted-${i % 8}`, { headers: two.headers }))
  const { hits, misses } = await redis.keyspace()
  assert.deepEqual(results(answers), { MISS: 8, HIT: 32, STALE: 0, BYPASS: 0 })
  assert.deepEqual([hits - before.hits, misses - before.misses], [32, 8])
})
