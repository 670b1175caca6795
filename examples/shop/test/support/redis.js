import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PACKAGES = fileURLToPath(new URL('../../../../.sandbox-packages/root', import.meta.url))
const program = [process.env.REDIS_SERVER, join(PACKAGES, 'usr/bin/redis-server'),
  ...process.env.PATH.split(delimiter).map((folder) => join(folder, 'redis-server'))].find((place) => place && existsSync(place))

if (!program && process.env.PRODREADY_REQUIRE_REDIS === '1') {
  throw new Error(`There is no redis-server in REDIS_SERVER, ${PACKAGES}/usr/bin or PATH, and PRODREADY_REQUIRE_REDIS=1 wants one`)
}
export const needsRedis = { skip: program ? false : 'there is no redis-server: set REDIS_SERVER' }

async function freePort () {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}

// A Redis of its own, which keeps nothing on disk.
export async function startRedis () {
  const port = await freePort()
  // Debian's packages bring their libraries along, beside the program.
  const libraries = join(program, '../../lib')
  const paths = existsSync(libraries) ? readdirSync(libraries).map((name) => join(libraries, name)) : []
  const child = spawn(program, ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', tmpdir()].map(String), {
    env: { ...process.env, LD_LIBRARY_PATH: paths.join(delimiter) }, stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => line.includes('Ready to accept connections') && resolve())
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    async kill () {
      if (child.exitCode !== null || child.signalCode) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
