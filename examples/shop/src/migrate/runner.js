import { setTimeout as sleep } from 'node:timers/promises'
import { MigrationError } from './error.js'

// What is applied and what is pending. The ledger may know migrations that these files do not: those of a newer release, after a
// rollback to this one.
export function compare (migrations, applied) {
  const entries = new Map(applied.map((entry) => [entry.id, entry]))
  const pending = migrations.filter(({ id }) => !entries.has(id))
  for (const { id, checksum } of migrations) {
    if (entries.has(id) && entries.get(id).checksum !== checksum) {
      throw new MigrationError(`${id} was changed after it had been applied: write a new migration instead`)
    }
  }
  const last = migrations.findLast(({ id }) => entries.has(id))
  const late = pending.find(({ id }) => last && id < last.id)
  if (late) throw new MigrationError(`${late.id} comes before ${last.id}, which is applied already: give it a later number`)
  const known = new Set(migrations.map(({ id }) => id))
  return { applied, pending, newer: applied.filter(({ id }) => !known.has(id)) }
}

async function acquire (ledger, { holder, leaseSeconds, waitSeconds, signal, log, pollMs = 1000 }) {
  const deadline = Date.now() + waitSeconds * 1000
  for (;;) {
    const other = await ledger.acquire(holder, leaseSeconds)
    if (!other) return
    if (Date.now() >= deadline) {
      const until = new Date(other.expires_at * 1000).toISOString()
      throw new MigrationError(`The lock is held by ${other.holder} until ${until}: waited ${waitSeconds} s for it`)
    }
    log.info({ holder: other.holder, expires_at: other.expires_at }, 'waiting for the lock')
    await sleep(pollMs, undefined, { signal })
  }
}

async function underLock (ledger, options, work) {
  const { holder, leaseSeconds, log } = options
  await acquire(ledger, options)
  const lost = new AbortController()
  const beat = setInterval(() => {
    ledger.renew(holder, leaseSeconds).catch((err) => {
      log.error({ err }, 'the lock was not renewed')
      if (err instanceof MigrationError) lost.abort(err)
    })
  }, leaseSeconds * 1000 / 4)
  try {
    return await work(AbortSignal.any([lost.signal, options.signal]))
  } finally {
    clearInterval(beat)
    await ledger.release(holder).catch((err) => log.error({ err }, 'the lock was not released and will expire'))
  }
}

// Applies what is pending, each once and in order, and answers with the ids. The first that fails ends it.
export async function migrate (migrations, ledger, context, options) {
  const { log, release, holder } = options
  if (!compare(migrations, await ledger.entries()).pending.length) return []
  return underLock(ledger, options, async (signal) => {
    const done = []
    for (const { id, checksum, up } of compare(migrations, await ledger.entries()).pending) {
      signal.throwIfAborted()
      const started = performance.now()
      log.info({ migration: id }, 'applying')
      try {
        await up({ ...context, signal })
      } catch (cause) {
        throw new MigrationError(`${id} failed: ${cause.message}`, { cause })
      }
      const ms = Math.round(performance.now() - started)
      await ledger.record({ id, checksum, applied_at: new Date().toISOString(), release, ms }, holder)
      log.info({ migration: id, ms }, 'applied')
      done.push(id)
    }
    return done
  })
}
