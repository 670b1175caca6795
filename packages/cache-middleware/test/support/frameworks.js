import { once } from 'node:events'
import { Readable } from 'node:stream'
import express from 'express'
import Fastify from 'fastify'
import { cacheMiddleware, cachePlugin } from '../../src/index.js'

/**
 * @typedef {object} Answer
 * @property {number} [status]
 * @property {object} [headers]
 * @property {string | Buffer | Readable} body
 *
 * @typedef {Record<string, (request: import('node:http').IncomingMessage) => Answer | Promise<Answer>>} Routes
 */

async function withExpress (options, routes) {
  const app = express().disable('etag')
  const cache = cacheMiddleware(options)
  app.use((request, response, next) => {
    response.set('x-request-id', String(Math.random()))
    next()
  })
  app.use(cache)
  for (const [path, handler] of Object.entries(routes)) {
    app.get(path, async (request, response) => {
      const { status = 200, headers = {}, body } = await handler(request)
      response.status(status).set(headers)
      if (body instanceof Readable) body.on('error', () => response.destroy()).pipe(response)
      else response.send(body)
    })
  }
  app.use((error, request, response, next) => response.status(500).send(error.message))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { cache, server, port: server.address().port }
}

async function withFastify (options, routes) {
  const app = Fastify()
  app.addHook('onRequest', async (request, reply) => { reply.header('x-request-id', String(Math.random())) })
  await app.register(cachePlugin, options)
  for (const [path, handler] of Object.entries(routes)) {
    app.get(path, async (request, reply) => {
      const { status = 200, headers = {}, body } = await handler(request.raw)
      return reply.code(status).headers(headers).send(body)
    })
  }
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { cache: app.cache, server: app.server, port: app.server.address().port }
}

const FRAMEWORKS = { Express: withExpress, Fastify: withFastify }

/**
 * @param {(name: string, serve: (options: object, routes: Routes) => Promise<object>) => void} define
 */
export function eachFramework (define) {
  for (const [name, start] of Object.entries(FRAMEWORKS)) {
    define(name, async (t, options, routes) => {
      const outcomes = []
      const errors = []
      const running = await start({ onResult: (outcome) => outcomes.push(outcome), onError: (error) => errors.push(error), ...options }, routes)
      t.after(() => {
        running.cache.close()
        running.server.close()
        running.server.closeAllConnections()
      })
      return { ...running, outcomes, errors, url: `http://127.0.0.1:${running.port}` }
    })
  }
}
