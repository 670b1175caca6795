import { createHmac } from 'node:crypto'
import { onlyAdmin } from '../admin.js'
import { service } from '../service.js'

const CHECK_MS = 2000

async function checked (check, log) {
  const started = performance.now()
  let err
  try {
    await check(AbortSignal.timeout(CHECK_MS))
  } catch (error) {
    err = error
  }
  const ms = Math.round(performance.now() - started)
  if (err) log.error({ err }, 'a health check failed')
  return err ? { ok: false, ms, error: err.code ?? err.name } : { ok: true, ms }
}

export async function health (app, { configuration, environment, metrics, store }) {
  const unlimited = { config: { rateLimit: false } }
  const nonce = { type: 'string', minLength: 16, maxLength: 128 }
  const about = { ...service, release: configuration.RELEASE }
  const started = new Date().toISOString()
  app.addHook('onSend', async (_, reply) => { reply.header('cache-control', 'no-store') })

  app.get('/health', unlimited, async (request, reply) => {
    const checks = Object.fromEntries(await Promise.all(Object.entries(store.checks).map(
      async ([name, check]) => [name, await checked(check, request.log.child({ check: name }))])))
    const ok = Object.values(checks).every((check) => check.ok)
    if (!ok) metrics.healthCheckFailed()
    // Without it the shop is slower, not broken.
    const cache = configuration.REDIS_URL && { connected: await app.cache.ping() }
    return reply.code(ok ? 200 : 503).send({ status: ok ? 'ok' : 'failing', checks, cache, version: about.version, release: about.release })
  })

  app.get('/health/live', unlimited, async () => ({ status: 'ok' }))

  app.get('/version', async () => ({ ...about, node: process.version, started }))

  // Whoever knows a value can see whether this process has it; nobody learns a value here. A short value could be guessed
  // offline from its digest, therefore only the admin is answered.
  app.get('/health/configuration', {
    onRequest: onlyAdmin(configuration),
    schema: { querystring: { type: 'object', required: ['nonce'], properties: { nonce } } },
  }, async (request) => Object.fromEntries(Object.entries(environment).map(
    ([name, value]) => [name, createHmac('sha256', request.query.nonce).update(value).digest('hex')])))
}
