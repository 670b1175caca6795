import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import { cacheOptions, cachePlugin, isRevalidation } from '@prodready/cache-middleware'
import Fastify from 'fastify'
import { errorPage, styleHash } from './pages.js'
import { catalogue } from './routes/catalogue.js'
import { health } from './routes/health.js'
import { orders } from './routes/orders.js'

const wantsPage = (request) => request.method === 'GET' && request.headers.accept?.includes('text/html')

function refuseOtherSites (request, reply, done) {
  const foreign = request.method !== 'GET' && request.headers['sec-fetch-site'] === 'cross-site'
  done(foreign ? Object.assign(new Error('Another site cannot send this.'), { statusCode: 403, code: 'CROSS_SITE' }) : undefined)
}

function answer (request, reply, status, code, message) {
  reply.code(status)
  if (wantsPage(request)) return reply.type('text/html; charset=utf-8').send(errorPage(status, message, request.id))
  return reply.send({ error: { code, message, request_id: request.id } })
}

export async function application (context) {
  const { configuration, log, metrics } = context
  const app = Fastify({
    loggerInstance: log,
    disableRequestLogging: true,
    genReqId: () => randomUUID(),
    requestIdLogLabel: 'request_id',
    trustProxy: configuration.TRUSTED_PROXIES ?? false,
    keepAliveTimeout: configuration.KEEP_ALIVE_SECONDS * 1000,
    bodyLimit: 64 * 1024,
    ajv: { customOptions: { removeAdditional: false } },
  })

  app.addHook('onRequest', async (request, reply) => { reply.header('x-request-id', request.id) })
  app.addHook('onResponse', async (request, { statusCode: status, elapsedTime }) => {
    const route = request.routeOptions.url
    if (!route?.startsWith('/health') && !isRevalidation(request.raw)) metrics.observe(status, elapsedTime)
    request.log.info({ method: request.method, route, status, ms: Math.round(elapsedTime * 10) / 10 }, 'request')
  })
  app.setErrorHandler((err, request, reply) => {
    const status = err.statusCode >= 400 ? err.statusCode : 500
    if (status < 500) return answer(request, reply, status, err.code ?? 'REFUSED', err.message)
    request.log.error({ err, route: request.routeOptions.url }, err.message)
    return answer(request, reply, status, 'INTERNAL', 'Something went wrong here, not with you.')
  })

  const secure = configuration.PUBLIC_URL.startsWith('https:')
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        imgSrc: ["'self'"],
        styleSrc: [styleHash],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure,
    xFrameOptions: { action: 'deny' },
  })
  await app.register(rateLimit, {
    max: configuration.RATE_LIMIT_PER_MINUTE,
    timeWindow: '1 minute',
    allowList: (request) => isRevalidation(request.raw),
  })
  await app.register(cookie, { secret: configuration.SESSION_SECRET })
  await app.register(formbody)
  app.addHook('onRequest', refuseOtherSites)
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) =>
    answer(request, reply, 404, 'NOT_FOUND', 'There is nothing here.'))

  await app.register(orders, context)
  await app.register(health, context)
  // Only what is registered after it is cached.
  await app.register(cachePlugin, {
    ...cacheOptions(configuration),
    onResult: ({ result }) => metrics.cached(result),
    onError: (err) => log.warn({ err }, 'the cache does not help'),
  })
  await app.register(catalogue, context)
  return app
}
