import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Metrics, publish } from '../src/metrics.js'

const named = (data, name) => data.filter(({ MetricName }) => MetricName === name)

test('requests, errors and failed health checks are counted, and zero is sent too', () => {
  const metrics = new Metrics()
  for (const status of [200, 404, 500, 503]) metrics.observe(status, 10)
  metrics.healthCheckFailed()
  for (const result of ['HIT', 'STALE', 'MISS', 'BYPASS']) metrics.cached(result)
  const counts = () => Object.fromEntries(metrics.take().map(({ MetricName, Value }) => [MetricName, Value]))
  assert.deepEqual(counts(), {
    Requests: 4, Errors: 2, HealthCheckFailures: 1, CacheHits: 2, CacheMisses: 1, CacheBypasses: 1, Latency: undefined,
  })
  assert.deepEqual(counts(), { Requests: 0, Errors: 0, HealthCheckFailures: 0, CacheHits: 0, CacheMisses: 0, CacheBypasses: 0 })
})

test('latencies are a histogram that keeps percentiles', () => {
  const metrics = new Metrics()
  for (const ms of [12.31, 12.49, 250.4, 0]) metrics.observe(200, ms)
  const [{ Values, Counts, Unit, Dimensions }] = named(metrics.take(), 'Latency')
  assert.deepEqual(Object.fromEntries(Values.map((value, i) => [value, Counts[i]])), { 12: 2, 250: 1, 0.1: 1 })
  assert.equal(Unit, 'Milliseconds')
  assert.deepEqual(Dimensions, [{ Name: 'Service', Value: 'shop' }])
})

test('no datum has more than the 150 values that CloudWatch takes', () => {
  const metrics = new Metrics()
  for (let ms = 1; ms < 10_000; ms += 1) metrics.observe(200, ms)
  const data = named(metrics.take(), 'Latency')
  assert.ok(data.length > 1)
  assert.ok(data.every(({ Values, Counts }) => Values.length <= 150 && Values.length === Counts.length))
  assert.equal(data.flatMap(({ Counts }) => Counts).reduce((sum, count) => sum + count), 9999)
})

test('what cannot be sent is a warning', async () => {
  const warnings = []
  const broken = { send: async () => { throw new Error('no network') } }
  const stop = publish(new Metrics(), broken, { METRICS_NAMESPACE: 'Shop', METRICS_INTERVAL_SECONDS: 60 },
    { warn: ({ err }) => warnings.push(err.message) })
  await stop()
  assert.deepEqual(warnings, ['no network'])
})
