import { Writable } from 'node:stream'
import pino from 'pino'
import { application } from '../../src/application.js'
import { configure } from '../../src/configuration.js'
import { logger } from '../../src/log.js'
import { Metrics } from '../../src/metrics.js'
import { environment } from './environment.js'

export const TEAPOT = { id: 'teapot', name: 'Teapot <b>', description: 'Pours', price_cents: 6800, image: 'teapot.svg' }

// What src/store.js does with tables and a bucket, in memory.
function memory () {
  const [products, orders] = [new Map([[TEAPOT.id, TEAPOT]]), new Map()]
  const add = (items) => async (item) => !items.has(item.id) && Boolean(items.set(item.id, item))
  return {
    products: async () => [...products.values()],
    product: async (id) => products.get(id),
    addProduct: add(products),
    order: async (id) => orders.get(id),
    addOrder: add(orders),
    settleOrder: async (id, status) => Object.assign(orders.get(id), { status }),
    image: async () => { throw Object.assign(new Error('none'), { name: 'NoSuchKey' }) },
    checks: { dynamodb: async () => {}, s3: async () => {} },
    orders,
  }
}

// The application without its process.
export async function shop (changes = {}) {
  const lines = []
  const store = memory()
  const log = pino({ serializers: logger()[pino.symbols.serializersSym] },
    new Writable({ write: (chunk, _, done) => { lines.push(String(chunk)); done() } }))
  const variables = { ...environment, ...changes }
  const context = { configuration: configure(variables), environment: variables, log, metrics: new Metrics(), store }
  const app = await application(context)
  const ask = (method, url, more) => app.inject({ method, url, ...more })
  return { ...context, app, ask, lines }
}
