import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { sign } from '../src/payment.js'
import { environment } from './support/environment.js'
import { shop, TEAPOT } from './support/shop.js'

const ADMIN = { authorization: `Bearer ${environment.ADMIN_TOKEN}` }
const form = (payload, headers) => ({ payload, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } })

test('the page shows the products, escaped, and allows nothing from elsewhere', async () => {
  const { ask } = await shop()
  const { statusCode, body, headers } = await ask('GET', '/')
  assert.equal(statusCode, 200)
  assert.match(body, /Teapot &lt;b&gt;/)
  assert.match(body, /€68\.00/)
  assert.match(headers['content-security-policy'], /^default-src 'none'/)
  assert.ok(!/https?:|<script/.test(body))
})

test('an order is made from a cart whose cookie nobody else can make', async () => {
  const { ask, store } = await shop()
  const [cart] = (await ask('POST', '/cart', form('product=teapot'))).cookies
  assert.ok(cart.httpOnly && cart.sameSite === 'Lax')
  const forged = await ask('POST', '/cart/order', form('', { cookie: `cart=${encodeURIComponent('teapot:9.forged')}` }))
  assert.equal(forged.headers.location, '/')
  const { headers } = await ask('POST', '/cart/order', form('', { cookie: `cart=${encodeURIComponent(cart.value)}` }))
  const [order] = store.orders.values()
  assert.equal(headers.location, `/orders/${order.id}`)
  assert.deepEqual([order.status, order.total_cents], ['accepted', 6800])
})

test('another site cannot order in the name of a visitor', async () => {
  const { ask } = await shop()
  assert.equal((await ask('POST', '/cart/order', form('', { 'sec-fetch-site': 'cross-site' }))).statusCode, 403)
})

test('orders add up, keep their prices and refuse what is not sold', async () => {
  const { ask } = await shop()
  const made = await ask('POST', '/orders', { payload: { items: [{ product: 'teapot', quantity: 2 }, { product: 'teapot' }] } })
  assert.equal(made.statusCode, 201)
  assert.deepEqual(made.json().lines, [{ product: 'teapot', name: TEAPOT.name, price_cents: 6800, quantity: 3 }])
  assert.equal(made.json().total_cents, 20400)
  assert.equal((await ask('GET', `/orders/${made.json().id}`)).json().status, 'accepted')
  assert.equal((await ask('POST', '/orders', { payload: { items: [{ product: 'car' }] } })).statusCode, 422)
  assert.equal((await ask('POST', '/orders', { payload: { items: [] } })).statusCode, 400)
})

for (const [status, outcome] of [[200, 'paid'], [402, 'declined']]) {
  test(`an order is ${outcome} when the provider answers ${status} to the signed charge`, async () => {
    const provider = createServer(async (request, response) => {
      const body = (await request.toArray()).join('')
      const { 'x-timestamp': timestamp, 'x-signature': signature } = request.headers
      const good = signature === `sha256=${sign(environment.PAYMENT_API_KEY, timestamp, body)}`
      response.writeHead(good ? status : 401).end()
    }).listen(0, '127.0.0.1')
    await once(provider, 'listening')
    const { ask } = await shop({ PAYMENT_URL: `http://127.0.0.1:${provider.address().port}/` })
    assert.equal((await ask('POST', '/orders', { payload: { items: [{ product: 'teapot' }] } })).json().status, outcome)
    provider.close()
    provider.closeAllConnections()
  })
}

test('only the admin adds products, each once', async () => {
  const { ask } = await shop()
  const payload = { id: 'mug', name: 'Mug', description: 'Holds tea', price_cents: 2400 }
  assert.equal((await ask('POST', '/products', { payload })).statusCode, 401)
  assert.equal((await ask('POST', '/products', { payload, headers: ADMIN })).statusCode, 201)
  assert.equal((await ask('POST', '/products', { payload, headers: ADMIN })).statusCode, 409)
  assert.equal((await ask('POST', '/products', { payload: { ...payload, price: 1 }, headers: ADMIN })).statusCode, 400)
})

test('health names the part that fails, answers 503 and is counted', async () => {
  const { ask, metrics, store } = await shop()
  assert.equal((await ask('GET', '/health')).json().status, 'ok')
  store.checks.dynamodb = async () => { throw Object.assign(new Error('gone'), { name: 'ResourceNotFoundException' }) }
  const { statusCode, ...response } = await ask('GET', '/health')
  assert.equal(statusCode, 503)
  const { checks } = response.json()
  assert.deepEqual([checks.dynamodb.ok, checks.dynamodb.error, checks.s3.ok], [false, 'ResourceNotFoundException', true])
  assert.equal(metrics.take().find(({ MetricName }) => MetricName === 'HealthCheckFailures').Value, 1)
})

test('the admin can compare the configuration of the process without learning a value', async () => {
  const { ask } = await shop()
  const url = '/health/configuration?nonce=a-fresh-one-every-time'
  assert.equal((await ask('GET', url)).statusCode, 401)
  assert.equal((await ask('GET', '/health/configuration?nonce=short', { headers: ADMIN })).statusCode, 400)
  const { body, ...response } = await ask('GET', url, { headers: ADMIN })
  const expected = createHmac('sha256', 'a-fresh-one-every-time').update(environment.SESSION_SECRET).digest('hex')
  assert.equal(response.json().SESSION_SECRET, expected)
  assert.ok(!body.includes(environment.SESSION_SECRET))
})

test('requests are limited, health checks are not', async () => {
  const { ask } = await shop({ RATE_LIMIT_PER_MINUTE: '1' })
  const statuses = []
  for (const url of ['/products', '/products', '/health', '/health/live']) statuses.push((await ask('GET', url)).statusCode)
  assert.deepEqual(statuses, [200, 429, 200, 200])
})

test('a failure is logged with its stack and answered without it; no secret and no header is logged', async () => {
  const { ask, lines, store } = await shop()
  store.products = async () => { throw Object.assign(new Error('table is gone'), { headers: { authorization: 'x' }, $metadata: {} }) }
  const { statusCode, body } = await ask('GET', '/products?token=in-the-query', { headers: { ...ADMIN, cookie: 'cart=in-the-cookie' } })
  assert.equal(statusCode, 500)
  assert.ok(!body.includes('table is gone'))
  const [failure, request] = lines.map((line) => JSON.parse(line))
  assert.match(failure.err.stack, /application\.test\.js/)
  assert.deepEqual([request.method, request.route, request.status, request.request_id], ['GET', '/products', 500, failure.request_id])
  assert.equal(typeof request.ms, 'number')
  for (const secret of [environment.ADMIN_TOKEN, 'in-the-query', 'in-the-cookie', 'authorization']) {
    assert.ok(!lines.join('').includes(secret), secret)
  }
})
