import { createHash, timingSafeEqual } from 'node:crypto'

const digest = (text) => createHash('sha256').update(text).digest()

// A hook for the routes of the owner. Digests are compared, of one length, so that time tells nothing.
export function onlyAdmin ({ ADMIN_TOKEN }) {
  const expected = digest(`Bearer ${ADMIN_TOKEN}`)
  return async function (request, reply) {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return
    reply.header('www-authenticate', 'Bearer')
    throw Object.assign(new Error('The bearer token of the admin is needed.'), { statusCode: 401, code: 'UNAUTHORIZED' })
  }
}
