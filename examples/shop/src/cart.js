const NAME = 'cart'
const MAX_PRODUCTS = 30
const MAX_QUANTITY = 99

// A cart lives with its owner: a signed cookie, "product:quantity,product:quantity".
export function cartOf (request) {
  const { valid, value } = request.unsignCookie(request.cookies[NAME] ?? '')
  if (!valid || !value) return new Map()
  return new Map(value.split(',').map((line) => line.split(':')).map(([id, quantity]) => [id, Number(quantity)]))
}

export function add (cart, id) {
  if (!cart.has(id) && cart.size >= MAX_PRODUCTS) return cart
  return new Map(cart).set(id, Math.min((cart.get(id) ?? 0) + 1, MAX_QUANTITY))
}

export function keepCart (reply, cart, { PUBLIC_URL }) {
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: PUBLIC_URL.startsWith('https:') }
  if (!cart.size) return reply.clearCookie(NAME, options)
  const value = [...cart].map(([id, quantity]) => `${id}:${quantity}`).join(',')
  return reply.setCookie(NAME, value, { ...options, signed: true, maxAge: 30 * 24 * 3600 })
}
