import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ask, askTogether, until } from './support/client.js'
import { startShop } from './support/processes.js'
import { needsRedis, RedisServer } from './support/redis.js'
import { Cache } from '../src/cache.js'

const rules = [{ path: '/things/:id', ttlSeconds: 60 }]

async function shopOn (t, environment) {
  const redis = await RedisServer.start()
  const shop = await startShop(redis, environment)
  t.after(async () => {
    await shop.kill()
    await redis.stop()
  })
  return { redis, shop, get: () => ask(`${shop.url}/things/1`) }
}

test('Redis killed: every request is answered by the application, and with Redis back, and empty, the cache is', needsRedis, async (t) => {
  const { redis, shop, get } = await shopOn(t)
  await until('it is kept', async () => (await get()).cache === 'HIT')
  await redis.kill()
  await until('the loss is seen', async () => (await get()).cache === 'BYPASS')
  const answers = await askTogether(50, `${shop.url}/things/1`)
  assert.deepEqual(new Set(answers.map(({ status, cache }) => `${status} ${cache}`)), new Set(['200 BYPASS']))
  await redis.run()
  await until('the cache is back', async () => (await get()).cache === 'HIT')
  assert.ok(shop.errors.length >= 1 && shop.errors.length <= 3, shop.errors.join())
})

test('Redis hung: one time-out is paid, then nobody waits, until it goes on', needsRedis, async (t) => {
  const TIMEOUT_MS = 2000
  const { redis, get } = await shopOn(t, { TIMEOUT_MS, DATABASE_MS: '1' })
  await until('it is kept', async () => (await get()).cache === 'HIT')
  await redis.hang()
  const before = performance.now()
  for (let i = 0; i < 20; i += 1) assert.equal((await get()).cache, 'BYPASS')
  const ms = performance.now() - before
  assert.ok(ms >= TIMEOUT_MS && ms < 3 * TIMEOUT_MS, `${ms} ms for 20 requests`)
  redis.wake()
  await until('the cache is back', async () => (await get()).cache === 'HIT')
})

test('an application that starts without Redis serves, and takes it once it is there', needsRedis, async (t) => {
  const { redis, get } = await shopOn(t)
  await redis.kill()
  const errors = []
  const cache = new Cache({ url: redis.url, rules, onError: (error) => errors.push(error.message) })
  t.after(() => cache.close())
  assert.equal(cache.connected, false)
  assert.equal(await cache.ping(), false)
  await until('it is told', () => errors.length === 1)
  assert.match(errors[0], /ECONNREFUSED/)
  await redis.run()
  await until('it is connected', () => cache.connected)
  assert.equal(await cache.ping(), true)
  await until('the shop too', async () => (await get()).cache === 'HIT')
})

test('with TLS, and a user who may do no more than is needed', needsRedis, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'))
  const file = (name) => join(folder, name)
  const openssl = (...words) => execFileSync('openssl', words, { stdio: 'pipe' })
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test CA', '-keyout', file('ca.key'), '-out', file('ca.crt'))
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-keyout', file('redis.key'), '-out', file('redis.csr'))
  execFileSync('sh', ['-c', `echo subjectAltName=DNS:localhost > ${file('ext')}`])
  openssl('x509', '-req', '-in', file('redis.csr'), '-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2',
    '-extfile', file('ext'), '-out', file('redis.crt'))
  const redis = await RedisServer.start({
    tls: ['--tls-cert-file', file('redis.crt'), '--tls-key-file', file('redis.key'), '--tls-ca-cert-file', file('ca.crt')],
    users: [['default', 'off'], ['shop', 'on', '>pass:word', '~cache:*', ...
      ['ping', 'get', 'set', 'del', 'eval', 'evalsha', 'rpush', 'rpop', 'lrem', 'pexpire'].map((command) => `+${command}`)]],
  })
  const shop = await startShop({ url: `rediss://shop:pass%3Aword@localhost:${redis.port}` }, { NODE_EXTRA_CA_CERTS: file('ca.crt') })
  t.after(async () => {
    await shop.kill()
    await redis.stop()
    rmSync(folder, { recursive: true })
  })
  await until('it is kept', async () => (await ask(`${shop.url}/things/1`)).cache === 'HIT')
  assert.deepEqual(shop.errors, [])

  const connecting = (user, tls = {}) => new Promise((resolve) => {
    const cache = new Cache({ url: `rediss://${user}localhost:${redis.port}`, rules, tls, onError: (error) => {
      cache.close()
      resolve(error.message)
    } })
  })
  const ca = readFileSync(file('ca.crt'))
  assert.match(await connecting('shop:wrong@', { ca }), /WRONGPASS/)
  assert.match(await connecting('', { ca }), /NOAUTH/)
  assert.match(await connecting('shop:pass%3Aword@'), /certificate/)
})
