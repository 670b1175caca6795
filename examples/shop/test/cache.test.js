import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { environment } from './support/environment.js'
import { needsRedis, startRedis } from './support/redis.js'
import { shop } from './support/shop.js'

const rules = (...paths) => JSON.stringify(paths.map((path) => ({ path, ttl_seconds: 60, stale_seconds: 60 })))
const ADMIN = { authorization: `Bearer ${environment.ADMIN_TOKEN}` }
let redis
before(async () => { if (!needsRedis.skip) redis = await startRedis() })
after(() => redis?.kill())

async function until (what, check) {
  for (const deadline = Date.now() + 10_000; !await check(); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 10 s`)
  }
}

async function cachedShop (t, changes) {
  const made = await shop({ REDIS_URL: redis.url, CACHE_PREFIX: t.name.replaceAll(/\W/g, '-').slice(0, 60), ...changes })
  t.after(() => made.app.close())
  await until('the cache is connected', () => made.app.cache.connected)
  const cacheOf = async (url, more) => (await made.ask('GET', url, more)).headers['x-cache']
  const counts = () => Object.fromEntries(made.metrics.take().filter(({ MetricName }) => /^Cache/.test(MetricName)).map(
    ({ MetricName, Value }) => [MetricName.slice('Cache'.length), Value]))
  return { ...made, cacheOf, counts }
}

test('the catalogue is answered from Redis, and counted', needsRedis, async (t) => {
  const { ask, cacheOf, counts, store } = await cachedShop(t, { CACHE_RULES: rules('/products', '/products/:id') })
  const first = await ask('GET', '/products')
  await until('the list is kept', async () => await cacheOf('/products') === 'HIT')
  store.products = async () => { throw new Error('the table is not asked') }
  const again = await ask('GET', '/products')
  assert.deepEqual([again.statusCode, again.body, again.headers['content-type']], [200, first.body, first.headers['content-type']])
  assert.notEqual(again.headers['x-request-id'], first.headers['x-request-id'])
  assert.equal(await cacheOf('/products/teapot'), 'MISS')
  assert.equal(await cacheOf('/products/teapot', { headers: ADMIN }), 'BYPASS')
  const { Hits, Misses, Bypasses } = counts()
  assert.ok(Hits >= 2 && Misses >= 2 && Bypasses === 1, `${Hits} ${Misses} ${Bypasses}`)
})

test('a rule for everything caches neither carts nor orders nor health', needsRedis, async (t) => {
  const { cacheOf, ask } = await cachedShop(t, { CACHE_RULES: rules('/*') })
  const { id } = (await ask('POST', '/orders', { payload: { items: [{ product: 'teapot' }] } })).json()
  for (const path of [`/orders/${id}`, '/health', '/health/live', '/version']) assert.equal(await cacheOf(path), undefined, path)
  for (let i = 0; i < 2; i += 1) assert.notEqual(await cacheOf('/'), 'HIT')
})

test('what makes an answer fresh is no visitor: it is neither counted nor limited', needsRedis, async (t) => {
  const { ask, cacheOf, metrics, store } = await cachedShop(t, {
    CACHE_RULES: '[{"path": "/products", "ttl_seconds": 1, "stale_seconds": 60}]', RATE_LIMIT_PER_MINUTE: '2',
  })
  let asked = 0
  const products = store.products
  store.products = async () => { asked += 1; return products() }
  await ask('GET', '/products')
  await sleep(1100)
  assert.equal(await cacheOf('/products'), 'STALE')
  await until('it is made fresh', () => asked === 2)
  assert.equal((await ask('GET', '/products')).statusCode, 429)
  assert.equal(metrics.take().find(({ MetricName }) => MetricName === 'Requests').Value, 3)
})

test('a hit counts against the limit of its address', needsRedis, async (t) => {
  const { ask } = await cachedShop(t, { CACHE_RULES: rules('/products'), RATE_LIMIT_PER_MINUTE: '2' })
  const statuses = []
  for (let i = 0; i < 3; i += 1) statuses.push((await ask('GET', '/products')).statusCode)
  assert.deepEqual(statuses, [200, 200, 429])
})

test('without Redis the shop answers, is healthy, and says that the cache is away', needsRedis, async (t) => {
  const own = await startRedis()
  t.after(() => own.kill())
  const { ask, counts, lines } = await cachedShop(t, { REDIS_URL: own.url, CACHE_RULES: rules('/products') })
  assert.deepEqual((await ask('GET', '/health')).json().cache, { connected: true })
  await own.kill()
  await until('the loss is seen', async () => !(await ask('GET', '/health')).json().cache.connected)
  counts()
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('GET', '/products')))
  assert.deepEqual(new Set(answers.map(({ statusCode, headers }) => `${statusCode} ${headers['x-cache']}`)), new Set(['200 BYPASS']))
  assert.deepEqual(counts(), { Hits: 0, Misses: 0, Bypasses: 20 })
  assert.equal((await ask('GET', '/health')).statusCode, 200)
  assert.ok(lines.some((line) => JSON.parse(line).msg === 'the cache does not help'))
})

test('without an address of Redis health says nothing of a cache', async () => {
  const { ask } = await shop()
  assert.equal((await ask('GET', '/health')).json().cache, undefined)
})
