import { Cache } from './cache.js'

/**
 * A plugin for Fastify. It keeps the answers of routes that are declared after it, and a hit takes the place of the handler alone:
 * every hook before it (who may ask, how often) has run.
 *
 * @param {import('fastify').FastifyInstance} app
 * @param {Partial<import('./configuration.js').Options>} options
 */
export async function cachePlugin (app, options) {
  const cache = new Cache(options)

  async function answerFromCache (request, reply) {
    const answer = await cache.serve({
      request: request.raw,
      response: reply.raw,
      url: request.raw.url,
      setHeader: (name, value) => reply.header(name, value),
      getHeaders: () => reply.getHeaders(),
      dispatch: app.routing,
    })
    return answer && reply.code(answer.status).headers(answer.headers).send(answer.body)
  }

  app.decorate('cache', cache)
  app.addHook('onClose', async () => cache.close())
  app.addHook('onRoute', (route) => {
    const hooks = [route.preHandler ?? []].flat()
    if (![route.method].flat().some((method) => ['GET', 'HEAD'].includes(method)) || hooks.includes(answerFromCache)) return
    route.preHandler = [...hooks, answerFromCache]
  })
}

// What it adds is for the application that registers it, not for a scope of its own: https://fastify.dev/docs/latest/Reference/Plugins/
cachePlugin[Symbol.for('skip-override')] = true
