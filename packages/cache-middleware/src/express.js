import { Cache } from './cache.js'

function outermost (app) {
  while (app?.parent) app = app.parent
  return app
}

/**
 * A middleware for Express. Mount it before the routes whose answers it keeps, and after what every request must pass.
 *
 * @param {Partial<import('./configuration.js').Options>} options
 */
export function cacheMiddleware (options) {
  const cache = new Cache(options)
  function middleware (request, response, next) {
    const exchange = {
      request,
      response,
      url: request.originalUrl ?? request.url,
      setHeader: (name, value) => response.setHeader(name, value),
      getHeaders: () => response.getHeaders(),
      dispatch: outermost(request.app),
    }
    cache.serve(exchange).then((answer) => {
      if (!answer) return next()
      response.statusCode = answer.status
      for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value)
      response.end(answer.body)
    }, next)
  }
  return Object.defineProperties(middleware, {
    connected: { get: () => cache.connected },
    ping: { value: () => cache.ping() },
    close: { value: () => cache.close() },
  })
}
