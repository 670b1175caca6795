import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, askTogether, until } from './support/client.js'
import { startShop, startShops } from './support/processes.js'
import { Cluster, needsRedis } from './support/redis.js'

const THINGS = Array.from({ length: 20 }, (_, number) => `/things/${number}`)

async function onCluster (t, start, environment) {
  const cluster = await Cluster.start()
  const shop = await start(cluster, environment)
  t.after(async () => {
    await shop.kill()
    await cluster.stop()
  })
  return { cluster, shop }
}

const results = async (urls, headers) => new Set((await Promise.all(urls.map((url) => ask(url, { headers })))).map(({ cache }) => cache))

test('a cluster is found out by itself, and both its shards hold entries', needsRedis, async (t) => {
  const { cluster, shop } = await onCluster(t, startShop)
  const urls = THINGS.map((path) => shop.url + path)
  await until('all are kept', async () => { const seen = await results(urls); return seen.size === 1 && seen.has('HIT') })
  const [one, other] = await cluster.sizes()
  assert.ok(one > 0 && other > 0 && one + other === THINGS.length, `${one} and ${other} keys`)
  assert.deepEqual(shop.errors, [])
})

test('one computation per key over processes, whatever shard it is of', needsRedis, async (t) => {
  const { shop } = await onCluster(t, startShops)
  const { headers, shops } = shop
  await until('both know the cluster', async () => {
    const seen = await Promise.all(shops.map(({ url }) => results(THINGS.map((path) => url + path), headers)))
    return seen.every((each) => !each.has('BYPASS'))
  })
  const before = shop.computed().length
  for (const id of ['a', 'b', 'c', 'd']) {
    await Promise.all(shops.map(({ url }) => askTogether(20, `${url}/things/new-${id}`, { headers })))
  }
  assert.equal(shop.computed().length - before, 4)
})

test('slots that move are followed', needsRedis, async (t) => {
  const { cluster, shop } = await onCluster(t, startShop)
  const urls = THINGS.map((path) => shop.url + path)
  await until('all are kept', async () => { const seen = await results(urls); return seen.size === 1 && seen.has('HIT') })
  await cluster.gather()
  assert.deepEqual(await results(urls), new Set(['HIT']))
  assert.deepEqual([shop.errors, await cluster.sizes()], [[], [THINGS.length, 0]])
})

test('a shard that hangs costs one time-out, then nobody waits, until it goes on', needsRedis, async (t) => {
  const TIMEOUT_MS = 1000
  const { cluster, shop } = await onCluster(t, startShop, { TIMEOUT_MS, DATABASE_MS: '1' })
  const urls = THINGS.map((path) => shop.url + path)
  await until('all are kept', async () => { const seen = await results(urls); return seen.size === 1 && seen.has('HIT') })
  await cluster.nodes[1].hang()
  const before = performance.now()
  for (const url of urls) assert.equal((await ask(url)).status, 200)
  const ms = performance.now() - before
  assert.ok(ms >= TIMEOUT_MS && ms < 3 * TIMEOUT_MS, `${ms} ms for ${urls.length} requests`)
  cluster.nodes[1].wake()
  await until('the cache is back', async () => { const seen = await results(urls); return seen.size === 1 && seen.has('HIT') })
})

test('a shard that is killed leaves every request to the application, and with it back the cache is', needsRedis, async (t) => {
  const { cluster, shop } = await onCluster(t, startShop)
  const urls = THINGS.map((path) => shop.url + path)
  await until('all are kept', async () => (await results(urls)).has('HIT'))
  await cluster.nodes[1].kill()
  await until('the loss is seen', async () => (await results(urls)).has('BYPASS'))
  assert.deepEqual(new Set((await Promise.all(urls.map((url) => ask(url)))).map(({ status }) => status)), new Set([200]))
  await cluster.nodes[1].run()
  await until('the cache is back', async () => { const seen = await results(urls); return seen.size === 1 && seen.has('HIT') })
})
