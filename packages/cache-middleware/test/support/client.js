import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** @returns {Promise<{status: number, headers: object, body: Buffer, cache: string}>} */
export function ask (url, { method = 'GET', headers = {}, agent, body, signal } = {}) {
  return new Promise((resolve, reject) => {
    request(url, { method, headers, agent, signal }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk)).on('error', reject).on('end', () => resolve({
        status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks), cache: response.headers['x-cache'],
      }))
    }).on('error', reject).end(body)
  })
}

/** Many at once, each on a connection of its own. */
export function askTogether (count, url, options) {
  const agent = new Agent({ maxSockets: count })
  return Promise.all(Array.from({ length: count }, () => ask(url, { ...options, agent }))).finally(() => agent.destroy())
}

export async function until (what, check, seconds = 10) {
  for (const deadline = Date.now() + seconds * 1000; !await check(); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`)
  }
}
