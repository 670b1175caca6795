import { randomUUID } from 'node:crypto'
import { add, cartOf, keepCart } from '../cart.js'
import { orderPage } from '../pages.js'
import { charge } from '../payment.js'

const productId = { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }
const wanted = {
  type: 'object',
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 30,
      items: {
        type: 'object',
        required: ['product'],
        properties: { product: productId, quantity: { type: 'integer', minimum: 1, maximum: 99, default: 1 } },
      },
    },
  },
}
const problem = (statusCode, code, message) => Object.assign(new Error(message), { statusCode, code })

export async function orders (app, { configuration, store }) {
  // The order keeps names and prices as they were when it was made.
  async function place (items) {
    const quantities = new Map()
    for (const { product, quantity } of items) quantities.set(product, (quantities.get(product) ?? 0) + quantity)
    const lines = await Promise.all([...quantities].map(async ([id, quantity]) => {
      const product = await store.product(id)
      if (!product) throw problem(422, 'NO_SUCH_PRODUCT', `There is no product ${id}.`)
      return { product: id, name: product.name, price_cents: product.price_cents, quantity }
    }))
    const order = {
      id: randomUUID(),
      status: 'pending',
      lines,
      total_cents: lines.reduce((sum, { price_cents: price, quantity }) => sum + price * quantity, 0),
      currency: 'EUR',
      created_at: new Date().toISOString(),
      release: configuration.RELEASE,
    }
    await store.addOrder(order)
    return store.settleOrder(order.id, await charge(order, configuration))
  }

  app.post('/cart', {
    schema: { body: { type: 'object', required: ['product'], properties: { product: productId } } },
  }, async (request, reply) => {
    keepCart(reply, add(cartOf(request), request.body.product), configuration)
    return reply.redirect(`/#${request.body.product}`, 303)
  })

  app.post('/cart/empty', async (_, reply) => {
    keepCart(reply, new Map(), configuration)
    return reply.redirect('/', 303)
  })

  app.post('/cart/order', async (request, reply) => {
    const items = [...cartOf(request)].map(([product, quantity]) => ({ product, quantity }))
    if (!items.length) return reply.redirect('/', 303)
    const order = await place(items)
    keepCart(reply, new Map(), configuration)
    return reply.redirect(`/orders/${order.id}`, 303)
  })

  app.post('/orders', { schema: { body: wanted } }, async (request, reply) => {
    const order = await place(request.body.items)
    return reply.code(201).header('location', new URL(`/orders/${order.id}`, configuration.PUBLIC_URL).href).send(order)
  })

  app.get('/orders/:id', {
    schema: { params: { type: 'object', properties: { id: { type: 'string', format: 'uuid' } } } },
  }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const order = await store.order(request.params.id)
    if (!order) throw problem(404, 'NOT_FOUND', 'There is no such order.')
    if (!request.headers.accept?.includes('text/html')) return order
    return reply.type('text/html; charset=utf-8').send(orderPage(order, configuration.RELEASE))
  })
}
