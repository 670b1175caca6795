import { createHmac } from 'node:crypto'

export const sign = (key, timestamp, body) => createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')

// Answers with the order's new status. Without a provider orders are accepted and paid for in some other way.
export async function charge (order, { PAYMENT_URL, PAYMENT_API_KEY }) {
  if (!PAYMENT_URL) return 'accepted'
  const body = JSON.stringify({ order: order.id, amount_cents: order.total_cents, currency: order.currency })
  const timestamp = Math.floor(Date.now() / 1000).toString()
  const { status } = await fetch(PAYMENT_URL, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'idempotency-key': order.id,
      'x-timestamp': timestamp,
      'x-signature': `sha256=${sign(PAYMENT_API_KEY, timestamp, body)}`,
    },
    redirect: 'error',
    signal: AbortSignal.timeout(5000),
  })
  if (status === 402) return 'declined'
  if (status >= 200 && status < 300) return 'paid'
  throw new Error(`The payment provider answered with status ${status}`)
}
