import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { environment } from './environment.js'

const program = fileURLToPath(new URL('../../bin/server.js', import.meta.url))

// The service as a process of its own, as systemd would start it; with a socket it is handed that as descriptor 3.
export async function serve (variables = {}, socket = undefined) {
  const activation = socket ? 'LISTEN_FDS=1 LISTEN_PID=$$ ' : ''
  const child = spawn('sh', ['-c', `${activation}exec "$0" "$1"`, process.execPath, program], {
    env: { PATH: process.env.PATH, ...environment, ...variables },
    stdio: ['ignore', 'pipe', 'inherit', ...(socket ? [socket] : [])],
  })
  const log = []
  const exited = once(child, 'close').then(([code]) => code)
  const address = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text)
      log.push(line)
      if (line.message === 'listening') resolve(line)
    })
    exited.then((code) => reject(Object.assign(new Error(`exited with ${code}`), { code, log })))
  })
  return { child, log, exited, port: address.port, activated: address.activated }
}

// Processes that all accept from one listening socket; nobody else does.
export async function serveTogether (...environments) {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const starting = environments.map((variables) => serve(variables, listener._handle))
  listener.close()
  return Promise.all(starting)
}
