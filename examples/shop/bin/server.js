#!/usr/bin/env node
import { application } from '../src/application.js'
import { clients } from '../src/aws.js'
import { drainable } from '../src/drain.js'
import { inherited, listen } from '../src/listen.js'
import { Metrics, publish } from '../src/metrics.js'
import { start } from '../src/start.js'
import { Store } from '../src/store.js'

const FLUSH_MS = 2000

const environment = Object.freeze({ ...process.env })
const { configuration, log } = start(environment)

const aws = clients(configuration)
const metrics = new Metrics()
const app = await application({ configuration, environment, log, metrics, store: new Store(aws, configuration) })
await app.ready()
const drain = drainable(app.server, {
  idleMs: configuration.KEEP_ALIVE_SECONDS * 1000,
  deadlineMs: configuration.SHUTDOWN_SECONDS * 1000 - FLUSH_MS,
})
const stopPublishing = publish(metrics, aws.cloudwatch, configuration, log)

let stopping = false
async function stop (signal) {
  if (stopping) return
  stopping = true
  log.info({ signal }, 'stopping')
  const cut = await drain()
  if (cut) log.warn({ connections: cut }, 'connections were cut at the deadline')
  await stopPublishing()
  log.info('stopped')
  process.exit(0)
}
process.on('SIGTERM', stop).on('SIGINT', stop)

log.info(await listen(app.server, configuration, inherited(environment)), 'listening')
