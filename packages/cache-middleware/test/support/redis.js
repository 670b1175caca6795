import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createClient } from '@redis/client'

const PACKAGES = fileURLToPath(new URL('../../../../.sandbox-packages/root', import.meta.url))
const SECONDS = 10

function program () {
  const places = [process.env.REDIS_SERVER, join(PACKAGES, 'usr/bin/redis-server'),
    ...process.env.PATH.split(delimiter).map((folder) => join(folder, 'redis-server'))]
  return places.find((place) => place && existsSync(place))
}

// Debian's packages bring their libraries along, beside the program.
function libraries (file) {
  const folder = join(file, '../../lib')
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)).join(delimiter) : ''
}

if (!program() && process.env.PRODREADY_REQUIRE_REDIS === '1') {
  throw new Error(`There is no redis-server in REDIS_SERVER, ${PACKAGES}/usr/bin or PATH, and PRODREADY_REQUIRE_REDIS=1 wants one`)
}

/** For test(): what needs Redis is only left out where there is none. */
export const needsRedis = { skip: program() ? false : 'there is no redis-server: set REDIS_SERVER' }

export async function freePort () {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}

/** A redis-server of its own, which keeps nothing on disk. */
export class RedisServer {
  #folder = mkdtempSync(join(tmpdir(), 'redis-'))
  #arguments
  #client

  static async start ({ tls, users, more = [] } = {}) {
    const server = new RedisServer()
    server.port = await freePort()
    server.#arguments = ['--dir', server.#folder, '--save', '', '--bind', '127.0.0.1', ...(users ?? []).flatMap((user) => ['--user', ...user]), ...more,
      ...(tls ? ['--port', '0', '--tls-port', server.port, '--tls-auth-clients', 'no', ...tls] : ['--port', server.port])]
    await server.run({ ping: !tls && !users })
    return server
  }

  get url () {
    return `redis://127.0.0.1:${this.port}`
  }

  async run ({ ping = true } = {}) {
    const file = program()
    this.process = spawn(file, this.#arguments.map(String), {
      env: { ...process.env, LD_LIBRARY_PATH: [libraries(file), process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let log = ''
    const deadline = Date.now() + SECONDS * 1000
    this.process.stdout.on('data', (chunk) => { log += chunk })
    while (!/Ready to accept connections/.test(log)) {
      if (this.process.exitCode !== null || Date.now() > deadline) throw new Error(`redis-server did not start within ${SECONDS} s:\n${log}`)
      await sleep(10)
    }
    if (ping) await this.ask((client) => client.ping())
  }

  /** What a person at the keyboard would type. */
  async ask (command) {
    const client = createClient({ url: this.url, RESP: 2, socket: { reconnectStrategy: false } }).on('error', () => {})
    await client.connect()
    try {
      return await command(client)
    } finally {
      client.destroy()
    }
  }

  async keyspace () {
    const text = await this.ask((client) => client.info('stats'))
    const count = (name) => Number(new RegExp(`${name}:(\\d+)`).exec(text)[1])
    return { hits: count('keyspace_hits'), misses: count('keyspace_misses') }
  }

  async hang () {
    this.process.kill('SIGSTOP')
    while (!/^State:\tT/m.test(readFileSync(`/proc/${this.process.pid}/status`, 'utf8'))) await sleep(5)
  }

  wake () {
    this.process.kill('SIGCONT')
  }

  async kill () {
    if (this.process.exitCode !== null || this.process.signalCode) return
    this.process.kill('SIGKILL')
    await once(this.process, 'exit')
  }

  async stop () {
    await this.kill()
    rmSync(this.#folder, { recursive: true })
  }
}

/** A cluster of two shards without replicas; keys of slots below 8192 are the first one's. */
export class Cluster {
  static async start () {
    const cluster = new Cluster()
    cluster.nodes = []
    for (const [first, last] of [[0, 8191], [8192, 16383]]) {
      const bus = await freePort()
      // A shard that gives its last slot away would become the other's replica: https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/
      const alone = ['--cluster-require-full-coverage', 'no', '--cluster-allow-replica-migration', 'no']
      const node = await RedisServer.start({ more: ['--cluster-enabled', 'yes', '--cluster-port', bus, ...alone] })
      await node.ask((client) => client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', String(first), String(last)]))
      cluster.nodes.push(Object.assign(node, { bus }))
    }
    const [one, other] = cluster.nodes
    await one.ask((client) => client.sendCommand(['CLUSTER', 'MEET', '127.0.0.1', String(other.port), String(other.bus)]))
    const whole = (node) => node.ask((client) => client.sendCommand(['CLUSTER', 'INFO']))
      .then((text) => /cluster_state:ok/.test(text) && /cluster_slots_assigned:16384/.test(text) && /cluster_known_nodes:2/.test(text))
    const deadline = Date.now() + SECONDS * 1000
    while (!(await Promise.all(cluster.nodes.map(whole))).every(Boolean)) {
      if (Date.now() > deadline) throw new Error(`the cluster was not whole within ${SECONDS} s`)
      await sleep(20)
    }
    return cluster
  }

  get url () {
    return this.nodes[0].url
  }

  /** How many keys each node has. */
  sizes () {
    return Promise.all(this.nodes.map((node) => node.ask((client) => client.dbSize())))
  }

  /** All slots, with their keys, to the first node. */
  async gather () {
    const [one, other] = this.nodes
    const [to, from] = await Promise.all(this.nodes.map((node) => node.ask((client) => client.sendCommand(['CLUSTER', 'MYID']))))
    await one.ask((target) => other.ask(async (source) => {
      for (let slot = 8192; slot < 16384; slot += 1) {
        const keys = await source.sendCommand(['CLUSTER', 'GETKEYSINSLOT', String(slot), '100'])
        await target.sendCommand(['CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', from])
        await source.sendCommand(['CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', to])
        if (keys.length) await source.sendCommand(['MIGRATE', '127.0.0.1', String(one.port), '', '0', '5000', 'KEYS', ...keys])
        await target.sendCommand(['CLUSTER', 'SETSLOT', String(slot), 'NODE', to])
        await source.sendCommand(['CLUSTER', 'SETSLOT', String(slot), 'NODE', to])
      }
    }))
  }

  stop () {
    return Promise.all(this.nodes.map((node) => node.stop()))
  }
}
