import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ask, until } from './client.js'

const SHOP = new URL('shop.js', import.meta.url)
const RULES = JSON.stringify([{ path: '/things/:id', ttl_seconds: 60, stale_seconds: 60 }, { path: '/failing/:id', ttl_seconds: 60 }])

/** The shop as a process of its own, connected to Redis. */
export async function startShop (redis, environment = {}, program = SHOP) {
  const child = fork(fileURLToPath(program), {
    env: { PATH: process.env.PATH, DATABASE_MS: '100', CACHE_RULES: RULES, REDIS_URL: redis.url, ...environment },
  })
  const computed = []
  const errors = []
  const port = await new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (message.computed) computed.push(message.computed)
      if (message.error) errors.push(message.error)
      if (message.port) resolve(message.port)
    }).once('exit', (code) => reject(new Error(`the shop ended with ${code} before it listened`)))
  })
  const url = `http://127.0.0.1:${port}`
  await until('the shop is connected', async () => JSON.parse((await ask(`${url}/cache`)).body).connected)
  return {
    child, computed, errors, url,
    async kill () {
      if (child.exitCode !== null || child.signalCode) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/** Two processes that are reached by one name, as behind a load balancer. */
export async function startShops (redis, environment, program) {
  const shops = await Promise.all([1, 2].map(() => startShop(redis, environment, program)))
  return {
    shops,
    headers: { host: 'shop.example.com' },
    computed: () => shops.flatMap(({ computed }) => computed),
    kill: () => Promise.all(shops.map((shop) => shop.kill())),
  }
}
