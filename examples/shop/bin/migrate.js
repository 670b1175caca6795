#!/usr/bin/env node
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { parseArgs } from 'node:util'
import { clients } from '../src/aws.js'
import { MigrationError } from '../src/migrate/error.js'
import { migrationsOf } from '../src/migrate/files.js'
import { Ledger } from '../src/migrate/ledger.js'
import { compare, migrate } from '../src/migrate/runner.js'
import { start } from '../src/start.js'

const LEASE_SECONDS = 60
const STDERR = 2

const usage = 'npm run migrate -- [--status | --dry-run] [--wait-seconds N]'

function argumentsOf () {
  try {
    const { values } = parseArgs({
      options: {
        status: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        'wait-seconds': { type: 'string', default: '90' },
      },
    })
    if (!/^\d+$/.test(values['wait-seconds'])) throw new Error('--wait-seconds needs a number')
    return values
  } catch (error) {
    console.error(`${error.message}\n${usage}`)
    process.exit(2)
  }
}

async function main (args, { configuration, log }) {
  const aws = clients(configuration)
  const ledger = new Ledger(aws.documents, configuration.MIGRATIONS_TABLE)
  const migrations = await migrationsOf(new URL('../migrations/', import.meta.url))
  if (args.status || args['dry-run']) {
    const { applied, pending, newer } = compare(migrations, await ledger.entries())
    const ids = { pending: pending.map(({ id }) => id), newer: newer.map(({ id }) => id) }
    return args.status ? { applied, ...ids, lock: await ledger.lock() ?? null } : { would_apply: ids.pending }
  }
  const stopped = new AbortController()
  const stop = (signal) => stopped.abort(new MigrationError(`Stopped by ${signal}`))
  process.on('SIGTERM', stop).on('SIGINT', stop)
  const applied = await migrate(migrations, ledger, { ...aws, configuration, log }, {
    holder: `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
    leaseSeconds: LEASE_SECONDS,
    waitSeconds: Number(args['wait-seconds']),
    release: configuration.RELEASE,
    signal: stopped.signal,
    log,
  })
  return { applied }
}

const args = argumentsOf()
// Standard output is one JSON document, the log goes elsewhere.
const started = start(process.env, STDERR)
console.log(JSON.stringify(await main(args, started), null, 2))
process.exit(0)
