import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { service } from './service.js'

const VALUES_PER_DATUM = 150 // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html

const CACHE_METRICS = { HIT: 'CacheHits', STALE: 'CacheHits', MISS: 'CacheMisses', BYPASS: 'CacheBypasses' }

const twoDigits = (value) => Number(value.toPrecision(2))

// Counts what happened since it was last taken. Latencies are kept as a histogram, rounded to two digits, so that CloudWatch can
// answer with percentiles and the memory needed does not grow with the traffic.
export class Metrics {
  #requests = 0
  #errors = 0
  #healthCheckFailures = 0
  #cache = { CacheHits: 0, CacheMisses: 0, CacheBypasses: 0 }
  #latencies = new Map()

  observe (status, milliseconds) {
    const latency = twoDigits(Math.max(milliseconds, 0.1))
    this.#requests += 1
    if (status >= 500) this.#errors += 1
    this.#latencies.set(latency, (this.#latencies.get(latency) ?? 0) + 1)
  }

  healthCheckFailed () {
    this.#healthCheckFailures += 1
  }

  cached (result) {
    this.#cache[CACHE_METRICS[result]] += 1
  }

  take (now = new Date()) {
    const datum = (MetricName, Unit, values) => (
      { MetricName, Unit, Timestamp: now, Dimensions: [{ Name: 'Service', Value: service.name }], ...values })
    const data = [
      datum('Requests', 'Count', { Value: this.#requests }),
      datum('Errors', 'Count', { Value: this.#errors }),
      datum('HealthCheckFailures', 'Count', { Value: this.#healthCheckFailures }),
      ...Object.entries(this.#cache).map(([name, count]) => datum(name, 'Count', { Value: count })),
    ]
    const latencies = [...this.#latencies]
    while (latencies.length) {
      const some = latencies.splice(0, VALUES_PER_DATUM)
      data.push(datum('Latency', 'Milliseconds', { Values: some.map(([ms]) => ms), Counts: some.map(([, count]) => count) }))
    }
    this.#requests = this.#errors = this.#healthCheckFailures = 0
    for (const name of Object.keys(this.#cache)) this.#cache[name] = 0
    this.#latencies.clear()
    return data
  }
}

// Sends the counts every interval until it is stopped, which sends the rest. What cannot be sent is a warning, never a failure.
export function publish (metrics, cloudwatch, { METRICS_NAMESPACE, METRICS_INTERVAL_SECONDS }, log) {
  async function send () {
    const command = new PutMetricDataCommand({ Namespace: METRICS_NAMESPACE, MetricData: metrics.take() })
    try {
      await cloudwatch.send(command, { abortSignal: AbortSignal.timeout(1500) })
    } catch (err) {
      log.warn({ err, namespace: METRICS_NAMESPACE }, 'the metrics of this interval were not sent')
    }
  }
  const timer = setInterval(send, METRICS_INTERVAL_SECONDS * 1000).unref()
  return async function stop () {
    clearInterval(timer)
    await send()
  }
}
