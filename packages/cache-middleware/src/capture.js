import { finished } from 'node:stream'

const lowerCased = (entries) => Object.fromEntries(entries.map(([name, value]) => [String(name).toLowerCase(), value]))

// writeHead() takes an object, a list of pairs, or a flat list: https://nodejs.org/api/http.html#responsewriteheadstatuscode-statusmessage-headers
function listed (headers) {
  if (!Array.isArray(headers)) return Object.entries(headers ?? {})
  if (Array.isArray(headers[0])) return headers
  return Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i], headers[2 * i + 1]])
}

/**
 * Listens to what the application writes, and changes nothing of it. The headers are read before other middleware adds its own
 * (a compression, a session), so that they belong to the bytes that are read here.
 *
 * @param {import('node:http').ServerResponse} response
 * @param {number} maxBytes
 * @param {(answer?: {status: number, headers: object, sent: object, body?: Buffer}) => void} done called once: with the answer when
 *   it is whole, without a body when that is too large, with nothing when the answer was broken off
 */
export function capture (response, maxBytes, done) {
  const { writeHead, write, end } = response
  let head
  let chunks = []
  let size = 0
  let settled = false

  function note (status, ...rest) {
    head ??= {
      status: status ?? response.statusCode,
      headers: { ...response.getHeaders(), ...lowerCased(listed(rest.find((value) => typeof value === 'object'))) },
    }
  }
  function keep (chunk, encoding) {
    if (chunk === undefined || chunk === null || typeof chunk === 'function') return
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8') : Buffer.from(chunk)
    size += bytes.length
    if (size <= maxBytes) chunks?.push(bytes)
    else chunks = undefined
  }
  function settle (answer) {
    if (settled) return
    settled = true
    chunks = undefined
    stopWaiting()
    done(answer)
  }
  const stopWaiting = finished(response, { readable: false }, (error) => { if (error) settle() })

  // What is called here may call the response's own methods again, an end() for example its write().
  let inside = false
  function once (record, proceed) {
    if (inside) return proceed()
    record()
    inside = true
    try {
      return proceed()
    } finally {
      inside = false
    }
  }

  response.writeHead = function (...args) {
    return once(() => note(...args), () => writeHead.apply(this, args))
  }
  response.write = function (...args) {
    return once(() => { note(); keep(...args) }, () => write.apply(this, args))
  }
  response.end = function (...args) {
    const broken = response.destroyed
    const result = once(() => { note(); keep(...args) }, () => end.apply(this, args))
    const whole = !inside && !broken && response.headersSent
    if (!inside) settle(whole ? { ...head, sent: response.getHeaders(), body: chunks && Buffer.concat(chunks) } : undefined)
    return result
  }
}
