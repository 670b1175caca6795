import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { OPTION_NAMES, RULE_NAMES } from '../src/configuration.js'
import { ask, until } from './support/client.js'
import { freePort, needsRedis, RedisServer } from './support/redis.js'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const text = readFileSync(join(PACKAGE, 'README.md'), 'utf8')
const examples = [...text.matchAll(/^## (\w+)\n+```js\n([^]*?)^```/gm)].map(([, name, code]) => [name, code])

test('there is an example for Express and one for Fastify', () => {
  assert.deepEqual(examples.map(([name]) => name), ['Express', 'Fastify'])
})

for (const [name, code] of examples) {
  test(`the example for ${name} does what it says`, needsRedis, async (t) => {
    const redis = await RedisServer.start()
    // A module finds its own package by name, and what it needs in the folders above.
    const folder = mkdtempSync(join(PACKAGE, 'test/example-'))
    writeFileSync(join(folder, 'example.js'), code)
    const port = await freePort()
    const child = spawn(process.execPath, [join(folder, 'example.js')], {
      env: { PATH: process.env.PATH, PORT: port, REDIS_URL: redis.url, CACHE_RULES: '[{"path": "/products/:id", "ttl_seconds": 30}]' },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    t.after(async () => {
      child.kill('SIGKILL')
      await redis.stop()
      rmSync(folder, { recursive: true })
    })
    const get = () => ask(`http://localhost:${port}/products/1`).catch(() => ({}))
    await until('it is a hit', async () => (await get()).cache === 'HIT')
    assert.deepEqual(JSON.parse((await get()).body), { id: '1' })
  })
}

test('the README names every option', () => {
  for (const name of [...OPTION_NAMES, ...RULE_NAMES]) assert.ok(text.includes(`\`${name}\``), name)
})
