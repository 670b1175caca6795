import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import compression from 'compression'
import express from 'express'
import { capture } from '../src/capture.js'
import { ask } from './support/client.js'

async function captured (t, handler, options) {
  let tell
  const told = new Promise((resolve) => { tell = resolve })
  const server = createServer((request, response) => {
    capture(response, 1000, tell)
    handler(request, response)
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const answer = await ask(`http://127.0.0.1:${server.address().port}`, options).catch((error) => error)
  return { answer, ...await told }
}

for (const [how, handler] of Object.entries({
  'an object': (_, response) => response.writeHead(201, { 'X-A': 'b' }).end('body'),
  'a message and an object': (_, response) => response.writeHead(201, 'Made', { 'X-A': 'b' }).end('body'),
  'a flat list': (_, response) => response.writeHead(201, ['X-A', 'b']).end('body'),
  'setHeader and pieces': (_, response) => {
    response.statusCode = 201
    response.setHeader('X-A', 'b')
    response.write('Ym8=', 'base64')
    response.write(new Uint8Array([0x64]))
    response.end('y', () => {})
  },
})) {
  test(`status, headers and body are seen when given with ${how}`, async (t) => {
    const { answer, status, headers, body } = await captured(t, handler)
    assert.deepEqual([status, headers['x-a'], String(body)], [201, 'b', 'body'])
    assert.deepEqual([answer.status, answer.headers['x-a'], String(answer.body)], [201, 'b', 'body'])
  })
}

test('an answer that is broken off is none', async (t) => {
  const { status } = await captured(t, (_, response) => {
    response.write('half')
    setImmediate(() => response.destroy())
  })
  assert.equal(status, undefined)
})

test('an answer that is ended after its client went away is none', async (t) => {
  const { status } = await captured(t, (_, response) => response.on('close', () => response.end('late')), { signal: AbortSignal.timeout(50) })
  assert.equal(status, undefined)
})

test('bytes and headers belong together, whether compression comes before or after', async (t) => {
  for (const before of [true, false]) {
    const app = express()
    const listening = new Promise((resolve) => {
      const keep = (request, response, next) => {
        capture(response, 100_000, resolve)
        next()
      }
      const compress = compression({ threshold: 0 })
      app.use(...(before ? [compress, keep] : [keep, compress]))
    })
    app.get('/', (_, response) => response.type('text').send('x'.repeat(5000)))
    const server = app.listen(0, '127.0.0.1')
    t.after(() => server.close())
    await once(server, 'listening')
    const answer = await ask(`http://127.0.0.1:${server.address().port}/`, { headers: { 'accept-encoding': 'gzip' } })
    assert.equal(answer.headers['content-encoding'], 'gzip')
    const { headers, body } = await listening
    assert.equal(headers['content-encoding'], before ? undefined : 'gzip')
    assert.equal(String(before ? body : gunzipSync(body)), 'x'.repeat(5000))
  }
})
