import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask, until } from './support/client.js'
import { startShop } from './support/processes.js'
import { needsRedis, RedisServer } from './support/redis.js'

let redis
let shop
before(async () => {
  if (needsRedis.skip) return
  redis = await RedisServer.start()
  shop = await startShop(redis)
})
after(async () => {
  await shop?.kill()
  await redis?.stop()
})

const get = async (name) => {
  const answer = await ask(`${shop.url}/things/${name}`)
  return { ...answer, text: String(answer.body) }
}

// The one key that is there once the answer is kept.
async function kept (name) {
  await redis.ask((client) => client.flushAll())
  await until('it is kept', async () => (await get(name)).cache === 'HIT')
  const keys = await redis.ask((client) => client.keys('*'))
  assert.equal(keys.length, 1)
  return keys[0]
}

for (const [what, spoil] of Object.entries({
  'of another type': (client, key) => client.del(key).then(() => client.hSet(key, 'a', 'b')),
  'that is not ours': (client, key) => client.set(key, 'something else\n'),
  'that is cut off': async (client, key) => client.set(key, (await client.get(key)).slice(0, -3)),
  'with headers that cannot be sent': async (client, key) => client.set(key, (await client.get(key)).replace('application/json', 'a\\nb')),
})) {
  test(`an entry ${what} is computed anew, and replaced`, needsRedis, async () => {
    const key = await kept('spoiled')
    const good = (await get('spoiled')).text
    await redis.ask((client) => spoil(client, key))
    const answers = [await get('spoiled')]
    assert.notEqual(answers[0].cache, 'HIT')
    await until('it is a hit again', async () => answers.push(await get('spoiled')) && answers.at(-1).cache === 'HIT')
    assert.deepEqual(new Set(answers.map(({ status, text }) => `${status} ${text}`)), new Set([`200 ${good}`]))
  })
}

test('a lock of another type is in the way once', needsRedis, async () => {
  const key = await kept('locked')
  await redis.ask(async (client) => {
    await client.set(`${key}:lock`, 'x')
    await client.del(key)
  })
  assert.equal((await get('locked')).cache, 'BYPASS')
  assert.equal((await get('locked')).cache, 'MISS')
})

test('keys begin with prefix and version, live no longer than they are served, and the lock is given back', needsRedis, async () => {
  const key = await kept('named')
  assert.match(key, /^cache:v1:\{[\w-]{43}\}$/)
  const seconds = await redis.ask((client) => client.ttl(key))
  assert.ok(seconds > 60 && seconds <= 120, `${seconds} s`)
})
