import { validateHeaderName, validateHeaderValue } from 'node:http'

// Of one connection, of one answer, or made anew when an entry is answered. https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
const NOT_KEPT = new Set([
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding',
  'upgrade', 'age', 'content-length', 'date', 'set-cookie', 'x-cache',
])
const MOMENT = 13

/**
 * @typedef {object} Entry
 * @property {number} status
 * @property {Record<string, number | string | string[]>} headers
 * @property {Buffer} body
 * @property {number} storedAt milliseconds
 * @property {number} freshUntil milliseconds
 */

/** The headers that the application itself gave, without those that were there before it. */
export function keptHeaders (headers, before) {
  const named = String(headers.connection ?? '').toLowerCase().split(/\s*,\s*/)
  return Object.fromEntries(Object.entries(headers).filter(([name, value]) =>
    !NOT_KEPT.has(name) && !named.includes(name) && JSON.stringify(value) !== JSON.stringify(before[name])))
}

/**
 * Until when it is fresh comes first, of fixed length, for the script that reads it in Redis.
 *
 * @param {Entry} entry
 */
export function encode ({ status, headers, body, storedAt, freshUntil }) {
  const head = JSON.stringify({ status, headers, storedAt, length: body.length })
  return Buffer.concat([Buffer.from(`${String(freshUntil).padStart(MOMENT, '0')}${head}\n`), body])
}

/**
 * @param {Buffer | null} bytes
 * @returns {Entry | undefined} nothing when it is not one of ours, or not whole
 */
export function decode (bytes) {
  if (!bytes) return undefined
  try {
    const end = bytes.indexOf('\n')
    const { status, headers, storedAt, length } = JSON.parse(bytes.toString('utf8', MOMENT, end))
    const body = bytes.subarray(end + 1)
    const freshUntil = Number(bytes.toString('latin1', 0, MOMENT))
    if (![status, storedAt, freshUntil].every(Number.isInteger) || status < 200 || status > 599 || body.length !== length) return undefined
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name)
      for (const one of [value].flat()) validateHeaderValue(name, one)
    }
    return { status, headers, body, storedAt, freshUntil }
  } catch {
    return undefined
  }
}
