import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../test/support/client.js'

const PATIENCE_MS = 10_000

export function percentile (values, percent) {
  const ordered = [...values].sort((a, b) => a - b)
  return ordered[Math.max(0, Math.ceil(ordered.length * percent / 100) - 1)]
}

/**
 * Requests at a constant rate, however long the answers take; each lasts from the time it was due.
 *
 * @param {{url: string, headers?: object}[]} places asked in turn
 */
export async function load (places, rate, seconds, pathOf) {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const samples = []
  const started = performance.now()
  for (let i = 0; i < rate * seconds; i += 1) {
    const due = started + i * 1000 / rate
    if (due > performance.now()) await sleep(due - performance.now())
    const { url, headers } = places[i % places.length]
    samples.push(ask(url + pathOf(i), { headers, agent, signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      ({ status, cache }) => ({ at: due - started, failed: status >= 500, cache }), () => ({ at: due - started, failed: true }))
      .then((sample) => ({ ...sample, ms: performance.now() - due })))
  }
  const done = await Promise.all(samples)
  agent.destroy()
  const times = done.map(({ ms }) => ms)
  return {
    requests: done.length,
    failed: done.filter(({ failed }) => failed).length,
    p50: percentile(times, 50),
    p95: percentile(times, 95),
    max: Math.max(...times),
    samples: done,
  }
}
