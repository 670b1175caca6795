import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRevalidation } from '../src/index.js'
import { ask, askTogether, until } from './support/client.js'
import { eachFramework } from './support/frameworks.js'
import { needsRedis, RedisServer } from './support/redis.js'

let redis
before(async () => { if (!needsRedis.skip) redis = await RedisServer.start() })
after(() => redis?.stop())

const counting = (answer) => {
  const handler = async (request) => {
    handler.calls += 1
    return answer(handler.calls, request)
  }
  handler.calls = 0
  return handler
}
let releases = 0

eachFramework((framework, serve) => {
  const shop = async (t, rule, answer, more) => {
    const handler = counting(answer)
    const rules = [{ path: '/things/*', ttlSeconds: 60, ...rule }]
    const running = await serve(t, { url: redis.url, rules, prefix: `test${releases += 1}`, ...more }, { '/things/:id': handler, '/other': handler })
    await until('Redis is connected', () => running.cache.connected)
    return { ...running, handler, get: (path, options) => ask(running.url + path, options) }
  }
  const behaviour = (name, run) => test(`${framework}: ${name}`, needsRedis, run)

  behaviour('the second answer is the first one, byte by byte, with its headers and its age', async (t) => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
    const { get, handler } = await shop(t, {}, () => ({ headers: { 'content-type': 'image/png', etag: '"a"', 'cache-control': 'max-age=9' }, body: bytes }))
    const first = await get('/things/1')
    const second = await get('/things/1')
    assert.deepEqual([first.cache, second.cache, handler.calls], ['MISS', 'HIT', 1])
    assert.deepEqual(second.body, bytes)
    for (const name of ['content-type', 'etag', 'cache-control', 'content-length']) assert.equal(second.headers[name], first.headers[name], name)
    assert.equal(second.headers.age, '0')
    assert.notEqual(second.headers['x-request-id'], first.headers['x-request-id'])
  })

  behaviour('paths without a rule are left alone', async (t) => {
    const { get, outcomes } = await shop(t, {}, () => ({ body: 'x' }))
    assert.equal((await get('/other')).cache, undefined)
    assert.deepEqual(outcomes, [])
  })

  behaviour('a stale answer is given at once, and made fresh by one request that nobody waits for', async (t) => {
    const seen = []
    const { get, handler, url } = await shop(t, { ttlSeconds: 1, staleSeconds: 60 }, async (call, request) => {
      seen.push([isRevalidation(request), request.url, request.headers.host !== undefined])
      if (call > 1) await sleep(300)
      return { body: `answer ${call}` }
    })
    await get('/things/1?b=2&a=1')
    await sleep(1050)
    const answers = await askTogether(10, `${url}/things/1?b=2&a=1`)
    assert.deepEqual(new Set(answers.map(({ cache, body }) => `${cache} ${body}`)), new Set(['STALE answer 1']))
    await until('the answer is fresh', async () => (await get('/things/1?b=2&a=1')).cache === 'HIT')
    assert.equal(String((await get('/things/1?b=2&a=1')).body), 'answer 2')
    assert.equal(handler.calls, 2)
    assert.deepEqual(seen, [[false, '/things/1?b=2&a=1', true], [true, '/things/1?b=2&a=1', true]])
  })

  behaviour('a stale answer outlives the failure to make it fresh', async (t) => {
    const { get } = await shop(t, { ttlSeconds: 1, staleSeconds: 60 }, (call) => {
      if (call > 1) throw new Error('the database is away')
      return { body: 'good' }
    })
    await get('/things/1')
    await sleep(1050)
    for (let i = 0; i < 3; i += 1) {
      const { cache, body } = await get('/things/1')
      assert.equal(`${cache} ${body}`, 'STALE good')
      await sleep(50)
    }
  })

  behaviour('HEAD is answered from the entry of a GET, and makes none', async (t) => {
    const { get } = await shop(t, {}, () => ({ body: 'four' }))
    assert.equal((await get('/things/1', { method: 'HEAD' })).cache, 'MISS')
    assert.equal((await get('/things/1')).cache, 'MISS')
    const { cache, headers, body } = await get('/things/1', { method: 'HEAD' })
    assert.deepEqual([cache, headers['content-length'], body.length], ['HIT', '4', 0])
  })

  behaviour('who has the answer already gets 304, and others get all of it', async (t) => {
    const { get } = await shop(t, {}, (_, request) => request.headers['if-none-match'] ? { status: 304 } : { headers: { etag: '"a"' }, body: 'x' })
    const headers = { 'if-none-match': 'W/"a"' }
    assert.equal((await get('/things/1', { headers })).status, 200)
    const { status, body, cache } = await get('/things/1', { headers })
    assert.deepEqual([status, body.length, cache], [304, 0, 'HIT'])
    assert.equal((await get('/things/1', { headers: { 'if-none-match': '"b"' } })).status, 200)
  })

  behaviour('answers differ by host, path, query and the headers of the rule', async (t) => {
    const { get } = await shop(t, { varyHeaders: ['Accept-Language'] }, (call) => ({ body: String(call) }))
    const numbers = []
    for (const [path, headers] of [
      ['/things/1'], ['/things/2'], ['/things/1?a=1&b=2'], ['/things/1?b=2&a=1'], ['/things/1?a=1&b=3'],
      ['/things/1', { 'accept-language': 'de' }], ['/things/1', { host: 'other' }], ['/things/1', { accept: 'text/plain' }],
    ]) numbers.push(String((await get(path, { headers })).body))
    assert.deepEqual(numbers, ['1', '2', '3', '3', '4', '5', '6', '1'])
  })

  behaviour('with a list of parameters the others do not count', async (t) => {
    const { get } = await shop(t, { query: ['page'] }, (call) => ({ body: String(call) }))
    const numbers = []
    for (const query of ['?page=1&utm=a', '?utm=b&page=1', '?page=2', '?page[]=2', '?p%61ge=3', '']) numbers.push(String((await get(`/things/1${query}`)).body))
    assert.deepEqual(numbers, ['1', '1', '2', '3', '4', '5'])
  })

  for (const [what, answer] of Object.entries({
    'a cookie': { headers: { 'set-cookie': 'a=b' } },
    private: { headers: { 'cache-control': 'max-age=60, private' } },
    'no-store': { headers: { 'cache-control': 'No-Store' } },
    'status 404': { status: 404 },
    'status 500': { status: 500 },
    'another header that it varies by': { headers: { vary: 'Accept-Encoding, Accept' } },
    'vary *': { headers: { vary: '*' } },
  })) {
    behaviour(`an answer with ${what} is never kept, and the reason is told`, async (t) => {
      const { get, handler, outcomes } = await shop(t, { varyHeaders: ['accept-encoding'] }, () => ({ body: 'x', ...answer }))
      assert.equal((await get('/things/1')).cache, 'MISS')
      assert.equal((await get('/things/1')).cache, 'MISS')
      assert.equal(handler.calls, 2)
      await until('both are counted', () => outcomes.length === 2)
      assert.ok(outcomes[0].reason)
    })
  }

  behaviour('requests with Authorization are bypassed, unless the rule takes them: then each has its own answer', async (t) => {
    const strict = await shop(t, {}, (call) => ({ body: String(call) }))
    const open = await shop(t, { authorized: true }, (call) => ({ body: String(call) }))
    const asked = async ({ get }, authorization) => {
      const { cache, body } = await get('/things/1', { headers: authorization && { authorization } })
      return `${cache} ${body}`
    }
    assert.deepEqual([await asked(strict, 'Bearer a'), await asked(strict, 'Bearer a'), await asked(strict)], ['BYPASS 1', 'BYPASS 2', 'MISS 3'])
    assert.deepEqual([await asked(open, 'Bearer a'), await asked(open, 'Bearer a'), await asked(open, 'Bearer b'), await asked(open)],
      ['MISS 1', 'HIT 1', 'MISS 2', 'MISS 3'])
    const keys = await redis.ask((client) => client.keys('*'))
    assert.ok(!keys.join().includes('Bearer'))
  })

  behaviour('a request with a range or a body is bypassed', async (t) => {
    const { get } = await shop(t, {}, () => ({ body: 'x' }))
    assert.equal((await get('/things/1', { headers: { range: 'bytes=0-1' } })).cache, 'BYPASS')
    if (framework === 'Express') assert.equal((await get('/things/1', { headers: { 'content-length': 1 }, body: 'x' })).cache, 'BYPASS')
  })

  behaviour('a stream is kept when it is whole, never when it is broken off or too large', async (t) => {
    const broken = () => Readable.from((async function * () {
      yield 'half'
      await sleep(50)
      throw new Error('the rest is lost')
    })())
    const { get, handler } = await shop(t, {}, (_, { url }) =>
      ({ body: url.endsWith('broken') ? broken() : Readable.from([Buffer.alloc(600), Buffer.alloc(url.endsWith('large') ? 600 : 60)]) }),
    { maxBytes: 1000 })
    await get('/things/whole')
    const { cache, body } = await get('/things/whole')
    assert.deepEqual([cache, body.length, handler.calls], ['HIT', 660, 1])
    for (let i = 0; i < 2; i += 1) await assert.rejects(get('/things/broken'))
    assert.equal((await get('/things/large')).body.length, 1200)
    assert.equal((await get('/things/large')).cache, 'MISS')
    assert.equal(handler.calls, 5)
  })

  behaviour('every request is told with its result, its rule and its time', async (t) => {
    const { get, outcomes } = await shop(t, {}, () => ({ body: 'x' }))
    await get('/things/1')
    await get('/things/1')
    await until('both are told', () => outcomes.length === 2)
    assert.deepEqual(outcomes.map(({ result, rule }) => [result, rule]), [['MISS', '/things/*'], ['HIT', '/things/*']])
    assert.ok(outcomes.every(({ ms }) => ms > 0))
  })
})
