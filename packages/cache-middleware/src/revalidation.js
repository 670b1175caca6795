import { IncomingMessage, ServerResponse } from 'node:http'
import { Duplex } from 'node:stream'

const CONDITIONS = ['if-none-match', 'if-modified-since']
const revalidations = new WeakSet()

/**
 * Whether nobody waits for the answer to this request: the cache asks the application for it, to have it fresh.
 *
 * @param {IncomingMessage} request
 */
export const isRevalidation = (request) => revalidations.has(request)

/** The answer is kept for others, who did not say what they have already. */
export function unconditional (headers) {
  for (const name of CONDITIONS) delete headers[name]
  return headers
}

/**
 * Asks the application again what a request asked, and drops the answer.
 *
 * @param {(request: IncomingMessage, response: ServerResponse) => void} dispatch the whole application
 * @param {IncomingMessage} original
 * @param {string} url
 * @param {(request: IncomingMessage) => void} mark called before the application sees the request
 * @returns {Promise<void>} resolved at the end of the answer
 */
export function revalidate (dispatch, original, url, mark) {
  const { remoteAddress, remotePort, localAddress, localPort, encrypted } = original.socket
  const socket = Object.assign(new Duplex({ read () {}, write: (chunk, encoding, done) => done() }), {
    remoteAddress, remotePort, localAddress, localPort, encrypted, setTimeout () {}, setKeepAlive () {}, setNoDelay () {},
  })
  const request = Object.assign(new IncomingMessage(socket), {
    method: 'GET', url, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1, complete: true, rawHeaders: original.rawHeaders,
    headers: unconditional({ ...original.headers }),
  })
  request.push(null)
  const response = new ServerResponse(request)
  response.assignSocket(socket)
  response.once('finish', () => socket.destroy())
  revalidations.add(request)
  mark(request)
  return new Promise((resolve) => {
    socket.once('close', () => {
      response.emit('close')
      resolve()
    })
    dispatch(request, response)
  })
}
