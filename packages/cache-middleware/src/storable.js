const tokens = (value) => [value ?? []].flat().join(',').toLowerCase().split(',').map((token) => token.trim()).filter(Boolean)
const directives = (value) => tokens(value).map((token) => token.split('=', 1)[0])
const NEVER = ['private', 'no-store', 'no-cache']
const PRECISE = ['range', 'if-match', 'if-unmodified-since']

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('./configuration.js').Rule} rule
 * @returns {string | undefined} why the cache has nothing to say to this request
 */
export function whyBypassed ({ headers }, { authorized }) {
  if (headers.authorization !== undefined && !authorized) return 'authorization'
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0) return 'request body'
  return PRECISE.find((name) => headers[name] !== undefined)
}

/**
 * @param {{status: number, headers: object, sent: object, before: object, length: number}} answer `headers` as the application gave
 *   them, `sent` as they went out, `before` as they were before the application
 * @param {import('./configuration.js').Rule} rule
 * @returns {string | undefined} why the answer cannot be kept for others
 */
export function whyNotStored ({ status, headers, sent, before, length }, { statuses, varyHeaders, authorized }) {
  if (!statuses.includes(status)) return `status ${status}`
  for (const given of [headers, sent]) {
    if (given['set-cookie'] !== undefined) return 'set-cookie'
    const directive = directives(given['cache-control']).find((name) => NEVER.includes(name))
    if (directive) return `cache-control ${directive}`
  }
  const known = [...tokens(before.vary), ...varyHeaders.map((name) => name.toLowerCase()), ...(authorized ? ['authorization'] : [])]
  const unknown = tokens(headers.vary).find((name) => name === '*' || !known.includes(name))
  if (unknown) return `vary ${unknown}`
  if (headers.trailer !== undefined) return 'trailer'
  const promised = headers['content-length']
  return promised !== undefined && Number(promised) !== length ? 'content-length' : undefined
}
