import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inherited } from '../src/listen.js'
import { serve, serveTogether } from './support/server.js'

const QUESTION = 'GET /health/live HTTP/1.1\r\nHost: shop\r\n'
const running = new Set()
const remember = (server) => running.add(server) && server
after(() => running.forEach(({ child }) => child.kill('SIGKILL')))

async function opened (port) {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  await once(socket, 'connect')
  return socket
}

function answer (socket) {
  let text = ''
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`the connection ended after ${JSON.stringify(text)}`))
    socket.on('close', ended).on('data', function more (chunk) {
      text += chunk
      if (!text.includes('\r\n\r\n{"status":"ok"}')) return
      socket.off('close', ended).off('data', more)
      resolve(text)
    })
  })
}

function ask (port, agent) {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path: '/version', agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => { text += chunk }).on('error', reject)
        .on('end', () => resolve(JSON.parse(text).release))
    }).on('error', reject)
  })
}

test('a socket is only taken when systemd meant this process', () => {
  assert.equal(inherited({ LISTEN_FDS: '1', LISTEN_PID: '42' }, 42), 3)
  assert.equal(inherited({ LISTEN_FDS: '1', LISTEN_PID: '41' }, 42), undefined)
  assert.equal(inherited({}, 42), undefined)
  assert.throws(() => inherited({ LISTEN_FDS: '2', LISTEN_PID: '42' }, 42), /listens on one socket/)
})

test('a port that is taken ends the start with one clear line', async () => {
  const first = remember(await serve())
  await assert.rejects(serve({ PORT: String(first.port) }), ({ code, log }) =>
    code === 1 && log.at(-1).level === 'fatal' && /EADDRINUSE/.test(log.at(-1).message))
  first.child.kill('SIGTERM')
  assert.equal(await first.exited, 0)
})

test('on SIGTERM requests under way and on idle connections are answered, silent connections end, the exit is 0', async () => {
  const server = remember(await serve({ KEEP_ALIVE_SECONDS: '1', SHUTDOWN_SECONDS: '10' }))
  const [idle, halfway, silent] = await Promise.all([1, 2, 3].map(() => opened(server.port)))
  idle.write(`${QUESTION}\r\n`)
  assert.match(await answer(idle), /Keep-Alive: timeout=1/i)
  halfway.write(QUESTION)
  const [silentEnded, started] = [once(silent.resume(), 'close'), performance.now()]

  server.child.kill('SIGTERM')
  await sleep(300)
  idle.write(`${QUESTION}\r\n`)
  halfway.write('\r\n')

  for (const socket of [idle, halfway]) assert.match(await answer(socket), /^HTTP\/1.1 200 OK[^]*Connection: close/i)
  await assert.rejects(opened(server.port), { code: 'ECONNREFUSED' })
  await silentEnded
  assert.equal(await server.exited, 0)
  assert.ok(performance.now() - started < 8000)
  assert.equal(server.log.at(-1).message, 'stopped')
})

test('what does not end by itself is cut at the deadline', async () => {
  const server = remember(await serve({ KEEP_ALIVE_SECONDS: '60', SHUTDOWN_SECONDS: '3' }))
  const stuck = await opened(server.port)
  stuck.on('error', () => {}).write(QUESTION)
  await sleep(100)
  const started = performance.now()
  server.child.kill('SIGTERM')
  assert.equal(await server.exited, 0)
  assert.ok(performance.now() - started < 3000)
  assert.equal(server.log.find(({ connections }) => connections).connections, 1)
})

test('an old and a new release on one socket: 200 requests a second, none lost while the old one stops', async () => {
  const [old, fresh] = (await serveTogether(
    { RELEASE: 'old', KEEP_ALIVE_SECONDS: '1' }, { RELEASE: 'new', KEEP_ALIVE_SECONDS: '1' })).map(remember)
  assert.ok(old.activated && fresh.activated)
  const agents = [new Agent({ keepAlive: false }), new Agent({ keepAlive: true, maxSockets: 20 })]
  const answers = []
  let sent = 0
  const clock = setInterval(() => {
    for (const agent of agents) answers.push(ask(old.port, agent).catch((error) => error))
    sent += agents.length
  }, 10)

  await sleep(1000)
  const seen = new Set(await Promise.all(answers))
  old.child.kill('SIGTERM')
  assert.equal(await old.exited, 0)
  const since = answers.length
  await sleep(500)
  clearInterval(clock)

  const all = await Promise.all(answers)
  agents.forEach((agent) => agent.destroy())
  assert.deepEqual(all.filter((release) => release instanceof Error), [])
  assert.deepEqual([...seen].sort(), ['new', 'old'])
  assert.deepEqual(new Set(all.slice(since)), new Set(['new']))
  assert.ok(sent > 250, `${sent} requests`)
  fresh.child.kill('SIGTERM')
  assert.equal(await fresh.exited, 0)
})
