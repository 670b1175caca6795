import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { MigrationError } from '../src/migrate/error.js'
import { migrationsOf } from '../src/migrate/files.js'
import { compare, migrate } from '../src/migrate/runner.js'

const silent = { info () {}, error () {} }

// What src/migrate/ledger.js does with a table, in memory.
class Memory {
  kept = []
  held = undefined

  async entries () {
    return this.kept
  }

  async acquire (holder, leaseSeconds) {
    if (this.held && this.held.expires_at >= Date.now() / 1000) return this.held
    this.held = { holder, expires_at: Date.now() / 1000 + leaseSeconds }
  }

  async renew (holder, leaseSeconds) {
    if (this.held?.holder !== holder) throw new MigrationError('The lock was lost to somebody else')
    this.held.expires_at = Date.now() / 1000 + leaseSeconds
  }

  async release (holder) {
    if (this.held?.holder === holder) this.held = undefined
  }

  async record (entry, holder) {
    if (this.held?.holder !== holder) throw new MigrationError('the lock was lost')
    this.kept = [...this.kept, entry]
  }
}

const migration = (id, up = async () => {}) => ({ id, checksum: `sum of ${id}`, up })
const run = (migrations, ledger, options) => migrate(migrations, ledger, {}, {
  holder: 'me', leaseSeconds: 60, waitSeconds: 0, pollMs: 5, release: 'r1', signal: new AbortController().signal, log: silent, ...options,
})

test('migrations run once, in order, and are recorded with the release', async () => {
  const ledger = new Memory()
  const ran = []
  const both = ['0001-a', '0002-b'].map((id) => migration(id, async () => { ran.push(id) }))
  assert.deepEqual(await run(both, ledger), ['0001-a', '0002-b'])
  assert.deepEqual(await run(both, ledger), [])
  assert.deepEqual(ran, ['0001-a', '0002-b'])
  assert.deepEqual(ledger.kept.map(({ id, release, checksum }) => [id, release, checksum]),
    [['0001-a', 'r1', 'sum of 0001-a'], ['0002-b', 'r1', 'sum of 0002-b']])
  assert.equal(ledger.held, undefined)
})

test('one that fails ends the run, is named, and the lock is free again', async () => {
  const ledger = new Memory()
  const three = [migration('0001-a'), migration('0002-b', async () => { throw new Error('no such table') }), migration('0003-c')]
  await assert.rejects(run(three, ledger), /^MigrationError: 0002-b failed: no such table$/)
  assert.deepEqual(ledger.kept.map(({ id }) => id), ['0001-a'])
  assert.equal(ledger.held, undefined)
})

test('an applied migration that was changed is an error', () => {
  assert.throws(() => compare([migration('0001-a')], [{ id: '0001-a', checksum: 'another' }]), /0001-a was changed/)
})

test('a migration with a number before an applied one is an error', () => {
  const applied = [{ id: '0002-b', checksum: 'sum of 0002-b' }]
  assert.throws(() => compare([migration('0001-a'), migration('0002-b')], applied), /0001-a comes before 0002-b/)
})

test('what a newer release has applied does not hinder an older one', () => {
  const applied = ['0001-a', '0002-b'].map((id) => ({ id, checksum: `sum of ${id}` }))
  const { pending, newer } = compare([migration('0001-a')], applied)
  assert.deepEqual([pending, newer.map(({ id }) => id)], [[], ['0002-b']])
})

test('a lock that is held ends the wait with the name of its holder', async () => {
  const ledger = new Memory()
  await ledger.acquire('somebody', 60)
  await assert.rejects(run([migration('0001-a')], ledger), /The lock is held by somebody until .*: waited 0 s/)
  assert.equal(ledger.held.holder, 'somebody')
})

test('a lock that has expired is taken over', async () => {
  const ledger = new Memory()
  await ledger.acquire('somebody who died', -1)
  assert.deepEqual(await run([migration('0001-a')], ledger), ['0001-a'])
})

test('of two that run at once one applies and the other finds it done', async () => {
  const ledger = new Memory()
  let runs = 0
  const slow = [migration('0001-a', async () => { runs += 1; await sleep(30) })]
  const results = await Promise.all(['one', 'two'].map((holder) => run(slow, ledger, { holder, waitSeconds: 5 })))
  assert.equal(runs, 1)
  assert.deepEqual(results.flat(), ['0001-a'])
})

test('the lock is renewed for as long as a migration runs', async () => {
  const ledger = new Memory()
  const long = migration('0001-a', async () => {
    await sleep(300)
    assert.ok(ledger.held.expires_at > Date.now() / 1000)
  })
  assert.deepEqual(await run([long], ledger, { leaseSeconds: 0.2 }), ['0001-a'])
})

test('who has lost the lock is told and records nothing', async () => {
  const ledger = new Memory()
  const robbed = migration('0001-a', async ({ signal }) => {
    ledger.held = { holder: 'thief', expires_at: Infinity }
    await sleep(2000, undefined, { signal })
  })
  await assert.rejects(run([robbed], ledger, { leaseSeconds: 0.1 }), /0001-a failed/)
  assert.deepEqual(ledger.kept, [])
  assert.equal(ledger.held.holder, 'thief')
})

test('the migrations of this release are well named and in order', async () => {
  const ids = (await migrationsOf(new URL('../migrations/', import.meta.url))).map(({ id }) => id)
  assert.deepEqual(ids.slice(0, 2), ['0001-first-pieces', '0002-categories'])
  assert.deepEqual(ids, [...ids].sort())
})
