import { onlyAdmin } from '../admin.js'
import { cartOf } from '../cart.js'
import { shopPage } from '../pages.js'

const id = { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }
const file = { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,63}\\.(svg|png|jpg|webp|avif)$' }
const product = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'name', 'description', 'price_cents'],
  properties: {
    id,
    name: { type: 'string', minLength: 1, maxLength: 120 },
    description: { type: 'string', minLength: 1, maxLength: 1000 },
    price_cents: { type: 'integer', minimum: 0, maximum: 100_000_000 },
    category: { type: 'string', minLength: 1, maxLength: 60 },
    image: file,
  },
}
const params = (name, schema) => ({ params: { type: 'object', properties: { [name]: schema } } })

const problem = (statusCode, code, message) => Object.assign(new Error(message), { statusCode, code })

// A picture is drawn, never run, even when it is opened by itself.
const PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

export async function catalogue (app, { configuration, store }) {
  app.get('/', async (request, reply) => {
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-store')
    return shopPage({ products: await store.products(), cart: cartOf(request), release: configuration.RELEASE })
  })

  app.get('/products', async () => ({ products: await store.products() }))

  app.get('/products/:id', { schema: params('id', id) }, async (request) => {
    const found = await store.product(request.params.id)
    if (!found) throw problem(404, 'NOT_FOUND', 'There is no such product.')
    return found
  })

  app.post('/products', { onRequest: onlyAdmin(configuration), schema: { body: product } }, async (request, reply) => {
    const { body } = request
    if (!await store.addProduct({ ...body, created_at: new Date().toISOString() })) {
      throw problem(409, 'EXISTS', `There is a product ${body.id} already.`)
    }
    return reply.code(201).header('location', `/products/${body.id}`).send(await store.product(body.id))
  })

  app.get('/images/:file', { schema: params('file', file) }, async (request, reply) => {
    try {
      const image = await store.image(request.params.file, request.headers['if-none-match'])
      return reply
        .type(image.ContentType)
        .header('content-length', image.ContentLength)
        .header('etag', image.ETag)
        .header('last-modified', image.LastModified.toUTCString())
        .header('cache-control', 'public, max-age=3600, stale-while-revalidate=86400')
        .header('content-security-policy', PICTURE_POLICY)
        .send(image.Body)
    } catch (error) {
      if (error.$metadata?.httpStatusCode === 304) return reply.code(304).send()
      if (error.name === 'NoSuchKey') throw problem(404, 'NOT_FOUND', 'There is no such picture.')
      throw error
    }
  })
}
