import { Server } from 'node:net'

// Returns a function that ends the server without one request lost, and answers with the number of connections it had to cut.
//
// http.Server.close() also closes every idle keep-alive connection at once, and a request that is on its way there meets a
// reset (https://nodejs.org/api/http.html#serverclosecallback). Here a client was told `Keep-Alive: timeout=N`, and the promise is
// kept: nothing new is accepted, each answer says `Connection: close`, and idle connections end by that time-out.
export function drainable (server, { idleMs, deadlineMs }) {
  const sockets = new Set()
  const responses = new Set()
  let draining = false

  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.prependListener('request', (_, response) => {
    if (draining) response.setHeader('Connection', 'close')
    responses.add(response)
    response.once('close', () => responses.delete(response))
  })

  return async function drain () {
    draining = true
    let cut = 0
    const closed = new Promise((resolve) => Server.prototype.close.call(server, resolve))
    for (const response of responses) if (!response.headersSent) response.setHeader('Connection', 'close')
    const timers = [
      // Connections opened ahead of need that never asked anything have no keep-alive time-out.
      setTimeout(() => sockets.forEach((socket) => socket.bytesRead === 0 && socket.destroy()), idleMs),
      setTimeout(() => {
        cut = sockets.size
        server.closeAllConnections()
        sockets.forEach((socket) => socket.destroy())
      }, deadlineMs),
    ]
    await closed
    timers.forEach(clearTimeout)
    return cut
  }
}
